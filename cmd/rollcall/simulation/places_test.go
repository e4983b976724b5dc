package simulation

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"rollcall/sync/directory"
)

// when is a side of a call or of a commit.
type when int

const (
	beforeCall when = iota
	afterCall
	beforeCommit
	afterCommit
	afterClaim
)

// place is where a process can be killed, or where something else can happen while it stands.
type place struct {
	when
	name   string
	sends  bool // a message
	answer bool // a person's
	page   bool // of a directory
	made   bool // a stand-in, and that isn't recorded yet
	unsync bool // whose link was given up is losing a stand-in
	tends  bool // a stand-in
	tells  bool // a subscriber
	grants bool // tokens
	steers bool // a job, or a command
	locked bool // the process holds a lock of its own, or nobody catches what happens
}

// fault is what a kill at this place is.
func (at place) fault() fault {
	switch {
	case at.sends && at.when == beforeCall:
		return killedBeforeSend
	case at.sends && at.when == afterCall:
		return killedAfterSend
	case at.answer:
		return killedInAnswer
	case at.page:
		return killedInPage
	case at.made:
		return killedAfterMade
	case at.unsync:
		return killedInUnsync
	case at.grants:
		return killedGranting
	case at.steers:
		return killedSteering
	}
	return killedElsewhere
}

// pass is called at every place that the process passes.
func (p *program) pass(at place) {
	h := p.history
	if !h.faulty || p.task == nil || h.checking {
		return
	}
	kill := h.profile.Kill
	switch {
	case at.sends:
		kill = max(kill, h.profile.KillSend)
	case at.answer || at.page:
		kill = max(kill, h.profile.KillWrite)
	case at.made || at.unsync || at.tends:
		kill = max(kill, h.profile.StandIns.Kill)
	case at.grants:
		kill = max(kill, h.profile.Comings.Kill)
	case at.tells:
		kill = max(kill, h.profile.Telling.Kill)
	case at.steers:
		kill = max(kill, h.profile.Steering.Kill)
	}
	if h.dice.chance(kill) {
		p.die(at.fault(), at.name)
	}
	if h.depth < 2 && !at.locked && h.dice.chance(h.profile.Pause) {
		h.depth++
		h.meanwhile(p, at)
		h.depth--
		if p.dead { // killed by what happened meanwhile
			panic(killed{p})
		}
	}
}

// meanwhile lets something happen while a process stands at a place: an answer arrives, the
// directory changes, another process works, or so much time passes that its lease is gone.
func (h *history) meanwhile(p *program, at place) {
	h.reach(meanwhile)
	h.say("  meanwhile, while process %d stands at %s:", p.number, at.name)
	kinds := 6
	if h.profile.Comings.On {
		kinds = 7
	}
	switch h.dice.IntN(kinds) {
	case 0:
		h.eventPress(h.dice)
		h.pump()
	case 1:
		h.pump()
	case 2:
		h.eventDirectory(h.dice)
	case 3:
		h.eventAccount(h.dice)
		h.pump()
	case 4:
		h.advance(h.dice.between(time.Second, 5*time.Second))
		h.others(p)
	case 5:
		if !h.sending() {
			h.reach(workerFrozen)
			h.advance(h.dice.between(2*time.Minute, 20*time.Minute))
		}
		h.others(p)
	case 6:
		if h.dice.chance(0.1) {
			draw(h.dice, []weighted[func(dice)]{{2, h.eventRemove}, {1, h.eventDisconnect}})(h.dice)
			h.pump()
		}
	}
}

// task is a step or a request while a process is at it.
type task struct {
	own     *own               // it is by somebody's own word
	hand    *directory.LinkKey // it is by an admin's word about this link
	ordered bool               // it is an admin's command
	mark    string             // of the message that is being posted
	sending bool               // it has stored the intent of a message that is not out yet
	making  bool               // or of a guest that is being made, or removed

	began  int64              // at which moment
	tenant directory.TenantID // for which; empty: that can't be told
}

// doing is what a process is in the middle of.
func (p *program) doing() task {
	if p.task == nil {
		return task{}
	}
	return *p.task
}

