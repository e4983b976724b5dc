package plan

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"rollcall/sync/directory"
)

// history is the life of one link as [Next] drives it, among people, platforms and directories that
// do anything at any time. It keeps what really went out, and holds it against the manners.
type history struct {
	dice       dice
	link       directory.Link
	rules      Rules
	now        time.Time
	mine       directory.AccountID
	there      directory.Platform
	defect     defect
	gate       func(to directory.AccountID) time.Time // when somebody may be asked; nil: now
	out        func(at time.Time)                     // told of each prompt; nil: nobody is
	readBack   bool                                   // the platform can say whether a message arrived
	arrived    map[directory.Face]bool                // whether the newest prompt, or proof, is out
	prompts    []time.Time                            // that really went out, ever
	waves      int                                    // of them since the link began anew
	last       time.Time                              // of the wave before the newest
	stopped    map[directory.AccountID]bool           // whose owners asked not to be asked
	no         bool                                   // one of the two said no, or undid it
	asked      time.Time                              // when the newest question went out at the latest
	decliner   directory.AccountID
	proof      time.Time // when the newest number was drawn, or its proof went out
	standIn    int       // how many stand-ins there are
	candidate  int       // which account the person's address finds
	happened   map[directory.Event]int
	breaches   []string
	told       *strings.Builder // nil: nobody listens, which is faster
	impatience int              // steps since the last wait
}

// dice is where chance comes from.
type dice interface {
	IntN(n int) int
	Int64N(n int64) int64
}

func newHistory(seed uint64) *history { return beginHistory(rand.New(rand.NewPCG(seed, 1))) }

func beginHistory(from dice) *history {
	h := &history{
		dice: from, link: link(directory.New, checked(time.Time{})), now: now, mine: mine, there: "beta",
		arrived: make(map[directory.Face]bool), happened: make(map[directory.Event]int), stopped: make(map[directory.AccountID]bool),
	}
	h.readBack = h.chance(70)
	h.rules.Settings = directory.Settings{
		On: true, AskFirst: h.chance(50), Grace: time.Duration(h.dice.IntN(10*24)) * time.Hour,
		Removal: []directory.Removal{directory.RemovalSuspend, directory.RemovalUnsync, directory.RemovalDelete}[h.dice.IntN(3)],
	}
	if h.chance(70) {
		h.rules.Settings.QuietFrom, h.rules.Settings.QuietTo = h.dice.IntN(24), h.dice.IntN(24)
	}
	if h.chance(30) {
		h.rules.Settings.QuietDays = []time.Weekday{time.Weekday(h.dice.IntN(7)), time.Weekday(h.dice.IntN(7))}
	}
	if h.chance(10) { // looking a zone up takes longer than all the rest
		h.rules.Zone = []string{"America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"}[h.dice.IntN(3)]
	}
	return h
}

func (h *history) chance(percent int) bool { return h.dice.IntN(100) < percent }

func (h *history) tell(format string, args ...any) {
	if h.told == nil {
		return
	}
	fmt.Fprintf(h.told, "%s %-11s ", h.now.UTC().Format("01-02 15:04:05"), h.link.State)
	fmt.Fprintf(h.told, format+"\n", args...)
}

func (h *history) breach(format string, args ...any) {
	h.tell("BREACH: "+format, args...)
	h.breaches = append(h.breaches, fmt.Sprintf(format, args...))
}

// apply does what the engine does with an event.
func (h *history) apply(event directory.Event) {
	was := h.link
	next, err := Apply(was, event, string(event), h.now)
	if err != nil {
		h.breach("%v", err)
		return
	}
	h.tell("%s", event)
	h.happened[event]++
	h.link = next
	switch event {
	case directory.Name:
		h.link.Alias = another
	case directory.Match:
		h.link.Account, h.link.Counterpart, h.link.Evidence = h.mine, h.found(), "evidence"
		if h.chance(10) && !h.link.IsBarred(others, h.now) { // several could be
			h.link.Counterpart, h.link.Evidence = directory.AccountID{}, ""
			h.link.Candidates = []directory.Candidate{{Account: h.found(), Evidence: "evidence"}, {Account: others, Evidence: "evidence"}}
		}
	case directory.NoMatch:
		h.link.Account, h.link.StandIn.Wanted = h.mine, h.chance(80)
	case directory.Stop, directory.Unlink:
		h.no = true
	case directory.Relink, directory.Shift, directory.Expire:
		h.no = false
	case directory.Disown:
		h.no = true
		h.link.Barred = slices.Clone(was.Barred)
		for _, c := range append([]directory.Candidate{{Account: was.Counterpart}}, was.Candidates...) {
			h.link.Barred = append(h.link.Barred, directory.Bar{Account: c.Account, Until: h.now.Add(BarFor)})
		}
	}
	if event == directory.Expire {
		h.waves = 0
	}
}

