package bottest

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"rollcall/bot"
	"rollcall/cards"
	"rollcall/sync/directory"
)

// pushed is a press of the question's button by somebody.
func (b *bench) pushed(t *testing.T, by directory.AccountID) Act {
	t.Helper()
	return Act{Kind: Push, In: b.Installation, By: by, Message: b.post(t, question("1")), Press: question("1").Actions[0].Press}
}

// acts is one of every kind, by Person.
func (b *bench) acts(t *testing.T) []Act {
	t.Helper()
	return []Act{
		b.pushed(t, b.Person),
		{Kind: Say, In: b.Installation, By: b.Person, Text: "help"},
		{Kind: Meet, In: b.Installation, By: b.Person},
	}
}

// capture has an act done, and holds its webhook back from the adapter.
func (b *bench) capture(t *testing.T, act Act) Webhook {
	t.Helper()
	b.wire.hold(true)
	defer b.wire.hold(false)
	b.Act(t, act)
	hook, ok := b.wire.last()
	if !ok {
		t.Fatalf("%s: the platform sent no webhook", act.Kind)
	}
	return hook
}

// wantOrigin checks where an event is said to come from.
func (b *bench) wantOrigin(t *testing.T, got directory.Origin, inst directory.Installation, actor directory.AccountID) {
	t.Helper()
	if got.Platform != inst.Platform || got.Workspace != inst.Workspace {
		t.Errorf("from %s/%s, want %s/%s", got.Platform, got.Workspace, inst.Platform, inst.Workspace)
	}
	if got.Actor != actor {
		t.Errorf("by %+v, want %+v", got.Actor, actor)
	}
}

var onlyYou = cards.Card{Summary: "For you only", Title: "For you only"}

