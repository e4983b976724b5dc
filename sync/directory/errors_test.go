package directory

import (
	"errors"
	"fmt"
	"testing"
	"time"
)

var errCause = errors.New("the cause")

func TestWhyNobodyCanBeWrittenTo(t *testing.T) {
	t.Parallel()
	blocked := Undelivered(Blocked, "they blocked the app: %w", errCause)
	for _, c := range []struct {
		name string
		err  error
		code Code
		want ReachState
	}{
		{"said", blocked, Undeliverable, Blocked},
		{"wrapped", fmt.Errorf("sending: %w", blocked), Undeliverable, Blocked},
		{"wrapped twice", fmt.Errorf("a step: %w", fmt.Errorf("sending: %w", blocked)), Undeliverable, Blocked},
		{"among others", errors.Join(errCause, Undelivered(AppMissing, "no app")), Undeliverable, AppMissing},
		{"not said", Errorf(Undeliverable, "nobody knows why"), Undeliverable, Unseen},
		{"another error", Errorf(Unavailable, "try again"), Unavailable, Unseen},
		{"a wait", Wait(time.Minute, "too fast"), Throttled, Unseen},
		{"no error of ours", errCause, Internal, Unseen},
		{"no error", nil, Internal, Unseen},
		// What an outer error says counts: it knows better what it means.
		{"translated into another", Errorf(Unavailable, "later: %w", blocked), Unavailable, Unseen},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := ReachOf(c.err); got != c.want {
				t.Errorf("ReachOf: got %q, want %q", got, c.want)
			}
			if got := CodeOf(c.err); got != c.code {
				t.Errorf("CodeOf: got %v, want %v", got, c.code)
			}
		})
	}
	if !errors.Is(blocked, errCause) {
		t.Error("the cause is lost")
	}
	if got, want := blocked.Error(), "undeliverable: they blocked the app: the cause"; got != want {
		t.Errorf("the text: got %q, want %q", got, want)
	}
}
