package entra

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/gorilla/mux"

	"rollcall/sync/directory"
)

// The resources that are subscribed to. That of a group's members would take one subscription for
// each group, of which an app may have a hundred in a directory.
const (
	resourceGroups = "groups"
	resourceUsers  = "users"
)

const (
	hookPath      = "/entra/notifications/"
	lifecyclePath = "/entra/lifecycle/"
	// longestDelivery is far above a thousand notifications, which Graph sends at most.
	longestDelivery = 4 << 20
	// longestToken is far above what Graph sends to see whether an address answers.
	longestValidation = 1024
)

// hook is an address for one subscription. Everything that a notification is checked by follows from
// it and from our key, so nothing about it is stored.
type hook struct {
	resource  string
	directory string // the Entra tenant
	id        string // random
}

// sign is what the key makes of a hook for one purpose.
func (h hook) sign(key []byte, purpose string) []byte {
	mac := hmac.New(sha256.New, key)
	for _, part := range []string{"rollcall entra subscription", purpose, h.resource, h.directory, h.id} {
		mac.Write([]byte(part))
		mac.Write([]byte{0})
	}
	return mac.Sum(nil)
}

// path is the hook's address below one of the two paths. Its last part proves that we made it.
func (h hook) path(below string, key []byte) string {
	return below + h.resource + "/" + h.directory + "/" + h.id + "/" + hex.EncodeToString(h.sign(key, "address")[:16])
}

// state is the secret that Graph sends back with each notification: at most 128 characters.
func (h hook) state(key []byte) string {
	return base64.RawURLEncoding.EncodeToString(h.sign(key, "state"))
}

// parseHook reads the part of an address that path made, and nothing else.
func parseHook(rest string, key []byte) (hook, bool) {
	parts := strings.Split(rest, "/")
	if len(parts) != 4 {
		return hook{}, false
	}
	h := hook{resource: parts[0], directory: parts[1], id: parts[2]}
	made := h.path("", key)
	return h, hmac.Equal([]byte(made), []byte(rest)) && (h.resource == resourceGroups || h.resource == resourceUsers)
}

// Routes adds the addresses at which Graph tells of changes. Nothing is added where no notification
// URL is configured.
func (a *Adapter) Routes(r *mux.Router) {
	if a.base == "" {
		return
	}
	for _, path := range []string{hookPath, lifecyclePath} {
		r.PathPrefix(path).Methods(http.MethodPost).HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h, ok := parseHook(strings.TrimPrefix(r.URL.Path, path), a.config.NotificationKey)
			if !ok {
				http.NotFound(w, r)
				return
			}
			if r.URL.Query().Has("validationToken") {
				validate(w, r.URL.Query())
				return
			}
			w.WriteHeader(a.deliver(h, r.Body, path == lifecyclePath))
		})
	}
}

// validate answers Graph's question whether an address is ours:
// https://learn.microsoft.com/graph/change-notifications-delivery-webhooks#notificationurl-validation
func validate(w http.ResponseWriter, query url.Values) {
	token := query.Get("validationToken")
	odd := func(r rune) bool { return r < ' ' || r == 0x7f || r == '\uFFFD' }
	if token == "" || len(token) > longestValidation || strings.ContainsFunc(token, odd) {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; sandbox")
	_, _ = io.WriteString(w, token)
}

// notification is what is read of one. Nothing of it is believed but that something changed.
type notification struct {
	State     string `json:"clientState"`
	Tenant    string `json:"tenantId"`
	Lifecycle string `json:"lifecycleEvent"`
	Data      struct {
		ID string `json:"id"`
	} `json:"resourceData"`
}

// parseDelivery reads a delivery, and fails on anything that isn't one.
func parseDelivery(from io.Reader) ([]notification, bool) {
	body, err := io.ReadAll(io.LimitReader(from, longestDelivery+1))
	var delivery struct {
		Value []notification `json:"value"`
	}
	if err != nil || len(body) > longestDelivery || json.Unmarshal(body, &delivery) != nil {
		return nil, false
	}
	return delivery.Value, delivery.Value != nil
}

// deliver takes a delivery and answers with its status. It only notes what is to be told, so that the
// answer is fast, whatever is done about it.
func (a *Adapter) deliver(h hook, body io.Reader, lifecycle bool) int {
	notifications, ok := parseDelivery(body)
	if !ok {
		return http.StatusBadRequest
	}
	state, genuine := []byte(h.state(a.config.NotificationKey)), false
	for _, n := range notifications {
		if !hmac.Equal([]byte(n.State), state) || !strings.EqualFold(n.Tenant, h.directory) {
			continue
		}
		genuine = true
		switch {
		case lifecycle:
			a.endangered(h.directory)
		case h.resource == resourceGroups:
			a.note(h.directory, strings.ToLower(n.Data.ID))
		default:
			a.note(h.directory, "")
		}
	}
	if !genuine {
		a.config.Logger.Warn("a notification is not for its address", "directory", h.directory)
		return http.StatusForbidden
	}
	return http.StatusAccepted
}

// watched is a group that was read, or is within one that was.
type watched struct {
	tenant    directory.TenantID
	directory string // the Entra tenant that it was read from
	group     string
}

// watch remembers which groups a change concerns. What is forgotten at a restart comes back with the
// next read.
func (a *Adapter) watch(tenant directory.TenantID, entra, group string, nested []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, id := range append([]string{group}, nested...) {
		at := watched{tenant, entra, id}
		if a.watched[at] == nil {
			a.watched[at] = make(map[string]bool)
		}
		a.watched[at][group] = true
	}
}

// note notes that a group changed; with none named, people did, who may be in any.
func (a *Adapter) note(entra, group string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for at, roots := range a.watched {
		if group != "" && at.group != group || !strings.EqualFold(at.directory, entra) {
			continue
		}
		for root := range roots {
			a.pending[watched{at.tenant, at.directory, root}] = true
		}
	}
	if len(a.pending) > 0 {
		nudge(a.wake)
	}
}

// endangered notes that notifications of a directory were lost, or that a subscription may end.
func (a *Adapter) endangered(entra string) {
	a.mu.Lock()
	for _, g := range a.graphs {
		if strings.EqualFold(g.Directory, entra) {
			g.renew.Store(true)
		}
	}
	a.mu.Unlock()
	nudge(a.check)
	a.note(entra, "")
}

// nudge puts the one token into a channel that may hold it already.
func nudge(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
