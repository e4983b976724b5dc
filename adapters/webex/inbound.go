package webex

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/gorilla/mux"

	"rollcall/bot"
	"rollcall/cards"
	"rollcall/cards/adaptive"
	"rollcall/sync/directory"
)

const (
	longestWebhook = 256 << 10
	takeTimeout    = 15 * time.Second // for the fetches and the sink together
	replyTimeout   = 15 * time.Second
)

// Mount puts the webhook endpoint of every secret on a router. What arrives there and is genuine
// goes to the sink, before it is acknowledged.
func (a *Adapter) Mount(r *mux.Router, sink bot.Sink) {
	for _, secret := range a.config.WebhookSecrets {
		r.Handle(hookPath(secret), endpoint{a, sink}).Methods(http.MethodPost)
	}
}

// endpoint takes webhooks.
type endpoint struct {
	*Adapter
	sink bot.Sink
}

// heard is what a webhook turned out to be, from fetched facts only.
type heard struct {
	origin directory.Origin
	event  bot.Event
}

// errIgnored says that there is nothing to do about a webhook: it is acknowledged.
var errIgnored = errors.New("webex: nothing to do about this webhook")

// ServeHTTP verifies before it reads, and acknowledges after the sink has taken the event. A
// failed answer counts against the webhook, which Webex disables after 100 of them, so only what
// another delivery could mend gets 503.
func (e endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, status := readWebhook(w, r)
	if status != 0 {
		w.WriteHeader(status)
		return
	}
	if !e.verifier.genuine(r.Header, body) {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	var hook envelope
	if json.Unmarshal(body, &hook) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	heard, answer, err := e.take(r.Context(), hook)
	if err != nil {
		e.log.Warn("a webhook was not taken", "platform", Name, "code", directory.CodeOf(err).String())
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Length", "0")
	w.WriteHeader(http.StatusOK)
	if answer.Card != nil {
		_ = http.NewResponseController(w).Flush() // the platform needn't wait until the person has it
		e.reply(context.WithoutCancel(r.Context()), heard.origin.Actor, *answer.Card)
	}
}

// take gives the sink what a webhook turns out to be. No error: it is done with, be it taken, be
// it nothing that concerns anybody.
func (e endpoint) take(ctx context.Context, hook envelope) (heard, bot.Reply, error) {
	ctx, cancel := context.WithTimeout(ctx, takeTimeout)
	defer cancel()
	h, err := e.follow(ctx, hook)
	switch {
	case errors.Is(err, errIgnored):
		return heard{}, bot.Reply{}, nil
	case err != nil:
		return heard{}, bot.Reply{}, err
	}
	answer, err := e.sink.Accept(ctx, h.origin, h.event)
	if directory.Is(err, directory.NotFound) { // an organisation of no tenant
		return heard{}, bot.Reply{}, nil
	}
	return h, answer, err
}

// readWebhook reads a body as it is: a compressed or oversized one is refused unread.
func readWebhook(w http.ResponseWriter, r *http.Request) (body []byte, status int) {
	if r.Header.Get("Content-Encoding") != "" {
		return nil, http.StatusUnsupportedMediaType
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, longestWebhook))
	var long *http.MaxBytesError
	switch {
	case errors.As(err, &long):
		return nil, http.StatusRequestEntityTooLarge
	case err != nil:
		return nil, http.StatusBadRequest
	}
	return body, 0
}

// follow fetches what a webhook only hints at.
func (a *Adapter) follow(ctx context.Context, hook envelope) (heard, error) {
	if !opaque(hook.Data.ID) {
		return heard{}, errIgnored
	}
	if hook.Resource == "serviceApp" {
		return a.admitted(ctx, hook)
	}
	me, err := a.me(ctx)
	if err != nil {
		return heard{}, err
	}
	switch hook.Resource + "/" + hook.Event {
	case "messages/created":
		if is(hook.Data.PersonID, me.ID) {
			return heard{}, errIgnored // our own
		}
		return a.said(ctx, me, hook.Data.ID)
	case "attachmentActions/created":
		return a.pressed(ctx, me, hook.Data.ID)
	case "memberships/created":
		// The bot's own membership says that there is a new space; not one that our own message
		// made, which needs no welcome.
		if !is(hook.Data.PersonID, me.ID) || is(hook.ActorID, me.ID) {
			return heard{}, errIgnored
		}
		return a.met(ctx, me, hook.Data.ID)
	}
	return heard{}, errIgnored
}

// said is a message that somebody wrote to the bot.
func (a *Adapter) said(ctx context.Context, me person, id string) (heard, error) {
	var m message
	if err := a.fetch(ctx, "/messages/"+id, "", &m); err != nil {
		return heard{}, err
	}
	direct := m.RoomType == roomDirect
	if m.ID != id || m.by(me.ID) || !direct && !m.mentions(me.ID) {
		return heard{}, errIgnored
	}
	h, err := a.from(ctx, m.PersonID, m.RoomID, direct)
	if err != nil {
		return heard{}, err
	}
	h.event = bot.Said{ID: m.ID, Text: m.words(me)}
	return h, nil
}

// pressed is a press of a button. The action tells who and what, and the message that it names
// must be ours: anybody can post a card with any button.
func (a *Adapter) pressed(ctx context.Context, me person, id string) (heard, error) {
	var act action
	if err := a.fetch(ctx, "/attachment/actions/"+id, "", &act); err != nil {
		return heard{}, err
	}
	if act.ID != id || act.Type != "submit" || !opaque(act.MessageID) {
		return heard{}, errIgnored
	}
	var m message
	if err := a.fetch(ctx, "/messages/"+act.MessageID, "", &m); err != nil {
		return heard{}, err
	}
	press, err := adaptive.PressOf(act.Inputs)
	if err != nil || m.ID != act.MessageID || m.RoomID != act.RoomID || !m.by(me.ID) {
		return heard{}, errIgnored
	}
	h, err := a.from(ctx, act.PersonID, act.RoomID, m.RoomType == roomDirect)
	if err != nil {
		return heard{}, err
	}
	h.event = bot.Pressed{ID: act.ID, Press: press, Message: m.ref()}
	return h, nil
}

// met is a 1:1 space that somebody opened with the bot.
func (a *Adapter) met(ctx context.Context, me person, id string) (heard, error) {
	var joined membership
	if err := a.fetch(ctx, "/memberships/"+id, "", &joined); err != nil {
		return heard{}, err
	}
	if joined.RoomType != roomDirect || joined.RoomID == "" || !is(joined.PersonID, me.ID) {
		return heard{}, errIgnored
	}
	var all memberships
	query := url.Values{"roomId": {joined.RoomID}}.Encode()
	if err := a.fetch(ctx, "/memberships", query, &all); err != nil {
		return heard{}, err
	}
	for _, member := range all.Items {
		if member.RoomID != joined.RoomID || is(member.PersonID, me.ID) {
			continue
		}
		h, err := a.from(ctx, member.PersonID, joined.RoomID, true)
		h.event = bot.Met{}
		return h, err
	}
	return heard{}, errIgnored
}

// from finds out who acted. The workspace is the actor's own organisation: the webhook's is the
// one in which the bot was made, whoever it is about.
func (a *Adapter) from(ctx context.Context, personID, roomID string, direct bool) (heard, error) {
	id, err := parseID(kindPerson, personID)
	if err != nil {
		return heard{}, errIgnored
	}
	var p person
	if err := a.fetch(ctx, "/people/"+encodeID(kindPerson, id), "", &p); err != nil {
		return heard{}, err
	}
	home, err := parseID(kindOrg, p.OrgID)
	if err != nil || !is(p.ID, id) || p.kind() == directory.KindBot {
		return heard{}, errIgnored
	}
	workspace := directory.Workspace(home)
	return heard{origin: directory.Origin{
		Platform:     Name,
		Workspace:    workspace,
		Actor:        directory.AccountID{Platform: Name, Workspace: workspace, User: id},
		Conversation: roomID,
		Direct:       direct,
	}}, nil
}

// fetch reads what a webhook names. The API can be behind its own webhooks, so what is not found
// is asked for twice. What is gone then, or not the bot's to see, is dropped and counted: no other
// delivery would mend it.
func (a *Adapter) fetch(ctx context.Context, path, query string, into any) error {
	r, err := a.get(ctx, path, query, into)
	if directory.Is(err, directory.NotFound) {
		r, err = a.get(ctx, path, query, into)
	}
	if directory.Is(err, directory.NotFound) || r.status == http.StatusForbidden && directory.Is(err, directory.Unauthorized) {
		a.log.Warn("what a webhook names can't be seen", "platform", Name, "status", r.status, "dropped", a.dropped.Add(1))
		return errIgnored
	}
	return err
}

// reply shows the actor a card in their own 1:1 space, wherever they acted: never where others
// read it. What was accepted stays accepted if it can't be shown.
func (a *Adapter) reply(ctx context.Context, to directory.AccountID, card cards.Card) {
	ctx, cancel := context.WithTimeout(ctx, replyTimeout)
	defer cancel()
	out, err := fill(card)
	if err == nil {
		out.ToPersonID = encodeID(kindPerson, to.User)
		_, err = a.post(ctx, out)
	}
	if err != nil {
		a.log.Warn("a reply was not delivered", "platform", Name, "code", directory.CodeOf(err).String())
	}
}
