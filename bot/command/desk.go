package command

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"rollcall/cards"
	"rollcall/cards/catalog"
	"rollcall/sync/directory"
)

// Config is what a Desk is made of. All of it is required, but for Steering and Office: without them only
// help and hello are answered.
type Config struct {
	Steering Steering
	Office   Office
	Title    func(directory.Platform) string // what people call a platform
	Now      func() time.Time
	Rand     io.Reader // of confirmations and downloads
	Logger   *slog.Logger
}

// Desk answers commands. Safe for concurrent use.
type Desk struct {
	steering Steering
	office   Office
	title    titles
	now      func() time.Time
	rand     io.Reader
	logger   *slog.Logger
}

// New makes a desk.
func New(c Config) *Desk {
	return &Desk{steering: c.Steering, office: c.Office, title: c.Title, now: c.Now, rand: c.Rand, logger: c.Logger}
}

// askWithin bounds the question whether somebody still is an admin: the platform waits for our answer
// meanwhile, three seconds at most.
const askWithin = 2 * time.Second

// turn is one command that somebody gave.
type turn struct {
	*Desk
	caller  Caller
	voice   catalog.Voice
	command Command
	call    Call
	seen    string // the digest of what they confirmed; empty: they haven't been asked
}

// Run carries out a command as somebody wrote it, or as a button gave it, and answers the card for them
// alone. It blocks for the store, and two seconds at most for the question whether they are an admin. The
// same text with the same [Caller.Event] does nothing twice.
func (d *Desk) Run(ctx context.Context, caller Caller, text string) cards.Card {
	card, _ := d.Try(ctx, caller, text)
	return card
}

// Try is [Desk.Run], and reports whether the command was carried out or has asked to be confirmed.
func (d *Desk) Try(ctx context.Context, caller Caller, text string) (card cards.Card, ok bool) {
	call, err := Parse(text)
	var mistake *Mistake
	if errors.As(err, &mistake) {
		return d.mistaken(ctx, caller, mistake), false
	}
	return (&turn{Desk: d, caller: caller, voice: d.title.voice(caller.Lang, caller.Zone), command: *find(call.Command), call: call}).carryOut(ctx)
}

// carryOut checks the role, and runs.
func (t *turn) carryOut(ctx context.Context) (card cards.Card, ok bool) {
	if refusal := t.refusal(ctx); refusal != nil {
		return *refusal, false
	}
	card, err := t.command.run(ctx, t)
	t.logger.Info("command", "tenant", t.caller.Tenant(), "platform", t.caller.Installation.Platform, "command", t.command.Name, "ok", err == nil)
	if err != nil {
		return t.failed(err), false
	}
	return card, true
}

// served reports whether there is anything behind the desk that a command could ask.
func (t *turn) served() bool {
	return t.steering != nil && t.office != nil || t.command.Name == "help" || t.command.Name == "hello"
}

// refusal is why the caller may not give the command; nil: they may.
func (t *turn) refusal(ctx context.Context) *cards.Card {
	var card cards.Card
	switch {
	case !t.served():
		card = t.note(cards.Normal, catalog.NoteElsewhere)
	case t.command.Role == Person:
		return nil
	default:
		admin, err := t.administers(ctx)
		switch {
		case err != nil:
			card = t.note(cards.Caution, catalog.NoteUnchecked, catalog.Next{Label: catalog.ButtonTry, Command: t.again()})
		case admin:
			return nil
		default:
			card = t.denied(ctx)
		}
	}
	return &card
}

// administers reports whether the caller steers the tenant, asked afresh. An error is no answer.
func (t *turn) administers(ctx context.Context) (bool, error) {
	switch {
	case t.caller.Role == Admin:
		return true, nil
	case t.office == nil || t.caller.Actor.IsZero():
		return false, nil
	}
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	return t.office.Administers(ctx, t.caller.Installation, t.caller.Actor)
}

