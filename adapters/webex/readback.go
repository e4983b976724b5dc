package webex

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"rollcall/cards/adaptive"
	"rollcall/sync/directory"
)

const (
	// roomPage is how many messages one page of a room is asked for.
	roomPage = 100
	// mostRoomPages bounds how far a read-back goes before it says that it can't be done.
	mostRoomPages = 50
	// skew is by how much our clock and the platform's may differ.
	skew = 5 * time.Minute
)

// Find looks through the 1:1 space back to since. /messages/direct lists the newest messages and
// documents no way to the older ones, so from its last message on the space is listed by its id.
func (a *Adapter) Find(ctx context.Context, inst directory.Installation, to directory.AccountID, mark string, since time.Time) (directory.MessageRef, bool, error) {
	if err := belongs(inst, to); err != nil {
		return directory.MessageRef{}, false, err
	}
	if mark == "" {
		return directory.MessageRef{}, false, directory.Errorf(directory.Invalid, "webex: a message without a mark can't be found")
	}
	me, err := a.me(ctx)
	if err != nil {
		return directory.MessageRef{}, false, err
	}
	search := search{bot: me.ID, mark: mark, since: since.Add(-skew)}
	page, err := a.newest(ctx, to)
	if err != nil {
		return directory.MessageRef{}, false, err
	}
	if ref, over := search.through(page); over || len(page) == 0 {
		return ref, !ref.IsZero(), nil
	}
	last := page[len(page)-1]
	query := url.Values{"roomId": {last.RoomID}, "beforeMessage": {last.ID}, "max": {strconv.Itoa(roomPage)}}.Encode()
	for range mostRoomPages {
		page, r, err := a.messages(ctx, "/messages", query)
		switch {
		case directory.Is(err, directory.NotFound): // the message that it stands at was deleted meanwhile
			return directory.MessageRef{}, false, directory.Errorf(directory.Unavailable, "webex: the space changed while it was looked through")
		case err != nil:
			return directory.MessageRef{}, false, err
		}
		// A page may be empty and still have another behind it.
		if ref, over := search.through(page); over || r.next == "" {
			return ref, !ref.IsZero(), nil
		}
		query = r.next
	}
	return directory.MessageRef{}, false, directory.Errorf(directory.Unavailable, "webex: the space has too many messages to look through")
}

// search is what is looked for in a space.
type search struct {
	bot, mark string
	since     time.Time
}

// through looks at messages from the newest to the oldest. It is over when the message was found,
// or when what follows is older than the search goes.
func (s search) through(page []message) (ref directory.MessageRef, over bool) {
	for _, m := range page {
		if !m.Created.IsZero() && m.Created.Before(s.since) {
			return directory.MessageRef{}, true
		}
		if m.by(s.bot) && m.marked(s.mark) {
			return m.ref(), true
		}
	}
	return directory.MessageRef{}, false
}

// standing are, among the newest messages of the space, the one that ref names, and the newest of
// ours with the mark that was posted after it; nil where there is none.
func (a *Adapter) standing(ctx context.Context, to directory.AccountID, ref directory.MessageRef, mark string) (current, later *message, err error) {
	me, err := a.me(ctx)
	if err != nil {
		return nil, nil, err
	}
	page, err := a.newest(ctx, to)
	if err != nil {
		return nil, nil, err
	}
	for i, m := range page {
		if m.ID == ref.ID {
			return &page[i], later, nil
		}
		if later == nil && mark != "" && m.by(me.ID) && m.marked(mark) {
			later = &page[i]
		}
	}
	return nil, later, nil
}

// newest lists the newest messages of the 1:1 space with a person. Where there is no space yet
// Webex says that nothing was found, and so there is nothing in it.
func (a *Adapter) newest(ctx context.Context, to directory.AccountID) ([]message, error) {
	query := url.Values{"personId": {encodeID(kindPerson, to.User)}}.Encode()
	page, r, err := a.messages(ctx, "/messages/direct", query)
	if r.status == http.StatusNotFound && directory.Is(err, directory.NotFound) {
		return nil, nil
	}
	return page, err
}

// messages reads one page. A page whose link can't be followed, a message without its ids, or one of
// which Webex could not decrypt a part is no answer.
func (a *Adapter) messages(ctx context.Context, path, query string) ([]message, reply, error) {
	var page messages
	r, err := a.get(ctx, path, query, &page)
	switch {
	case directory.Is(err, directory.Incomplete), err == nil && page.Items == nil:
		return nil, r, directory.Errorf(directory.Unavailable, "webex: a listing of messages can't be trusted")
	case err != nil:
		return nil, r, err
	}
	for _, m := range page.Items {
		if !opaque(m.ID) || m.RoomID == "" || len(m.Errors) > 0 {
			return nil, r, directory.Errorf(directory.Unavailable, "webex: a listed message is not whole")
		}
	}
	return page.Items, r, nil
}

func (m message) ref() directory.MessageRef {
	return directory.MessageRef{Conversation: m.RoomID, ID: m.ID}
}

func (m message) marked(mark string) bool {
	for _, a := range m.Attachments {
		if adaptive.MarkOf(a.Content) == mark {
			return true
		}
	}
	return false
}
