package slack

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/gorilla/mux"

	"rollcall/adapters/internal/outbound"
	"rollcall/bot"
	"rollcall/cards"
	"rollcall/sync/directory"
)

// longestBody is how much is read of a request before its sender is known.
const longestBody = 256 << 10

// Mount mounts the endpoints that the app's manifest names: POST /slack/events, /slack/commands and
// /slack/interactions. A request reaches the sink only if its signature over the raw body is
// genuine; every other one gets an empty answer, the same whatever is wrong with the signature.
// Requests are answered after the sink took them, and never before.
func (a *Adapter) Mount(r *mux.Router, sink bot.Sink) {
	in := inbound{a, sink}
	for path, take := range map[string]func(context.Context, []byte) verdict{
		"/slack/events":       in.event,
		"/slack/commands":     in.commandForm,
		"/slack/interactions": in.interactionForm,
	} {
		r.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			body, status := a.admit(w, r)
			if status != http.StatusOK {
				w.WriteHeader(status)
				return
			}
			take(r.Context(), body).write(w, r)
		}).Methods(http.MethodPost)
	}
}

// inbound is an adapter with the sink that its endpoints, and its socket, serve.
type inbound struct {
	*Adapter
	sink bot.Sink
}

// verdict is what a genuine request came to.
type verdict struct {
	status int
	kind   string // of the body
	body   []byte
	after  func(context.Context) // what follows once it was acknowledged; nil: nothing
}

// The verdicts that say no more.
var (
	taken   = verdict{status: http.StatusOK}
	spoilt  = verdict{status: http.StatusBadRequest}
	later   = verdict{status: http.StatusServiceUnavailable}
	failure = verdict{status: http.StatusInternalServerError}
)

// write answers a request by a verdict, and goes on with what follows.
func (v verdict) write(w http.ResponseWriter, r *http.Request) {
	if v.kind != "" {
		w.Header().Set("Content-Type", v.kind)
		w.Header().Set("X-Content-Type-Options", "nosniff")
	}
	switch {
	case len(v.body) > 0:
		w.WriteHeader(v.status)
		w.Write(v.body)
	case v.status == http.StatusOK:
		acknowledge(w)
	default:
		w.WriteHeader(v.status)
	}
	if v.after != nil {
		// Slack may have hung up by then.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), replyWithin)
		defer cancel()
		v.after(ctx)
	}
}

// admit reads a request's body and checks who sent it. Nothing of the body is looked at, or logged,
// before.
func (a *Adapter) admit(w http.ResponseWriter, r *http.Request) ([]byte, int) {
	if _, coded := r.Header["Content-Encoding"]; coded {
		return nil, http.StatusUnsupportedMediaType // the signature is over the plain body
	}
	var body bytes.Buffer
	if n := r.ContentLength; n > 0 && n <= longestBody {
		body.Grow(int(n) + bytes.MinRead)
	}
	_, err := body.ReadFrom(http.MaxBytesReader(w, r.Body, longestBody))
	var tooLong *http.MaxBytesError
	switch {
	case errors.As(err, &tooLong):
		return nil, http.StatusRequestEntityTooLarge
	case err != nil:
		return nil, http.StatusBadRequest
	case !a.verifier.genuine(r.Header, body.Bytes()):
		a.log.Warn("a request was not signed by slack", "platform", Name, "path", r.URL.Path)
		return nil, http.StatusUnauthorized
	}
	return body.Bytes(), http.StatusOK
}

// take hands an event to the sink, once it is known where its actor is at home.
func (in inbound) take(ctx context.Context, origin directory.Origin, event bot.Event) (bot.Reply, error) {
	origin, err := in.settled(ctx, origin)
	if err != nil {
		return bot.Reply{}, err
	}
	reply, err := in.sink.Accept(ctx, origin, event)
	if err == nil {
		in.heard.note(origin.Workspace, in.config.Now())
	}
	return reply, err
}

// accept has an event taken, and shows the reply to it. Slack delivers an event again after a 5xx, and
// a press is shown to have failed.
func (in inbound) accept(ctx context.Context, origin directory.Origin, event bot.Event, show func(context.Context, cards.Card)) verdict {
	reply, err := in.take(ctx, origin, event)
	switch code := directory.CodeOf(err); {
	case err == nil && reply.Card != nil:
		return verdict{status: http.StatusOK, after: func(ctx context.Context) { show(ctx, *reply.Card) }}
	case err == nil, code == directory.NotFound, code == directory.Invalid:
		return taken
	case code == directory.Unavailable:
		return later
	default:
		in.log.Error("an event was not taken", "platform", Name, "code", code.String())
		return failure
	}
}

// heard is when each workspace was last heard of, by a genuine request that was taken: that is how the
// checklist knows that Slack's requests arrive. It is lost at a restart.
type heard struct{ times sync.Map }

func (h *heard) note(w directory.Workspace, at time.Time) { h.times.Store(w, at) }

// since reports whether the workspace was heard of at or after a time.
func (h *heard) since(w directory.Workspace, since time.Time) bool {
	at, ok := h.times.Load(w)
	return ok && !at.(time.Time).Before(since)
}

// acknowledge answers 200 at once, so that Slack does not wait for what follows.
func acknowledge(w http.ResponseWriter) {
	w.Header().Set("Content-Length", "0")
	w.WriteHeader(http.StatusOK)
	// Where it can't be flushed it is sent when the handler returns.
	_ = http.NewResponseController(w).Flush()
}

// replyWithin bounds a reply that follows an acknowledgement.
const replyWithin = 10 * time.Second

// replyInChat posts a reply into the actor's own 1:1 chat. What the event changed has been
// acknowledged, so a failure is only logged.
func (a *Adapter) replyInChat(ctx context.Context, origin directory.Origin, card cards.Card) {
	message, err := render(card)
	var inst directory.Installation
	if err == nil {
		inst, err = a.config.Conversations.Resolve(ctx, origin)
	}
	if err == nil {
		_, err = a.post(ctx, inst, origin.Conversation, message)
	}
	a.logReply(err)
}

// replyByURL posts a reply to a response_url, where only the actor sees it. The URL is a secret.
func (a *Adapter) replyByURL(ctx context.Context, target string, card cards.Card) {
	body, err := alone(card)
	if err == nil {
		err = a.postHook(ctx, target, body)
	}
	a.logReply(err)
}

// postHook posts to a response_url: https://docs.slack.dev/interactivity/handling-user-interaction.
// The client goes to no other host than the cloud's own.
func (a *Adapter) postHook(ctx context.Context, target string, body []byte) error {
	u, err := url.Parse(target)
	if err != nil || target == "" {
		return directory.Errorf(directory.Invalid, "slack: not a response_url")
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(body))
	if err != nil {
		return directory.Errorf(directory.Invalid, "slack: not a response_url")
	}
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	resp, err := a.hooks.Do(r)
	if err != nil {
		return outbound.Broken("slack", err, directory.Uncertain)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return directory.Errorf(directory.Unavailable, "slack: a response_url answered %d", resp.StatusCode)
	}
	return nil
}

func (a *Adapter) logReply(err error) {
	if err != nil {
		a.log.Warn("a reply was not shown", "platform", Name, "error", err.Error())
	}
}

// actor is who acted. An id without a home is at home in the workspace that was addressed.
func actor(workspace directory.Workspace, home, user string) directory.AccountID {
	if home == "" {
		home = string(workspace)
	}
	return directory.AccountID{Platform: Name, Workspace: directory.Workspace(home), User: user}
}
