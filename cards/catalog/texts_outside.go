package catalog

// outside are sentences of the program and of its adapters that admins read: what a health report names, why
// something outside doesn't work, and why a command was refused. They are written there, in English, as those
// of the engine are; see [reasons].
func outside() []string {
	return []string{
		// What ends.
		"Token of {There}",
		"Consent of {There}",
		"Webhooks of Webex",
		"Socket to Slack",
		"Certificate of the app registration",
		"Subscriptions to Entra",
		"News to {Name}",
		"People of {There}",
		// Why something doesn't work.
		"it isn't connected",
		"there is none: connect it again in the hub",
		"it has ended, and could not be renewed: connect it again in the hub",
		"it has ended: upload a new one to the app registration",
		"they have ended: changes are found by reading alone",
		"it fails, and Rollcall's log says why",
		"the directory gives Rollcall no token any more: an administrator has to consent again (Re-authenticate)",
		"The platform doesn't renew the app's token any more: connect it anew.",
		"whoever installed it doesn't administer the workspace: an administrator has to press the same button",
		"it is being disconnected",
		"it was disconnected",
		"the app was removed at the platform",
		"the app lacks a permission: have an administrator of the tenant consent to {Name}",
		"the app may not do this ({Name}), though it lacks no permission: look for a policy of the tenant that forbids it",
		"the token is not accepted",
		"the token may not do this",
		"no usable answer",
		"no answer",
		"not reached",
		"status {N}",
		"no such group",
		"this is a Microsoft 365 group, whose owners and members can let anybody in from Teams or Outlook; make a security group in Entra, put the people in it, and use that one",
		"this is a distribution list, which only mail goes to; make a security group in Entra, put the people in it, and use that one",
		"the file is not there: put it back, or correct the path",
		"the file can't be read: {Name}",
		"the file is empty: it may be being written; write it elsewhere and move it into place",
		"the file does not end with a line feed: its last line may be cut off; write it elsewhere and move it into place",
		"the file is refused as a whole: {Name}",
		"the tenant has no such directory",
		// Stand-ins that can't be had.
		"Entra invites no address of its own people, and this person has no other: give them a Teams licence, or set an invitation domain (teams.invitation_domain), one of yours that is not one of the directory's",
		"the directory has a guest with this address whom Rollcall didn't invite; remove that guest, or give them access yourself",
		"the address belongs to a member of the directory, whom Entra doesn't invite",
		"the app may not invite guests: grant it User.Invite.All, and allow invitations in Entra under External collaboration settings",
		"the directory's settings don't let the app invite this address: allow invitations of its domain in Entra under External collaboration settings",
		"Entra refuses the invitation ({Name}): check External collaboration settings",
		"personas are switched off in Rollcall's configuration of Slack",
		// Refusals of commands.
		"this account isn't in a workspace that is connected here",
		"only people who work here can be admins, not guests, bots or accounts that are switched off",
		"they don't administer the workspace there, so they could give no command: make them an administrator of it first",
		"whoever runs this Rollcall has taken your company out of its configuration: ask them",
		"Entra has no group with this Object ID: copy it from the group's page there",
		"the directory {Name} doesn't have it: {Why}",
		"there is no directory yet: whoever runs this Rollcall adds one to its configuration",
		"group is missing: it is the group's id in the directory {Name}",
		"primary and secondary are the same platform: choose another one for one of them",
		"group must be the group's Object ID, which its page in Entra shows, and not its name",
		"{There} isn't connected yet: connect it first, at {Page}/connect",
	}
}