// found is the account on the other platform that has the person's address.
func (h *history) found() directory.AccountID {
	return directory.AccountID{Platform: h.there, Workspace: "w", User: fmt.Sprint("v", h.candidate)}
}

// next is the next step, as far as the defect leaves it.
func (h *history) next() Step {
	l, rules := h.link, h.rules
	switch h.defect {
	case "quiet hours don't count":
		rules.Settings.QuietFrom, rules.Settings.QuietTo = 0, 0
	case "quiet days don't count":
		rules.Settings.QuietDays = nil
	case "the person's zone doesn't count":
		rules.Zone = ""
	case "waves follow each other too soon":
		l.LastWave = l.LastWave.Add(-3 * time.Hour)
	case "waves aren't counted":
		l.Waves = min(l.Waves, 1)
	case "a pause doesn't count":
		rules.Paused = false
	case "off doesn't count":
		rules.Settings.On = true
	case "who leaves is asked on":
		l.Leaving = directory.Leaving{}
	case "a plan isn't waited for":
		l.Parked = false
	}
	step := Next(l, rules, h.now)
	if h.gate == nil || step.Do != SendAsk && step.Do != SendSearch {
		return step
	}
	to, _ := Sides(l)
	if at := h.gate(to); at.After(h.now) {
		return Step{Do: Wait, Until: at, Reason: "others come first"}
	}
	return step
}

// step takes the next step, and reports whether there is nothing to do but to wait.
func (h *history) step() (waited bool, until time.Time) {
	if why := sound(h.link); why != "" {
		h.breach("%s: %+v", why, h.link)
	}
	step := h.next()
	if h.impatience++; step.Do == Wait {
		h.impatience = 0
		if !step.Until.IsZero() && !step.Until.After(h.now) {
			h.breach("waits until %v", step.Until)
		}
		return true, step.Until
	}
	if h.impatience > 15 { // as many as the engine allows
		h.breach("does not come to rest: %s", step.Do)
	}
	h.act(step)
	return false, time.Time{}
}

func (h *history) act(step Step) {
	l := &h.link
	switch step.Do {
	case Move:
		h.apply(step.Event)
	case Correlate:
		h.correlate()
	case SendAsk:
		h.ask()
	case SendProof:
		if _, l.Proof.To = Sides(*l); h.stopped[l.Proof.To] && h.defect != "a stop is forgotten" {
			h.apply(directory.Stop)
			return
		}
		l.Proof.Nonce, l.Proof.Mark = h.nonce(), "m"
		l.Proof.Delivery, l.Proof.Tried, l.Proof.Want = directory.Sending, h.now, directory.FaceProve
		h.post(&l.Proof, directory.FaceProve)
	case FindAsk:
		face := directory.FaceAsk
		if l.State == directory.Searching {
			face = directory.FaceSearch
		}
		h.find(&l.Ask, face)
	case FindProof:
		h.find(&l.Proof, directory.FaceProve)
	case ShowAsk:
		h.show(&l.Ask)
	case ShowProof:
		h.show(&l.Proof)
	case Confirm:
		h.either(90, directory.Confirm, directory.Shift)
	case Verify:
		if l.Checked, l.Recheck = h.now, false; h.chance(50) {
			h.apply(directory.Lose)
		}
	case Check:
		if l.Leaving = (directory.Leaving{Since: l.Leaving.Since}); h.chance(70) {
			h.apply(directory.Leave)
		} else {
			l.Leaving, l.Present = directory.Leaving{}, true
		}
	case Begin:
		h.apply(directory.Accept)
		h.link.Waves++
		h.waves++
		h.prove()
	case SendSearch:
		h.search()
	case MakeStandIn:
		h.makeStandIn()
	case FindStandIn:
		if l.StandIn.Is = directory.Missing; h.standIn > 0 {
			l.StandIn.Is, l.StandIn.Account = directory.Active, standsIn
		}
	case ParkStandIn:
		l.StandIn.Is, l.StandIn.Since = directory.Parked, h.now
	case ResumeStandIn:
		l.StandIn.Is, l.StandIn.Since = directory.Active, h.now
	case RemoveStandIn:
		h.removeStandIn()
	case Restore:
		if l.Checked, l.Recheck = h.now, false; h.chance(70) {
			h.apply(directory.Return)
		}
	case Retire:
		h.apply(directory.Expire)
	default:
		h.breach("no such step: %s", step.Do)
	}
}

