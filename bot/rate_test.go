package bot

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"rollcall/bot/command"
	"rollcall/cards"
	"rollcall/cards/catalog"
	"rollcall/sync/directory"
)

// clocked is a bench whose time passes, and which counts what the bot did for whoever wrote.
type clocked struct {
	*bench
	at      time.Time
	reached int // texts that were looked at
	answers int // of the engine's questions
	n       int // events so far
}

func newClocked(t *testing.T) *clocked {
	c := &clocked{bench: newBench(t), at: at}
	c.now = func() time.Time { return c.at }
	c.registry.FirstFn = func(_ directory.TenantID, key string, _ time.Time, ttl time.Duration) (bool, error) {
		_, known := c.remembered[key]
		c.remembered[key] = ttl
		return !known, nil
	}
	c.syncer.ReachedFn = func(directory.Installation, directory.AccountID) error {
		c.reached++
		return nil
	}
	c.syncer.AnswerFn = func(directory.TenantID, directory.Answer) (directory.Outcome, error) {
		c.answers++
		return directory.AnswerTaken, nil
	}
	return c
}

// says has somebody write something, and is what came of it.
func (c *clocked) says(t *testing.T, user, text string) string {
	t.Helper()
	c.n++
	return c.gives(t, user, Said{ID: fmt.Sprint(c.n), Text: text})
}

// gives is what comes of an event: "done", "told" that it is too much, or nothing.
func (c *clocked) gives(t *testing.T, user string, event Event) string {
	t.Helper()
	reply := c.accept(t, origin(func(o *directory.Origin) { o.Actor.User = user }), event)
	switch {
	case reply.Card == nil:
		return ""
	case reply.Card.Summary == catalog.NoteSlow:
		return "told"
	}
	return "done"
}

// runs is a list of words with how often each stands in a row.
func runs(words []string) string {
	var out []string
	for i := 0; i < len(words); {
		n := 1
		for i+n < len(words) && words[i+n] == words[i] {
			n++
		}
		out = append(out, strings.TrimSpace(fmt.Sprint(n, " ", words[i])))
		i += n
	}
	return strings.Join(out, ", ")
}

// Whoever writes more than twenty commands at once is told so once a minute, and nothing else happens; a
// command comes back every six seconds.
func TestWhoWritesTooMuchIsToldOnceAMinute(t *testing.T) {
	t.Parallel()
	c := newClocked(t)
	var got []string
	for range 25 {
		got = append(got, c.says(t, "U1", "help"))
	}
	if want := "20 done, 1 told, 4"; runs(got) != want || c.reached != 20 {
		t.Errorf("got %s, want %s; %d were looked at", runs(got), want, c.reached)
	}
	if got := c.says(t, "U2", "help"); got != "done" {
		t.Errorf("somebody else: %q", got)
	}
	got = nil
	for range 80 { // for two minutes, four in six seconds
		c.at = c.at.Add(1500 * time.Millisecond)
		got = append(got, c.says(t, "U1", "help"))
	}
	done, told := 0, 0
	for _, g := range got {
		switch g {
		case "done":
			done++
		case "told":
			told++
		}
	}
	if done != 20 || told < 1 || told > 2 {
		t.Errorf("%d done and %d told in two minutes: %s", done, told, runs(got))
	}
}

// What the engine asked is answered however much somebody writes, and the app's page is shown.
func TestAnswersArentCounted(t *testing.T) {
	t.Parallel()
	c := newClocked(t)
	for range 30 {
		c.says(t, "U1", "help")
	}
	for i := range 30 {
		c.gives(t, "U1", Pressed{ID: fmt.Sprint("p", i), Press: cards.Press{Verb: "sync", Nonce: "n"}})
	}
	if c.answers != 30 || c.gives(t, "U1", Opened{}) != "done" {
		t.Errorf("%d answers were taken", c.answers)
	}
	press := Pressed{ID: "r", Press: cards.Press{Verb: catalog.VerbRun, Value: "help"}}
	reply := c.accept(t, origin(func(o *directory.Origin) { o.Actor.User = "U1" }), press)
	if reply.Card != nil || reply.Word != catalog.NoteSlow {
		t.Errorf("a button that gives a command: %+v", reply)
	}
}

