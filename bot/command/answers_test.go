package command

import (
	"strings"
	"testing"

	"rollcall/cards/plain"
	"rollcall/sync/directory"
)

// What is answered depends on who asks: nobody is told of what they can't do, and each mistake says what can stand there.
func TestAnswersAreForTheReader(t *testing.T) {
	t.Parallel()
	headless := func(w *world) { w.admins = nil }
	operator := Caller{Installation: directory.Installation{Tenant: "acme"}, Role: Admin, Direct: true}
	for _, test := range []struct {
		name, text string
		caller     Caller
		change     func(*world)
		want, not  string
	}{
		{"a person's typo", "plna", by(ann), nil, "didn't understand", "plan"},
		{"an admin's typo", "plna", by(grace), nil, "plan", ""},
		{"no person", "why mika", by(grace), nil, "mention the person", "PERSON."},
		{"no batch", "undo", by(grace), nil, "id of a batch or an address", "BATCH|PERSON."},
		{"no admins", "plan", by(ann), headless, "Nobody steers Rollcall here yet", ""},
		{"an empty list of admins", "admins", operator, headless, "Nobody steers Rollcall here yet", "0 accounts"},
		{"help on the command line", "help", operator, nil, "apply PLAN", "unsync"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			if test.change != nil {
				test.change(w)
			}
			text, err := plain.Render(w.desk(t).Run(t.Context(), test.caller, test.text))
			if err != nil || !strings.Contains(text, test.want) || test.not != "" && strings.Contains(text, test.not) {
				t.Errorf("answered %v:\n%s", err, text)
			}
		})
	}
}
