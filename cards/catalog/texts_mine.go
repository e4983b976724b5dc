package catalog

// What people read of their own accounts.
const (
	mineTitle     = "Your accounts"
	mineNone      = "Rollcall has nothing to do with your accounts yet. It writes to you when that changes."
	mineLinked    = "Your accounts in {From} and {To} are linked."
	mineStandIn   = "You have no account in {To}, so a stand-in represents you there."
	mineAsked     = "Rollcall is asking you about your accounts in {From} and {To}."
	mineApart     = "Your accounts in {From} and {To} stay apart."
	mineStopped   = "You asked not to be asked about your accounts in {From} and {To}."
	mineSuspended = "Your accounts in {From} and {To} are linked no longer."
	mineDisputed  = "It isn't clear which account in {To} is yours. An administrator decides."
	mineWaits     = "Rollcall is looking for your accounts in {From} and {To}."

	buttonUnsync   = "Unlink them"
	buttonLanguage = "Language"

	NoteSynced   = "Rollcall begins again with one link of yours. It writes to you when it needs an answer.|Rollcall begins again with {N} links of yours. It writes to you when it needs an answer."
	NoteNothing  = "There is nothing of yours to link here."
	NoteUnsynced = "One link of yours is ended. Write {Word} to begin again.|{N} links of yours are ended. Write {Word} to begin again."
	NoteNotMe    = "One link was ended at once, and your administrators are told.|{N} links were ended at once, and your administrators are told."
	NoteStopped  = "Rollcall won't ask you again. Write {Word} if you change your mind."
	NoteNoneHere = "Nothing of yours is linked here, so nothing was changed."

	homeMay  = "What Rollcall may do"
	homeWhat = "Rollcall looks up names and addresses in the directory and on your chat platforms, and writes to you in this chat. It doesn't read your conversations."

	languageTitle = "Language"
	languageNow   = "Rollcall answers you in this language: {Language}."
	NoteLanguage  = "Rollcall doesn't speak that language."
)
