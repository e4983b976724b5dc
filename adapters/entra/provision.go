package entra

import (
	"context"

	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/users"

	"rollcall/sync/directory"
)

// Kinds are guests.
func (a *Adapter) Kinds() []directory.StandInKind {
	return []directory.StandInKind{directory.StandInGuest}
}

// Provision invites a guest, to whom no mail is sent. The invitation carries the marker at the end of
// the name, so that a guest is recognised from the moment they exist; a second request gives them
// their name and keeps the marker in the employee id. Inviting somebody who is a guest already
// changes nothing at Entra, so the marker also says who made them.
func (a *Adapter) Provision(ctx context.Context, inst directory.Installation, order directory.Order) (directory.AccountID, error) {
	g, address, err := a.orderOf(ctx, inst, order)
	if err != nil {
		return directory.AccountID{}, err
	}
	mark := mark(order.Marker)
	ours, other, err := g.find(ctx, address, mark)
	switch {
	case err != nil:
		return directory.AccountID{}, err
	case ours != nil:
		return a.finish(ctx, g, inst, ours, order)
	case other != nil && isGuest(other):
		return directory.AccountID{}, directory.Errorf(directory.Conflict, "the directory has a guest with this address whom Rollcall didn't invite; remove that guest, or give them access yourself")
	case other != nil:
		return directory.AccountID{}, inUse()
	}
	id, err := g.invite(ctx, address, markedName(order.Member.Name, mark), a.landing(g))
	if err != nil {
		return directory.AccountID{}, err
	}
	// From here on there is a guest. Whatever fails is looked up before it is tried again.
	invited, err := g.user(ctx, id, guestFields)
	if err != nil {
		return directory.AccountID{}, directory.Errorf(directory.Uncertain, "entra: a guest was invited and can't be read yet")
	}
	if !isOurs(invited, mark) {
		return directory.AccountID{}, directory.Errorf(directory.Conflict, "the directory has a guest with this address whom Rollcall didn't invite; remove that guest, or give them access yourself")
	}
	return a.finish(ctx, g, inst, invited, order)
}

// finish completes a guest who is there. Whoever is refused that must not take the guest for one who was
// never made: nobody would ever remove them.
func (a *Adapter) finish(ctx context.Context, g *graph, inst directory.Installation, user models.Userable, order directory.Order) (directory.AccountID, error) {
	id, err := a.complete(ctx, g, inst, user, order)
	if directory.Is(err, directory.Unauthorized) {
		err = directory.Errorf(directory.Uncertain, "entra: a guest was invited, and the app may not complete them")
	}
	return id, err
}

// Recover looks for a guest with the marker, by address and by employee id, and gives them what a
// broken off Provision left out.
func (a *Adapter) Recover(ctx context.Context, inst directory.Installation, order directory.Order) (directory.AccountID, bool, error) {
	g, address, err := a.orderOf(ctx, inst, order)
	if directory.Is(err, directory.Unsupported) {
		address, err = directory.Address{}, nil // it may have been possible when it was made
	}
	if err != nil {
		return directory.AccountID{}, false, err
	}
	ours, _, err := g.find(ctx, address, mark(order.Marker))
	if err != nil || ours == nil {
		return directory.AccountID{}, false, err
	}
	id, err := a.complete(ctx, g, inst, ours, order)
	return id, err == nil, err
}

// Suspend disables a guest's account.
func (a *Adapter) Suspend(ctx context.Context, inst directory.Installation, s directory.StandIn) error {
	return a.enable(ctx, inst, s, false)
}

// Resume enables a guest's account again.
func (a *Adapter) Resume(ctx context.Context, inst directory.Installation, s directory.StandIn) error {
	return a.enable(ctx, inst, s, true)
}

func (a *Adapter) enable(ctx context.Context, inst directory.Installation, s directory.StandIn, on bool) error {
	g, err := a.guest(ctx, inst, s)
	if err != nil {
		return err
	}
	change := models.NewUser()
	change.SetAccountEnabled(&on)
	return g.patch(ctx, s.Account.User, change)
}