// Somebody from elsewhere, or a guest, is refused no oftener than anybody.
func TestWhoMayNotIsCountedAsWell(t *testing.T) {
	t.Parallel()
	c := newClocked(t)
	c.registry.accounts = []directory.Account{{ID: ann, Kind: directory.KindGuest}}
	for name, o := range map[string]directory.Origin{"guest": origin(), "stranger": origin(func(o *directory.Origin) { o.Actor.Workspace = "T2" })} {
		replies := 0
		for i := range 100 {
			if reply := c.accept(t, o, Said{ID: fmt.Sprint(name, i), Text: "help"}); reply.Card != nil {
				replies++
			}
		}
		if replies != 21 {
			t.Errorf("%s: %d replies", name, replies)
		}
	}
}

// What is delivered again counts once, and stays what it was: done, or not.
func TestWhatIsDeliveredAgainCountsOnce(t *testing.T) {
	t.Parallel()
	c := newClocked(t)
	for i := range 20 {
		event := Said{ID: fmt.Sprint("e", i), Text: "help"}
		if got := c.gives(t, "U1", event); got != "done" {
			t.Fatalf("event %d: %q", i, got)
		}
		for range 3 {
			if got := c.gives(t, "U1", event); got != "" {
				t.Fatalf("event %d again: %q", i, got)
			}
		}
	}
	late := Said{ID: "late", Text: "help"}
	if got := c.gives(t, "U1", late); got != "told" {
		t.Fatalf("one too many: %q", got)
	}
	c.at = c.at.Add(5 * time.Minute)
	before := c.reached
	if got := c.gives(t, "U1", late); got != "" || c.reached != before {
		t.Errorf("it was refused, and is done when it is delivered again: %q", got)
	}
}

// Commands that take much work are one a minute, after five.
func TestHeavyCommandsAreFew(t *testing.T) {
	t.Parallel()
	c := newClocked(t)
	var got []string
	for _, text := range []string{"plan", "plan eng", "export", "run", "what-if a@b.example", "apply p-1", "help", "plan p-7f3k 11"} {
		got = append(got, c.says(t, "U1", text))
	}
	if want := "5 done, 1 told, 2 done"; runs(got) != want {
		t.Errorf("got %s, want %s", runs(got), want)
	}
	c.at = c.at.Add(time.Minute)
	got = []string{c.says(t, "U1", "plan"), c.says(t, "U1", "plan")}
	if want := "1 done, 1 told"; runs(got) != want {
		t.Errorf("a minute later: got %s, want %s", runs(got), want)
	}
}

// All of a tenant's people together get three hundred at once; what stops something goes through nevertheless,
// and no other tenant notices.
func TestATenantHasItsBound(t *testing.T) {
	t.Parallel()
	var r rates
	who := func(tenant directory.TenantID, n int) person {
		return person{tenant, home.Account(fmt.Sprint("U", n))}
	}
	done := 0
	for i := range 1000 {
		if r.take(who("acme", i), "e", command.Usual, at) == taken {
			done++
		}
	}
	if done != 300 {
		t.Errorf("%d of a thousand people had something done, want 300", done)
	}
	for _, test := range []struct {
		name   string
		tenant directory.TenantID
		load   command.Load
		at     time.Time
		want   verdict
	}{
		{"somebody else", "acme", command.Usual, at, said},
		{"heavy", "acme", command.Heavy, at, said},
		{"off", "acme", command.Brake, at, taken},
		{"another tenant", "other", command.Usual, at, taken},
		{"a second later", "acme", command.Usual, at.Add(time.Second), taken},
	} {
		if got := r.take(who(test.tenant, 2000), test.name, test.load, test.at); got != test.want && !(test.name != "somebody else" && test.want == said && got == silent) {
			t.Errorf("%s: got %d, want %d", test.name, got, test.want)
		}
	}
	brakes := 0
	for i := range 100 {
		if r.take(who("acme", 3000), fmt.Sprint(i), command.Brake, at) == taken {
			brakes++
		}
	}
	if brakes != 20 {
		t.Errorf("one person had %d brakes taken", brakes)
	}
}

