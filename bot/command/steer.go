package command

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"rollcall/cards"
	"rollcall/cards/catalog"
	"rollcall/sync/directory"
)

// runNow has a group read now, or all of them.
func runNow(ctx context.Context, t *turn) (cards.Card, error) {
	id, name, err := t.groupOrAll(ctx)
	if err != nil {
		return cards.Card{}, err
	}
	if err := t.steering.Run(ctx, t.caller.Tenant(), id); err != nil {
		return cards.Card{}, err
	}
	return t.done(catalog.NoteRunning, "Group", name, t.statusOf(id)), nil
}

// groupOrAll is the group that the first argument names; none: all of them.
func (t *turn) groupOrAll(ctx context.Context) (directory.GroupID, string, error) {
	if t.call.Arg(0) == "" {
		return "", catalog.Text(t.voice, catalog.AllGroups), nil
	}
	g, _, err := t.group(ctx, t.call.Arg(0))
	return g.Group.ID, called(g.Group), err
}

// statusOf is the button for how a group stands, or all.
func (t *turn) statusOf(id directory.GroupID) catalog.Next {
	return catalog.Next{Label: catalog.ButtonStatus, Command: strings.TrimSpace("status " + string(id))}
}

func on(ctx context.Context, t *turn) (cards.Card, error) {
	overview, err := t.steering.Overview(ctx, t.caller.Tenant(), "")
	if err != nil {
		return cards.Card{}, err
	}
	if overview.Tenant.Settings.On {
		return t.note(cards.Normal, catalog.NoteAlreadyOn, t.statusOf("")), nil
	}
	card, ok, err := t.difference(ctx, "", catalog.Confirmation{Title: catalog.OnTitle, Text: catalog.OnText, Button: catalog.OnButton})
	if !ok {
		return card, err
	}
	if err := t.steering.Switch(ctx, t.caller.Tenant(), true, t.caller.By()); err != nil {
		return cards.Card{}, err
	}
	return t.note(cards.Good, catalog.NoteOn, t.statusOf("")), nil
}

// difference asks the caller to confirm what would happen at once if a group went on.
func (t *turn) difference(ctx context.Context, group directory.GroupID, c catalog.Confirmation) (cards.Card, bool, error) {
	of, sum, err := t.steering.Difference(ctx, t.caller.Tenant(), group)
	if err != nil {
		return cards.Card{}, false, err
	}
	c.N, c.Counts = acting(of), counts(of, directory.Intents())
	if c.N == 0 {
		c.Text, c.Button = catalog.DifferenceNone, catalog.DifferenceNoneButton
	}
	return t.settle(ctx, digest(t.call.Command, string(group), sum), c)
}

// off asks first. What was shown is only that it is on: a number that has changed since must not keep anybody
// from stopping it.
func off(ctx context.Context, t *turn) (cards.Card, error) {
	overview, err := t.steering.Overview(ctx, t.caller.Tenant(), "")
	if err != nil {
		return cards.Card{}, err
	}
	if !overview.Tenant.Settings.On {
		return t.note(cards.Normal, catalog.NoteAlreadyOff, t.statusOf("")), nil
	}
	n := 0
	for _, state := range []directory.State{directory.Asking, directory.Choosing, directory.Searching, directory.Snoozed, directory.Proving} {
		n += overview.States[state]
	}
	card, ok, err := t.settle(ctx, digest("off"), catalog.Confirmation{Title: catalog.OffTitle, Text: catalog.OffText, Button: catalog.OffButton, N: n})
	if !ok {
		return card, err
	}
	if err := t.steering.Switch(ctx, t.caller.Tenant(), false, t.caller.By()); err != nil {
		return cards.Card{}, err
	}
	return t.note(cards.Good, catalog.NoteOff, catalog.Next{Label: catalog.ButtonOn, Command: "on"}), nil
}

func pause(ctx context.Context, t *turn) (cards.Card, error) {
	id, name, err := t.groupOrAll(ctx)
	if err != nil {
		return cards.Card{}, err
	}
	if err := t.steering.Pause(ctx, t.caller.Tenant(), id, true, t.caller.By()); err != nil {
		return cards.Card{}, err
	}
	return t.done(catalog.NotePaused, "Group", name, catalog.Next{Label: catalog.ButtonResume, Command: strings.TrimSpace("resume " + string(id))}), nil
}

