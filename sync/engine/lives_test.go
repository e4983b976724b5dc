package engine

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"rollcall/sync/directory"
)

// life is a small tenant among directories, platforms and people that do anything at any time, and a
// process that dies now and then. Its provisioner and its listener keep the truth.
type life struct {
	*world
	dice   *rand.Rand
	people []string
	calm   bool // nothing fails any more
}

func newLife(t *testing.T, seed uint64) *life {
	t.Helper()
	kinds := []directory.StandInKind{bot, guest, persona}
	l := &life{world: newListener(t), dice: rand.New(rand.NewPCG(seed, 7)), people: []string{"rosa", "ross", "rory"}}
	l.dice.Shuffle(len(kinds), func(i, j int) { kinds[i], kinds[j] = kinds[j], kinds[i] })
	l.maker.kinds, l.maker.pool = kinds[:1+l.dice.IntN(3)], []string{"bot-1", "bot-2"}
	l.configure(func(s *directory.Settings) {
		s.AskFirst = l.chance(50)
		s.Removal = []directory.Removal{directory.RemovalSuspend, directory.RemovalDelete}[l.dice.IntN(2)]
	})
	l.second()
	l.alone(l.people...)
	l.store = &moments{l.store, func() {
		if !l.calm && l.chance(1) {
			panic(killed{})
		}
	}}
	l.maker.fault = func(string, directory.StandInKind) (error, bool) {
		return l.trouble(directory.Unavailable, directory.Throttled, directory.Uncertain, directory.Unauthorized, directory.Unsupported, directory.Conflict)
	}
	l.desk.postErr = func(directory.AccountID) (error, bool) {
		return l.trouble(directory.Unavailable, directory.Uncertain, directory.Undeliverable)
	}
	l.hook.fault = func(directory.Changed) (error, bool) { return l.trouble(directory.Unavailable, directory.Uncertain) }
	l.engine = l.newEngine()
	return l
}

func (l *life) chance(percent int) bool { return l.dice.IntN(100) < percent }

// trouble is a failure now and then. Only what is uncertain may have happened.
func (l *life) trouble(codes ...directory.Code) (err error, lost bool) {
	if l.calm || l.chance(85) {
		return nil, false
	}
	code := codes[l.dice.IntN(len(codes))]
	return directory.Errorf(code, "scripted"), code == directory.Uncertain && l.chance(50)
}

// happen is one thing that happens to one of the people.
func (l *life) happen() {
	name := l.people[l.dice.IntN(len(l.people))]
	other := func(platform directory.Platform) {
		id := account(platform, name)
		if _, there := l.desk.accounts[id]; there && l.chance(50) {
			delete(l.desk.accounts, id)
		} else {
			l.account(platform, name, func(a *directory.Account) { a.Active, a.Unlicensed = l.chance(80), platform == beta && l.chance(20) })
		}
		if l.chance(70) {
			l.observe(id)
		}
	}
	switch l.dice.IntN(12) {
	case 0:
		l.dir.Leave(acme, "g1", name)
	case 1, 2:
		l.dir.Join(acme, "g1", name)
	case 3:
		l.dir.Join(acme, "g2", name)
		l.dir.Leave(acme, "g1", name)
	case 4:
		l.dir.Leave(acme, "g2", name)
	case 5:
		l.dir.Put(acme, directory.Member{ID: directory.MemberID{ID: name}, Name: name, Email: address(name), Active: l.chance(80), Exempt: l.chance(20)})
	case 6, 7:
		other(beta)
	case 8:
		other(alpha)
	case 9:
		l.putGroup(func(g *directory.Group) { g.Paused = l.chance(30) })
	case 10:
		l.named(name, []string{"rosa", "zoe", "nobody", name}[l.dice.IntN(4)])
	case 11:
		l.account(beta, name+"-2", func(a *directory.Account) { a.Email = address(name) })
	}
}

