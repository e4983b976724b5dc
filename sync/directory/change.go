package directory

import (
	"context"
	"reflect"
)

// mostTries bounds how often a change is made anew because somebody else wrote first.
const mostTries = 16

// ChangeGroup changes a group as it is stored, and again where somebody else wrote it meanwhile, so that
// what change doesn't touch is never overwritten. change may be called several times; where it changes
// nothing, nothing is written. What it puts in the place of a map or a slice is a new one. What is stored in
// the end is the answer. NotFound: there is no such group. It blocks for the store only.
func ChangeGroup(ctx context.Context, sources Sources, tenant TenantID, id GroupID, change func(*Group)) (Group, error) {
	read := func() (Group, error) {
		groups, err := sources.Groups(ctx, tenant)
		if err != nil {
			return Group{}, err
		}
		for _, g := range groups {
			if g.ID == id {
				return g, nil
			}
		}
		return Group{}, Errorf(NotFound, "there is no group %s", id)
	}
	return changeStored(read, func(g Group) error { return sources.PutGroup(ctx, tenant, g) }, func(g *Group) *int64 { return &g.Version }, change)
}

// ChangeTenant is as [ChangeGroup], for a tenant.
func ChangeTenant(ctx context.Context, registry Registry, id TenantID, change func(*Tenant)) (Tenant, error) {
	read := func() (Tenant, error) { return registry.Tenant(ctx, id) }
	return changeStored(read, func(t Tenant) error { return registry.PutTenant(ctx, t) }, func(t *Tenant) *int64 { return &t.Version }, change)
}

// Merge is a record as it is stored with the fields changed in which after differs from before, and those
// fields' names. T is a struct.
func Merge[T any](stored, before, after T) (T, []string) {
	var changed []string
	to, was, is := reflect.ValueOf(&stored).Elem(), reflect.ValueOf(before), reflect.ValueOf(after)
	for i := range to.NumField() {
		if !reflect.DeepEqual(was.Field(i).Interface(), is.Field(i).Interface()) {
			to.Field(i).Set(is.Field(i))
			changed = append(changed, to.Type().Field(i).Name)
		}
	}
	return stored, changed
}

func changeStored[T any](read func() (T, error), write func(T) error, version func(*T) *int64, change func(*T)) (T, error) {
	for range mostTries {
		stored, err := read()
		if err != nil {
			return stored, err
		}
		next := stored
		if change(&next); reflect.DeepEqual(next, stored) {
			return stored, nil
		}
		if err := write(next); err == nil {
			*version(&next)++
			return next, nil
		} else if !Is(err, Conflict) {
			return next, err
		}
	}
	var none T
	return none, Errorf(Unavailable, "others change it all the time: try again")
}
