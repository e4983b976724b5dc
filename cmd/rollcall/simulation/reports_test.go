package simulation

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"rollcall/adapters/sim"
	"rollcall/adapters/slack"
	"rollcall/adapters/webex"
	"rollcall/sync/directory"
	"rollcall/sync/engine"
)

// report is a message in which a job is shown, or tells somebody something.
type report struct {
	job    directory.Job
	tenant directory.TenantID
	to     directory.AccountID
	cards  []*card
}

// witness stands between the engine and the bot, and notes what it is about and what platforms answer.
// Whoever has blocked the app is not written to.
type witness struct {
	engine.Asker
	program *program
}

func (w witness) Post(ctx context.Context, inst directory.Installation, to directory.AccountID, notice directory.Notice, mark string) (directory.MessageRef, error) {
	h := w.program.history
	if h.blocked[to] {
		h.reach(appBlocked)
		h.refusals[to] = h.clock.Now()
		return directory.MessageRef{}, directory.Undelivered(directory.Blocked, "the app is blocked")
	}
	ref, err := w.Asker.Post(ctx, inst, to, notice, mark)
	if directory.Is(err, directory.Undeliverable) {
		h.refusals[to] = h.clock.Now()
	}
	return ref, err
}

func (w witness) Report(ctx context.Context, inst directory.Installation, to directory.AccountID, ref directory.MessageRef, r directory.Report, mark string) (directory.MessageRef, error) {
	h := w.program.history
	if ref.IsZero() {
		if h.blocked[to] {
			return ref, directory.Undelivered(directory.Blocked, "the app is blocked")
		}
		if h.reports[mark] == nil {
			h.reports[mark] = &report{job: r.Job, tenant: inst.Tenant, to: to}
		}
	}
	outer := h.reporting
	defer func() { h.reporting = outer }()
	h.reporting = true
	next, err := w.Asker.Report(ctx, inst, to, ref, r, mark)
	if directory.Is(err, directory.Uncertain) {
		h.reach(reportLost)
	}
	return next, err
}

// noteMark notes with which mark a message is posted.
func (h *history) noteMark(p *program, r *http.Request, at when) {
	if p.task == nil {
		return
	}
	if at == beforeCall {
		text := string(readAll(r))
		if form, err := url.ParseQuery(text); err == nil && form.Has("metadata") {
			text = form.Get("metadata")
		}
		p.task.mark = ""
		if found := markOf.FindStringSubmatch(text); found != nil {
			p.task.mark = found[1]
		}
		h.markNew("") // what came by another way, as a reply does
		return
	}
	h.markNew(p.task.mark) // which may be none
}

// markNew notes the mark of what has been posted since this was last done.
func (h *history) markNew(mark string) {
	for platform, all := range map[directory.Platform][]sim.Message{slack.Name: h.slack.Messages(h.slackSeq), webex.Name: h.webex.Messages(h.webexSeq)} {
		for _, m := range all {
			key := cardKey(platform, m)
			if _, noted := h.marks[key]; m.FromApp && h.cards[key] == nil && !noted {
				h.marks[key] = mark
			}
		}
	}
}

// checkReport: what admins are shown is shown to them alone, in their own chat; and nobody is told anything
// twice.
func (h *history) checkReport(c *card, mark string) {
	r := h.reports[mark]
	if mark == "" || r == nil {
		return
	}
	h.reach(reported)
	switch {
	case !c.Direct || c.account != r.to:
		h.violated("a report of %s went to %s, and not to %s", r.job.ID, c.account.User, r.to.User)
	case !h.mayRead(r, c.account):
		h.violated("%s was told of a %s (%s), and is no admin", c.account.User, r.job.Kind, r.job.Subject)
	}
	if n := len(r.cards); n > 0 && !r.cards[n-1].erased && (c.platform != webex.Name || !h.reposted(r.cards[n-1])) {
		h.violated("%s was told of %s twice", c.account.User, r.job.ID)
	}
	r.cards = append(r.cards, c)
	if r.job.Kind == directory.JobTell {
		h.reach(toldOf[r.job.Subject])
	}
}

// toldOf counts what was told.
var toldOf = map[string]fault{directory.TellNotMe: toldNotMe, directory.TellHeld: toldHeld, directory.TellHalted: toldHalted}

// mayRead: jobs are for admins, and "not me" is for those as well whom it is about.
func (h *history) mayRead(r *report, account directory.AccountID) bool {
	if slices.Contains(h.rules[r.tenant].admins, account) {
		return true
	}
	if r.job.Kind != directory.JobTell || r.job.Subject != directory.TellNotMe {
		return false
	}
	id := linkID{r.tenant, r.job.Link.Member.ID}
	no, disowned := h.disowned[id][account]
	return h.isOf(account, id) || disowned && !no.at.IsZero() || r.job.By == account.Text()
}
