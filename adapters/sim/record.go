package sim

import (
	"encoding/json"
	"slices"
	"sync"
	"time"
)

// Call is one request that reached a simulator.
type Call struct {
	At        time.Time
	Route     string
	Workspace string // whose token it carried; empty: none or a wrong one
	About     string // the workspace that it asked about, where that can be told
	Status    int
	Detail    string // the platform's own error name, where it refused
}

// Calls is the record of a simulator's calls. Safe for concurrent use.
type Calls struct {
	mu   sync.Mutex
	list []Call
}

// Add records a call.
func (c *Calls) Add(call Call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.list = append(c.list, call)
}

// All is a copy of the record, oldest first.
func (c *Calls) All() []Call {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.list)
}

// Len is how many calls there were.
func (c *Calls) Len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.list)
}

// Message is a message that a platform accepted, whatever it answered. Simulators keep every one
// of them for ever: they are the ground truth.
type Message struct {
	Seq          int64     `json:"seq"` // grows with every message and every change of one, within a simulator
	Workspace    string    `json:"workspace"`
	Conversation string    `json:"conversation"`
	Direct       bool      `json:"direct"`
	ID           string    `json:"id"`
	From         string    `json:"from"` // a user id; the app's own bot user for ours
	FromApp      bool      `json:"fromApp"`
	To           string    `json:"to"` // the other user of a 1:1 chat
	Text         string    `json:"text"`
	At           time.Time `json:"at"`
	// Card is the platform's own JSON as it arrived on the wire: blocks, or an Adaptive Card.
	Card json.RawMessage `json:"card,omitempty"`
	// First is the card as first posted; Card is as last edited.
	First   json.RawMessage `json:"first,omitempty"`
	Edits   int             `json:"edits"`
	Deleted bool            `json:"deleted"`
	Private bool            `json:"private"` // shown to one user only, and not kept by the platform
	// Presses are the values of the buttons that the card had, as first posted and after
	// each edit: what decides which question a message asked.
	Presses [][]string `json:"presses,omitempty"`
}
