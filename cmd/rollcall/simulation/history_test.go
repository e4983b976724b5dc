package simulation

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"rollcall/adapters/sim"
	"rollcall/adapters/slack/slacksim"
	"rollcall/adapters/webex/webexsim"
	"rollcall/sync/directory"
	"rollcall/sync/directory/directorytest"
)

// history is one seed's.
type history struct {
	seed    uint64
	profile profile
	defect  defect
	verbose bool // the whole history is kept as text

	clock     *sim.Clock
	slack     *slacksim.Sim
	webex     *webexsim.Sim
	dir       *directorytest.Directory
	memory    directory.Store
	companies []*company
	programs  []*program
	logger    *slog.Logger
	dice      dice    // what goes wrong
	entropy   entropy // the engine's
	reached   map[fault]int

	faulty   bool      // the first phase: things go wrong
	healed   time.Time // when it ended
	checking bool      // a check reads, and nothing happens to it
	depth    int       // of what happens meanwhile
	tasks    []*task
	caller   directory.TenantID // whose own token the call under way carries; empty: the bot's
	steps    int
	number   int // of the event

	storm storm
	mail  mail
	truth
	words
	rules     map[directory.TenantID]*rule
	held      map[linkID]held
	askings   []asking
	reporting bool               // a job's message is being posted
	marks     map[string]string  // of messages, as they were posted
	reports   map[string]*report // by mark
	said      strings.Builder
	digest    hash.Hash
}

// mostSteps is far more than a history needs.
const mostSteps = 100_000

// began is when every history begins: a Monday morning.
var began = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func newHistory(seed uint64, p profile, flaw defect, verbose bool) *history {
	h := &history{
		seed: seed, profile: p, defect: flaw, verbose: verbose,
		clock: sim.StoppedClock(began), reached: make(map[fault]int), truth: newTruth(),
		dice: newDice(seed, "faults", 0), entropy: entropy{newDice(seed, "engine", 0)},
		words: newWords(), rules: make(map[directory.TenantID]*rule), held: make(map[linkID]held),
		marks: make(map[string]string), reports: make(map[string]*report),
	}
	if verbose {
		h.digest = sha256.New()
	}
	h.logger = newLogger(h)
	inward := &http.Client{Transport: &sim.Transport{Handlers: map[string]http.Handler{productHost: http.HandlerFunc(h.receive)}}}
	h.slack = slacksim.New(slacksim.Config{
		Clock: h.clock, SigningSecret: signing, URL: "https://" + slackHost, AppURL: "https://" + productHost, Client: inward,
		ClientID: clientID, ClientSecret: clientSecret, RedirectURLs: []string{back}, TokenRotation: p.Comings.Rotation,
	})
	h.webex = webexsim.New(webexsim.Config{Clock: h.clock, BotToken: botToken, Client: inward})
	h.webex.RefuseCardEdits(!p.CardEdits)
	h.dir = directorytest.NewDirectory("hr", h.clock.Now)
	h.dir.PageSize = p.PageSize
	h.memory = directorytest.NewMemory()
	h.companies = []*company{newCompany(1, "Alder"), newCompany(2, "Birch")}
	for _, c := range h.companies {
		h.settle(c)
		h.appoint(c)
		h.record(c)
	}
	h.slack.Outbox.Arrange = func(due []sim.Delivery) []sim.Delivery { return h.arrange(h.slack.Outbox, due) }
	h.webex.Outbox.Arrange = func(due []sim.Delivery) []sim.Delivery { return h.arrange(h.webex.Outbox, due) }
	h.slack.Faults.Decide(func(route string) (sim.Fault, bool) { return h.platformFault(p.Slack, "slack", route) })
	h.webex.Faults.Decide(func(route string) (sim.Fault, bool) { return h.platformFault(p.Webex, "webex", route) })
	h.dir.Fault = h.directoryFault
	for number := range p.Processes {
		h.programs = append(h.programs, h.launch(number))
	}
	h.connectAll()
	return h
}

