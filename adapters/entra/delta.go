package entra

import (
	"context"
	"slices"
	"time"

	"github.com/microsoftgraph/msgraph-sdk-go/groups"
	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/users"

	"rollcall/sync/directory"
)

const (
	// mostChanges is how many changed people one delta read looks up. Listing the group again costs
	// less than more of them.
	mostChanges = 1000
	// atOnce is how many are looked up for one page.
	atOnce = 200
	// renewAfter is how old delta links become while nothing changes. Graph knows them for some days.
	renewAfter = 24 * time.Hour
)

// delta reads what changed since the last read. Deltas only say of whom there is something to be
// asked. They are read to their ends first, and then it is asked of each of those people what is so
// now, so that the order of the pages, and whether one comes twice, makes no difference.
func (r *read) delta(ctx context.Context) (directory.Page, error) {
	began := r.at.Phase == waiting
	if began {
		r.at.Phase, r.at.Groups.Done, r.at.Users.Done = reading, false, false
	}
	if !r.at.told() {
		if err := r.changes(ctx); err != nil {
			return directory.Page{}, err
		}
	}
	if !r.at.told() {
		return directory.Page{Cursor: r.at.text()}, nil
	}
	if began && len(r.at.Changed) == 0 && !r.old() {
		return directory.Page{Cursor: r.text, Last: true}, nil // the same cursor: nothing is to be stored
	}
	now := r.at.Changed[:min(atOnce, len(r.at.Changed))]
	page, err := r.lookUp(ctx, now)
	if err != nil {
		return directory.Page{}, err
	}
	if r.at.Changed = r.at.Changed[len(now):]; len(r.at.Changed) == 0 {
		page.Last = true
		r.at.Phase, r.at.Minted, r.at.Pages, r.at.Mark = waiting, r.config.Now().Unix(), 0, ""
	}
	page.Cursor = r.at.text()
	return page, nil
}

// changes reads a page of each delta and notes who changed.
func (r *read) changes(ctx context.Context) error {
	told, err := r.walk(ctx)
	if err != nil {
		return r.stale(err)
	}
	if told.groups {
		return expired("a group was put into the group, or taken out")
	}
	known := make(map[string]bool, len(r.at.Changed))
	for _, id := range r.at.Changed {
		known[id] = true
	}
	for _, id := range told.people {
		if !known[id] {
			known[id] = true
			r.at.Changed = append(r.at.Changed, id)
		}
	}
	if len(r.at.Changed) > mostChanges {
		return expired("so many changed that the group is listed again")
	}
	return r.at.step(r.at.Groups.Ref, r.at.Users.Ref)
}

func (r *read) old() bool {
	return r.config.Now().Sub(time.Unix(r.at.Minted, 0)) > renewAfter
}

// told is what a page of each delta says.
type told struct {
	people []string // of whom it says something
	joined bool     // it names people as members
	groups bool     // the group is gone, or a group was put into it or taken out
	within []string // groups that it names as members
}

// walk reads the next page of each delta that has not ended.
func (r *read) walk(ctx context.Context) (told, error) {
	var t told
	if !r.at.Groups.Done {
		page, err := get[groups.DeltaGetResponseable](ctx, r.g, r.at.Groups.Ref, groups.CreateDeltaGetResponseFromDiscriminatorValue)
		if err != nil {
			return t, err
		}
		if page.GetValue() == nil {
			return t, notWhole("a delta has no value")
		}
		for _, group := range page.GetValue() {
			if err := r.heed(group, &t); err != nil {
				return t, err
			}
		}
		if r.at.Groups, err = r.follow(page, "groups/"); err != nil {
			return t, err
		}
	}
	if !r.at.Users.Done {
		page, err := get[users.DeltaGetResponseable](ctx, r.g, r.at.Users.Ref, users.CreateDeltaGetResponseFromDiscriminatorValue)
		if err != nil {
			return t, err
		}
		if page.GetValue() == nil {
			return t, notWhole("a delta has no value")
		}
		for _, user := range page.GetValue() {
			if user == nil || user.GetId() == nil || !isObjectID(*user.GetId()) {
				return t, notWhole("a delta names somebody without a usable id")
			}
			t.people = append(t.people, *user.GetId())
		}
		if r.at.Users, err = r.follow(page, "users/"); err != nil {
			return t, err
		}
	}
	return t, nil
}

// follow is where a delta goes on. A page without a link ends nothing.
func (r *read) follow(page models.BaseDeltaFunctionResponseable, collection string) (stream, error) {
	next, done := page.GetOdataNextLink(), page.GetOdataDeltaLink()
	var s stream
	var err error
	switch {
	case next != nil && done == nil:
		s.Ref, err = r.g.reference(*next)
	case done != nil && next == nil:
		s.Done = true
		s.Ref, err = r.g.reference(*done)
	default:
		err = notWhole("a delta does not say where it goes on")
	}
	if err == nil && !s.of(collection) {
		err = notWhole("a delta leads elsewhere")
	}
	return s, err
}

// heed reads what a delta says of one group. That it has no members@delta, an empty one, or null
// all mean that nobody is named; none of them says that anybody has left.
func (r *read) heed(group models.Groupable, t *told) error {
	if group == nil || group.GetId() == nil || !isObjectID(*group.GetId()) {
		return notWhole("a delta names a group without a usable id")
	}
	if !r.isWatched(*group.GetId()) {
		return nil
	}
	more := group.GetAdditionalData()
	if _, removed := more["@removed"]; removed {
		t.groups = true
		return nil
	}
	listed, ok := more["members@delta"]
	if !ok || listed == nil {
		return nil
	}
	members, ok := listed.([]any)
	if !ok {
		return notWhole("a delta's members are not a list")
	}
	for _, member := range members {
		fields, _ := member.(map[string]any)
		id := text(fields["id"])
		if !isObjectID(id) {
			return notWhole("a delta names a member without a usable id")
		}
		_, removed := fields["@removed"]
		switch kind := text(fields["@odata.type"]); {
		case kind == "#microsoft.graph.group", slices.Contains(r.at.Nested, id):
			t.groups = true
			if !removed {
				t.within = append(t.within, id)
			}
		case kind == "#microsoft.graph.user", kind == "":
			t.people = append(t.people, id)
			t.joined = t.joined || !removed
		}
	}
	return nil
}

func (r *read) isWatched(id string) bool { return id == r.group || slices.Contains(r.at.Nested, id) }

// text is a string among what the SDK has no field for, which comes as a pointer.
func text(value any) string {
	if s, ok := value.(*string); ok && s != nil {
		return *s
	}
	return ""
}
