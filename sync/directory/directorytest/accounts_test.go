package directorytest

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"rollcall/sync/directory"
)

func TestAccountsExamPassesAnHonestPlatform(t *testing.T) {
	RunAccounts(t, func(*testing.T) AccountsHarness { return newToyPlatform("").harness() })
}

// Every case of the exam catches the mistake that it is there for.
func TestAccountsExamCatches(t *testing.T) {
	for _, tt := range []struct {
		lie  toyLie
		name string // of the case that must catch it
	}{
		{lieErrorIsAbsent, "500"},
		{lieErrorIsAbsent, "token revoked"},
		{lieCancelIsAbsent, "cancelled is an error, not an absence"},
		{lieHTMLIsEmpty, "200 with an HTML page"},
		{lieForgetsWait, "429 with Retry-After"},
		{liePartialPage, "broken at every page and resumed"},
		{lieStopsEarly, "pages cover everybody and end"},
		{lieLoops, "pages cover everybody and end"},
		{lieStrangeCursorEnds, "a strange cursor is an error"},
		{lieHidesBots, "a bot"},
		{lieGuestIsPerson, "a guest"},
		{lieExternalIsPerson, "an external"},
		{lieInvitedIsActive, "invited, not active"},
		{lieDeactivatedIsActive, "deactivated"},
		{lieDeactivatedIsActive, "switched off since"},
		{lieNoAddressIsHidden, "no address"},
		{lieVerifiesAll, "an unconfirmed address is not verified"},
		{lieNoZone, "zone"},
		{lieNoLocale, "locale"},
		{lieCaseMatters, "an address in odd case"},
		{liePrefixMatches, "an unknown address and an unknown id are absent"},
		{lieRemembers, "a look-up is fresh"},
		{lieIgnoresWorkspace, "another workspace's account is never found"},
		{lieQuotesAddress, "500"},
	} {
		t.Run(string(tt.lie)+" by "+tt.name, func(t *testing.T) {
			i := slices.IndexFunc(accountsCases, func(c accountsCase) bool { return c.name == tt.name })
			if i < 0 {
				t.Fatalf("the exam has no case %q", tt.name)
			}
			if err := accountsCases[i].check(t.Context(), newToyPlatform(tt.lie).harness()); err == nil {
				t.Error("not caught")
			}
		})
	}
}

func TestAccountsHarnessMustBeComplete(t *testing.T) {
	whole := newToyPlatform("").harness()
	for name, spoil := range map[string]func(*AccountsHarness){
		"no Put":              func(h *AccountsHarness) { h.Put = nil },
		"no page size":        func(h *AccountsHarness) { h.PageSize = 0 },
		"same tenant":         func(h *AccountsHarness) { h.Other.Tenant = h.Installation.Tenant },
		"lacks for no reason": func(h *AccountsHarness) { h.Lacks = map[Trait]string{TraitBot: ""} },
	} {
		t.Run(name, func(t *testing.T) {
			h := whole
			spoil(&h)
			if h.complete() == nil {
				t.Error("accepted")
			}
		})
	}
}

// toyLie is a mistake that an adapter could make.
type toyLie string

const (
	lieErrorIsAbsent       toyLie = "an error is an absence"
	lieCancelIsAbsent      toyLie = "a cancellation is an absence"
	lieHTMLIsEmpty         toyLie = "an HTML page is an empty list"
	lieForgetsWait         toyLie = "Retry-After is dropped"
	liePartialPage         toyLie = "an error comes with a page"
	lieStopsEarly          toyLie = "the last page is forgotten"
	lieLoops               toyLie = "the last page leads to the first"
	lieStrangeCursorEnds   toyLie = "a strange cursor ends the listing"
	lieHidesBots           toyLie = "bots are left out"
	lieGuestIsPerson       toyLie = "a guest is a person"
	lieExternalIsPerson    toyLie = "an external is a person"
	lieInvitedIsActive     toyLie = "an invited account is active"
	lieDeactivatedIsActive toyLie = "a deactivated account is active"
	lieNoAddressIsHidden   toyLie = "who has no address is left out"
	lieVerifiesAll         toyLie = "every address is verified"
	lieNoZone              toyLie = "no zones"
	lieNoLocale            toyLie = "no locales"
	lieCaseMatters         toyLie = "case matters"
	liePrefixMatches       toyLie = "a part of an address matches"
	lieRemembers           toyLie = "look-ups are remembered"
	lieIgnoresWorkspace    toyLie = "the workspace of an id is ignored"
	lieQuotesAddress       toyLie = "an error quotes the address"
)

