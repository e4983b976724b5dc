// Package entrasim is Microsoft Entra as an app with application permissions sees it: the authority
// with its pages for people who sign in and admins who consent, its tokens and keys, the metadata of a
// machine with a managed identity, and the part of Microsoft Graph v1.0 that Rollcall uses, for several
// customer tenants. It is an [http.Handler] with state that can be run behind TLS on loopback or
// reached within the process, and as strict as Graph: consent and permissions, selected properties,
// filters, pages, delta links, batches, invitations, app installs, subscriptions, and rates by its own
// clock. COVERAGE.md lists its routes; a query parameter, a field or a filter that it doesn't know is
// refused.
//
// People and admins act through methods ([Sim.AddUser], [Sim.Disable], [Sim.Join], [Sim.Grant]) and
// not through the API; in the authority's pages they press buttons, as a browser does or through
// [Sim.Authorize], [Sim.AcceptConsent] and [Sim.Decline]. Change notifications wait in [Sim.Outbox]
// until somebody pumps that: the simulator starts no goroutine. What matters to other simulators it
// tells through the callbacks of [Config], which it calls without holding a lock. Apart from the keys
// of ID tokens all ids come from a counter, so that a run repeats.
//
// It can be told to fail ([Sim.Faults], with the faults that this package makes) and to lie with status
// 200 ([Sim.Lie], [Sim.LieInTokens]). Whom it really has it says through its readers ([Sim.Users],
// [Sim.Members], [Sim.Guests]), which are never wrong. It imports neither the product nor Graph's SDK.
//
// Where Graph doesn't document what it does, the simulator does the stricter thing.
package entrasim
