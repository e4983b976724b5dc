package slacksim

import (
	"context"
	_ "embed"
	"html/template"
	"net/http"
	"net/url"
	"slices"

	"rollcall/adapters/sim"
)

// consentRoute is the name of the consent page in the script of faults and the record of calls.
const consentRoute = "oauth.v2.authorize"

//go:embed consent.html
var consentHTML string

var consentPage = template.Must(template.New("consent").Parse(consentHTML))

// scopeWords are the scopes as Slack puts them to people.
var scopeWords = map[string]string{
	"app_mentions:read":  "View messages that mention the app in conversations that it is in",
	"channels:read":      "View basic information about public channels",
	"chat:write":         "Send messages as the app",
	"commands":           "Add shortcuts and slash commands that people can use",
	"im:history":         "View messages in direct messages that the app was added to",
	"im:write":           "Start direct messages with people",
	"team:read":          "View the name, address and icon of connected workspaces",
	"users:read":         "View people in a workspace",
	"users:read.email":   "View email addresses of people in a workspace",
	scopeCustomize:       "Send messages with a customised name and picture",
	"users.profile:read": "View profile details about people in a workspace",
}

// option is an entry of a list, or a field that the page carries on.
type option struct {
	Name, Value string
	Chosen      bool
}

// view is what the page shows: an error, or the question.
type view struct {
	Error, Problem string
	App, Where     string
	Place, Person  bool // whether one is chosen
	Fields         []option
	Places, People []option
	Scopes         []string
}

// consent serves the page on which somebody lets the app in, and records the call.
func (s *Sim) consent(w http.ResponseWriter, r *http.Request) {
	req := &request{}
	defer func() {
		s.Calls.add(Call{Call: sim.Call{
			At: s.config.Clock.Now(), Route: consentRoute, Status: req.recorded, Detail: req.detail,
		}, Team: req.args.Get("workspace")})
	}()
	ctx := context.WithValue(r.Context(), requestKey{}, req)
	s.handlers[consentRoute].ServeHTTP(recorder{w, req}, r.WithContext(ctx))
}

func (s *Sim) takeConsent(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, longestBody)
	if err := r.ParseForm(); err != nil || r.Method != http.MethodGet && r.Method != http.MethodPost {
		show(w, http.StatusBadRequest, view{Error: "invalid_request"})
		return
	}
	req := r.Context().Value(requestKey{}).(*request)
	req.args = r.Form
	v, redirect := s.consented(r.Method == http.MethodPost, r.Form)
	if redirect != "" {
		http.Redirect(w, r, redirect, http.StatusFound)
		return
	}
	req.detail = v.Error
	show(w, http.StatusOK, v)
}

// consented decides what the page shows, or where the browser goes after a button was pressed.
func (s *Sim) consented(pressed bool, form url.Values) (view, string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, refusal := s.asked(form)
	if refusal != "" {
		return view{Error: refusal}, ""
	}
	who := s.chosen(a, form)
	v := s.question(a, who, form)
	if !pressed {
		return v, ""
	}
	switch form.Get("decision") {
	case "cancel":
		return v, a.back("error", "access_denied")
	case "allow":
		code, refusal := s.allowed(a, who)
		if refusal == "" {
			return v, a.back("code", code)
		}
		v.Problem = "Choose somebody who may install apps there (" + refusal + ")."
	}
	return v, ""
}

// chosen is who decides: as the page says, else whom the request is for, else who is signed in. Nobody
// is chosen for somebody who hasn't said: that would be arbitrary, and mostly refused.
func (s *Sim) chosen(a asked, form url.Values) person {
	who := s.signedIn
	if a.team != "" && a.team != who.workspace {
		who = person{workspace: a.team}
	}
	if workspace := form.Get("workspace"); workspace != "" && workspace != who.workspace {
		who = person{workspace: workspace}
	}
	if user := form.Get("person"); user != "" {
		who.user = user
	}
	return who
}

// question is the page for somebody.
func (s *Sim) question(a asked, who person, form url.Values) view {
	v := view{App: s.config.AppName, Where: "a workspace"}
	for _, name := range []string{"client_id", "scope", "user_scope", "redirect_uri", "state", "team"} {
		if form.Has(name) {
			v.Fields = append(v.Fields, option{Name: name, Value: form.Get(name)})
		}
	}
	places := slices.Clone(s.order)
	if s.config.OrgDeploy {
		places = append(places, s.orgs...)
	}
	for _, ws := range places {
		if a.team != "" && a.team != ws.ID {
			continue
		}
		name, where := ws.Name, "the "+ws.Name+" workspace"
		if ws.whole() { // one of its workspaces may have its name
			name, where = ws.Name+" (organisation)", "the "+ws.Name+" organisation"
		}
		chosen := ws.ID == who.workspace
		v.Places = append(v.Places, option{Name: name, Value: ws.ID, Chosen: chosen})
		if chosen {
			v.Where, v.Place = where, true
			v.People, v.Person = installers(ws, who.user)
		}
	}
	for _, scope := range append(slices.Clone(a.scopes), a.userScopes...) {
		words := scopeWords[scope]
		if words == "" {
			words = scope
		}
		v.Scopes = append(v.Scopes, words)
	}
	return v
}

// installers are those who may install apps in a workspace, and whether one of them is chosen: the one
// who sits there, or the only one.
func installers(ws *workspace, user string) (people []option, chosen bool) {
	for _, u := range ws.people {
		if ws.mayInstall(u) {
			people = append(people, option{Name: u.RealName, Value: u.ID, Chosen: u.ID == user})
			chosen = chosen || u.ID == user
		}
	}
	if len(people) == 1 && !chosen {
		people[0].Chosen, chosen = true, true
	}
	return people, chosen
}

func show(w http.ResponseWriter, status int, v view) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Frame-Options", "DENY")
	w.WriteHeader(status)
	if err := consentPage.Execute(w, v); err != nil {
		panic(http.ErrAbortHandler) // the browser went away
	}
}
