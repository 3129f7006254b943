package shop

import (
	"cmp"
	"context"
	"strings"
	"sync"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
)

// Sight is what a kind of readers sees of who writes. What is shown of a message is the same for all
// readers of one kind, so that it need be made once for each.
type Sight uint8

// The kinds of readers.
const (
	SightNames     Sight = iota // everybody: names, of an address its first word of letters
	SightAddresses              // who has the right people.read: the addresses beside them
	SightCourse                 // under --open: messages as the course has them
	Sights
)

// Sight returns which kind of reader somebody is.
func (w Who) Sight() Sight {
	switch {
	case w.Role == course:
		return SightCourse
	case w.SeesAddresses():
		return SightAddresses
	}
	return SightNames
}

// Shown is a message as a kind of readers sees it, in the form of the API.
type Shown struct {
	ID        models.ID   `json:"_id"`
	User      string      `json:"user"`
	*Badge                // nil for the course
	Message   string      `json:"message"`
	CreatedAt models.Time `json:"createdAt"`
	Email     string      `json:"email,omitempty"` // for who may see addresses

	by string
}

// Badge is by what people of one name are told apart.
type Badge struct {
	Mark  string `json:"mark"`  // two characters, of the visit or the person
	Staff bool   `json:"staff"` // the shop itself
}

// Show returns a message as a kind of readers sees it. Its addresses leave the shop here, and
// nowhere else.
func (s *Shop) Show(ctx context.Context, sight Sight, m models.Message) (Shown, error) {
	shown := Shown{ID: m.ID, User: m.User, Message: m.Message, CreatedAt: m.CreatedAt, by: m.By}
	if sight == SightCourse {
		return shown, nil
	}
	badge, err := s.badge(ctx, m.By, m.User)
	shown.User, shown.Badge = models.ShownName(m.User), &badge
	if sight == SightAddresses && models.IsAddress(m.User) {
		shown.Email = m.User
	}
	return shown, err
}

// ShowAll is Show of a list.
func (s *Shop) ShowAll(ctx context.Context, sight Sight, list []models.Message) ([]Shown, error) {
	shown := make([]Shown, len(list))
	for i, m := range list {
		var err error
		if shown[i], err = s.Show(ctx, sight, m); err != nil {
			return nil, err
		}
	}
	return shown, nil
}

// IsBy says whether somebody has written the message: in the same visit, or as the same person.
func (m Shown) IsBy(who Who) bool { return m.by != "" && m.by == who.By }

// Handle is how its author is called among who is here.
func (m Shown) Handle() string {
	if m.Badge == nil {
		return m.User
	}
	return handle(m.User, *m.Badge)
}

// A handle is a name and a mark, ana@k7, and of the staff ana@k7@staff. No name has an @.
func handle(name string, badge Badge) string {
	if badge.Staff {
		return name + "@" + badge.Mark + staffEnding
	}
	return name + "@" + badge.Mark
}

const staffEnding = "@staff"

// Presents returns how somebody who gives a name or an address is called among who is here, or
// refuses it. The course sees whatever was given.
func (s *Shop) Presents(ctx context.Context, from Sender, user string) (handle string, err error) {
	by, err := s.by(ctx, from)
	if err != nil {
		return "", err
	}
	user = models.NormalName(nameOf(from.Who, user))
	if err := models.CheckUser(user); err != nil {
		return "", err
	}
	switch taken, err := s.taken(ctx, from.Who, user); {
	case err != nil:
		return "", err
	case taken:
		var refused models.Invalid
		refused.Add("user", models.Taken, nil, "")
		return "", refused
	}
	m, err := s.Show(ctx, from.Who.Sight(), models.Message{User: user, By: by})
	return m.Handle(), err
}

// Anonymous returns a handle as it is. Of an address, which a process of before or one that is open
// to a course tells the others, it makes a handle.
func (s *Shop) Anonymous(ctx context.Context, user string) (string, error) {
	_, mark, _ := strings.Cut(strings.TrimSuffix(user, staffEnding), "@")
	if len(mark) == markLength && strings.Trim(mark, markLetters) == "" {
		return user, nil
	}
	badge, err := s.badge(ctx, "", user)
	return handle(models.ShownName(user), badge), err
}

