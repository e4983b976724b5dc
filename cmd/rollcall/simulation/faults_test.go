package simulation

import (
	"strconv"
	"strings"

	"rollcall/adapters/sim"
	"rollcall/sync/directory/directorytest"
)

// fault is something that goes wrong, in words. How often each was really reached is counted where
// it takes effect, since a fault that is drawn and never reached gives false comfort.
type fault string

const (
	killedAfterSend  fault = "killed after a message was taken and before that was stored"
	killedBeforeSend fault = "killed after the intent was stored and before the message was sent"
	answerLost       fault = "an answer was lost after the call had taken effect"
	killedInAnswer   fault = "killed at the commit of a person's answer"
	killedInPage     fault = "killed at the commit of a page"
	killedAfterMade  fault = "killed after a guest was made and before that was recorded"
	killedInUnsync   fault = "killed in the middle of giving up somebody who has a stand-in"
	killedElsewhere  fault = "killed somewhere else"
	webhookTwice     fault = "a webhook came again within seconds"
	webhookAgain     fault = "a webhook came again after minutes, hours or a day"
	webhookShuffled  fault = "webhooks came in another order"
	webhookLate      fault = "a webhook came late"
	webhookDays      fault = "a webhook came days late"
	webhookLost      fault = "a webhook never came"
	throttled        fault = "throttled with a usable wait"
	throttledAbsurd  fault = "throttled with an absurd wait, or none"
	serverError      fault = "a server error, an error page or a dropped connection"
	cursorExpired    fault = "a directory's cursor had expired"
	pageReplayed     fault = "a directory's page was replayed, or somebody was on two pages"
	pagesLooped      fault = "a directory's pages went in a circle"
	listingShort     fault = "a listing that was empty or short"
	directoryDown    fault = "a directory could not be asked"
	subscriberDown   fault = "a subscriber could not be told, or its answer was lost"
	toldTwice        fault = "a subscriber was told of a change again"
	workerFrozen     fault = "a worker stood still until its lease was gone"
	appRemoved       fault = "the app was removed from a workspace"
	endedByNews      fault = "a connection ended by news of a removal"
	newsLate         fault = "news of a removal came after the app was installed again"
	disconnected     fault = "a platform was disconnected by an administrator"
	connectedAgain   fault = "a platform was connected again"
	renewed          fault = "a token was renewed"
	renewalLost      fault = "a token was renewed, and the answer was lost, or its reader killed"
	saidAnew         fault = "a connection said that it has to be made anew"
	renewedBeside    fault = "another process worked while one was about to renew a token"
	killedGranting   fault = "killed around a call that gives out tokens"
	killedSteering   fault = "killed at a commit of a job, or of a command"
	reportLost       fault = "the answer to a message of a job was lost"
	appBlocked       fault = "somebody had blocked the app"
	meanwhile        fault = "something else happened in the middle of a step"

	// These are no faults, and are counted for the same reason: what never happens keeps every promise.
	linkedByChoice fault = "somebody was linked to the one of several accounts that they chose"
	linkedByName   fault = "somebody was linked to an account under an address that they named"
	represented    fault = "somebody was represented"
	appeared       fault = "somebody who was represented had an account of their own after all"
	takenAway      fault = "a stand-in was taken away again"
	planReady      fault = "a plan was made"
	planApplied    fault = "a plan was confirmed"
	planDrifted    fault = "a plan was carried out, and something had drifted"
	letGoByPlan    fault = "somebody was let go by a plan"
	groupDrafted   fault = "a group became a draft"
	switchedOff    fault = "a tenant was switched off"
	batchUndone    fault = "a batch was undone"
	releasedByTwo  fault = "a batch was released by two admins"
	stageOpened    fault = "a stage of a rollout opened"
	byAdminsHand   fault = "an admin did something about one person"
	ownWord        fault = "somebody changed their own link by their own word"
	reported       fault = "a job was shown, or told somebody something"
	toldNotMe      fault = "somebody was told of a not me"
	toldHeld       fault = "an admin was told of what is held"
	toldHalted     fault = "an admin was told of a rollout that halted"
)