// A clock that is set back keeps nobody out for longer, and gives nobody more than once what it takes back.
func TestAClockThatStepsBack(t *testing.T) {
	t.Parallel()
	var r rates
	n := 0
	take := func(now time.Time) verdict {
		n++
		return r.take(person{"acme", ann}, fmt.Sprint(n), command.Usual, now)
	}
	many := func(now time.Time) (done int) {
		for range 100 {
			if take(now) == taken {
				done++
			}
		}
		return done
	}
	many(at)
	back := at.Add(-24 * time.Hour)
	if got := many(back); got != 0 {
		t.Errorf("a day back: %d more", got)
	}
	if got := many(back.Add(7 * time.Second)); got != 1 {
		t.Errorf("seven seconds after: %d", got)
	}
	if got := many(back.Add(time.Minute)); got < 8 || got > 9 {
		t.Errorf("a minute after: %d", got)
	}
	if got := many(at); got > personBurst {
		t.Errorf("when the clock is right again: %d", got)
	}
}

// However many accounts write, what is remembered of them is bounded, and so is what is done for them; whoever
// wrote long ago is forgotten.
func TestAFloodOfAccounts(t *testing.T) {
	t.Parallel()
	var r rates
	done := 0
	for i := range 3 * mostKept {
		who := person{directory.TenantID(fmt.Sprint("t", i%3)), home.Account(fmt.Sprint("U", i))}
		if r.take(who, "e", command.Usual, at) == taken {
			done++
		}
	}
	if kept := len(r.persons.newer) + len(r.persons.old); kept > 2*mostKept {
		t.Errorf("%d are remembered", kept)
	}
	if done != 3*tenantBurst {
		t.Errorf("%d were done, want %d", done, 3*tenantBurst)
	}
	for i := range 2 {
		r.take(person{"t0", ann}, fmt.Sprint(i), command.Usual, at.Add(time.Duration(i+1)*keptFor))
	}
	if kept := len(r.persons.newer) + len(r.persons.old); kept != 1 {
		t.Errorf("%d are remembered long after", kept)
	}
}

// Somebody who goes on is not forgotten, though others come and time passes.
func TestWhoGoesOnIsRemembered(t *testing.T) {
	t.Parallel()
	var r rates
	done := 0
	for i := range 3600 { // an event a second for an hour
		if r.take(person{"acme", ann}, fmt.Sprint(i), command.Usual, at.Add(time.Duration(i)*time.Second)) == taken {
			done++
		}
	}
	if most := personBurst + 600; done > most || done < most-1 {
		t.Errorf("%d were done in an hour, want %d", done, most)
	}
}

// Where it can't be told, it still isn't done.
func TestTooMuchWhileTheStoreIsAway(t *testing.T) {
	t.Parallel()
	c := newClocked(t)
	for range 20 {
		c.says(t, "U1", "help")
	}
	c.registry.unread = directory.Errorf(directory.Unavailable, "the store is away")
	o := origin(func(o *directory.Origin) { o.Actor.User = "U1" })
	if _, err := c.Accept(t.Context(), o, Said{ID: "x", Text: "help"}); !directory.Is(err, directory.Unavailable) {
		t.Errorf("got %v", err)
	}
	if _, err := c.Accept(t.Context(), o, Said{ID: "y", Text: "help"}); err != nil {
		t.Errorf("nothing has to be read to say nothing: %v", err)
	}
}

func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	var r rates
	var wg sync.WaitGroup
	var mu sync.Mutex
	done := 0
	for i := range 100 {
		wg.Go(func() {
			if r.take(person{"acme", ann}, fmt.Sprint(i), command.Usual, at) == taken {
				mu.Lock()
				done++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if done != personBurst {
		t.Errorf("%d of a hundred at once were done", done)
	}
}