var inboundExams = []exam{
	{"a press", func(t *testing.T, b *bench) {
		act := b.pushed(t, b.Person)
		b.Act(t, act)
		got := b.sink.only(t)
		b.wantOrigin(t, got.origin, b.Installation, b.Person)
		if !got.origin.Direct || got.origin.Conversation != act.Message.Conversation {
			t.Errorf("in %q (direct: %t), want %q", got.origin.Conversation, got.origin.Direct, act.Message.Conversation)
		}
		event, ok := got.event.(bot.Pressed)
		if !ok {
			t.Fatalf("a %T, want a press", got.event)
		}
		if event.Press != act.Press || event.Message.ID != act.Message.ID || event.ID == "" {
			t.Errorf("%+v, want %+v on %s", event, act.Press, act.Message.ID)
		}
	}},
	{"two presses are two", func(t *testing.T, b *bench) {
		act := b.pushed(t, b.Person)
		b.Act(t, act)
		b.Advance(time.Second)
		b.Act(t, act)
		all := b.sink.all()
		if len(all) != 2 || all[0].event.(bot.Pressed).ID == all[1].event.(bot.Pressed).ID {
			t.Errorf("%+v", all)
		}
	}},
	{"a text", func(t *testing.T, b *bench) {
		b.Act(t, Act{Kind: Say, In: b.Installation, By: b.Person, Text: "Help & <me>"})
		got := b.sink.only(t)
		b.wantOrigin(t, got.origin, b.Installation, b.Person)
		if !got.origin.Direct || got.origin.Conversation == "" {
			t.Errorf("origin %+v is not the person's own chat", got.origin)
		}
		event, ok := got.event.(bot.Said)
		if !ok {
			t.Fatalf("a %T, want a text", got.event)
		}
		if strings.TrimSpace(event.Text) != "Help & <me>" || event.ID == "" {
			t.Errorf("%+v", event)
		}
	}},
	{"two texts are two", func(t *testing.T, b *bench) {
		for range 2 {
			b.Act(t, Act{Kind: Say, In: b.Installation, By: b.Person, Text: "help"})
			b.Advance(time.Second)
		}
		all := b.sink.all()
		if len(all) != 2 || all[0].event.(bot.Said).ID == all[1].event.(bot.Said).ID {
			t.Errorf("%+v", all)
		}
	}},
	{"a first meeting", func(t *testing.T, b *bench) {
		b.Act(t, Act{Kind: Meet, In: b.Installation, By: b.Person})
		got := b.sink.only(t)
		b.wantOrigin(t, got.origin, b.Installation, b.Person)
		if _, ok := got.event.(bot.Met); !ok {
			t.Errorf("a %T, want a meeting", got.event)
		}
	}},
	{"delivered twice is the same", func(t *testing.T, b *bench) {
		for _, act := range b.acts(t) {
			hook := b.capture(t, act)
			before := len(b.sink.all())
			for range 2 {
				if status, _, _ := b.wire.deliver(hook); status/100 != 2 {
					t.Fatalf("%s: status %d", act.Kind, status)
				}
			}
			all := b.sink.all()[before:]
			if len(all) == 2 && all[0] != all[1] {
				t.Errorf("%s: %+v, and then %+v", act.Kind, all[0], all[1])
			}
			if len(all) == 0 {
				t.Errorf("%s: not taken", act.Kind)
			}
		}
	}},
	{"another workspace's", func(t *testing.T, b *bench) {
		b.Act(t, Act{Kind: Say, In: b.Other, By: b.OtherPerson, Text: "help"})
		b.wantOrigin(t, b.sink.only(t).origin, b.Other, b.OtherPerson)
	}},
	{"a colleague's press", func(t *testing.T, b *bench) {
		b.Act(t, b.pushed(t, b.Colleague))
		b.wantOrigin(t, b.sink.only(t).origin, b.Installation, b.Colleague)
	}},
	{"a stranger's press", func(t *testing.T, b *bench) {
		b.Act(t, b.pushed(t, b.Stranger))
		for _, got := range b.sink.all() { // the platform may also keep it from us
			if got.origin.Actor != b.Stranger || got.origin.Actor.Workspace == b.Installation.Workspace {
				t.Errorf("by %+v, want %+v, who is at home elsewhere", got.origin.Actor, b.Stranger)
			}
		}
	}},
	{"a stranger's text", func(t *testing.T, b *bench) {
		b.Act(t, Act{Kind: Say, In: b.Installation, By: b.Stranger, Text: "help"})
		for _, got := range b.sink.all() { // addressed to this workspace, or to the stranger's own
			if got.origin.Actor != b.Stranger || got.origin.Actor.Workspace == b.Installation.Workspace {
				t.Errorf("by %+v, want %+v, who is at home elsewhere", got.origin.Actor, b.Stranger)
			}
		}
	}},
	{"a stranger's first meeting", func(t *testing.T, b *bench) {
		b.Act(t, Act{Kind: Meet, In: b.Installation, By: b.Stranger})
		for _, got := range b.sink.all() { // the platform may not say where somebody is at home
			if got.origin.Actor.Workspace == b.Installation.Workspace || got.origin.Actor.User != b.Stranger.User {
				t.Errorf("by %+v, want %+v, who is at home elsewhere", got.origin.Actor, b.Stranger)
			}
		}
	}},
	{"the reply is for the actor alone", func(t *testing.T, b *bench) {
		for _, act := range b.acts(t) {
			before := b.Messages()
			b.sink.answer(bot.Reply{Card: &onlyYou}, nil)
			b.Advance(2 * time.Second)
			b.Act(t, act)
			after := b.Messages()
			if len(after) != len(before)+1 {
				t.Fatalf("%s: %d messages, want 1 more than %d", act.Kind, len(after), len(before))
			}
			m := after[len(after)-1]
			if m.To != b.Person.User || !m.Alone || m.Workspace != b.Installation.Workspace || !m.shows(onlyYou) {
				t.Errorf("%s: the reply is %+v", act.Kind, m)
			}
		}
	}},
	{"a reply that fails takes nothing back", func(t *testing.T, b *bench) {
		for _, act := range b.acts(t) {
			b.sink.answer(bot.Reply{Card: &onlyYou}, nil)
			hook := b.capture(t, act)
			b.Fail(Posting, Fault{Status: 500})
			if status, _, _ := b.wire.deliver(hook); status/100 != 2 {
				t.Errorf("%s: status %d", act.Kind, status)
			}
		}
	}},
	{"not taken is delivered again", func(t *testing.T, b *bench) {
		for _, act := range b.acts(t) {
			hook := b.capture(t, act)
			b.sink.answer(bot.Reply{}, directory.Errorf(directory.Unavailable, "the store is away"))
			if status, _, _ := b.wire.deliver(hook); status < 500 {
				t.Errorf("%s: status %d, want 5xx", act.Kind, status)
			}
			b.sink.answer(bot.Reply{}, nil)
			before := len(b.sink.all())
			if status, _, _ := b.wire.deliver(hook); status/100 != 2 || len(b.sink.all()) != before+1 {
				t.Errorf("%s: delivered again: status %d, %d taken", act.Kind, status, len(b.sink.all())-before)
			}
		}
	}},
	{"nobody's workspace is acknowledged", func(t *testing.T, b *bench) {
		for _, act := range b.acts(t) {
			hook := b.capture(t, act)
			b.sink.answer(bot.Reply{}, directory.Errorf(directory.NotFound, "no tenant"))
			messages := len(b.Messages())
			if status, _, _ := b.wire.deliver(hook); status/100 != 2 {
				t.Errorf("%s: status %d, want 2xx", act.Kind, status)
			}
			if n := len(b.Messages()); n != messages {
				t.Errorf("%s: %d messages were posted", act.Kind, n-messages)
			}
		}
	}},
}

