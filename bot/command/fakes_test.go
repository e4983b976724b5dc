package command

import (
	"context"
	"iter"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"rollcall/sync/directory"
)

var (
	at     = time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)
	slack  = directory.Installation{Tenant: "acme", Platform: "slack", Workspace: "T1", Generation: 1}
	webex  = directory.Installation{Tenant: "acme", Platform: "webex", Workspace: "O1", Generation: 1}
	grace  = slack.Account("U1") // an admin
	alan   = slack.Account("U2") // another one
	ann    = slack.Account("U3") // nobody in particular
	adaID  = directory.MemberID{Directory: "entra", ID: "8f14e45f-ceea-467f-a8b0-b4c2ee6b1f2e"}
	adaKey = directory.LinkKey{Member: adaID, Pair: directory.PairOf("slack", "webex")}
)

func address(text string) directory.Address {
	a, err := directory.ParseAddress(text)
	if err != nil {
		panic(err)
	}
	return a
}

// world is an engine and an office that remember what they were told, and answer what they are.
type world struct {
	told     []string // each effect, as a line
	overview directory.Overview
	health   directory.Health
	differ   map[directory.Intent]int
	digest   string
	plans    []directory.Proposal
	lines    []directory.ProposalLine
	people   []directory.Story
	disputes []directory.LinkStory
	out      []directory.LinkStory // of reach
	held     []directory.Batch
	over     bool // a release is carried out
	mine     directory.Story
	changed  int // links of the caller that change
	err      error

	admins  []directory.Admin
	role    func(directory.AccountID) (bool, error)
	asked   int // how often a role was asked for
	tickets map[directory.TicketID]directory.Ticket
	wishes  map[directory.AccountID]string
	page    string // where files are served
	now     time.Time
}

var (
	_ Steering = (*world)(nil)
	_ Office   = (*world)(nil)
)

// newWorld is a tenant with two groups, a plan, a person, a dispute, a batch and two admins.
func newWorld() *world {
	w := &world{now: at, digest: "d1", over: true, changed: 1, page: "https://rollcall.example/get/", tickets: make(map[directory.TicketID]directory.Ticket), wishes: make(map[directory.AccountID]string)}
	w.admins = []directory.Admin{{Account: grace, Name: "Grace Hopper", Since: at, By: "installer"}, {Account: alan, Name: "Alan Turing", Since: at, By: grace.Text()}}
	w.role = func(a directory.AccountID) (bool, error) {
		return slices.ContainsFunc(w.admins, func(admin directory.Admin) bool { return admin.Account == a }), nil
	}
	eng := directory.Group{ID: "eng", Name: "Engineering", Directory: "entra", External: "8f14", Primary: "slack", Secondary: "webex", Priority: 10, Rollout: directory.Rollout{Stage: directory.StagePilot, Since: at}}
	ops := directory.Group{ID: "ops", Name: "Operations", Directory: "entra", External: "77ab", Primary: "webex", Secondary: "slack", Priority: 20, Draft: true}
	w.overview = directory.Overview{
		Tenant: directory.Tenant{ID: "acme", Settings: directory.Settings{On: true, QuietFrom: 18, QuietTo: 8, QuietDays: []time.Weekday{6, 0}, Zone: "Europe/Berlin"}},
		Groups: []directory.GroupOverview{
			{Group: eng, States: map[directory.State]int{directory.Linked: 240}, Live: 300, Complete: at},
			{Group: ops, Live: 12, Complete: at, Lag: time.Minute, Trouble: "the directory asks to wait"},
		},
		States: map[directory.State]int{directory.Linked: 240, directory.Asking: 49, directory.Declined: 11, directory.Waiting: 12},
		Funnel: directory.Funnel{InScope: 312, Reachable: 300, Asked: 300, Accepted: 251, Linked: 240}, Held: 1, Disputes: 1, At: at,
	}
	w.health = directory.Health{
		Groups: []directory.GroupHealth{{Group: eng, Event: at, P50: 40 * time.Second, P95: 6 * time.Minute, Listed: at, Drift: 2}},
		Ends:   []directory.Ending{{What: "Slack token"}, {What: "Webex token", At: at.Add(time.Hour)}, {What: "Entra consent", Trouble: "it was withdrawn"}},
	}
	w.differ = map[directory.Intent]int{directory.IntentAsk: 112, directory.IntentSuspend: 4, directory.IntentWait: 9}
	w.plans = []directory.Proposal{{
		ID: "p-7f3k", Group: "eng", State: directory.ProposalReady, At: at, Hash: "9f86d081884c7d659a2feaa0", Lines: 125,
		Counts: map[directory.Intent]int{directory.IntentAsk: 112, directory.IntentSuspend: 4, directory.IntentWait: 9},
	}}
	for i := range 125 {
		intent := []directory.Intent{directory.IntentAsk, directory.IntentSuspend, directory.IntentWait}[i%3]
		w.lines = append(w.lines, directory.ProposalLine{Name: "Person " + string(rune('A'+i%26)), Intent: intent, Reason: "one account has the same address", Drift: []string{"", "they left the group"}[i%2]})
	}
	w.people = []directory.Story{ada()}
	dispute := w.people[0].Links[0]
	dispute.Link.State, dispute.Link.Why = directory.Disputed, "two accounts have this address"
	w.disputes = []directory.LinkStory{dispute}
	for i := range 23 {
		l := directory.LinkStory{Link: w.people[0].Links[0].Link}
		l.Link.Key.Member.ID, l.Link.Member.Name, l.Link.State = "n"+strconv.Itoa(i), "Person "+string(rune('A'+i)), directory.Unreachable
		l.Reach = []directory.Reach{{Account: webex.Account("P" + strconv.Itoa(i)), State: []directory.ReachState{directory.AppMissing, directory.Blocked, directory.Guest}[i%3], Since: at}}
		switch i {
		case 0:
			l.Reach = append([]directory.Reach{{Account: slack.Account("U0"), State: directory.Disabled, Since: at}}, l.Reach...)
		case 1:
			l.Link.State = directory.Proving
		}
		w.out = append(w.out, l)
	}
	w.held = []directory.Batch{{ID: "4c9a7be01f22", Group: "eng", Members: []directory.MemberID{adaID}, Hash: "h1", Why: "30 of 100 left at once", State: directory.BatchHeld, At: at}}
	w.mine = ada()
	return w
}

