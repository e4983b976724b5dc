package catalog

// What admins read. The same rules hold as in texts.go; a text with "" depends on a number, which is {N}
// in it: before the bar stands the singular.

// Buttons.
const (
	ButtonHelp     = "Help"
	ButtonStatus   = "Status"
	ButtonGroups   = "Groups"
	ButtonHealth   = "Health"
	ButtonPlan     = "Plan"
	ButtonShow     = "Show it"
	ButtonApply    = "Apply"
	ButtonMore     = "More"
	ButtonDownload = "Download"
	ButtonCSV      = "CSV"
	ButtonJSON     = "JSON"
	ButtonRun      = "Read now"
	ButtonOn       = "Switch on"
	ButtonResume   = "Resume"
	ButtonHeld     = "Held"
	ButtonRelease  = "Release"
	ButtonReject   = "Reject"
	ButtonUndo     = "Undo"
	ButtonDisputes = "Disputes"
	ButtonWaves    = "Rollout"
	ButtonWhy      = "Why"
	ButtonRetry    = "Look again"
	ButtonAsk      = "Ask now"
	ButtonUnlink   = "Unlink"
	ButtonExempt   = "Exempt"
	ButtonUnexempt = "No longer exempt"
	ButtonAgain    = "Show it again"
	ButtonTry      = "Try again"
	ButtonSettings = "Settings"
	ButtonAdmins   = "Admins"

	buttonPlanOf  = "Plan {Group}"
	buttonStage   = "Stage {Stage}: {Group}"
	buttonBatch   = "Show {ID}"
	buttonResolve = "It is {Number}"
	mistakeTry    = "Help: {Name}"
)

// Labels and heads of tables.
const (
	labelGroup     = "Group"
	labelState     = "State"
	labelMade      = "Made"
	labelHash      = "Digest"
	labelPerson    = "Person"
	labelWhat      = "What"
	labelWhy       = "Why"
	labelThen      = "Next"
	labelAsked     = "Asked"
	labelAccount   = "Account"
	labelNumberOf  = "No."
	labelBatch     = "Batch"
	labelPeople    = "People"
	labelSince     = "Since"
	labelBy        = "By"
	labelRead      = "Last read"
	labelLate      = "Late by"
	labelHeld      = "Held"
	labelDisputes  = "Disputes"
	labelParked    = "Waiting for a plan"
	labelKept      = "Kept against the directory"
	labelPlan      = "Plan"
	labelPlatforms = "Platforms"
	labelStage     = "Stage"
	labelEvent     = "Last news"
	labelLag       = "Delay"
	labelListed    = "Full read"
	labelDrift     = "Missed"
	labelUntil     = "Until"
	labelAdmin     = "Admin"
	labelUsage     = "Write"
	labelKeys      = "Keys"
	labelAlso      = "Also"
	labelLeaves    = "Who leaves"

	headGroups = "Groups"
	headLink   = "Link of {From} and {To}"
	headReach  = "Where they can be written to"
	headTrail  = "What happened"
	headStates = "People by state"
	headGroup  = "Group {Group}"
)

// Words for the states of a link.
const (
	stateNew         = "new"
	stateWaiting     = "waiting for an account"
	stateUnmatched   = "not found"
	stateSearching   = "asked for an address"
	stateHeld        = "needs mending"
	stateStandIn     = "stand-in"
	stateDisputed    = "disputed"
	stateExempt      = "exempt"
	stateFound       = "found"
	stateAsking      = "asked"
	stateChoosing    = "choosing"
	stateSnoozed     = "asked for later"
	stateProving     = "proving"
	stateConfirming  = "nearly linked"
	stateLinked      = "linked"
	stateDeclined    = "declined"
	stateStopped     = "not to be asked"
	stateUnanswered  = "no answer"
	stateUnreachable = "unreachable"
	stateSuspended   = "suspended"
	stateUnsynced    = "left"
	stateUnlinked    = "unlinked"

	parkedWord   = "waits for a plan"
	exemptedWord = "exempt by an admin"
	noLicence    = "no licence"
)

