package hub

import (
	"context"
	"net/url"
	"time"

	"rollcall/sync/directory"
)

// Connector is how one platform, with the directory behind it where it has one, is connected: where
// an admin's browser is sent, what is made of what it brings back, and the checklist. Adapters
// implement it, and pass hubtest.RunConnector. Implementations are safe for concurrent use and keep
// nothing of a flow: what they have to remember goes from step to step in [Step.Facts].
type Connector interface {
	// Platform is the platform's name in ids, and in the hub's paths.
	Platform() directory.Platform
	// Title is what people call what is connected.
	Title() string
	// Methods are the ways to connect it, the preferred one first. None: it can't be connected here,
	// since what the configuration needs for it isn't there.
	Methods() []Method

	// Begin is the vendor's page to which the admin's browser is sent next. It asks nothing of the
	// platform. Invalid: there is no such method, or it needs a workspace that isn't known.
	Begin(ctx context.Context, step Step) (string, error)
	// Return takes what the browser brought back to [Step.Redirect], proves it with the platform, and
	// says how it goes on. Whatever the browser says of itself is no proof. Blocks for a few requests.
	// Errors, whose texts are for the admin to read: Invalid (the proof is none, or is about another
	// workspace), Unauthorized (the admin refused, or isn't allowed to), Throttled and Unavailable
	// (the platform doesn't answer: begin anew).
	Return(ctx context.Context, step Step, query url.Values) (Outcome, error)

	// Check is the checklist of a connection: every requirement as a line. Blocks for a few requests
	// for each line, and has a line also for what could not be found out.
	Check(ctx context.Context, connection directory.Connection) []Finding
	// Withdraw gives back what was granted, as far as the platform has a call for that. The connection
	// counts as gone whatever it answers. Blocks for a few requests.
	Withdraw(ctx context.Context, inst directory.Installation) error
}

// Warden is a [Connector] that can say whether somebody still administers what is connected.
type Warden interface {
	// Administers asks the platform afresh, with what the connection has. Blocks for a few requests.
	// Unsupported: the platform doesn't show that there. Any other error is no answer.
	Administers(ctx context.Context, connection directory.Connection, account directory.AccountID) (bool, error)
}

// Method is one way to connect a platform.
type Method struct {
	ID     string // a word: it is part of paths
	Title  string
	Text   string // what will happen, in a sentence or two
	Button string
	// Link says that it makes a link for somebody else, who completes it later and elsewhere.
	Link bool
}

// Step is one trip of a browser to the vendor and back.
type Step struct {
	Method string
	State  string // to be brought back: random, used once, and tied to the browser
	// Secret is known to this step and nobody else, neither the browser nor the vendor: PKCE's
	// verifier and OIDC's nonce are derived from it.
	Secret   directory.Secret
	Redirect string // where the vendor sends the browser back to: https, the same for every step
	// Tenant is who connects; empty: nobody knows yet, the proof decides.
	Tenant directory.TenantID
	// Expect is the only workspace that may come of it; empty: any.
	Expect directory.Workspace
	// Facts are what an earlier step of the same flow found out and proved.
	Facts map[string]string
}

// Outcome is what a step led to: exactly one of the two.
type Outcome struct {
	// Again: another trip is needed, for which Begin is asked with these facts.
	Again map[string]string
	Grant *Grant
}

// Grant is what an admin has granted, as the platform vouches.
type Grant struct {
	Workspace directory.Workspace
	Title     string              // what people call it
	By        directory.AccountID // who granted it
	// Name is what people call them, as the platform says: whatever they typed there, or nothing. It is
	// shown to people, and decides nothing.
	Name string
	// Admin: the platform itself says, and not just the person, that they administer the workspace.
	Admin      bool
	Scopes     []string
	Bot        string
	Wide       bool
	Workspaces []directory.Workspace
	Secrets    map[directory.Field]directory.Secret // none, where the app's own are used
	Expires    time.Time                            // of the token; zero: never
	// Waiting is what still has to happen at the platform before it works, as a sentence that says
	// who does it where; empty: it works.
	Waiting string
}

// State is what is known of a requirement.
type State string

// The states of a requirement.
const (
	OK      State = "ok"
	Bad     State = "not ok"
	Unknown State = "unknown" // it could not be found out
	Off     State = "off"     // it serves something that isn't switched on
)

// Finding is one line of the checklist.
type Finding struct {
	ID    string // a few words in lower case, with dashes: the same every time
	Title string // the requirement, as a statement
	State State
	Mend  string // where it isn't ok: what to do, and where
}

// Registry is what the hub needs of the store; its methods are as in directory.Registry.
type Registry interface {
	Tenant(ctx context.Context, id directory.TenantID) (directory.Tenant, error)
	Connection(ctx context.Context, platform directory.Platform, workspace directory.Workspace) (directory.Connection, error)
	Connections(ctx context.Context, tenant directory.TenantID) ([]directory.Connection, error)
	PutAdmin(ctx context.Context, tenant directory.TenantID, admin directory.Admin) error
	Admins(ctx context.Context, tenant directory.TenantID) ([]directory.Admin, error)
	PutTicket(ctx context.Context, ticket directory.Ticket) error
	Ticket(ctx context.Context, id directory.TicketID, now time.Time) (directory.Ticket, error)
	TakeTicket(ctx context.Context, id directory.TicketID, now time.Time) (directory.Ticket, error)
	EndTickets(ctx context.Context, tenant directory.TenantID, kind string) error
	AccountsByID(ctx context.Context, tenant directory.TenantID, ids ...directory.AccountID) ([]directory.Account, error)
}

// Desk is what the hub has done for it: the program implements it.
type Desk interface {
	// Expect is the only workspace of a platform that a tenant may connect, as the configuration says
	// or as it was connected before; empty: any. The links of a tenant are keyed on the ids of its
	// workspace, so it can't move to another one.
	Expect(ctx context.Context, tenant directory.TenantID, platform directory.Platform) (directory.Workspace, error)
	// Belongs is the tenant that a workspace belongs to: it has it connected, or had, or the
	// configuration says so. Empty: nobody.
	Belongs(ctx context.Context, platform directory.Platform, workspace directory.Workspace) (directory.TenantID, error)
	// SignUp makes a tenant of a workspace that belongs to nobody. It is off, and has no groups.
	// Unauthorized: whoever runs this Rollcall doesn't let strangers in.
	SignUp(ctx context.Context, platform directory.Platform, grant Grant) (directory.TenantID, error)

	// Connect makes a grant the tenant's connection, of a new generation, and wakes what rested for
	// want of it. A grant that waits for something becomes a pending one, and so does one whose By is
	// no Admin, where the workspace is the tenant's already. What is connected when it returns is
	// durable. Conflict: the workspace belongs to another tenant. Invalid: the tenant has another
	// workspace there. Unauthorized: By is no Admin, and the workspace is nobody's yet.
	Connect(ctx context.Context, tenant directory.TenantID, platform directory.Platform, method string, grant Grant) (directory.Connection, error)
	// Stops is how many links rest when a platform of the tenant is disconnected.
	Stops(ctx context.Context, tenant directory.TenantID, platform directory.Platform) (int, error)
	// Disconnect ends a connection at once, keeps the links, and gives back what was granted.
	// Conflict: it is of another generation by now. By is who said so.
	Disconnect(ctx context.Context, inst directory.Installation, by string) error
	// Checks are the requirements that no connector knows of: the store, the tenant's switch, and each
	// of its groups with the platforms that it needs.
	Checks(ctx context.Context, tenant directory.TenantID) []Finding
}
