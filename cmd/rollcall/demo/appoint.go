package demo

import (
	"rollcall/adapters/entra/entrasim"
	"rollcall/adapters/webex/webexsim"
)

// appoint makes somebody of each company its admin, who administers its platforms as well: commands are given by those
// only. It is called before the program starts, which reads who they are.
func (w *World) appoint(id string) error {
	for _, f := range w.companies {
		v := w.viewOf(f, id)
		t := w.config.Tenants[f.id]
		for _, pane := range []string{paneSlack, paneTeams, paneWebex} {
			if v.user(pane) != "" {
				t.Admins = append(t.Admins, v.account(pane).Text())
			}
		}
		w.config.Tenants[f.id] = t
		for i, r := range f.residents {
			if r.id != id {
				continue
			}
			if u, there := r.slackUser(i); there {
				u.Admin = true
				if _, err := w.Slack.PutUser(f.slackTeam, u); err != nil {
					return err
				}
			}
			if p, there := r.webexPerson(f.number, i); there {
				p.Role = webexsim.RoleFull
				w.Webex.PutPerson(f.webexOrg, p)
			}
		}
		if w.Entra != nil {
			w.Entra.PutRole(f.entra, v.user(paneTeams), entrasim.GlobalAdministrator, true)
		}
	}
	return nil
}
