package directory

import (
	"context"
	"strconv"
	"time"
)

// Changed tells another system that a link went from one state to another.
type Changed struct {
	ID     string // of the tenant and the trail's entry: who gets it twice recognises it
	At     time.Time
	Tenant TenantID
	// Link is as it is when this is sent, which may be further on than To: the change after this
	// one is then on its way too.
	Link     Link
	From, To State
	Event    Event
	Why      string // names nobody
}

// Changed is what an entry of a link's trail tells others, beside the link as it is now.
func (e Entry) Changed(tenant TenantID, l Link) Changed {
	return Changed{
		ID: escape(string(tenant)) + "/" + strconv.FormatInt(e.Seq, 10), At: e.At, Tenant: tenant,
		Link: l, From: e.From, To: e.To, Event: Event(e.Event), Why: e.Why,
	}
}

// Subscriber is another system that is told of every change of a tenant's links, in the order of the
// trail and at least once. Implementations are safe for concurrent use.
type Subscriber interface {
	// Deliver hands over one change and returns once the other side has it. It blocks for one
	// request, and may be called again with the same change: the other side knows it by its ID.
	// While a change is refused no later one is delivered, and none is ever dropped.
	//
	// Errors: Throttled and Unavailable (it was not taken), Uncertain (it may have been): the same
	// is to be delivered again, later. Invalid: the other side refuses it, and will until somebody
	// sees to it, there or in the configuration; the text says what to do. It is then delivered
	// again too, but slowly, and shown to an admin.
	Deliver(ctx context.Context, c Changed) error
}
