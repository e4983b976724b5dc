package hook

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"

	"rollcall/sync/directory"
)

// message is the body. Others' programs read it: its fields stay as they are, and changed.schema.json
// says the same.
type message struct {
	Type   string `json:"type"`
	ID     string `json:"id"`
	At     string `json:"at"`
	Tenant string `json:"tenant"`
	Link   link   `json:"link"`
	From   string `json:"from"`
	To     string `json:"to"`
	Why    string `json:"why"`
}

type link struct {
	Directory   string    `json:"directory"`
	Member      string    `json:"member"`
	Platforms   platforms `json:"platforms"`
	Primary     *account  `json:"primary"`
	Counterpart *account  `json:"counterpart"`
	StandIn     *standIn  `json:"standIn"`
	State       string    `json:"state"`
}

// platforms tell a person's links apart where their accounts are not known yet.
type platforms struct {
	Primary   string `json:"primary"`
	Secondary string `json:"secondary"`
}

type account struct {
	Platform  string `json:"platform"`
	Workspace string `json:"workspace"`
	User      string `json:"user"`
}

type standIn struct {
	Kind     string   `json:"kind"`
	Account  *account `json:"account"`
	Presence string   `json:"presence"`
}

// encode is the body of a change.
func encode(c directory.Changed) ([]byte, error) {
	l := c.Link
	m := message{
		Type: "link.changed", ID: c.ID, At: c.At.UTC().Format(time.RFC3339Nano), Tenant: string(c.Tenant),
		Link: link{
			Directory: l.Key.Member.Directory, Member: opaque(l.Key.Member.ID),
			Platforms: platforms{string(l.Primary), string(l.Secondary)},
			Primary:   accountOf(l.Account), Counterpart: accountOf(l.Counterpart), State: string(l.State),
		},
		From: string(c.From), To: string(c.To), Why: c.Why,
	}
	if s := l.StandIn; s.Is != directory.Missing {
		m.Link.StandIn = &standIn{Kind: string(s.Kind), Account: accountOf(s.Account), Presence: string(s.Is)}
	}
	if strings.Contains(m.Why, "@") { // it never should; nobody's address leaves for it
		m.Why = ""
	}
	body, err := json.Marshal(m)
	if err != nil {
		return nil, directory.Errorf(directory.Internal, "hook: the body can't be encoded")
	}
	return body, nil
}

func accountOf(id directory.AccountID) *account {
	if id.IsZero() {
		return nil
	}
	return &account{Platform: string(id.Platform), Workspace: string(id.Workspace), User: opaque(id.User)}
}

// opaque is an id, or where it is an address, a digest that whoever knows the id can make as well.
func opaque(id string) string {
	if !strings.Contains(id, "@") {
		return id
	}
	sum := sha256.Sum256([]byte(id))
	return "sha256:" + hex.EncodeToString(sum[:])
}
