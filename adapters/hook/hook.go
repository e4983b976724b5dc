package hook

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"rollcall/adapters/internal/outbound"
	"rollcall/sync/directory"
)

// Network is which addresses can be reached. It is made by [Public] or [Loopback] and can't be made
// otherwise.
type Network struct {
	public, loopback bool
	roots            *x509.CertPool
}

// Public is every address that is nobody's own: not private, not of this machine, not link-local.
func Public() Network { return Network{public: true} }

// Loopback is receivers on this machine, with certificates of an authority of its own. Only the demo
// and tests may call it.
func Loopback(roots *x509.CertPool) Network { return Network{loopback: true, roots: roots} }

// Config is what one webhook needs.
type Config struct {
	// Tenant is whose changes are told, and nobody else's.
	Tenant directory.TenantID
	// URL is where to: https, on port 443. It never stands in a log or an error.
	URL string
	// Secrets sign, each of at least 32 bytes. While one is being replaced both stand here, and
	// both sign.
	Secrets []directory.Secret
	// Network is what can be reached: [Public].
	Network Network
	// Now is the time, for signatures and for waits that are given as a date. Nil: the machine's.
	Now func() time.Time
	// Transport replaces the network, for receivers in the same process. Nil: the network.
	Transport http.RoundTripper
}

// shortestSecret is the least length of a secret: as long as what it makes.
const shortestSecret = 32

// Validate reports every problem at once.
func (c Config) Validate() error {
	var problems []error
	check := func(ok bool, problem string) {
		if !ok {
			problems = append(problems, directory.Errorf(directory.Invalid, "%s", "hook: "+problem))
		}
	}
	check(c.Tenant != "", "the tenant is missing")
	check(c.Network.public || c.Network.loopback, "the network is missing: use the public one")
	check(c.target() != nil, "the URL must be https://host/path, with a host's name, without a port, a user part or a fragment")
	check(len(c.Secrets) > 0, "the secret is missing: make one of 32 random bytes")
	check(len(c.Secrets) < 3, "more than two secrets: keep the new one and the one before")
	for i, secret := range c.Secrets {
		check(len(secret.Reveal()) >= shortestSecret, "a secret is shorter than 32 bytes")
		check(!slices.Contains(c.Secrets[:i], secret), "the two secrets are the same")
	}
	return errors.Join(problems...)
}

// target is the URL; nil if it can't be used. What its name resolves to is looked at when it is
// dialled.
func (c Config) target() *url.URL {
	u, err := url.Parse(c.URL)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.Opaque != "" || u.User != nil || u.Fragment != "" {
		return nil
	}
	_, err = netip.ParseAddr(u.Hostname())
	if literal := err == nil; !c.Network.loopback && (literal || u.Port() != "" && u.Port() != "443") {
		return nil
	}
	u.Host = strings.TrimSuffix(strings.ToLower(u.Host), ":443")
	return u
}

// Hook is one tenant's webhook. Safe for concurrent use.
type Hook struct {
	tenant  directory.TenantID
	url     string
	secrets []directory.Secret
	now     func() time.Time
	http    *http.Client
}

var _ directory.Subscriber = (*Hook)(nil)

// timeout bounds one delivery, from the look-up of the name to the end of the answer.
const timeout = 10 * time.Second

// New makes a webhook. It asks nothing of the other side yet. Invalid: the configuration can't be
// used, and the text says all that is wrong with it.
func New(config Config) (*Hook, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	target := config.target()
	return &Hook{
		tenant: config.Tenant, url: target.String(), secrets: slices.Clone(config.Secrets), now: config.Now,
		http: outbound.Client(outbound.Config{
			Hosts: []string{target.Host}, Loopback: config.Network.loopback, Roots: config.Network.roots,
			Timeout: timeout, Transport: config.Transport,
		}),
	}, nil
}

// Deliver implements [directory.Subscriber]. It blocks for 10 seconds at most.
func (h *Hook) Deliver(ctx context.Context, c directory.Changed) error {
	if c.Tenant != h.tenant {
		return directory.Errorf(directory.Invalid, "hook: the change is another tenant's")
	}
	if ctx.Err() != nil {
		return directory.Errorf(directory.Unavailable, "hook: not sent")
	}
	body, err := encode(c)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.url, bytes.NewReader(body))
	if err != nil {
		return directory.Errorf(directory.Invalid, "hook: the request can't be made")
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Rollcall")
	sign(req.Header, c.ID, h.now(), body, h.secrets)
	resp, err := h.http.Do(req)
	if err != nil {
		return broken(err)
	}
	h.drain(resp.Body)
	return verdict(resp.StatusCode, outbound.RetryAfter(resp.Header.Get("Retry-After"), h.now()))
}

// drain reads a little of an answer that nobody looks at, so that the connection can be used again.
func (h *Hook) drain(body io.ReadCloser) {
	_, _ = io.CopyN(io.Discard, body, 4<<10)
	_ = body.Close()
}
