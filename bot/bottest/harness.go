package bottest

import (
	"net/http"
	"testing"
	"time"

	"rollcall/bot"
	"rollcall/cards"
	"rollcall/sync/directory"
)

// Harness is a platform, its simulator, and a few people in it. Required: every field without
// "may be". It is made anew for every test; its clock stands still unless Advance is called.
type Harness struct {
	Platform bot.Platform

	// Installation has every optional power. Other belongs to another tenant, and where the
	// platform lets ids collide, they do. NoReadBack may be zero; it is an installation that was
	// not granted read-back, and NoReadBackPerson lives in it.
	Installation     directory.Installation
	Other            directory.Installation
	NoReadBack       directory.Installation
	NoReadBackPerson directory.AccountID

	Person      directory.AccountID // of Installation's workspace, can be written to
	Colleague   directory.AccountID // another one
	OtherPerson directory.AccountID // of Other's workspace
	Stranger    directory.AccountID // at home in neither, but able to reach the app in Installation's workspace
	Blocked     directory.AccountID // of Installation's workspace, can't be written to

	// Advance moves the platform's and the adapter's clock, which are one.
	Advance func(time.Duration)
	Now     func() time.Time

	// Messages is everything that the platform accepted from the app, oldest first, whatever it
	// answered, replies that only one person saw included.
	Messages func() []Message

	// Fail makes the next call of a kind fail.
	Fail func(call Call, fault Fault)

	// Revoke makes the token of Installation stop working, and Restrict, which may be nil, takes
	// away the permission to write.
	Revoke   func()
	Restrict func()

	// Erase makes a message of the app's disappear at the platform.
	Erase func(inst directory.Installation, ref directory.MessageRef)

	// Act does what a person does, and lets the platform send its webhook at once, through
	// [Wire.Client].
	Act func(t *testing.T, act Act)

	// Sign signs a webhook's body as the platform would at a time, replacing the signature that
	// the header has.
	Sign func(header http.Header, body []byte, at time.Time)

	// Signature is the header that carries the signature.
	Signature string

	// BodyLimit is the longest body that the endpoints read, in bytes.
	BodyLimit int

	// Exempt names exams that can't be held, and why: "inbound/stale": "no time is signed".
	Exempt map[string]string
}

// Message is a message as the platform has it.
type Message struct {
	Workspace    directory.Workspace
	Conversation string
	ID           string
	To           string // the user who sees it, where it is one
	Text         string
	Card         string // the platform's own JSON, as last edited
	Edits        int
	Deleted      bool
	Alone        bool // nobody but To sees it: a 1:1 chat, or shown to one user only
}

// Call is a kind of call that an adapter makes.
type Call int

// The calls that can be made to fail.
const (
	Posting Call = iota // the call that posts a message
	Editing             // the call that edits one
	Reading             // the call that Find looks with
)

// Fault is how a call fails. Status zero: the connection is dropped.
type Fault struct {
	Status      int
	RetryAfter  string
	ContentType string
	Body        string
	After       bool // the call takes effect first; only its answer is lost
}

// Act is something that a person does.
type Act struct {
	Kind ActKind
	In   directory.Installation
	By   directory.AccountID
	Text string // with Say: a direct message to the app
	// Message and Press, with Push: the button, on a message of the app's.
	Message directory.MessageRef
	Press   cards.Press
}

// ActKind is what a person does.
type ActKind int

// The acts.
const (
	Push ActKind = iota // press a button
	Say                 // write to the app in its 1:1 chat
	Meet                // open the chat with the app, or add the app to it
)

func (k ActKind) String() string { return [...]string{"push", "say", "meet"}[k] }
