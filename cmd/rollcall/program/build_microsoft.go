package program

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"os"
	"strings"
	"time"

	"rollcall/adapters/entra"
	"rollcall/adapters/teams"
	"rollcall/sync/directory"
)

// buildMicrosoft makes the directory and, for those who use it, the chat. One app registration is
// both: the directory installs the app and makes guests for the chat.
func (m *Main) buildMicrosoft(built *platforms) error {
	if !m.config.usesEntra() {
		return nil
	}
	var err error
	if m.entra, err = m.buildEntra(); err != nil {
		return err
	}
	if m.teams, err = m.buildTeams(); err != nil {
		return err
	}
	built.chats = append(built.chats, m.teams)
	built.accounts[teams.Name] = m.entra
	built.standIns[teams.Name] = m.entra
	return nil
}

func (m *Main) buildEntra() (*entra.Adapter, error) {
	proof, err := m.config.Teams.proof()
	if err != nil {
		return nil, err
	}
	key, err := m.notificationKey()
	if err != nil {
		return nil, err
	}
	config := entra.Config{
		Cloud: m.options.Entra, Name: m.config.entraDirectory(), ClientID: m.config.Teams.AppID, Proof: proof,
		TeamsAppID: m.config.Teams.ManifestID, NotificationURL: m.config.PublicURL, NotificationKey: key,
		Find: m.entraOf, Each: m.eachEntra, Now: m.options.Now, Logger: m.logger,
	}
	if config.Cloud == (entra.Cloud{}) {
		config.Cloud = clouds[m.config.Teams.Cloud].entra()
	}
	return entra.New(config)
}

// notificationKey is a key for the directory's notifications, of a secret that is configured anyway. When
// that is replaced, so are the subscriptions.
func (m *Main) notificationKey() ([]byte, error) {
	secret := []byte(m.config.Teams.AppSecret)
	if file := m.config.Teams.AppCertificateFile; file != "" {
		var err error
		if secret, err = os.ReadFile(file); err != nil {
			return nil, err
		}
	}
	if len(secret) == 0 { // a managed identity is no secret, but there are keys
		text, err := m.config.keyText()
		if err != nil {
			return nil, err
		}
		secret = text
	}
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("rollcall: notifications of the directory"))
	return mac.Sum(nil), nil
}

func (m *Main) buildTeams() (*teams.Adapter, error) {
	cloud := clouds[m.config.Teams.Cloud].teams()
	if m.options.Teams != nil {
		cloud = *m.options.Teams
	}
	proof, err := m.config.Teams.proof()
	if err != nil {
		return nil, err
	}
	return teams.New(teams.Config{
		Cloud: cloud, AppID: m.config.Teams.AppID, Proof: proof,
		HomeTenant: m.config.Teams.HomeTenant, Conversations: m.Store, Installer: m.entra, Now: m.options.Now, Logger: m.logger,
	})
}

// watchEntra keeps the directory's subscriptions, and hastens the reading of a group whose directory
// says that something changed. What is read counts, not what was said.
func (m *Main) watchEntra(ctx context.Context) {
	ticker := time.NewTicker(m.options.CheckEvery)
	defer ticker.Stop()
	m.entra.Watch(ctx, ticker.C, func(tenant directory.TenantID, group string) {
		m.hastenAll(ctx, tenant, func(g directory.Group) bool { return m.inEntra(tenant, g.Directory) && isEntraGroup(g, group) })
	})
}

// isEntraGroup reports whether a group is the one that Graph tells of, by its object id, in whichever case that was
// copied. Where people have changed Graph names none, and it may be any.
func isEntraGroup(g directory.Group, id string) bool {
	return id == "" || strings.EqualFold(g.External, id)
}
