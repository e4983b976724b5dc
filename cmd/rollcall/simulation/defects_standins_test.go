package simulation

import (
	"context"
	"strconv"
	"time"

	"rollcall/adapters/webex"
	"rollcall/adapters/webex/webexsim"
	"rollcall/bot"
	"rollcall/sync/directory"
	"rollcall/sync/plan"
)

// defectsOfStandIns are those of choosing, of stand-ins, of named addresses and of telling others.
func defectsOfStandIns() []defect {
	maker := func(name string, spoil func(directory.Provisioner, *history) directory.Provisioner) defect {
		return defect{name: name, spoil: func(p *parts) {
			for platform, m := range p.makers {
				p.makers[platform] = spoil(m, p.program.history)
			}
		}}
	}
	return []defect{
		{name: "another of several accounts is taken", spoil: func(p *parts) { p.sink = takesAnother{p.sink} }},
		{name: "the intent of a stand-in is not stored before it is made", spoilStore: func(p *parts) {
			p.store = intentLater{p.store, make(map[directory.LinkKey]bool)}
		}},
		maker("a guest of the same name is taken for ours", func(m directory.Provisioner, h *history) directory.Provisioner { return namesake{m, h} }),
		maker("guests of the same name are removed", func(m directory.Provisioner, h *history) directory.Provisioner { return removesNamesakes{m, h} }),
		maker("a stand-in is removed at once", func(m directory.Provisioner, _ *history) directory.Provisioner { return removesAtOnce{m} }),
		{name: "a bot is given twice", spoilStore: func(p *parts) { p.store = noLedger{p.store} }},
		{name: "a look-up that failed lets a stand-in be made", spoil: func(p *parts) {
			p.accounts[webex.Name] = errorIsAlone{p.accounts[webex.Name], p.program.history}
		}},
		{name: "an address that was named needs no proof", spoilStore: func(p *parts) { p.store = trustsNames{p.store} }},
		{name: "a subscriber's cursor is saved before it is told", spoilStore: func(p *parts) { p.store = toldLater{p.store} }},
		{name: "a subscriber that failed counts as told", spoil: func(p *parts) {
			hears := p.hears
			p.hears = func(tenant directory.TenantID) directory.Subscriber { return deaf{hears(tenant)} }
		}},
	}
}

// takesAnother counts from another end.
type takesAnother struct{ bot.Sink }

func (s takesAnother) Accept(ctx context.Context, origin directory.Origin, event bot.Event) (bot.Reply, error) {
	if press, ok := event.(bot.Pressed); ok && press.Press.Verb == string(directory.VerbTake) {
		if press.Press.Value = "1"; event.(bot.Pressed).Press.Value == "1" {
			press.Press.Value = "2"
		}
		event = press
	}
	return s.Sink.Accept(ctx, origin, event)
}

// intentLater stores the intent of a stand-in together with what became of it.
type intentLater struct {
	directory.Store
	begun map[directory.LinkKey]bool
}

func (s intentLater) Commit(ctx context.Context, tenant directory.TenantID, change directory.Change) error {
	if len(change.Links) != 1 {
		return s.Store.Commit(ctx, tenant, change)
	}
	c := &change.Links[0]
	if len(change.Audit) == 1 && change.Audit[0].Event == string(plan.MakeStandIn) {
		s.begun[c.Link.Key] = true
		return nil
	}
	if s.begun[c.Link.Key] {
		delete(s.begun, c.Link.Key)
		c.Version--
	}
	return s.Store.Commit(ctx, tenant, change)
}

// namesake recognises a guest by the name.
type namesake struct {
	directory.Provisioner
	history *history
}

func (n namesake) Recover(ctx context.Context, inst directory.Installation, order directory.Order) (directory.AccountID, bool, error) {
	for _, p := range n.history.webex.People(string(inst.Workspace)) {
		if order.Kind == directory.StandInGuest && p.Type == webexsim.TypeGuest && p.Name == order.Member.Name {
			return inst.Account(p.ID), true, nil
		}
	}
	return n.Provisioner.Recover(ctx, inst, order)
}

// removesNamesakes removes whatever looks like the stand-in, whoever made it.
type removesNamesakes struct {
	directory.Provisioner
	history *history
}

