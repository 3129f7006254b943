package socket

import (
	"slices"
	"time"

	"golang.org/x/time/rate"
)

// people is who is here: everyone who has named himself on a connection. Who comes and goes is gathered and told once a
// second; a page that is loaded anew is neither a leave nor a return.
type people struct {
	here   map[string]*person
	news   map[string]struct{} // who may have come or gone since the last time
	typing *rate.Limiter
}

type person struct {
	connections int
	left        time.Time // when the last one ended
	known       bool      // the others have been told
	typed       time.Time
}

func newPeople() people {
	return people{here: map[string]*person{}, news: map[string]struct{}{}, typing: rate.NewLimiter(typingRate, typingRate)}
}

func (p *people) join(user string) {
	if user == "" {
		return
	}
	one := p.here[user]
	if one == nil {
		one = &person{}
		p.here[user] = one
		p.news[user] = struct{}{}
	}
	one.connections++
}

func (p *people) leave(user string, now time.Time) {
	one := p.here[user]
	if one == nil {
		return
	}
	if one.connections--; one.connections == 0 {
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

// tick returns who has come and gone, if anybody has.
func (p *people) tick(now time.Time) (news presence, any bool) {
	for user := range p.news {
		one := p.here[user]
		switch {
		case one.connections == 0 && now.Sub(one.left) < leaveAfter:
			continue // he may come back
		case one.connections == 0:
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

func (p *people) count() int { return len(p.here) }

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
