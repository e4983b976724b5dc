package command

import (
	"context"

	"rollcall/cards"
	"rollcall/cards/catalog"
)

// Kind is what an argument is.
type Kind int

// The kinds of arguments.
const (
	Word     Kind = iota // any word, or several in quotation marks
	Topic                // the name of a command; the rest of the line
	Group                // a group, by its id or its name
	Address              // an e-mail address
	Subject              // a person, by an address, a directory's id, or a mention
	Either               // a person or a batch
	Stage                // a stage of a rollout
	Position             // where a page begins: a number
)

// Argument is what is written after a command.
type Argument struct {
	Name     string // as the help writes it
	Kind     Kind
	Optional bool
}

// Command is a line of the table.
type Command struct {
	Name    string   // its words, in lower case
	Aliases []string // other words for it
	Args    []Argument
	Fields  []string // the keys that can be set, as key=value
	Role    Role
	Topic   string // under which the help lists it; empty: it isn't listed
	Does    string // what it does: a text of the catalogue
	// Confirms: it is carried out once the one who asked has confirmed what it showed.
	Confirms bool
	// Long: it begins work that goes on after the answer.
	Long bool
	// Listed: the packages that are installed offer it.
	Listed bool
	// Load is how it counts where people are kept from giving too many; see [LoadOf].
	Load Load

	loose bool // what follows is ignored
	run   func(context.Context, *turn) (cards.Card, error)
}

// Usage is how the command is written: its name and its arguments, but for where a page begins, which is
// for buttons.
func (c Command) Usage() string {
	usage := c.Name
	for _, a := range c.Args {
		if a.Kind == Position {
			continue
		}
		if a.Optional {
			usage += " [" + a.Name + "]"
		} else {
			usage += " " + a.Name
		}
	}
	if len(c.Fields) > 0 {
		usage += " KEY=VALUE"
	}
	return usage
}

