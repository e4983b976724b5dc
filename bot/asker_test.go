package bot

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/cards"
	"rollcall/cards/adaptive"
	"rollcall/cards/blockkit"
	"rollcall/cards/catalog"
	"rollcall/cards/plain"
	"rollcall/sync/directory"
)

// constants are the string constants of a file whose names begin so.
func constants(t *testing.T, file, prefix string) map[string]string {
	t.Helper()
	tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	found := make(map[string]string)
	ast.Inspect(tree, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) == 0 || !strings.HasPrefix(spec.Names[0].Name, prefix) {
			return true
		}
		if lit, ok := spec.Values[0].(*ast.BasicLit); ok && lit.Kind == token.STRING {
			text, err := strconv.Unquote(lit.Value)
			if err != nil {
				t.Fatal(err)
			}
			found[spec.Names[0].Name] = text
		}
		return true
	})
	if len(found) == 0 {
		t.Fatalf("%s has no constant %s…", file, prefix)
	}
	return found
}

func faces(t *testing.T) []directory.Face {
	var all []directory.Face
	for _, text := range constants(t, "../sync/directory/link.go", "Face") {
		all = append(all, directory.Face(text))
	}
	if len(all) < 15 {
		t.Fatalf("found %d faces only", len(all))
	}
	return all
}

func TestVerbsOfCardsAreTheEngines(t *testing.T) {
	t.Parallel()
	engine, cards := constants(t, "../sync/directory/link.go", "Verb"), constants(t, "../cards/catalog/prompts.go", "Verb")
	if !reflect.DeepEqual(engine, cards) {
		t.Errorf("the engine knows %v, the cards say %v", engine, cards)
	}
}

var hostile = []string{
	"Ada Lovelace", "", " \u200b\t", "<!channel> *x* _y_ `c` [a](http://evil.example) <@all>", "\u202egpj.exe\n\n# h", strings.Repeat("Wolfeschlegel ", 500),
	"A" + strings.Repeat("\u0301", 5000), strings.Repeat("👩\u200d👩\u200d👧", 400), "{{DATE(2026-11-24T13:00:00Z)}} {Name} {Number}", "\xff\xfe\x00", "</speak>&lt;",
}

func notice(face directory.Face, name string) directory.Notice {
	return directory.Notice{
		Face: face, Nonce: "AAAAAAAAAAAAAAAAAAAAAA", Name: name, Other: name, Masked: "a•••@acme.example", Here: "slack", There: "webex",
		Number: "47", Choices: []string{"12", "47", "83"}, Until: at.Add(time.Hour), Wave: 1, Zone: "Europe/Berlin",
		Options: []directory.Option{
			{Value: "a", Name: name, Masked: "a•••@acme.example"}, {Value: "b", Name: name, Masked: name}, {Value: "c"},
		},
	}
}

// Every face is a card that its platform's renderer takes, whatever people are called; and it has
// buttons where the engine thinks so.
func TestEveryFaceIsACard(t *testing.T) {
	t.Parallel()
	for _, face := range faces(t) {
		t.Run(string(face), func(t *testing.T) {
			t.Parallel()
			for _, name := range hostile {
				for _, change := range []func(*directory.Notice){
					func(*directory.Notice) {},
					func(n *directory.Notice) { n.Masked, n.Until, n.Zone = name, time.Time{}, name },
					func(n *directory.Notice) { n.Here, n.There = directory.Platform(name), "" },
					func(n *directory.Notice) { n.Wave = 3 },
					func(n *directory.Notice) { n.Options = nil },
				} {
					n := notice(face, name)
					change(&n)
					wantFace(t, home, n, inSlack)
					wantFace(t, away, n, inWebex)
				}
			}
		})
	}
}

func wantFace(t *testing.T, inst directory.Installation, n directory.Notice, drawn func(*testing.T, cards.Card)) {
	t.Helper()
	_, card, err := newBench(t).compose(inst, n, "mark7f3a")
	if err != nil {
		t.Fatal(err)
	}
	if card.Mark != "mark7f3a" || (len(card.Actions) > 0) != n.Face.Asks() {
		t.Errorf("%q: mark %q, %d buttons", n.Name, card.Mark, len(card.Actions))
	}
	for _, a := range card.Actions {
		if a.Press.Nonce != string(n.Nonce) {
			t.Errorf("%q: %s carries %q", n.Name, a.Label, a.Press.Nonce)
		}
	}
	drawn(t, card)
}

