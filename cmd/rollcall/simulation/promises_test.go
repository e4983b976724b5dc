package simulation

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"rollcall/adapters/webex"
	"rollcall/sync/directory"
)

// The manners of prompting and the limits of removing, as they are promised. They are written down
// here once more on purpose: a change of the product's own constants must not change what is judged.
const (
	mostWaves    = 3
	waveGap      = 72 * time.Hour
	askFor       = 7 * 24 * time.Hour
	proveFor     = 24 * time.Hour
	fewPeople    = 5
	outWithin    = 24 * time.Hour
	frozenAtMost = time.Hour // what a worker decides on may be so old: a process can stand still
)

// prompt is a wave's prompt that a platform took.
type prompt struct {
	at   time.Time
	mark string
	card *card
}

var markOf = regexp.MustCompile(`"mark":"([a-z0-9]+)"`)

// markIn is the mark with which a card was posted.
func markIn(c *card) string {
	if found := markOf.FindSubmatch(c.First); found != nil {
		return string(found[1])
	}
	return ""
}

// checkPrompt: nobody is asked twice in a wave, waves are three days apart, and there are three of
// them at most, unless the link was given up for good in between. A person here is a person of a
// directory: who was given the address of one who left may be asked soon after them.
func (h *history) checkPrompt(c *card) {
	id, known := h.intents[directory.Nonce(c.versions[0][0].Nonce).Hash()]
	if !known {
		h.violated("a prompt went to %s, and its intent was not stored", c.account.User)
	}
	if other := title(otherThan(c.platform)); c.Edits == 0 && !c.Deleted &&
		!strings.HasPrefix(c.Text, "Is the "+other+" account") && !strings.HasPrefix(c.Text, "Which "+other+" account") {
		h.violated("%s was asked on %s about an account there: %q", id.person, c.platform, c.Text)
	}
	h.checkOffer(id, c)
	now := prompt{at: c.At, card: c, mark: markIn(c)}
	past := h.prompts[id]
	if h.isAgain(past, now) || h.isAgain(h.searches[id], now) { // a number for whoever named an address is shown on that card
		return
	}
	h.checkClear(id)
	h.checkAfterSearch(id, now)
	h.checkAsked(id, c, wave)
	h.checkHour(id, c.At)
	h.noteAsking(id, c.At)
	since := slices.DeleteFunc(slices.Clone(past), func(q prompt) bool {
		return q.at.Before(h.anew[id]) || q.card.erased // whoever looks for an erased message finds none
	})
	if n := len(since); n > 0 && now.at.Sub(since[n-1].at) < waveGap && !h.wished(id, c, since[n-1].at) {
		h.violated("%s was asked at %v and again at %v", id.person, since[n-1].at, now.at)
	}
	since = slices.DeleteFunc(since, func(q prompt) bool { return q.at.Before(h.afresh[id]) })
	if len(since) >= mostWaves {
		h.violated("%s was asked more than %d times", id.person, mostWaves)
	}
	h.prompts[id] = append(past, now)
}

// isAgain reports whether a card is the one of the last question, posted anew since Webex would not edit
// it any more.
func (h *history) isAgain(past []prompt, now prompt) bool {
	n := len(past)
	if n == 0 || now.card.platform != webex.Name || past[n-1].mark != now.mark || !h.reposted(past[n-1].card) {
		return false
	}
	past[n-1].card = now.card
	return true
}

// checkClear: nobody becomes clear, and is asked, while somebody else is in a dispute about the same
// address. Who comes back from a suspension was clear before; and whoever comes back in dispute since is
// looked at first, which takes for as long as a platform is away, and makes both unclear.
func (h *history) checkClear(id linkID) {
	asked := h.seen[id.tenant][directory.LinkKey{Member: directory.MemberID{Directory: "hr", ID: id.person}, Pair: pair}]
	for key, other := range h.seen[id.tenant] {
		if key != asked.Key && other.Member.Email == asked.Member.Email && other.State == directory.Disputed &&
			!other.Member.Exempt && other.Checked.Before(asked.Checked) && h.back[id].IsZero() &&
			!h.back[linkID{id.tenant, key.Member.ID}].After(asked.Checked) {
			h.violated("%s was asked, and %s is in a dispute about the same address", id.person, key.Member.ID)
		}
	}
}

func otherThan(platform directory.Platform) directory.Platform {
	if platform == pair.A {
		return pair.B
	}
	return pair.A
}

func title(platform directory.Platform) string {
	if platform == webex.Name {
		return "Webex"
	}
	return "Slack"
}

// reposted reports whether a message on Webex may be replaced by a new one with the same card.
func (h *history) reposted(c *card) bool {
	return !h.profile.CardEdits || c.Edits >= 10 || c.Deleted
}

// linksIn are the stored links that a change would write.
func (h *history) linksIn(tenant directory.TenantID, change directory.Change) map[directory.LinkKey]directory.Link {
	out := make(map[directory.LinkKey]directory.Link, len(change.Links))
	for _, c := range change.Links {
		if l, ok := h.seen[tenant][c.Link.Key]; ok {
			out[c.Link.Key] = l
		}
	}
	return out
}