// ada is everything that is known of one person.
func ada() directory.Story {
	member := directory.Member{ID: adaID, Name: "Ada Lovelace", Email: address("ada@acme.example"), Active: true}
	onSlack := directory.Account{ID: slack.Account("U7"), Name: "Ada", Email: address("ada@acme.example"), Active: true, Kind: directory.KindPerson}
	onWebex := directory.Account{ID: webex.Account("P7"), Name: "Ada King", Email: address("ada@acme.example"), Active: true, Kind: directory.KindPerson}
	link := directory.Link{
		Key: adaKey, State: directory.Linked, Member: member, Group: "eng", Primary: "slack", Secondary: "webex", Account: onSlack.ID, Counterpart: onWebex.ID,
		Why: "both accounts said yes", Waves: 1, LastWave: at,
	}
	return directory.Story{
		Member: member, At: at, Groups: []directory.Membership{{Group: "eng", Member: member, Since: at}},
		Links: []directory.LinkStory{{
			Link: link, Intent: directory.IntentNone, Next: "nothing", Account: onSlack, Counterpart: onWebex,
			Candidates: []directory.Sighting{{Account: onWebex, Usable: true, Why: "has the same address"}},
			Reach:      []directory.Reach{{Account: onSlack.ID, State: directory.Reachable}},
			Trail:      []directory.Entry{{At: at, Event: "match", To: directory.Matched}, {At: at, Event: "confirm", To: directory.Linked}},
		}},
	}
}

func (w *world) tell(parts ...string) error {
	if w.err == nil {
		w.told = append(w.told, strings.Join(parts, " "))
	}
	return w.err
}

func (w *world) Overview(_ context.Context, _ directory.TenantID, group directory.GroupID) (directory.Overview, error) {
	o := w.overview
	o.Group = group
	return o, w.err
}

func (w *world) Health(context.Context, directory.TenantID) (directory.Health, error) {
	return w.health, w.err
}

func (w *world) PutGroup(_ context.Context, _ directory.TenantID, g directory.Group, by string) error {
	told := []string{string(g.ID), g.Name, g.Directory, g.External, string(g.Primary), string(g.Secondary), by}
	if g.Removal != "" {
		told = append(told, string(g.Removal))
	}
	return w.tell(append([]string{"put"}, told...)...)
}

func (w *world) RetireGroup(_ context.Context, _ directory.TenantID, group directory.GroupID, by string) error {
	return w.tell("retire", string(group), by)
}

func (w *world) Directories(context.Context, directory.TenantID) ([]string, error) {
	return []string{"entra"}, w.err
}

