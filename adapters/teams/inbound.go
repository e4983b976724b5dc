package teams

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/gorilla/mux"
	"github.com/infracloudio/msbotbuilder-go/schema"

	"rollcall/bot"
	"rollcall/cards"
	"rollcall/sync/directory"
)

const (
	longestBody = 1 << 20
	// takeWithin bounds what happens before the answer. The connector waits for ten to fifteen
	// seconds, of which reading new keys may take five, and a press shows an error afterwards.
	takeWithin  = 5 * time.Second
	replyWithin = 10 * time.Second
)

// Mount mounts POST /teams/messages, the bot's messaging endpoint. An activity reaches the sink only
// if its token is genuine, the activity is what the token is about, and its tenant is connected; every
// other one gets an empty answer and leaves no trace. Activities are answered after the sink took
// them, and never before.
func (a *Adapter) Mount(r *mux.Router, sink bot.Sink) {
	r.Handle("/teams/messages", endpoint{a, sink}).Methods(http.MethodPost)
}

// endpoint takes activities.
type endpoint struct {
	*Adapter
	sink bot.Sink
}

// heard is an activity with what is known of it.
type heard struct {
	activity
	origin directory.Origin
	inst   directory.Installation
	ref    reference // where it came from
}

// ServeHTTP verifies, and then reads.
func (e endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Content-Encoding") != "" {
		w.WriteHeader(http.StatusUnsupportedMediaType)
		return
	}
	proof, status := e.verifier.check(r)
	if status != http.StatusOK {
		e.log.Warn("a request was not from the Bot Connector", "platform", Name, "status", status)
		w.WriteHeader(status)
		return
	}
	body, status := readBody(w, r)
	if status != http.StatusOK {
		w.WriteHeader(status)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), takeWithin)
	defer cancel()
	h, status := e.admit(ctx, proof, body)
	if status != http.StatusOK {
		e.log.Warn("an activity was refused", "platform", Name, "status", status)
		w.WriteHeader(status)
		return
	}
	replies, status := e.take(ctx, &h)
	e.answer(w, h, replies, status)
	if status == http.StatusOK {
		e.reply(context.WithoutCancel(r.Context()), h, replies.chat)
	}
}

func readBody(w http.ResponseWriter, r *http.Request) ([]byte, int) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, longestBody))
	var long *http.MaxBytesError
	switch {
	case errors.As(err, &long):
		return nil, http.StatusRequestEntityTooLarge
	case err != nil:
		return nil, http.StatusBadRequest
	}
	return body, http.StatusOK
}

// admit makes sure that an activity is what its token is about, for Teams, from a host of the cloud,
// and of a tenant that is connected. A status other than 200 is the answer.
func (e endpoint) admit(ctx context.Context, proof proof, body []byte) (heard, int) {
	act, err := parseActivity(body)
	if err != nil {
		return heard{}, http.StatusBadRequest
	}
	service, ok := e.config.Cloud.service(act.ServiceURL)
	if !ok || act.ChannelID != channel || !proof.covers(act) {
		return heard{}, http.StatusForbidden
	}
	origin, err := act.origin()
	if err != nil {
		return heard{}, http.StatusForbidden
	}
	if !isID(act.Conversation.ID) || len(act.ID) > longestID || len(act.ReplyToID) > longestID {
		return heard{}, http.StatusBadRequest
	}
	inst, err := e.config.Conversations.Resolve(ctx, origin)
	switch {
	case directory.Is(err, directory.NotFound):
		return heard{}, http.StatusForbidden
	case err != nil:
		return heard{}, http.StatusServiceUnavailable
	}
	return heard{activity: act, origin: origin, inst: inst, ref: reference{Service: service, ID: act.Conversation.ID}}, http.StatusOK
}

// replies are what is shown to the actor.
type replies struct {
	press *bot.Reply   // in the answer to a press; nil: it was none of ours
	chat  []cards.Card // in the actor's own chat
}

// take gives the sink what an activity says. A status of 200 says that it is done with.
func (e endpoint) take(ctx context.Context, h *heard) (replies, int) {
	var out replies
	welcome, status := e.arrive(ctx, *h)
	if status != http.StatusOK {
		return out, status
	}
	if welcome.Card != nil {
		out.chat = append(out.chat, *welcome.Card)
	}
	event := h.event()
	if event == nil {
		return out, h.unknown()
	}
	if status = e.locate(ctx, h); status != http.StatusOK {
		return out, status
	}
	reply, status := e.accept(ctx, *h, event)
	switch {
	case status != http.StatusOK:
	case h.Type == schema.Invoke:
		out.press = &reply
	case reply.Card != nil:
		out.chat = append(out.chat, *reply.Card)
	}
	return out, status
}

