// Command judge runs the Slack simulator for judge.mjs, which drives it with Slack's official SDK. It
// writes the simulator's URL to standard output, serves until standard input ends, and then
// notes in reached.json from which methods the SDK had a good answer.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"time"

	"rollcall/adapters/sim"
	"rollcall/adapters/slack/slacksim"
)

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "judge:", err)
	}
}

func run(in io.Reader, out io.Writer) error {
	slack := slacksim.New(slacksim.Config{
		Clock: sim.NewClock(nil), SigningSecret: "judge", ClientID: "1.2", ClientSecret: "judge-secret",
		RedirectURLs: []string{"https://judge.example/return"}, TokenRotation: true, OrgDeploy: true,
		AppToken: "xapp-judge", SocketMode: true,
	})
	slack.AddWorkspace(workspace())
	slack.AddOrg(organisation())
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	slack.Reach("http://"+listener.Addr().String(), "")
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	go slack.Outbox.Run(ctx, time.Second)
	server := &http.Server{Handler: slack, ReadHeaderTimeout: 5 * time.Second}
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	fmt.Fprintf(out, "http://%s/api/\n", listener.Addr())
	if _, err := io.Copy(io.Discard, in); err != nil {
		return err
	}
	if err := server.Shutdown(context.Background()); err != nil {
		return err
	}
	<-done
	return note(slack)
}

func workspace() slacksim.Workspace {
	w := slacksim.Workspace{ID: "T0001", Name: "Judged", Token: "xoxb-judge"}
	for i := range 25 {
		w.Users = append(w.Users, slacksim.User{
			RealName: fmt.Sprintf("Person %02d", i), Email: fmt.Sprintf("person%02d@judge.example", i), TZ: "Europe/Oslo",
		})
	}
	return w
}

// organisation has the app in three of its workspaces, and can have it anew by consent.
func organisation() slacksim.Org {
	return slacksim.Org{
		ID: "E0001", Name: "Judged group", Token: "xoxb-judge-org", Granted: []string{"T0011", "T0012", "T0013"},
		Workspaces: []slacksim.Workspace{{ID: "T0011", Name: "First"}, {ID: "T0012", Name: "Second"}, {ID: "T0013", Name: "Third"}},
		Users:      []slacksim.User{{ID: "U0ADMIN", RealName: "Admin", Teams: []string{"T0011", "T0012"}, OrgAdmin: true}},
	}
}

// note writes which methods were answered well.
func note(slack *slacksim.Sim) error {
	var reached []string
	for _, call := range slack.Calls.All() {
		if call.Status < http.StatusMultipleChoices && call.Detail == "" { // a socket has 101
			reached = append(reached, call.Route)
		}
	}
	slices.Sort(reached)
	body, err := json.MarshalIndent(slices.Compact(reached), "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile("reached.json", append(body, '\n'), 0o644)
}
