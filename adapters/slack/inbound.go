package slack

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/url"
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
	for path, take := range map[string]func(http.ResponseWriter, *http.Request, []byte){
		"/slack/events":       in.event,
		"/slack/commands":     in.command,
		"/slack/interactions": in.interaction,
	} {
		r.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			body, status := a.admit(w, r)
			if status != http.StatusOK {
				w.WriteHeader(status)
				return
			}
			take(w, r, body)
		}).Methods(http.MethodPost)
	}
}

// inbound is an adapter with the sink that its endpoints serve.
type inbound struct {
	*Adapter
	sink bot.Sink
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

// accept hands an event to the sink. It reports whether a reply may follow; if not it has answered.
// Slack delivers an event again after a 5xx, and a press is shown to have failed.
func (in inbound) accept(w http.ResponseWriter, r *http.Request, origin directory.Origin, event bot.Event) (bot.Reply, bool) {
	reply, err := in.sink.Accept(r.Context(), origin, event)
	if err == nil {
		return reply, true
	}
	switch code := directory.CodeOf(err); code {
	case directory.NotFound, directory.Invalid:
		acknowledge(w)
	case directory.Unavailable:
		w.WriteHeader(http.StatusServiceUnavailable)
	default:
		in.log.Error("an event was not taken", "platform", Name, "code", code.String())
		w.WriteHeader(http.StatusInternalServerError)
	}
	return bot.Reply{}, false
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

// afterwards is a context for what follows an acknowledgement: Slack may have hung up by then.
func afterwards(r *http.Request) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(r.Context()), replyWithin)
}

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