// violation is a promise that was not kept.
type violation struct {
	event int
	text  string
}

func (h *history) violated(format string, args ...any) {
	panic(violation{h.number, fmt.Sprintf(format, args...)})
}

// run runs a whole history, and answers what was violated; nil: nothing.
func (h *history) run() (found *violation) {
	defer func() {
		if cause := recover(); cause != nil {
			v, ok := cause.(violation)
			if !ok {
				panic(cause)
			}
			h.say("VIOLATED: %s", v.text)
			found = &v
		}
		countDirectory(h.reached, h.dir.Reached())
	}()
	h.faulty = true
	h.startUp()
	for h.number = 1; h.number <= h.profile.Events; h.number++ {
		h.event(newDice(h.seed, "event", h.number))
		h.observe()
	}
	h.heal()
	h.judge()
	return nil
}

// startUp is the first that a program does.
func (h *history) startUp() {
	h.checkWebhooks(h.anyProcess())
	h.work(20)
}

// event is one of the things that make up a history.
func (h *history) event(d dice) {
	churn, search := int(100*h.profile.Churn), 0
	if h.profile.AskFirst {
		search = 25
	}
	comings := h.profile.Comings
	connects := 0
	if comings.On {
		connects = 20
	}
	s := h.profile.Steering
	do := draw(d, []weighted[func(dice)]{
		{30, h.eventTime},
		{15, h.eventWork},
		{60, h.eventPress},
		{4, h.eventWords},
		{churn, h.eventDirectory},
		{churn, h.eventAccount},
		{6, h.eventAdmin},
		{2, h.eventStorm},
		{3, h.eventHooks},
		{2, h.eventErase},
		{search, h.eventSearch},
		{comings.Removed, h.eventRemove},
		{comings.Disconnected, h.eventDisconnect},
		{connects, h.eventConnect},
		{s.Admins, h.eventSteer},
		{s.Hands, h.eventHand},
		{s.Words, h.eventOwn},
		{s.Blocks, h.eventBlock},
		{s.Aways, h.eventAway},
	})
	do(d)
	if h.profile.Calm {
		h.live(0)
	}
}

// eventTime lets time pass, with or without anybody working.
func (h *history) eventTime(d dice) {
	by := draw(d, []weighted[time.Duration]{
		{4, d.between(time.Second, time.Minute)},
		{4, d.between(time.Minute, time.Hour)},
		{4, d.between(time.Hour, 24*time.Hour)},
		{2, d.between(24*time.Hour, 4*24*time.Hour)},
	})
	if len(h.allBroken()) > 0 {
		by = min(by, 6*time.Hour) // administrators don't wait for days, and every link is tried every few minutes
	}
	if d.chance(h.profile.Asleep) {
		h.say("%v pass, and nobody works", by)
		h.advance(by)
		for range 1 + d.IntN(3) { // people answer all the same, perhaps too late
			h.eventPress(d)
		}
		h.pump()
		return
	}
	h.say("%v pass", by)
	h.live(by)
}

func (h *history) eventWork(d dice) {
	n := 1 + d.IntN(10)
	h.say("work: %d steps", n)
	h.pump()
	h.work(n)
}

// advance moves the clock.
func (h *history) advance(by time.Duration) { h.clock.Advance(by) }

// work lets processes work for so many steps, or until there is nothing to do. It answers when
// there will be something.
func (h *history) work(most int) (next time.Time) {
	for range most {
		did, at := h.step(h.anyProcess())
		if !did {
			return at
		}
	}
	return h.clock.Now()
}

