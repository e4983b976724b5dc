package bot

import (
	"context"
	"log/slog"
	"time"

	"rollcall/bot/command"
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
	Tenant(ctx context.Context, id directory.TenantID) (directory.Tenant, error)
	AccountsByID(ctx context.Context, tenant directory.TenantID, ids ...directory.AccountID) ([]directory.Account, error)
	Preference(ctx context.Context, tenant directory.TenantID, account directory.AccountID) (directory.Preference, error)
}

// Bot is the conversation. Safe for concurrent use.
type Bot struct {
	platforms map[directory.Platform]Platform
	registry  Registry
	syncer    Syncer
	commands  *command.Desk
	now       func() time.Time
	logger    *slog.Logger
	claims    claims
	rates     rates
}

var _ Sink = (*Bot)(nil)

// New makes a bot for platforms. The engine that answers it needs the bot to ask, so it is named
// afterwards, with [Bot.Serve].
func New(platforms []Platform, registry Registry, now func() time.Time, logger *slog.Logger) *Bot {
	b := &Bot{platforms: make(map[directory.Platform]Platform), registry: registry, now: now, logger: logger}
	for _, p := range platforms {
		b.platforms[p.Name()] = p
	}
	b.commands = command.New(command.Config{Title: b.title, Now: now, Logger: logger})
	return b
}

// Serve names the engine. It is called once, before the first event.
func (b *Bot) Serve(syncer Syncer) { b.syncer = syncer }

// Obey names who answers commands. It is called once, before the first event; without it only help and hello
// are answered.
func (b *Bot) Obey(desk *command.Desk) { b.commands = desk }

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
	if reply, over, err := b.tooMuch(ctx, inst, origin, event); over {
		return reply, err
	}
	if origin.Actor.Platform != inst.Platform || origin.Actor.Workspace != inst.Workspace {
		// Somebody from elsewhere gets the same short answer whatever they sent.
		if _, page := event.(Opened); page {
			card := catalog.Foreign(catalog.Reader{})
			return Reply{Card: &card}, nil
		}
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
		return b.met(ctx, inst, origin)
	case Opened:
		return b.opened(ctx, inst, origin)
	}
	return Reply{}, nil
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
