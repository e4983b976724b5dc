package slacksim

import (
	"slices"
	"sync"

	"rollcall/adapters/sim"
)

// Call is a request that reached the simulator. Its Workspace is whose token it carried: a
// workspace's id, an organisation's, or the app's own for an app-level token.
type Call struct {
	sim.Call
	Team string // the workspace that it named (team_id, or team for team.info); empty: none
}

// Calls is the record of all calls. Safe for concurrent use.
type Calls struct {
	mu   sync.Mutex
	made []Call
}

func (c *Calls) add(call Call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.made = append(c.made, call)
}

// Made is a copy of the record, oldest first.
func (c *Calls) Made() []Call {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.made)
}

// All is the record as every simulator keeps it, oldest first.
func (c *Calls) All() []sim.Call {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := make([]sim.Call, len(c.made))
	for i, call := range c.made {
		all[i] = call.Call
	}
	return all
}

// Len is how many calls there were.
func (c *Calls) Len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.made)
}
