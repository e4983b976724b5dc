package simulation

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"rollcall/adapters/sim"
)

// mail is the webhooks that are held back on their way, or come again.
type mail struct {
	held    []heldBack
	request *request // the one that the product is answering
}

// heldBack is a webhook that is given to its outbox at a time.
type heldBack struct {
	at     time.Time
	outbox *sim.Outbox
	sim.Delivery
}

// marked webhooks have had what was to happen to them.
const marked = "already arranged: "

func (m *mail) next() time.Time {
	if len(m.held) == 0 {
		return time.Time{}
	}
	return m.held[0].at
}

func (m *mail) hold(at time.Time, outbox *sim.Outbox, d sim.Delivery) {
	d.Name = marked + d.Name
	place, _ := slices.BinarySearchFunc(m.held, at, func(h heldBack, at time.Time) int { return h.at.Compare(at) })
	m.held = slices.Insert(m.held, place, heldBack{at, outbox, d})
}

// arrange decides what happens to webhooks that are about to be sent.
func (h *history) arrange(outbox *sim.Outbox, due []sim.Delivery) []sim.Delivery {
	if !h.faulty {
		return due
	}
	p := h.profile
	now := h.clock.Now()
	var send []sim.Delivery
	for _, d := range due {
		if strings.HasPrefix(d.Name, marked) || d.Attempt > 0 {
			send = append(send, d)
			continue
		}
		again := d
		again.Attempt, again.Done, again.Once = 1, nil, true
		switch {
		case h.dice.chance(p.Lost):
			h.lost(d)
			continue
		case h.dice.chance(p.Days):
			h.reach(webhookDays)
			h.mail.hold(now.Add(h.dice.between(24*time.Hour, 3*24*time.Hour)), outbox, d)
			h.say("  %s is days late", d.Name)
			continue
		case h.dice.chance(p.Late):
			h.reach(webhookLate)
			h.mail.hold(now.Add(h.dice.between(time.Second, 6*time.Hour)), outbox, d)
			h.say("  %s is late", d.Name)
			continue
		}
		send = append(send, d)
		if h.dice.chance(p.Twice) && repeatable(d) {
			h.reach(webhookTwice)
			h.say("  %s comes twice", d.Name)
			send = append(send, again)
		}
		if h.dice.chance(p.Again) && repeatable(d) {
			h.reach(webhookAgain)
			after := pick(h.dice, []time.Duration{5 * time.Minute, 4 * time.Hour, 24 * time.Hour})
			h.mail.hold(now.Add(after), outbox, again)
			h.say("  %s comes again after %v", d.Name, after)
		}
	}
	if len(send) > 1 && h.dice.chance(p.Shuffle) {
		h.reach(webhookShuffled)
		h.dice.Shuffle(len(send), func(i, j int) { send[i], send[j] = send[j], send[i] })
	}
	return send
}

// repeatable is everything but commands, which a platform answers in the same breath.
func repeatable(d sim.Delivery) bool { return d.Name != "command" }

func (h *history) lost(d sim.Delivery) {
	h.reach(webhookLost)
	h.say("  %s is lost", d.Name)
}

// pump delivers everything that is due.
func (h *history) pump() {
	for range 20 {
		now := h.clock.Now()
		for len(h.mail.held) > 0 && !h.mail.held[0].at.After(now) {
			next := h.mail.held[0]
			h.mail.held = h.mail.held[1:]
			d := next.Delivery
			d.Due = time.Time{}
			next.outbox.Put(d)
		}
		sent := h.slack.Outbox.Pump(context.Background()) + h.webex.Outbox.Pump(context.Background())
		h.observe()
		if sent == 0 {
			return
		}
	}
}

// request is one that the product is answering, and what it did about it.
type request struct {
	what    hook
	taken   int   // answers and hints that the engine took, whatever it made of them
	began   int64 // at which moment
	status  int
	outcome string
}

// receive is the product's own address: one of its processes answers, unless it dies of it.
func (h *history) receive(w http.ResponseWriter, r *http.Request) {
	p := h.anyProcess()
	body := readAll(r)
	now := &request{what: parseHook(r, body), began: h.moment}
	h.news(now)
	noted := &noting{ResponseWriter: w}
	alive := p.survive(func() {
		defer p.enter()()
		h.mail.request = now
		p.router.ServeHTTP(noted, r)
	})
	if !alive {
		h.say("  %s: no answer", now.what.name)
		panic(http.ErrAbortHandler)
	}
	now.status = noted.status
	h.say("  %s: %d %s", now.what.name, now.status, now.outcome)
	h.checkAcknowledged(now)
}

// noting is a response writer that remembers the status.
type noting struct {
	http.ResponseWriter
	status int
}

func (n *noting) WriteHeader(status int) {
	if n.status == 0 {
		n.status = status
	}
	n.ResponseWriter.WriteHeader(status)
}

func (n *noting) Write(b []byte) (int, error) {
	n.WriteHeader(http.StatusOK)
	return n.ResponseWriter.Write(b)
}
