// Package manifests makes what others install: the Teams app's package, the Slack app's manifest, and
// the sheet for Webex, which knows no manifests. It owns the texts of the app, its icon, its list of
// commands and the vendors' limits on all of these. It asks for the address at which Rollcall is
// reached, and for the scopes, which the adapters know. It writes no file, reads no configuration and
// asks nobody anything: the same input gives the same bytes.
package manifests

// File is one file of a package, ready to be uploaded or read.
type File struct {
	Name string // without a folder
	Data []byte
}
