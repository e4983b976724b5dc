package bot

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"rollcall/cards"
	"rollcall/cards/catalog"
	"rollcall/sync/directory"
)

// How long the bot remembers that it has taken an event, and that it has welcomed somebody.
const (
	eventFor   = 48 * time.Hour
	welcomeFor = 10 * 365 * 24 * time.Hour
)

// Registry is what the bot needs of the store.
type Registry interface {
	Resolve(ctx context.Context, origin directory.Origin) (directory.Installation, error)
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

// Accept takes one event. See [Sink].
func (b *Bot) Accept(ctx context.Context, origin directory.Origin, event Event) (Reply, error) {
	inst, err := b.registry.Resolve(ctx, origin)
	if err != nil {
		return Reply{}, err
	}
	if changed, ok := event.(Changed); ok {
		return Reply{}, b.syncer.Observe(ctx, inst, changed.Account)
	}
	if _, ok := event.(Gone); ok {
		b.logger.Warn("the app was removed from a workspace", "tenant", inst.Tenant, "platform", inst.Platform)
		return Reply{}, nil
	}
	if origin.Actor.Platform != inst.Platform || origin.Actor.Workspace != inst.Workspace {
		// A guest from elsewhere gets the same short answer whatever they sent.
		return show(catalog.Foreign()), nil
	}
	switch event := event.(type) {
	case Pressed:
		return b.pressed(ctx, inst, origin, event)
	case Said:
		return b.said(ctx, inst, event)
	case Met:
		return b.met(ctx, inst, origin)
	}
	return Reply{}, nil
}

func show(card cards.Card) Reply { return Reply{Card: &card} }

func (b *Bot) pressed(ctx context.Context, inst directory.Installation, origin directory.Origin, p Pressed) (Reply, error) {
	outcome, err := b.syncer.Answer(ctx, inst.Tenant, directory.Answer{
		Actor: origin.Actor, Conversation: origin.Conversation, Direct: origin.Direct, Message: p.Message,
		Nonce: directory.Nonce(p.Press.Nonce), Verb: directory.Verb(p.Press.Verb), Value: p.Press.Value,
	})
	if err != nil {
		return Reply{}, err
	}
	b.logger.Info("answer", "tenant", inst.Tenant, "platform", inst.Platform, "verb", p.Press.Verb, "outcome", string(outcome))
	// Whoever pressed hears of it once, however often the platform delivers that press.
	key := "pressed/" + origin.Actor.Text() + "/" + p.ID
	first, err := b.registry.First(ctx, inst.Tenant, key, b.now(), eventFor)
	if err != nil || !first {
		return Reply{}, err
	}
	switch outcome {
	case directory.AnswerTaken:
		return Reply{}, nil // the card itself says what follows
	case directory.AnswerTwice:
		return show(catalog.Twice()), nil
	case directory.AnswerForeign:
		return show(catalog.Foreign()), nil
	}
	return show(catalog.Late()), nil
}

// said answers a text, once however often it is delivered.
func (b *Bot) said(ctx context.Context, inst directory.Installation, s Said) (Reply, error) {
	first, err := b.registry.First(ctx, inst.Tenant, "said/"+string(inst.Platform)+"/"+s.ID, b.now(), eventFor)
	if err != nil || !first {
		return Reply{}, err
	}
	switch word(s.Text) {
	case "help", "?":
		return show(catalog.Help()), nil
	case "hi", "hello", "hey", "hallo", "bonjour", "hola":
		return show(catalog.Hello(catalog.Reader{Here: b.title(inst.Platform)})), nil
	}
	return show(catalog.Unknown()), nil
}

// word is a text's first word, without what people put around it.
func word(text string) string {
	fields := strings.Fields(strings.ToLower(text))
	if len(fields) == 0 {
		return "help"
	}
	if w := strings.Trim(fields[0], "/.,!"); w != "" {
		return w
	}
	return fields[0]
}

// met welcomes somebody, once.
func (b *Bot) met(ctx context.Context, inst directory.Installation, origin directory.Origin) (Reply, error) {
	if err := b.syncer.Reached(ctx, inst, origin.Actor); err != nil {
		return Reply{}, err
	}
	first, err := b.registry.First(ctx, inst.Tenant, "met/"+origin.Actor.Text(), b.now(), welcomeFor)
	if err != nil || !first {
		return Reply{}, err
	}
	return show(catalog.Welcome(catalog.Reader{Here: b.title(inst.Platform)})), nil
}

// title is what people call a platform.
func (b *Bot) title(name directory.Platform) string {
	if p := b.platforms[name]; p != nil {
		return p.Limits().Title
	}
	return string(name)
}
