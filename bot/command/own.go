package command

import (
	"context"
	"slices"
	"strings"

	"rollcall/cards"
	"rollcall/cards/catalog"
	"rollcall/sync/directory"
)

// mine is what somebody sees of their own accounts.
func (t *turn) mine(ctx context.Context) (catalog.MineView, error) {
	story, err := t.steering.Mine(ctx, t.caller.Tenant(), t.caller.Actor)
	if err != nil && !directory.Is(err, directory.NotFound) {
		return catalog.MineView{}, err
	}
	view := catalog.MineView{Voice: t.voice, Here: t.here()}
	for _, l := range story.Links {
		view.Links = append(view.Links, t.title.linkView(l, true))
	}
	return view, nil
}

// person is nil if the caller has an account of their own: nobody is linked on the command line.
func (t *turn) person() error {
	if t.caller.Actor.IsZero() {
		return &shown{t.note(cards.Normal, catalog.NoteElsewhere)}
	}
	return nil
}

func me(ctx context.Context, t *turn) (cards.Card, error) {
	if err := t.person(); err != nil {
		return cards.Card{}, err
	}
	view, err := t.mine(ctx)
	if err != nil {
		return cards.Card{}, err
	}
	return catalog.Mine(view), nil
}

// Home is the app's own page, where a platform has one: the caller's accounts, and for an admin how the tenant
// stands. It blocks as [Desk.Run].
func (d *Desk) Home(ctx context.Context, caller Caller) cards.Card {
	t := &turn{Desk: d, caller: caller, voice: d.title.voice(caller.Lang, caller.Zone), command: *find("me"), call: Call{Command: "me"}}
	if !t.served() {
		card, _ := hello(ctx, t)
		return card
	}
	view, err := t.mine(ctx)
	if err != nil {
		return t.failed(err)
	}
	view.Home = true
	// Where the role can't be checked the page is a person's: it says nothing that isn't everybody's.
	if admin, err := t.administers(ctx); err == nil && admin {
		overview, err := d.steering.Overview(ctx, caller.Tenant(), "")
		if err != nil {
			return t.failed(err)
		}
		status := statusView(overview)
		view.Status = &status
	}
	return catalog.Mine(view)
}

// own is what a person does to their own links.
type own func(context.Context, directory.Installation, directory.AccountID) (int, error)

// change does it, and says of how many links; where of none, it says that.
func (t *turn) change(ctx context.Context, do own, text, none, word string) (cards.Card, error) {
	if err := t.person(); err != nil {
		return cards.Card{}, err
	}
	n, err := do(ctx, t.caller.Installation, t.caller.Actor)
	switch {
	case err != nil && !directory.Is(err, directory.NotFound):
		return cards.Card{}, err
	case n == 0:
		text = none
	}
	note := catalog.Note{Voice: t.voice, Tone: cards.Good, Text: text, N: n, Pairs: []string{"Word", word}, Next: []catalog.Next{{Label: catalog.ButtonStatus, Command: "me"}}}
	if n == 0 {
		note.Tone = cards.Normal
	}
	return catalog.Noted(note), nil
}

// syncMine says so where there is nothing to do because it is done.
func syncMine(ctx context.Context, t *turn) (cards.Card, error) {
	sync := func(ctx context.Context, inst directory.Installation, account directory.AccountID) (int, error) {
		n, err := t.steering.Sync(ctx, inst, account)
		if err != nil || n > 0 {
			return n, err
		}
		view, err := t.mine(ctx)
		if err == nil && slices.ContainsFunc(view.Links, func(l catalog.LinkView) bool { return l.State == string(directory.Linked) }) {
			return 0, &shown{t.note(cards.Normal, catalog.NoteLinkedYet, catalog.Next{Label: catalog.ButtonStatus, Command: "me"})}
		}
		return 0, err
	}
	return t.change(ctx, sync, catalog.NoteSynced, catalog.NoteNothing, "")
}

func unsyncMine(ctx context.Context, t *turn) (cards.Card, error) {
	return t.change(ctx, t.steering.Unsync, catalog.NoteUnsynced, catalog.NoteNoneHere, "sync")
}

func notMe(ctx context.Context, t *turn) (cards.Card, error) {
	if err := t.person(); err != nil {
		return cards.Card{}, err
	}
	text := catalog.NoteNotMe
	if admins, err := t.office.Admins(ctx, t.caller.Tenant()); err != nil || len(admins) == 0 {
		text = catalog.NoteNotMeAlone // nobody is there to be told
	}
	return t.change(ctx, t.steering.NotMe, text, catalog.NoteNoneHere, "")
}

// stop is noted even where there is nothing to ask about yet.
func stop(ctx context.Context, t *turn) (cards.Card, error) {
	return t.change(ctx, t.steering.Stop, catalog.NoteStopped, catalog.NoteStopped, "sync")
}

// language says in which language somebody is answered, or changes it.
func language(ctx context.Context, t *turn) (cards.Card, error) {
	if err := t.person(); err != nil {
		return cards.Card{}, err
	}
	if word := t.call.Arg(0); word != "" {
		chosen, ok := languageOf(word)
		if !ok {
			return t.note(cards.Caution, catalog.NoteLanguage, catalog.Next{Label: catalog.ButtonHelp, Command: "language"}), nil
		}
		if err := t.office.PutPreference(ctx, t.caller.Tenant(), t.caller.Actor, directory.Preference{Locale: chosen.Tag}); err != nil {
			return cards.Card{}, err
		}
		t.voice.Lang = chosen.Tag
	}
	now, _ := catalog.Speaks(t.voice.Lang)
	return catalog.Spoken(catalog.LanguagesView{Voice: t.voice, Now: now.Name}), nil
}

// languageOf is the language that a word names: its tag, or its own name.
func languageOf(word string) (catalog.Language, bool) {
	for _, l := range catalog.Languages() {
		if strings.EqualFold(l.Name, word) {
			return l, true
		}
	}
	return catalog.Speaks(word)
}