// Words for what a plan has in mind.
const (
	intentAsk     = "to ask"
	intentChoose  = "to choose"
	intentSearch  = "to be found"
	intentStandIn = "to stand in"
	intentSuspend = "to suspend"
	intentRestore = "to restore"
	intentDecide  = "for an admin"
	intentWait    = "to wait"
	intentNone    = "as it is"
)

// Words for where a plan, a batch, a rollout and a person's reach are.
const (
	planMaking   = "being made"
	planReady    = "ready"
	planApplying = "being applied"
	planApplied  = "applied"
	planFailed   = "failed"

	batchHeld       = "waits"
	batchReleased   = "released"
	batchRejected   = "rejected"
	batchSuperseded = "out of date"
	batchDone       = "done"

	stageAll   = "all"
	stagePilot = "pilot"

	reachUnseen     = "not tried yet"
	reachReachable  = "reachable"
	reachAppMissing = "the app is missing"
	reachBlocked    = "blocked the app"
	reachDisabled   = "not allowed by an admin there"
	reachGuest      = "a guest there"

	byOperator  = "whoever runs Rollcall"
	byInstaller = "whoever installed it"
	nameless    = "name not known"

	policySuspend = "suspended, and ended after the time of grace"
	policyUnsync  = "suspended for as long as they are away"
	policyDelete  = "ended after a day"
	groupPolicy   = "who leaves: {What}"

	groupTrouble = "trouble"
	groupDraft   = "needs a plan"
	groupParked  = "one person waits for a plan|{N} people wait for a plan"
	groupPaused  = "paused"
	groupLive    = "live"

	funnelScope     = "In scope"
	funnelReachable = "Reachable"
	funnelAsked     = "Asked"
	funnelAccepted  = "Accepted"
	funnelLinked    = "Linked"

	AllGroups    = "all groups"
	priorityWord = "priority {N}"
	endsNever    = "no end known"
	wordNone     = "no limit"
	wordYes      = "yes"
	wordNo       = "no"
	askedTimes   = "once|{N} times"
	personLeft   = "left"
)

// Plans.
const (
	planTitle        = "Plan {ID}"
	planBeingMade    = "This plan is being made. Its progress is shown in a message of its own."
	planNotMade      = "This plan could not be made."
	planConcerns     = "It would change something for one person. Nothing has been changed yet.|It would change something for {N} people. Nothing has been changed yet."
	planNobody       = "It would change nothing for anybody now. Once it is applied, the group is live."
	planBeingApplied = "This plan is being applied. Its progress is shown in a message of its own."
	planWasApplied   = "This plan was applied to one person.|This plan was applied to {N} people."
	planApplyOver    = "This plan was applied."
	planLeftOut      = "One person was left out, because things have changed since the plan was made. A new plan includes them.|{N} people were left out, because things have changed since the plan was made. A new plan includes them."
	planLeavers      = "Whoever has left a group since is unsynced as usual, once the directory confirms it."
	NotePlanning     = "Plan {ID} is being made. It changes nothing. Its progress is shown in a message of its own."
	NoteApplying     = "Plan {ID} is being applied. Its progress is shown in a message of its own."
)

// Long work.
const (
	reportPlanTitle   = "Making a plan"
	reportApplyTitle  = "Applying a plan"
	reportWakeTitle   = "Looking at every link"
	reportUndoTitle   = "Bringing people back"
	reportWhatIfTitle = "Finding out what would happen"
	reportTellTitle   = "Telling people"
	reportWoken       = "Done. One link changed.|Done. {N} links changed."
	reportUndone      = "Done. One person is back.|Done. {N} people are back."
	progressDone      = "{N} done|{N} done"
	progressOf        = "{N} of {All}"
	progressRate      = "{N} a minute|{N} a minute"
	progressLeft      = "{Time} left"

	haltedTitle   = "A rollout doesn't go on"
	haltedWhat    = "The rollout of the group {Group} has stopped by itself."
	newAdminTitle = "There is a new admin"
	newAdminWhat  = "Somebody was made an admin of Rollcall, and can give every admin command."
	newAdminThen  = "If that isn't right, take the role away again."
	notMeTitle    = "Somebody said that an account isn't theirs"
	notMeWhat     = "A link was ended at once, because one of its two accounts said that the other one isn't the same person's."
	notMeThen     = "The two accounts won't be linked again by themselves."
	notMeKnown    = "Your administrators have been told."
)

