package catalog

// Every word that people read in a card. {Name} and the like are filled in by [Prompt.value], and
// {Sync now} stands for the button of that name. A text never begins with a person's name, so that
// no name can pass for the beginning of a quotation, a list or a heading in a client that looks for
// those.

// Words for what is not known.
const (
	nobody  = "someone"
	noThere = "the other platform"
	noHere  = "this platform"
)

// Buttons.
const (
	buttonSync   = "Sync my accounts"
	buttonNow    = "Sync now"
	buttonNumber = "New number"
	buttonLater  = "Later"
	buttonNotMe  = "Not me"
	buttonStop   = "Stop asking"
	buttonNone   = "None of these"

	buttonHaveNone = "I have none"
)

// Labels of facts and figures.
const (
	labelName     = "Name"
	labelAddress  = "Address"
	labelPlatform = "Platform"
	labelNumber   = "Your number"
)

// Sentences that several cards share.
const (
	hello         = "Hello {Name}."
	helloNobody   = "Hello."
	canIgnore     = "You can ignore this message. Without your answer nothing is linked."
	answerUntil   = "You can answer until {Until}."
	nothingToDo   = "You don't need to do anything."
	passesNothing = "Rollcall passes no messages from one platform to another."
	askAdmin      = "If this is wrong, please tell your administrator."
)

// Ask: is the account at the other end yours?
const (
	askSummary  = "Is the {There} account of {Other} yours? You can link it with your {Here} account."
	askTitle    = "Is this {There} account yours?"
	askFound    = "There is a {There} account that looks like yours:"
	askHow      = "If it is yours, choose {Sync my accounts}. Rollcall then writes to you in {There}, to make sure that it is you."
	askMore     = "Rollcall asks again in a few days, three times at most."
	askOnceMore = "Rollcall asks once more after this."
	askLast     = "This is the last time that Rollcall asks."
)

// Later: will be asked again.
const (
	laterTitle    = "Another time, then"
	laterWhen     = "Rollcall asks you again about your {There} account on {Until}."
	laterSomeTime = "Rollcall asks you again about your {There} account in a few days."
	laterSooner   = "If you want to do it sooner, choose {Sync now}."
	laterNever    = "Rollcall won't ask again about your {There} account."
	laterStill    = "If you want to do it after all, choose {Sync now} until {Until}."
)

// Choose: which of several accounts is yours? Later, after it.
const (
	chooseSummary = "Which {There} account is yours? There are several that could be."
	chooseTitle   = "Which {There} account is yours?"
	chooseFound   = "Several {There} accounts could be yours:"
	chooseHow     = "Choose yours. Rollcall then writes to you in {There}, to make sure that it is you."
	chooseStop    = "If you don't want to be asked again, choose {Later} and then {Stop asking}."

	laterChoose      = "If you want to do it sooner, choose your account:"
	laterChooseStill = "If you want to do it after all, choose your account until {Until}:"
)

// Search: is there an account under another address? Searched: that is over.
const (
	searchSummary = "Rollcall did not find you in {There}. If you have an account there under another address, reply with that address."
	searchTitle   = "Do you have a {There} account?"
	searchWhat    = "Rollcall did not find you in {There}."
	searchHow     = "If you have an account there under another address, reply here with that address."
	searchNone    = "If not, choose {I have none}."
	searchOnce    = "You can ignore this message. Rollcall asks this only once."

	searchedTitle = "Thank you"
	searchedWhat  = "You have answered whether you have a {There} account."
	searchedThen  = "If you named an address, Rollcall asks there whether it is you. Otherwise there is nothing to do."
)

// Number: go to the other account and pick this number.
const (
	numberSummary = "Your number is {Number}. Open {There}, where Rollcall has just written to you, and pick it there."
	numberTitle   = "One more step, in {There}"
	numberHow     = "Open {There}. Rollcall has just written to you there. Pick {Number}."
	numberUntil   = "The number is good until {Until}."
	numberNotMe   = "If that {There} account isn't yours, choose {Not me}."
)

// Missed: a wrong number was picked. Lapsed: none was.
const (
	missedSummary = "Another number was picked in {There}, so nothing has been linked. You can get a new number."
	missedTitle   = "That was another number"
	missedWhat    = "Somebody picked another number in {There}. Nothing has been linked."
	missedHow     = "If that was you, choose {New number} and try again. If it wasn't, choose {Not me}."

	lapsedSummary = "Nobody picked your number in {There} in time, so nothing has been linked. You can get a new number."
	lapsedTitle   = "Your number is no longer good"
	lapsedWhat    = "Nobody picked it in {There} in time. Nothing has been linked."
	lapsedHow     = "To go on, choose {New number}. Rollcall then writes to you in {There} once more."
)

