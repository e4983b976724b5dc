package simulation

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"rollcall/adapters/sim"
	"rollcall/adapters/slack"
	"rollcall/adapters/webex"
	"rollcall/adapters/webex/webexsim"
	"rollcall/cards"
	"rollcall/cards/catalog"
	"rollcall/sync/directory"
)

// truth is what really happened, from the simulators' records and the events' own: what the
// product is compared with.
type truth struct {
	owners   map[directory.AccountID]*human
	byUser   map[string]directory.AccountID   // on Webex, where no two have one id
	usable   map[directory.AccountID][]change // when an account could be linked, and when not; and its address
	cards    map[string]*card                 // by message
	to       map[directory.AccountID][]*card  // as they came
	order    []directory.AccountID            // of those in to
	slackSeq int64
	webexSeq int64
	nonces   map[directory.NonceHash]*issued
	presses  map[directory.NonceHash][]press
	refusals map[directory.AccountID]time.Time // when a platform last said that it doesn't deliver to somebody
	tampered map[string]bool                   // messages on which somebody pressed what no button says
	foreign  bool                              // the press under way is from elsewhere

	listed   map[linkID]directory.Member                   // whom the directory has
	intents  map[directory.NonceHash]linkID                // of which link a nonce was stored for a prompt
	intended map[linkID]time.Time                          // and when the first of somebody's was
	offered  map[directory.NonceHash][]directory.AccountID // and among which accounts it lets somebody choose
	foundBy  map[linkID]directory.Address                  // by which address somebody's accounts on the other platform were found
	prompts  map[linkID][]prompt
	anew     map[linkID]time.Time                                        // when somebody's link was last given up for good
	seen     map[directory.TenantID]map[directory.LinkKey]directory.Link // as stored
	consents map[linkID]*consent
	reads    map[readID]read
	checks   map[linkID]time.Time // when a directory last said for certain that somebody is out
	left     map[linkID]departure
	back     map[linkID]time.Time // from a suspension
	effects  map[directory.NonceHash]int
	numbers  map[directory.AccountID][]number // that an account was shown
	approved map[string]bool                  // batches
	kept     map[linkID]bool                  // an administrator once refused to remove them

	moment      int64 // counts what begins, and what ends
	generations map[directory.Installation]*generation
	current     map[site]*generation   // nil: it isn't connected
	away        map[site]int64         // since when that is so, or last was
	holders     map[string]*generation // by token
	spent       map[string]int64       // when a refresh token was used, and the answer came
	granting    string                 // the token of the connection that is being made

	guests     map[string]*madeGuest
	guestOrder []*madeGuest                 // as they were made
	strangers  map[directory.AccountID]bool // guests of somebody else's making
	parked     map[linkID]parked
	listings   map[readID]listing
	searches   map[linkID][]prompt
	typed      map[directory.AccountID][]typed
	trail      map[directory.TenantID][]news
	heard      map[directory.TenantID]int // up to which line the subscriber was told
}

// linkID is a person of a tenant: there is one link of each, since there is one pair of platforms.
type linkID struct {
	tenant directory.TenantID
	person string
}

func newTruth() truth {
	return truth{
		owners: make(map[directory.AccountID]*human), byUser: make(map[string]directory.AccountID), usable: make(map[directory.AccountID][]change),
		cards: make(map[string]*card), to: make(map[directory.AccountID][]*card),
		nonces: make(map[directory.NonceHash]*issued), presses: make(map[directory.NonceHash][]press),
		refusals: make(map[directory.AccountID]time.Time),
		tampered: make(map[string]bool), listed: make(map[linkID]directory.Member),
		intents: make(map[directory.NonceHash]linkID), intended: make(map[linkID]time.Time), offered: make(map[directory.NonceHash][]directory.AccountID), prompts: make(map[linkID][]prompt), foundBy: make(map[linkID]directory.Address), anew: make(map[linkID]time.Time),
		seen:     make(map[directory.TenantID]map[directory.LinkKey]directory.Link),
		consents: make(map[linkID]*consent), reads: make(map[readID]read), checks: make(map[linkID]time.Time),
		left: make(map[linkID]departure), back: make(map[linkID]time.Time), effects: make(map[directory.NonceHash]int),
		numbers: make(map[directory.AccountID][]number), approved: make(map[string]bool), kept: make(map[linkID]bool),
		generations: make(map[directory.Installation]*generation), current: make(map[site]*generation), away: make(map[site]int64),
		holders: make(map[string]*generation), spent: make(map[string]int64),
		guests: make(map[string]*madeGuest), strangers: make(map[directory.AccountID]bool), parked: make(map[linkID]parked),
		listings: make(map[readID]listing), searches: make(map[linkID][]prompt), typed: make(map[directory.AccountID][]typed),
		trail: make(map[directory.TenantID][]news), heard: make(map[directory.TenantID]int),
	}
}