// enter begins a task, and answers how it ends. It answers none of a platform's requests until it says so.
func (p *program) enter() (leave func()) {
	h := p.history
	outer, request := p.task, h.mail.request
	h.moment++
	p.task, h.mail.request = &task{began: h.moment}, nil
	h.tasks = append(h.tasks, p.task)
	return func() {
		p.task, h.mail.request = outer, request
		h.tasks = h.tasks[:len(h.tasks)-1]
	}
}

// serves notes for whom what is under way is.
func (p *program) serves(tenant directory.TenantID) {
	if p.task != nil {
		p.task.tenant = tenant
	}
}

// sends notes whether what is under way is between the intent of a message and the message.
func (p *program) sends(is bool) {
	if p.task != nil {
		p.task.sending = is
	}
}

// makes notes the same of a stand-in.
func (p *program) makes(is bool) {
	if p.task != nil {
		p.task.making = is
	}
}

// sending reports whether something is between the intent of a message, or of a stand-in, and the
// thing itself. Whoever
// stands still there for minutes will send when others have long taken over: no platform lets that be
// prevented, so it does not happen here.
func (h *history) sending() bool {
	return slices.ContainsFunc(h.tasks, func(t *task) bool { return t.sending || t.making })
}

// others lets the other processes work: those that aren't in the middle of something, for a process has
// locks of its own, and there is one goroutine.
func (h *history) others(p *program) {
	for i := range h.programs {
		if i == p.number || h.programs[i].task != nil && !h.programs[i].dead {
			continue
		}
		other := h.alive(i)
		for range 1 + h.dice.IntN(12) {
			if did, _ := h.step(other); !did || other.dead {
				break
			}
		}
	}
}

// call is called before and after every request of the product's.
func (p *program) call(r *http.Request, at when) {
	h := p.history
	if at == beforeCall {
		h.checkCall(p, r, h.noteCaller(r))
	}
	post := r.URL.Path == "/api/chat.postMessage" || r.Method == http.MethodPost && r.URL.Path == "/v1/messages"
	if post && at == afterCall {
		p.sends(false)
	}
	guest, removal := r.URL.Path == "/v1/guests/token", r.Method == http.MethodDelete && strings.HasPrefix(r.URL.Path, "/v1/people/")
	if post {
		h.noteMark(p, r, at)
	}
	if at == beforeCall { // bots and personas are there before anybody asks for them
		p.makes(h.aboutGuests(r))
	}
	made := at == afterCall && (guest || removal) && h.noteGuests()
	if made {
		p.makes(false)
	}
	p.pass(place{
		when: at, name: [...]string{"before ", "after "}[at] + r.Method + " " + r.URL.Path,
		sends: post, made: made, tends: guest || removal, unsync: removal && h.unsyncing(r.URL.Path),
		grants: strings.HasSuffix(r.URL.Path, giveOut),
		locked: strings.HasSuffix(r.URL.Path, giveOut) || strings.HasSuffix(r.URL.Path, "/people/me") || strings.Contains(r.URL.Path, "/webhooks"),
	})
}

// disk is the store as one process sees it: it survives the process, which can be killed on either
// side of every write.
type disk struct {
	directory.Store
	program *program
}

func (d *disk) Commit(ctx context.Context, tenant directory.TenantID, change directory.Change) error {
	d.program.sends(false) // what was sent is recorded
	d.program.makes(false)
	at := place{when: beforeCommit, name: "before a commit"}
	at.answer = answerIn(change) != nil
	at.page = change.Reading != nil && (len(change.Links) > 0 || len(change.Roster) > 0)
	h := d.program.history
	before := h.linksIn(tenant, change)
	at.made, at.unsync, at.tends = h.tending(change, before)
	at.steers = change.Reading != nil && change.Reading.Reading.Job != nil || d.program.task != nil && (d.program.task.own != nil || d.program.task.ordered)
	d.program.pass(at)
	before = h.linksIn(tenant, change)
	reading := h.reading(tenant, change)
	change = rarely(change, h.clock.Now())
	err := d.Store.Commit(ctx, tenant, change)
	if err != nil {
		return err
	}
	if change.Reading != nil {
		h.noteRead(d.program, tenant, reading, change.Reading.Reading)
	}
	h.committed(d.program, tenant, change, before)
	if h.profile.Telling.On {
		h.noteTrail(tenant, before)
	}
	d.program.intends(change)
	at.made = false
	at.when, at.name = afterCommit, "after a commit"
	d.program.pass(at)
	return nil
}