// A card to choose from has as many buttons as the platform takes, and Stop asking only where it fits.
func TestAChoiceFitsThePlatform(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		inst  directory.Installation
		want  int
		stops bool
	}{{"a platform of many buttons", home, 6, true}, {"a platform of five", away, 5, false}} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, card, err := newBench(t).compose(test.inst, notice(directory.FaceChoose, "Ada"), "")
			if err != nil {
				t.Fatal(err)
			}
			stops := slices.ContainsFunc(card.Actions, func(a cards.Action) bool { return a.Press.Verb == string(directory.VerbStop) })
			if len(card.Actions) != test.want || stops != test.stops {
				t.Errorf("%d buttons, stops: %v", len(card.Actions), stops)
			}
			for i, o := range []string{"a", "b", "c"} {
				if got := card.Actions[i].Press; got.Verb != string(directory.VerbTake) || got.Value != o {
					t.Errorf("button %d carries %+v", i+1, got)
				}
			}
		})
	}
}

// Each face is the catalogue's card of that name, and it says all that the notice does.
func TestWhichCardAFaceIs(t *testing.T) {
	t.Parallel()
	drawn := map[directory.Face]func(catalog.Prompt) cards.Card{
		"ask": catalog.Ask, "choose": catalog.Choose, "search": catalog.Search, "searched": catalog.Searched,
		"later": catalog.Later, "number": catalog.Number, "missed": catalog.Missed, "lapsed": catalog.Lapsed,
		"prove": catalog.Prove, "spent": catalog.Spent, "linked": catalog.Linked, "declined": catalog.Declined,
		"stopped": catalog.Stopped, "replaced": catalog.Replaced, "over": catalog.Over, "withdrawn": catalog.Withdrawn,
		"review": catalog.Review, "suspended": catalog.Suspended, "open": catalog.Open, "unlinked": catalog.Unlinked,
	}
	for _, face := range faces(t) {
		n := notice(face, "Ada")
		n.Other, n.Wave, n.Zone = "Grace", 2, "Asia/Tokyo"
		_, got, err := newBench(t).compose(home, n, "m")
		if err != nil || drawn[face] == nil {
			t.Errorf("%s: %v", face, err)
			continue
		}
		want := drawn[face](catalog.Prompt{
			Name: "Ada", Other: "Grace", Masked: n.Masked, Here: "Slack", There: "Webex", Number: "47", Choices: n.Choices,
			Options: []catalog.Option{{Value: "a", Name: "Ada", Masked: n.Options[0].Masked}, {Value: "b", Name: "Ada", Masked: "Ada"}, {Value: "c"}},
			Room:    25,
			Until:   n.Until, Zone: time.FixedZone("Asia/Tokyo", 9*60*60), Wave: 2, Nonce: string(n.Nonce),
		})
		want.Mark = "m"
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", face, diff)
		}
	}
}

func inWebex(t *testing.T, card cards.Card) {
	t.Helper()
	if _, err := adaptive.Webex.Render(card); err != nil {
		t.Errorf("Adaptive Card: %v", err)
	}
	inPlainText(t, card)
}

func inSlack(t *testing.T, card cards.Card) {
	t.Helper()
	if _, err := blockkit.Render(card); err != nil {
		t.Errorf("Block Kit: %v", err)
	}
	inPlainText(t, card)
}

func inPlainText(t *testing.T, card cards.Card) {
	t.Helper()
	if _, err := plain.Render(card); err != nil {
		t.Errorf("plain text: %v", err)
	}
}

func TestRepliesAreCards(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, text := range []string{"help", "hi", "what"} {
		card := *b.accept(t, origin(), Said{ID: text, Text: text}).Card
		inWebex(t, card)
		inSlack(t, card)
	}
	words := make(map[string]bool)
	for _, outcome := range []directory.Outcome{directory.AnswerTwice, directory.AnswerLate, directory.AnswerForeign} {
		card, word := replyTo(outcome, catalog.Reader{})
		inWebex(t, card)
		inSlack(t, card)
		words[word] = true
	}
	_, taken := replyTo(directory.AnswerTaken, catalog.Reader{})
	words[taken] = true
	if len(words) != 4 || words[""] {
		t.Errorf("the lines are %v, want one for each outcome", words)
	}
}

