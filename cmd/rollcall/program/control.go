package program

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
	"unicode"

	"rollcall/bot/hub"
	"rollcall/sync/directory"
)

// The running program can be asked things from the same machine, over a socket beside its database.
// Whoever may enter its folder may ask: that is for its owner only, as the database is.

// longestSocket is what every system takes as the path of a socket.
const longestSocket = 100

// socketOf is the path of the socket of the program that has a store.
func socketOf(store string) string { return filepath.Join(store+".control", "socket") }

// serveControl answers on the socket until ctx ends. Without the socket everything else works.
func (m *Main) serveControl(ctx context.Context, work *sync.WaitGroup) {
	path := socketOf(m.config.Store)
	listener, err := m.listenControl(path)
	if err != nil {
		m.logger.Warn("the commands that ask a running Rollcall won't work", "error", err)
		return
	}
	server := &http.Server{Handler: m.control(), ReadHeaderTimeout: headerWithin}
	work.Go(func() { _ = server.Serve(listener) }) // it ends with Close
	work.Go(func() {
		<-ctx.Done()
		_ = server.Close()
	})
}

func (m *Main) listenControl(path string) (net.Listener, error) {
	if len(path) > longestSocket {
		return nil, fmt.Errorf("the store's path is too long for a socket beside it")
	}
	folder := filepath.Dir(path)
	if err := os.Mkdir(folder, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	// Of an earlier run, whatever its mode has become. A link of that name would lead elsewhere.
	if is, err := os.Lstat(folder); err != nil || !is.IsDir() {
		return nil, errors.Join(err, fmt.Errorf("%s is no folder", folder))
	}
	if err := os.Chmod(folder, 0o700); err != nil {
		return nil, err
	}
	// A process that was killed leaves it behind; the store's lock says that there is no other.
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	listener, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil { // as the folder is, whatever somebody does to that
		return nil, errors.Join(err, listener.Close())
	}
	return listener, nil
}

func (m *Main) control() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /invite", func(w http.ResponseWriter, r *http.Request) {
		tenant := directory.TenantID(r.FormValue("tenant"))
		if _, err := m.Store.Tenant(r.Context(), tenant); err != nil {
			answer(w, nil, m.noTenant(r.Context(), tenant))
			return
		}
		link, err := m.hub.Invite(r.Context(), tenant)
		answer(w, link, err)
	})
	mux.HandleFunc("POST /doctor", func(w http.ResponseWriter, r *http.Request) {
		report, err := m.Doctor(r.Context(), directory.TenantID(r.FormValue("tenant")))
		answer(w, report, err)
	})
	mux.HandleFunc("POST /keys/used", func(w http.ResponseWriter, r *http.Request) {
		used, err := m.vault.KeysInUse(r.Context())
		answer(w, used, err)
	})
	mux.HandleFunc("POST /admins", func(w http.ResponseWriter, r *http.Request) {
		admins, err := m.admins(r.Context(), r)
		answer(w, admins, err)
	})
	m.obeys(mux)
	mux.HandleFunc("POST /alive", func(w http.ResponseWriter, _ *http.Request) { answer(w, true, nil) })
	mux.HandleFunc("POST /keys", func(w http.ResponseWriter, r *http.Request) {
		n, err := m.rekey(r.Context())
		answer(w, n, err)
	})
	return mux
}

func answer(w http.ResponseWriter, value any, err error) {
	w.Header().Set("Content-Type", "application/json")
	if err != nil {
		w.WriteHeader(http.StatusUnprocessableEntity)
		value = Plainly(err)
	}
	_ = json.NewEncoder(w).Encode(value)
}

// Plainly is an error as it was said, but without the codes in it, for people to read.
func Plainly(err error) string {
	var coded *directory.Error
	if !errors.As(err, &coded) || coded.Text == "" {
		return err.Error()
	}
	return strings.Replace(err.Error(), coded.Error(), directory.Said(coded), 1)
}

// Control asks the running program that has a store.
type Control struct {
	path   string
	client *http.Client
}

// ErrNotRunning says that no program has the store open.
var ErrNotRunning = errors.New("rollcall isn't running with this configuration: start it with rollcall serve")

// NewControl is how to ask the program that runs with a configuration. It asks nothing yet.
func NewControl(config Config) *Control {
	path := socketOf(config.Store)
	return &Control{path, &http.Client{Timeout: 3 * time.Minute, Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", path)
		},
	}}}
}

// Invite makes an invitation into the hub for a tenant: a link that works once, for an hour.
func (c *Control) Invite(ctx context.Context, tenant string) (string, error) {
	return ask[string](ctx, c, "/invite", tenant)
}

// Doctor has everything checked that one or every tenant (empty) needs. It blocks for as long as the
// platforms take.
func (c *Control) Doctor(ctx context.Context, tenant string) ([]Diagnosis, error) {
	return ask[[]Diagnosis](ctx, c, "/doctor", tenant)
}

// Rekey has the key file read again and everything sealed with its first key. It answers how many
// secrets that were.
func (c *Control) Rekey(ctx context.Context) (int, error) {
	return ask[int](ctx, c, "/keys", "")
}

func ask[T any](ctx context.Context, c *Control, path, tenant string) (T, error) {
	return askWith[T](ctx, c, path, url.Values{"tenant": {tenant}})
}

