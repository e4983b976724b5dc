package bot

import (
	"strings"
	"testing"
	"time"

	"rollcall/cards"
	"rollcall/sync/directory"
)

// Whatever happens, the log knows no nonce, no name, no address, and nothing of what people wrote.
func TestTheLogNamesNobody(t *testing.T) {
	t.Parallel()
	const canary = "canary"
	email, err := directory.ParseAddress(canary + "@acme.example")
	if err != nil {
		t.Fatal(err)
	}
	b := newBench(t)
	outcomes := []directory.Outcome{directory.AnswerTaken, directory.AnswerTwice, directory.AnswerLate, directory.AnswerForeign}
	b.syncer.AnswerFn = func(directory.TenantID, directory.Answer) (directory.Outcome, error) {
		outcome := outcomes[0]
		outcomes = append(outcomes[1:], outcome)
		return outcome, nil
	}
	b.syncer.ObserveFn = func(directory.Installation, directory.Account) error { return nil }
	send := func(directory.Installation, directory.AccountID, cards.Card) (directory.MessageRef, error) {
		return directory.MessageRef{}, directory.Errorf(directory.Uncertain, "cut off")
	}
	b.slack.SendFn = send
	for _, o := range []directory.Origin{origin(), origin(func(o *directory.Origin) { o.Actor.Workspace = "T2" })} {
		for i := range 4 {
			b.accept(t, o, Pressed{ID: canary + string(rune('0'+i)), Press: cards.Press{Verb: canary, Value: canary, Nonce: canary}})
		}
		b.accept(t, o, Said{ID: canary, Text: canary + " help"})
		b.accept(t, o, Said{ID: canary + "@", Text: canary + "@acme.example"})
		b.accept(t, o, Met{})
		b.accept(t, o, Changed{Account: directory.Account{ID: ann, Name: canary, Email: email}})
		b.accept(t, o, Gone{At: time.Time{}})
	}
	n := notice(directory.FaceAsk, canary)
	n.Nonce, n.Masked = canary, canary
	if _, err := b.Post(t.Context(), home, ann, n, canary); err == nil || strings.Contains(err.Error(), canary) {
		t.Errorf("the error of a send is %v", err)
	}
	log := b.log.String()
	if !strings.Contains(log, `"outcome":"taken"`) {
		t.Fatalf("an answer is not logged:\n%s", log)
	}
	for _, hidden := range []string{canary, ann.User, "D1", "acme.example"} {
		if strings.Contains(log, hidden) {
			t.Errorf("%q is in the log:\n%s", hidden, log)
		}
	}
}