// press presses any button of any card that asks, most often one that gets somebody on.
func (l *life) press() {
	cards := slices.DeleteFunc(slices.Clone(l.desk.messages), func(m *message) bool { return !m.notice.Face.Asks() })
	if len(cards) == 0 {
		return
	}
	m := cards[l.dice.IntN(len(cards))]
	if i := slices.IndexFunc(cards, func(m *message) bool { return m.notice.Face == directory.FaceProve }); i >= 0 && l.chance(60) {
		m = cards[i]
	}
	verbs := []directory.Verb{directory.VerbNone, directory.VerbLater, directory.VerbNotMe}
	if l.chance(80) {
		verbs = []directory.Verb{directory.VerbSync, directory.VerbTake, directory.VerbPick}
	}
	verb, value := verbs[l.dice.IntN(len(verbs))], "1"
	if m.notice.Face == directory.FaceProve && l.chance(80) {
		verb, value = directory.VerbPick, m.notice.Choices[l.dice.IntN(3)]
		for _, name := range l.people { // most know the number
			for _, link := range l.linksOf(name) {
				if link.Proof.To == m.to && l.chance(70) {
					value = link.Proof.Number
				}
			}
		}
	}
	l.answer(m, m.to, verb, value)
	l.settle()
}

func (l *life) run() {
	for range 40 {
		l.survive(l.happen)
		l.survive(l.press)
		l.survive(l.press)
		for range l.dice.IntN(8) {
			l.at = l.at.Add(time.Duration(l.dice.IntN(20*60)) * time.Minute)
			l.survive(l.settle)
		}
	}
	l.calm = true
	l.putGroup(resume)
	l.through(12)
}

// linksOf is somebody's link, if there is one yet.
func (l *life) linksOf(name string) []directory.Link {
	l.t.Helper()
	key := directory.LinkKey{Member: directory.MemberID{Directory: "hr", ID: name}, Pair: directory.PairOf(alpha, beta)}
	links, err := l.store.Links(l.t.Context(), acme, key)
	l.must(err)
	return links
}

// judge holds the end of a life against the truth.
func (l *life) judge() {
	l.t.Helper()
	l.wantTruth()
	for _, name := range l.people {
		for _, link := range l.linksOf(name) {
			l.judgeOne(name, link)
		}
	}
}

func (l *life) judgeOne(name string, link directory.Link) {
	l.t.Helper()
	is := link.StandIn.Is
	restless := []directory.State{directory.New, directory.Confirming, directory.Held}
	idle := []directory.State{directory.Suspended, directory.Unsynced, directory.Linked, directory.Waiting, directory.Exempt}
	switch {
	case slices.Contains(restless, link.State) || is == directory.Making:
		l.t.Errorf("%s is %s (%s), with a stand-in that is %q, after twelve days of calm", name, link.State, link.Why, is)
	case link.State == directory.Unmatched && link.StandIn.Wanted && is != directory.Parked:
		l.t.Errorf("%s is unmatched (%s), and nothing is made", name, link.Why)
	case is == directory.Active && slices.Contains(idle, link.State):
		l.t.Errorf("%s is %s and has a stand-in that is active", name, link.State)
	case link.State == directory.Represented && (is != directory.Active || link.Counterpart != link.StandIn.Account || link.Account.IsZero()):
		l.t.Errorf("%s is represented by %+v", name, link.StandIn)
	case link.State == directory.Unsynced && link.StandIn.Exists():
		l.t.Errorf("%s is unsynced and keeps %+v", name, link.StandIn)
	case is == directory.Active && link.StandIn.Platform != link.Secondary:
		l.t.Errorf("%s has a stand-in on their own platform", name)
	}
	counts := func(s directory.State) bool { return s == directory.Linked || s == directory.Represented }
	told, seen := directory.State(""), make(map[string]bool)
	for _, c := range l.hook.told {
		if c.Link.Key != link.Key || seen[c.ID] {
			continue
		}
		if seen[c.ID] = true; counts(told) && c.From != told {
			l.t.Errorf("%s: told of %s > %s after %s", name, c.From, c.To, told)
		}
		told = c.To
	}
	if (counts(told) || counts(link.State)) && told != link.State {
		l.t.Errorf("%s is %s, and others believe %q", name, link.State, told)
	}
}

// In many random lives there never are two stand-ins for somebody, none is forgotten, none is made for
// anybody who is away or at home there; and what others were told is what is.
func TestManyLivesWithStandIns(t *testing.T) {
	t.Parallel()
	for seed := range uint64(100) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			l := newLife(t, seed)
			l.run()
			l.judge()
		})
	}
}
