package demo

import (
	"cmp"
	"regexp"
	"strings"

	"rollcall/sync/directory"
)

// stateWord is a link's state in a word.
func stateWord(s directory.State) string {
	if s == directory.Represented {
		return "stand-in"
	}
	return string(s)
}

// linkWhy is why a link is as it is, where its state and its stand-in don't say it already.
func linkWhy(l directory.Link) string {
	if l.State == directory.Represented {
		return ""
	}
	return inWords(l.Why)
}

// platformID is a platform's id, and what follows it where it is a part of a key of the configuration,
// which has to be written as it is.
var platformID = regexp.MustCompile(`\b(?:slack|teams|webex)\b(?:\.\w)?`)

// phrases are reasons of the program's that are read more easily in other words. Those of waiting stand
// before a time, so they say what happens then.
var phrases = map[string]string{
	"wave 1": "asked once", "wave 2": "asked twice", "wave 3": "asked three times",
	"waits for an answer, or for the next wave":   "asked again, unless they answer",
	"waits for an answer to the last prompt":      "left alone, unless they answer",
	"waits for the proof from the other account":  "the number runs out, unless it is picked",
	"waits for another address":                   "goes on without, unless they name another address",
	"suspended; comes back if the person does":    "given up, unless they come back",
	"suspended for as long as the person is away": "restored when they come back",
}

// inWords is a reason as it is read: platforms have their names, and waves are counted.
func inWords(why string) string {
	if words, some := phrases[why]; some {
		return words
	}
	return platformID.ReplaceAllStringFunc(why, func(id string) string {
		if strings.Contains(id, ".") {
			return id
		}
		return strings.ToUpper(id[:1]) + id[1:]
	})
}

// faces are what a card shows.
var faces = map[directory.Face]string{
	directory.FaceAsk: "it asks", directory.FaceChoose: "it offers the accounts", directory.FaceSearch: "it asks for another address",
	directory.FaceLater: "it says when it will ask again", directory.FaceNumber: "it shows the number", directory.FaceMissed: "it says that it was another number",
	directory.FaceLapsed: "it says that the time is over", directory.FaceProve: "it offers the numbers", directory.FaceSpent: "it says that its numbers are no longer good",
	directory.FaceLinked: "it says that the accounts are linked", directory.FaceSearched: "it thanks for the answer", directory.FaceDeclined: "it says that nothing was linked",
	directory.FaceStopped: "it says that nobody will ask again", directory.FaceReplaced: "it leads to the newer message", directory.FaceOver: "it says that the question is over",
	directory.FaceWithdrawn: "it says that the question is withdrawn", directory.FaceReview: "it says that an admin looks at it", directory.FaceSuspended: "it says that the accounts are no longer linked",
}

// headline is what happened, as the page's trail says it. What isn't here is said as it stands.
func headline(e directory.Entry) string {
	switch e.Event {
	case "listed":
		return "Put into the group"
	case "listed again":
		return "Back in the group"
	case "described anew", "renamed":
		return "Changed in the directory"
	case "group":
		return "Another group decides"
	case string(directory.Match):
		return "Found on both platforms"
	case string(directory.NoPrimary):
		return "Not found on their own platform"
	case string(directory.NoMatch):
		return "Not found on the other platform"
	case string(directory.Dispute):
		return "Unclear: an admin decides"
	case string(directory.Excuse):
		return "Exempt"
	case string(directory.Suppress):
		return "Left alone"
	case "send":
		if e.To == directory.Proving {
			return "The other account was asked"
		}
		return "Asked"
	case "show":
		return "Card updated"
	case "not sent":
		return "Not delivered; tried again"
	case "resolve":
		return "Looked for a message of unknown fate"
	case "make stand-in":
		return "A stand-in is being made"
	case "stand-in made":
		return "A stand-in was made"
	case "no stand-in":
		return "That one can't be had"
	case "suspend stand-in":
		return "The stand-in was suspended"
	case "resume stand-in":
		return "The stand-in is back"
	case "remove stand-in":
		return "The stand-in was removed"
	}
	return headlineOfAnswer(e)
}

func headlineOfAnswer(e directory.Entry) string {
	switch directory.Event(e.Event) {
	case directory.Accept:
		return "Said yes"
	case directory.Later:
		return "Said later"
	case directory.Disown:
		return "Said: not me"
	case directory.Stop:
		return "Said: stop asking"
	case directory.Prove:
		return "Picked the right number"
	case directory.Miss:
		return "Picked a wrong number"
	case directory.Lapse:
		return "The number ran out"
	case directory.Confirm:
		return "Linked"
	case directory.Shift:
		return "Begun anew"
	case directory.WaveOver, directory.Wake:
		return "Time to ask again"
	case directory.Reconsider:
		return "Tried again"
	case directory.GiveUp:
		return "No answer"
	case directory.Fail:
		return "Can't be written to"
	case directory.Lose:
		return "An account was lost"
	case directory.Return:
		return "Restored"
	case directory.Leave:
		return "Left"
	case directory.Expire:
		return "Given up"
	case directory.Search:
		return "Asked for another address"
	case directory.Name:
		return "Named another address"
	case directory.Forgo:
		return "Has no other address"
	case directory.Represent:
		return "Represented by a stand-in"
	case directory.Hold:
		return "No stand-in can be made"
	}
	switch e.Event {
	case "nominated":
		return "No longer listed"
	case "stays":
		return "Is still in the group"
	case "held":
		return "Removals held for an admin"
	case string(directory.BatchReleased):
		return "Removals released"
	case string(directory.BatchRejected):
		return "Removals refused"
	}
	return headlineOfAdmins(e)
}

// headlineOfAdmins is what somebody did by a command.
func headlineOfAdmins(e directory.Entry) string {
	switch e.Event {
	case string(directory.Divert):
		return "Asked on the other platform instead"
	case string(directory.Unlink):
		return "Link undone"
	case string(directory.Relink):
		return "Linked again"
	case string(directory.Rejoin), "retry":
		return "Begun anew"
	case "exempt":
		return "Never asked, by an admin's word"
	case "exempt lifted":
		return "No longer exempt"
	case "named":
		return "An admin named the account"
	case "resolved":
		return "An admin decided whose account it is"
	case "on", "off":
		return "Switched " + e.Event
	case "prompt":
		return "An admin had them asked now"
	case "release proposed":
		return "One admin released the removals; another has to"
	}
	return strings.ToUpper(e.Event[:min(1, len(e.Event))]) + e.Event[min(1, len(e.Event)):]
}

// reason is why it happened, where the headline doesn't say it already.
func reason(e directory.Entry) string {
	switch e.Event {
	case "show":
		return cmp.Or(faces[directory.Face(e.Why)], inWords(e.Why))
	case "make stand-in", "stand-in made":
		return "a " + e.Why
	case "listed", string(directory.Represent), "send", "nominated", string(directory.Accept), string(directory.Later), string(directory.Stop), string(directory.Prove), string(directory.Miss):
		return ""
	}
	return inWords(e.Why)
}
