package simulation

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"rollcall/sync/directory"
	"rollcall/sync/directory/directorytest"
)

// profile is what one history is made of and what goes wrong in it. It is drawn once, from the
// seed, and printed with a failure. Half of everything is off in each history, so that one fault
// does not hide behind another.
type profile struct {
	Events int
	People int // more of them, besides those who are always there

	Kill      float64 // at each place where the program can be killed
	KillSend  float64 // right before and after a message is sent
	KillWrite float64 // right before and after a page or an answer is committed
	Pause     float64 // at each such place: something else happens meanwhile
	Asleep    float64 // no worker runs while time passes

	Twice   float64 // a webhook comes again within seconds
	Again   float64 // after minutes, hours or a day
	Shuffle float64 // webhooks that are due come in another order
	Late    float64 // a webhook comes seconds to hours late
	Days    float64 // days late
	Lost    float64 // never

	Slack, Webex float64 // a call goes wrong
	Trouble      []trouble
	Storm        bool // now and then a platform throttles everything for a while

	Directory float64 // a call goes wrong
	Wrongs    []directorytest.FaultKind

	Attack float64 // a press is somebody else's, old, replayed or tampered with
	Churn  float64 // of the events, how many change people, accounts and groups

	ReadBack  bool // Slack lets the app look for its messages
	CardEdits bool // Webex lets a card be edited
	Processes int
	PageSize  int
	ReadEvery time.Duration
	Quiet     bool // there are quiet hours
	Removal   directory.Removal
	Grace     time.Duration
	Only      directory.TenantID // things happen to this tenant only
	Stormy    directory.TenantID // this tenant's directory, and its own calls to a platform, go wrong all the time
	StandIns  standIns
	AskFirst  bool // whoever isn't found is asked for another address
	Several   bool // some people have several accounts on Webex
	Telling   telling
	Comings   comings
	Steering  steering
	Calm      bool // each event is over before the next one, and nobody gets the address of anybody else
}

func drawProfile(seed uint64) profile {
	d := newDice(seed, "profile", 0)
	strength := func(on, least, most float64) float64 {
		if !d.chance(on) {
			return 0
		}
		return least * pow(most/least, d.Float64())
	}
	p := profile{
		Events:    80 + d.IntN(100),
		People:    d.IntN(3),
		Kill:      strength(0.5, 0.0005, 0.01),
		KillSend:  strength(0.5, 0.02, 0.3),
		KillWrite: strength(0.5, 0.01, 0.1),
		Pause:     strength(0.5, 0.005, 0.05),
		Asleep:    strength(0.5, 0.02, 0.2),
		Twice:     strength(0.5, 0.02, 0.5),
		Again:     strength(0.5, 0.02, 0.3),
		Shuffle:   strength(0.5, 0.1, 0.9),
		Late:      strength(0.5, 0.02, 0.4),
		Days:      strength(0.4, 0.01, 0.2),
		Lost:      strength(0.4, 0.01, 0.3),
		Slack:     strength(0.6, 0.005, 0.2),
		Webex:     strength(0.6, 0.005, 0.2),
		Storm:     d.chance(0.4),
		Directory: strength(0.6, 0.01, 0.3),
		Attack:    strength(0.6, 0.05, 0.5),
		Churn:     0.1 + 0.3*d.Float64(),
		ReadBack:  d.chance(0.7),
		CardEdits: d.chance(0.7),
		Processes: 1 + d.IntN(3),
		PageSize:  2 + d.IntN(6),
		ReadEvery: pick(d, []time.Duration{time.Hour, 4 * time.Hour, 8 * time.Hour, 8 * time.Hour}),
		Quiet:     d.chance(0.3),
		Removal:   pick(d, []directory.Removal{"", directory.RemovalSuspend, directory.RemovalUnsync, directory.RemovalDelete}),
		Grace:     pick(d, []time.Duration{0, 25 * time.Hour, 3 * 24 * time.Hour}),
	}
	for _, t := range troubles {
		if d.chance(0.5) {
			p.Trouble = append(p.Trouble, t)
		}
	}
	for _, kind := range directoryFaults {
		if d.chance(0.4) {
			p.Wrongs = append(p.Wrongs, kind)
		}
	}
	p.StandIns, p.Telling, p.Comings, p.Steering = drawStandIns(seed), drawTelling(seed), drawComings(seed), drawSteering(seed)
	p.AskFirst = newDice(seed, "ask first", 0).chance(0.4)
	p.Several = newDice(seed, "several", 0).chance(0.4)
	return p
}

// String is the profile with a line for each option that is not off.
func (p profile) String() string {
	var b strings.Builder
	v := reflect.ValueOf(p)
	for i := range v.NumField() {
		if !v.Field(i).IsZero() {
			fmt.Fprintf(&b, "  %-12s %v\n", v.Type().Field(i).Name, v.Field(i).Interface())
		}
	}
	return b.String()
}
