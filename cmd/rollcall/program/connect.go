package program

import (
	"context"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"rollcall/adapters/entra"
	"rollcall/adapters/slack"
	"rollcall/adapters/teams"
	"rollcall/adapters/vault"
	"rollcall/adapters/webex"
	"rollcall/bot/hub"
	"rollcall/sync/directory"
)

// microsoft is the platform behind which Entra stands.
const microsoft = teams.Name

// buildVault opens the key ring, and says how each platform's tokens are renewed.
func (m *Main) buildVault(keys vault.Keys) *vault.Vault {
	return vault.New(vault.Config{
		Keys: keys, Registry: m.Store, Now: m.options.Now, Logger: m.logger,
		Renew: map[directory.Platform]vault.Renew{slack.Name: m.renew, webex.Name: m.renew},
	})
}

// renewer is a connector whose tokens end.
type renewer interface {
	Renew(ctx context.Context, inst directory.Installation, refresh directory.Secret) (token, next directory.Secret, expires time.Time, err error)
}

func (m *Main) renew(ctx context.Context, inst directory.Installation, refresh directory.Secret) (vault.Renewed, error) {
	r, ok := m.connector(inst.Platform).(renewer)
	if !ok {
		return vault.Renewed{}, directory.Errorf(directory.Unavailable, "%s is not configured any more", inst.Platform)
	}
	token, next, expires, err := r.Renew(ctx, inst, refresh)
	return vault.Renewed{Token: token, Refresh: next, Expires: expires}, err
}

// rekey reads the keys again and seals everything with the first. It answers how many secrets that were.
func (m *Main) rekey(ctx context.Context) (int, error) {
	keys, err := m.config.keys()
	if err != nil {
		return 0, err
	}
	m.vault.Use(keys)
	return m.vault.Rewrap(ctx)
}

// token is the token of an installation: of exactly this workspace of this tenant, so that nobody's
// accounts are ever read with another one's token. One that is disconnected, or was connected anew
// since, has none, and one that is being disconnected only for giving back what was granted. A key that
// is missing proves nothing of the platform: Unavailable.
func (m *Main) token(ctx context.Context, inst directory.Installation) (directory.Secret, error) {
	c, err := m.Store.Connection(ctx, inst.Platform, inst.Workspace)
	if err != nil && !directory.Is(err, directory.NotFound) {
		return directory.Secret{}, err
	}
	if err != nil || c.Installation != inst || !c.Active() && !(c.State == directory.ConnectionPending && ctx.Value(givingBack{}) != nil) {
		return directory.Secret{}, directory.Errorf(directory.Unauthorized, "%s is not connected", inst.Platform)
	}
	if configured := m.tokens[tokenKey(inst)]; !configured.IsZero() {
		return configured, nil
	}
	token, err := m.vault.Token(ctx, inst)
	if directory.Is(err, directory.NotFound) {
		if _, lost := m.Store.Credential(ctx, inst); lost == nil { // it is there, and no key opens it
			return token, directory.Errorf(directory.Unavailable, "%s: %w", inst.Platform, err)
		}
		return token, directory.Errorf(directory.Unauthorized, "%s is not connected", inst.Platform)
	}
	return token, err
}

// givingBack marks the context of what is done to give back what was granted.
type givingBack struct{}

// tokenKey is an installation whichever generation it is of.
func tokenKey(inst directory.Installation) directory.Installation {
	inst.Generation = 0
	return inst
}

// teamsOf are the workspaces of an organisation in which the app may act.
func (m *Main) teamsOf(ctx context.Context, inst directory.Installation) ([]directory.Workspace, error) {
	c, err := m.Store.Connection(ctx, inst.Platform, inst.Workspace)
	if err != nil {
		return nil, err
	}
	return c.Workspaces, nil
}

// connector is how a platform is connected; nil: its app isn't configured.
func (m *Main) connector(platform directory.Platform) hub.Connector {
	for _, c := range m.connectors {
		if c.Platform() == platform {
			return c
		}
	}
	return nil
}

// title is what people call a platform.
func (m *Main) title(platform directory.Platform) string {
	for _, chat := range m.chats {
		if chat.Name() == platform {
			return chat.Limits().Title
		}
	}
	return string(platform)
}

// buildHub makes the web side, and the connectors of the platforms whose app is configured.
func (m *Main) buildHub() error {
	if m.slack != nil {
		m.connectors = append(m.connectors, slack.NewConnector(m.slack, slack.App{
			ClientID: m.config.Slack.ClientID, ClientSecret: directory.NewSecret(m.config.Slack.ClientSecret),
		}))
	}
	if m.entra != nil {
		connector, err := entra.NewConnector(m.entra, entra.App{Bot: m.teams.Check, Guests: m.wantsGuests})
		if err != nil {
			return err
		}
		m.connectors = append(m.connectors, connector)
	}
	if m.webex != nil {
		m.connectors = append(m.connectors, webex.NewConnector(m.webex, m.webexStandIns()))
	}
	var err error
	m.hub, err = hub.New(hub.Config{
		Connectors: m.connectors, Registry: m.Store, Desk: desk{m}, Files: files{m}, PublicURL: m.publicURL(),
		Now: m.options.Now, Rand: m.options.Rand, Logger: m.logger, SignUp: m.config.Hub.SignUp, Client: m.clientOf,
		Privacy: m.config.Hub.PrivacyURL, Terms: m.config.Hub.TermsURL, Support: m.config.Hub.SupportURL,
	})
	return err
}