func resume(ctx context.Context, t *turn) (cards.Card, error) {
	id, name, err := t.groupOrAll(ctx)
	if err != nil {
		return cards.Card{}, err
	}
	card, ok, err := t.difference(ctx, id, catalog.Confirmation{
		Title: catalog.ResumeTitle, Text: catalog.ResumeText, Button: catalog.ResumeButton, Pairs: []string{"Group", name},
	})
	if !ok {
		return card, err
	}
	if err := t.steering.Pause(ctx, t.caller.Tenant(), id, false, t.caller.By()); err != nil {
		return cards.Card{}, err
	}
	return t.done(catalog.NoteResumed, "Group", name, t.statusOf(id)), nil
}

func groups(ctx context.Context, t *turn) (cards.Card, error) {
	overview, err := t.steering.Overview(ctx, t.caller.Tenant(), "")
	if err != nil {
		return cards.Card{}, err
	}
	some, more := cut(overview.Groups, t.position(0))
	view := catalog.GroupsView{Voice: t.voice, More: more}
	for _, g := range some {
		view.Groups = append(view.Groups, t.title.groupView(g))
	}
	return catalog.Groups(view), nil
}

func groupAdd(ctx context.Context, t *turn) (cards.Card, error) {
	overview, err := t.steering.Overview(ctx, t.caller.Tenant(), "")
	if err != nil {
		return cards.Card{}, err
	}
	g := directory.Group{Name: t.call.Arg(0), External: t.call.Arg(0), Added: t.now(), ByAdmin: true}
	if err := t.setGroup(&g); err != nil {
		return cards.Card{}, err
	}
	if g.ID = slug(g.Name); g.ID == "" {
		g.ID = directory.GroupID("g-" + short(g.Name)[:6])
	}
	if known, there := among(overview, string(g.ID)); there && known.Group.ID == g.ID {
		if known.Group.External == g.External && known.Group.Directory == g.Directory { // delivered again
			return t.groupPut(catalog.NoteGroupAdded, known.Group), nil
		}
		return cards.Card{}, t.refuse(catalog.NoteGroupThere, "Group", string(g.ID), catalog.Next{Label: catalog.ButtonGroups, Command: "groups"})
	}
	if g.Directory == "" {
		names, err := t.steering.Directories(ctx, t.caller.Tenant())
		if err != nil {
			return cards.Card{}, err
		}
		switch len(names) {
		case 0:
			return cards.Card{}, &shown{t.note(cards.Caution, catalog.NoteNoneThere)}
		case 1:
		default:
			return cards.Card{}, t.refuse(catalog.NoteDirectory, "Name", strings.Join(names, ", "))
		}
		g.Directory = names[0]
	}
	if err := t.steering.PutGroup(ctx, t.caller.Tenant(), g, t.caller.By()); err != nil {
		return cards.Card{}, err
	}
	return t.groupPut(catalog.NoteGroupAdded, g), nil
}

func (t *turn) groupPut(text string, g directory.Group) cards.Card {
	return t.done(text, "Group", called(g), catalog.Next{Label: catalog.ButtonPlan, Command: "plan " + string(g.ID)}, t.statusOf(g.ID))
}

func groupSet(ctx context.Context, t *turn) (cards.Card, error) {
	found, _, err := t.group(ctx, t.call.Arg(0))
	if err != nil {
		return cards.Card{}, err
	}
	g := found.Group
	if err := t.setGroup(&g); err != nil {
		return cards.Card{}, err
	}
	if err := t.steering.PutGroup(ctx, t.caller.Tenant(), g, t.caller.By()); err != nil {
		return cards.Card{}, err
	}
	return t.groupPut(catalog.NoteGroupSet, g), nil
}

// policyOfTenant is how a group says that the tenant's policy for people who leave counts.
const policyOfTenant = "tenant"

// setGroup takes over what the fields say. Whether it can stand so is the engine's to judge.
func (t *turn) setGroup(g *directory.Group) error {
	for _, f := range t.call.Fields {
		switch f.Key {
		case "directory":
			g.Directory = f.Value
		case "group":
			g.External = f.Value
		case "name":
			g.Name = f.Value
		case "primary":
			g.Primary = platformOf(f.Value)
		case "secondary":
			g.Secondary = platformOf(f.Value)
		case "priority":
			n, err := strconv.Atoi(f.Value)
			if err != nil {
				return t.badKey(catalog.NoteGroupBad, f.Key)
			}
			g.Priority = n
		case "policy":
			if g.Removal = directory.Removal(strings.ToLower(f.Value)); g.Removal == policyOfTenant {
				g.Removal = ""
			} else if !slices.Contains(directory.Removals(), g.Removal) {
				return t.refuse(catalog.NotePolicyBad, "Name", f.Key)
			}
		}
	}
	return nil
}

