package command

import (
	"context"
	"strconv"
	"strings"

	"rollcall/cards"
	"rollcall/cards/catalog"
	"rollcall/sync/directory"
)

// story is the person whom the first argument names.
func (t *turn) story(ctx context.Context) (directory.Story, error) {
	stories, err := t.steering.People(ctx, t.caller.Tenant(), named(t.call.Arg(0), t.caller.Installation))
	switch {
	case directory.Is(err, directory.NotFound) || err == nil && len(stories) == 0:
		text := catalog.NoteNobody
		if !named(t.call.Arg(0), t.caller.Installation).Address.IsZero() {
			text = catalog.NoteNobodyAt
		}
		return directory.Story{}, t.refuse(text, "Name", "")
	case err != nil:
		return directory.Story{}, err
	case len(stories) == 1:
		if id := stories[0].Member.ID; id != (directory.MemberID{}) {
			t.call.Args[0] = id.Text() // what a confirmation is bound to
		}
		return stories[0], nil
	}
	view := catalog.PeopleView{Voice: t.voice, Verb: t.call.Command, Rest: strings.Join(t.call.Args[1:], " ")}
	for _, s := range stories {
		view.People = append(view.People, t.title.personView(s, true))
	}
	return directory.Story{}, &shown{catalog.People(view)}
}

// link is the link of the person that is meant: their only one, or that with the platform which an argument
// names.
func (t *turn) link(ctx context.Context, platform int) (directory.Story, directory.LinkStory, error) {
	story, err := t.story(ctx)
	if err != nil {
		return story, directory.LinkStory{}, err
	}
	var found []directory.LinkStory
	for _, l := range story.Links {
		if t.joins(l.Link, t.call.Arg(platform)) {
			found = append(found, l)
		}
	}
	switch len(found) {
	case 0:
		return story, directory.LinkStory{}, t.refuse(catalog.NoteNoLink, "Name", story.Member.Name)
	case 1:
		return story, found[0], nil
	}
	var next []catalog.Next
	for _, l := range found {
		call := Call{Command: t.call.Command, Args: append([]string{handle(story.Member.ID)}, t.call.Args[1:]...)}
		next = append(next, catalog.Next{Label: t.title(l.Link.Secondary), Command: Format(call) + " " + string(l.Link.Secondary)})
	}
	return story, directory.LinkStory{}, t.refuse(catalog.NoteWhichLink, "Name", story.Member.Name, next...)
}

// joins reports whether a link has a platform at one of its ends; the empty name is any.
func (t *turn) joins(l directory.Link, platform string) bool {
	is := func(p directory.Platform) bool {
		return strings.EqualFold(string(p), platform) || strings.EqualFold(t.title(p), platform)
	}
	return platform == "" || is(l.Primary) || is(l.Secondary)
}

func why(ctx context.Context, t *turn) (cards.Card, error) { return t.about(ctx, false) }

func whoIs(ctx context.Context, t *turn) (cards.Card, error) { return t.about(ctx, true) }

func (t *turn) about(ctx context.Context, brief bool) (cards.Card, error) {
	story, err := t.story(ctx)
	if err != nil {
		return cards.Card{}, err
	}
	view := t.title.personView(story, brief)
	view.Voice = t.voice
	names := make(map[string]string)
	for i := range view.Links {
		for j := range view.Links[i].Trail {
			line := &view.Links[i].Trail[j]
			if _, known := names[line.By]; !known {
				names[line.By] = t.nameOf(ctx, line.By)
			}
			line.By = names[line.By]
		}
	}
	return catalog.Person(view), nil
}

func whatIf(ctx context.Context, t *turn) (cards.Card, error) {
	address, err := directory.ParseAddress(t.call.Arg(0))
	if err != nil {
		return cards.Card{}, err
	}
	if err := t.steering.WhatIf(ctx, t.caller.Tenant(), address, t.work("")); err != nil {
		return cards.Card{}, err
	}
	return t.note(cards.Good, catalog.NoteWhatIf), nil
}

