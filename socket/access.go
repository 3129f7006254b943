package socket

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"pulperia/dao"
	"pulperia/shop"
)

// A line stays open longer than a request takes. So who came in is asked for again whenever
// something of people, their sessions or keys has changed, and now and then, for both also end by
// themselves. Whoever is another by then is sent away: he comes back as who he is.

// lookAgain is how often that is when nothing has changed.
const lookAgain = time.Minute

// tellsOfAccess says whether a change may take somebody's access, or a part of it.
func tellsOfAccess(c dao.Change) bool {
	return c.Kind == dao.KindPerson || c.Kind == dao.KindSession || c.Kind == dao.KindKey
}

// accessChanged asks for a look at all who came in.
func (h *Hub) accessChanged() {
	select {
	case h.access <- struct{}{}:
	default: // one is due already
	}
}

// guard looks until ctx is done.
func (h *Hub) guard(ctx context.Context) {
	every := time.NewTicker(lookAgain)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-h.access:
		case <-every.C:
		}
		for _, c := range h.connected() {
			if c.who.SignedIn() && h.isAnother(ctx, c.who) {
				c.end(reasonRevoked)
			}
		}
	}
}

// isAnother says whether somebody is not who he was when he came in. As long as the store does not
// say, he is: it is asked again.
func (h *Hub) isAnother(ctx context.Context, was shop.Who) bool {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	now, err := h.Shop.Still(ctx, was)
	if err != nil && !errors.Is(err, shop.ErrUnauthorized) && !errors.Is(err, shop.ErrInhabited) {
		time.AfterFunc(retryStore, h.accessChanged)
		return false
	}
	return err != nil || now.Role != was.Role || !slices.Equal(now.Rights(), was.Rights())
}

// mayFollow refuses who may not follow one of the topics that he asks for, with the status that HTTP
// has for that.
func (h *Hub) mayFollow(ctx context.Context, who shop.Who, topics []string) (refused *refusal, status int) {
	for _, topic := range topics {
		err := h.MayFollow(who, topic)
		if err == nil && topic == topicMessages {
			err = h.roomOpen(ctx)
		}
		said := refuse("", fmt.Sprintf(`"topics": there is no %.60q`, topic))
		status = http.StatusBadRequest
		switch {
		case err == nil:
			continue
		case errors.Is(err, shop.ErrRoomClosed):
			said, status = h.refusalOf("", err), http.StatusConflict
		case errors.Is(err, shop.ErrUnauthorized):
			said, status = refusal{Code: "unauthorized", Message: fmt.Sprintf("To follow %.60q one must have come in.", topic)}, http.StatusUnauthorized
		case !errors.Is(err, dao.ErrNotFound):
			said, status = refusal{Code: "forbidden", Message: fmt.Sprintf("To follow %.60q needs a right that you do not have.", topic)}, http.StatusForbidden
		}
		return &said, status
	}
	return nil, 0
}

// roomOpen returns shop.ErrRoomClosed while the room is. A store that does not say is asked by whoever
// reads in it.
func (h *Hub) roomOpen(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	if err := h.Shop.RoomOpen(ctx); errors.Is(err, shop.ErrRoomClosed) {
		return err
	}
	return nil
}
