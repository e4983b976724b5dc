package plan_test

import (
	"fmt"
	"time"

	"rollcall/sync/directory"
	"rollcall/sync/plan"
)

var monday = time.Date(2026, time.March, 2, 21, 30, 0, 0, time.UTC)

func ExampleNext() {
	rules := plan.Rules{
		Settings: directory.Settings{On: true, QuietFrom: 18, QuietTo: 8},
		Zone:     "Europe/Berlin",
	}
	step := plan.Next(directory.Link{State: directory.Matched}, rules, monday)
	fmt.Println(step.Do, step.Until.Format(time.RFC3339), step.Reason)
	step = plan.Next(directory.Link{State: directory.Matched}, rules, step.Until)
	fmt.Println(step.Do, step.Reason)
	// Output:
	// wait 2026-03-03T07:00:00Z quiet hours
	// send ask both accounts are known: wave 1
}

func ExampleApply() {
	linked := directory.Link{State: directory.Linked}
	away, _ := plan.Apply(linked, directory.Leave, "the directory says that they left", monday)
	fmt.Println(away.State, "and was", away.Before)
	back, _ := plan.Apply(away, directory.Return, "the person is back", monday.Add(time.Hour))
	fmt.Println(back.State)
	_, err := plan.Apply(back, directory.Accept, "", monday)
	fmt.Println(err)
	// Output:
	// suspended and was linked
	// linked
	// conflict: a link that is linked can't accept
}

func ExampleGuard() {
	group := directory.Counts{Live: 300, Linked: 240, GroupLive: 40, GroupLinked: 30}
	fmt.Printf("%q\n", plan.Guard(plan.Removals{Leaving: 5, LeavingLinked: 4, Listed: 35, Counts: group}))
	fmt.Printf("%q\n", plan.Guard(plan.Removals{Leaving: 6, LeavingLinked: 4, Listed: 34, Counts: group}))
	// Output:
	// ""
	// "6 of the group's 40 people at once"
}

func ExampleOf() {
	link := func(id string, state directory.State) directory.Link {
		key := directory.LinkKey{Member: directory.MemberID{Directory: "hr", ID: id}, Pair: directory.PairOf("slack", "webex")}
		return directory.Link{Key: key, State: state}
	}
	rules := plan.Rules{Settings: directory.Settings{On: true}}
	links := []directory.Link{link("2", directory.Linked), link("1", directory.New)}
	fmt.Print(plan.Of(links, func(directory.Link) plan.Rules { return rules }, monday))
	// Output:
	// plan of 2026-03-02T21:30:00Z: 2 links
	//        1  correlate
	//        1  wait
	// correlate   hr/1/slack/webex  new: not looked at yet
	// wait        hr/2/slack/webex  linked: linked
}
