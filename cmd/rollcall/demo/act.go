package demo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"rollcall/adapters/csv"
	"rollcall/adapters/slack/slacksim"
	"rollcall/adapters/teams/teamssim"
	"rollcall/adapters/webex/webexsim"
)

// Edit changes a tenant's directory as an administrator would: the file is replaced whole.
func (w *World) Edit(tenant string, change func(*csv.Sheet) error) error {
	f, err := w.firm(tenant)
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	sheet, err := csv.Read(f.path)
	if err != nil {
		return err
	}
	if err := change(&sheet); err != nil {
		return err
	}
	return csv.Write(f.path, sheet)
}

// Change does what the page's directory offers.
func (w *World) Change(c PersonChange) error {
	if c.Directory == entraDirectory {
		return w.changeEntra(c)
	}
	if c.Do == "create" {
		return w.create(c)
	}
	return w.Edit(c.Tenant, func(sheet *csv.Sheet) error {
		if c.Do == "empty" {
			for i := range sheet.People {
				p := &sheet.People[i]
				p.Groups = slices.DeleteFunc(p.Groups, func(g string) bool { return g == c.Group })
			}
			return nil
		}
		i := slices.IndexFunc(sheet.People, func(p csv.Person) bool { return p.ID == c.Person })
		if i < 0 {
			return errors.New("there is no such person in the directory")
		}
		p := &sheet.People[i]
		switch c.Do {
		case "join":
			if !slices.Contains(sheet.Groups, c.Group) {
				return errors.New("there is no such group")
			}
			if !slices.Contains(p.Groups, c.Group) {
				p.Groups = append(p.Groups, c.Group)
			}
		case "leave":
			p.Groups = slices.DeleteFunc(p.Groups, func(g string) bool { return g == c.Group })
		case "rename":
			return rename(p, c)
		case "disable", "enable":
			p.Active = c.Do == "enable"
		case "delete":
			sheet.People = slices.Delete(sheet.People, i, i+1)
		default:
			return fmt.Errorf("the directory can't %s", strconv.Quote(c.Do))
		}
		return nil
	})
}

func rename(p *csv.Person, c PersonChange) error {
	if strings.TrimSpace(c.Name) == "" && strings.TrimSpace(c.Email) == "" {
		return errors.New("give a name or an address")
	}
	if name := strings.TrimSpace(c.Name); name != "" {
		p.Name = name
	}
	if email := strings.TrimSpace(c.Email); email != "" {
		p.Email = email
	}
	return nil
}

// create adds somebody new to the directory, with an account on every platform.
func (w *World) create(c PersonChange) error {
	name := strings.TrimSpace(c.Name)
	if name == "" {
		return errors.New("give the new person a name")
	}
	f, err := w.firm(c.Tenant)
	if err != nil {
		return err
	}
	email := strings.TrimSpace(c.Email)
	err = w.Edit(c.Tenant, func(sheet *csv.Sheet) error {
		id := fmt.Sprintf("new-%d", len(sheet.People)+1)
		for slices.ContainsFunc(sheet.People, func(p csv.Person) bool { return p.ID == id }) {
			id += "x"
		}
		if email == "" {
			email = id + "@" + domain
		}
		p := csv.Person{ID: id, Name: name, Email: email, Active: true}
		if c.Group != "" {
			p.Groups = []string{c.Group}
		}
		sheet.People = append(sheet.People, p)
		return nil
	})
	if err != nil {
		return err
	}
	yes := true
	if _, err := w.Slack.PutUser(f.slackTeam, slacksim.User{RealName: name, Email: email, Confirmed: &yes}); err != nil {
		return err
	}
	w.Webex.PutPerson(f.webexOrg, webexsim.Person{Name: name, Email: email})
	return nil
}

// Press presses a button of a card as one of a platform's users.
func (w *World) Press(p Press) error {
	f, err := w.firm(p.Tenant)
	if err != nil {
		return err
	}
	switch p.Pane {
	case paneSlack:
		for _, m := range w.Slack.Messages(0) {
			if m.Workspace == f.slack() && m.ID == p.Message && m.To == p.User {
				return w.Slack.Press(f.slack(), p.User, m.Conversation, m.ID, strconv.Itoa(p.Button))
			}
		}
		return errors.New("there is no such message")
	case paneWebex:
		return w.Webex.Press(p.User, p.Message, p.Button)
	case paneTeams:
		tenant := f.entra
		return w.Teams.Press(tenant, p.User, w.Teams.Conversation(tenant, p.User), p.Message, strconv.Itoa(p.Button))
	}
	return errors.New("there is no such platform")
}

// Say writes to the app as one of a platform's users.
func (w *World) Say(s Say) error {
	f, err := w.firm(s.Tenant)
	if err != nil {
		return err
	}
	if strings.TrimSpace(s.Text) == "" {
		return errors.New("write something")
	}
	switch s.Pane {
	case paneSlack:
		return w.Slack.Type(f.slackTeam, s.User, s.Text)
	case paneWebex:
		_, err := w.Webex.Type(s.User, s.Text)
		return err
	case paneTeams:
		_, err := w.Teams.Say(f.entra, s.User, s.Text)
		return err
	}
	return errors.New("there is no such platform")
}

// UseApp is what one of Teams' users does with the app there.
func (w *World) UseApp(c AppChange) error {
	f, err := w.firm(c.Tenant)
	if err != nil {
		return err
	}
	if w.Teams == nil {
		return errors.New("there is no Teams here")
	}
	tenant := f.entra
	switch c.Do {
	case "install":
		err = w.Teams.Install(tenant, c.User)
	case "uninstall":
		err = w.Teams.Uninstall(tenant, c.User)
	case "block":
		err = w.Teams.Block(tenant, c.User, teamssim.BlockedByUser)
	case "unblock":
		err = w.Teams.Unblock(tenant, c.User)
	default:
		return fmt.Errorf("nobody can %q the app", c.Do)
	}
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	switch c.Do {
	case "install", "uninstall":
		w.Entra.SetInstalled(tenant, c.User, c.Do == "install")
	default:
		w.blocking[tenant+"/"+c.User] = c.Do == "block"
	}
	return nil
}

// Decide releases or refuses removals that the guard held.
func (w *World) Decide(ctx context.Context, j Judge) error {
	m := w.Program()
	if m == nil {
		return errors.New("the program is not running")
	}
	switch j.Do {
	case "release":
		released, err := m.Engine.Release(ctx, tenantID(j.Tenant), j.ID, j.Hash, "demo")
		if err == nil && !released { // whoever sits at the demo is every admin
			_, err = m.Engine.Release(ctx, tenantID(j.Tenant), j.ID, j.Hash, "demo, a second admin")
		}
		return err
	case "reject":
		return m.Engine.Reject(ctx, tenantID(j.Tenant), j.ID, j.Hash, "demo")
	}
	return errors.New("removals can be released or rejected")
}