// intends notes what the process will do next, according to what it has stored.
func (p *program) intends(change directory.Change) {
	for _, entry := range change.Audit {
		switch entry.Event {
		case "send", "show":
			p.sends(true)
		case "make stand-in":
			p.makes(true)
		}
	}
	if r := change.Reading; r != nil && !r.Over && r.Reading.Job != nil {
		job := r.Reading.Job
		p.sends(job.Kind == directory.JobTell || job.Card.Delivery == directory.Sending)
	}
}

func (d *disk) ClaimLinks(ctx context.Context, tenant directory.TenantID, now, until time.Time, most int) ([]directory.Link, error) {
	links, err := d.Store.ClaimLinks(ctx, tenant, now, until, most)
	if len(links) > 0 {
		d.program.serves(tenant)
		d.program.pass(place{when: afterClaim, name: "after a claim of a link"})
	}
	return links, err
}

func (d *disk) ClaimReading(ctx context.Context, tenant directory.TenantID, now, until time.Time) (directory.Reading, error) {
	reading, err := d.Store.ClaimReading(ctx, tenant, now, until)
	if err == nil {
		d.program.serves(tenant)
		d.program.pass(place{when: afterClaim, name: "after a claim of a reading"})
	}
	return reading, err
}

func (d *disk) PutGroup(ctx context.Context, tenant directory.TenantID, group directory.Group) error {
	d.program.history.noteGroup(d.program, tenant, group)
	d.program.pass(place{when: beforeCommit, name: "before a group is written", steers: true})
	return d.Store.PutGroup(ctx, tenant, group)
}

func (d *disk) Connect(ctx context.Context, c directory.Connection, credential directory.Credential, entries ...directory.Entry) error {
	at := place{when: beforeCommit, name: "before a connection is recorded", grants: true}
	d.program.pass(at)
	err := d.Store.Connect(ctx, c, credential, entries...)
	if err == nil {
		d.program.history.noteConnected(c)
		at.when, at.name = afterCommit, "after a connection was recorded"
		d.program.pass(at)
	}
	return err
}

func (d *disk) Amend(ctx context.Context, c directory.Connection, entries ...directory.Entry) error {
	before, err := d.Store.Connection(ctx, c.Installation.Platform, c.Installation.Workspace)
	must(err)
	if err = d.Store.Amend(ctx, c, entries...); err == nil {
		d.program.history.noteAmended(before, c)
	}
	return err
}

func (d *disk) First(ctx context.Context, tenant directory.TenantID, key string, now time.Time, ttl time.Duration) (bool, error) {
	first, err := d.Store.First(ctx, tenant, key, now, ttl)
	d.program.pass(place{when: afterCommit, name: "after remembering an event"})
	return first, err
}

// answerIn is the line of the trail that a person's answer left in a change; nil if it is no
// answer's.
func answerIn(change directory.Change) *directory.Entry {
	for i, entry := range change.Audit {
		if _, err := directory.ParseAccountID(entry.By); err == nil && isAnswer(entry.Event) {
			return &change.Audit[i]
		}
	}
	return nil
}

// tending says what a commit does about a stand-in: it records a guest that was made, or is a part of
// giving up somebody who has one.
func (h *history) tending(change directory.Change, before map[directory.LinkKey]directory.Link) (made, unsync, tends bool) {
	for _, c := range change.Made {
		made = made || c.Gone.IsZero() && c.Kind == directory.StandInGuest
	}
	for _, c := range change.Links {
		was, is := before[c.Link.Key], c.Link
		unsync = unsync || is.State == directory.Unsynced && (was.StandIn.Exists() || is.StandIn.Exists())
		tends = tends || was.StandIn.Is != is.StandIn.Is
	}
	return made, unsync, tends
}

// aboutGuests reports whether a call is made with the token for guests.
func (h *history) aboutGuests(r *http.Request) bool {
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	return slices.ContainsFunc(h.companies, func(c *company) bool { return token == c.guestToken() })
}

// unsyncing reports whether a call removes the guest of somebody whose link was given up.
func (h *history) unsyncing(path string) bool {
	for _, g := range h.guestOrder {
		if strings.HasSuffix(path, webexID(g.id.User)) {
			return h.seen[g.company.id][keyOf(linkID{g.company.id, g.person})].State == directory.Unsynced
		}
	}
	return false
}