// Confirmations.
const (
	confirmHow = "Only you can confirm this, within ten minutes. If you do nothing, nothing is changed."

	ApplyTitle  = "Apply plan {ID}?"
	ApplyText   = "It changes something for one person. Whoever is no longer as the plan says is left out. Whoever leaves a group is unsynced as usual.|It changes something for {N} people. Whoever is no longer as the plan says is left out. Whoever leaves a group is unsynced as usual."
	ApplyNobody = "It changes nothing for anybody now. The group is live afterwards."
	ApplyButton = "Apply to one person|Apply to {N} people"

	OnTitle  = "Switch Rollcall on?"
	OnText   = "This would happen at once to one person:|This would happen at once to {N} people:"
	OnButton = "Switch on for one person|Switch on for {N} people"

	DifferenceNone       = "Nothing would happen to anybody at once."
	DifferenceNoneButton = "Go on"

	OffTitle  = "Switch Rollcall off?"
	OffText   = "Nobody is asked or linked any more. One open question is taken back.|Nobody is asked or linked any more. {N} open questions are taken back."
	OffButton = "Switch off"

	ResumeTitle  = "Have {Group} go on?"
	ResumeText   = "This would happen at once to one person:|This would happen at once to {N} people:"
	ResumeButton = "Resume for one person|Resume for {N} people"

	ReleaseTitle  = "Release batch {ID}?"
	ReleaseText   = "One person of the group {Group} is unsynced. It can be undone.|{N} people of the group {Group} are unsynced. It can be undone."
	ReleaseButton = "Release one person|Release {N} people"

	UndoBatchTitle  = "Undo batch {ID}?"
	UndoBatchText   = "One person of the group {Group} is brought back.|{N} people of the group {Group} are brought back."
	UndoBatchButton = "Bring one person back|Bring {N} people back"

	UndoTitle  = "Undo what was done last to {Name}?"
	UndoText   = "Their link of {From} and {To} goes back to what it was before."
	UndoButton = "Undo"

	UnlinkTitle  = "Unlink {Name}?"
	UnlinkText   = "Their accounts of {From} and {To} are linked no longer. It can be undone."
	UnlinkButton = "Unlink"

	GroupRemoveTitle  = "Watch the group {Group} no longer?"
	GroupRemoveText   = "Its one link rests: nobody is asked, and nothing is removed.|Its {N} links rest: nobody is asked, and nothing is removed."
	GroupRemoveButton = "Remove the group"

	ExemptTitle = "Exempt {Name}?"
	ExemptText  = "Their stand-in in {There} is taken away. It may not come back as it was."

	AdminAddTitle  = "Make {Name} an admin?"
	AdminAddText   = "They can give every admin command then, and release what is held. The other admins are told."
	AdminAddButton = "Make an admin"

	AdminRemoveTitle  = "Take the role of {Name} away?"
	AdminRemoveText   = "They can give no admin commands any more."
	AdminRemoveButton = "Take it away"

	ResolveTitle      = "Decide for {Name}?"
	ResolveText       = "You say that their account in {There} is {Account}. They are still asked."
	ResolveNoneText   = "You say that none of the accounts in {There} is theirs."
	ResolveButton     = "That is theirs"
	ResolveNoneButton = "None is"
)

