package demo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"rollcall/adapters/webex/webexsim"
	"rollcall/cmd/rollcall/program"
	"rollcall/sync/directory"
)

// The folk are those of whom the steps about people tell: each has a step to themselves, and is put into a
// group when it is told, so that the steps don't depend on each other.

// pimAtHome is the address under which pim is on Webex, of which the directory knows nothing.
const pimAtHome = "pim@home.example"

// The hours of their own day between which nobody there is prompted.
const quietFrom, quietTo = 20, 8

// folk are the people of the story, with the two admins.
func folk() []resident {
	var all []resident
	for _, p := range []struct {
		id, name, zone string
		webex, teams   account
	}{
		{firstAdmin, "Aria Moss", "Europe/Berlin", regular, regular},
		{secondAdmin, "Basil Quinn", "Europe/Berlin", regular, regular},
		{"nell", "Nell Hart", "", regular, nobody},
		{"odo", "Odo Lang", "", regular, nobody},
		{"pim", "Pim de Wit", "", nobody, nobody},
		{"rhea", "Rhea Stone", "", nobody, nobody},
		{"sven", "Sven Dahl", "", regular, nobody},
		{"tess", "Tess Byrne", "", regular, nobody},
		{"ulla", "Ulla Mori", "Asia/Tokyo", regular, nobody},
		{"yuki", "Yuki Sato", "Asia/Tokyo", regular, nobody},
		{"kurt", "Kurt Weiss", "Europe/Berlin", regular, nobody},
		{"finn", "Finn Koski", "", regular, blocking},
		{"lars", "Lars Brandt", "", regular, nobody},
		{"mila", "Mila Laurent", "", regular, nobody},
		{"stella", "Stella Riva", "", regular, nobody},
		{"hanna", "Hanna Frost", "", regular, nobody},
	} {
		all = append(all, resident{
			id: p.id, name: p.name, email: p.id, zone: p.zone, slack: regular, webex: p.webex, teams: p.teams, admin: p.id == firstAdmin || p.id == secondAdmin,
		})
	}
	return all
}

// peopleStory is the story of people, in a world of its own: with quiet hours and quiet days, in which
// whoever isn't found is asked for another address.
func (s *story) peopleStory() (*story, error) {
	if s.people != nil {
		return s.people, nil
	}
	folder := s.path("people")
	if err := os.Mkdir(folder, 0o700); err != nil {
		return nil, err
	}
	w, err := Start(Options{
		Dir: folder, Tenants: 1, Crews: true, cast: folk(), AskFirst: true, Without: s.w.options.Without, Patience: s.w.options.Patience,
	})
	if err != nil {
		return nil, err
	}
	f := w.companies[0]
	t := w.config.Tenants[f.id]
	t.Admins, t.Groups = w.admins(f), make(map[string]program.GroupConfig)
	t.Quiet, t.QuietDays = program.Quiet{From: quietFrom, To: quietTo}, []string{"sat", "sun"}
	for i, pane := range []string{paneSlack, paneTeams, paneWebex} {
		t.Groups[crewGroup(pane)] = program.GroupConfig{
			Name: crewGroup(pane), Directory: fileDirectory, Group: crewGroup(pane), Primary: pane, Secondary: otherOf[pane], Priority: i + 1,
		}
	}
	w.config.Tenants[f.id] = t
	w.Webex.PutPerson(f.webexOrg, webexsim.Person{ID: webexID(0, 7001), Name: "Pim", Email: pimAtHome})
	own := &story{w: w, f: f, folder: folder}
	own.passTo(time.Monday, 9, "UTC")
	if err := w.Launch(); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	s.people = own
	return own, nil
}

// passTo lets time go by until it is a full hour of a day of the week somewhere. Where it is that hour it is
// a week later.
func (s *story) passTo(day time.Weekday, hour int, zone string) {
	now := s.w.Clock.Now().In(directory.Location(zone))
	at := time.Date(now.Year(), now.Month(), now.Day(), hour, 0, 0, 0, now.Location())
	for at.Weekday() != day || !at.After(now) {
		at = at.AddDate(0, 0, 1)
	}
	s.w.Advance(at.Sub(now))
}

// workday lets the next morning of a workday come, at which everybody of the story may be asked: it is ten in
// Berlin and six in the evening in Tokyo, or an hour later.
func (s *story) workday(ctx context.Context) error {
	day := s.w.Clock.Now().AddDate(0, 0, 1).Weekday()
	if day == time.Saturday || day == time.Sunday {
		day = time.Monday
	}
	s.passTo(day, 9, "UTC")
	return s.calm(ctx, s.f)
}

// enlist puts somebody into a crew's group.
func (s *story) enlist(id, pane string) (view, error) {
	v := s.person(id)
	v.key.Pair = directory.PairOf(directory.Platform(pane), directory.Platform(otherOf[pane]))
	return v, s.w.Change(PersonChange{Tenant: s.f.id, Do: "join", Person: id, Group: crewGroup(pane)})
}

// newcomer is somebody who was put into a group on a workday, and was asked.
func (s *story) newcomer(ctx context.Context, id, pane string) (view, error) {
	if err := s.workday(ctx); err != nil {
		return view{}, err
	}
	v, err := s.enlist(id, pane)
	if err != nil {
		return v, err
	}
	return v, v.await(ctx, directory.Asking)
}

// couple is somebody who was put into a group of Slack's on a workday, was asked, and is linked with Webex.
func (s *story) couple(ctx context.Context, id string) (view, error) {
	v, err := s.newcomer(ctx, id, paneSlack)
	if err != nil {
		return v, err
	}
	return v, v.pair(ctx)
}

// on is a person's chat on a platform.
func (v view) on(pane string) chat { return chat{v, pane} }

// silence is how nobody gets a further message: called later, it says who did.
func silence(chats ...chat) func() error {
	var before []int
	for _, c := range chats {
		before = append(before, len(c.messages(c.pane)))
	}
	return func() error {
		for i, c := range chats {
			if all := c.messages(c.pane); len(all) > before[i] {
				return fmt.Errorf("%s heard %q on %s, expected nothing", c.id, all[len(all)-1].Text, c.pane)
			}
		}
		return nil
	}
}

func marksOf(chats []chat) []int64 {
	var marks []int64
	for _, c := range chats {
		marks = append(marks, c.mark())
	}
	return marks
}

// shown waits until somebody's question on a platform says what it should, and has no buttons any more.
func (c chat) shown(ctx context.Context, want string) error {
	return c.w.until(ctx, func() (bool, string) {
		all := c.questions(c.pane)
		if len(all) == 0 {
			return false, fmt.Sprintf("%s has no card on %s", c.id, c.pane)
		}
		last := all[len(all)-1]
		return strings.Contains(said(last), want) && !waits(last), fmt.Sprintf("%s's card on %s says %q, expected %q without buttons", c.id, c.pane, said(last), want)
	})
}
