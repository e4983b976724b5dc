package bot

import (
	"context"
	"crypto/sha256"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"rollcall/bot/command"
	"rollcall/cards"
	"rollcall/cards/catalog"
	"rollcall/sync/directory"
)

// How much whoever writes to the bot can have done: each event is reads of the store and a message, of which a
// platform allows an app only so many. Buttons of the engine's own questions aren't counted: they are as many
// as the questions. The first number of each is how many at once, the second how long one takes to come back.
const (
	personBurst, personEvery = 20, 6 * time.Second
	heavyBurst, heavyEvery   = 5, time.Minute
	tenantBurst, tenantEvery = 300, time.Minute / 300
	// sayEvery is how often somebody is told that it is too much.
	sayEvery = time.Minute
	// keptFor is for how long it is remembered what somebody gave: until all has come back.
	keptFor = heavyBurst*heavyEvery + sayEvery
	// mostKept bounds each of the two maps of a shelf. Whoever has so many accounts to fill them still has the
	// tenant's bound.
	mostKept = 10_000
	// mostSeen is how many of somebody's last events are known again: more than can be taken at once.
	mostSeen = 32
)

// verdict is what becomes of an event.
type verdict int

const (
	taken  verdict = iota
	said           // too much, and they are to be told so
	silent         // too much, and they have been told
)

// rates count what people give. Safe for concurrent use.
type rates struct {
	mu      sync.Mutex
	persons shelf[person, purse]
	tenants shelf[directory.TenantID, rate.Limiter]
}

// person is one account, as one tenant sees it.
type person struct {
	tenant  directory.TenantID
	account directory.AccountID
}

// purse is what somebody may still give, and what they gave.
type purse struct {
	all, heavy *rate.Limiter
	told       time.Time // when they were told that it is too much; zero: they weren't
	seen       [mostSeen]seen
	next       int // where the next event is put
}

// seen is an event that was counted: delivered again, it counts as it did.
type seen struct {
	event [16]byte // the beginning of its digest
	taken bool
}

// take counts an event.
func (r *rates) take(who person, event string, load command.Load, now time.Time) verdict {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.persons.of(who, now, func() *purse {
		return &purse{all: rate.NewLimiter(rate.Every(personEvery), personBurst), heavy: rate.NewLimiter(rate.Every(heavyEvery), heavyBurst)}
	})
	sum := sha256.Sum256([]byte(event))
	id := [16]byte(sum[:16])
	for _, s := range p.seen {
		switch {
		case s.event != id:
		case s.taken:
			return taken
		default:
			return silent
		}
	}
	ok := spend(p.all, now) && (spend(r.tenant(who.tenant, now), now) || load == command.Brake) && (load != command.Heavy || spend(p.heavy, now))
	p.seen[p.next] = seen{id, ok}
	p.next = (p.next + 1) % mostSeen
	if ok {
		return taken
	}
	if ago := now.Sub(p.told); !p.told.IsZero() && ago >= 0 && ago < sayEvery {
		return silent
	}
	p.told = now
	return said
}

// spend takes one, if there is one. A clock that was set back counts from where it stands: by itself a limiter
// would give nothing until it is as late again as it was.
func spend(l *rate.Limiter, now time.Time) bool {
	l.SetLimitAt(now, l.Limit())
	return l.AllowN(now, 1)
}

func (r *rates) tenant(id directory.TenantID, now time.Time) *rate.Limiter {
	return r.tenants.of(id, now, func() *rate.Limiter { return rate.NewLimiter(rate.Every(tenantEvery), tenantBurst) })
}

// shelf is things by key, in two maps: when the newer one is full, or old enough, the older one is forgotten.
type shelf[K comparable, V any] struct {
	newer, old map[K]*V
	begun      time.Time // the newer one
}

// of finds a key's thing, or makes one. A clock that was set back forgets nothing.
func (s *shelf[K, V]) of(key K, now time.Time, fresh func() *V) *V {
	switch age := now.Sub(s.begun); {
	case s.newer == nil, age >= keptFor, len(s.newer) >= mostKept:
		s.old, s.newer, s.begun = s.newer, make(map[K]*V), now
	case age < 0:
		s.begun = now
	}
	found := s.newer[key]
	if found == nil {
		if found = s.old[key]; found == nil {
			found = fresh()
		}
		delete(s.old, key)
		s.newer[key] = found
	}
	return found
}

// counted is by what an event is known again and how it counts; false: it isn't counted.
func counted(event Event) (id string, load command.Load, ok bool) {
	switch event := event.(type) {
	case Said:
		return "said/" + event.ID, command.LoadOf(event.Text), true
	case Pressed:
		switch event.Press.Verb {
		case catalog.VerbRun:
			return "pressed/" + event.ID, command.LoadOf(catalog.Command(event.Press.Value)), true
		case catalog.VerbConfirm:
			return "pressed/" + event.ID, command.Brake, true
		}
	}
	return "", command.Usual, false
}

// tooMuch counts an event, and reports whether it is one too many: then there is nothing more to do about it than
// to give the reply.
func (b *Bot) tooMuch(ctx context.Context, inst directory.Installation, origin directory.Origin, event Event) (Reply, bool, error) {
	id, load, ok := counted(event)
	if !ok {
		return Reply{}, false, nil
	}
	reply := Reply{}
	_, press := event.(Pressed)
	if press {
		reply.Word = catalog.NoteSlow // where a press must be answered, that isn't with thanks
	}
	switch b.rates.take(person{inst.Tenant, origin.Actor}, id, load, b.now()) {
	case taken:
		return Reply{}, false, nil
	case silent:
		return reply, true, nil
	}
	b.logger.Warn("too many commands", "tenant", inst.Tenant, "platform", inst.Platform)
	caller, _, err := b.caller(ctx, inst, origin, "")
	if err != nil {
		return Reply{}, true, err
	}
	voice := catalog.Voice{Lang: caller.Lang}
	reply, err = b.once(ctx, inst, origin, event, catalog.Noted(catalog.Note{Voice: voice, Tone: cards.Caution, Text: catalog.NoteSlow}))
	if press && err == nil {
		reply.Word = word(caller, catalog.NoteSlow)
	}
	return reply, true, err
}
