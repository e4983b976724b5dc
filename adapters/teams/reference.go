package teams

import (
	"context"
	"encoding/json"

	"rollcall/sync/directory"
)

// reference is the address of a 1:1 chat. Its text form is what is stored.
type reference struct {
	Service string `json:"serviceUrl"`
	ID      string `json:"conversation"`
}

func (r reference) text() string {
	if r == (reference{}) {
		return ""
	}
	text, _ := json.Marshal(r) // of two strings
	return string(text)
}

// parseReference reads what is stored. A service URL that the cloud doesn't know is no address: it
// would be sent the bot's token.
func (c Cloud) parseReference(text string) (reference, bool) {
	var r reference
	if json.Unmarshal([]byte(text), &r) != nil || !isID(r.ID) {
		return reference{}, false
	}
	service, ok := c.service(r.Service)
	if !ok {
		return reference{}, false
	}
	return reference{Service: service, ID: r.ID}, true
}

// longestID bounds what is stored of a conversation's or an activity's id.
const longestID = 1024

// isID reports whether an id of the connector may stand in a path.
func isID(id string) bool { return id != "" && len(id) <= longestID && id != "." && id != ".." }

// stored is the chat with an account; zero: none is known.
func (a *Adapter) stored(ctx context.Context, inst directory.Installation, account directory.AccountID) (reference, error) {
	text, err := a.config.Conversations.Conversation(ctx, inst, account)
	if err != nil && !directory.Is(err, directory.NotFound) {
		return reference{}, err
	}
	ref, _ := a.config.Cloud.parseReference(text)
	return ref, nil
}

// store remembers the chat with an account; the zero reference forgets it.
func (a *Adapter) store(ctx context.Context, inst directory.Installation, account directory.AccountID, ref reference) error {
	return a.config.Conversations.SaveConversation(ctx, inst, account, ref.text())
}