// each does something to one link.
func (t *turn) each(ctx context.Context, platform int, text string, do func(directory.LinkKey) error) (cards.Card, error) {
	story, l, err := t.link(ctx, platform)
	if err == nil {
		err = do(l.Link.Key)
	}
	if err != nil {
		return cards.Card{}, err
	}
	return t.done(text, "Name", story.Member.Name, t.whyOf(story)), nil
}

func (t *turn) whyOf(story directory.Story) catalog.Next {
	return catalog.Next{Label: catalog.ButtonWhy, Command: "why " + handle(story.Member.ID)}
}

func link(ctx context.Context, t *turn) (cards.Card, error) {
	address, err := directory.ParseAddress(t.call.Arg(1))
	if err != nil {
		return cards.Card{}, err
	}
	return t.each(ctx, 2, catalog.NoteLinked, func(key directory.LinkKey) error {
		return t.steering.Link(ctx, t.caller.Tenant(), key, address, t.caller.By())
	})
}

// exempt leaves somebody alone, or with "off" no longer does. Where something stands in for them it asks first:
// that is taken away, and not all of it comes back.
func exempt(ctx context.Context, t *turn) (cards.Card, error) {
	platform, on, text := 1, true, catalog.NoteExempted
	if strings.EqualFold(t.call.Arg(1), "off") {
		platform, on, text = 2, false, catalog.NoteUnexempted
	}
	story, l, err := t.link(ctx, platform)
	if err != nil {
		return cards.Card{}, err
	}
	if on && l.Link.StandIn.Exists() && !l.Link.Exempted {
		t.call.Args = []string{t.call.Arg(0), string(l.Link.Secondary)}
		card, ok, err := t.settle(ctx, linkDigest("exempt", l.Link), catalog.Confirmation{
			Title: catalog.ExemptTitle, Text: catalog.ExemptText, Button: catalog.ButtonExempt, Pairs: t.ends(story, l.Link),
		})
		if !ok {
			return card, err
		}
	}
	if err := t.steering.Exempt(ctx, t.caller.Tenant(), l.Link.Key, on, t.caller.By()); err != nil {
		return cards.Card{}, err
	}
	return t.done(text, "Name", story.Member.Name, t.whyOf(story)), nil
}

func retry(ctx context.Context, t *turn) (cards.Card, error) {
	return t.each(ctx, 1, catalog.NoteRetried, func(key directory.LinkKey) error {
		return t.steering.Retry(ctx, t.caller.Tenant(), key, t.caller.By())
	})
}

func prompt(ctx context.Context, t *turn) (cards.Card, error) {
	return t.each(ctx, 1, catalog.NotePrompted, func(key directory.LinkKey) error {
		return t.steering.Prompt(ctx, t.caller.Tenant(), key, t.caller.By())
	})
}

// linkDigest is a digest of what an admin is shown of a link before something is done to it.
func linkDigest(what string, l directory.Link) string {
	return digest(what, l.Key.Text(), string(l.State), string(l.Before), l.Account.Text(), l.Counterpart.Text(), strconv.FormatBool(l.Exempted), l.Decided.Text())
}

func unlink(ctx context.Context, t *turn) (cards.Card, error) {
	story, l, err := t.link(ctx, 1)
	if err != nil {
		return cards.Card{}, err
	}
	t.call.Args = []string{t.call.Arg(0), string(l.Link.Secondary)}
	card, ok, err := t.settle(ctx, linkDigest("unlink", l.Link), catalog.Confirmation{
		Title: catalog.UnlinkTitle, Text: catalog.UnlinkText, Button: catalog.UnlinkButton, Pairs: t.ends(story, l.Link),
	})
	if !ok {
		return card, err
	}
	if err := t.steering.Unlink(ctx, t.caller.Tenant(), l.Link.Key, t.caller.By()); err != nil {
		return cards.Card{}, err
	}
	return t.done(catalog.NoteUnlinked, "Name", story.Member.Name, catalog.Next{Label: catalog.ButtonUndo, Command: "undo " + handle(story.Member.ID)}, t.whyOf(story)), nil
}

