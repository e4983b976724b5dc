package bot

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/cards"
	"rollcall/cards/catalog"
	"rollcall/sync/directory"
)

func card(c cards.Card) *cards.Card { return &c }

func wantReply(t *testing.T, got Reply, want *cards.Card) {
	t.Helper()
	if diff := cmp.Diff(want, got.Card); diff != "" {
		t.Errorf("the reply (-want +got):\n%s", diff)
	}
}

func wantWord(t *testing.T, got Reply, want string) {
	t.Helper()
	if got.Word != want {
		t.Errorf("the line is %q, want %q", got.Word, want)
	}
}

// events are one of every kind.
var events = map[string]Event{
	"pressed": Pressed{ID: "1", Press: cards.Press{Verb: "sync", Nonce: "n"}},
	"said":    Said{ID: "1", Text: "help"},
	"met":     Met{},
	"changed": Changed{},
	"gone":    Gone{At: at},
	"teams":   Teams{At: at},
}

func TestAWorkspaceOfNobody(t *testing.T) {
	t.Parallel()
	for name, event := range events {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			reply, err := b.Accept(t.Context(), origin(func(o *directory.Origin) { o.Workspace = "T2" }), event)
			if !directory.Is(err, directory.NotFound) || reply.Card != nil || len(b.remembered) != 0 {
				t.Errorf("got %+v, %v, remembered %v; want not found", reply, err, b.remembered)
			}
		})
	}
}

func TestErrorsAreThePortsOwn(t *testing.T) {
	t.Parallel()
	down := directory.Errorf(directory.Unavailable, "the store is away")
	first := func(b *bench) {
		b.registry.FirstFn = func(directory.TenantID, string, time.Time, time.Duration) (bool, error) { return true, down }
	}
	for _, test := range []struct {
		name   string
		broken func(*bench)
		event  Event
	}{
		{"resolve", func(b *bench) {
			b.registry.ResolveFn = func(directory.Origin) (directory.Installation, error) { return home, down }
		}, Met{}},
		{"answer", func(b *bench) {
			b.syncer.AnswerFn = func(directory.TenantID, directory.Answer) (directory.Outcome, error) {
				return directory.AnswerLate, down
			}
		}, events["pressed"]},
		{"observe", func(b *bench) {
			b.syncer.ObserveFn = func(directory.Installation, directory.Account) error { return down }
		}, Changed{}},
		{"reached", func(b *bench) {
			b.syncer.ReachedFn = func(directory.Installation, directory.AccountID) error { return down }
		}, Met{}},
		{"reached by a text", func(b *bench) {
			b.syncer.ReachedFn = func(directory.Installation, directory.AccountID) error { return down }
		}, events["said"]},
		{"named", func(b *bench) {
			b.syncer.NamedFn = func(directory.Installation, directory.AccountID, directory.Address) (directory.Outcome, error) {
				return directory.AnswerTaken, down
			}
		}, Said{ID: "1", Text: "ann@acme.example"}},
		{"a press is remembered", first, events["pressed"]},
		{"a text is remembered", first, events["said"]},
		{"a meeting is remembered", first, Met{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.syncer.AnswerFn = func(directory.TenantID, directory.Answer) (directory.Outcome, error) {
				return directory.AnswerLate, nil
			}
			test.broken(b)
			reply, err := b.Accept(t.Context(), origin(), test.event)
			if !errors.Is(err, down) || reply != (Reply{}) {
				t.Errorf("got %+v, %v, want %v", reply, err, down)
			}
		})
	}
}

// Somebody who is at home elsewhere is refused in the same words whatever they send, once for each
// event, and the engine never hears of it.
func TestStrangers(t *testing.T) {
	t.Parallel()
	for name, stranger := range map[string]directory.AccountID{
		"of another workspace": {Platform: "slack", Workspace: "T2", User: "U-ann"},
		"of no known one":      {Platform: "slack", User: "U-ann"},
		"of another platform":  {Platform: "webex", Workspace: "T1", User: "U-ann"},
		"nobody":               {},
	} {
		for kind, event := range events {
			if kind == "changed" || kind == "gone" || kind == "teams" {
				continue // nobody acts there
			}
			t.Run(name+", "+kind, func(t *testing.T) {
				t.Parallel()
				b := newBench(t)
				o := origin(func(o *directory.Origin) { o.Actor = stranger })
				b.syncer.ReachedFn = nil // the engine never hears of it
				word := ""
				if kind == "pressed" {
					word = catalog.WordForeign
				}
				for _, want := range []*cards.Card{card(catalog.Foreign(catalog.Reader{})), nil} {
					reply := b.accept(t, o, event)
					wantReply(t, reply, want)
					wantWord(t, reply, word)
				}
				if b.log.Len() != 0 {
					t.Errorf("logged: %s", b.log.String())
				}
			})
		}
	}
}

