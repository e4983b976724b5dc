package catalog

// What people read of their own accounts.
const (
	mineTitle     = "Your accounts"
	mineNone      = "None of your accounts are linked yet. Rollcall writes to you when it has a question."
	mineLinked    = "Your accounts in {From} and {To} are linked."
	mineStandIn   = "You have no account in {To}, so a stand-in represents you there."
	mineAsked     = "Rollcall is asking you about your accounts in {From} and {To}."
	mineApart     = "Your accounts in {From} and {To} stay apart."
	mineStopped   = "You asked not to be asked about your accounts in {From} and {To}."
	mineSuspended = "Your accounts in {From} and {To} are no longer linked."
	mineDisputed  = "It isn't clear which account in {To} is yours. An administrator decides."
	mineWaits     = "Rollcall is looking for your accounts in {From} and {To}."

	buttonUnsync   = "Unlink them"
	buttonLanguage = "Language"

	NoteSynced     = "Rollcall now asks about your accounts again. It writes to you when it needs an answer."
	NoteNothing    = "There is nothing of yours to link here."
	NoteLinkedYet  = "Your accounts are linked already."
	NoteNotMeAlone = "One account is noted as not yours: it isn't linked with yours, or no longer.|{N} accounts are noted as not yours: they aren't linked with yours, or no longer."
	NoteUnsynced   = `Your accounts are no longer linked. If you want that back, write "{Word}".`
	NoteNotMe      = "One account is noted as not yours: it isn't linked with yours, or no longer. Your administrators are told.|{N} accounts are noted as not yours: they aren't linked with yours, or no longer. Your administrators are told."
	NoteStopped    = `Rollcall won't ask you again. If you change your mind, write "{Word}".`
	NoteNoneHere   = "Nothing of yours is linked here, so nothing was changed."

	homeMay  = "What Rollcall may do"
	homeWhat = "Rollcall looks up names and addresses in the directory and on your chat platforms, and writes to you in this chat. It doesn't read your conversations."

	languageTitle = "Language"
	languageNow   = "Rollcall answers you in this language: {Language}."
	NoteLanguage  = "Rollcall doesn't speak that language."
)
