package entra

import (
	"time"

	"rollcall/sync/directory"
)

// subscribed is what the last look at a tenant's subscriptions found.
type subscribed struct {
	until time.Time
	err   error
}

// Subscribed is until when Graph tells of a tenant's changes, as the last [Adapter.CheckSubscriptions] has left it, and
// why it doesn't. The zero time without an error: nothing was looked at yet, or nothing is to be told. It asks nobody.
func (a *Adapter) Subscribed(tenant directory.TenantID) (time.Time, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	last := a.subscribed[tenant]
	return last.until, last.err
}

// ProofEnds is when what the app proves itself with ends; the zero time: nobody can tell, as of a client secret.
func (a *Adapter) ProofEnds() time.Time { return a.credential.Expires() }

func (a *Adapter) told(tenant directory.TenantID, until time.Time, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.subscribed[tenant] = subscribed{until, err}
}
