package slack

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"

	"rollcall/cards"
	"rollcall/cards/blockkit"
	"rollcall/sync/directory"
)

// atHome is the conversation of what people do on their own home tab of the app, which Slack gives no id
// and shows to nobody else. It isn't their 1:1 chat: no prompt ever stands there.
const atHome = "home"

// showHome shows a card as the actor's own home tab. What the event changed has been acknowledged, so a
// failure is only logged; the tab is asked for anew whenever it is opened.
func (a *Adapter) showHome(ctx context.Context, origin directory.Origin, card cards.Card) {
	inst, err := a.config.Conversations.Resolve(ctx, origin)
	if err == nil {
		err = a.publish(ctx, inst, origin.Actor, card)
	}
	a.logReply(err)
}

// publish replaces somebody's home tab: https://docs.slack.dev/reference/methods/views.publish. It may be
// called again, and needs no scope.
func (a *Adapter) publish(ctx context.Context, inst directory.Installation, to directory.AccountID, card cards.Card) error {
	if err := ours(inst, to); err != nil {
		return err
	}
	blocks, err := blockkit.Home(card)
	if err != nil {
		return directory.Errorf(directory.Invalid, "slack: %w", err)
	}
	view, err := json.Marshal(homeView{Type: "home", Blocks: blocks})
	if err != nil {
		return directory.Errorf(directory.Internal, "slack: a home tab can't be encoded")
	}
	token, err := a.token(ctx, inst)
	if err != nil {
		return err
	}
	_, err = a.api.post(ctx, "views.publish", url.Values{"user_id": {to.User}, "view": {string(view)}}, func(r *http.Request) {
		r.Header.Set("Authorization", "Bearer "+token.Reveal())
	}, &status{})
	return err
}

// homeView is https://docs.slack.dev/reference/views/home-tab-views.
type homeView struct {
	Type   string          `json:"type"`
	Blocks json.RawMessage `json:"blocks"`
}
