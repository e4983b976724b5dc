package catalog

// stateWord is the text for a state of a link, as the engine calls it.
func stateWord(state string) string {
	switch state {
	case "new":
		return stateNew
	case "waiting":
		return stateWaiting
	case "unmatched":
		return stateUnmatched
	case "searching":
		return stateSearching
	case "held":
		return stateHeld
	case "standin":
		return stateStandIn
	case "disputed":
		return stateDisputed
	case "exempt":
		return stateExempt
	case "found":
		return stateFound
	case "asking":
		return stateAsking
	case "choosing":
		return stateChoosing
	case "snoozed":
		return stateSnoozed
	case "proving":
		return stateProving
	case "confirming":
		return stateConfirming
	case "linked":
		return stateLinked
	case "declined":
		return stateDeclined
	case "stopped":
		return stateStopped
	case "unanswered":
		return stateUnanswered
	case "unreachable":
		return stateUnreachable
	case "suspended":
		return stateSuspended
	case "unsynced":
		return stateUnsynced
	case "unlinked":
		return stateUnlinked
	}
	return state
}

// intentWord is the text for what a plan has in mind, as the engine calls it.
func intentWord(intent string) string {
	switch intent {
	case "ask":
		return intentAsk
	case "choose":
		return intentChoose
	case "search":
		return intentSearch
	case "standin":
		return intentStandIn
	case "suspend":
		return intentSuspend
	case "restore":
		return intentRestore
	case "decide":
		return intentDecide
	case "wait":
		return intentWait
	case "none":
		return intentNone
	}
	return intent
}

// who is somebody by whom something was done: a name, or a word of the trail's for who isn't a person.
func (s speech) who(by string) string {
	switch by {
	case "operator", "configuration":
		return s.text(byOperator)
	case "installer":
		return s.text(byInstaller)
	}
	return by
}

// planWord is the text for where a plan is, as the engine calls it.
func planWord(state string) string {
	switch state {
	case "making":
		return planMaking
	case "ready":
		return planReady
	case "applying":
		return planApplying
	case "applied":
		return planApplied
	case "failed":
		return planFailed
	}
	return state
}

// policyWord is the text for what happens to who leaves, as the engine calls it.
func policyWord(removal string) string {
	switch removal {
	case "suspend":
		return policySuspend
	case "unsync":
		return policyUnsync
	case "delete":
		return policyDelete
	}
	return removal
}

// batchWord is the text for where a batch is, as the engine calls it.
func batchWord(state string) string {
	switch state {
	case "held":
		return batchHeld
	case "released":
		return batchReleased
	case "rejected":
		return batchRejected
	case "superseded":
		return batchSuperseded
	case "done":
		return batchDone
	}
	return state
}

// stageWord is the text for a stage of a rollout, as the engine calls it.
func stageWord(stage string) string {
	switch stage {
	case "":
		return stageAll
	case "pilot":
		return stagePilot
	}
	return stage
}

// reachWord is the text for whether somebody can be written to, as the engine calls it.
func reachWord(state string) string {
	switch state {
	case "reachable":
		return reachReachable
	case "app missing":
		return reachAppMissing
	case "blocked":
		return reachBlocked
	case "disabled":
		return reachDisabled
	case "guest":
		return reachGuest
	}
	return reachUnseen
}