// committed looks at everything that a change has done, right after it became durable.
func (h *history) committed(p *program, tenant directory.TenantID, change directory.Change, before map[directory.LinkKey]directory.Link) {
	h.checkLifted(p.doing(), tenant, change)
	defer h.notePlans(tenant, change)
	if len(change.Links) == 0 {
		return
	}
	keys := make([]directory.LinkKey, len(change.Links))
	for i, c := range change.Links {
		keys[i] = c.Link.Key
	}
	stored, err := h.memory.Links(context.Background(), tenant, keys...)
	must(err)
	if h.seen[tenant] == nil {
		h.seen[tenant] = make(map[directory.LinkKey]directory.Link)
	}
	h.checkNominations(tenant, change, before)
	for _, l := range stored {
		h.seen[tenant][l.Key] = l
	}
	for _, l := range stored {
		if l.Ask.Nonce != "" {
			id := linkID{tenant, l.Key.Member.ID}
			if h.intents[l.Ask.Nonce] = id; h.intended[id].IsZero() {
				h.intended[id] = h.clock.Now()
			}
			h.offered[l.Ask.Nonce] = offerOf(l)
		}
		if l.Proof.Nonce != "" {
			h.intents[l.Proof.Nonce] = linkID{tenant, l.Key.Member.ID}
		}
		h.checkLink(p, tenant, before[l.Key], l, entryOf(change, l.Key))
		h.checkSingle(tenant, l)
	}
	for _, c := range change.Made {
		h.checkCreation(tenant, c)
	}
}

// entryOf is the last line of a change's trail about a link; the zero value: there is none.
func entryOf(change directory.Change, key directory.LinkKey) directory.Entry {
	for _, e := range slices.Backward(change.Audit) {
		if e.Link == key {
			return e
		}
	}
	return directory.Entry{}
}

// checkLink looks at what happened to one link.
func (h *history) checkLink(p *program, tenant directory.TenantID, was, is directory.Link, entry directory.Entry) {
	id := linkID{tenant, is.Key.Member.ID}
	if entry.Event != "" && h.verbose {
		h.say("  %s %s: %s --%s--> %s (%s, by %s)", tenant, id.person, was.State, entry.Event, is.State, entry.Why, entry.By)
	}
	h.checkLife(id, was, is, entry, p.doing().hand != nil)
	h.noteHeld(p, id, was, is, entry)
	switch now := p.doing(); {
	case now.own != nil && entry.Event != "":
		h.checkOwn(*now.own, id, was, is, entry)
	case now.hand != nil && entry.Event != "":
		h.noteHand(*now.hand, id, was, is, entry)
	case entry.Event == "released", entry.Event == "undone": // by a job, for an admin
	default:
		h.checkAnswer(p, id, was, is, entry)
	}
	if entry.Event == string(directory.Match) {
		h.foundBy[id] = is.AddressOn(is.Secondary)
	}
	h.checkHolds(tenant, is)
	h.checkStandIn(p, id, was, is)
	if was.State == directory.Suspended && is.State.Live() {
		h.back[id] = h.clock.Now()
	}
	if was.State == is.State || was.State == directory.Suspended && is.State != directory.Linked && is.State != directory.Unsynced {
		return
	}
	switch is.State {
	case directory.Linked:
		h.checkLinked(id, was, is)
	case directory.Suspended:
		h.checkSuspended(id, was, is, entry)
	case directory.Unsynced:
		h.checkUnsynced(id, was)
		h.checkGivenUp(id, was)
	case directory.Waiting:
		h.checkAbsent(id, is, is.Primary)
	case directory.Unmatched:
		if was.Alias.IsZero() && was.State != directory.Searching { // else they are looked for anew at once
			h.checkAbsent(id, is, is.Secondary)
		}
	}
}

// checkLife: nothing happens to a link that isn't in the table of its life, and everything that
// happens is in the trail. An admin may have it begin anew and go on at once.
func (h *history) checkLife(id linkID, was, is directory.Link, entry directory.Entry, byHand bool) {
	if was.State == is.State || was.State == "" && is.State == directory.New {
		return
	}
	if entry.From != was.State || entry.To != is.State {
		h.violated("%s went from %q to %q, and the trail says from %q to %q", id.person, was.State, is.State, entry.From, entry.To)
	}
	if canBe(was, is.State) || byHand && canBe(was, directory.New) && canBe(directory.Link{State: directory.New}, is.State) {
		return
	}
	h.violated("%s went from %q to %q", id.person, was.State, is.State)
}

// canBe reports whether the table has a move from a link to a state.
func canBe(was directory.Link, state directory.State) bool {
	return slices.ContainsFunc(directory.Life(), func(move directory.Move) bool {
		to := move.To
		if to == directory.AsItWas {
			to = was.Before
		}
		return move.From == was.State && to == state
	})
}

// checkHolds: an account is held by one link at most.
func (h *history) checkHolds(tenant directory.TenantID, l directory.Link) {
	held := l.Holds()
	if len(held) == 0 {
		return
	}
	for key, other := range h.seen[tenant] {
		if key == l.Key {
			continue
		}
		for _, account := range other.Holds() {
			if slices.Contains(held, account) {
				h.violated("%s is held by two links", account.User)
			}
		}
	}
	for _, account := range held {
		if account.Workspace != h.company(tenant).installation(account.Platform).Workspace {
			h.violated("a link of %s holds %s of another workspace", tenant, account.User)
		}
	}
}

func (h *history) company(tenant directory.TenantID) *company {
	for _, c := range h.companies {
		if c.id == tenant {
			return c
		}
	}
	panic("no such tenant")
}

// checkAbsent: who is said to have no account on a platform has none that could be linked.
func (h *history) checkAbsent(id linkID, l directory.Link, platform directory.Platform) {
	if l.Member.Email.IsZero() {
		return
	}
	for _, account := range h.candidates(h.company(id.tenant), platform, l.Member.Email) {
		if !l.IsBarred(account, h.clock.Now()) && !h.changedWithin(account, frozenAtMost) {
			h.violated("%s is said to have no account on %s, and has %s", id.person, platform, account.User)
		}
	}
}

// changedWithin reports whether an account has become usable only lately.
func (h *history) changedWithin(account directory.AccountID, span time.Duration) bool {
	return h.wasUnusable(account, h.clock.Now().Add(-span))
}
