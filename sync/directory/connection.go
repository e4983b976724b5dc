package directory

import (
	"crypto/sha256"
	"encoding/base64"
	"time"
)

// ConnectionState is where a connection is.
type ConnectionState string

// The states of a connection. Only an active one is ever resolved, listed or written to.
const (
	// ConnectionActive is the state of what works. The empty state means the same.
	ConnectionActive ConnectionState = "active"
	// ConnectionPending waits for somebody: Why says for whom. Nothing is done with it.
	ConnectionPending ConnectionState = "pending"
	// ConnectionGone was disconnected, or the app was removed. Its secrets are gone, and its links rest.
	ConnectionGone ConnectionState = "gone"
)

// ConnectionCause decides what becomes of a connection that doesn't work; [Connection.Why] says it to people. The
// empty one is the platform: what is pending waits for it, and what is gone was removed there.
type ConnectionCause string

// The causes that are not the platform's.
const (
	// CauseUnproven is of a pending one: whoever installed it isn't known to administer the workspace.
	CauseUnproven ConnectionCause = "unproven"
	// CauseEnding is of a pending one that an admin disconnects: what was granted is still to be given back.
	CauseEnding ConnectionCause = "ending"
	// CauseDisconnected is of one that is gone because an admin said so. Only an admin connects it again.
	CauseDisconnected ConnectionCause = "disconnected"
)

// Connection is an installation with what is known of it. There is one for each workspace: a later
// generation takes the place of the one before.
type Connection struct {
	Installation Installation
	State        ConnectionState
	// Since is when this generation was installed, by our clock. What a platform says to have
	// happened before that concerns an earlier one.
	Since time.Time
	Ended time.Time // when it was gone; zero: it isn't
	Cause ConnectionCause
	Why   string // what a pending one waits for, or why one is gone: a sentence for the admin
	// By is who installed it, as the platform vouches; zero: whoever runs Rollcall, in the
	// configuration.
	By     AccountID
	ByName string // what people call them, as the platform says; for people to read, and often empty
	Title  string // what people call the workspace
	Method string // the connector's own name of the way in which it was connected
	// Scopes are what was granted, as the platform says; nil: it doesn't say.
	Scopes []string
	// Bot is the app's own user there; empty: it has none, or the same everywhere.
	Bot string
	// Wide says that the workspace is an organisation of workspaces, installed for at once.
	// Workspaces are those of them that the app may act in.
	Wide       bool
	Workspaces []Workspace
	Version    int64 // grows with every change; a new generation begins at 1
}

// Active reports whether the connection is to be used.
func (c Connection) Active() bool { return c.State == ConnectionActive || c.State == "" }

// Field names one of an installation's secrets.
type Field string

// The secrets of an installation.
const (
	FieldToken   Field = "token"   // what its calls are made with
	FieldRefresh Field = "refresh" // with which a new token is got
)

// Sealed is a secret as it is stored: encrypted with a data key of its own, which is wrapped by the
// key that Key names.
type Sealed struct {
	Key     string
	Wrapped []byte // the data key
	Text    []byte // the secret
}

// Credential are the sealed secrets of one generation of an installation. They are replaced together:
// a platform that gives a new token takes the old refresh token back.
type Credential struct {
	Fields  map[Field]Sealed
	Expires time.Time // when FieldToken ends; zero: never
	Version int64     // grows with every change
}

// Admin is somebody who may steer a tenant.
type Admin struct {
	Account AccountID
	Name    string // what people call them, as the platform said then; for people to read, and often empty
	Since   time.Time
	By      string // who said so: "installer", an account's text, or "configuration"
}

// Ticket is something short-lived that a browser brings back: an authorisation that is under way, an
// invitation, a session. The browser has its text; the store has only the hash of that.
type Ticket struct {
	ID     TicketID
	Kind   string
	Tenant TenantID // empty: not known yet
	// Browser is the hash of the secret in the only browser that may bring it back; empty: any may.
	Browser TicketID
	By      string            // on whose behalf: an account's text, or "configuration"
	Facts   map[string]string // what else is to be remembered; no secrets
	Until   time.Time
}

// TicketID is the hash of a ticket's text. Whoever reads the store can't bring the ticket back.
type TicketID string

// TicketOf is the id of a ticket with this text.
func TicketOf(text string) TicketID {
	sum := sha256.Sum256([]byte(text))
	return TicketID(base64.RawURLEncoding.EncodeToString(sum[:]))
}