// clientOf is the address by which a browser's requests are counted. Where this program speaks no TLS a
// proxy stands in front of it, which adds the address that it saw at the end of X-Forwarded-For; what
// stands before that is anybody's.
func (m *Main) clientOf(r *http.Request) string {
	address, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		address = r.RemoteAddr
	}
	if told := r.Header.Values("X-Forwarded-For"); m.options.TLS == nil && len(told) > 0 {
		all := strings.Split(told[len(told)-1], ",")
		address = strings.TrimSpace(all[len(all)-1])
	}
	return address
}

// wantsGuests reports whether a tenant may be given guests as stand-ins on Teams.
func (m *Main) wantsGuests(tenant directory.TenantID) bool {
	kinds, chosen := m.config.Tenants[string(tenant)].StandIns[string(microsoft)]
	return !chosen || len(kinds) > 0
}

// proof is what the app proves itself with to Microsoft.
func (t Teams) proof() (entra.Proof, error) {
	switch {
	case t.AppCertificateFile != "":
		text, err := os.ReadFile(t.AppCertificateFile)
		if err != nil {
			return entra.Proof{}, err
		}
		return entra.Certificate(directory.NewSecret(string(text)))
	case t.ManagedIdentity != "":
		return entra.ManagedIdentity(t.ManagedIdentity), nil
	}
	return entra.Secret(directory.NewSecret(t.AppSecret)), nil
}

// entraOf is where a tenant's directory is: as the configuration says, or as it is connected. One that
// waits is found as well, so that it can be asked whether it still does; but not what somebody connected
// who may not decide that.
func (m *Main) entraOf(ctx context.Context, tenant directory.TenantID) (entra.Tenant, error) {
	t := m.config.Tenants[string(tenant)]
	found := entra.Tenant{InvitationDomain: t.Teams.InvitationDomain}
	c, err := m.microsoftOf(ctx, tenant)
	switch {
	case directory.Is(err, directory.NotFound): // a directory alone, whose chat nobody uses
		found.Directory = string(workspaceOf(t.entraTenant()))
	case err != nil:
		return found, err
	case c.State != directory.ConnectionGone && c.Cause != directory.CauseUnproven:
		found.Directory = string(c.Installation.Workspace)
	}
	if found.Directory == "" {
		return found, directory.Errorf(directory.NotFound, "Microsoft isn't connected")
	}
	return found, nil
}

// microsoftOf is a tenant's connection with Microsoft, whatever its state. NotFound: it has none, or one that
// somebody made who may not decide that, and that changes nothing of what the configuration says.
func (m *Main) microsoftOf(ctx context.Context, tenant directory.TenantID) (directory.Connection, error) {
	connections, err := m.Store.Connections(ctx, tenant)
	if err != nil {
		return directory.Connection{}, err
	}
	named := m.config.Tenants[string(tenant)].entraTenant() != ""
	for _, c := range connections {
		if c.Installation.Platform == microsoft && !(named && c.Cause == directory.CauseUnproven) {
			return c, nil
		}
	}
	return directory.Connection{}, directory.Errorf(directory.NotFound, "Microsoft isn't connected")
}

// whileConnected is a directory that is read only while its platform is connected.
type whileConnected struct {
	directory.Source
	main *Main
}

func (w whileConnected) connected(ctx context.Context, tenant directory.TenantID) error {
	c, err := w.main.microsoftOf(ctx, tenant)
	switch {
	case directory.Is(err, directory.NotFound):
		return nil // by the configuration alone
	case err == nil && !c.Active():
		return directory.Errorf(directory.Unauthorized, "Microsoft is not connected")
	}
	return err
}

// Page implements [directory.Source].
func (w whileConnected) Page(ctx context.Context, tenant directory.TenantID, group, cursor string) (directory.Page, error) {
	if err := w.connected(ctx, tenant); err != nil {
		return directory.Page{}, err
	}
	return w.Source.Page(ctx, tenant, group, cursor)
}

// Member implements [directory.Source].
func (w whileConnected) Member(ctx context.Context, tenant directory.TenantID, group string, id directory.MemberID) directory.Standing {
	if err := w.connected(ctx, tenant); err != nil {
		return directory.NoAnswer(err)
	}
	return w.Source.Member(ctx, tenant, group, id)
}

// eachEntra are the tenants whose directories' changes are subscribed to: of one that is off nothing is
// asked.
func (m *Main) eachEntra(ctx context.Context) (map[directory.TenantID]entra.Tenant, error) {
	tenants, err := m.Store.Tenants(ctx)
	if err != nil {
		return nil, err
	}
	all := make(map[directory.TenantID]entra.Tenant)
	for _, t := range tenants {
		if !t.Settings.On {
			continue
		}
		err := whileConnected{main: m}.connected(ctx, t.ID)
		var found entra.Tenant
		if err == nil {
			found, err = m.entraOf(ctx, t.ID)
		}
		if directory.Is(err, directory.NotFound) || directory.Is(err, directory.Unauthorized) {
			continue
		}
		if err != nil {
			return nil, err
		}
		all[t.ID] = found
	}
	return all, nil
}

// workspaceOf is an Entra tenant's workspace; empty: none.
func workspaceOf(tenant string) directory.Workspace {
	workspace, err := teams.Workspace(tenant)
	if err != nil {
		return ""
	}
	return workspace
}