func TestOutcomes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		outcome directory.Outcome
		want    *cards.Card
		word    string
	}{
		{directory.AnswerTaken, nil, catalog.WordTaken}, // the prompt's own card says what follows
		{directory.AnswerTwice, card(catalog.Twice(catalog.Reader{})), catalog.WordTwice},
		{directory.AnswerLate, card(catalog.Late(catalog.Reader{})), catalog.WordLate},
		{directory.AnswerForeign, card(catalog.Foreign(catalog.Reader{})), catalog.WordForeign},
	} {
		t.Run(string(test.outcome), func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			var got []directory.Answer
			b.syncer.AnswerFn = func(tenant directory.TenantID, a directory.Answer) (directory.Outcome, error) {
				if tenant != home.Tenant {
					t.Errorf("of %s", tenant)
				}
				got = append(got, a)
				if len(got) > 1 && test.outcome == directory.AnswerTaken {
					return directory.AnswerTwice, nil // as the engine answers what it has taken
				}
				return test.outcome, nil
			}
			ref := directory.MessageRef{Conversation: "D1", ID: "17"}
			press := Pressed{ID: "1", Press: cards.Press{Verb: "pick", Value: "47", Nonce: "n"}, Message: ref}
			reply := b.accept(t, origin(), press)
			wantReply(t, reply, test.want)
			wantWord(t, reply, test.word)
			reply = b.accept(t, origin(), press) // delivered again
			wantReply(t, reply, nil)
			if test.outcome == directory.AnswerTaken {
				wantWord(t, reply, catalog.WordTwice)
			} else {
				wantWord(t, reply, test.word)
			}
			if len(got) != 2 {
				t.Fatalf("the engine was asked %d times, want 2: only it knows what it has taken", len(got))
			}
			want := directory.Answer{
				Actor: ann, Conversation: "D1", Direct: true, Message: ref, Nonce: "n", Verb: directory.VerbPick, Value: "47",
			}
			if got[0] != want || got[1] != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
			if test.want == nil {
				return
			}
			press.ID = "2"
			wantReply(t, b.accept(t, origin(), press), test.want) // another press
		})
	}
}

// Two people may press with one id of the platform's, and one of them twice.
func TestAPressIsKnownByItsPersonAndItsID(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.syncer.AnswerFn = func(directory.TenantID, directory.Answer) (directory.Outcome, error) {
		return directory.AnswerLate, nil
	}
	cora := origin(func(o *directory.Origin) { o.Actor = home.Account("U-cora") })
	for _, press := range []struct {
		o    directory.Origin
		id   string
		want bool
	}{{origin(), "1", true}, {cora, "1", true}, {origin(), "2", true}, {cora, "1", false}, {origin(), "1", false}} {
		if got := b.accept(t, press.o, Pressed{ID: press.id}); (got.Card != nil) != press.want {
			t.Errorf("%s pressed %s: replied %v, want %v", press.o.Actor.User, press.id, got.Card != nil, press.want)
		}
	}
	for key, ttl := range b.remembered {
		if ttl != 48*time.Hour {
			t.Errorf("%s is remembered for %v", key, ttl)
		}
	}
}

// What a platform says of where somebody pressed reaches the engine as it is: the engine refuses.
func TestAPressElsewhereIsTheEnginesToJudge(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.syncer.AnswerFn = func(_ directory.TenantID, a directory.Answer) (directory.Outcome, error) {
		if a.Direct || a.Conversation != "C9" || a.Message != (directory.MessageRef{}) {
			t.Errorf("got %+v", a)
		}
		return directory.AnswerForeign, nil
	}
	channel := origin(func(o *directory.Origin) { o.Direct, o.Conversation = false, "C9" })
	wantReply(t, b.accept(t, channel, Pressed{ID: "1"}), card(catalog.Foreign(catalog.Reader{})))
}

