package correlate_test

import (
	"fmt"

	"rollcall/sync/correlate"
	"rollcall/sync/directory"
)

func ExampleDecide() {
	slack := directory.Installation{Platform: "slack", Workspace: "T1"}
	webex := directory.Installation{Platform: "webex", Workspace: "O1"}
	address, _ := directory.ParseAddress("rosa@acme.example")
	account := func(inst directory.Installation, user string) directory.Account {
		return directory.Account{ID: inst.Account(user), Email: address, Kind: directory.KindPerson, Active: true}
	}
	question := correlate.Question{
		Link:    directory.Link{Member: directory.Member{Email: address}},
		Primary: slack, Secondary: webex,
		OnPrimary:   directory.Found(account(slack, "U1")),
		OnSecondary: directory.Found(account(webex, "P1")),
		Holder:      func(directory.AccountID) (directory.Link, bool) { return directory.Link{}, false },
		Suppressed:  func(directory.AccountID) bool { return false },
	}
	verdict, err := correlate.Decide(question)
	fmt.Println(verdict.Event, verdict.Counterpart.ID.Text(), err)

	question.OnSecondary = directory.Absent()
	verdict, err = correlate.Decide(question)
	fmt.Println(verdict.Event, "-", verdict.Why, err)

	question.OnSecondary = directory.Failed(directory.Errorf(directory.Unavailable, "the platform is away"))
	_, err = correlate.Decide(question)
	fmt.Println(err)
	// Output:
	// match webex/O1/P1 <nil>
	// no match - nobody on webex has this person's address <nil>
	// unavailable: the platform is away
}
