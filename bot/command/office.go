package command

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"rollcall/cards"
	"rollcall/cards/catalog"
	"rollcall/sync/directory"
)

func admins(ctx context.Context, t *turn) (cards.Card, error) {
	list, err := t.office.Admins(ctx, t.caller.Tenant())
	if err != nil {
		return cards.Card{}, err
	}
	view := catalog.AdminsView{Voice: t.voice}
	for _, a := range list {
		view.Admins = append(view.Admins, catalog.AdminView{
			Name: a.Name, Platform: t.title(a.Account.Platform), User: a.Account.User, By: t.nameOf(ctx, a.By), Since: a.Since,
		})
	}
	return catalog.Admins(view), nil
}

// adminAccount is the account of whom the first argument names, and their name as far as it is known. Named
// by an address they need to be somebody whom Rollcall has seen on the caller's platform.
func (t *turn) adminAccount(ctx context.Context) (directory.AccountID, string, error) {
	name := named(t.call.Arg(0), t.caller.Installation)
	stories, err := t.steering.People(ctx, t.caller.Tenant(), name)
	if err != nil && !directory.Is(err, directory.NotFound) {
		return directory.AccountID{}, "", err
	}
	for _, s := range stories {
		for _, l := range s.Links {
			for _, a := range []directory.Account{l.Account, l.Counterpart} {
				if a.ID == name.Account || name.Account.IsZero() && a.ID.Platform == t.caller.Installation.Platform && a.ID.Workspace == t.caller.Installation.Workspace {
					if m := mentioned(a.ID); isMention(m) {
						t.call.Args[0] = m // a confirmation keeps it, and no address
					}
					return a.ID, s.Member.Name, nil
				}
			}
		}
	}
	if !name.Account.IsZero() && name.Account.Platform != "" {
		return name.Account, "", nil
	}
	return directory.AccountID{}, "", &shown{t.note(cards.Caution, catalog.NoteAdminWho)}
}

func adminsAdd(ctx context.Context, t *turn) (cards.Card, error) {
	account, name, err := t.adminAccount(ctx)
	if err != nil {
		return cards.Card{}, err
	}
	list, err := t.office.Admins(ctx, t.caller.Tenant())
	if err != nil {
		return cards.Card{}, err
	}
	// Since when somebody is an admin, and by whom, isn't written anew: who may release what depends on it.
	if slices.ContainsFunc(list, func(a directory.Admin) bool { return a.Account == account }) {
		return t.note(cards.Normal, catalog.NoteAdminIs, catalog.Next{Label: catalog.ButtonAdmins, Command: "admins"}), nil
	}
	card, ok, err := t.settle(ctx, digest("admins add", account.Text()), catalog.Confirmation{
		Title: catalog.AdminAddTitle, Text: catalog.AdminAddText, Button: catalog.AdminAddButton, Pairs: []string{"Name", orID(name, account)},
	})
	if !ok {
		return card, err
	}
	err = t.office.PutAdmin(ctx, t.caller.Tenant(), directory.Admin{Account: account, Name: name, Since: t.now(), By: t.caller.By()})
	if err != nil {
		return cards.Card{}, err
	}
	return t.done(catalog.NoteAdminAdded, "Name", orID(name, account), catalog.Next{Label: catalog.ButtonAdmins, Command: "admins"}), nil
}

func orID(name string, account directory.AccountID) string {
	if name == "" {
		return account.User
	}
	return name
}

func adminsRemove(ctx context.Context, t *turn) (cards.Card, error) {
	account, _, err := t.adminAccount(ctx)
	if err != nil {
		return cards.Card{}, err
	}
	list, err := t.office.Admins(ctx, t.caller.Tenant())
	if err != nil {
		return cards.Card{}, err
	}
	i := slices.IndexFunc(list, func(a directory.Admin) bool { return a.Account == account })
	if i < 0 {
		return t.note(cards.Caution, catalog.NoteAdminNone, catalog.Next{Label: catalog.ButtonAdmins, Command: "admins"}), nil
	}
	name := orID(list[i].Name, account)
	card, ok, err := t.settle(ctx, digest("admins remove", account.Text()), catalog.Confirmation{
		Title: catalog.AdminRemoveTitle, Text: catalog.AdminRemoveText, Button: catalog.AdminRemoveButton, Pairs: []string{"Name", name},
	})
	if !ok {
		return card, err
	}
	if err := t.office.RemoveAdmin(ctx, t.caller.Tenant(), account, t.caller.By()); err != nil {
		return cards.Card{}, err
	}
	return t.done(catalog.NoteAdminGone, "Name", name, catalog.Next{Label: catalog.ButtonAdmins, Command: "admins"}), nil
}

