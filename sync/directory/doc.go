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
//	new, waiting, unmatched, disputed, exempt, held, standin --match--> found
//	new, waiting, unmatched, disputed, exempt, held --no primary--> waiting
//	new, waiting, unmatched, disputed, exempt, held --no match--> unmatched
//	new, waiting, unmatched, disputed, exempt, held, found, asking, choosing, snoozed, proving, confirming --dispute--> disputed
//	new, waiting, unmatched, disputed, exempt, held, standin --excuse--> exempt
//	new, waiting, unmatched, disputed, exempt, held, found --suppress--> stopped
//	unmatched --search--> searching
//	searching --name--> new
//	searching --forgo--> unmatched
//	searching --lapse--> unmatched
//	searching --fail--> unmatched
//	searching, standin, found, asking, choosing, snoozed, proving, confirming, declined --shift--> new
//	unmatched --represent--> standin
//	unmatched --hold--> held
//	standin, linked --lose--> suspended
//	found --ask--> asking
//	found --offer--> choosing
//	found, asking, choosing, snoozed, proving --accept--> proving
//	found, asking, choosing, snoozed --give up--> unanswered
//	asking, choosing --later--> snoozed
//	asking, choosing, snoozed, proving, linked, found, confirming, stopped, unanswered, unreachable, unlinked --disown--> declined
//	asking, choosing, snoozed, proving --stop--> stopped
//	asking, choosing --wave over--> found
//	asking, choosing, proving --fail--> unreachable
//	snoozed --wake--> found
//	proving --prove--> confirming
//	proving --miss--> asking
//	proving --lapse--> asking
//	confirming --confirm--> linked
//	linked --unlink--> unlinked
//	unlinked --relink--> linked
//	asking --divert--> found
//	unlinked, declined, stopped, unanswered, unreachable, disputed --rejoin--> new
//	unreachable --reconsider--> new
//	suspended --return--> as it was
//	suspended --expire--> unsynced
//	unsynced --return--> new
//	every live state --leave--> suspended
package directory
