// Package entra is Microsoft Entra, asked through Microsoft Graph: a directory of groups for people
// ([Adapter.Source]), the accounts of Teams ([Adapter] as [directory.Accounts]), guests as stand-ins
// ([Adapter] as [directory.Provisioner]), the installation of the Teams app ([Adapter.InstallApp]), and
// Graph's word that something changed ([Adapter.Routes], [Adapter.Watch]). One instance serves every
// tenant through one app registration, with a token for each customer's own directory. It asks for
// nothing but Graph, the authority and a machine's identity, stores nothing, and retries nothing: who
// calls it paces. It passes directorytest.RunSource, RunAccounts and RunProvisioner and
// hubtest.RunConnector; entrasim beside it is the simulator. No other package imports Graph's SDK.
//
// # How a group is read
//
// A complete listing begins by making delta links, and lists the people afterwards, so that whatever
// changes while it goes on is told by the next read. Graph counts what it lists; a listing that has
// fewer people, or none of those whom the delta names, is Incomplete. The pages after it are deltas:
// one of the group and the groups within it, one of all people's fields. Where nothing changed that is
// two requests.
//
// A delta is never believed. Each id in it is a question, and the answer is asked for afresh: is this
// person in the group, at any depth, and what are their fields? So a page that comes twice, members
// that are split over pages, or a members@delta that is absent, null or empty can at worst hide a
// change until the next complete listing. They can't remove anybody, and neither can any error.
//
// A delta knows direct members only. So the groups within the group are watched with it, as many as
// one query may name; when they themselves change, the cursor is Expired and the group is listed
// again. The same is done where Graph has forgotten its state, and where so many changed that
// listing costs less than asking.
//
// A cursor is a place in this, as JSON. It holds paths and queries of Graph's links and no host;
// where they lead is checked when they are used.
//
// # Who is who
//
// Accounts are keyed on object ids. An address finds a member by mail or user principal name, and by
// an alias in a domain that the directory has proved to be its own. What people note down as other
// mails finds nobody. Who signs in elsewhere is a guest here, whatever their user type says, and
// guests in a group are exempt. Graph shows the fields that the app may not read as null; a null where
// it is decisive is an error and not a "no".
//
// # Guests
//
// Inviting has no idempotency key, and inviting a guest again answers the guest who is there, whoever
// made them. So the invitation carries a mark, made of the order's marker, at the end of the name. A
// second request gives the guest their name and moves the mark to the employee id, which takes 16
// characters and can be searched for. A guest without the mark is never adopted, changed or deleted.
// No mail is sent.
//
// # Notifications
//
// Nothing is built on them. Graph doesn't sign them, repeats and reorders them, may lose them, and
// doesn't tell of it for people and groups. One says that somebody should look, and looking is what
// finds the change, minutes later also without it. Two subscriptions for each tenant are kept: one
// for all groups and one for all people. Each has an address of its own, from which and from our key
// everything follows that a notification is checked by.
//
// # Tenants and consent
//
// Tenants connect and leave while the program runs. Where a tenant's directory is, is asked of the
// program before everything that is done for it; what was got for another directory is dropped then,
// and for a tenant that left nothing is asked.
//
// [Connector] connects one. An administrator signs in, which proves by an ID token who they are and in
// which directory, and consents. That the directory has consented is proved by a token of exactly that
// directory, and by the organisation that it reads: what the page of consent says comes through the
// browser and counts for nothing. Roles are read of the ID token, for which the app registration has
// to say "groupMembershipClaims": "DirectoryRole"; without it nobody counts as an administrator, unless
// the app may read roles. While they are connected it is asked again whether they still do, as far as the
// app is shown: that an account is deleted or disabled always, and a lost role only where it may read roles. No secret of a tenant's is stored: everything is done with the app's own.
//
// # Permissions
//
// [Table] has them all, with what each serves. Without the optional ones the rest works. A refusal
// names the one that is missing.
//
// # Proof
//
// The app proves itself with a secret, a certificate, or the managed identity of the Azure machine that
// it runs on, and the same proof serves the bot: see [Proof].
//
// # The SDK
//
// Of Graph's SDK its models, its request builders and its authentication are used, on our own HTTP
// client: its middleware would retry for minutes by itself. Its batches panic at odd answers, so
// batches are encoded here. Its client over all of Graph isn't made, since that writes to the SDK's
// globals. It sends requests without a token to a host that it doesn't know, and says nothing: the
// host is checked when the adapter is made, and no request leaves without a token.
package entra
