package slacksim

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// reached is what Slack's own SDK got a good answer from; judge/ writes it.
//
//go:embed judge/reached.json
var reached []byte

// Coverage is a Markdown table of what the simulator serves, made from its routes.
func Coverage() string {
	var bySDK []string
	if err := json.Unmarshal(reached, &bySDK); err != nil {
		panic("slacksim: judge/reached.json is damaged")
	}
	var b strings.Builder
	b.WriteString("| method | scope | calls a minute | support | reached by the official SDK |\n|---|---|---|---|---|\n")
	for _, name := range slices.Sorted(maps.Keys(routes)) {
		r := routes[name]
		support, rate, seen := "as documented", "no limit", seenBy(bySDK, name)
		if r.note != "" {
			support = "partial: " + r.note
		}
		if r.tier > 0 {
			rate = fmt.Sprint(r.tier)
		}
		if name == "chat.postMessage" {
			rate = fmt.Sprintf("%d in one channel", int(channelRate*60))
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", name, scopeOf(r), rate, support, seen)
	}
	fmt.Fprintf(&b, "| `%s` | none | no limit | partial: the page itself, at /oauth/v2/authorize; whoever sits there is chosen on it | no |\n", consentRoute)
	fmt.Fprintf(&b, "| `%s` | none | %d at a time | as documented | %s |\n", socketRoute, mostSockets, seenBy(bySDK, socketRoute))
	fmt.Fprintf(&b, "| `response_url` | none | no limit | partial: new ephemeral messages, %d in %s | no |\n", hookPosts, "30 minutes")
	return b.String()
}

func scopeOf(r route) string {
	if r.scope == "" {
		return "none"
	}
	return "`" + r.scope + "`"
}

func seenBy(sdk []string, name string) string {
	if slices.Contains(sdk, name) {
		return "yes"
	}
	return "no"
}
