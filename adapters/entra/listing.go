package entra

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"rollcall/sync/directory"
)

// mostWatched is how many groups one delta query can name, without the group itself:
// https://learn.microsoft.com/graph/api/group-delta
const mostWatched = 49

// memberFields are what is read of a person in a directory.
const memberFields = "id,displayName,mail,userPrincipalName,accountEnabled,userType,preferredLanguage"

// begin checks the group, finds the groups within it, and prepares the delta links. They are made
// before anybody is listed, so that what changes meanwhile is told by the next read.
func (r *read) begin(ctx context.Context) (directory.Page, error) {
	group, err := get[models.Groupable](ctx, r.g, "groups/"+r.group+"?$select="+groupFields, models.CreateGroupFromDiscriminatorValue)
	if isAbsent(err) {
		return directory.Page{}, directory.Errorf(directory.NotFound, "entra: no such group")
	}
	if err != nil {
		return directory.Page{}, err
	}
	if err := usable(group); err != nil {
		return directory.Page{}, err
	}
	nested, err := r.nested(ctx)
	if err != nil {
		return directory.Page{}, err
	}
	if len(nested) > mostWatched {
		r.config.Logger.Warn("a group has too many groups within it to be watched, and is listed whole each time",
			"directory", r.config.Name, "group", r.group, "nested", len(nested))
		r.at.Phase = listing
		return r.somewhere()
	}
	filter := make([]string, 0, len(nested)+1)
	for _, id := range append([]string{r.group}, nested...) {
		filter = append(filter, "id eq '"+id+"'")
	}
	r.at.Phase, r.at.Nested, r.at.Minted = minting, nested, r.config.Now().Unix()
	r.at.Groups = stream{Ref: "groups/delta?$select=members&$filter=" + escape(strings.Join(filter, " or "))}
	// Which people there are says the listing, so their changes are of interest from now on only:
	// https://learn.microsoft.com/graph/delta-query-overview#use-delta-query-to-track-changes
	r.at.Users = stream{Ref: "users/delta?$deltatoken=latest&$select=" + memberFields}
	return r.somewhere()
}

// nested are the groups within the group, at any depth. One more than can be watched is enough.
func (r *read) nested(ctx context.Context) ([]string, error) {
	var ids []string
	reference := "groups/" + r.group + "/transitiveMembers/microsoft.graph.group?$count=true&$select=id&$top=999"
	for range mostLookups {
		page, err := get[models.GroupCollectionResponseable](ctx, r.g, reference, models.CreateGroupCollectionResponseFromDiscriminatorValue)
		if err != nil {
			return nil, err
		}
		if page.GetValue() == nil {
			return nil, notWhole("a listing has no value")
		}
		for _, group := range page.GetValue() {
			if group == nil || group.GetId() == nil || !isObjectID(*group.GetId()) {
				return nil, notWhole("a group has no usable id")
			}
			if *group.GetId() != r.group { // which may be within itself
				ids = append(ids, *group.GetId())
			}
		}
		link := page.GetOdataNextLink()
		if link == nil || len(ids) > mostWatched {
			return ids, nil
		}
		if reference, err = r.g.reference(*link); err != nil {
			return nil, err
		}
	}
	return nil, notWhole("a listing of groups does not end")
}

// mint walks both delta queries to their ends. What they tell on the way is of no interest, but that
// there are people at all.
func (r *read) mint(ctx context.Context) (directory.Page, error) {
	told, err := r.walk(ctx)
	if err != nil {
		return directory.Page{}, err
	}
	if slices.ContainsFunc(told.within, func(id string) bool { return !r.isWatched(id) }) {
		return directory.Page{}, expired("a group was put into the group in the meantime")
	}
	r.at.Direct = r.at.Direct || told.joined
	if err := r.at.step(r.at.Groups.Ref, r.at.Users.Ref); err != nil {
		return directory.Page{}, err
	}
	if r.at.told() {
		r.at.Phase, r.at.Pages, r.at.Mark = listing, 0, ""
	}
	return r.somewhere()
}

// list reads one page of the people in the group and in the groups within it.
func (r *read) list(ctx context.Context) (directory.Page, error) {
	reference := r.at.List
	if reference == "" {
		reference = "groups/" + r.group + "/transitiveMembers/microsoft.graph.user?$count=true&$select=" + memberFields + "&$top=" + strconv.Itoa(r.config.PageSize)
	}
	answer, err := get[models.UserCollectionResponseable](ctx, r.g, reference, models.CreateUserCollectionResponseFromDiscriminatorValue)
	if err != nil && r.at.List != "" {
		err = r.stale(err)
	}
	if err != nil {
		return directory.Page{}, err
	}
	if answer.GetValue() == nil {
		return directory.Page{}, notWhole("a listing has no value")
	}
	members := make([]directory.Member, 0, len(answer.GetValue()))
	for _, user := range answer.GetValue() {
		m, err := r.memberOf(user)
		if err != nil {
			return directory.Page{}, err
		}
		members = append(members, m)
	}
	if total := answer.GetOdataCount(); total != nil {
		r.at.Total = max(r.at.Total, *total)
	}
	r.at.Seen += int64(len(members))
	if r.at.Total > 0 && r.at.Seen > 2*(r.at.Total+mostPeople) {
		return directory.Page{}, notWhole("a listing has more people than Graph counts, twice over")
	}
	if link := answer.GetOdataNextLink(); link != nil {
		if r.at.List, err = r.g.reference(*link); err != nil {
			return directory.Page{}, err
		}
		if err := r.at.step(r.at.List); err != nil {
			return directory.Page{}, err
		}
		return directory.Page{Members: members, Cursor: r.at.text(), Whole: true}, nil
	}
	return r.listed(members)
}

// listed ends a complete listing, if it can be whole. Who left since it began is missing, so a few
// fewer than were counted are fine.
func (r *read) listed(members []directory.Member) (directory.Page, error) {
	missing := r.at.Total - r.at.Seen
	if missing > max(5, r.at.Total/50) || r.at.Seen == 0 && (r.at.Direct || r.at.Total > 0) {
		return directory.Page{}, notWhole("a listing has fewer people than Graph counts")
	}
	r.at.Phase = waiting
	if r.at.Groups.Ref == "" {
		r.at.Phase = blind
	}
	r.at.List, r.at.Total, r.at.Seen, r.at.Direct, r.at.Pages, r.at.Mark = "", 0, 0, false, 0, ""
	return directory.Page{Members: members, Cursor: r.at.text(), Last: true, Whole: true}, nil
}

// somewhere is a page of a complete listing that has nobody on it.
func (r *read) somewhere() (directory.Page, error) {
	return directory.Page{Cursor: r.at.text(), Whole: true}, nil
}

// stale is what an error means of a page whose link Graph gave out: if it no longer takes the link,
// the read begins again, and says then whether the group is still there.
func (r *read) stale(err error) error {
	if directory.Is(err, directory.Invalid) || directory.Is(err, directory.NotFound) {
		return expired("Graph no longer takes its own link")
	}
	return err
}

func notWhole(why string) error { return directory.Errorf(directory.Incomplete, "entra: %s", why) }