// live lets time pass in which everything works as it should, from one thing that is due to the
// next.
func (h *history) live(by time.Duration) {
	end := h.clock.Now().Add(by)
	for {
		h.pump()
		next := h.work(mostSteps)
		now := h.clock.Now()
		if !now.Before(end) {
			return
		}
		if !next.IsZero() && !next.After(now) {
			h.violated("work is due since %v and nobody can do it", next)
		}
		to := end
		for _, at := range []time.Time{next, h.mail.next()} {
			if !at.IsZero() && at.Before(to) {
				to = at
			}
		}
		if h.slack.Outbox.Len() > 0 {
			to = earliest(to, now.Add(time.Minute)) // an attempt that failed is made again
		}
		h.advance(max(to.Sub(now), time.Millisecond))
	}
}

func earliest(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// say adds a line to the history.
func (h *history) say(format string, args ...any) {
	if !h.verbose {
		return
	}
	line := fmt.Sprintf("%4d %s  %s\n", h.number, h.clock.Now().Format("01-02 15:04:05.000"), fmt.Sprintf(format, args...))
	h.said.WriteString(line)
	h.digest.Write([]byte(line))
}

// lines is where the product's own log becomes a part of the history.
type lines struct{ h *history }

func (l lines) Write(b []byte) (int, error) {
	l.h.say("    log: %s", strings.TrimSpace(string(b)))
	return len(b), nil
}

// trace stands for the whole history: the same for the same seed.
func (h *history) trace() string { return hex.EncodeToString(h.digest.Sum(nil)) }

func (h *history) reach(f fault) { h.reached[f]++ }

// platformFault decides whether a platform's call goes wrong.
func (h *history) platformFault(chance float64, platform, route string) (sim.Fault, bool) {
	if !h.faulty || h.checking {
		return sim.Fault{}, false
	}
	if h.storm.rages(h.clock.Now(), platform) {
		h.reach(h.storm.counts)
		return h.storm.Fault, true
	}
	if h.caller != "" && h.caller == h.profile.Stormy && h.dice.chance(0.3) {
		t := pick(h.dice, troubles)
		h.reach(t.counts)
		return t.Fault, true
	}
	from := h.profile.Trouble
	if fails := h.profile.StandIns.Fails; fails > 0 && (route == "POST /guests/token" || route == removeGuest) {
		chance, from = max(chance, fails), troubles
	}
	if lost := h.profile.Steering.Lost; lost > 0 && h.reporting {
		chance, from = max(chance, lost), troubles
	}
	if fails := h.profile.Comings.Fails; fails > 0 && route == giveOut {
		chance, from = max(chance, fails), troubles
	}
	if len(from) == 0 || !h.dice.chance(chance) {
		return sim.Fault{}, false
	}
	t := pick(h.dice, from)
	h.reach(t.counts)
	h.say("  %s %s: %s", platform, route, t.Name)
	return t.Fault, true
}

// storm is a while in which a platform throttles every call.
type storm struct {
	trouble
	platform string
	until    time.Time
}

func (s storm) rages(now time.Time, platform string) bool {
	return s.platform == platform && now.Before(s.until)
}

func (h *history) eventStorm(d dice) {
	if !h.profile.Storm {
		return
	}
	var kinds []trouble
	for _, t := range troubles {
		if t.Status == http.StatusTooManyRequests {
			kinds = append(kinds, t)
		}
	}
	h.storm = storm{pick(d, kinds), pick(d, []string{"slack", "webex"}), h.clock.Now().Add(d.between(10*time.Second, time.Hour))}
	h.say("%s throttles everything until %s: %s", h.storm.platform, h.storm.until.Format("15:04:05"), h.storm.Name)
}

// directoryFault decides whether a call to the directory goes wrong.
func (h *history) directoryFault(call directorytest.Call) directorytest.FaultKind {
	if h.faulty && !h.checking && call.Tenant == h.profile.Stormy && h.dice.chance(0.3) {
		return pick(h.dice, directoryFaults)
	}
	if !h.faulty || h.checking || len(h.profile.Wrongs) == 0 || !h.dice.chance(h.profile.Directory) {
		return directorytest.NoFault
	}
	return pick(h.dice, h.profile.Wrongs)
}
