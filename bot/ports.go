package bot

import (
	"context"
	"time"

	"rollcall/cards"
	"rollcall/sync/directory"
)

// Platform is a chat platform on which people can be written to. One instance serves every tenant.
// Implementations are safe for concurrent use and pass bottest.RunPlatform whole.
//
// No send is idempotent on any platform, so every error says by its code what is known:
// Unavailable and Throttled mean that nothing was sent; Uncertain that it may have been; no
// implementation ever sends again by itself.
type Platform interface {
	// Name is the platform's name in ids and in the configuration.
	Name() directory.Platform

	// Limits states the platform's powers and limits as data.
	Limits() Limits

	// Send posts a card into the account's 1:1 chat, and blocks until the platform took it.
	// Errors: Throttled, Unavailable, Uncertain, Undeliverable (this person can't be written
	// to), Unauthorized (this installation's token), Invalid (the card breaks a limit).
	Send(ctx context.Context, inst directory.Installation, to directory.AccountID, card cards.Card) (directory.MessageRef, error)

	// Edit replaces a message of ours by another card. It may be called again with the same
	// card. The reference that it answers replaces the old one: where a platform no longer
	// edits the message, it is deleted and posted anew. Errors as Send, and NotFound when the
	// message is gone for good.
	Edit(ctx context.Context, inst directory.Installation, to directory.AccountID, ref directory.MessageRef, card cards.Card) (directory.MessageRef, error)

	// Find looks in the account's 1:1 chat for a message of ours with this mark, posted not
	// before since. It is how a lost answer is resolved, so "not found" must be definite: it has
	// looked at everything since then. Errors: Unsupported (this installation has no
	// read-back), Throttled, Unavailable, Unauthorized.
	Find(ctx context.Context, inst directory.Installation, to directory.AccountID, mark string, since time.Time) (directory.MessageRef, bool, error)
}

// Prover is a Platform that can say whether an installation still works.
type Prover interface {
	// CheckInstallation asks the platform whether the installation's token works and is this
	// workspace's. Unauthorized: it definitely doesn't. Otherwise errors as [Platform.Send]. It
	// blocks for one request.
	CheckInstallation(ctx context.Context, inst directory.Installation) error
}

// Limits are a platform's powers and limits, as data. Exams demand that behaviour and data agree.
type Limits struct {
	Title string // how people call the platform
	// Posts is how many messages per second one installation may post in bulk.
	Posts Limit[float64]
	// Edits is how often one message may be edited before Edit must post it anew; 0: no limit.
	Edits Limit[int]
	// Actions is how many buttons a card may have.
	Actions Limit[int]
	// ReadBack: Find may be granted.
	ReadBack Limit[bool]
}

// Limit is one limit, and whether the platform documents it.
type Limit[T any] struct {
	Value      T
	Documented bool   // false: assumed
	Source     string // where it is documented, or why it is assumed
}

// Sink is where an adapter puts what was verified. The product's is [Bot].
type Sink interface {
	// Accept takes one event. When it returns without an error, whatever the event changes is
	// durable, and the adapter may acknowledge it. The reply, if there is one, is shown to the
	// actor alone. Unavailable: not taken, the platform should deliver it again. NotFound: the
	// workspace belongs to no tenant; acknowledge and forget.
	Accept(ctx context.Context, origin directory.Origin, event Event) (Reply, error)
}

// Event is something that happened on a platform: [Pressed], [Said], [Met], [Opened], [Changed],
// [Gone] or [Teams].
type Event interface{ event() }

// Pressed is a press of one of our buttons.
type Pressed struct {
	ID      string // the platform's id of this press, the same when it is delivered again
	Press   cards.Press
	Message directory.MessageRef // the message that the button is on, as far as the platform says
}

// Said is a text to the bot: a direct message or a command.
type Said struct {
	ID   string // the platform's id of this event, the same when it is delivered again
	Text string // without the command's name or the bot's own name
}

// Met is the first time that somebody opens the chat with the app, or the app is added to it. It
// may be delivered any number of times.
type Met struct{}

// Opened is a look at the app's own page on the platform, where it has one. The reply is that page. It
// may be delivered any number of times, and each time is answered.
type Opened struct{}

// Changed is a hint that an account joined or changed, as the platform describes it. Hints may be
// late, out of order or repeated.
type Changed struct{ Account directory.Account }

// Gone says that the app was removed from the workspace, or its tokens were revoked. It may be
// delivered late, after the app was installed again, and any number of times.
type Gone struct {
	At time.Time // when it happened, as the platform says
	// Bots are the users of the app whose tokens were revoked; empty: the app itself was removed.
	Bots []string
}

// Teams says to which workspaces of an organisation, for which the app is installed at once, it was
// admitted, and from which it was taken away.
type Teams struct {
	At               time.Time
	Granted, Revoked []directory.Workspace
}

func (Pressed) event() {}
func (Said) event()    {}
func (Met) event()     {}
func (Opened) event()  {}
func (Changed) event() {}
func (Gone) event()    {}
func (Teams) event()   {}

// Reply is what the actor alone is shown.
type Reply struct {
	Card *cards.Card // nil: nothing
	// Word is what a press led to, in one short line, also where there is no card and whenever
	// the press is delivered again. It is for platforms on which a press must be answered at once;
	// the others don't show it. Empty for every event but a press.
	Word string
}

// Syncer is what the bot needs of the engine. Every call but Know blocks for the store only, may be made
// again with the same arguments, and answers Unavailable when nothing was taken.
type Syncer interface {
	// Answer takes a press of a button; see directory.Answer and directory.Outcome. What it
	// changes is durable when it returns. Called again with a press that was taken, it answers
	// directory.AnswerTwice and changes nothing.
	Answer(ctx context.Context, tenant directory.TenantID, answer directory.Answer) (directory.Outcome, error)
	// Know asks a platform who an account is of whom nothing is known yet, and remembers it. Its error, but for
	// the store's, says only that nobody knows. It blocks for one request.
	Know(ctx context.Context, inst directory.Installation, account directory.AccountID) (directory.Account, error)
	// Observe takes a hint that an account joined or changed.
	Observe(ctx context.Context, inst directory.Installation, account directory.Account) error
	// Named takes another address that a person named, in their own chat, when they were asked for
	// one. directory.AnswerTaken: they are looked for by it. directory.AnswerLate: nobody had
	// asked them, or they have answered, as when it is called again.
	Named(ctx context.Context, inst directory.Installation, actor directory.AccountID, address directory.Address) (directory.Outcome, error)
	// Reached takes a hint that an account can be written to (again).
	Reached(ctx context.Context, inst directory.Installation, account directory.AccountID) error
}