// denied says who could do it.
func (t *turn) denied(ctx context.Context) cards.Card {
	var names []string
	var admins []directory.Admin
	var err error
	if !t.caller.Unknown {
		admins, err = t.office.Admins(ctx, t.caller.Tenant())
	}
	if err != nil {
		t.logger.Warn("the admins can't be named", "tenant", t.caller.Tenant(), "code", directory.CodeOf(err).String())
	}
	for _, a := range admins {
		if !slices.Contains(names, a.Name) { // most have an account on each platform
			names = append(names, a.Name)
		}
	}
	t.logger.Info("denied", "tenant", t.caller.Tenant(), "platform", t.caller.Installation.Platform, "command", t.command.Name)
	if !t.caller.Unknown && err == nil && len(admins) == 0 {
		return catalog.DeniedByNobody(t.voice)
	}
	return catalog.Denied(t.voice, names)
}

// shown is an error that is a card: what was asked for isn't there, or not clear.
type shown struct{ card cards.Card }

func (s *shown) Error() string { return "answered otherwise" }

// failed is the card for what could not be done.
func (t *turn) failed(err error) cards.Card {
	var other *shown
	if errors.As(err, &other) {
		return other.card
	}
	switch directory.CodeOf(err) {
	case directory.NotFound, directory.Conflict, directory.Invalid, directory.Unauthorized, directory.Taken, directory.Unsupported:
		return catalog.Noted(catalog.Note{Voice: t.voice, Tone: cards.Caution, Text: catalog.NoteNotDone, Say: directory.Said(err)})
	case directory.Unavailable, directory.Throttled:
		return t.note(cards.Caution, catalog.NoteTry, catalog.Next{Label: catalog.ButtonTry, Command: t.again()})
	}
	t.logger.Error("a command failed", "tenant", t.caller.Tenant(), "command", t.command.Name, "code", directory.CodeOf(err).String())
	return t.note(cards.Caution, catalog.NoteMaybe, catalog.Next{Label: catalog.ButtonStatus, Command: "status"})
}

// again is the call as a button can give it.
func (t *turn) again() string {
	call := Call{Command: t.call.Command, Fields: t.call.Fields, Args: append([]string(nil), t.call.Args...)}
	for i := range call.Args {
		if kind := t.command.Args[i].Kind; kind == Subject || kind == Either {
			if member, err := directory.ParseMemberID(call.Args[i]); err == nil {
				call.Args[i] = handle(member)
			}
		}
	}
	return Format(call)
}

// note is a short answer.
func (t *turn) note(tone cards.Tone, text string, next ...catalog.Next) cards.Card {
	return catalog.Noted(catalog.Note{Voice: t.voice, Tone: tone, Text: text, Next: next})
}

// done is a short answer that it worked, about something by name.
func (t *turn) done(text, placeholder, name string, next ...catalog.Next) cards.Card {
	return catalog.Noted(catalog.Note{Voice: t.voice, Tone: cards.Good, Text: text, Pairs: []string{placeholder, name}, Next: next})
}

// refuse is done for what doesn't work.
func (t *turn) refuse(text, placeholder, name string, next ...catalog.Next) error {
	return &shown{catalog.Noted(catalog.Note{Voice: t.voice, Tone: cards.Caution, Text: text, Pairs: []string{placeholder, name}, Next: next})}
}

// work is long work that the call begins.
func (t *turn) work(group directory.GroupID) Work {
	return Work{
		ID: short(string(t.caller.Tenant()), t.caller.By(), t.caller.Event, t.call.Command), Group: group,
		By: t.caller.By(), Of: t.caller.Installation, To: t.caller.Actor,
	}
}

// digest is a digest of what was shown.
func digest(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return base32.HexEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:])
}

// short is the beginning of a digest, long enough that no two things of a tenant share one.
func short(parts ...string) string { return strings.ToLower(digest(parts...)[:16]) }
