// Package oauth is what the simulators of one identity platform share: how an app shows there that it
// is itself ([Registration]: a client secret, a certificate, a managed identity that it trusts), how it
// is refused ([Refusal]), the keys that tokens are signed with ([Keys]), and the virtual machine that
// has a managed identity ([Machine]).
//
// It serves nobody by itself but a machine's metadata: the simulators have the routes, the record of
// calls and the faults. It imports neither the product nor "testing".
package oauth
