package pages

import (
	"context"
	"errors"
	"math"
	"net/http"
	"net/url"
	"strings"
	"time"

	"pulperia/dao/models"
	"pulperia/routes/frame"
)

// SetUser remembers under which name or address the visitor writes, without a message: it is what the
// live chat asks for. A text that stood in the form already stays there.
func (p *Pages) SetUser(w http.ResponseWriter, r *http.Request) {
	form, err := readForm(r)
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	user := models.NormalName(form.Get("user"))
	_, err = p.shop.Presents(r.Context(), p.clients.Sender(r), user)
	if problems, _ := errors.AsType[models.Invalid](err); problems != nil {
		p.refuseMessage(w, r, form, problems, 0)
		return
	}
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	if !frame.WhoFrom(r.Context()).Staff() {
		p.keep(w, r, userCookie, url.QueryEscape(user), frame.Year)
	}
	if strings.TrimSpace(form.Get("message")) == "" {
		p.lead(w, r, "/chat")
		return
	}
	p.refill(w, r, http.StatusOK, "chat", "/chat", func(ctx context.Context, v *visit) (any, error) {
		if !v.who.Staff() {
			v.user = user
		}
		again := newMessageForm(v, newFormID())
		again.Message.Value = typed(form, "message")
		return p.chatSheet(ctx, v, nil, again)
	})
}

// refuseMessage shows the chat again with the message that was not sent, and why.
func (p *Pages) refuseMessage(w http.ResponseWriter, r *http.Request, form url.Values, problems models.Invalid, wait time.Duration) {
	status := http.StatusBadRequest
	if wait == 0 && problems == nil {
		status = http.StatusConflict // the page says that the room is closed
	}
	if wait > 0 {
		status = http.StatusTooManyRequests
		frame.Problem{RetryAfter: wait}.Headers(w)
	}
	p.refill(w, r, status, "chat", "/chat", func(ctx context.Context, v *visit) (any, error) {
		again := newMessageForm(v, newFormID())
		if !again.Fixed {
			again.User = field{typed(form, "user"), sayProblem(v.voice, problems, "user")}
		}
		again.Message = field{typed(form, "message"), sayProblem(v.voice, problems, "message")}
		if form.Get("message") != "" || again.Message.Problem != "" {
			again.Summary = v.voice.Say("chat.refused", nil)
		}
		if wait > 0 {
			again.Summary = v.voice.Say("chat.tooFast", map[string]any{"n": int64(math.Ceil(wait.Seconds()))})
		}
		if again.User.Problem != "" || again.User.Value != v.user {
			again.Known = "" // the field shows itself
		}
		return p.chatSheet(ctx, v, nil, again)
	})
}