// toyPlatform is a platform and its adapter in one, with at most one lie.
type toyPlatform struct {
	lie toyLie

	mu       sync.Mutex
	order    []directory.AccountID // as they were made
	seeds    map[directory.AccountID]AccountSeed
	seenFrom map[directory.AccountID]directory.Workspace
	broken   Break
	memory   map[directory.Address]directory.Finding
}

var _ directory.Accounts = (*toyPlatform)(nil)

func newToyPlatform(lie toyLie) *toyPlatform {
	return &toyPlatform{
		lie:      lie,
		seeds:    make(map[directory.AccountID]AccountSeed),
		seenFrom: make(map[directory.AccountID]directory.Workspace),
		memory:   make(map[directory.Address]directory.Finding),
	}
}

const toyPage = 3

func (p *toyPlatform) harness() AccountsHarness {
	return AccountsHarness{
		Accounts:     p,
		Installation: directory.Installation{Tenant: "t1", Platform: "toy", Workspace: "W1", Generation: 1},
		Other:        directory.Installation{Tenant: "t2", Platform: "toy", Workspace: "W2", Generation: 1},
		Put: func(inst directory.Installation, seed AccountSeed) directory.AccountID {
			p.mu.Lock()
			defer p.mu.Unlock()
			home := inst
			if seed.Kind == directory.KindExternal {
				home.Workspace = "W3"
			}
			id := home.Account("U" + strconv.Itoa(len(p.order)))
			p.order = append(p.order, id)
			p.seeds[id], p.seenFrom[id] = seed, inst.Workspace
			return id
		},
		Change: func(id directory.AccountID, seed AccountSeed) {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.seeds[id] = seed
		},
		Delete: func(id directory.AccountID) {
			p.mu.Lock()
			defer p.mu.Unlock()
			delete(p.seeds, id)
		},
		Break: func(kind Break) {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.broken = kind
		},
		PageSize: toyPage,
	}
}

// failure is what the adapter makes of the break, and nil where it sees none.
func (p *toyPlatform) failure(ctx context.Context) error {
	switch {
	case ctx.Err() != nil:
		return directory.Errorf(directory.Unavailable, "cancelled: %w", ctx.Err())
	case p.broken == BreakNothing:
		return nil
	case p.broken == BreakThrottled && p.lie != lieForgetsWait:
		return directory.Wait(7*time.Second, "throttled")
	case p.broken == BreakThrottled, p.broken == BreakThrottle0:
		return directory.Wait(0, "throttled")
	case p.broken == BreakRevoked:
		return directory.Errorf(directory.Unauthorized, "revoked")
	case p.broken == BreakServer && p.lie == lieQuotesAddress:
		return directory.Errorf(directory.Unavailable, "asking for ann@exam.example failed")
	default:
		return directory.Errorf(directory.Unavailable, "broken: %s", p.broken)
	}
}