// A notice becomes the card with its own words: platforms by their titles, times by the reader's clock.
func TestWhatANoticeSays(t *testing.T) {
	t.Parallel()
	n := notice(directory.FaceAsk, "Ada")
	n.Other = "Grace"
	shown := func(n directory.Notice) string {
		t.Helper()
		_, card, err := newBench(t).compose(home, n, "")
		if err != nil {
			t.Fatal(err)
		}
		text, err := plain.Render(card)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	text := shown(n)
	for _, want := range []string{"Hello Ada.", "Grace", "a•••@acme.example", "Webex", "until Monday 2 March, 11:00."} {
		if !strings.Contains(text, want) {
			t.Errorf("%q isn't in:\n%s", want, text)
		}
	}
	n.Zone, n.There = "no/where", "teams"
	for _, want := range []string{"10:00 UTC.", "teams"} {
		if text := shown(n); !strings.Contains(text, want) {
			t.Errorf("%q isn't in:\n%s", want, text)
		}
	}
	if text := shown(notice(directory.FaceNumber, "Ada")); !strings.Contains(text, "47") {
		t.Errorf("the number isn't in:\n%s", text)
	}
}

func TestAskingPassesEverythingOn(t *testing.T) {
	t.Parallel()
	was, is := directory.MessageRef{Conversation: "D1", ID: "1"}, directory.MessageRef{Conversation: "D1", ID: "2", Edits: 1}
	for _, err := range []error{
		nil, directory.Wait(time.Minute, "slower"), directory.Errorf(directory.Uncertain, "cut off"), directory.Errorf(directory.Undeliverable, "blocked"),
		directory.Errorf(directory.NotFound, "gone"), directory.Errorf(directory.Unsupported, "no read-back"), directory.Errorf(directory.Invalid, "too long"),
	} {
		t.Run(directory.CodeOf(err).String(), func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			want, _, _ := b.compose(away, notice(directory.FaceProve, "Bob"), "m")
			if want != b.webex {
				t.Fatal("another platform was chosen")
			}
			check := func(inst directory.Installation, to directory.AccountID, c cards.Card) {
				if inst != away || to != bob || c.Mark != "m" || c.Title != catalog.Prove(catalog.Prompt{}).Title {
					t.Errorf("to %+v of %+v: %+v", to, inst, c)
				}
			}
			b.webex.SendFn = func(inst directory.Installation, to directory.AccountID, c cards.Card) (directory.MessageRef, error) {
				check(inst, to, c)
				return is, err
			}
			b.webex.EditFn = func(inst directory.Installation, to directory.AccountID, ref directory.MessageRef, c cards.Card) (directory.MessageRef, error) {
				check(inst, to, c)
				if ref != was {
					t.Errorf("edits %+v", ref)
				}
				return is, err
			}
			b.webex.FindFn = func(inst directory.Installation, to directory.AccountID, mark string, since time.Time) (directory.MessageRef, bool, error) {
				if inst != away || to != bob || mark != "m" || !since.Equal(at) {
					t.Errorf("looks for %q to %+v since %v", mark, to, since)
				}
				return is, true, err
			}
			if ref, got := b.Post(t.Context(), away, bob, notice(directory.FaceProve, "Bob"), "m"); ref != is || !errors.Is(got, err) {
				t.Errorf("posted: %+v, %v", ref, got)
			}
			if ref, got := b.Edit(t.Context(), away, bob, was, notice(directory.FaceProve, "Bob"), "m"); ref != is || !errors.Is(got, err) {
				t.Errorf("edited: %+v, %v", ref, got)
			}
			if ref, found, got := b.Find(t.Context(), away, bob, "m", at); ref != is || !found || !errors.Is(got, err) {
				t.Errorf("found: %+v, %v, %v", ref, found, got)
			}
		})
	}
}

func TestAPlatformThatIsNotConnected(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	teams := directory.Installation{Tenant: "acme", Platform: "teams", Workspace: "x"}
	_, post := b.Post(t.Context(), teams, teams.Account("1"), notice(directory.FaceAsk, "Ada"), "m")
	_, edit := b.Edit(t.Context(), teams, teams.Account("1"), directory.MessageRef{ID: "1"}, notice(directory.FaceAsk, "Ada"), "m")
	_, found, find := b.Find(t.Context(), teams, teams.Account("1"), "m", at)
	for name, err := range map[string]error{"post": post, "edit": edit, "find": find} {
		if !directory.Is(err, directory.Unauthorized) || !strings.Contains(err.Error(), "teams") {
			t.Errorf("%s: got %v, want unauthorized", name, err)
		}
	}
	if found {
		t.Error("found on a platform that is not connected")
	}
	if got := b.Pace("teams"); got != 0 {
		t.Errorf("its pace is %v", got)
	}
	if got := b.Pace("slack"); got != 1.5 {
		t.Errorf("the pace is %v, want the platform's own", got)
	}
}

func TestAFaceWithoutACard(t *testing.T) {
	t.Parallel()
	for _, face := range []directory.Face{"", "grin"} {
		b := newBench(t)
		if _, err := b.Post(t.Context(), home, ann, notice(face, "Ada"), "m"); !directory.Is(err, directory.Internal) {
			t.Errorf("%q: got %v, want internal", face, err)
		}
	}
}