func (w *world) PutSettings(_ context.Context, _ directory.TenantID, s directory.Settings, by string) error {
	return w.tell("settings", s.Grace.String(), s.Zone, by)
}

func (w *world) Switch(_ context.Context, _ directory.TenantID, on bool, by string) error {
	return w.tell("switch", yes(on), by)
}

func (w *world) Pause(_ context.Context, _ directory.TenantID, group directory.GroupID, paused bool, by string) error {
	return w.tell("pause", string(group), yes(paused), by)
}

func (w *world) Difference(context.Context, directory.TenantID, directory.GroupID) (map[directory.Intent]int, string, error) {
	return w.differ, w.digest, w.err
}

func (w *world) Rollout(_ context.Context, _ directory.TenantID, group directory.GroupID, stage directory.Stage, by string) error {
	return w.tell("rollout", string(group), string(stage), by)
}

func (w *world) Propose(_ context.Context, _ directory.TenantID, work Work) (string, error) {
	return "p-new", w.tell("propose", string(work.Group), work.By, work.To.User, yes(work.ID != ""))
}

func (w *world) Proposal(_ context.Context, _ directory.TenantID, id string) (directory.Proposal, error) {
	for _, p := range w.plans {
		if strings.HasPrefix(p.ID, id) {
			return p, w.err
		}
	}
	return directory.Proposal{}, directory.Errorf(directory.NotFound, "there is no such plan")
}

func (w *world) ProposalLines(_ context.Context, _ directory.TenantID, _ string, q directory.LineQuery) ([]directory.ProposalLine, error) {
	var list []directory.ProposalLine
	for _, l := range w.lines {
		if (q.Intent == "" || l.Intent == q.Intent) && (!q.Drifted || l.Drift != "") && len(list) < q.Limit {
			list = append(list, l)
		}
	}
	return list, w.err
}

func (w *world) Apply(_ context.Context, _ directory.TenantID, id, hash string, work Work) error {
	return w.tell("apply", id, hash, work.By)
}

func (w *world) Run(_ context.Context, _ directory.TenantID, group directory.GroupID) error {
	return w.tell("run", string(group))
}

func (w *world) People(_ context.Context, _ directory.TenantID, name Name) ([]directory.Story, error) {
	var found []directory.Story
	for _, s := range w.people {
		if s.Member.ID == name.Member || !name.Address.IsZero() && s.Member.Email == name.Address || !name.Account.IsZero() && s.Links[0].Link.Account == name.Account {
			found = append(found, s)
		}
	}
	return found, w.err
}

func (w *world) WhatIf(_ context.Context, _ directory.TenantID, a directory.Address, work Work) error {
	return w.tell("what-if", a.Reveal(), work.By)
}

func (w *world) Link(_ context.Context, _ directory.TenantID, key directory.LinkKey, a directory.Address, by string) error {
	return w.tell("link", key.Text(), a.Reveal(), by)
}

func (w *world) Unlink(_ context.Context, _ directory.TenantID, key directory.LinkKey, by string) error {
	return w.tell("unlink", key.Text(), by)
}

func (w *world) Exempt(_ context.Context, _ directory.TenantID, key directory.LinkKey, exempt bool, by string) error {
	return w.tell("exempt", key.Text(), yes(exempt), by)
}

func (w *world) Retry(_ context.Context, _ directory.TenantID, key directory.LinkKey, by string) error {
	return w.tell("retry", key.Text(), by)
}

func (w *world) Prompt(_ context.Context, _ directory.TenantID, key directory.LinkKey, by string) error {
	return w.tell("prompt", key.Text(), by)
}

func (w *world) Resolve(_ context.Context, _ directory.TenantID, key directory.LinkKey, account directory.AccountID, by string) error {
	return w.tell("resolve", key.Text(), account.User, by)
}

func (w *world) Disputes(context.Context, directory.TenantID, directory.LinkKey, int) ([]directory.LinkStory, error) {
	return w.disputes, w.err
}

func (w *world) Unreached(_ context.Context, _ directory.TenantID, after directory.LinkKey, limit int) ([]directory.LinkStory, error) {
	from := slices.IndexFunc(w.out, func(l directory.LinkStory) bool { return l.Link.Key == after }) + 1
	return w.out[from:min(from+limit, len(w.out))], w.err
}

func (w *world) ReachCounts(context.Context, directory.TenantID) (map[directory.Platform]map[directory.ReachState]int, error) {
	return map[directory.Platform]map[directory.ReachState]int{
		"webex": {directory.Reachable: 200, directory.AppMissing: 8, directory.Guest: 7, directory.Blocked: 8}, "slack": {directory.Reachable: 239, directory.Disabled: 1},
	}, w.err
}