// change is a moment since which something is so.
type change struct {
	at      time.Time
	is      bool
	mailbox string
}

// noteUsable notes whether an account can be linked now.
func (h *history) noteUsable(account directory.AccountID) {
	mailbox, usable := h.platformTruth(account)
	now := change{h.clock.Now(), usable, strings.ToLower(mailbox)}
	past := h.usable[account]
	if n := len(past); n == 0 || past[n-1].is != now.is || past[n-1].mailbox != now.mailbox {
		h.usable[account] = append(past, now)
	}
}

// wasPossible reports whether there was a moment since then at which an account could be linked to
// somebody with this address.
func (h *history) wasPossible(account directory.AccountID, mailbox directory.Address, since time.Time) bool {
	past := h.usable[account]
	for i, c := range past {
		ended := i+1 < len(past) && past[i+1].at.Before(since)
		if c.is && c.mailbox == strings.ToLower(mailbox.Reveal()) && !ended {
			return true
		}
	}
	return false
}

// wasUnusable reports whether there was a moment since then at which an account could not be linked.
func (h *history) wasUnusable(account directory.AccountID, since time.Time) bool {
	past := h.usable[account]
	for i, c := range past {
		ended := i+1 < len(past) && past[i+1].at.Before(since)
		if !c.is && !ended {
			return true
		}
	}
	return len(past) == 0 || past[0].at.After(began) && !past[0].at.Before(since) // it was made since
}

// card is one message of the product's with buttons, as its platform has it.
type card struct {
	sim.Message
	platform directory.Platform
	account  directory.AccountID // who reads it
	versions [][]cards.Press     // the buttons as posted, and after each edit
	accepted int                 // since all was healed
	erased   bool                // by an administrator
}

// now are the buttons that the card has now.
func (c *card) now() []cards.Press {
	if c.Deleted || len(c.versions) == 0 {
		return nil
	}
	return c.versions[len(c.versions)-1]
}

// has reports whether a list of buttons has a verb.
func has(buttons []cards.Press, verb directory.Verb) bool {
	return slices.ContainsFunc(buttons, func(p cards.Press) bool { return p.Verb == string(verb) })
}

// isPrompt reports whether a card began as a wave's prompt: it could be answered with "later".
func (c *card) isPrompt() bool { return len(c.versions) > 0 && has(c.versions[0], directory.VerbLater) }

// issued is a nonce that was on a card.
type issued struct {
	card  *card
	proof bool
}

// press is a press of a button that somebody really made.
type press struct {
	at time.Time
	by directory.AccountID
	cards.Press
}

// number is one that an account was shown, to be picked at the other end.
type number struct {
	at   time.Time
	text string
}

// observe takes in what the platforms accepted since it was last called.
func (h *history) observe() {
	messages := h.slack.Messages(h.slackSeq)
	for _, m := range messages {
		h.slackSeq = m.Seq
		h.message(slack.Name, m)
	}
	messages = h.webex.Messages(h.webexSeq)
	for _, m := range messages {
		h.webexSeq = m.Seq
		h.message(webex.Name, m)
	}
}