// Short answers.
const (
	NoteNotDone    = "That was not done."
	NoteChanged    = "What you were shown has changed since. Nothing was done. Please look again."
	NoteOver       = "This confirmation is over: it was used already, or its ten minutes have passed."
	NoteTry        = "That could not be done just now, and nothing was changed. Please try again."
	NoteMaybe      = "That could not be done just now, or not all of it. Look how it stands before you try again."
	NoteUnchecked  = "Whether you are an admin could not be checked just now. Please try again."
	NoteElsewhere  = "Rollcall doesn't answer that here."
	NoteAlreadyOn  = "Rollcall is on."
	NoteAlreadyOff = "Rollcall is off."
	NoteOn         = "Rollcall is on. It now looks at every link."
	NoteOff        = "Rollcall is off. It asks nobody, and takes open questions back."
	NotePaused     = "Paused: {Group}. What happens is noted, and nothing is done."
	NoteResumed    = "Resumed: {Group}."
	NoteRunning    = "Being read now: {Group}."
	NoteGroupAdded = "The group {Group} is watched. It is read now, and nobody is asked before a plan of it is applied."
	NoteGroupSet   = "The group {Group} is changed. Nobody is asked before a new plan of it is applied."
	NoteGroupGone  = "The group {Group} is watched no longer."
	NoteGroupThere = "There is a group with the id {Group} already."
	NoteNoGroup    = "There is no group {Group}."
	NoteNoPlan     = "There is no group and no plan {ID}."
	NotePlanGone   = "There is no plan {ID}."
	NoteNoBatch    = "There is no batch {ID}."
	NoteDecided    = "Batch {ID} is decided already."
	NoteProposed   = "Batch {ID} is large, so another admin has to agree. Your release is noted."
	NoteReleased   = "Batch {ID} goes on."
	NoteRejected   = "Batch {ID} is refused. Its people stay. Whom the directory still doesn't list comes up again, a week from now at the earliest."
	NoteUndoing    = "The people of batch {ID} are being brought back. The progress is shown in a message of its own."
	NoteNobody     = "Rollcall doesn't know that person. It knows who is in a group that it watches."
	NoteNobodyAt   = "Rollcall knows nobody with that address. It knows who is in a group that it watches."
	NoteNoLink     = "There is no link of {Name} that this could be done to."
	NoteWhichLink  = "There is more than one link of {Name}. Which one is meant?"
	NoteNoAccount  = "There is no account {Number} to choose."
	NoteWhatIf     = "Rollcall finds out what would happen. The answer comes in a message of its own."
	NoteLinked     = "It is noted which account is the one of {Name}. They are asked about it."
	NoteUnlinked   = "Unlinked: {Name}."
	NoteExempted   = "Left alone from now on: {Name}."
	NoteUnexempted = "No longer exempt: {Name}."
	NoteRetried    = "Looked up again: {Name}."
	NotePrompted   = "Asked as soon as good manners allow it: {Name}."
	NoteResolved   = "That is decided for {Name}."
	NoteUndone     = "What was done last to {Name} is taken back."
	NoteStage      = "The stage of the group {Group} is now: {Stage}."
	NoteSettings   = "The settings are changed. Where they decide what happens to people, a plan is needed first."
	NoteSettingBad = "The setting {Name} can't be that. An example: {Example}"
	NoteGroupBad   = "The key {Name} can't be that. An example: {Example}"
	NotePolicyBad  = "The key {Name} can be: suspend, unsync, delete, or tenant for what the settings say."
	NoteDirectory  = "Say which directory the group is in: {Name}."
	NoteNoneThere  = "No directory is connected yet, so there is no group to watch."
	NoteAdminAdded = "An admin now: {Name}."
	NoteAdminGone  = "No admin any more: {Name}."
	NoteAdminIs    = "They are an admin already."
	NoteAdminNone  = "They are no admin."
	NoteAdminWho   = "Only somebody with an account here can be an admin. Mention them, or write an address that Rollcall has seen."
)