// badKey says what can stand at a key.
func (t *turn) badKey(text, key string, next ...catalog.Next) error {
	return &shown{catalog.Noted(catalog.Note{
		Voice: t.voice, Tone: cards.Caution, Text: text, Pairs: []string{"Name", key, "Example", catalog.Example(key)}, Next: next,
	})}
}

func platformOf(name string) directory.Platform {
	return directory.Platform(strings.ToLower(strings.TrimSpace(name)))
}

// slug is an id made of a name: its letters and digits in ASCII, with dashes between.
func slug(name string) directory.GroupID {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	id := strings.Join(words, "-")
	return directory.GroupID(strings.Trim(id[:min(len(id), 32)], "-"))
}

func groupRemove(ctx context.Context, t *turn) (cards.Card, error) {
	found, _, err := t.group(ctx, t.call.Arg(0))
	if err != nil {
		return cards.Card{}, err
	}
	g := found.Group
	t.call.Args = []string{string(g.ID)}
	shown := digest("group remove", string(g.ID), g.Directory, g.External, string(g.Primary), string(g.Secondary))
	card, ok, err := t.settle(ctx, shown, catalog.Confirmation{
		Title: catalog.GroupRemoveTitle, Text: catalog.GroupRemoveText, Button: catalog.GroupRemoveButton, N: found.Live, Pairs: []string{"Group", called(g)},
	})
	if !ok {
		return card, err
	}
	if err := t.steering.RetireGroup(ctx, t.caller.Tenant(), g.ID, t.caller.By()); err != nil {
		return cards.Card{}, err
	}
	return t.done(catalog.NoteGroupGone, "Group", called(g), catalog.Next{Label: catalog.ButtonGroups, Command: "groups"}), nil
}

func waves(ctx context.Context, t *turn) (cards.Card, error) {
	name, to := t.call.Arg(0), t.call.Arg(1)
	overview, err := t.steering.Overview(ctx, t.caller.Tenant(), "")
	if err != nil {
		return cards.Card{}, err
	}
	list := overview.Groups
	if name != "" {
		g, _, err := t.group(ctx, name)
		if err != nil {
			return cards.Card{}, err
		}
		if to != "" {
			return t.rollout(ctx, g.Group, to)
		}
		list = []directory.GroupOverview{g}
	}
	view := catalog.GroupsView{Voice: t.voice}
	for _, g := range list {
		view.Groups = append(view.Groups, t.title.groupView(g))
	}
	return catalog.Waves(view), nil
}

// rollout sets a group's stage.
func (t *turn) rollout(ctx context.Context, g directory.Group, to string) (cards.Card, error) {
	stage := directory.Stage(to)
	if to == "all" {
		stage = directory.StageAll
	}
	if err := t.steering.Rollout(ctx, t.caller.Tenant(), g.ID, stage, t.caller.By()); err != nil {
		return cards.Card{}, err
	}
	return catalog.Noted(catalog.Note{
		Voice: t.voice, Tone: cards.Good, Text: catalog.NoteStage, Pairs: []string{"Group", called(g), "Stage", to},
		Next: []catalog.Next{{Label: catalog.ButtonWaves, Command: "waves"}},
	}), nil
}

// status is the tenant's for an admin, and a person's own for everybody else.
func status(ctx context.Context, t *turn) (cards.Card, error) {
	admin, err := t.administers(ctx)
	switch {
	case err != nil:
		return t.note(cards.Caution, catalog.NoteUnchecked, catalog.Next{Label: catalog.ButtonTry, Command: t.again()}), nil
	case !admin && t.call.Arg(0) != "":
		return t.denied(ctx), nil
	case !admin:
		return me(ctx, t)
	}
	var id directory.GroupID
	if name := t.call.Arg(0); name != "" {
		g, _, err := t.group(ctx, name)
		if err != nil {
			return cards.Card{}, err
		}
		id = g.Group.ID
	}
	overview, err := t.steering.Overview(ctx, t.caller.Tenant(), id)
	if err != nil {
		return cards.Card{}, err
	}
	view := statusView(overview)
	view.Voice = t.voice
	return catalog.Status(view), nil
}

func health(ctx context.Context, t *turn) (cards.Card, error) {
	h, err := t.steering.Health(ctx, t.caller.Tenant())
	if err != nil {
		return cards.Card{}, err
	}
	view := healthView(h)
	view.Voice = t.voice
	return catalog.Health(view), nil
}
