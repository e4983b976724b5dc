package command

import "testing"

func TestLoads(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Load{
		"plan": Heavy, "/rollcall Plan eng": Heavy, "plan p-7f3k": Usual, "plan p-7f3k 11": Usual, "plan eng 11": Usual,
		"apply p-7f3k": Heavy, "export": Heavy, "export p-7f3k": Heavy, "run": Heavy, "run eng": Heavy, "what if a@acme.example": Heavy,
		"undo 4c9a7be01f22": Heavy, "undo a@acme.example": Usual, "undo <@U7>": Usual, "undo id-entraZs2": Usual,
		"off": Brake, "pause eng": Brake, "stop asking": Brake, "not me": Brake, "unsync": Brake, "confirm abc": Brake,
		"on": Usual, "resume": Usual, "help": Usual, "unreached 10": Usual, "": Usual, "no such thing": Usual, "plan a b c d": Usual, `plan "`: Usual,
	} {
		if got := LoadOf(text); got != want {
			t.Errorf("%q: got %d, want %d", text, got, want)
		}
	}
}

// Whatever goes on after the answer is heavy: it is what one person could have begun without end.
func TestLongWorkIsHeavy(t *testing.T) {
	t.Parallel()
	for _, c := range Commands() {
		if c.Long && c.Load != Heavy {
			t.Errorf("%s is long, and isn't heavy", c.Name)
		}
	}
}
