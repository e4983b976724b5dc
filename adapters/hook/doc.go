// Package hook tells another system when a link changes: a signed POST to the one URL that an admin
// configured for a tenant. It is a [directory.Subscriber].
//
// # What it owns
//
// The body, whose shape is changed.schema.json, and the signature. What decides when something is
// delivered, and again, is the engine: at least once, in order, later changes waiting for earlier ones,
// with growing waits while the other side fails. An endpoint that refuses (410, 404, a redirect) is
// tried again too, ever more slowly, and nothing is dropped.
//
// # What it never does
//
// It goes to no host but the configured one, never to an address that is not public, whatever a name
// resolves to, and follows no redirect. It reads no more of an answer than its status and
// Retry-After. It sends no name and no e-mail address: where a directory or a platform uses addresses
// as ids, the SHA-256 of the id stands for it. It logs nothing, and its errors name neither the URL,
// which may have a token in it, nor a secret.
//
// # For whoever receives
//
// Each POST has three headers:
//
//	Rollcall-Id: acme/42
//	Rollcall-Timestamp: 1772442000
//	Rollcall-Signature: v1=<64 hexadecimal digits>
//
// Before anything in the body is believed:
//
//  1. Take the body as the bytes that came. Don't parse it and write it again.
//  2. Refuse it (401) if the timestamp, in seconds since 1970, is more than 5 minutes from your clock.
//  3. Compute HMAC-SHA256, keyed with the secret, of "v1:", the timestamp as it stands in the header, ":"
//     and the body, in lower-case hexadecimal.
//  4. The signature header is a list with commas between. Refuse the body (401) unless one of the
//     entries that begin with "v1=" has that value. Compare in constant time, and skip entries that
//     begin otherwise. While the secret is being replaced there are two entries.
//  5. Look the id up, the one in the body: the header's is not signed. If you have had it, answer 200
//     and do nothing more.
//  6. Store what you need, then answer 2xx. Anything else, or no answer within 10 seconds, and the same
//     comes again. To ask for a pause, answer 429 or 503 with Retry-After.
//
// To check your own code: with the secret "an-example-secret-of-32-bytes-or-more", the timestamp
// 1772442000 and the body
//
//	{"type":"link.changed"}
//
// the signature is
//
//	v1=bc759e5c98e67c7c5eb2b3c21396794ceb0bd12c20e7053a8ee8db27da31ae5f
//
// "from" and "to" are what happened; "link" is as it is when it is sent, which may be further on. Both
// accounts have said yes only in the state "linked": in any other the counterpart is who it may turn out
// to be, or was.
package hook