// event is what the actor did. Nil: nothing that the bot is told of.
func (h heard) event() bot.Event {
	switch {
	case h.origin.Actor.IsZero() || h.ID == "":
		return nil
	case h.Type == schema.Message:
		return h.said()
	case h.Type == schema.Invoke && h.Name == cardAction:
		return h.pressed()
	}
	return nil
}

// unknown is the answer to what the bot is not told of. Invokes ask for an answer that nobody has;
// whatever else Teams may come up with is fine.
func (h heard) unknown() int {
	if h.Type == schema.Invoke && h.Name != cardAction {
		return http.StatusNotImplemented
	}
	return http.StatusOK
}

// arrive keeps the address of the actor's own chat up to date, and tells the sink of whoever can be
// written to since now. The address is stored after the sink took that, so that it is told again if
// it did not.
func (e endpoint) arrive(ctx context.Context, h heard) (bot.Reply, int) {
	if !h.origin.Direct || h.origin.Actor.IsZero() {
		return bot.Reply{}, http.StatusOK
	}
	own := belongs(h.inst, h.origin.Actor) == nil
	var known reference
	if own {
		var err error
		if known, err = e.stored(ctx, h.inst, h.origin.Actor); err != nil {
			return bot.Reply{}, http.StatusServiceUnavailable
		}
	}
	next := h.ref
	var reply bot.Reply
	switch {
	case h.removed():
		next = reference{}
	case h.installed(), own && known == (reference{}):
		var status int
		if reply, status = e.accept(ctx, h, bot.Met{}); status != http.StatusOK {
			return bot.Reply{}, status
		}
	}
	if own && next != known {
		if err := e.store(ctx, h.inst, h.origin.Actor, next); err != nil {
			return bot.Reply{}, http.StatusServiceUnavailable
		}
	}
	return reply, http.StatusOK
}

// locate finds out where somebody who acted among others is at home: the activity names the tenant
// of the conversation, in which people of several may be. In their own chat they are at home. Whose
// home nobody can tell is at home nowhere.
func (e endpoint) locate(ctx context.Context, h *heard) int {
	if h.origin.Direct || h.From.TenantID != "" {
		return http.StatusOK
	}
	who, err := e.connector.member(ctx, h.ref, h.From.ID)
	switch directory.CodeOf(err) {
	case directory.Throttled, directory.Unavailable:
		return http.StatusServiceUnavailable
	}
	user, _ := canonicalGUID(cmp.Or(who.AadObjectID, who.ObjectID))
	home, _ := canonicalGUID(who.TenantID)
	if err != nil || user != h.origin.Actor.User {
		home = ""
	}
	h.origin.Actor.Workspace = directory.Workspace(home)
	return http.StatusOK
}

// accept hands an event to the sink. What another delivery could mend gets a 5xx.
func (e endpoint) accept(ctx context.Context, h heard, event bot.Event) (bot.Reply, int) {
	reply, err := e.sink.Accept(ctx, h.origin, event)
	if err == nil {
		return reply, http.StatusOK
	}
	switch code := directory.CodeOf(err); code {
	case directory.NotFound, directory.Invalid:
		return bot.Reply{}, http.StatusOK
	case directory.Unavailable:
		return bot.Reply{}, http.StatusServiceUnavailable
	default:
		e.log.Error("an event was not taken", "platform", Name, "code", code.String())
		return bot.Reply{}, http.StatusInternalServerError
	}
}

// reply shows the actor cards in their own chat, wherever they acted: never where others read them.
// What was accepted stays accepted if they can't be shown.
func (e endpoint) reply(ctx context.Context, h heard, chat []cards.Card) {
	ctx, cancel := context.WithTimeout(ctx, replyWithin)
	defer cancel()
	for _, card := range chat {
		var err error
		if h.origin.Direct {
			err = e.post(ctx, h.ref, card)
		} else {
			_, err = e.Send(ctx, h.inst, h.origin.Actor, card)
		}
		if err != nil {
			e.log.Warn("a reply was not shown", "platform", Name, "code", directory.CodeOf(err).String())
		}
	}
}

// post sends a card into a chat.
func (a *Adapter) post(ctx context.Context, ref reference, card cards.Card) error {
	message, err := fill(card)
	if err != nil {
		return err
	}
	_, _, err = a.connector.send(ctx, ref, message)
	return err
}
