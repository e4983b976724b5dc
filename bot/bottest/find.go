package bottest

import (
	"context"
	"testing"
	"time"

	"rollcall/sync/directory"
)

func (b *bench) find(mark string, since time.Time) (directory.MessageRef, bool, error) {
	return b.Platform.Find(context.Background(), b.Installation, b.Person, mark, since)
}

// wantFound compares what Find answers.
func (b *bench) wantFound(t *testing.T, mark string, since time.Time, want directory.MessageRef) {
	t.Helper()
	ref, found, err := b.find(mark, since)
	if err != nil {
		t.Fatalf("find: %v", err)
	}
	if found != !want.IsZero() || ref.ID != want.ID || ref.Conversation != want.Conversation {
		t.Errorf("found %t %+v, want %+v", found, ref, want)
	}
}

// needsReadBack skips an exam where the platform says that it can't look; that it then can't is an
// exam of its own.
func (b *bench) needsReadBack(t *testing.T) {
	t.Helper()
	if !b.Platform.Limits().ReadBack.Value {
		t.Skip("the platform states no read-back")
	}
}

var findExams = []exam{
	{"what was sent", func(t *testing.T, b *bench) {
		b.needsReadBack(t)
		since := b.Now()
		one := b.post(t, question("1"))
		b.Advance(2 * time.Second)
		two := b.post(t, question("2"))
		b.wantFound(t, "mark1", since, one)
		b.wantFound(t, "mark2", since, two)
	}},
	{"what was edited", func(t *testing.T, b *bench) {
		b.needsReadBack(t)
		since := b.Now()
		ref := b.post(t, question("1"))
		b.Advance(2 * time.Second)
		ref, err := b.edit(ref, answered("1"))
		if err != nil {
			t.Fatal(err)
		}
		b.wantFound(t, "mark1", since, ref)
	}},
	{"what was never sent", func(t *testing.T, b *bench) {
		b.needsReadBack(t)
		b.wantFound(t, "mark1", b.Now(), directory.MessageRef{}) // no chat yet
		b.post(t, question("1"))
		b.wantFound(t, "mark2", b.Now().Add(-time.Hour), directory.MessageRef{})
		b.wantFound(t, "mark", b.Now().Add(-time.Hour), directory.MessageRef{}) // a part is not the mark
	}},
	{"not what is older", func(t *testing.T, b *bench) {
		b.needsReadBack(t)
		b.post(t, question("1"))
		b.Advance(time.Hour)
		b.wantFound(t, "mark1", b.Now(), directory.MessageRef{})
	}},
	{"not what the person wrote", func(t *testing.T, b *bench) {
		b.needsReadBack(t)
		since := b.Now()
		b.post(t, question("1"))
		b.Advance(2 * time.Second)
		b.Act(t, Act{Kind: Say, In: b.Installation, By: b.Person, Text: "mark2"})
		b.wantFound(t, "mark2", since, directory.MessageRef{})
	}},
	{"not in somebody else's chat", func(t *testing.T, b *bench) {
		b.needsReadBack(t)
		since := b.Now()
		if _, err := b.send(b.Colleague, question("1")); err != nil {
			t.Fatal(err)
		}
		b.wantFound(t, "mark1", since, directory.MessageRef{})
	}},
	{"an answer that was lost", func(t *testing.T, b *bench) {
		b.needsReadBack(t)
		since := b.Now()
		b.Fail(Posting, Fault{Status: 500, After: true})
		_, err := b.send(b.Person, question("1"))
		wantCode(t, err, directory.Uncertain)
		m := b.wantMessages(t, 1)[0]
		b.wantFound(t, "mark1", since, directory.MessageRef{Conversation: m.Conversation, ID: m.ID})
	}},
	{"an answer that was lost, and no message either", func(t *testing.T, b *bench) {
		b.needsReadBack(t)
		since := b.Now()
		b.Fail(Posting, Fault{Status: 500})
		_, err := b.send(b.Person, question("1"))
		wantCode(t, err, directory.Uncertain)
		b.wantFound(t, "mark1", since, directory.MessageRef{})
	}},
	{"among many", func(t *testing.T, b *bench) {
		b.needsReadBack(t)
		since := b.Now()
		ref := b.post(t, question("first"))
		for range 30 {
			b.Advance(2 * time.Second)
			b.Act(t, Act{Kind: Say, In: b.Installation, By: b.Person, Text: "hello"})
		}
		b.wantFound(t, "markfirst", since, ref)
		b.wantFound(t, "marknone", since, directory.MessageRef{})
	}},
	{"without the permission", func(t *testing.T, b *bench) {
		if !b.Platform.Limits().ReadBack.Value {
			_, _, err := b.find("mark1", b.Now())
			wantCode(t, err, directory.Unsupported)
			return
		}
		if b.NoReadBack == (directory.Installation{}) {
			t.Skip("read-back is always granted")
		}
		if _, err := b.Platform.Send(context.Background(), b.NoReadBack, b.NoReadBackPerson, question("1")); err != nil {
			t.Fatal(err)
		}
		_, _, err := b.Platform.Find(context.Background(), b.NoReadBack, b.NoReadBackPerson, "mark1", b.Now().Add(-time.Hour))
		wantCode(t, err, directory.Unsupported)
	}},
	{"revoked", func(t *testing.T, b *bench) {
		b.needsReadBack(t)
		b.post(t, question("1"))
		b.Revoke()
		_, _, err := b.find("mark1", b.Now().Add(-time.Hour))
		wantCode(t, err, directory.Unauthorized)
	}},
	{"connection refused", func(t *testing.T, b *bench) {
		b.needsReadBack(t)
		b.post(t, question("1"))
		b.wire.refuse(true)
		_, _, err := b.find("mark1", b.Now().Add(-time.Hour))
		wantCode(t, err, directory.Unavailable)
	}},
	{"faults are never an absence", func(t *testing.T, b *bench) {
		b.needsReadBack(t)
		for _, f := range faults {
			if f.fault.After {
				continue // looking has no effect
			}
			t.Run(f.name, func(t *testing.T) { b.failFinding(t, f) })
		}
		t.Run("an empty JSON object", func(t *testing.T) {
			b.failFinding(t, fault{fault: Fault{Status: 200, ContentType: "application/json", Body: `{}`}, read: codes(directory.Unavailable)})
		})
		t.Run("half a JSON document", func(t *testing.T) {
			b.failFinding(t, fault{fault: Fault{Status: 200, ContentType: "application/json", Body: `{"o`}, read: codes(directory.Unavailable)})
		})
	}},
}

func (b *bench) failFinding(t *testing.T, f fault) {
	b = b.again(t)
	ref := b.post(t, question("1"))
	b.Fail(Reading, f.fault)
	_, found, err := b.find("mark1", b.Now().Add(-time.Hour))
	if found {
		t.Error("found something in a failed answer")
	}
	wantCode(t, err, f.read...)
	f.wantWait(t, err)
	b.Advance(20 * time.Minute)
	b.wantFound(t, "mark1", b.Now().Add(-time.Hour), ref)
}