func settings(ctx context.Context, t *turn) (cards.Card, error) {
	overview, err := t.steering.Overview(ctx, t.caller.Tenant(), "")
	if err != nil {
		return cards.Card{}, err
	}
	s := overview.Tenant.Settings
	view := catalog.SettingsView{
		Voice: t.voice, On: s.On, Removal: string(s.Removal), Grace: s.Grace, QuietDays: dayNames(s.QuietDays), QuietZone: s.Zone,
		PerHour: s.PerHour, ReadEvery: s.ReadEvery, AskFirst: s.AskFirst,
	}
	if s.QuietFrom != s.QuietTo {
		view.Quiet = fmt.Sprintf("%d-%d", s.QuietFrom, s.QuietTo)
	}
	if view.Removal == "" {
		view.Removal = string(directory.RemovalSuspend)
	}
	if s.Grace == 0 {
		view.Grace = 7 * 24 * time.Hour
	}
	if s.ReadEvery == 0 {
		view.ReadEvery = 15 * time.Minute
	}
	if s.Zone == "" {
		view.QuietZone = "UTC"
	}
	language, _ := catalog.Speaks(s.Locale)
	view.Locale = language.Name
	return catalog.Settings(view), nil
}

func settingsSet(ctx context.Context, t *turn) (cards.Card, error) {
	overview, err := t.steering.Overview(ctx, t.caller.Tenant(), "")
	if err != nil {
		return cards.Card{}, err
	}
	s := overview.Tenant.Settings
	for _, f := range t.call.Fields {
		if !set(&s, f.Key, strings.TrimSpace(f.Value)) {
			return cards.Card{}, t.badKey(catalog.NoteSettingBad, f.Key, catalog.Next{Label: catalog.ButtonSettings, Command: "settings"})
		}
	}
	if err := t.steering.PutSettings(ctx, t.caller.Tenant(), s, t.caller.By()); err != nil {
		return cards.Card{}, err
	}
	return t.note(cards.Good, catalog.NoteSettings, catalog.Next{Label: catalog.ButtonSettings, Command: "settings"}, catalog.Next{Label: catalog.ButtonPlan, Command: "plan"}), nil
}

// set changes one setting, and reports whether it can be so.
func set(s *directory.Settings, key, value string) (ok bool) {
	var err error
	switch key {
	case "removal":
		s.Removal = directory.Removal(strings.ToLower(value))
		return slices.Contains(directory.Removals(), s.Removal)
	case "grace":
		s.Grace, ok = span(value)
		return ok && s.Grace <= 365*24*time.Hour
	case "read-every":
		s.ReadEvery, ok = span(value)
		return ok && s.ReadEvery >= time.Minute && s.ReadEvery <= 24*time.Hour
	case "quiet":
		return setQuiet(s, value)
	case "quiet-days":
		s.QuietDays, ok = days(value)
		return ok
	case "zone":
		s.Zone = value
		_, err = time.LoadLocation(value)
		return err == nil && value != "" && !strings.EqualFold(value, "local")
	case "language":
		language, spoken := languageOf(value)
		s.Locale = language.Tag
		return spoken
	case "per-hour":
		s.PerHour, err = strconv.Atoi(value)
		return err == nil && s.PerHour >= 0
	case "ask-first":
		s.AskFirst = strings.EqualFold(value, "yes")
		return s.AskFirst || strings.EqualFold(value, "no")
	}
	return false
}

// setQuiet reads hours such as "18-8", or "none".
func setQuiet(s *directory.Settings, value string) bool {
	if strings.EqualFold(value, "none") {
		s.QuietFrom, s.QuietTo = 0, 0
		return true
	}
	from, to, _ := strings.Cut(value, "-")
	a, err := strconv.Atoi(from)
	b, err2 := strconv.Atoi(to)
	s.QuietFrom, s.QuietTo = a, b
	return err == nil && err2 == nil && a >= 0 && a < 24 && b >= 0 && b < 24
}

// span reads a length of time: a number with d for days, h or m.
func span(value string) (time.Duration, bool) {
	if n, ok := strings.CutSuffix(value, "d"); ok {
		days, err := strconv.Atoi(n)
		return time.Duration(days) * 24 * time.Hour, err == nil && days >= 0 && days <= 10_000
	}
	d, err := time.ParseDuration(value)
	return d, err == nil && d >= 0
}

// days reads days of the week by the first three letters of their English names, or "none".
func days(value string) ([]time.Weekday, bool) {
	var list []time.Weekday
	if strings.EqualFold(value, "none") {
		return nil, true
	}
	for name := range strings.SplitSeq(strings.ToLower(value), ",") {
		i := slices.IndexFunc(weekdays(), func(day string) bool { return len(name) >= 3 && strings.HasPrefix(day, strings.TrimSpace(name)) })
		if i < 0 {
			return nil, false
		}
		if !slices.Contains(list, time.Weekday(i)) {
			list = append(list, time.Weekday(i))
		}
	}
	return list, true
}

func weekdays() []string {
	var names []string
	for day := range time.Weekday(7) {
		names = append(names, strings.ToLower(day.String()))
	}
	return names
}

func dayNames(list []time.Weekday) string {
	var names []string
	for _, day := range list {
		names = append(names, weekdays()[day][:3])
	}
	return strings.Join(names, ",")
}
