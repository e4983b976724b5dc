package demo

import (
	"context"
	"errors"
	"fmt"
	"os"

	"rollcall/adapters/webex/webexsim"
	"rollcall/sync/directory"
)

// askFirst: where a tenant wants it, who was not found is asked for another address before anything
// stands in for them. It is a world of its own, since all of its tenants' people are asked so.
func askFirst(ctx context.Context, s *story) (seen string, err error) {
	folder := s.path("search")
	if err := os.Mkdir(folder, 0o700); err != nil {
		return "", err
	}
	w, err := Start(Options{Dir: folder, Tenants: 1, AskFirst: true})
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	f := w.companies[0]
	id := webexID(0, 7001)
	w.Webex.PutPerson(f.webexOrg, webexsim.Person{ID: id, Name: "Dima Orlov", Email: "dima@home.example"})
	if err := w.Launch(); err != nil {
		return "", err
	}
	dmitri, cleo := w.viewOf(f, "dmitri"), w.viewOf(f, "cleo")
	dmitri.users[paneWebex] = id
	if err := dmitri.await(ctx, directory.Searching); err != nil {
		return "", err
	}
	if err := w.Say(Say{Tenant: f.id, Pane: paneSlack, User: dmitri.user(paneSlack), Text: "dima@home.example"}); err != nil {
		return "", err
	}
	if err := dmitri.prove(ctx); err != nil {
		return "", err
	}
	if l, _ := dmitri.link(ctx); l.Counterpart.User != id || l.StandIn.Exists() {
		return "", fmt.Errorf("linked with %s, expected the account under the address that he named, and no stand-in", l.Counterpart.Text())
	}
	if err := cleo.await(ctx, directory.Searching); err != nil {
		return "", err
	}
	if err := cleo.press(directory.VerbNone, ""); err != nil {
		return "", err
	}
	if err := cleo.await(ctx, directory.Represented); err != nil {
		return "", err
	}
	return "dmitri named another address of his, proved it on Webex, and is linked; cleo has none, and got a guest then", nil
}
