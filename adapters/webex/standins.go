package webex

import (
	"context"
	"net/http"
	"sync"

	"rollcall/sync/directory"
)

// StandIns is what a tenant's stand-ins are made of.
type StandIns struct {
	// Pool are the tenant's registered bots that may represent people, in the order in which they
	// are handed out: of each the address or the person id. Webex has no API that makes bots. Nil:
	// no tenant has any. Its errors are passed on as they are.
	Pool func(ctx context.Context, inst directory.Installation) ([]string, error)
	// Guests is the token of the tenant's service app that makes guests, with guest-issuer:write,
	// spark-admin:people_read and spark-admin:people_write. Empty: the tenant has none. Nil: no
	// tenant has. Its errors are passed on as they are.
	Guests func(ctx context.Context, inst directory.Installation) (directory.Secret, error)
}

// Provisioner makes stand-ins on Webex: a bot of the tenant's pool, or a guest. Safe for concurrent
// use.
//
// A bot is there already, so handing it out changes nothing at Webex, and neither does taking it
// back. It has no marker: that it represents somebody only our own ledger says. Two callers at once
// may be handed the same one, and the ledger gives it to the first.
//
// A guest is known to the service app by a subject, for which we use the stand-in's marker. Webex has
// no call that looks for a subject. It has one that answers the guest of a subject, and makes that
// guest where there is none (https://developer.webex.com/docs/api/v1/guest-management), so that a
// marker has one guest however often it is asked for.
type Provisioner struct {
	adapter *Adapter
	config  StandIns

	mu    sync.Mutex
	known map[directory.Workspace]map[directory.Address]string // the ids of bots, by address
}

var _ directory.Provisioner = (*Provisioner)(nil)

// NewProvisioner makes a provisioner that speaks through an adapter.
func NewProvisioner(adapter *Adapter, config StandIns) *Provisioner {
	return &Provisioner{
		adapter: adapter, config: config,
		known: make(map[directory.Workspace]map[directory.Address]string),
	}
}

// Kinds are bots and, where the pool is empty, guests.
func (p *Provisioner) Kinds() []directory.StandInKind {
	return []directory.StandInKind{directory.StandInBot, directory.StandInGuest}
}

// Provision hands out the first bot of the pool that represents nobody, or makes a guest.
func (p *Provisioner) Provision(ctx context.Context, inst directory.Installation, order directory.Order) (directory.AccountID, error) {
	switch order.Kind {
	case directory.StandInBot:
		return p.bot(ctx, inst, order.InUse)
	case directory.StandInGuest:
		return p.guest(ctx, inst, order.Marker, order.Member.Name)
	}
	return directory.AccountID{}, directory.Errorf(directory.Unsupported, "webex has no stand-in of the kind %s", order.Kind)
}

// Recover finds the bot that Provision would hand out, which is the same one for as long as nobody
// else was given it; where Provision would hand out none, there definitely is none, since nothing was
// made. A guest it always finds: Webex can't be asked without making what is missing, so that there is
// no "not found" that could be wrong. After a guest was removed, it must not be asked again.
func (p *Provisioner) Recover(ctx context.Context, inst directory.Installation, order directory.Order) (directory.AccountID, bool, error) {
	id, err := p.Provision(ctx, inst, order)
	if directory.Is(err, directory.Unsupported) {
		if order.Kind == directory.StandInGuest { // an earlier one may be there nevertheless
			return directory.AccountID{}, false, withoutPower(err)
		}
		return directory.AccountID{}, false, nil
	}
	return id, err == nil, err
}

// Suspend only says whether the stand-in is there: a bot is written to by nobody but those who know
// it, and nobody holds a token with which a guest could be used.
func (p *Provisioner) Suspend(ctx context.Context, inst directory.Installation, s directory.StandIn) error {
	_, err := p.ours(ctx, inst, s)
	return err
}

// Resume only says whether the stand-in is there, as Suspend changed nothing.
func (p *Provisioner) Resume(ctx context.Context, inst directory.Installation, s directory.StandIn) error {
	_, err := p.ours(ctx, inst, s)
	return err
}

// Deprovision deletes a guest. A bot is free again as soon as the ledger says so.
func (p *Provisioner) Deprovision(ctx context.Context, inst directory.Installation, s directory.StandIn) error {
	token, err := p.ours(ctx, inst, s)
	if err != nil || s.Kind != directory.StandInGuest {
		return err
	}
	return p.delete(ctx, token, s.Account.User)
}

// ours reports whether a stand-in is there and is ours, and answers the token for it where it is a
// guest. NotFound: it isn't.
func (p *Provisioner) ours(ctx context.Context, inst directory.Installation, s directory.StandIn) (directory.Secret, error) {
	if inst.Platform != Name || s.Account.Platform != Name || s.Account.Workspace != inst.Workspace {
		return directory.Secret{}, directory.Errorf(directory.NotFound, "webex: the stand-in is of another workspace")
	}
	if s.Kind != directory.StandInGuest {
		return directory.Secret{}, nil
	}
	return p.ourGuest(ctx, inst, s)
}

// lookedAt is somebody as a token sees them by id; NotFound only if Webex itself says so.
func (p *Provisioner) lookedAt(ctx context.Context, token directory.Secret, uuid string) (person, error) {
	var found person
	_, err := p.adapter.client.do(ctx, call{token: token, method: http.MethodGet, path: "/people/" + encodeID(kindPerson, uuid)}, &found)
	switch {
	case directory.Is(err, directory.NotFound):
		return person{}, err
	case err != nil:
		return person{}, unchanged(err)
	}
	id, err := parseID(kindPerson, found.ID)
	home, badHome := parseID(kindOrg, found.OrgID)
	if err != nil || badHome != nil || id != uuid {
		return person{}, directory.Errorf(directory.Unavailable, "webex: a person can't be read")
	}
	found.ID, found.OrgID = id, home
	return found, nil
}

// unchanged is an error of a call that only reads, or that Webex refused, with a code that a
// provisioner may answer.
func unchanged(err error) error {
	if err == nil {
		return nil
	}
	switch directory.CodeOf(err) {
	case directory.Throttled, directory.Unavailable, directory.Unauthorized:
		return err
	}
	return directory.Errorf(directory.Unavailable, "webex: not known: %w", err)
}

// withoutPower is an error where there is no other way to go on than the one that isn't granted.
func withoutPower(err error) error {
	if directory.Is(err, directory.Unsupported) {
		return directory.Errorf(directory.Unauthorized, "%w", err)
	}
	return err
}