// ends are the values of a text about somebody's link.
func (t *turn) ends(story directory.Story, l directory.Link) []string {
	return []string{"Name", story.Member.Name, "From", t.title(l.Primary), "To", t.title(l.Secondary), "There", t.title(l.Secondary)}
}

func disputes(ctx context.Context, t *turn) (cards.Card, error) {
	from := t.position(0)
	list, err := t.steering.Disputes(ctx, t.caller.Tenant(), directory.LinkKey{}, from+page+1)
	if err != nil {
		return cards.Card{}, err
	}
	some, more := cut(list, from)
	view := catalog.DisputesView{Voice: t.voice, More: more}
	for _, l := range some {
		view.List = append(view.List, t.title.dispute(l))
	}
	return catalog.Disputes(view), nil
}

// dispute is what is to be decided about a link: which account on its secondary platform is the person's.
func (title titles) dispute(l directory.LinkStory) catalog.DisputeView {
	v := catalog.DisputeView{Name: l.Link.Member.Name, Handle: handle(l.Link.Key.Member), To: title(l.Link.Secondary), Why: l.Link.Why}
	for _, s := range choices(l) {
		v.Found = append(v.Found, title.sighting(s))
	}
	return v
}

// choices are the accounts among which an admin decides, in the order in which they are numbered.
func choices(l directory.LinkStory) []directory.Sighting {
	var list []directory.Sighting
	for _, s := range l.Candidates {
		if s.Account.ID.Platform == l.Link.Secondary {
			list = append(list, s)
		}
	}
	return list
}

func resolve(ctx context.Context, t *turn) (cards.Card, error) {
	story, l, err := t.link(ctx, 2)
	if err != nil {
		return cards.Card{}, err
	}
	answer := strings.ToLower(t.call.Arg(1))
	if answer == "show" {
		return catalog.Disputes(catalog.DisputesView{Voice: t.voice, List: []catalog.DisputeView{t.title.dispute(l)}}), nil
	}
	question := catalog.Confirmation{Title: catalog.ResolveTitle, Text: catalog.ResolveNoneText, Button: catalog.ResolveNoneButton, Pairs: t.ends(story, l.Link)}
	var account directory.AccountID
	if answer != "none" {
		list := choices(l)
		i, ok := choose(list, answer)
		if !ok {
			return cards.Card{}, t.refuse(catalog.NoteNoAccount, "Number", t.call.Arg(1))
		}
		chosen := list[i]
		account, answer = chosen.Account.ID, strconv.Itoa(i+1)
		question.Text, question.Button = catalog.ResolveText, catalog.ResolveButton
		question.Pairs = append(question.Pairs, "Account", shownAs(chosen.Account))
	}
	t.call.Args = []string{t.call.Arg(0), answer, string(l.Link.Secondary)} // a number is kept, and no address
	card, ok, err := t.settle(ctx, linkDigest("resolve "+account.Text(), l.Link), question)
	if !ok {
		return card, err
	}
	if err := t.steering.Resolve(ctx, t.caller.Tenant(), l.Link.Key, account, t.caller.By()); err != nil {
		return cards.Card{}, err
	}
	return t.done(catalog.NoteResolved, "Name", story.Member.Name, t.whyOf(story), catalog.Next{Label: catalog.ButtonDisputes, Command: "disputes"}), nil
}

// choose is which account of a list an answer names, by its number or its address.
func choose(list []directory.Sighting, answer string) (int, bool) {
	if n, err := strconv.Atoi(answer); err == nil && n >= 1 && n <= len(list) {
		return n - 1, list[n-1].Usable
	}
	address, err := directory.ParseAddress(answer)
	for i, s := range list {
		if err == nil && s.Account.Email == address {
			return i, s.Usable
		}
	}
	return 0, false
}

// shownAs is an account in a sentence: its masked address, else its name.
func shownAs(a directory.Account) string {
	if masked := a.Email.Masked(); masked != "" {
		return masked
	}
	return a.Name
}
