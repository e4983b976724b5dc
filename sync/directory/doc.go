// Package directory is the vocabulary of Rollcall: who a tenant, a member, an account and a link
// are, what may happen to a link, and the ports through which the engine reaches the outside
// world. It owns words and rules, never effects: it imports the standard library and
// golang.org/x/text only, and everything else in sync/ imports it.
//
// # Identity
//
// A person in a directory is a [MemberID]; an identity on a chat platform is an [AccountID]. Both
// are comparable structs of immutable ids. An e-mail [Address] only finds candidates: nothing is
// keyed on one and nothing is authorised by one.
//
// # Three answers
//
// A question to the outside has three answers, and [Finding] and [Standing] keep them apart in
// their types: yes, a definite no, and "could not be asked". The zero value of both is the third,
// so that a forgotten assignment can never pass as an absence.
//
// # Reading by pages
//
// [Source] and [Accounts] are read by pages with an explicit cursor rather than by an iterator:
// the cursor of a page is committed together with what the page said, so that a crash at any
// point resumes there, and an iterator can't be resumed.
//
// # The life of a link
//
// [Life] is the one table of what may follow what. The diagram is made from it by [Diagram], and a
// test compares the two:
//
//	new, waiting, unmatched, disputed, exempt --match--> found
//	new, waiting, unmatched, disputed, exempt --no primary--> waiting
//	new, waiting, unmatched, disputed, exempt --no match--> unmatched
//	new, waiting, unmatched, disputed, exempt, found, asking, snoozed, proving, confirming --dispute--> disputed
//	new, waiting, unmatched, disputed, exempt --excuse--> exempt
//	new, waiting, unmatched, disputed, exempt, found --suppress--> stopped
//	found --ask--> asking
//	found, asking, snoozed --give up--> unanswered
//	found, asking, snoozed, proving, confirming, declined --shift--> new
//	asking, snoozed, proving --accept--> proving
//	asking --later--> snoozed
//	asking, snoozed, proving --disown--> declined
//	asking, snoozed --stop--> stopped
//	asking --wave over--> found
//	asking, proving --fail--> unreachable
//	snoozed --wake--> found
//	proving --prove--> confirming
//	proving --miss--> asking
//	proving --lapse--> asking
//	confirming --confirm--> linked
//	linked --lose--> suspended
//	unreachable --reconsider--> new
//	suspended --return--> as it was
//	suspended --expire--> unsynced
//	unsynced --return--> new
//	every live state --leave--> suspended
package directory
