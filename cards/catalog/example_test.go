package catalog_test

import (
	"fmt"
	"time"

	"rollcall/cards/catalog"
	"rollcall/cards/plain"
)

func ExampleNumber() {
	card := catalog.Number(catalog.Prompt{
		Here:   "Slack",
		There:  "Webex",
		Number: "47",
		Until:  time.Date(2026, time.November, 24, 13, 0, 0, 0, time.UTC),
		Zone:   time.FixedZone("CET", 60*60),
		Nonce:  "unguessable",
	})
	text, err := plain.Render(card)
	fmt.Println(text, err)
	// Output:
	// One more step, in Webex
	//
	// Your number: 47
	//
	// Open Webex. Rollcall has just written to you there. Pick 47.
	//
	// The number is good until Tuesday 24 November, 14:00. If that Webex account isn't yours, choose Not me.
	//
	// [New number] [Not me] <nil>
}

func ExampleClean() {
	fmt.Println(catalog.Clean("  Ada\u202e\n Love\u200blace, http://evil.example "))
	fmt.Println(catalog.Clean("\u200b"))
	// Output:
	// Ada Lovelace, http∶//evil․example
	// someone
}
