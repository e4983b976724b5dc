package entra

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"rollcall/sync/directory"
)

// source reads groups of people. See the package's documentation.
type source struct{ *Adapter }

var _ directory.Source = (*source)(nil)

// Page implements [directory.Source]. A page of a complete listing takes one request, or a few where
// the listing begins; one of a delta takes two, and 22 more at most where people changed.
func (s *source) Page(ctx context.Context, tenant directory.TenantID, group, text string) (directory.Page, error) {
	g, err := s.at(ctx, tenant)
	if err != nil {
		return directory.Page{}, err
	}
	if !isObjectID(group) {
		return directory.Page{}, directory.Errorf(directory.NotFound, "entra: a group is named by its object id, which the group's page in Entra shows")
	}
	group = strings.ToLower(group) // as Graph writes ids
	r := &read{Adapter: s.Adapter, g: g, group: group, text: text}
	r.at = cursor{Version: cursorVersion, Of: scope(s.config.Name, g.Directory, group)}
	if text != "" {
		if r.at, err = parseCursor(text, r.at.Of); err != nil {
			return directory.Page{}, err
		}
	}
	page, err := r.page(ctx)
	if err != nil {
		return directory.Page{}, err
	}
	s.watch(tenant, g.Directory, group, r.at.Nested)
	return page, nil
}

// read is one page of a read of a group.
type read struct {
	*Adapter
	g     *graph
	group string
	text  string // the cursor as it came
	at    cursor
}

func (r *read) page(ctx context.Context) (directory.Page, error) {
	switch r.at.Phase {
	case "":
		return r.begin(ctx)
	case minting:
		return r.mint(ctx)
	case listing:
		return r.list(ctx)
	case waiting, reading:
		return r.delta(ctx)
	}
	return directory.Page{}, expired("the group has more groups within it than can be watched")
}

// Member implements [directory.Source]. The person, the membership and the group are asked for in one
// request.
func (s *source) Member(ctx context.Context, tenant directory.TenantID, group string, id directory.MemberID) directory.Standing {
	g, err := s.at(ctx, tenant)
	switch {
	case err != nil:
		return directory.NoAnswer(err)
	case id.Directory != s.config.Name || !isObjectID(id.ID):
		return directory.NoAnswer(directory.Errorf(directory.Invalid, "entra: the id is another directory's"))
	case !isObjectID(group):
		return directory.NoAnswer(directory.Errorf(directory.NotFound, "entra: no such group"))
	}
	group = strings.ToLower(group)
	answers, err := g.batch(ctx,
		item{http.MethodGet, "/groups/" + group + "?$select=id", nil},
		person(id.ID),
		membership(id.ID, group))
	if err != nil {
		return directory.NoAnswer(err)
	}
	found, err := decode[models.Groupable](answers[0], models.CreateGroupFromDiscriminatorValue)
	if err != nil {
		return directory.NoAnswer(err)
	}
	if !strings.EqualFold(value(found.GetId()), group) {
		return directory.NoAnswer(directory.Errorf(directory.Unavailable, "entra: another group was answered"))
	}
	if isAbsent(answers[1].err) {
		return directory.Out()
	}
	user, err := userOf(answers[1])
	if err != nil {
		return directory.NoAnswer(err)
	}
	in, err := belongs(answers[2], group)
	if err != nil {
		if isAbsent(err) { // a moment ago there was such a person
			err = directory.Errorf(directory.Unavailable, "entra: the answers contradict each other")
		}
		return directory.NoAnswer(err)
	}
	m, err := s.memberOf(user)
	switch {
	case err != nil:
		return directory.NoAnswer(err)
	case m.ID != id:
		return directory.NoAnswer(directory.Errorf(directory.Unavailable, "entra: somebody else was answered"))
	case !in || !m.Active:
		return directory.Out()
	}
	return directory.In(m)
}

const groupFields = "id,securityEnabled,groupTypes"

// usable checks the kind of a group: a security group, assigned or dynamic. The members of a Microsoft
// 365 group choose themselves who is in it, in many companies, so it can't say who gets an account.
func usable(group models.Groupable) error {
	enabled := group.GetSecurityEnabled()
	switch {
	case enabled == nil || group.GetGroupTypes() == nil:
		return directory.Errorf(directory.Incomplete, "entra: Graph doesn't say of what kind the group is")
	case slices.Contains(group.GetGroupTypes(), "Unified"):
		return directory.Errorf(directory.Invalid, "this is a Microsoft 365 group, whose owners and members can let anybody in from Teams or Outlook; make a security group in Entra, put the people in it, and use that one")
	case !*enabled:
		return directory.Errorf(directory.Invalid, "this is a distribution list, which only mail goes to; make a security group in Entra, put the people in it, and use that one")
	}
	return nil
}
