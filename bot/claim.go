package bot

import (
	"context"
	"sync"
	"time"

	"rollcall/bot/command"
	"rollcall/cards"
	"rollcall/cards/catalog"
	"rollcall/sync/directory"
)

// commandWithin bounds a command. Once begun it is carried out to its end, also where the platform hangs up.
const commandWithin = 30 * time.Second

// carryOut carries out the command that the caller's event gives, once, and answers a line for a press besides.
//
// Not every command may be done twice: `undo` takes back one thing after the other. And a platform delivers an
// event again when our answer came too late, which may be while it is being carried out. So the event is claimed
// before, and noted once it is over. A claim alone would lose the command where the process dies in the middle; to
// do it again would repeat it where the process dies at its end. So a delivery that finds a claim, no end, and
// nobody at it, says that nobody knows how far it came, and leaves the rest to whoever gave it. Of several processes
// on one store each knows only what it is at itself: what is delivered to another one meanwhile hears the same.
func (b *Bot) carryOut(ctx context.Context, caller command.Caller, run func(context.Context) cards.Card) (Reply, string, error) {
	key := "command/" + caller.Actor.Text() + "/" + caller.Event
	if !b.claims.begin(caller.Tenant(), key) {
		return Reply{}, catalog.WordTaken, nil // the delivery that is under way answers it
	}
	defer b.claims.end(caller.Tenant(), key)
	first, err := b.registry.First(ctx, caller.Tenant(), key, b.now(), eventFor)
	if err != nil {
		return Reply{}, "", err
	}
	if !first {
		return b.repeated(ctx, caller, key)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), commandWithin)
	defer cancel()
	card := run(ctx)
	if _, err := b.registry.First(ctx, caller.Tenant(), over(key), b.now(), eventFor); err != nil {
		b.logger.Warn("that a command is over isn't noted", "tenant", caller.Tenant(), "code", directory.CodeOf(err).String())
	}
	return Reply{Card: &card}, catalog.WordTaken, nil
}

// repeated answers a command that was delivered before: with nothing, if it is over.
func (b *Bot) repeated(ctx context.Context, caller command.Caller, key string) (Reply, string, error) {
	died, err := b.registry.First(ctx, caller.Tenant(), over(key), b.now(), eventFor)
	if err != nil || !died {
		return Reply{}, catalog.WordTaken, err
	}
	b.logger.Warn("a command was broken off", "tenant", caller.Tenant(), "platform", caller.Installation.Platform)
	card := catalog.Noted(catalog.Note{
		Voice: catalog.Voice{Lang: caller.Lang}, Tone: cards.Caution, Text: catalog.NoteMaybe,
		Next: []catalog.Next{{Label: catalog.ButtonStatus, Command: "status"}},
	})
	return Reply{Card: &card}, catalog.NoteMaybe, nil
}

// over is the key under which it is noted that a command is over.
func over(key string) string { return key + "/over" }

// claims are the commands that are being carried out now. What one process forgets when it dies nobody is at any
// more. Safe for concurrent use.
type claims struct {
	mu  sync.Mutex
	all map[claim]bool
}

type claim struct {
	tenant directory.TenantID
	key    string
}

// begin claims a command; false: somebody is at it.
func (c *claims) begin(tenant directory.TenantID, key string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.all[claim{tenant, key}] {
		return false
	}
	if c.all == nil {
		c.all = make(map[claim]bool)
	}
	c.all[claim{tenant, key}] = true
	return true
}

func (c *claims) end(tenant directory.TenantID, key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.all, claim{tenant, key})
}