// Deprovision deletes a guest, whom an admin can restore for 30 days.
func (a *Adapter) Deprovision(ctx context.Context, inst directory.Installation, s directory.StandIn) error {
	g, err := a.guest(ctx, inst, s)
	if err != nil {
		return err
	}
	info, err := users.NewUserItemRequestBuilder(g.url("users/"+s.Account.User), g.adapter).ToDeleteRequestInformation(ctx, nil)
	if err != nil {
		return directory.Errorf(directory.Invalid, "entra: a request can't be made")
	}
	return g.send(ctx, info)
}

// guest checks afresh that a stand-in is there, ours, and still a guest.
func (a *Adapter) guest(ctx context.Context, inst directory.Installation, s directory.StandIn) (*graph, error) {
	g, err := a.of(ctx, inst)
	if err != nil {
		return nil, err
	}
	if s.Kind != directory.StandInGuest || s.Marker == "" || s.Account.Platform != Name || s.Account.Workspace != inst.Workspace || !isObjectID(s.Account.User) {
		return nil, directory.Errorf(directory.Invalid, "entra: not a guest of this directory")
	}
	user, err := g.user(ctx, s.Account.User, guestFields)
	if err != nil {
		return nil, err
	}
	if !isOurs(user, mark(s.Marker)) {
		return nil, directory.Errorf(directory.NotFound, "entra: the account is not the guest that was invited")
	}
	return g, nil
}

// orderOf says where a guest is to be made and with which address.
func (a *Adapter) orderOf(ctx context.Context, inst directory.Installation, order directory.Order) (*graph, directory.Address, error) {
	g, err := a.of(ctx, inst)
	switch {
	case err != nil:
		return nil, directory.Address{}, err
	case order.Kind != directory.StandInGuest:
		return nil, directory.Address{}, directory.Errorf(directory.Unsupported, "Teams has guests for stand-ins, and nothing else")
	case order.Marker == "":
		return nil, directory.Address{}, directory.Errorf(directory.Invalid, "entra: a stand-in without a marker")
	case !order.Colleague && !order.Member.Email.IsZero():
		return g, order.Member.Email, nil
	case g.InvitationDomain == "":
		return g, directory.Address{}, directory.Errorf(directory.Unsupported, "Entra invites no address of its own people, and this person has no other: give them a Teams licence, or set an invitation domain (teams.invitation_domain), one of yours that is not one of the directory's")
	}
	address, err := directory.ParseAddress("rollcall-" + mark(order.Marker) + "@" + g.InvitationDomain)
	if err != nil {
		return nil, directory.Address{}, directory.Errorf(directory.Unsupported, "the invitation domain (teams.invitation_domain) is not a domain that mail can be sent to: set another one")
	}
	return g, address, nil
}

func (a *Adapter) landing(g *graph) string {
	if g.RedirectURL != "" {
		return g.RedirectURL
	}
	return defaultLanding
}

// complete gives a guest their name and keeps the marker where it stays. It may be called again.
func (a *Adapter) complete(ctx context.Context, g *graph, inst directory.Installation, user models.Userable, order directory.Order) (directory.AccountID, error) {
	id, err := idOf(user)
	if err != nil {
		return directory.AccountID{}, err
	}
	mark := mark(order.Marker)
	if value(user.GetEmployeeId()) != mark {
		name := cutName(order.Member.Name, longestName)
		change := models.NewUser()
		change.SetDisplayName(&name)
		change.SetEmployeeId(&mark)
		if err := g.patch(ctx, id, change); err != nil {
			if directory.Is(err, directory.Unauthorized) {
				return directory.AccountID{}, err
			}
			return directory.AccountID{}, directory.Errorf(directory.Uncertain, "entra: a guest was invited and is not complete")
		}
	}
	return inst.Account(id), nil
}