func (p *toyPlatform) Page(ctx context.Context, inst directory.Installation, cursor string) (directory.AccountPage, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.failure(ctx); err != nil {
		if p.lie == lieHTMLIsEmpty && p.broken == BreakHTML {
			return directory.AccountPage{}, nil
		}
		if p.lie == liePartialPage && cursor != "" {
			return directory.AccountPage{Cursor: cursor}, err
		}
		return directory.AccountPage{}, err
	}
	from := 0
	if cursor != "" {
		var err error
		if from, err = strconv.Atoi(cursor); err != nil {
			if p.lie == lieStrangeCursorEnds {
				return directory.AccountPage{}, nil
			}
			return directory.AccountPage{}, directory.Errorf(directory.Expired, "no such cursor")
		}
	}
	var all []directory.Account
	for _, id := range p.order {
		if seed, ok := p.seeds[id]; ok && p.seenFrom[id] == inst.Workspace && !p.hides(seed) {
			all = append(all, p.account(id, seed))
		}
	}
	to := min(from+toyPage, len(all))
	page := directory.AccountPage{Accounts: all[from:to], Cursor: strconv.Itoa(to)}
	if to == len(all) || p.lie == lieStopsEarly && len(all)-to < toyPage {
		page.Cursor = ""
	}
	if page.Cursor == "" && from > 0 && p.lie == lieLoops {
		page.Cursor = strconv.Itoa(toyPage)
	}
	return page, nil
}

func (p *toyPlatform) hides(seed AccountSeed) bool {
	return p.lie == lieHidesBots && seed.Kind == directory.KindBot ||
		p.lie == lieNoAddressIsHidden && seed.Email == ""
}

func (p *toyPlatform) Lookup(ctx context.Context, inst directory.Installation, wanted directory.Address) directory.Finding {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.failure(ctx); err != nil {
		return p.failed(err)
	}
	if old, ok := p.memory[wanted]; ok && p.lie == lieRemembers {
		return old
	}
	var found []directory.Account
	for _, id := range p.order {
		seed, ok := p.seeds[id]
		if !ok || p.seenFrom[id] != inst.Workspace || seed.Email == "" {
			continue
		}
		matches := address(seed.Email) == wanted
		if p.lie == lieCaseMatters {
			matches = seed.Email == wanted.Reveal()
		}
		if p.lie == liePrefixMatches {
			has, want := address(seed.Email).Reveal(), wanted.Reveal()
			matches = len(has) >= len(want) && has[:len(want)] == want
		}
		if matches {
			found = append(found, p.account(id, seed))
		}
	}
	finding := directory.Absent()
	if len(found) > 0 {
		finding = directory.Found(found...)
	}
	p.memory[wanted] = finding
	return finding
}

func (p *toyPlatform) Account(ctx context.Context, inst directory.Installation, id directory.AccountID) directory.Finding {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.failure(ctx); err != nil {
		return p.failed(err)
	}
	if p.lie == lieIgnoresWorkspace {
		id.Workspace = inst.Workspace
	}
	seed, ok := p.seeds[id]
	if !ok || p.seenFrom[id] != inst.Workspace {
		return directory.Absent()
	}
	return directory.Found(p.account(id, seed))
}

func (p *toyPlatform) failed(err error) directory.Finding {
	cancelled := p.broken == BreakNothing
	if p.lie == lieErrorIsAbsent && !cancelled || p.lie == lieCancelIsAbsent && cancelled {
		return directory.Absent()
	}
	return directory.Failed(fmt.Errorf("toy: %w", err))
}

// account is what the adapter says of a seed.
func (p *toyPlatform) account(id directory.AccountID, seed AccountSeed) directory.Account {
	a := directory.Account{
		ID: id, Name: seed.Name, Email: address(seed.Email), Kind: seed.Kind, Zone: seed.Zone, Locale: seed.Locale,
		Active: seed.Status == AccountActive ||
			p.lie == lieInvitedIsActive && seed.Status == AccountInvited ||
			p.lie == lieDeactivatedIsActive && seed.Status == AccountDeactivated,
		Ownership: directory.Verified,
	}
	if seed.Unverified && p.lie != lieVerifiesAll {
		a.Ownership = directory.Unverified
	}
	if p.lie == lieGuestIsPerson && a.Kind == directory.KindGuest || p.lie == lieExternalIsPerson && a.Kind == directory.KindExternal {
		a.Kind = directory.KindPerson
	}
	if p.lie == lieNoZone {
		a.Zone = ""
	}
	if p.lie == lieNoLocale {
		a.Locale = ""
	}
	return a
}