// nameOf returns under which name somebody writes who gives one.
func nameOf(who Who, given string) string {
	if who.Staff() {
		return who.Person.Name
	}
	return given
}

const (
	markLetters = "abcdefghijklmnopqrstuvwxyz234567"
	markLength  = 2
)

// badge is that of who has written something. Nobody can find out by it who has an address: it
// counts only where nothing else is known of who wrote, and so in nothing that anybody can write.
func (s *Shop) badge(ctx context.Context, by, user string) (Badge, error) {
	if by == "" {
		by = "user:" + strings.ToLower(user)
	}
	code, err := s.Sign(ctx, "mark", by)
	if err != nil {
		return Badge{}, err
	}
	mark := make([]byte, markLength)
	for i := range mark {
		mark[i] = markLetters[int(code[i])%len(markLetters)]
	}
	return Badge{string(mark), strings.HasPrefix(by, "person:")}, nil
}

// BadgeWords are what the badge of the staff says, in the languages of the shop: no name has them.
var BadgeWords = []string{"La tienda", "The shop"}

// taken says whether what would be shown of somebody is the name of one of the staff or of the shop,
// or has the words of their badge.
func (s *Shop) taken(ctx context.Context, who Who, user string) (bool, error) {
	if who.Staff() || who.Role == course {
		return false, nil
	}
	name := look(models.ShownName(user))
	for _, words := range BadgeWords {
		if strings.Contains(name, look(words)) {
			return true, nil
		}
	}
	settings, err := s.Settings(ctx)
	if err != nil || name == look(cmp.Or(settings.Name, unnamed)) {
		return err == nil, err
	}
	names, err := s.staff.get(ctx, s)
	return err == nil && names[name], err
}

// unnamed is how a shop is called whose merchant has not said a name.
const unnamed = "Pulpería"

// staffNames are the names of the staff as they look. Where a store is shared they are asked for
// once a second at most.
type staffNames struct {
	mu    sync.Mutex
	asked time.Time
	names map[string]bool
}

const staffNamesLast = time.Second

func (n *staffNames) get(ctx context.Context, s *Shop) (map[string]bool, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if s.Shared && time.Since(n.asked) < staffNamesLast {
		return n.names, nil
	}
	people, err := all(ctx, s, dao.Person, "")
	if err != nil {
		return nil, err
	}
	n.names, n.asked = make(map[string]bool, len(people)), time.Now()
	for _, person := range people {
		n.names[look(person.Name)] = true
	}
	return n.names, nil
}

// look is what a name looks like: without accents, case and signs, and with one letter for all that
// are drawn alike. Names of one look are one name.
func look(name string) string {
	return lookalikes.Replace(strings.Join(models.Words(name), ""))
}

// lookalikes are the letters and digits, as models.Words folds them, that pass for a Latin one.
var lookalikes = strings.NewReplacer(
	"а", "a", "α", "a", "ɑ", "a", "в", "b", "β", "b", "с", "c", "ϲ", "c", "ԁ", "d", "е", "e", "ε", "e",
	"ɡ", "g", "н", "h", "һ", "h", "η", "n", "п", "n", "і", "l", "ι", "l", "ı", "l", "i", "l", "1", "l",
	"ӏ", "l", "ј", "j", "к", "k", "κ", "k", "м", "m", "μ", "u", "о", "o", "ο", "o", "σ", "o", "0", "o",
	"р", "p", "ρ", "p", "ԛ", "q", "ѕ", "s", "т", "t", "τ", "t", "υ", "u", "ν", "v", "ѵ", "v",
	"ԝ", "w", "ω", "w", "х", "x", "χ", "x", "у", "y", "γ", "y", "ʏ", "y",
	"ᴀ", "a", "ʙ", "b", "ᴄ", "c", "ᴅ", "d", "ᴇ", "e", "ꜰ", "f", "ɢ", "g", "ʜ", "h", "ɪ", "l", "ᴊ", "j", "ᴋ", "k",
	"ʟ", "l", "ᴍ", "m", "ɴ", "n", "ᴏ", "o", "ᴘ", "p", "ʀ", "r", "ꜱ", "s", "ᴛ", "t", "ᴜ", "u", "ᴠ", "v", "ᴡ", "w",
	"ᴢ", "z",
)