// least is how often each fault must have been reached by a thousand seeds.
var least = map[fault]int{
	killedAfterSend: 200, killedBeforeSend: 200, answerLost: 200, killedInAnswer: 100, killedInPage: 200,
	webhookTwice: 200, webhookAgain: 200, webhookShuffled: 200, webhookLate: 200, webhookDays: 50, webhookLost: 100,
	throttled: 200, throttledAbsurd: 200, serverError: 500,
	cursorExpired: 100, pageReplayed: 100, pagesLooped: 20, listingShort: 50, directoryDown: 200,
	workerFrozen: 50, meanwhile: 200,
	appRemoved: 300, endedByNews: 150, newsLate: 150, disconnected: 200, connectedAgain: 500,
	renewed: 5000, renewalLost: 100, saidAnew: 50, renewedBeside: 1000, killedGranting: 500,
	killedAfterMade: 100, killedInUnsync: 100, subscriberDown: 200, toldTwice: 200,
	linkedByChoice: 50, linkedByName: 50, represented: 500, appeared: 50, takenAway: 100,
	batchUndone: 20, releasedByTwo: 20,
}

// trouble is a way in which a platform's call goes wrong.
type trouble struct {
	counts fault
	sim.Fault
}

func (t trouble) String() string { return t.Name }

const page = "<!DOCTYPE html><html><body><h1>%</h1></body></html>"

// troubles are the ways. None of them is a platform's own refusal: those the simulators make.
var troubles = func() []trouble {
	var all []trouble
	html := func(status int) sim.Fault {
		return sim.Fault{Name: "page " + strconv.Itoa(status), Status: status, Body: strings.ReplaceAll(page, "%", strconv.Itoa(status))}
	}
	for _, status := range []int{500, 502, 503, 404, 200} {
		all = append(all, trouble{serverError, html(status)})
		lost := html(status)
		lost.Name, lost.After = "page after the effect "+strconv.Itoa(status), true
		all = append(all, trouble{answerLost, lost})
	}
	all = append(all,
		trouble{serverError, sim.Fault{Name: "connection dropped"}},
		trouble{answerLost, sim.Fault{Name: "connection dropped after the effect", After: true}},
		trouble{serverError, sim.Fault{Name: "half an answer", Status: 200, ContentType: "application/json", Body: `{"ok":true,"items":[{"id":`}},
		trouble{answerLost, sim.Fault{Name: "half an answer after the effect", Status: 200, ContentType: "application/json", Body: `{"ok":tr`, After: true}},
	)
	for _, wait := range []string{"1", "30", "600"} {
		all = append(all, trouble{throttled, tooMany(wait)})
	}
	for _, wait := range []string{"", "0", "-5", "86400", "soon", "99999999999999999999", "Wed, 21 Oct 2015 07:28:00 GMT"} {
		all = append(all, trouble{throttledAbsurd, tooMany(wait)})
	}
	return all
}()

// removeGuest is the route that answers without a body.
const removeGuest = "DELETE /people/{id}"

func tooMany(wait string) sim.Fault {
	return sim.Fault{
		Name: "wait " + wait, Status: 429, RetryAfter: wait, ContentType: "application/json",
		Body: `{"ok":false,"error":"ratelimited","message":"Too many requests."}`,
	}
}

// directoryFaults are what can be wrong with a directory's answers.
var directoryFaults = []directorytest.FaultKind{
	directorytest.FaultUnavailable, directorytest.FaultUnauthorized, directorytest.FaultThrottled,
	directorytest.FaultThrottled0, directorytest.FaultThrottledDay, directorytest.FaultMidway,
	directorytest.FaultIncomplete, directorytest.FaultExpired, directorytest.FaultTwice, directorytest.FaultReplay,
	directorytest.FaultLoop, directorytest.FaultEmpty, directorytest.FaultShort,
}

// countDirectory adds what a directory did wrong.
func countDirectory(reached map[fault]int, wrongs map[directorytest.FaultKind]int) {
	for kind, n := range wrongs {
		switch kind {
		case directorytest.FaultExpired:
			reached[cursorExpired] += n
		case directorytest.FaultTwice, directorytest.FaultReplay:
			reached[pageReplayed] += n
		case directorytest.FaultLoop:
			reached[pagesLooped] += n
		case directorytest.FaultEmpty, directorytest.FaultShort:
			reached[listingShort] += n
		default:
			reached[directoryDown] += n
		}
	}
}