func askWith[T any](ctx context.Context, c *Control, path string, query url.Values) (T, error) {
	var value T
	resp, err := c.send(ctx, c.client, path, query)
	if err != nil {
		return value, err
	}
	defer resp.Body.Close()
	return value, json.NewDecoder(resp.Body).Decode(&value)
}

// send asks the running program. An error is its sentence.
func (c *Control) send(ctx context.Context, client *http.Client, path string, query url.Values) (*http.Response, error) {
	if len(c.path) > longestSocket {
		return nil, fmt.Errorf("the store's path is too long for the socket beside it, over which a running Rollcall is asked: choose one of at most %d characters", longestSocket-len(socketOf("")))
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://rollcall"+path, strings.NewReader(query.Encode()))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := client.Do(r)
	if err != nil {
		var dial *net.OpError
		if errors.As(err, &dial) && dial.Op == "dial" {
			return nil, ErrNotRunning
		}
		return nil, err
	}
	if resp.StatusCode == http.StatusOK {
		return resp, nil
	}
	defer resp.Body.Close()
	var sentence string
	if json.NewDecoder(resp.Body).Decode(&sentence) != nil {
		sentence = "the running program answers with status " + resp.Status
	}
	return nil, errors.New(sentence)
}

// Diagnosis are the checklists of one tenant.
type Diagnosis struct {
	Tenant     string
	Checklists []hub.Checklist
}

// Doctor checks everything that one or every tenant (empty) needs. It blocks for as long as the
// platforms take.
func (m *Main) Doctor(ctx context.Context, tenant directory.TenantID) ([]Diagnosis, error) {
	tenants, err := m.Store.Tenants(ctx)
	if err != nil {
		return nil, err
	}
	var all []Diagnosis
	for _, t := range tenants {
		if tenant != "" && t.ID != tenant {
			continue
		}
		lists, err := m.hub.Doctor(ctx, t.ID)
		if err != nil {
			return nil, err
		}
		all = append(all, Diagnosis{string(t.ID), lists})
	}
	if len(all) == 0 {
		return nil, m.noTenant(ctx, tenant)
	}
	return all, nil
}

// Admins are the accounts that may steer a tenant in the hub, each as a line: the account's text, and after two
// spaces what its platform calls it, where that is known.
func (c *Control) Admins(ctx context.Context, tenant string) ([]string, error) {
	return ask[[]string](ctx, c, "/admins", tenant)
}

// RemoveAdmin takes an account from a tenant's admins, and with that ends its sessions. It answers who is
// left.
func (c *Control) RemoveAdmin(ctx context.Context, tenant, account string) ([]string, error) {
	return askWith[[]string](ctx, c, "/admins", url.Values{"tenant": {tenant}, "remove": {account}})
}

// KeysInUse are the ids of the keys without which some stored secret doesn't open.
func (c *Control) KeysInUse(ctx context.Context) ([]string, error) {
	return ask[[]string](ctx, c, "/keys/used", "")
}

// Running reports whether a program has the store open.
func (c *Control) Running(ctx context.Context) bool {
	_, err := ask[bool](ctx, c, "/alive", "")
	return err == nil
}

// RemoveWebhooks deletes the webhooks that Rollcall made at Webex, for when it is taken away, and
// answers how many those were. A program that runs would make them again. It blocks for a few requests.
func RemoveWebhooks(ctx context.Context, config Config, options Options) (int, error) {
	if config.Webex.BotToken == "" {
		return 0, errors.New("webex isn't configured: there is nothing to remove")
	}
	if NewControl(config).Running(ctx) {
		return 0, errors.New("rollcall is running, and would make the webhooks again: stop it first")
	}
	m := &Main{config: config, options: options.withDefaults(), logger: newLogger(config.Log, options.Log)}
	adapter, err := m.buildWebex()
	if err != nil {
		return 0, err
	}
	report, err := adapter.RemoveWebhooks(ctx)
	return report.Deleted, err
}

// admins lists a tenant's, after taking one from them where that is wished.
func (m *Main) admins(ctx context.Context, r *http.Request) ([]string, error) {
	tenant := directory.TenantID(r.FormValue("tenant"))
	if text := r.FormValue("remove"); text != "" {
		account, err := directory.ParseAccountID(text)
		if err == nil {
			err = m.removeAdmin(ctx, tenant, account, byOperator)
		}
		switch {
		case directory.Is(err, directory.Conflict):
			return nil, errors.New("this is the last admin: let another one in first, with rollcall invite")
		case err != nil:
			return nil, fmt.Errorf("%q is no admin of %q: rollcall admins lists them", text, tenant)
		}
	}
	admins, err := m.Store.Admins(ctx, tenant)
	texts := make([]string, len(admins))
	for i, a := range admins {
		texts[i] = strings.TrimRight(a.Account.Text()+"  "+printable(a.Name), " ")
	}
	return texts, err
}

// printable keeps a name, which is whatever somebody typed, from steering a terminal.
func printable(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return -1
	}, name)
}

// noTenant says that there is no such tenant, and which there are.
func (m *Main) noTenant(ctx context.Context, tenant directory.TenantID) error {
	all, err := m.Store.Tenants(ctx)
	if err != nil {
		return err
	}
	ids := make([]string, len(all))
	for i, t := range all {
		ids[i] = string(t.ID)
	}
	return fmt.Errorf("there is no tenant %q: there is %s", tenant, strings.Join(ids, ", "))
}
