package webexsim

import (
	"html/template"
	"net/http"
	"slices"

	"rollcall/adapters/sim"
)

// mostChoices is how many people a page lets choose from, so that a large organisation's opens at once.
const mostChoices = 200

// page records a page, and serves it. Pages are for browsers: they have no faults and no limits.
func (s *Sim) page(name string, serve func(*http.Request) view) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		v := serve(r)
		s.mu.Unlock()
		s.Calls.Add(sim.Call{At: s.config.Clock.Now(), Route: name, Status: v.status, Detail: v.Problem})
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("Referrer-Policy", "no-referrer")
		if v.to != "" {
			h.Set("Location", v.to)
			w.WriteHeader(v.status)
			return
		}
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		w.WriteHeader(v.status)
		_ = pages.Execute(w, v)
	}
}

// view is a page, or where the browser is sent instead.
type view struct {
	status  int
	to      string
	Title   string
	Problem string
	Lines   []string // what is asked for, or stands there
	State   string   // of the service app
	People  []choice
	Buttons []choiceButton
}

type choice struct {
	ID, Label string
	Chosen    bool
}

// choiceButton is a button of a page.
type choiceButton struct{ ID, Label string }

var pages = template.Must(template.New("").Parse(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{{.Title}} - Webex (simulated)</title></head><body>
<h1 id="title">{{.Title}}</h1>
{{with .Problem}}<p id="problem">{{.}}</p>{{end}}
{{with .State}}<p>Status: <span id="status">{{.}}</span></p>{{end}}
{{with .Lines}}<ul id="scopes">{{range .}}<li>{{.}}</li>{{end}}</ul>{{end}}
{{if .Buttons}}<form method="post">
{{with .People}}<p><label for="person">Signed in as</label> <select id="person" name="person">
{{range .}}<option value="{{.ID}}"{{if .Chosen}} selected{{end}}>{{.Label}}</option>
{{end}}</select></p>{{end}}
<p>{{range .Buttons}}<button type="submit" id="{{.ID}}" name="decision" value="{{.ID}}">{{.Label}}</button> {{end}}</p>
</form>{{end}}
</body></html>
`))

func refused(status int, problem string) view {
	return view{status: status, Title: "Something went wrong", Problem: problem}
}

// showConsent asks whether an integration may act for somebody.
func (s *Sim) showConsent(r *http.Request) view {
	ask := s.asking(r.URL.Query())
	switch {
	case ask.refusal != "":
		return refused(http.StatusBadRequest, ask.refusal)
	case ask.problem != "":
		return view{status: http.StatusFound, to: s.answered(ask, nil, false)}
	}
	v := view{
		status: http.StatusOK, Title: ask.integration.Name + " would like to", People: s.choices(nil),
		Buttons: []choiceButton{{"allow", "Accept"}, {"cancel", "Decline"}},
	}
	for _, scope := range ask.scopes {
		v.Lines = append(v.Lines, words[scope]+" ("+scope+")")
	}
	return v
}

// takeConsent sends the browser back with the answer.
func (s *Sim) takeConsent(r *http.Request) view {
	ask := s.asking(r.URL.Query())
	p := s.people[r.PostFormValue("person")]
	decision := r.PostFormValue("decision")
	switch {
	case ask.refusal != "":
		return refused(http.StatusBadRequest, ask.refusal)
	case p == nil || !p.Active() || p.Type != TypePerson || decision != "allow" && decision != "cancel":
		return refused(http.StatusBadRequest, "Nobody is signed in, or nothing was decided.")
	}
	s.signedIn = p.ID
	return view{status: http.StatusSeeOther, to: s.answered(ask, p, decision == "allow")}
}

// choices are those who may sit in front of a page: who is signed in first, then administrators. Nil:
// of every organisation.
func (s *Sim) choices(home *org) []choice {
	var all []*person
	for _, o := range s.orgOrder {
		if home != nil && o != home {
			continue
		}
		for _, p := range o.people {
			if p != nil && p.Active() && p.Type == TypePerson {
				all = append(all, p)
			}
		}
	}
	rank := func(p *person) int {
		switch {
		case p.ID == s.signedIn:
			return 0
		case p.Role != "":
			return 1
		}
		return 2
	}
	slices.SortStableFunc(all, func(a, b *person) int { return rank(a) - rank(b) })
	var out []choice
	for _, p := range all[:min(len(all), mostChoices)] {
		out = append(out, choice{p.ID, p.Name + " (" + p.Email + "), " + p.org.Name, p.ID == s.signedIn})
	}
	return out
}

// showHub is Control Hub's page of an organisation's apps, with the service app.
func (s *Sim) showHub(r *http.Request) view {
	home, app := s.orgs[r.PathValue("org")], s.config.ServiceApp
	if home == nil || app.ID == "" {
		return refused(http.StatusNotFound, "There is no such page.")
	}
	v := view{
		status: http.StatusOK, Title: "Control Hub: Apps of " + home.Name, Lines: []string{"Service App: " + app.Name},
		State: "not authorized", People: s.choices(home), Buttons: []choiceButton{{"authorize", "Authorize"}},
	}
	if !s.authorised[home.ID].IsZero() {
		v.State, v.Buttons = "authorized", []choiceButton{{"deauthorize", "Deauthorize"}}
	}
	for _, scope := range app.Scopes {
		v.Lines = append(v.Lines, words[scope]+" ("+scope+")")
	}
	return v
}

// takeHub does what a full administrator decides there.
func (s *Sim) takeHub(r *http.Request) view {
	home := s.orgs[r.PathValue("org")]
	p := s.people[r.PostFormValue("person")]
	if home == nil || p == nil || p.org != home || p.Role != RoleFull {
		return refused(http.StatusForbidden, "Only a full administrator can do this.")
	}
	s.signedIn = p.ID
	decide := s.authorise
	if r.PostFormValue("decision") == "deauthorize" {
		decide = s.deauthorise
	}
	if err := decide(home.ID); err != nil {
		return refused(http.StatusConflict, "Nothing was changed.")
	}
	return view{status: http.StatusSeeOther, to: r.URL.Path}
}
