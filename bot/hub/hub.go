package hub

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"time"

	"github.com/gorilla/mux"

	"rollcall/sync/directory"
)

// Config is what a hub needs. Connectors, Registry, Desk, PublicURL and Now are required.
type Config struct {
	Connectors []Connector // in the order in which they are shown
	Registry   Registry
	Desk       Desk
	// PublicURL is where browsers reach this program: https, without a path.
	PublicURL string
	Name      string // what the pages call the product; empty: Rollcall
	Now       func() time.Time
	Rand      io.Reader    // empty: crypto/rand
	Logger    *slog.Logger // empty: nothing is logged
	// SignUp says that a workspace that belongs to nobody becomes a new tenant.
	SignUp bool
	// Client is the address by which requests are counted; empty: the one that the connection comes from.
	// Behind a proxy that is the proxy's, the same for everybody.
	Client func(*http.Request) string
	// Files makes what admins fetch. Nil: there are none.
	Files Files
	// Privacy, Terms and Support are the operator's own pages, to which ours then lead: https.
	Privacy, Terms, Support string
}

// Hub serves the pages. Safe for concurrent use.
type Hub struct {
	config     Config
	connectors map[directory.Platform]Connector
	origin     *http.CrossOriginProtection
	limits     *limits
	checks     *checks
	roles      roles
}

// reserved are words of the hub's own paths, which are no platforms.
var reserved = []string{"link", "invite", "signout", "assets"}

var platformName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,30}$`)

// New makes a hub. The error names everything that is wrong with the configuration. [Hub.Close] ends what it
// does in the background.
func New(config Config) (*Hub, error) {
	h := &Hub{config: config, connectors: map[directory.Platform]Connector{}, origin: http.NewCrossOriginProtection()}
	h.roles.seen = map[steward]time.Time{}
	h.defaults()
	wrong := h.validate()
	for _, c := range config.Connectors {
		name := c.Platform()
		if !platformName.MatchString(string(name)) || slices.Contains(reserved, string(name)) || h.connectors[name] != nil {
			wrong = append(wrong, fmt.Errorf("hub: %q can't be a platform here, or is there twice", name))
		}
		h.connectors[name] = c
	}
	if len(wrong) > 0 {
		return nil, errors.Join(wrong...)
	}
	if err := h.origin.AddTrustedOrigin(config.PublicURL); err != nil {
		return nil, fmt.Errorf("hub: the public URL: %w", err)
	}
	h.limits = newLimits()
	h.checks = newChecks(h.config.Now)
	return h, nil
}

func (h *Hub) defaults() {
	if h.config.Name == "" {
		h.config.Name = "Rollcall"
	}
	if h.config.Rand == nil {
		h.config.Rand = rand.Reader
	}
	if h.config.Logger == nil {
		h.config.Logger = slog.New(slog.DiscardHandler)
	}
}

func (h *Hub) validate() []error {
	var wrong []error
	if h.config.Registry == nil || h.config.Desk == nil || h.config.Now == nil {
		wrong = append(wrong, errors.New("hub: Registry, Desk and Now are required"))
	}
	if u, err := url.Parse(h.config.PublicURL); err != nil || u.Scheme != "https" || u.Host == "" || h.config.PublicURL != "https://"+u.Host {
		wrong = append(wrong, errors.New("hub: the public URL must be https and have no path"))
	}
	for name, page := range map[string]string{"privacy": h.config.Privacy, "terms": h.config.Terms, "support": h.config.Support} {
		if u, err := url.Parse(page); page != "" && (err != nil || u.Scheme != "https" || u.Host == "") {
			wrong = append(wrong, fmt.Errorf("hub: the page about %s must be https", name))
		}
	}
	return wrong
}

// Close stops what goes on in the background, and waits for it. It may be called twice.
func (h *Hub) Close() { h.checks.close() }

// Mount adds the hub's paths to a router.
func (h *Hub) Mount(r *mux.Router) {
	read := []string{http.MethodGet, http.MethodHead}
	r.HandleFunc("/connect/assets/"+styleName, asset("text/css; charset=utf-8", styleText)).Methods(read...)
	r.HandleFunc("/connect/assets/"+iconName, asset("image/svg+xml", iconText)).Methods(read...)
	r.HandleFunc("/privacy", h.paper("privacy", h.config.Privacy)).Methods(read...)
	r.HandleFunc("/terms", h.paper("terms", h.config.Terms)).Methods(read...)
	r.HandleFunc("/support", h.paper("support", h.config.Support)).Methods(read...)

	r.Handle("/", http.RedirectHandler("/connect", http.StatusFound)).Methods(read...) // what people type is the host alone
	r.HandleFunc("/connect", h.visited(calm, h.home)).Methods(read...)
	r.HandleFunc("/connect/signout", h.visited(calm, h.signOut)).Methods(http.MethodPost)
	r.HandleFunc("/connect/invite/{text}", h.visited(counted, h.invited)).Methods(read...)
	r.HandleFunc("/connect/invite/{text}", h.visited(counted, h.acceptInvitation)).Methods(http.MethodPost)
	r.HandleFunc("/connect/link/{text}", h.visited(counted, h.linked)).Methods(read...)
	r.HandleFunc("/connect/link/{text}", h.visited(counted, h.beginLink)).Methods(http.MethodPost)

	r.HandleFunc("/download/{text}", h.visited(counted, h.offer)).Methods(read...)
	r.HandleFunc("/download/{text}", h.visited(counted, h.download)).Methods(http.MethodPost)

	r.HandleFunc("/connect/{platform}/begin", h.visited(counted, h.begin)).Methods(http.MethodPost)
	r.HandleFunc("/connect/{platform}/start", h.visited(counted, h.start)).Methods(http.MethodGet)
	r.HandleFunc("/connect/{platform}/return", h.visited(counted, h.back)).Methods(http.MethodGet)
	r.HandleFunc("/connect/{platform}/settings", h.visited(calm, h.settings)).Methods(read...)
	r.HandleFunc("/connect/{platform}/test", h.visited(counted, h.test)).Methods(http.MethodPost)
	r.HandleFunc("/connect/{platform}/disconnect", h.visited(counted, h.disconnect)).Methods(http.MethodPost)
}

// redirect is where a vendor sends browsers back to.
func (h *Hub) redirect(platform directory.Platform) string {
	return h.config.PublicURL + "/connect/" + string(platform) + "/return"
}

// connection is the tenant's for a platform: the one that works, or else the one that waits, or else the last
// one that did. Nil: there was none.
func (h *Hub) connection(ctx context.Context, tenant directory.TenantID, platform directory.Platform) (*directory.Connection, error) {
	all, err := h.config.Registry.Connections(ctx, tenant)
	if err != nil {
		return nil, err
	}
	var best *directory.Connection
	for i, c := range all {
		if c.Installation.Platform == platform && (best == nil || rank(c) > rank(*best) || rank(c) == rank(*best) && c.Since.After(best.Since)) {
			best = &all[i]
		}
	}
	return best, nil
}

func rank(c directory.Connection) int {
	switch {
	case c.Active():
		return 2
	case c.State == directory.ConnectionPending:
		return 1
	}
	return 0
}