func (h *history) either(percent int, a, b directory.Event) {
	if !h.chance(percent) {
		a = b
	}
	h.apply(a)
}

func (h *history) correlate() {
	event := directory.Match
	switch roll := h.dice.IntN(100); {
	case h.stopped[h.mine] && h.defect != "a stop is forgotten":
		event = directory.Suppress
	case roll < 5:
		event = directory.NoPrimary
	case roll < 10 || h.link.IsBarred(h.found(), h.now) && h.defect != "a no is forgotten":
		event = directory.NoMatch
	case roll < 13:
		event = directory.Dispute
	case roll < 15:
		event = directory.Excuse
	}
	if _, can := h.link.State.After(event); can { // a stand-in stays as it is otherwise
		h.apply(event)
	}
	h.link.Checked, h.link.Recheck = h.now, false
}

// ask sends a wave's prompt, or the one that was not delivered.
func (h *history) ask() {
	asked, claimed := Sides(h.link)
	if (h.stopped[asked] || h.stopped[claimed]) && h.defect != "a stop is forgotten" {
		event := directory.Suppress
		if h.link.State != directory.Matched {
			event = directory.Stop
		}
		h.apply(event)
		return
	}
	if h.link.State == directory.Matched {
		if len(h.link.Candidates) > 0 {
			h.apply(directory.Offer)
		} else {
			h.apply(directory.Ask)
		}
		h.link.Waves++
		h.link.Tries = 0
	}
	l := &h.link
	h.last, l.LastWave = l.LastWave, h.now
	l.Ask = directory.Prompt{
		To: asked, Nonce: h.nonce(), Mark: "m", Delivery: directory.Sending, Tried: h.now, Expires: h.now.Add(AskFor), Want: directory.FaceAsk,
	}
	h.post(&l.Ask, directory.FaceAsk)
}

func (h *history) nonce() directory.NonceHash {
	return directory.NonceHash(fmt.Sprint("n", h.dice.IntN(1<<30)))
}

// pass lets time go by: to when the link is due, to some moment before, or long past it, when
// nobody was at work.
func (h *history) pass(until time.Time) {
	jump := time.Duration(h.dice.Int64N(int64(9 * day)))
	switch roll := h.dice.IntN(100); {
	case until.IsZero() || roll < 10:
	case roll < 60:
		jump = until.Sub(h.now)
	default:
		jump = time.Duration(h.dice.Int64N(int64(until.Sub(h.now)) + 1))
	}
	h.now = h.now.Add(max(jump, time.Second))
}

// outside is something that happens to the link from without.
func (h *history) outside() {
	l := &h.link
	switch roll := h.dice.IntN(100); {
	case roll < 20:
		h.press(&l.Ask, directory.FaceAsk, []directory.Event{directory.Accept, directory.Accept, directory.Later, directory.Disown, directory.Stop})
	case roll < 45 && l.State != directory.Searching:
		h.press(&l.Proof, directory.FaceProve, []directory.Event{directory.Prove, directory.Miss, directory.Miss, directory.Disown})
	case roll < 50 && l.State == directory.Searching:
		h.press(&l.Ask, directory.FaceSearch, []directory.Event{directory.Forgo, directory.Name})
	case roll < 55 && l.State.Live():
		l.Leaving.Since = h.now
	case roll < 60 && Awaits(*l): // they open the app
		h.link, h.proof = Opened(*l, h.now), h.now
	case roll < 70 && !l.State.Live():
		l.Present = true
	case roll < 75:
		l.Recheck = true // an account changed
	case roll < 80: // the person's address did
		h.candidate++
		if _, can := l.State.After(directory.Shift); can {
			h.apply(directory.Shift)
		}
		l.Recheck = true
	case roll < 83:
		h.rules.Paused = !h.rules.Paused
	case roll < 85:
		h.rules.Settings.On = !h.rules.Settings.On
	case roll < 90 && l.State != directory.Linked && l.State != directory.Unlinked:
	case l.Present && l.Leaving.Since.IsZero():
		h.own()
	}
}

