package demo

import (
	"encoding/json"
	"time"
)

// The demo's page talks to the demo through these, as JSON.
//
//	GET  /api/state?tenant=ID   the whole picture of a tenant: State
//	GET  /api/events            server-sent events; each "changed" event means: fetch the state again
//	POST /api/person            PersonChange: the directory
//	POST /api/press             Press: a button of a card
//	POST /api/say               Say: a text to the app
//	POST /api/app               AppChange: somebody installs the app on Teams, or blocks it
//	POST /api/consent           Consent: an admin lets the app be installed for people
//	POST /api/invite            Invite: an invitation into the hub; it answers 200 and an Invitation
//	POST /api/clock             Forward: let time go by
//	POST /api/batch             Judge: release or reject held removals
//
// A POST answers 204, or 4xx with {"error": "a sentence"}.

// State is everything that the page shows of one tenant.
type State struct {
	Now     time.Time    `json:"now"`
	Ahead   string       `json:"ahead"` // how far the clock was advanced, "3d 2h"; empty: not at all
	Tenants []TenantName `json:"tenants"`
	Tenant  string       `json:"tenant"`
	Company string       `json:"company"`
	// Directories are those that the groups and the people are in.
	Directories []DirectoryView `json:"directories"`
	Groups      []GroupView     `json:"groups"`
	People      []PersonView    `json:"people"`
	Panes       []PaneView      `json:"panes"`
	Links       []LinkView      `json:"links"`
	Held        []HeldView      `json:"held"`
	Trail       []TrailView     `json:"trail"`      // newest first, the last 500
	Earlier     bool            `json:"earlier"`    // more had happened before them
	Connect     bool            `json:"connect"`    // its platforms are connected in the hub
	ControlHub  string          `json:"controlHub"` // where Webex's service app is authorised for it; empty: nowhere
	Trouble     []string        `json:"trouble"`
}

// TenantName is a tenant that can be chosen.
type TenantName struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// DirectoryView is a directory of a tenant.
type DirectoryView struct {
	ID    string `json:"id"` // "staff"
	Title string `json:"title"`
	// Does are what can be done to its people: see PersonChange.
	Does []string `json:"does"`
	// Consent is whether the app may be installed for people: "open" or "given"; empty: here that
	// isn't a question.
	Consent string `json:"consent"`
}

// GroupView is a directory group: who is put into it has their first account on Primary.
type GroupView struct {
	ID        string `json:"id"` // as in the directory
	Directory string `json:"directory"`
	Name      string `json:"name"`
	Primary   string `json:"primary"` // a pane's id
	Secondary string `json:"secondary"`
	Size      int    `json:"size"`
}

// PersonView is a row of the directory.
type PersonView struct {
	ID        string   `json:"id"` // unique among all directories
	Directory string   `json:"directory"`
	Name      string   `json:"name"`
	Email     string   `json:"email"`
	Groups    []string `json:"groups"` // ids
	Active    bool     `json:"active"`
	Deleted   bool     `json:"deleted"` // and can be restored
	Exempt    bool     `json:"exempt"`
	Licensed  bool     `json:"licensed"` // for Teams, in a directory that knows
	Note      string   `json:"note"`     // why the person is interesting: "has no Webex account"; may be empty
}

// PaneView is a platform as its people see it.
type PaneView struct {
	ID        string     `json:"id"` // "slack"
	Title     string     `json:"title"`
	Workspace string     `json:"workspace"`
	Does      []string   `json:"does"` // what its people can do with the app: see AppChange
	Users     []UserView `json:"users"`
	// Unconnected: nothing can happen on the platform until it is connected in the hub.
	Unconnected bool `json:"unconnected"`
}

// UserView is one user of a platform and their chat with the app.
type UserView struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Email string `json:"email"`
	// Person is the person in the directory with the same address, or whom the user stands in for;
	// may be empty.
	Person   string        `json:"person"`
	StandsIn bool          `json:"standsIn"` // is a stand-in: nobody reads what is written to it
	Kind     string        `json:"kind"`     // "", "guest", "bot", "deactivated", "invited", "without the app", "blocks the app"
	Asks     int           `json:"asks"`     // messages that wait for an answer
	Messages []MessageView `json:"messages"`
}

