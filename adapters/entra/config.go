package entra

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"rollcall/adapters/internal/credential"
	"rollcall/sync/directory"
)

// Name is the platform's name in ids: that of Teams, whose accounts are Entra's users.
const Name directory.Platform = "teams"

// Config is what an adapter needs.
type Config struct {
	// Cloud is where Entra and Graph are: [Public] or one of its sisters.
	Cloud Cloud
	// Name is the directory's name in the ids of its members.
	Name string
	// ClientID is that of the one app registration, which customers consent to.
	ClientID string
	// Proof is what the app proves itself with: [Secret], [Certificate] or [ManagedIdentity]. None:
	// ClientSecret is it.
	Proof Proof
	// ClientSecret is a client secret of the app.
	ClientSecret directory.Secret
	// Find is where a customer's directory is. It is asked before everything that is done for a tenant, so
	// it should be fast. NotFound: the tenant has none, and nothing is asked for it.
	Find func(ctx context.Context, tenant directory.TenantID) (Tenant, error)
	// Each are all customers that have a directory, whose changes are subscribed to.
	Each func(ctx context.Context) (map[directory.TenantID]Tenant, error)
	// TeamsAppID is the id in the Teams app's manifest, by which a tenant's catalogue knows it.
	// Empty: the app is never installed for anybody.
	TeamsAppID string
	// NotificationURL is where Graph reaches the product: https, without a path. Empty: nothing is
	// subscribed to, and changes are found by reading.
	NotificationURL string
	// NotificationKey signs what notifications are recognised by, of at least 32 bytes.
	NotificationKey []byte
	// PageSize is how many people are asked for at once. Zero: 999, which is the most.
	PageSize int
	// Now is the time. Nil: the machine's.
	Now func() time.Time
	// Rand makes the ids of subscriptions' addresses. Nil: the machine's.
	Rand io.Reader
	// Logger takes what operators need to know. Nil: nothing is logged.
	Logger *slog.Logger
	// Transport replaces the network, for simulators in the same process. Nil: the network.
	Transport http.RoundTripper
}

const (
	mostPeople     = 999 // https://learn.microsoft.com/graph/api/user-list
	shortestKey    = 32
	defaultLanding = "https://myapps.microsoft.com"
)

// Validate reports every problem at once.
func (c Config) Validate() error {
	var problems []error
	check := func(ok bool, problem string) {
		if !ok {
			problems = append(problems, directory.Errorf(directory.Invalid, "%s", "entra: "+problem))
		}
	}
	check(c.Cloud.graph != "" && c.Cloud.login != "", "the cloud is missing: use the public one")
	check(c.Name != "", "the directory has no name")
	check(isObjectID(c.ClientID), "the client id is not a UUID: copy it from the app registration")
	check(!c.proof().IsZero(), "the client secret is missing: make one in the app registration")
	check(c.Find != nil && c.Each != nil, "nobody says where a tenant's directory is")
	check(c.TeamsAppID == "" || isObjectID(c.TeamsAppID), "the Teams app's id is not a UUID: copy it from its manifest")
	check(c.PageSize >= 0 && c.PageSize <= mostPeople, "a page has at most 999 people")
	if c.NotificationURL != "" {
		check(c.notificationURL() != "", "the notification URL must be https://host, without a path, a query or a user part")
		check(len(c.NotificationKey) >= shortestKey, "the notification key is shorter than 32 bytes")
	}
	return errors.Join(problems...)
}

func (c Config) proof() Proof {
	if c.Proof.IsZero() {
		return Secret(c.ClientSecret)
	}
	return c.Proof
}

// credential is the app's proof in the configured cloud.
func (c Config) credential() credential.Credential {
	return c.proof().At(credential.Place{
		ClientID: c.ClientID, Exchange: c.Cloud.exchange, Metadata: c.Cloud.machine, Now: c.Now, Transport: c.Transport,
	})
}

func (c Config) withDefaults() Config {
	c.ClientID = strings.ToLower(c.ClientID) // as tokens write it
	if c.PageSize == 0 {
		c.PageSize = mostPeople
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Rand == nil {
		c.Rand = rand.Reader
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c
}

// notificationURL is the product's base URL without a slash at the end; empty if it can't be used.
func (c Config) notificationURL() string {
	u, err := url.Parse(strings.TrimRight(c.NotificationURL, "/"))
	if err != nil || u.Scheme != "https" || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return ""
	}
	return u.String()
}

// isObjectID reports whether s has the form of the ids that Entra gives, so that it can stand in a
// path or a filter as it is.
func isObjectID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		switch {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return false
			}
		case c >= '0' && c <= '9', c >= 'a' && c <= 'f', c >= 'A' && c <= 'F':
		default:
			return false
		}
	}
	return true
}
