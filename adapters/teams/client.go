package teams

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/infracloudio/msbotbuilder-go/schema"

	"rollcall/adapters/internal/outbound"
	"rollcall/sync/directory"
)

// connector speaks to the Bot Connector:
// https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference.
// It sends every request once, except that one which wasn't let in, for its token or its host, is
// made once more: nothing happened to it.
type connector struct {
	http   *http.Client
	cloud  Cloud
	tokens *tokens
	now    func() time.Time
	log    *slog.Logger
}

// call is one request.
type call struct {
	method  string
	service string         // a service URL of the cloud
	path    []string       // below it, unescaped
	body    any            // nil: none
	lost    directory.Code // what it means that no answer came
}

// open asks for the 1:1 chat with a person, by their object id. It may be asked again: the answer is
// the same chat.
func (c *connector) open(ctx context.Context, inst directory.Installation, botID, user string) (reference, error) {
	in := string(inst.Workspace)
	answer, err := c.do(ctx, call{
		method: http.MethodPost, service: c.cloud.proactive, lost: directory.Unavailable,
		body: opening{
			Members:  []schema.ChannelAccount{{ID: user}},
			Bot:      schema.ChannelAccount{ID: botID},
			TenantID: in, ChannelData: channelData{Tenant: tenant{ID: in}},
		},
	})
	if err != nil {
		return reference{}, err
	}
	var made schema.ConversationResourceResponse
	if json.Unmarshal(answer.body, &made) != nil || !isID(made.ID) {
		return reference{}, directory.Errorf(directory.Unavailable, "teams: the answer names no conversation")
	}
	service := answer.service
	if told, ok := c.cloud.service(made.ServiceURL); ok {
		service = told
	}
	return reference{Service: service, ID: made.ID}, nil
}

// send posts a message into a chat. It answers the message's id and where the chat turned out to be.
// Without an id in the answer the message may be out, and nothing can be done with it.
func (c *connector) send(ctx context.Context, to reference, message outgoing) (string, reference, error) {
	answer, err := c.do(ctx, call{
		method: http.MethodPost, service: to.Service, path: []string{to.ID, "activities"},
		lost: directory.Uncertain, body: message,
	})
	if err != nil {
		return "", reference{}, err
	}
	var made schema.ResourceResponse
	if json.Unmarshal(answer.body, &made) != nil || !isID(made.ID) {
		return "", reference{}, directory.Errorf(directory.Uncertain, "teams: the answer names no activity")
	}
	return made.ID, reference{Service: answer.service, ID: to.ID}, nil
}

// update puts another message in the place of one. An answer without a body is a success, too.
func (c *connector) update(ctx context.Context, at reference, id string, message outgoing) error {
	answer, err := c.do(ctx, call{
		method: http.MethodPut, service: at.Service, path: []string{at.ID, "activities", id},
		lost: directory.Uncertain, body: message,
	})
	if err != nil || len(answer.body) == 0 {
		return err
	}
	var made schema.ResourceResponse
	if json.Unmarshal(answer.body, &made) != nil || made.ID == "" {
		return directory.Errorf(directory.Uncertain, "teams: the answer names no activity")
	}
	return nil
}

// member asks who somebody in a conversation is, by the id that they have for the bot.
func (c *connector) member(ctx context.Context, in reference, id string) (member, error) {
	answer, err := c.do(ctx, call{
		method: http.MethodGet, service: in.Service, path: []string{in.ID, "members", id}, lost: directory.Unavailable,
	})
	if err != nil {
		return member{}, err
	}
	var who member
	if json.Unmarshal(answer.body, &who) != nil {
		return member{}, directory.Errorf(directory.Unavailable, "teams: the answer can't be read")
	}
	return who, nil
}

// answer is a success.
type answer struct {
	service string // the service URL that served it
	body    []byte // without space around it
}

// do makes a call. A tenant of the GCC is served by a connector of its own, and the public one says
// so.
func (c *connector) do(ctx context.Context, call call) (answer, error) {
	body, err := c.admitted(ctx, call)
	if other := c.cloud.elsewhere(call.service); other != "" && errors.Is(err, errOtherHost) {
		call.service = other
		body, err = c.admitted(ctx, call)
	}
	return answer{call.service, body}, err
}

// admitted makes a call, and once more with a new token where the old one isn't accepted any longer.
func (c *connector) admitted(ctx context.Context, call call) ([]byte, error) {
	body, token, err := c.once(ctx, call)
	if !errors.Is(err, errToken) {
		return body, err
	}
	if err := c.tokens.refused(ctx, token); err != nil {
		return nil, err
	}
	body, _, err = c.once(ctx, call)
	return body, err
}

// once makes a call, with a token that it answers too.
func (c *connector) once(ctx context.Context, call call) ([]byte, directory.Secret, error) {
	var token directory.Secret
	if err := ctx.Err(); err != nil {
		return nil, token, directory.Errorf(directory.Unavailable, "teams: not asked: %w", err)
	}
	r, err := c.request(ctx, call)
	if err != nil {
		return nil, token, err
	}
	if token, err = c.tokens.current(ctx); err != nil {
		return nil, token, err
	}
	r.Header.Set("Authorization", "Bearer "+token.Reveal())
	resp, err := c.http.Do(r)
	if err != nil {
		return nil, token, outbound.Broken("teams", err, call.lost)
	}
	body, err := outbound.ReadBody(resp, longestAnswer)
	if err != nil {
		return nil, token, directory.Errorf(call.lost, "teams: the answer broke off")
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		c.log.Info("teams refused a request", "platform", Name, "status", resp.StatusCode, "request", operation(resp.Header))
		return nil, token, refused(resp.StatusCode, body, outbound.RetryAfter(resp.Header.Get("Retry-After"), c.now()), call.lost)
	}
	return bytes.TrimSpace(body), token, nil
}

// request makes the request without its token. The service URL is checked here as well as in the
// transport, so that one which was stored or told is refused before anything is asked of anybody.
func (c *connector) request(ctx context.Context, call call) (*http.Request, error) {
	service, ok := c.cloud.service(call.service)
	if !ok {
		return nil, directory.Errorf(directory.Invalid, "teams: a service URL is not one of this cloud's")
	}
	at := service + "/v3/conversations"
	for _, part := range call.path {
		if !isID(part) {
			return nil, directory.Errorf(directory.Invalid, "teams: not an id")
		}
		at += "/" + url.PathEscape(part)
	}
	var body []byte
	if call.body != nil {
		var err error
		if body, err = json.Marshal(call.body); err != nil {
			return nil, directory.Errorf(directory.Invalid, "teams: a request can't be encoded")
		}
	}
	r, err := http.NewRequestWithContext(ctx, call.method, at, bytes.NewReader(body))
	if err != nil {
		return nil, directory.Errorf(directory.Invalid, "teams: a request can't be made")
	}
	r.Header.Set("Accept", "application/json")
	if call.body != nil {
		r.Header.Set("Content-Type", "application/json; charset=utf-8")
	}
	return r, nil
}

// operation is what Microsoft's support asks for.
func operation(h http.Header) string {
	id := strings.TrimSpace(h.Get("X-Correlating-OperationId"))
	if len(id) > 128 {
		id = id[:128]
	}
	return id
}
