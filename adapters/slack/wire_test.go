package slack

import (
	"context"
	"crypto/tls"
	"net/http"
	"testing"
	"time"

	"github.com/gorilla/mux"

	"rollcall/adapters/sim"
	"rollcall/adapters/slack/slacksim"
	"rollcall/cards"
	"rollcall/sync/directory"
	"rollcall/sync/directory/directorytest"
)

// Over real connections: a message goes out, its button is pressed, and the reply follows the
// acknowledgement. And so is the home tab published when it is opened.
func TestOverTheWire(t *testing.T) {
	t.Parallel()
	authority, err := sim.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	clock := sim.NewClock(nil)
	client := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: authority.Pool()}}}
	slack := slacksim.New(slacksim.Config{Clock: clock, SigningSecret: signingSecret, Client: client})
	platform, err := authority.Serve(slack)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(platform.Close)
	inst := directory.Installation{Tenant: "a", Platform: Name, Workspace: "T0001", Generation: 1}
	registry := directorytest.NewMemory()
	if err := registry.PutTenant(t.Context(), directory.Tenant{ID: inst.Tenant}); err != nil {
		t.Fatal(err)
	}
	if err := registry.Install(t.Context(), inst); err != nil {
		t.Fatal(err)
	}
	adapter, err := New(Config{
		Cloud:         Loopback(platform.URL, platform.URL, authority.Pool()),
		Signing:       []directory.Secret{directory.NewSecret(signingSecret)},
		Conversations: registry,
		Tokens: func(context.Context, directory.Installation) (directory.Secret, error) {
			return directory.NewSecret("xoxb-1"), nil
		},
		Now: clock.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	notes := &notebook{}
	notes.reply.Card = &cards.Card{Summary: "Not yours", Title: "Not yours"}
	router := mux.NewRouter()
	adapter.Mount(router, notes)
	product, err := authority.Serve(router)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(product.Close)
	slack.Reach(platform.URL, product.URL)
	slack.AddWorkspace(slacksim.Workspace{ID: "T0001", Token: "xoxb-1", Users: []slacksim.User{{ID: "U0ANN", RealName: "Ann"}}})

	card := hello("m")
	card.Actions = []cards.Action{{Label: "Sync", Press: cards.Press{Verb: "sync", Nonce: "abc"}}}
	ref, err := adapter.Send(t.Context(), inst, inst.Account("U0ANN"), card)
	if err != nil {
		t.Fatal(err)
	}
	if err := slack.Press("T0001", "U0ANN", ref.Conversation, ref.ID, "0"); err != nil {
		t.Fatal(err)
	}
	if err := slack.LookAtHome("T0001", "U0ANN"); err != nil {
		t.Fatal(err)
	}
	slack.Outbox.Pump(t.Context())
	product.Close() // waits for what follows the acknowledgement
	all := slack.Messages(0)
	if len(all) != 2 || !all[1].Private || all[1].Text != "Not yours" {
		t.Errorf("%+v", all)
	}
	if home, published := slack.Home("T0001", "U0ANN"); !published || len(home.Blocks) == 0 {
		t.Errorf("the home tab is %+v", home)
	}
}
