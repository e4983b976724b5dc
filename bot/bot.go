package bot

import (
	"context"
	"log/slog"
	"strings"
	"time"
	"unicode"

	"rollcall/cards"
	"rollcall/cards/catalog"
	"rollcall/sync/directory"
)

// How long the bot remembers that it has replied to an event, and that it has welcomed somebody.
const (
	eventFor   = 48 * time.Hour
	welcomeFor = 10 * 365 * 24 * time.Hour
)

// Registry is what the bot needs of the store. All are as in directory.Registry.
type Registry interface {
	Resolve(ctx context.Context, origin directory.Origin) (directory.Installation, error)
	Connection(ctx context.Context, platform directory.Platform, workspace directory.Workspace) (directory.Connection, error)
	Amend(ctx context.Context, connection directory.Connection, audit ...directory.Entry) error
	First(ctx context.Context, tenant directory.TenantID, key string, now time.Time, ttl time.Duration) (bool, error)
}

// Bot is the conversation. Safe for concurrent use.
type Bot struct {
	platforms map[directory.Platform]Platform
	registry  Registry
	syncer    Syncer
	now       func() time.Time
	logger    *slog.Logger
}

var _ Sink = (*Bot)(nil)

// New makes a bot for platforms. The engine that answers it needs the bot to ask, so it is named
// afterwards, with [Bot.Serve].
func New(platforms []Platform, registry Registry, now func() time.Time, logger *slog.Logger) *Bot {
	b := &Bot{platforms: make(map[directory.Platform]Platform), registry: registry, now: now, logger: logger}
	for _, p := range platforms {
		b.platforms[p.Name()] = p
	}
	return b
}

// Serve names the engine. It is called once, before the first event.
func (b *Bot) Serve(syncer Syncer) { b.syncer = syncer }

// Accept takes one event. See [Sink]. It blocks for the store only, and passes on the errors of the
// registry and of the engine as they come.
func (b *Bot) Accept(ctx context.Context, origin directory.Origin, event Event) (Reply, error) {
	inst, err := b.registry.Resolve(ctx, origin)
	if err != nil {
		return Reply{}, err
	}
	switch event := event.(type) {
	case Changed:
		return Reply{}, b.syncer.Observe(ctx, inst, event.Account)
	case Gone:
		return Reply{}, b.gone(ctx, inst, event)
	case Teams:
		return Reply{}, b.teams(ctx, inst, event)
	}
	if origin.Actor.Platform != inst.Platform || origin.Actor.Workspace != inst.Workspace {
		// Somebody from elsewhere gets the same short answer whatever they sent.
		reply, err := b.once(ctx, inst, origin, event, catalog.Foreign(catalog.Reader{}))
		if _, press := event.(Pressed); press && err == nil {
			reply.Word = catalog.WordForeign
		}
		return reply, err
	}
	switch event := event.(type) {
	case Pressed:
		return b.pressed(ctx, inst, origin, event)
	case Said:
		return b.said(ctx, inst, origin, event)
	case Met:
		if err := b.syncer.Reached(ctx, inst, origin.Actor); err != nil {
			return Reply{}, err
		}
		return b.once(ctx, inst, origin, event, catalog.Welcome(catalog.Reader{Here: b.title(inst.Platform)}))
	}
	return Reply{}, nil
}

// said answers a text. Whoever writes can be written to again; and whoever writes nothing but an
// address, in their own chat, may have been asked for it.
func (b *Bot) said(ctx context.Context, inst directory.Installation, origin directory.Origin, s Said) (Reply, error) {
	if err := b.syncer.Reached(ctx, inst, origin.Actor); err != nil {
		return Reply{}, err
	}
	card := b.answerTo(s.Text, inst)
	if address, err := directory.ParseAddress(s.Text); err == nil && origin.Direct {
		outcome, err := b.syncer.Named(ctx, inst, origin.Actor, address)
		if err != nil {
			return Reply{}, err
		}
		b.logger.Info("address", "tenant", inst.Tenant, "platform", inst.Platform, "outcome", string(outcome))
		if outcome == directory.AnswerTaken || outcome == directory.AnswerTwice {
			card = catalog.Named(catalog.Reader{}) // also where the platform delivers it again because we could not answer
		}
	}
	return b.once(ctx, inst, origin, s, card)
}

// pressed has the engine take an answer. Even a press that needs no reply is remembered: delivered
// again, it is one that the engine has taken already.
func (b *Bot) pressed(ctx context.Context, inst directory.Installation, origin directory.Origin, p Pressed) (Reply, error) {
	outcome, err := b.syncer.Answer(ctx, inst.Tenant, directory.Answer{
		Actor: origin.Actor, Conversation: origin.Conversation, Direct: origin.Direct, Message: p.Message,
		Nonce: directory.Nonce(p.Press.Nonce), Verb: directory.Verb(p.Press.Verb), Value: p.Press.Value,
	})
	if err != nil {
		return Reply{}, err
	}
	b.logger.Info("answer", "tenant", inst.Tenant, "platform", inst.Platform, "outcome", string(outcome))
	card, word := replyTo(outcome)
	reply, err := b.once(ctx, inst, origin, p, card)
	if err != nil {
		return Reply{}, err
	}
	if outcome == directory.AnswerTaken {
		reply.Card = nil // the prompt's own card says what follows
	}
	reply.Word = word
	return reply, nil
}

// replyTo is what is said to an answer: a card where it changed nothing, and one line.
func replyTo(outcome directory.Outcome) (cards.Card, string) {
	switch outcome {
	case directory.AnswerTaken:
		return cards.Card{}, catalog.WordTaken
	case directory.AnswerTwice:
		return catalog.Twice(catalog.Reader{}), catalog.WordTwice
	case directory.AnswerForeign:
		return catalog.Foreign(catalog.Reader{}), catalog.WordForeign
	}
	return catalog.Late(catalog.Reader{}), catalog.WordLate
}

// answerTo is the card for a text. It repeats nothing of it.
func (b *Bot) answerTo(text string, inst directory.Installation) cards.Card {
	switch word(text) {
	case "", "help":
		return catalog.Help(catalog.Reader{})
	case "hi", "hello", "hey", "hallo", "bonjour", "hola":
		return catalog.Hello(catalog.Reader{Here: b.title(inst.Platform)})
	}
	return catalog.Unknown(catalog.Reader{})
}

// word is a text's first word in lower case, without the signs that people put around it: a slash,
// quotation marks, a question mark. Empty: there is none.
func word(text string) string {
	for field := range strings.FieldsSeq(text) {
		if w := strings.TrimFunc(field, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }); w != "" {
			return strings.ToLower(w)
		}
	}
	return ""
}

// once is a card as the reply to an event, and no reply when the platform delivers that event again.
func (b *Bot) once(ctx context.Context, inst directory.Installation, origin directory.Origin, event Event, card cards.Card) (Reply, error) {
	key, ttl := "met/"+origin.Actor.Text(), welcomeFor
	switch event := event.(type) {
	case Pressed:
		key, ttl = "pressed/"+origin.Actor.Text()+"/"+event.ID, eventFor
	case Said:
		key, ttl = "said/"+origin.Actor.Text()+"/"+event.ID, eventFor
	}
	first, err := b.registry.First(ctx, inst.Tenant, key, b.now(), ttl)
	if err != nil || !first {
		return Reply{}, err
	}
	return Reply{Card: &card}, nil
}

// title is what people call a platform.
func (b *Bot) title(name directory.Platform) string {
	if p := b.platforms[name]; p != nil {
		return p.Limits().Title
	}
	return string(name)
}
