package catalog

// What should stand where somebody wrote nothing, or something else.
const (
	hintPerson  = "Write an address, or mention the person."
	hintEither  = "Write the id of a batch or an address, or mention the person."
	hintAddress = "Write an e-mail address."
	hintGroup   = "Write the id or the name of a group."
	hintName    = "Write a name for the group."
	hintPlan    = "Write the id of a plan."
	hintBatch   = "Write the id of a batch."
	hintStage   = "Write a stage: pilot, 5%, 25% or all."
	hintFrom    = "Write a number from 0 to 1000."
	hintAccount = "Write the number or the address of an account, or none."
	hintCode    = "Write the code that the question shows."
	hintWord    = "Write a word there."

	planNothing = "It would change nothing for anybody, so there is nothing to apply."
	UndoBack    = "Their link of {From} and {To} goes back to: {State}. This was done last:"

	adminsNone = "Nobody steers Rollcall here yet. Whoever runs it names admins in its configuration."
)
