package program

import (
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"

	"rollcall/adapters/slack"
	"rollcall/adapters/teams"
	"rollcall/adapters/webex"
	"rollcall/sync/directory"
)

// weekdays are the days as the configuration names them.
var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"} // in time.Weekday's order

// validateSettings looks at what commands can set as well.
func (t TenantConfig) validateSettings(p *problems, at string) {
	oneOf(p, at+".removal", t.Removal, removals()...)
	p.check(t.Grace >= 0, at+".grace", "must not be negative")
	p.check(t.ReadEvery >= 0, at+".read_every", "must not be negative")
	t.validateManners(p, at)
	t.validateStandIns(p, at)
}

// removals are the policies for who leaves, as the configuration names them.
func removals() []string {
	var names []string
	for _, r := range directory.Removals() {
		names = append(names, string(r))
	}
	return names
}

// validateManners looks at when and how people are prompted.
func (t TenantConfig) validateManners(p *problems, at string) {
	p.check(t.Quiet.From >= 0 && t.Quiet.From < 24, at+".quiet.from", "must be an hour, 0 to 23")
	p.check(t.Quiet.To >= 0 && t.Quiet.To < 24, at+".quiet.to", "must be an hour, 0 to 23")
	for _, day := range t.QuietDays {
		p.check(slices.Contains(weekdays, day), at+".quiet_days", "%q is no day: %s", day, choose(weekdays))
	}
	p.check(len(t.quietDays()) < len(weekdays), at+".quiet_days", "are all seven: nobody would ever be asked")
	_, err := time.LoadLocation(t.Zone)
	p.check(err == nil && t.Zone != "Local", at+".zone", "%q is not a time zone: use a name like Europe/Berlin", t.Zone)
	_, err = language.Parse(t.Locale)
	p.check(err == nil || t.Locale == "", at+".locale", "%q is not a language: use a tag like de or pt-BR", t.Locale)
	p.check(t.PerHour >= 0, at+".per_hour", "must not be negative")
}

// quietDays are the days on which nobody is prompted, each once, in the order of the week.
func (t TenantConfig) quietDays() []time.Weekday {
	var days []time.Weekday
	for i, name := range weekdays {
		if slices.Contains(t.QuietDays, name) {
			days = append(days, time.Weekday(i))
		}
	}
	return days
}

// validateAdmins looks at who may steer the tenant. Only an account of the tenant's own workspaces can ever give a
// command, so another one is a slip of the pen.
func (t TenantConfig) validateAdmins(p *problems, at string) {
	at += ".admins"
	own, _ := t.installations("") // what is wrong with one has been said
	for _, text := range t.Admins {
		account, err := directory.ParseAccountID(text)
		if err != nil || account.Workspace == "" || account.User == "" || strings.Contains(account.User, "@") {
			p.report(at, "have an entry that is no account: write platform/workspace/user with the platform's own ids, such as slack/T024BE7LD/U0123ABCD")
			continue
		}
		known := []directory.Platform{slack.Name, teams.Name, webex.Name}
		p.check(slices.Contains(known, account.Platform), at, "%q is on no platform that there is: it begins with slack, teams or webex", text)
		for _, inst := range own {
			p.check(inst.Platform != account.Platform || inst.Workspace == account.Workspace, at, "%q is of another workspace than the tenant's, %s", text, inst.Workspace)
		}
	}
}

// admins are the accounts that the configuration names, each once. The configuration has been validated.
func (t TenantConfig) admins() []directory.AccountID {
	var all []directory.AccountID
	for _, text := range t.Admins {
		if account, err := directory.ParseAccountID(text); err == nil && !slices.Contains(all, account) {
			all = append(all, account)
		}
	}
	return all
}
