package catalog

import (
	"time"

	"rollcall/cards"
)

// SettingsView are a tenant's settings.
type SettingsView struct {
	Voice
	On        bool
	Removal   string
	Grace     time.Duration
	Quiet     string // as it is set, "18-8"; empty: none
	QuietDays string
	QuietZone string
	Locale    string // the language's own name
	PerHour   int    // 0: no limit
	ReadEvery time.Duration
	AskFirst  bool
}

// Settings is the card of them. Each is named as "settings set" names it.
func Settings(v SettingsView) cards.Card {
	s := v.sheet(settingsTitle)
	on := settingsOff
	if v.On {
		on = settingsOn
	}
	s.line(cards.Normal, on)
	limit := s.text(wordNone)
	if v.PerHour > 0 {
		limit = s.number(v.PerHour)
	}
	first := s.text(wordNo)
	if v.AskFirst {
		first = s.text(wordYes)
	}
	add := func(key, value, what string) { s.told(key+s.Colon+s.cell(value), s.text(what)) }
	add("removal", v.Removal, settingRemoval)
	add("grace", s.span(v.Grace), settingGrace)
	add("quiet", v.Quiet, settingQuiet)
	add("quiet-days", v.QuietDays, settingQuietDays)
	add("zone", v.QuietZone, settingZone)
	add("language", v.Locale, settingLanguage)
	add("per-hour", limit, settingPerHour)
	add("read-every", s.span(v.ReadEvery), settingReadEvery)
	add("ask-first", first, settingAskFirst)
	s.line(cards.Subtle, settingsHow)
	return s.end()
}

// AdminsView are those who steer a tenant.
type AdminsView struct {
	Voice
	Admins []AdminView
}

// AdminView is one of them.
type AdminView struct {
	Name     string // empty: not known
	Platform string
	User     string // the platform's own id
	By       string
	Since    time.Time
}

// Admins is the list of them.
func Admins(v AdminsView) cards.Card {
	s := v.sheet(adminsTitle)
	if len(v.Admins) == 0 {
		s.line(cards.Caution, adminsNone)
		return s.end()
	}
	s.lineOf(cards.Normal, adminsSome, len(v.Admins))
	var rows [][]string
	for _, a := range v.Admins {
		name := clean(a.Name, maxName, "")
		if name == "" {
			name = s.text(nameless)
		}
		rows = append(rows, []string{name, s.cell(a.Platform), s.cell(s.who(a.By)), s.since(a.Since)})
	}
	s.table([]string{labelName, labelPlatform, labelBy, labelSince}, rows)
	s.line(cards.Subtle, adminsHow)
	return s.end()
}

// ExportView are the addresses of a file in two forms; empty: nothing serves files here.
type ExportView struct {
	Voice
	Plan      string // its id; empty: the list of all links
	CSV, JSON string
}

// Export is the card from which the file is fetched.
func Export(v ExportView) cards.Card {
	s := v.sheet(ExportTitle)
	switch {
	case v.CSV == "" && v.JSON == "":
		s.line(cards.Caution, exportNowhere)
	case v.Plan != "":
		s.line(cards.Normal, ExportPlan, "ID", v.Plan)
	default:
		s.line(cards.Normal, ExportLinks)
	}
	if v.CSV != "" {
		s.line(cards.Subtle, exportHow)
	}
	s.page(ButtonCSV, v.CSV)
	s.page(ButtonJSON, v.JSON)
	return s.end()
}

// Denied says that a command is for admins, and who they are as far as they have a name.
func Denied(v Voice, admins []string) cards.Card {
	s := v.sheet(deniedTitle)
	s.line(cards.Caution, deniedWhat)
	var names []cards.Fact
	for _, name := range admins {
		if name = clean(name, maxName, ""); name != "" && len(names) < PageLength {
			names = append(names, s.fact(labelAdmin, name))
		}
	}
	if len(names) > 0 {
		s.line(cards.Normal, deniedWho)
		s.facts(names...)
	} else {
		s.line(cards.Normal, deniedAsk)
	}
	s.next(ButtonHelp, "help")
	return s.end()
}

// DeniedByNobody says that a command is for admins, of whom there are none, and how one becomes one.
func DeniedByNobody(v Voice) cards.Card {
	s := v.sheet(deniedTitle)
	s.line(cards.Caution, deniedWhat)
	s.line(cards.Normal, adminsNone)
	s.next(ButtonHelp, "help")
	return s.end()
}
