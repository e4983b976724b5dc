package bot

import (
	"context"
	"strings"
	"testing"
	"time"

	"rollcall/bot/command"
	"rollcall/cards"
	"rollcall/cards/catalog"
	"rollcall/sync/directory"
)

// steering is an engine of which a test needs to know only that it is switched. A call for which there is no
// answer here fails by its panic.
type steering struct {
	command.Steering
	switched []string // by whom
}

func (s *steering) Overview(context.Context, directory.TenantID, directory.GroupID) (directory.Overview, error) {
	return directory.Overview{Tenant: directory.Tenant{Settings: directory.Settings{On: true}}}, nil
}

func (s *steering) Switch(_ context.Context, _ directory.TenantID, _ bool, by string) error {
	s.switched = append(s.switched, by)
	return nil
}

func (s *steering) Mine(context.Context, directory.TenantID, directory.AccountID) (directory.Story, error) {
	return directory.Story{}, nil
}

// office has Ann for an admin, and keeps tickets.
type office struct {
	command.Office
	tickets map[directory.TicketID]directory.Ticket
}

func (o *office) Administers(_ context.Context, inst directory.Installation, account directory.AccountID) (bool, error) {
	return inst == home && account == ann, nil
}

func (o *office) Admins(context.Context, directory.TenantID) ([]directory.Admin, error) {
	return []directory.Admin{{Account: ann, Name: "Ann"}}, nil
}

func (o *office) PutTicket(_ context.Context, ticket directory.Ticket) error {
	o.tickets[ticket.ID] = ticket
	return nil
}

func (o *office) Ticket(_ context.Context, id directory.TicketID) (directory.Ticket, error) {
	if ticket, ok := o.tickets[id]; ok {
		return ticket, nil
	}
	return directory.Ticket{}, directory.Errorf(directory.NotFound, "no such ticket")
}

func (o *office) TakeTicket(ctx context.Context, id directory.TicketID) (directory.Ticket, error) {
	ticket, err := o.Ticket(ctx, id)
	delete(o.tickets, id)
	return ticket, err
}

// steered is a bench with a desk behind which there is an engine.
func steered(t *testing.T) (*bench, *steering) {
	b, engine := newBench(t), &steering{}
	b.Obey(command.New(command.Config{
		Steering: engine, Office: &office{tickets: make(map[directory.TicketID]directory.Ticket)}, Title: b.title,
		Now: func() time.Time { return at }, Rand: strings.NewReader(strings.Repeat("0123456789", 100)), Logger: b.logger,
	}))
	return b, engine
}

// What an admin writes is asked about, and done when they press; a stranger's press of the same button isn't.
func TestACommandIsConfirmedByAPress(t *testing.T) {
	t.Parallel()
	b, engine := steered(t)
	asked := b.accept(t, origin(), Said{ID: "1", Text: "off"})
	press := func(id string) Pressed { return Pressed{ID: id, Press: asked.Card.Actions[0].Press} }
	if press("1").Press.Verb != catalog.VerbConfirm {
		t.Fatalf("got %+v", asked.Card)
	}
	cora := origin(func(o *directory.Origin) { o.Actor.User = "U-cora" })
	wantReply(t, b.accept(t, cora, press("1")), card(catalog.Foreign(catalog.Reader{})))
	if len(engine.switched) != 0 {
		t.Fatal("a stranger confirms")
	}
	reply := b.accept(t, origin(), press("1"))
	wantWord(t, reply, catalog.WordTaken)
	if len(engine.switched) != 1 || engine.switched[0] != ann.Text() || !strings.Contains(reply.Card.Summary, catalog.NoteOff) {
		t.Errorf("switched by %v, answered %+v", engine.switched, reply.Card)
	}
	wantReply(t, b.accept(t, origin(), press("1")), nil) // delivered again
	if again := b.accept(t, origin(), press("2")); !strings.Contains(again.Card.Summary, catalog.NoteOver) || len(engine.switched) != 1 {
		t.Errorf("a second press is answered with %+v", again.Card)
	}
}

// A button has no authority: whoever presses it is asked for their role as if they had written.
func TestAButtonHasNoAuthority(t *testing.T) {
	t.Parallel()
	b, engine := steered(t)
	cora := origin(func(o *directory.Origin) { o.Actor.User = "U-cora" })
	reply := b.accept(t, cora, Pressed{ID: "1", Press: cards.Press{Verb: catalog.VerbRun, Value: "off"}})
	wantReply(t, reply, card(catalog.Denied(catalog.Voice{Zone: time.UTC}, []string{"Ann"})))
	if len(engine.switched) != 0 {
		t.Error("it is done")
	}
}

// What people say and press doesn't get into the log, and what became of a command does.
func TestTheLogKnowsCommandsByName(t *testing.T) {
	t.Parallel()
	b, _ := steered(t)
	b.accept(t, origin(), Said{ID: "1", Text: "off"})
	b.accept(t, origin(), Said{ID: "2", Text: "why canary@acme.example extra words"})
	log := b.log.String()
	if !strings.Contains(log, `"command":"off"`) || strings.Contains(log, "canary") || strings.Contains(log, ann.User) {
		t.Errorf("logged:\n%s", log)
	}
}

// The page of an admin says how the tenant stands.
func TestThePageOfAnAdmin(t *testing.T) {
	t.Parallel()
	b, _ := steered(t)
	cora := origin(func(o *directory.Origin) { o.Actor.User = "U-cora" })
	if admin, person := b.accept(t, origin(), Opened{}), b.accept(t, cora, Opened{}); len(admin.Card.Body) <= len(person.Card.Body) {
		t.Errorf("an admin is shown %d blocks, a person %d", len(admin.Card.Body), len(person.Card.Body))
	}
}

// A report is one message: sent where there is none yet, and edited from then on.
func TestReporting(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ref := directory.MessageRef{Conversation: "D1", ID: "1"}
	report := directory.Report{Job: directory.Job{Kind: directory.JobApply, Done: 3, Total: 10}, Lang: "de"}
	var shown []string
	b.slack.SendFn = func(inst directory.Installation, to directory.AccountID, c cards.Card) (directory.MessageRef, error) {
		shown = append(shown, "sent "+inst.Account(to.User).Text()+" "+c.Mark)
		inSlack(t, c)
		return ref, nil
	}
	b.slack.EditFn = func(_ directory.Installation, to directory.AccountID, was directory.MessageRef, c cards.Card) (directory.MessageRef, error) {
		shown = append(shown, "edited "+was.ID+" "+c.Mark)
		return ref, directory.Errorf(directory.NotFound, "gone")
	}
	got, err := b.Report(t.Context(), home, ann, directory.MessageRef{}, report, "m1")
	if err != nil || got != ref {
		t.Fatalf("got %+v, %v", got, err)
	}
	if _, err := b.Report(t.Context(), home, ann, ref, report, "m1"); !directory.Is(err, directory.NotFound) {
		t.Errorf("the platform's error is %v", err)
	}
	if want := "sent slack/T1/U-ann m1, edited 1 m1"; strings.Join(shown, ", ") != want {
		t.Errorf("got %v, want %s", shown, want)
	}
	if _, err := b.Report(t.Context(), directory.Installation{Platform: "teams"}, ann, ref, report, ""); !directory.Is(err, directory.Unauthorized) {
		t.Errorf("a platform that isn't connected: %v", err)
	}
}
