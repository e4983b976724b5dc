// Package hub is the web side of Rollcall: the pages on which an admin connects a tenant's platforms,
// sees what is missing, and disconnects them.
package hub
