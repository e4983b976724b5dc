// Package outbound makes the HTTP clients through which adapters speak to platforms. It owns one
// rule: a token goes to no host that the platform's Cloud doesn't name. The check stands in the
// transport, where the request leaves, and not with its callers: https only, no user part, an
// exact host and port, no redirect followed, and outside loopback no private address, whatever a
// name resolves to.
package outbound

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"

	"rollcall/sync/directory"
)

// Config says where a client may go.
type Config struct {
	// Hosts are the exact hosts, without a port for 443, with it otherwise.
	Hosts []string
	// Loopback allows ports other than 443 and addresses of this machine, and nothing else.
	// Only a Cloud for simulators sets it.
	Loopback bool
	// Roots are the trusted certificate authorities; nil: the system's.
	Roots *x509.CertPool
	// Timeout bounds a whole request. Zero: 10 seconds.
	Timeout time.Duration
	// Transport replaces the network, for simulators in the same process. The host check stays.
	Transport http.RoundTripper
}

// Client makes a client that goes only where config says and follows no redirect.
func Client(config Config) *http.Client {
	next := config.Transport
	if next == nil {
		dialer := &net.Dialer{Timeout: 5 * time.Second, Control: control(config.Loopback)}
		next = &http.Transport{
			DialContext:           dialer.DialContext,
			TLSClientConfig:       &tls.Config{RootCAs: config.Roots, MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:   5 * time.Second,
			ResponseHeaderTimeout: 10 * time.Second,
			MaxIdleConnsPerHost:   16,
			IdleConnTimeout:       90 * time.Second,
			ForceAttemptHTTP2:     true,
		}
	}
	timeout := config.Timeout
	if timeout == 0 {
		timeout = 10 * time.Second
	}
	return &http.Client{
		Timeout:   timeout,
		Transport: guard{config, next},
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		},
	}
}

type guard struct {
	config Config
	next   http.RoundTripper
}

func (g guard) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := g.config.Check(r.URL); err != nil {
		if r.Body != nil {
			r.Body.Close()
		}
		return nil, err
	}
	return g.next.RoundTrip(r)
}

// Check reports whether a URL may be asked. Its error names no more than the host.
func (c Config) Check(u *url.URL) error {
	host := strings.ToLower(u.Host)
	port := u.Port()
	if port == "443" {
		host = strings.TrimSuffix(host, ":443")
	}
	switch {
	case u.Scheme != "https":
		return directory.Errorf(directory.Invalid, "only https is spoken")
	case u.User != nil:
		return directory.Errorf(directory.Invalid, "a URL with a user part is not followed")
	case !slices.Contains(c.Hosts, host):
		return directory.Errorf(directory.Invalid, "the host %q is not one of this platform's", u.Hostname())
	case !c.Loopback && port != "" && port != "443":
		return directory.Errorf(directory.Invalid, "the port of %q is not 443", u.Hostname())
	}
	return nil
}

// control refuses, after the name was resolved, every address that the Cloud can't mean.
func control(loopback bool) func(string, string, syscall.RawConn) error {
	return func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil {
			return fmt.Errorf("outbound: %w", err)
		}
		ip := at.Addr().Unmap()
		if loopback {
			if !ip.IsLoopback() {
				return directory.Errorf(directory.Invalid, "a loopback cloud reaches this machine only")
			}
			return nil
		}
		if !public(ip) {
			return directory.Errorf(directory.Invalid, "the host resolves to an address that is not public")
		}
		return nil
	}
}

// public reports whether an address is one of the internet's own: by what it says itself, and by what
// it carries, where it is an IPv4 address in the clothes of another.
func public(ip netip.Addr) bool {
	if !ip.IsGlobalUnicast() || ip.IsPrivate() {
		return false
	}
	return !slices.ContainsFunc(special, func(p netip.Prefix) bool { return p.Contains(ip) })
}

// special are the networks that are no hosts of the internet, though they look like it
// (https://www.iana.org/assignments/iana-ipv4-special-registry, and the same for IPv6).
var special = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),       // this network
	netip.MustParsePrefix("100.64.0.0/10"),   // carrier-grade NAT
	netip.MustParsePrefix("192.0.0.0/24"),    // protocol assignments, some clouds' metadata
	netip.MustParsePrefix("192.0.2.0/24"),    // documentation
	netip.MustParsePrefix("198.18.0.0/15"),   // benchmarks
	netip.MustParsePrefix("198.51.100.0/24"), // documentation
	netip.MustParsePrefix("203.0.113.0/24"),  // documentation
	netip.MustParsePrefix("240.0.0.0/4"),     // reserved
	netip.MustParsePrefix("::/96"),           // IPv4-compatible
	netip.MustParsePrefix("64:ff9b::/96"),    // NAT64
	netip.MustParsePrefix("64:ff9b:1::/48"),  // NAT64, local use
	netip.MustParsePrefix("100::/64"),        // discard
	netip.MustParsePrefix("192.88.99.0/24"),  // 6to4 relays
	netip.MustParsePrefix("2001::/23"),       // protocol assignments, Teredo among them
	netip.MustParsePrefix("3fff::/20"),       // documentation
	netip.MustParsePrefix("5f00::/16"),       // segment routing
	netip.MustParsePrefix("2001:db8::/32"),   // documentation
	netip.MustParsePrefix("2002::/16"),       // 6to4
	netip.MustParsePrefix("fec0::/10"),       // site-local
}

// ReadBody reads a response's body up to a limit and closes it. Uncertain: it broke off, so what
// was asked for may have happened. Invalid: it is longer.
func ReadBody(resp *http.Response, limit int64) ([]byte, error) {
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	if err != nil {
		return nil, directory.Errorf(directory.Uncertain, "the answer broke off")
	}
	if int64(len(body)) > limit {
		return nil, directory.Errorf(directory.Invalid, "the answer is longer than %d bytes", limit)
	}
	return body, nil
}
