package program

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"rollcall/adapters/entra"
	"rollcall/adapters/hook"
	"rollcall/adapters/teams"
	"rollcall/sync/directory"
)

// Teams is the Teams bot, and the app registration behind it, with which the tenants' directories are
// read as well.
type Teams struct {
	AppID         string `yaml:"app_id"`
	AppSecret     string `yaml:"app_secret"`
	AppSecretFile string `yaml:"app_secret_file"`
	// AppCertificateFile is a certificate of the app with its private key, in PEM, instead of a secret.
	AppCertificateFile string `yaml:"app_certificate_file"`
	// ManagedIdentity is the client id of a user-assigned managed identity that the app registration
	// trusts, instead of a secret.
	ManagedIdentity string `yaml:"managed_identity"`
	// HomeTenant is the Entra tenant in which the bot is registered: your own.
	HomeTenant string `yaml:"home_tenant"`
	// ManifestID is the id in the app's manifest. With it the app is installed for people who are to
	// be asked and don't have it, where their tenant has consented to that.
	ManifestID string `yaml:"manifest_id"`
	// Cloud is Microsoft's cloud: public (where it is empty), gcc-high, dod or china.
	Cloud string `yaml:"cloud"`
}

// TeamsTenant is a tenant's Teams. Without one it doesn't use Teams.
type TeamsTenant struct {
	Tenant string `yaml:"tenant"` // the id of the Entra tenant
	// InvitationDomain is for guests who stand in for colleagues without a licence, whose own
	// addresses can't be invited: a domain of the company that isn't verified in Entra.
	InvitationDomain string `yaml:"invitation_domain"`
}

// Entra is a directory in Entra ID.
type Entra struct {
	// Tenant is the id of the Entra tenant, or the word "connected": the one that is connected in the hub.
	Tenant string `yaml:"tenant"`
}

// connected stands for the Entra tenant that is connected in the hub.
const connected = "connected"

// config is the adapter's configuration for a subscriber.
func (s SubscriberConfig) config(tenant directory.TenantID, network hook.Network) hook.Config {
	return hook.Config{Tenant: tenant, URL: s.URL, Secrets: []directory.Secret{directory.NewSecret(s.Secret)}, Network: network}
}

// SubscriberConfig is another system that is told when links change.
type SubscriberConfig struct {
	URL        string `yaml:"url"`
	Secret     string `yaml:"secret"`
	SecretFile string `yaml:"secret_file"`
}

// domainForm is what a domain looks like.
var domainForm = regexp.MustCompile(`^(?i)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$`)

// clouds are Microsoft's clouds by their names in the configuration.
var clouds = map[string]struct {
	teams func() teams.Cloud
	entra func() entra.Cloud
}{
	"":         {teams.Public, entra.Public},
	"public":   {teams.Public, entra.Public},
	"gcc-high": {teams.GCCHigh, entra.USGovernment},
	"dod":      {teams.DoD, entra.USDefense},
	"china":    {teams.China, entra.China},
}

// usesEntra reports whether some tenant needs Microsoft's directory or chat, or may.
func (c Config) usesEntra() bool {
	if c.connectsTeams() {
		return true
	}
	for _, t := range c.Tenants {
		if t.entraTenant() != "" {
			return true
		}
	}
	return false
}

// entraTenant is the Entra tenant that a tenant's people are in, as the configuration says; empty: it
// doesn't.
func (t TenantConfig) entraTenant() string {
	if t.Teams.Tenant != "" {
		return t.Teams.Tenant
	}
	for _, key := range slices.Sorted(maps.Keys(t.Directories)) {
		if d := t.Directories[key]; d.Entra.Tenant != "" && d.Entra.Tenant != connected {
			return d.Entra.Tenant
		}
	}
	return ""
}

// entraDirectory is the name of the tenant's directory in Entra; empty: it has none there.
func (t TenantConfig) entraDirectory() string {
	for _, key := range slices.Sorted(maps.Keys(t.Directories)) {
		if t.Directories[key].Entra.Tenant != "" {
			return key
		}
	}
	return ""
}

// entraDirectory is what the directories in Entra are called, in every tenant alike.
func (c Config) entraDirectory() string {
	for _, id := range slices.Sorted(maps.Keys(c.Tenants)) {
		if name := c.Tenants[id].entraDirectory(); name != "" {
			return name
		}
	}
	return "entra" // nobody has one; the platform's accounts are read all the same
}

// validate looks at the app, where some tenant uses it.
func (t Teams) validate(p *problems) {
	ways := 0
	for _, way := range []string{t.AppSecret, t.AppCertificateFile, t.ManagedIdentity} {
		if way != "" {
			ways++
		}
	}
	if ways == 0 {
		needs(p, "teams.app_secret", t.AppSecret, "make one under the app registration's Certificates & secrets")
	}
	p.check(ways <= 1, "teams.app_secret", "is one of three ways for the app to prove itself, with app_certificate_file and managed_identity: keep one of them")
	_, err := t.proof()
	p.check(err == nil || ways == 0, "teams.app_certificate_file", "can't be used: %v", err)
	for at, id := range map[string]string{"teams.app_id": t.AppID, "teams.home_tenant": t.HomeTenant} {
		_, err := teams.Workspace(id)
		p.check(err == nil, at, "must be an id such as 2f4a9c1e-7b36-4d08-9e51-c0a8d3e6b712: the bot's page in Azure shows it under Configuration")
	}
	if _, err := teams.Workspace(t.ManifestID); t.ManifestID != "" {
		p.check(err == nil, "teams.manifest_id", "must be the id in the app's manifest")
	}
	_, known := clouds[t.Cloud]
	p.check(known, "teams.cloud", "%q is unknown: %s", t.Cloud, choose(slices.DeleteFunc(slices.Sorted(maps.Keys(clouds)), func(s string) bool { return s == "" })))
}

// validateEntra looks at what a tenant has of Microsoft's.
func (t TenantConfig) validateEntra(p *problems, at string) {
	tenant := t.entraTenant()
	if tenant == "" {
		return
	}
	check := func(at, id string) {
		_, err := teams.Workspace(id)
		p.check(err == nil, at, "must be the tenant's id: Entra shows it under Overview")
		p.check(strings.EqualFold(id, tenant), at, "is another Entra tenant than the rest of this tenant's: add another tenant for it")
	}
	check(at+".teams.tenant", tenant)
	domain := t.Teams.InvitationDomain
	p.check(domain == "" || domainForm.MatchString(domain), at+".teams.invitation_domain", "must be a domain alone, such as guests.acme.example")
	for key, d := range t.Directories {
		if d.Entra.Tenant != "" && d.Entra.Tenant != connected {
			check(at+".directories."+key+".entra.tenant", d.Entra.Tenant)
		}
	}
}