// MessageView is a message as it arrived on the wire.
type MessageView struct {
	ID      string          `json:"id"`
	Mine    bool            `json:"mine"` // written by the user; otherwise by the app
	Text    string          `json:"text"`
	Format  string          `json:"format"` // "blocks": Block Kit blocks, "adaptive": an Adaptive Card; "" for text only
	Card    json.RawMessage `json:"card,omitempty"`
	At      time.Time       `json:"at"`
	Edits   int             `json:"edits"`
	Deleted bool            `json:"deleted"`
	Private bool            `json:"private"`
}

// LinkView is a person's link, in words.
type LinkView struct {
	Person string `json:"person"` // id in the directory
	Name   string `json:"name"`
	From   string `json:"from"` // pane ids
	To     string `json:"to"`
	State  string `json:"state"`
	Tone   string `json:"tone"` // "good", "busy", "quiet", "attention"
	Why    string `json:"why"`
	// StandIn is what represents the person at the other end: "bot", "guest", "persona"; empty: nothing.
	StandIn string    `json:"standIn"`
	Next    string    `json:"next"` // what happens next
	At      time.Time `json:"at"`   // when; zero: when something happens
}

// HeldView is a batch of removals that the guard holds.
type HeldView struct {
	ID     string   `json:"id"`
	Hash   string   `json:"hash"`
	Group  string   `json:"group"`
	People []string `json:"people"` // names
	Why    string   `json:"why"`
}

// TrailView is a line of what happened.
type TrailView struct {
	Seq    int64     `json:"seq"`
	At     time.Time `json:"at"`
	Person string    `json:"person"` // id in the directory; empty where it concerns nobody
	Name   string    `json:"name"`   // of the person; empty where it concerns nobody
	Event  string    `json:"event"`
	From   string    `json:"from"`
	To     string    `json:"to"`
	Why    string    `json:"why"`
}

// PersonChange changes the directory.
type PersonChange struct {
	Tenant string `json:"tenant"`
	// Directory is which one; empty: the file.
	Directory string `json:"directory"`
	// Do is "join", "leave", "rename", "disable", "enable", "delete", "create", "empty" (the whole
	// group); in Entra also "restore", "license", "unlicense", and not "create".
	Do     string `json:"do"`
	Person string `json:"person"`
	Group  string `json:"group"`
	Name   string `json:"name"`
	Email  string `json:"email"`
}

// Press presses a button.
type Press struct {
	Tenant  string `json:"tenant"`
	Pane    string `json:"pane"`
	User    string `json:"user"`
	Message string `json:"message"`
	// Button is the index of the button among the card's buttons, in the order in which they
	// stand in its JSON.
	Button int `json:"button"`
}

// Say writes to the app.
type Say struct {
	Tenant string `json:"tenant"`
	Pane   string `json:"pane"`
	User   string `json:"user"`
	Text   string `json:"text"`
}

// AppChange is what somebody does with the app on Teams.
type AppChange struct {
	Tenant string `json:"tenant"`
	User   string `json:"user"`
	Do     string `json:"do"` // "install", "uninstall", "block" or "unblock"
}

// Consent is an admin's, that the app may be installed for people.
type Consent struct {
	Tenant string `json:"tenant"`
}

// Invite asks for an invitation into the hub.
type Invite struct {
	Tenant string `json:"tenant"`
}

// Invitation is where it leads.
type Invitation struct {
	URL string `json:"url"`
}

// Forward advances the clock.
type Forward struct {
	Hours int `json:"hours"`
}

// Judge decides on held removals.
type Judge struct {
	Tenant string `json:"tenant"`
	ID     string `json:"id"`
	Hash   string `json:"hash"`
	Do     string `json:"do"` // "release" or "reject"
}