func (h *history) message(platform directory.Platform, m sim.Message) {
	if !m.FromApp {
		return
	}
	account := directory.AccountID{Platform: platform, Workspace: directory.Workspace(m.Workspace), User: m.To}
	if platform == webex.Name { // whose person was deleted belongs nowhere any more
		account = h.byUser[m.To]
		m.Workspace = string(account.Workspace)
	}
	h.checkMarks(m)
	key := cardKey(platform, m)
	c, known := h.cards[key]
	if !known {
		c = &card{platform: platform, account: account}
		h.cards[key] = c
		if len(m.Presses) > 0 && len(parsePresses(m.Presses[0])) > 0 {
			if h.to[account] == nil {
				h.order = append(h.order, account)
			}
			h.to[account] = append(h.to[account], c)
		}
	}
	c.Message = m
	for _, version := range m.Presses[len(c.versions):] {
		c.versions = append(c.versions, parsePresses(version))
		if known {
			h.checkShown(c)
		}
		for _, p := range c.versions[len(c.versions)-1] {
			hash := directory.Nonce(p.Nonce).Hash()
			if h.nonces[hash] == nil {
				h.nonces[hash] = &issued{card: c, proof: p.Verb == string(directory.VerbPick)}
			} else if p.Verb == string(directory.VerbPick) {
				h.nonces[hash].proof = true
			}
		}
	}
	if n := c.number(); n != "" {
		h.numbers[account] = append(h.numbers[account], number{h.clock.Now(), n})
	}
	if !known {
		h.say("  %s: a message to %s: %.60q", platform, account.User, m.Text)
		switch {
		case c.isPrompt():
			h.checkPrompt(c)
		case c.isSearch():
			h.checkSearch(c)
		case len(c.versions) > 0 && has(c.versions[0], directory.VerbPick):
			h.checkProof(c)
		default:
			h.checkReport(c, h.marks[key])
		}
	}
}

// cardKey is by what a message is known.
func cardKey(platform directory.Platform, m sim.Message) string {
	if platform == webex.Name {
		return m.ID
	}
	return string(platform) + m.Workspace + m.ID
}

// checkProof: whoever is asked for a proof may be asked now.
func (h *history) checkProof(c *card) {
	id, known := h.intents[directory.Nonce(c.versions[0][0].Nonce).Hash()]
	if !known {
		h.violated("%s was asked for a proof, and its intent was not stored", c.account.User)
	}
	if !h.reposted(c) {
		h.checkAsked(id, c, proof)
	}
}

// checkShown: whoever is shown a question in a message that was there may be asked now.
func (h *history) checkShown(c *card) {
	if buttons := c.now(); len(buttons) > 0 {
		if id, known := h.intents[directory.Nonce(buttons[0].Nonce).Hash()]; known {
			h.checkAsked(id, c, edit)
		}
	}
}

// cardOf is the card of a message on Webex.
func (h *history) cardOf(message string) *card { return h.cards[message] }

// parsePresses are the buttons of a card that answer a question. Those that give a command are nobody's
// answer.
func parsePresses(values []string) []cards.Press {
	var buttons []cards.Press
	for _, value := range values {
		p, err := cards.ParsePress(value)
		if err == nil && p.Nonce != "" && p.Verb != catalog.VerbRun && p.Verb != catalog.VerbConfirm {
			buttons = append(buttons, p)
		}
	}
	return buttons
}

var figure = regexp.MustCompile(`"text":"([0-9][0-9])"`)

// number is the number that a card shows; empty: none.
func (c *card) number() string {
	if c.Deleted || has(c.now(), directory.VerbPick) {
		return ""
	}
	found := figure.FindSubmatch(c.Card)
	if found == nil {
		return ""
	}
	return string(found[1])
}

func webexID(user string) string { return webexsim.PersonID(user) }

// checkMarks: what a tenant's people are shown names nobody of another tenant.
func (h *history) checkMarks(m sim.Message) {
	for _, c := range h.companies {
		if m.Workspace == c.team || m.Workspace == c.org {
			continue
		}
		if strings.Contains(m.Text, c.mark) || strings.Contains(string(m.Card), c.mark) {
			h.violated("a message in %s names somebody of %s: %q", m.Workspace, c.id, m.Text)
		}
	}
}
