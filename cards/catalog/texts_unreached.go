package catalog

// What admins read of those who can't be written to, and whoever writes too much.
const (
	DoesUnreached   = "List the people who can't be written to, why, and what helps."
	ButtonUnreached = "Out of reach"

	unreachedTitle = "Who can't be written to"
	unreachedNone  = "Everybody who is to be asked can be written to, as far as is known."
	unreachedRest  = "Nobody who is to be asked is out of reach. Those below who can't be written to are asked elsewhere, or aren't to be asked."
	unreachedSome  = "These people can't be asked anywhere, or have to open the app first:"
	unreachedWaits = "the next question waits until they open it"

	headHelps      = "What helps"
	helpAppMissing = "Install the app for them in the platform's administration, or ask them to open it."
	helpBlocked    = "Ask them to unblock the app in their own chat. Nobody else can."
	helpDisabled   = "Allow the app for them in the platform's administration."
	helpGuest      = "Give them a full account, or exempt them."
	helpUnknown    = "Have them looked up again."

	NotePlatform = "Nobody is asked on {Name}."
	NoteSlow     = "That was a lot at once, so it wasn't done. Please wait a minute before you try again."
)