// press is a press of a button on a card that is out, if it can be answered.
func (h *history) press(p *directory.Prompt, face directory.Face, events []directory.Event) {
	l := &h.link
	event := events[h.dice.IntN(len(events))]
	if event == directory.Miss && l.Tries+1 >= MaxTries {
		event = directory.Dispute
	}
	_, can := l.State.After(event)
	answerable := Answerable(*l, *p, h.now) || h.defect == "answers count for ever" && l.Present && l.Leaving.Since.IsZero()
	if !can || !h.arrived[face] || p.Nonce == "" || !answerable {
		return
	}
	asked, proof := h.now.Sub(h.asked), h.now.Sub(h.proof)
	if proof >= ProveFor && (face == directory.FaceProve || asked >= AskFor) {
		h.breach("answered %v after the question, and %v after the number", asked, proof)
	}
	from := l.State
	h.apply(event)
	switch event {
	case directory.Stop:
		h.stopped[p.To] = true
	case directory.Disown:
		h.decliner = p.To
	}
	p.Used, p.Nonce = p.Nonce, ""
	if p.Ref.IsZero() {
		p.Delivery, p.Ref, p.Shown = directory.Sent, directory.MessageRef{ID: "1"}, ""
	}
	if event == directory.Accept {
		if len(l.Candidates) > 0 {
			l.Counterpart, l.Evidence, l.Candidates = l.Candidates[0].Account, l.Candidates[0].Evidence, nil
		}
		h.proveAfter(from)
	}
}

// prove opens the question to the other account.
func (h *history) prove() { h.proveAfter("") }

func (h *history) proveAfter(from directory.State) {
	l := &h.link
	if from != directory.Proving || l.Proof.Delivery == directory.Assumed {
		l.Proof = directory.Prompt{}
		h.arrived[directory.FaceProve] = false
	}
	l.Proof.Expires, h.proof = h.now.Add(ProveFor), h.now
	l.Proof.Want, l.Proof.Shown, l.Proof.Nonce = directory.FaceProve, "", ""
	l.Ask.Shown = ""
	if l.Ask.Expires.Before(l.Proof.Expires) {
		l.Ask.Expires = l.Proof.Expires
	}
}

// run is the whole history, to its first breach.
func (h *history) run() {
	for range 60 {
		waited, until := h.step()
		for !waited {
			waited, until = h.step()
			if len(h.breaches) > 0 {
				return
			}
		}
		h.pass(until)
		h.outside()
	}
}

// In ten thousand random lives nobody is asked more than three times, twice within 72 hours, in
// their quiet hours, or after they said no.
func TestMannersOfTenThousandLives(t *testing.T) {
	t.Parallel()
	happened := make(map[directory.Event]int)
	third := 0
	for seed := range uint64(10_000) {
		h := newHistory(seed)
		h.run()
		if len(h.breaches) > 0 {
			again := newHistory(seed)
			again.told = new(strings.Builder)
			again.run()
			t.Fatalf("seed %d: %s\n%s", seed, strings.Join(h.breaches, "; "), again.told)
		}
		for event, n := range h.happened {
			happened[event] += n
		}
		if len(h.prompts) > 2 {
			third++
		}
	}
	for _, m := range directory.Life() {
		if happened[m.On] < 50 {
			t.Errorf("%s happened %d times only", m.On, happened[m.On])
		}
	}
	if third < 500 {
		t.Errorf("%d lives had a third prompt", third)
	}
	t.Logf("%d had a third prompt; %v", third, happened)
}