// forgeries are what may be done to a genuine webhook. None may reach the sink.
var forgeries = []struct {
	name  string
	forge func(b *bench, hook *Webhook)
}{
	{"unsigned", func(b *bench, hook *Webhook) { hook.Header.Del(b.Signature) }},
	{"empty signature", func(b *bench, hook *Webhook) { hook.Header.Set(b.Signature, "") }},
	{"wrong signature", func(b *bench, hook *Webhook) {
		sig := []byte(hook.Header.Get(b.Signature))
		if last := &sig[len(sig)-1]; *last == '0' {
			*last = '1'
		} else {
			*last = '0'
		}
		hook.Header.Set(b.Signature, string(sig))
	}},
	{"shortened signature", func(b *bench, hook *Webhook) {
		sig := hook.Header.Get(b.Signature)
		hook.Header.Set(b.Signature, sig[:len(sig)-2])
	}},
	{"two signatures", func(b *bench, hook *Webhook) {
		hook.Header.Add(b.Signature, hook.Header.Get(b.Signature))
	}},
	{"tampered", func(b *bench, hook *Webhook) { hook.Body[len(hook.Body)/2] ^= 1 }},
	{"longer", func(b *bench, hook *Webhook) { hook.Body = append(hook.Body, ' ') }},
	{"shorter", func(b *bench, hook *Webhook) { hook.Body = hook.Body[:len(hook.Body)-1] }},
	{"empty", func(b *bench, hook *Webhook) { hook.Body = nil }},
	{"stale", func(b *bench, hook *Webhook) { b.Sign(hook.Header, hook.Body, b.Now().Add(-301*time.Second)) }},
	{"from the future", func(b *bench, hook *Webhook) { b.Sign(hook.Header, hook.Body, b.Now().Add(301*time.Second)) }},
	{"replayed later", func(b *bench, hook *Webhook) { b.Advance(6 * time.Minute) }},
	{"oversized", func(b *bench, hook *Webhook) {
		hook.Body = append(hook.Body, strings.Repeat(" ", b.BodyLimit)...)
		b.Sign(hook.Header, hook.Body, b.Now())
	}},
	{"compressed", func(b *bench, hook *Webhook) { hook.Header.Set("Content-Encoding", "gzip") }},
	{"nonsense", func(b *bench, hook *Webhook) {
		hook.Body = []byte(`{"`)
		b.Sign(hook.Header, hook.Body, b.Now())
	}},
	{"by GET", func(b *bench, hook *Webhook) { hook.Method = http.MethodGet }},
}

var refuseExams = func() []exam {
	var exams []exam
	for _, f := range forgeries {
		exams = append(exams, exam{f.name, func(t *testing.T, b *bench) {
			for _, act := range b.acts(t) {
				hook := b.capture(t, act)
				f.forge(b, &hook)
				calls, messages := b.wire.sent(), len(b.Messages())
				status, _, body := b.wire.deliver(hook)
				if status/100 != 4 {
					t.Errorf("%s: status %d, want 4xx", act.Kind, status)
				}
				if len(body) > 100 {
					t.Errorf("%s: answered %d bytes", act.Kind, len(body))
				}
				if n := b.sink.called(); n != 0 {
					t.Fatalf("%s: the sink was asked", act.Kind)
				}
				if b.wire.sent() != calls || len(b.Messages()) != messages {
					t.Errorf("%s: a call was made", act.Kind)
				}
			}
		}})
	}
	return exams
}()