func (w *world) Held(context.Context, directory.TenantID) ([]directory.Batch, error) {
	return w.held, w.err
}

func (w *world) Release(_ context.Context, _ directory.TenantID, id, hash, by string) (bool, error) {
	return w.over, w.tell("release", id, hash, by)
}

func (w *world) Reject(_ context.Context, _ directory.TenantID, id, hash, by string) error {
	return w.tell("reject", id, hash, by)
}

func (w *world) UndoBatch(_ context.Context, _ directory.TenantID, id string, work Work) error {
	return w.tell("undo-batch", id, work.By)
}

func (w *world) Undo(_ context.Context, _ directory.TenantID, key directory.LinkKey, by string) error {
	return w.tell("undo", key.Text(), by)
}

func (w *world) Export(context.Context, directory.TenantID) iter.Seq2[directory.Exported, error] {
	return func(func(directory.Exported, error) bool) {}
}

func (w *world) Mine(context.Context, directory.TenantID, directory.AccountID) (directory.Story, error) {
	return w.mine, w.err
}

func (w *world) own(what string, account directory.AccountID) (int, error) {
	return w.changed, w.tell(what, account.User)
}

func (w *world) Sync(_ context.Context, _ directory.Installation, a directory.AccountID) (int, error) {
	return w.own("sync", a)
}

func (w *world) Unsync(_ context.Context, _ directory.Installation, a directory.AccountID) (int, error) {
	return w.own("unsync", a)
}

func (w *world) NotMe(_ context.Context, _ directory.Installation, a directory.AccountID) (int, error) {
	return w.own("not-me", a)
}

func (w *world) Stop(_ context.Context, _ directory.Installation, a directory.AccountID) (int, error) {
	return w.own("stop", a)
}

func (w *world) Admins(context.Context, directory.TenantID) ([]directory.Admin, error) {
	return w.admins, nil
}

func (w *world) Administers(_ context.Context, _ directory.Installation, account directory.AccountID) (bool, error) {
	w.asked++
	return w.role(account)
}

func (w *world) PutAdmin(_ context.Context, _ directory.TenantID, admin directory.Admin) error {
	return w.tell("put-admin", admin.Account.User, admin.Name, admin.By)
}

func (w *world) RemoveAdmin(_ context.Context, _ directory.TenantID, account directory.AccountID, _ string) error {
	return w.tell("remove-admin", account.User)
}

func (w *world) PutTicket(_ context.Context, ticket directory.Ticket) error {
	w.tickets[ticket.ID] = ticket
	return w.err
}

func (w *world) Ticket(_ context.Context, id directory.TicketID) (directory.Ticket, error) {
	ticket, ok := w.tickets[id]
	if !ok || !w.now.Before(ticket.Until) {
		return directory.Ticket{}, directory.Errorf(directory.NotFound, "no such ticket")
	}
	return ticket, nil
}

func (w *world) TakeTicket(ctx context.Context, id directory.TicketID) (directory.Ticket, error) {
	ticket, err := w.Ticket(ctx, id)
	delete(w.tickets, id)
	return ticket, err
}

func (w *world) Download(ticket string) string {
	if w.page == "" {
		return ""
	}
	return w.page + ticket
}

func (w *world) Preference(_ context.Context, _ directory.TenantID, account directory.AccountID) (directory.Preference, error) {
	return directory.Preference{Locale: w.wishes[account]}, nil
}

func (w *world) PutPreference(_ context.Context, _ directory.TenantID, account directory.AccountID, p directory.Preference) error {
	w.wishes[account] = p.Locale
	return w.tell("language", account.User, p.Locale)
}

// counter is a source of randomness that never says the same twice.
type counter struct{ n byte }

func (c *counter) Read(p []byte) (int, error) {
	c.n++
	for i := range p {
		p[i] = c.n
	}
	return len(p), nil
}

func (w *world) desk(t *testing.T) *Desk {
	t.Helper()
	return New(Config{
		Steering: w, Office: w, Now: func() time.Time { return w.now }, Rand: &counter{}, Logger: slog.New(slog.DiscardHandler),
		Title: func(p directory.Platform) string {
			return map[directory.Platform]string{"slack": "Slack", "webex": "Webex", "teams": "Teams"}[p]
		},
	})
}

// by is somebody in their own chat.
func by(account directory.AccountID) Caller {
	return Caller{Installation: slack, Actor: account, Conversation: "D-" + account.User, Direct: true, Event: "said/1"}
}
