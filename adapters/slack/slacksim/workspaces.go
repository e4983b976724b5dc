package slacksim

import (
	"slices"
)

// Workspace is a workspace, with the app installed or not.
type Workspace struct {
	ID            string // T…
	Name          string
	Token         string   // of the app's user; empty: the app isn't installed
	Scopes        []string // nil, and installed: [Scopes]
	NoMessagesTab bool     // the app can't be written to, and can't write, in 1:1 chats
	NoHomeTab     bool     // the app has no home tab
	// Users are there from the start. No event tells of them.
	Users []User
}

// workspace is where the app can be installed: a workspace, or an organisation as a whole.
type workspace struct {
	Workspace
	*realm
	org       *workspace      // that it is in, itself for an organisation; nil: none
	teams     []*workspace    // of an organisation
	access    map[string]bool // of an organisation: the workspaces that the app was let into
	installed bool
	chats     map[string]*chat // by channel
	chatWith  map[string]*chat // by user
	homes     map[string]*Home // by user
	buckets   map[string]*bucket
	lastTS    int64 // in microseconds: no two messages of a workspace have one ts
}

// AddWorkspace adds a workspace, with the app installed where there is a token. It panics if the id
// or the token is taken, or two of its people are one.
func (s *Sim) AddWorkspace(w Workspace) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ws := s.place(w, newRealm(), nil)
	s.order = append(s.order, ws)
	s.populate(ws, append([]User{slackbot, {ID: BotUser, Name: "rollcall", RealName: s.config.AppName, Bot: true}}, w.Users...))
}

// place makes a workspace, or an organisation, with nobody in it.
func (s *Sim) place(w Workspace, people *realm, org *workspace) *workspace {
	if s.workspaces[w.ID] != nil || s.tokens[w.Token] != nil {
		panic("slacksim: the workspace's id or token is taken")
	}
	if w.Token != "" && w.Scopes == nil {
		w.Scopes = Scopes()
	}
	ws := &workspace{
		Workspace: w, realm: people, org: org, installed: w.Token != "", access: make(map[string]bool),
		chats: make(map[string]*chat), chatWith: make(map[string]*chat), homes: make(map[string]*Home), buckets: make(map[string]*bucket),
	}
	ws.Workspace.Users = nil
	s.workspaces[w.ID] = ws
	if ws.installed {
		s.tokens[w.Token] = &token{in: ws}
	}
	return ws
}

// populate puts people into a workspace, without an event.
func (s *Sim) populate(ws *workspace, users []User) {
	for _, u := range users {
		if _, _, err := s.put(ws, u); err != nil {
			panic("slacksim: " + err.Error())
		}
	}
}

// Workspaces are all workspaces, as they came.
func (s *Sim) Workspaces() []Workspace {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Workspace
	for _, ws := range s.order {
		all = append(all, ws.Workspace)
	}
	return all
}

// Grant changes what the app may do in a workspace. It panics if there is no such workspace.
func (s *Sim) Grant(workspace string, scopes []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mustHave(workspace).Scopes = slices.Clone(scopes)
}

func (s *Sim) mustHave(workspace string) *workspace {
	ws := s.workspaces[workspace]
	if ws == nil {
		panic("slacksim: no workspace " + workspace)
	}
	return ws
}

func (ws *workspace) granted(scope string) bool {
	return scope == "" || slices.Contains(ws.Scopes, scope)
}

// whole reports whether it is an organisation.
func (ws *workspace) whole() bool { return ws.org == ws }

// app is where the installation is that serves a workspace: there, or on its organisation.
func (ws *workspace) app() *workspace {
	if !ws.installed && ws.org != nil && ws.org.installed && ws.org.access[ws.ID] {
		return ws.org
	}
	return ws
}

// bot is the app's own user.
func (ws *workspace) bot() string {
	if ws.whole() {
		return OrgBotUser
	}
	return BotUser
}
