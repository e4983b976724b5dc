package catalog

// Open: the number is there, but Rollcall can't write to the other account yet.
const (
	openSummary = "Your number is {Number}. Rollcall can't write to you in {There} yet. Open Rollcall there and say hi, and it asks you for the number."
	openTitle   = "One more step, in {There}"
	openWhy     = "Rollcall can't write to you in {There} yet."
	openHow     = `Open Rollcall in {There} and write "hi". It then asks you for a number. Pick {Number}.`
)

// Unlinked: undone by one of the two, or by an administrator.
const (
	unlinkedTitle = "Your accounts are no longer linked"
	unlinkedWhat  = "The link of your {Here} account with a {There} account was undone. It stays so."
	unlinkedBack  = `If you want it back, write "sync". Rollcall then asks you again.`
)

// Linked: to whoever the other account isn't.
const linkedNotMe = `If it isn't yours, write "not me".`