// Status, groups, rollout, health.
const (
	statusTitle   = "How it stands"
	statusOfTitle = "How {Group} stands"
	statusOff     = "Rollcall is off: nothing is read, and nobody is asked."
	statusPaused  = "This group rests: what happens is noted, and nothing is done."
	statusDraft   = "Nobody is asked before a plan is applied."
	statusLinked  = "One of {All} people is linked.|{N} of {All} people are linked."

	groupsTitle = "Groups"
	groupsNone  = "Rollcall watches no group yet."
	groupsSome  = "These are the groups that Rollcall watches:"

	wavesTitle  = "Rollout"
	wavesHow    = "A group begins with ten people, then 5 %, then 25 %, then all. The next stage opens only while few people decline, and few things fail."
	wavesHalted = "The rollout of the group {Group} has stopped by itself:"

	healthTitle = "Health"
	healthWell  = "Everything keeps up."
	healthIll   = "One thing needs attention.|{N} things need attention."
)

// People.
const (
	personTitle   = "About {Name}"
	whatIfTitle   = "What if: {Name}"
	personState   = "They are: {State}."
	personNowhere = "They are in no group that Rollcall watches."
	personNoLink  = "There is no link of theirs yet."
	personAway    = "They are switched off in the directory."
	personExempt  = "The directory says that they are to be left alone."

	peopleTitle = "Who is meant?"
	peopleWhich = "There is more than one person of that name:"

	disputesTitle = "Disputes"
	disputesNone  = "There is nothing to decide."
	disputesSome  = "Of these people it isn't clear which account is theirs:"
	disputeWho    = "Which account in {There} is the one of {Name}?"
)

// Removals.
const (
	heldTitle     = "Removals that wait"
	heldNone      = "Nothing waits for you."
	heldSome      = "One batch of removals waits for an admin.|{N} batches of removals wait for an admin."
	batchTitle    = "Batch {ID}"
	batchWaits    = "One person left the group {Group} at once. Nothing happens to them until you decide.|{N} people left the group {Group} at once. Nothing happens to them until you decide."
	batchWas      = "This batch is: {State}."
	batchProposed = "The release was proposed by {Name}. Another admin has to agree."
)

// Settings, admins, export.
const (
	settingsTitle    = "Settings"
	settingsOn       = "Rollcall is on."
	settingsOff      = "Rollcall is off."
	settingsHow      = "Write: settings set KEY=VALUE, such as settings set grace=14d quiet=18-8."
	settingRemoval   = "who leaves: suspend, unsync, delete"
	settingGrace     = "until a suspended link ends"
	settingQuiet     = "hours in which nobody is asked"
	settingQuietDays = "days on which nobody is asked"
	settingZone      = "zone, where none is known"
	settingLanguage  = "language, where none is known"
	settingPerHour   = "questions in an hour at most"
	settingReadEvery = "time between two reads of a group"
	settingAskFirst  = "ask for another address first"

	adminsTitle = "Admins"
	adminsSome  = "One person steers Rollcall here:|{N} accounts steer Rollcall here:"
	adminsHow   = "Write: admins add, or admins remove, and an address or a mention."

	ExportTitle   = "Download"
	ExportLinks   = "All links, with their addresses in the clear."
	ExportPlan    = "All lines of plan {ID}."
	exportHow     = "The buttons open a page. They work for ten minutes, for you alone."
	exportNowhere = "This Rollcall serves no files. Whoever runs it can fetch them."
)

// Help, mistakes, refusals.
const (
	entryTitle    = "Write: {Usage}"
	entryConfirms = "It asks you to confirm what it shows first."
	entryLong     = "It goes on after the answer, and shows its progress."
	entryAdmin    = "This is for admins."

	deniedTitle = "This is for admins"
	deniedWhat  = "You can't do that, and nothing was changed."
	deniedWho   = "These people can:"
	deniedAsk   = "Please ask whoever runs Rollcall in your organisation."

	MistakeUnknown   = "Sorry, Rollcall didn't understand that."
	MistakeLong      = "That is too long for a command."
	MistakeUnclosed  = "A quotation mark has no second one."
	MistakeMissing   = "Something is missing."
	MistakeSurplus   = "That is more than the command takes."
	MistakeMalformed = "That can't be understood."
	MistakeKey       = "The command knows no such key."
	MistakeRepeated  = "A key stands there twice: {Name}."
	MistakeNoFields  = "Say what is to be set, as in the examples."
	mistakeNearest   = "Did you mean: {Name}?"
)