func (r removesNamesakes) Deprovision(ctx context.Context, inst directory.Installation, s directory.StandIn) error {
	if guest, ok := r.history.webexPerson(s.Account); ok {
		for _, p := range r.history.webex.People(string(inst.Workspace)) {
			if p.Type == webexsim.TypeGuest && p.Name == guest.Name && p.ID != guest.ID {
				r.history.webex.DeletePerson(p.ID)
			}
		}
	}
	return r.Provisioner.Deprovision(ctx, inst, s)
}

// removesAtOnce knows no difference between suspending and removing.
type removesAtOnce struct{ directory.Provisioner }

func (r removesAtOnce) Suspend(ctx context.Context, inst directory.Installation, s directory.StandIn) error {
	return r.Deprovision(ctx, inst, s)
}

// noLedger remembers nothing of bots: they were there before.
type noLedger struct{ directory.Store }

func (s noLedger) Creations(ctx context.Context, tenant directory.TenantID, platform directory.Platform) ([]directory.Creation, error) {
	made, err := s.Store.Creations(ctx, tenant, platform)
	return withoutBots(made), err
}

func (s noLedger) Commit(ctx context.Context, tenant directory.TenantID, change directory.Change) error {
	change.Made = withoutBots(change.Made)
	return s.Store.Commit(ctx, tenant, change)
}

func withoutBots(made []directory.Creation) []directory.Creation {
	var out []directory.Creation
	for _, c := range made {
		if c.Kind != directory.StandInBot {
			out = append(out, c)
		}
	}
	return out
}

// errorIsAlone takes a look-up that failed for one that found nobody, where somebody is who can't be
// linked: only a stand-in could come of that.
type errorIsAlone struct {
	directory.Accounts
	history *history
}

func (a errorIsAlone) Lookup(ctx context.Context, inst directory.Installation, address directory.Address) directory.Finding {
	finding := a.Accounts.Lookup(ctx, inst, address)
	if len(a.history.candidates(a.history.company(inst.Tenant), inst.Platform, address)) == 0 {
		return absentAfter(finding)
	}
	return finding
}

// trustsNames takes an address that somebody named for theirs.
type trustsNames struct{ directory.Store }

func (s trustsNames) Commit(ctx context.Context, tenant directory.TenantID, change directory.Change) error {
	err := s.Store.Commit(ctx, tenant, change)
	if err != nil || len(change.Audit) != 1 || change.Audit[0].Event != string(directory.Accept) || change.Audit[0].By != "engine" {
		return err
	}
	entry := change.Audit[0]
	stored, err := s.Store.Links(ctx, tenant, entry.Link)
	must(err)
	proved, err := plan.Apply(stored[0], directory.Prove, "the person named it", entry.At)
	must(err)
	entry.Event, entry.From, entry.To = string(directory.Prove), stored[0].State, proved.State
	return s.Store.Commit(ctx, tenant, directory.Change{
		Links: []directory.LinkChange{{Link: proved, Version: stored[0].Version}}, Audit: []directory.Entry{entry},
	})
}

// toldLater saves how far a subscriber was told before it is.
type toldLater struct{ directory.Store }

func (s toldLater) ClaimReading(ctx context.Context, tenant directory.TenantID, now, until time.Time) (directory.Reading, error) {
	r, err := s.Store.ClaimReading(ctx, tenant, now, until)
	if err != nil || r.ID.Subscriber() == "" {
		return r, err
	}
	after, _ := strconv.ParseInt(r.Cursor, 10, 64)
	lines, err := s.Store.Trail(ctx, tenant, directory.TrailQuery{After: after})
	if err != nil || len(lines) == 0 {
		return r, err
	}
	ahead := r
	ahead.Cursor = strconv.FormatInt(lines[len(lines)-1].Seq, 10)
	if s.Store.Commit(ctx, tenant, directory.Change{Reading: &directory.ReadingChange{Reading: ahead, Version: r.Version, Fence: r.Fence}}) == nil {
		r.Version++
	}
	return r, nil
}

// deaf doesn't listen to what a subscriber answers.
type deaf struct{ directory.Subscriber }

func (d deaf) Deliver(ctx context.Context, c directory.Changed) error {
	_ = d.Subscriber.Deliver(ctx, c)
	return nil
}
