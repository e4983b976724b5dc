package slacksim

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// ackWithin is how long the app has to acknowledge a payload, over a socket as over HTTP.
const ackWithin = 3 * time.Second

// carrier takes what goes to the product over HTTP, or over a socket in Socket Mode: the outbox knows
// nothing of it, and retries alike.
type carrier struct {
	sim  *Sim
	http http.RoundTripper
}

var _ http.RoundTripper = (*carrier)(nil)

var (
	errNoSocket = errors.New("slacksim: no socket is open")
	errNoAck    = errors.New("slacksim: no acknowledgement")
)

// carried is the client with which the outbox sends.
func (s *Sim) carried(client *http.Client) *http.Client {
	var out http.Client
	if client != nil {
		out = *client
	}
	if out.Transport == nil {
		out.Transport = new(http.Transport)
	}
	out.Transport = &carrier{sim: s, http: out.Transport}
	return &out
}

// RoundTrip sends a payload, and answers what the product did.
func (c *carrier) RoundTrip(r *http.Request) (*http.Response, error) {
	c.sim.mu.Lock()
	over := c.sim.config.SocketMode
	var sock *socket
	if n := len(c.sim.sockets); n > 0 {
		sock = c.sim.sockets[c.sim.dice.IntN(n)]
	}
	c.sim.mu.Unlock()
	if !over {
		return c.http.RoundTrip(r)
	}
	if sock == nil {
		return nil, errNoSocket
	}
	message, err := enveloped(r)
	if err != nil {
		return nil, err
	}
	answer, err := sock.ask(r.Context(), message)
	if err != nil {
		return nil, err
	}
	return &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{},
		Body: io.NopCloser(strings.NewReader(string(answer))), ContentLength: int64(len(answer)), Request: r,
	}, nil
}

// ask sends a payload and waits until it is acknowledged.
func (sock *socket) ask(ctx context.Context, message map[string]any) (json.RawMessage, error) {
	id := message["envelope_id"].(string)
	ack := make(chan json.RawMessage, 1)
	sock.mu.Lock()
	sock.acks[id] = ack
	sock.mu.Unlock()
	sock.write(message)
	late := time.NewTimer(ackWithin)
	defer late.Stop()
	select {
	case answer := <-ack:
		return answer, nil
	case <-late.C:
	case <-sock.ended:
	case <-ctx.Done():
	}
	sock.mu.Lock()
	defer sock.mu.Unlock()
	delete(sock.acks, id)
	return nil, errNoAck
}

// enveloped is a webhook as a socket carries it.
func enveloped(r *http.Request) (map[string]any, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(body) // another attempt has the same id
	message := map[string]any{
		"envelope_id":              fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16]),
		"accepts_response_payload": true,
	}
	if r.URL.Path == "/slack/events" {
		message["type"], message["payload"], message["accepts_response_payload"] = "events_api", json.RawMessage(body), false
		attempt, _ := strconv.Atoi(r.Header.Get("X-Slack-Retry-Num"))
		message["retry_attempt"], message["retry_reason"] = attempt, ""
		if attempt > 0 {
			message["retry_reason"] = "timeout"
		}
		return message, nil
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, err
	}
	if payload := form.Get("payload"); payload != "" {
		message["type"], message["payload"] = "interactive", json.RawMessage(payload)
		return message, nil
	}
	command := make(map[string]any, len(form))
	for name := range form {
		command[name] = form.Get(name)
	}
	command["is_enterprise_install"] = form.Get("is_enterprise_install") == "true" // a boolean here, unlike over HTTP
	message["type"], message["payload"] = "slash_commands", command
	return message, nil
}