func TestWords(t *testing.T) {
	t.Parallel()
	help, unknown := catalog.Help(catalog.Reader{}), catalog.Unknown(catalog.Reader{})
	hello := catalog.Hello(catalog.Reader{Here: "Slack"})
	near := catalog.Mistaken(catalog.MistakeView{Text: catalog.MistakeUnknown, Nearest: "help"})
	long := catalog.Mistaken(catalog.MistakeView{Text: catalog.MistakeLong})
	for _, test := range []struct {
		text string
		want cards.Card
	}{
		{"help", help},
		{"HELP", help},
		{"  Help me, please", help},
		{"help?", help},
		{"/help", help},
		{"\"help\"", help},
		{"“help”", help},
		{"*help*", help},
		{"\u200bhelp\n", help},
		{"?", help},
		{"???", help},
		{"", help},
		{" \t\n", help},
		{"... help", help},
		{"hi", hello},
		{"Hi!", hello},
		{"hello there", hello},
		{"👋 hey", hello},
		{"Hallo", hello},
		{"¡Hola!", hello},
		{"bonjour,", hello},
		{"synchronise", unknown},
		{"helpful", unknown},
		{"hi-fi", unknown},
		{"please help", unknown},
		{"help\u0301", help},
		{"<!channel> *x* [a](http://evil.example)", unknown},
		{"нelp", near},
		{strings.Repeat("x", 100_000), long},
		{"\xff\xfe", help},
	} {
		t.Run(test.text[:min(len(test.text), 20)], func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			said := Said{ID: "1", Text: test.text}
			reply := b.accept(t, origin(), said)
			wantReply(t, reply, &test.want)
			wantWord(t, reply, "")
			wantReply(t, b.accept(t, origin(), said), nil) // delivered again
			said.ID = "2"
			wantReply(t, b.accept(t, origin(), said), &test.want)
		})
	}
}

// Whatever people write, they get a card that every platform takes.
func FuzzWords(f *testing.F) {
	for _, text := range []string{"", "help", "/help", "¿?", "hi", "\xff", "İ", "ẞ", "ﬀ", "\u0300", "a\u200bb", "{Name}", "<!channel>", "\x00", "a@b", " A@B\n"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		b := newBench(t)
		reply := b.accept(t, origin(), Said{ID: "1", Text: text})
		inWebex(t, *reply.Card)
		inSlack(t, *reply.Card)
	})
}

func TestEverybodyIsWelcomedOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	reached := 0
	b.syncer.ReachedFn = func(inst directory.Installation, account directory.AccountID) error {
		if inst != home || account.Workspace != home.Workspace {
			t.Errorf("reached %+v of %+v", account, inst)
		}
		reached++
		return nil
	}
	welcome := card(catalog.Welcome(catalog.Reader{Here: "Slack"}))
	wantReply(t, b.accept(t, origin(), Met{}), welcome)
	wantReply(t, b.accept(t, origin(), Met{}), nil)
	wantReply(t, b.accept(t, origin(func(o *directory.Origin) { o.Actor.User = "U-cora" }), Met{}), welcome)
	if reached != 3 {
		t.Errorf("the engine heard of %d meetings, want 3: each may be the end of an unreachable time", reached)
	}
	for key, ttl := range b.remembered {
		if ttl < 5*365*24*time.Hour {
			t.Errorf("%s is forgotten after %v", key, ttl)
		}
	}
}

// A hint comes from the platform, not from a person: it needs no actor, and is never answered.
func TestHints(t *testing.T) {
	t.Parallel()
	nobody := origin(func(o *directory.Origin) { o.Actor, o.Conversation, o.Direct = directory.AccountID{}, "", false })
	b := newBench(t)
	hint := directory.Account{ID: ann, Name: "Ann", Active: true}
	var seen []directory.Account
	b.syncer.ObserveFn = func(inst directory.Installation, account directory.Account) error {
		if inst != home {
			t.Errorf("of %+v", inst)
		}
		seen = append(seen, account)
		return nil
	}
	for range 2 {
		wantReply(t, b.accept(t, nobody, Changed{Account: hint}), nil)
		wantReply(t, b.accept(t, nobody, Gone{At: at}), nil)
	}
	if len(seen) != 2 || seen[0] != hint || len(b.remembered) != 0 {
		t.Errorf("seen %+v, remembered %v", seen, b.remembered)
	}
	if !strings.Contains(b.log.String(), `"tenant":"acme"`) {
		t.Errorf("that the app is gone is logged as %s", b.log.String())
	}
}

// What is said to a press that changes nothing is short, and offers nothing to press.
func TestRefusalsAreShort(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]cards.Card{"twice": catalog.Twice(catalog.Reader{}), "late": catalog.Late(catalog.Reader{}), "foreign": catalog.Foreign(catalog.Reader{})} {
		if err := c.Validate(); err != nil || len(c.Actions) != 0 || c.Mark != "" {
			t.Errorf("%s: %+v, %v", name, c, err)
		}
		if len(c.Summary) > 200 {
			t.Errorf("%s isn't short: %q", name, c.Summary)
		}
	}
}
