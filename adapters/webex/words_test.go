package webex_test

import (
	"strings"
	"testing"
)

func TestWords(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, label, typed, want string
		direct                   bool
	}{
		{name: "plain", direct: true, typed: "status", want: "status"},
		{name: "with a slash", direct: true, typed: "/status now", want: "status now"},
		{name: "with the bot's name", direct: true, typed: "Rollcall status", want: "status"},
		{name: "a word that begins like the bot's name", direct: true, typed: "Rollcalling is fun", want: "Rollcalling is fun"},
		{name: "spaces around", direct: true, typed: "  help \n", want: "help"},
		{name: "nothing", direct: true, typed: "", want: ""},
		{name: "a mention", typed: "status", want: "status"},
		{name: "a mention with a slash", typed: "/status", want: "status"},
		{name: "a shortened mention", label: "Roll", typed: "status", want: "status"},
		{name: "a mention in another case", label: "ROLLCALL", typed: "status", want: "status"},
		{name: "a mention with markup in it", label: `<R> & "C"`, typed: "status <b>", want: "status <b>"},
		{name: "a mention alone", typed: "", want: ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newInbox(t)
			if tt.direct {
				b.deliver(b.typed(t, b.pat.User, tt.typed))
			} else {
				room := b.sim.Group(b.pat.User, b.col.User)
				if _, err := b.sim.Mention(b.pat.User, room, tt.label, tt.typed); err != nil {
					t.Fatal(err)
				}
				b.deliver(b.last(t))
			}
			if b.sink.count() != 1 || !strings.HasSuffix(b.sink.took[0], " Text:"+tt.want+"}") {
				t.Fatalf("took %q, want the text %q", b.sink.took, tt.want)
			}
			if b.sink.from[0].Direct != tt.direct {
				t.Errorf("direct is %t", b.sink.from[0].Direct)
			}
		})
	}
}