// Commands are all of them, in the order in which the help lists them. It is a fresh list each time.
func Commands() []Command {
	var (
		group    = Argument{"GROUP", Group, false}
		anyGroup = Argument{"GROUP", Group, true}
		person   = Argument{"PERSON", Subject, false}
		platform = Argument{"PLATFORM", Word, true}
		plan     = Argument{"PLAN", Word, false}
		batch    = Argument{"BATCH", Word, false}
		position = Argument{"FROM", Position, true}
	)
	mine, look, change, people, guard, office := catalog.TopicMine, catalog.TopicLook, catalog.TopicChange, catalog.TopicPeople, catalog.TopicGuard, catalog.TopicOffice
	return []Command{
		{Name: "help", Aliases: []string{"commands", "?"}, Args: []Argument{{"COMMAND", Topic, true}}, Topic: mine, Does: catalog.DoesHelp, Listed: true, run: help},
		{Name: "hello", Aliases: []string{"hi", "hey", "hallo", "bonjour", "hola"}, Does: catalog.DoesHello, Listed: true, loose: true, run: hello},
		{Name: "me", Aliases: []string{"my accounts"}, Topic: mine, Does: catalog.DoesMe, loose: true, run: me},
		{Name: "sync", Topic: mine, Does: catalog.DoesSync, Listed: true, loose: true, run: syncMine},
		{Name: "unsync", Topic: mine, Does: catalog.DoesUnsync, Listed: true, Load: Brake, loose: true, run: unsyncMine},
		{Name: "not me", Aliases: []string{"not-me", "notme"}, Topic: mine, Does: catalog.DoesNotMe, Listed: true, Load: Brake, loose: true, run: notMe},
		{Name: "stop", Aliases: []string{"stop asking"}, Topic: mine, Does: catalog.DoesStop, Listed: true, Load: Brake, loose: true, run: stop},
		{Name: "language", Aliases: []string{"lang"}, Args: []Argument{{"LANGUAGE", Word, true}}, Topic: mine, Does: catalog.DoesLanguage, Listed: true, run: language},
		{Name: "confirm", Args: []Argument{{"CODE", Word, false}}, Does: catalog.DoesConfirm, Load: Brake, run: confirm},

		{Name: "status", Args: []Argument{anyGroup}, Topic: look, Does: catalog.DoesStatus, Listed: true, run: status},
		{Name: "groups", Args: []Argument{position}, Role: Admin, Topic: look, Does: catalog.DoesGroups, run: groups},
		{Name: "health", Role: Admin, Topic: look, Does: catalog.DoesHealth, run: health},
		{Name: "waves", Aliases: []string{"rollout"}, Args: []Argument{anyGroup, {"STAGE", Stage, true}}, Role: Admin, Topic: look, Does: catalog.DoesWaves, run: waves},
		{Name: "export", Args: []Argument{{"PLAN", Word, true}}, Role: Admin, Topic: look, Does: catalog.DoesExport, Confirms: true, Load: Heavy, run: export},

		{Name: "plan", Args: []Argument{{"GROUP|PLAN", Word, true}, position}, Role: Admin, Topic: change, Does: catalog.DoesPlan, Long: true, Listed: true, Load: Heavy, run: planning},
		{Name: "apply", Args: []Argument{plan}, Role: Admin, Topic: change, Does: catalog.DoesApply, Confirms: true, Long: true, Load: Heavy, run: apply},
		{Name: "run", Args: []Argument{anyGroup}, Role: Admin, Topic: change, Does: catalog.DoesRun, Load: Heavy, run: runNow},
		{Name: "on", Role: Admin, Topic: change, Does: catalog.DoesOn, Confirms: true, run: on},
		{Name: "off", Role: Admin, Topic: change, Does: catalog.DoesOff, Confirms: true, Load: Brake, run: off},
		{Name: "pause", Args: []Argument{anyGroup}, Role: Admin, Topic: change, Does: catalog.DoesPause, Load: Brake, run: pause},
		{Name: "resume", Args: []Argument{anyGroup}, Role: Admin, Topic: change, Does: catalog.DoesResume, Confirms: true, run: resume},
		{Name: "group add", Aliases: []string{"groups add"}, Args: []Argument{{"NAME", Word, false}}, Fields: groupFields(), Role: Admin, Topic: change, Does: catalog.DoesGroupAdd, run: groupAdd},
		{Name: "group set", Aliases: []string{"groups set"}, Args: []Argument{group}, Fields: groupFields(), Role: Admin, Topic: change, Does: catalog.DoesGroupSet, run: groupSet},
		{Name: "group remove", Aliases: []string{"groups remove", "group delete"}, Args: []Argument{group}, Role: Admin, Topic: change, Does: catalog.DoesGroupRemove, Confirms: true, run: groupRemove},

		{Name: "why", Args: []Argument{person}, Role: Admin, Topic: people, Does: catalog.DoesWhy, run: why},
		{Name: "what-if", Aliases: []string{"what if", "whatif"}, Args: []Argument{{"ADDRESS", Address, false}}, Role: Admin, Topic: people, Does: catalog.DoesWhatIf, Long: true, Load: Heavy, run: whatIf},
		{Name: "person", Args: []Argument{person}, Role: Admin, Topic: people, Does: catalog.DoesPerson, run: whoIs},
		{Name: "link", Args: []Argument{person, {"ADDRESS", Address, false}, platform}, Role: Admin, Topic: people, Does: catalog.DoesLink, run: link},
		{Name: "unlink", Args: []Argument{person, platform}, Role: Admin, Topic: people, Does: catalog.DoesUnlink, Confirms: true, run: unlink},
		{Name: "exempt", Args: []Argument{person, {"off|PLATFORM", Word, true}, platform}, Role: Admin, Topic: people, Does: catalog.DoesExempt, Confirms: true, run: exempt},
		{Name: "retry", Args: []Argument{person, platform}, Role: Admin, Topic: people, Does: catalog.DoesRetry, run: retry},
		{Name: "prompt", Args: []Argument{person, platform}, Role: Admin, Topic: people, Does: catalog.DoesPrompt, run: prompt},
		{Name: "disputes", Args: []Argument{position}, Role: Admin, Topic: people, Does: catalog.DoesDisputes, run: disputes},
		{Name: "resolve", Args: []Argument{person, {"ACCOUNT", Word, false}, platform}, Role: Admin, Topic: people, Does: catalog.DoesResolve, Confirms: true, run: resolve},
		{Name: "unreached", Aliases: []string{"unreachable"}, Args: []Argument{platform, position}, Role: Admin, Topic: people, Does: catalog.DoesUnreached, run: unreached},

		{Name: "held", Args: []Argument{{"BATCH", Word, true}, position}, Role: Admin, Topic: guard, Does: catalog.DoesHeld, Listed: true, run: held},
		{Name: "release", Args: []Argument{batch}, Role: Admin, Topic: guard, Does: catalog.DoesRelease, Confirms: true, run: release},
		{Name: "reject", Args: []Argument{batch}, Role: Admin, Topic: guard, Does: catalog.DoesReject, run: reject},
		{Name: "undo", Args: []Argument{{"BATCH|PERSON", Either, false}, platform}, Role: Admin, Topic: guard, Does: catalog.DoesUndo, Confirms: true, Long: true, Load: Heavy, run: undo},

		{Name: "admins", Role: Admin, Topic: office, Does: catalog.DoesAdmins, run: admins},
		{Name: "admins add", Aliases: []string{"admin add"}, Args: []Argument{person}, Role: Admin, Topic: office, Does: catalog.DoesAdminsAdd, Confirms: true, run: adminsAdd},
		{Name: "admins remove", Aliases: []string{"admin remove"}, Args: []Argument{person}, Role: Admin, Topic: office, Does: catalog.DoesAdminsRemove, Confirms: true, run: adminsRemove},
		{Name: "settings", Role: Admin, Topic: office, Does: catalog.DoesSettings, run: settings},
		{Name: "settings set", Aliases: []string{"setting set"}, Fields: settingsFields(), Role: Admin, Topic: office, Does: catalog.DoesSettingsSet, run: settingsSet},
	}
}

func groupFields() []string {
	return []string{"directory", "group", "name", "primary", "secondary", "priority", "policy"}
}

func settingsFields() []string {
	return []string{"removal", "grace", "quiet", "quiet-days", "zone", "language", "per-hour", "read-every", "ask-first"}
}

// find is the command of this name; nil: there is none.
func find(name string) *Command {
	for _, c := range Commands() {
		if c.Name == name {
			return &c
		}
	}
	return nil
}
