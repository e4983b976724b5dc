// Package hub is the web side of Rollcall: the pages on which an admin connects a tenant's platforms, sees
// what is missing, and disconnects them.
//
// It owns browsers: their cookie, their sessions, the single-use tickets that they bring back, and what they
// see. It asks a [Connector] for each platform how that one is connected, the [Registry] for what is stored,
// and the [Desk] for what happens then. It never talks to a platform itself, never stores a secret, and has
// no script: every page works without one, and its policy forbids any.
//
// # Browsers, sessions, flows
//
// A browser has one cookie: 256 random bits that the store never sees. Derived from it are the id of its
// session, the token of its forms, and the secret of each trip to a vendor. A session gets a new cookie, and
// so has nothing in common with the one before. It is over after half an hour without a request, after
// eight hours, and as soon as the account that signed in is no admin of the tenant any more. Before anything is
// connected, handed on or disconnected, the account's own platform is asked whether it administers the workspace
// still ([Warden]), every five minutes at most: a definite no ends the session, and no answer lets nothing happen.
// Only where that platform is connected and shows roles can it be asked; otherwise the list of admins alone counts.
//
// A trip to a vendor is a ticket, whose text is the state that the vendor brings back: it counts once, for ten
// minutes, for its platform, in the browser in which it began, and while that browser has the session that it
// had then. Whatever is wrong with one that is brought back, the answer is the same, and nobody is asked.
//
// # Files
//
// Admins fetch files by links that they were given in chat. Such a link works once, for ten minutes, in any browser and
// without a session, for as long as whoever asked for the file is an admin; [Files] decides that, and makes the file.
//
// # Who gets in
//
// Whoever grants the app what it asks for has proved to administer the workspace, if the platform says so.
// They get a session of the tenant that the workspace belongs to if they are one of its admins. The first one is,
// and so is whoever connects something in an admin's session; to administer the workspace alone makes nobody
// an admin of a tenant that has some. Whoever administers nothing gets no session and claims no workspace: it is
// connected once an administrator presses the same button.
// Whoever completes a link that an admin handed on connects the platform, and gets no session either. An
// invitation, made by whoever runs Rollcall, gives a session once.
package hub