// Prove: is this you? Spent: these numbers are over.
const (
	proveSummary = "In {There}, {Other} says that this {Here} account is theirs. If this is you, pick your number."
	proveTitle   = "Is this you?"
	proveWho     = "Somebody says that this {Here} account is theirs too:"
	proveHow     = "If this is you, pick the number that Rollcall shows you in {There}."
	proveNotMe   = "If it isn't, choose {Not me}. The two accounts then stay apart."

	spentTitle = "These numbers are no longer good"
	spentHow   = "If you still want to link your accounts, go to Rollcall in {There} and ask for a new number."
)

// The cards that end a question.
const (
	linkedSummary = "Your {Here} account is now linked with the {There} account of {Other}."
	linkedTitle   = "Your accounts are linked"
	linkedWhat    = "Your {Here} account is now linked with this {There} account:"

	declinedTitle = "The accounts stay apart"
	declinedWhat  = "Rollcall was told that your {Here} account and a {There} account aren't the same person's. They won't be linked."

	stoppedTitle = "Rollcall won't ask again"
	stoppedWhat  = "You won't be asked about your {There} account any more."
	stoppedBack  = `If you change your mind, write "sync" or tell your administrator.`

	replacedTitle = "There is a newer message"
	replacedWhat  = "Rollcall has written to you again. Please answer the newest message in this chat."

	overTitle = "This question is closed"
	overWhat  = "No answer came, and that is fine. Nothing has been linked."

	withdrawnTitle = "This question is withdrawn"
	withdrawnWhat  = "It no longer applies."

	reviewTitle = "An administrator is looking at this"
	reviewWhat  = "It isn't clear that your {Here} account and the {There} account belong to one person. They aren't linked until an administrator has decided."

	suspendedTitle = "Your accounts are no longer linked"
	suspendedWhat  = "You are no longer in the group for which Rollcall links {Here} and {There} accounts, or one of the two accounts was switched off."
	suspendedBack  = "Nothing has been deleted. If that changes within a few days, the link comes back as it was."
)

// Welcome, Hello, Help, Unknown.
const (
	welcomeSummary = `Welcome to Rollcall. It writes to you only when it needs an answer. Write "help" to see what it understands.`
	welcomeTitle   = "Welcome to Rollcall"
	welcomeWhat    = "Rollcall links your {Here} account with the accounts that you have on other chat platforms."
	welcomeWhen    = "It writes to you only when it needs an answer. There is nothing to do now."
	writeHelp      = `Write "help" to see what Rollcall understands.`

	helloSummary = `Hello. Rollcall writes to you when it finds an account that looks like yours. Write "help" to see what it understands.`
	helloWhat    = "Rollcall writes to you when it finds an account that looks like yours. Until then there is nothing to do."

	helpSummary = "Rollcall links your accounts on different chat platforms. It asks you first, and you answer with a button."
	helpTitle   = "What Rollcall does"
	helpWhat    = "Rollcall links the accounts that you have on different chat platforms, so that your organisation knows that they are all yours."
	helpHow     = "When it finds an account that looks like yours, it asks you in this chat. You answer with a button. Nothing is linked before both accounts have said yes."
	helpWords   = "Rollcall understands these words:"
	helpIgnore  = "You can ignore every question."

	unknownSummary = `Rollcall didn't understand that. Write "help" to see what it does.`
	unknownWhat    = "Sorry, Rollcall didn't understand that."

	wordHelp     = "help"
	wordHelpDoes = "shows what Rollcall does"
	wordHi       = "hi"
	wordHiDoes   = "says hello"
)

// Answer to an address that was asked for.
const namedText = "Thank you. Rollcall now looks for that address on the other platform, and asks there whether it is you."

// Answers to a press in one short line, for platforms that show such a line at once.
const (
	WordTaken   = "Thank you, that is noted."
	WordTwice   = "You have answered this already."
	WordLate    = "This card is out of date."
	WordForeign = "You can't do that here."
)

// Answers to a press that changes nothing.
const (
	twiceText   = "You have answered this card already. Your first answer counts."
	lateText    = "This card is out of date, so nothing has been changed. If there is a newer one, you find it further down in this chat."
	foreignText = "You can't do that here. Nothing has been changed."
)
