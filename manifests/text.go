package manifests

// What the stores and the admin consoles say of the app. Names of platforms stand here only to say
// between what Rollcall links.
const (
	appName = "Rollcall"

	// Teams allows 80 characters, Slack 140.
	shortText = "Links people's Teams, Webex and Slack accounts, as the directory says."

	// longText says what an admin has to do first, what the app doesn't do, and what it is for a
	// person: the stores want all three. Teams allows 4,000 characters, Slack asks for 175 to 4,000.
	longText = `Rollcall keeps one person's accounts on Microsoft Teams, Webex and Slack in step with your directory. A directory group says who belongs where. Whoever is put into a group is found on the other platform, is asked once in a private chat, and proves the match from both accounts. The two accounts are then linked. Who has no account there can be represented by a stand-in. Whoever leaves the group is suspended, reversibly.

WHAT AN ADMINISTRATOR DOES ONCE
Rollcall needs a one-time set-up by an administrator before anybody can use it: connect the chat platforms and the directory, grant the permissions that Rollcall lists with a reason for each, choose the directory groups, and switch Rollcall on. Until then it asks nobody anything. On Microsoft Teams this takes a Global Administrator or Privileged Role Administrator, on Slack a workspace or organisation owner or administrator, on Webex a full administrator. You need an account on at least two of the platforms.

WHAT IT IS FOR A PERSON
Rollcall writes to you in a private chat, and only when it needs an answer. You can say that an account is not yours, answer later, or ask it to stop, and you can ignore every question. Nothing is linked before both accounts have said yes. Write "help" to see what it understands.

WHAT IT DOES NOT DO
Rollcall passes no messages from one platform to another and doesn't read your conversations with others. Adding it to a team or a channel makes it write to nobody: it collects no member lists there. It deletes no accounts but stand-ins that it made itself.`
)

// accent is the colour of the icon, and behind it.
const accent = "#2C4F8F"
