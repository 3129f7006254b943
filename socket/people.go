package socket

import (
	"slices"
	"time"

	"golang.org/x/time/rate"

	"pulperia/dao"
)

// people is who is here: everyone who has named himself on a connection of this process, and
// everyone of whom another process says so (presence.go). Who comes and goes is gathered and told
// once a second; a page that is loaded anew is neither a leave nor a return, whichever process it
// comes to.
type people struct {
	here   map[string]*person
	more   int                 // people elsewhere who are not named
	news   map[string]struct{} // who may have come or gone since the last time
	typing *rate.Limiter
	typed  []moment // of this process, the last ones
	serial int64    // of the latest of them
	fresh  bool     // this process has something to say to the others
}

type person struct {
	connections int       // to this process
	elsewhere   bool      // another process has some
	left        time.Time // when the last one ended, as far as is known
	known       bool      // the others have been told
	typed       time.Time
}

func (p *person) isHere() bool { return p.connections > 0 || p.elsewhere }

// moment is when somebody typed.
type moment struct {
	dao.Typing
	at time.Time
}

func newPeople() people {
	return people{here: map[string]*person{}, news: map[string]struct{}{}, typing: rate.NewLimiter(typingRate, typingRate)}
}

func (p *people) join(user string) {
	if user == "" {
		return
	}
	one := p.person(user)
	if one.connections++; one.connections == 1 {
		p.fresh = true
	}
}

func (p *people) leave(user string, now time.Time) {
	one := p.here[user]
	if one == nil {
		return
	}
	if one.connections--; one.connections == 0 {
		p.fresh = true
		p.missing(user, now)
	}
}

// arrive and depart are of another process.
func (p *people) arrive(user string) { p.person(user).elsewhere = true }

func (p *people) depart(user string, now time.Time) {
	p.here[user].elsewhere = false
	p.missing(user, now)
}

// person returns who may be new.
func (p *people) person(user string) *person {
	one := p.here[user]
	if one == nil {
		one = &person{}
		p.here[user] = one
		p.news[user] = struct{}{}
	}
	return one
}

// missing notes since when a person has had no connection at all.
func (p *people) missing(user string, now time.Time) {
	if one := p.here[user]; !one.isHere() {
		one.left = now
		p.news[user] = struct{}{}
	}
}

// mayType says whether the others are to be told that a person types.
func (p *people) mayType(user string, now time.Time) bool {
	one := p.here[user]
	if one == nil || now.Sub(one.typed) < typingEvery || !p.typing.AllowN(now, 1) {
		return false
	}
	one.typed = now
	return true
}

// types keeps a moment of typing for the other processes.
func (p *people) types(user string, after dao.Position, now time.Time) {
	p.serial++
	p.typed = append(p.typed, moment{dao.Typing{User: user, Serial: p.serial, After: after}, now})
	p.fresh = true
}

// visitors returns what this process sees, with the names in no order.
func (p *people) visitors(now time.Time) (v dao.Visitors) {
	for user, one := range p.here {
		if one.connections > 0 {
			v.People = append(v.People, user)
		}
	}
	p.typed = slices.DeleteFunc(p.typed, func(m moment) bool { return now.Sub(m.at) >= typingFor })
	for _, m := range p.typed {
		v.Typing = append(v.Typing, m.Typing)
	}
	return v
}

// tick returns who has come and gone, if anybody has.
func (p *people) tick(now time.Time) (news presence, any bool) {
	for user := range p.news {
		one := p.here[user]
		switch {
		case !one.isHere() && now.Sub(one.left) < leaveAfter:
			continue // he may come back
		case !one.isHere():
			delete(p.here, user)
			if one.known {
				news.Left = append(news.Left, user)
			}
		case !one.known:
			one.known = true
			news.Joined = append(news.Joined, user)
		}
		delete(p.news, user)
	}
	any = len(news.Joined)+len(news.Left) > 0
	news.Joined, news.Left, news.Count = atMost100(news.Joined), atMost100(news.Left), p.count()
	return news, any
}

func (p *people) count() int { return len(p.here) + p.more }

// names returns who is here, the first hundred that come.
func (p *people) names() []string {
	names := make([]string, 0, min(maxPeople, len(p.here)))
	for user := range p.here {
		if len(names) == maxPeople {
			break
		}
		names = append(names, user)
	}
	slices.Sort(names)
	return names
}

func atMost100(names []string) []string {
	slices.Sort(names)
	return names[:min(maxPeople, len(names))]
}
