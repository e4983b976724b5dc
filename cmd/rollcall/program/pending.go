package program

import (
	"context"
	"slices"
	"time"

	"rollcall/adapters/entra"
	"rollcall/adapters/webex"
	"rollcall/bot/hub"
	"rollcall/sync/directory"
)

// completer is a connector that can say whether what a connection waits for has happened.
type completer interface {
	Complete(ctx context.Context, connection directory.Connection) (hub.Grant, error)
}

// watchConnections completes what waits for a platform or for somebody there, and connects what the
// configuration connects and the platform had removed, once it works again. While something waits it
// looks more often.
func (m *Main) watchConnections(ctx context.Context) {
	for {
		waits, err := m.checkConnections(ctx)
		if err != nil && ctx.Err() == nil {
			m.logger.Warn("the connections could not be looked at", "code", directory.CodeOf(err).String(), "error", err)
		}
		wait := m.options.CheckEvery
		if waits {
			wait = m.options.LookEvery
		}
		select {
		case <-ctx.Done():
			return
		case <-m.look:
		case <-time.After(wait):
		}
	}
}

// lookAgain has the connections looked at now.
func (m *Main) lookAgain() {
	select {
	case m.look <- struct{}{}:
	default:
	}
}

// checkConnections looks at every connection once, and reports whether one waits.
func (m *Main) checkConnections(ctx context.Context) (waits bool, err error) {
	err = m.eachConnection(ctx, func(c directory.Connection) error {
		switch {
		case c.State == directory.ConnectionPending && c.Cause == directory.CauseEnding:
			return desk{m}.end(ctx, c.Installation)
		case c.State == directory.ConnectionPending && c.Cause != directory.CauseUnproven:
			done, err := m.complete(ctx, c)
			waits = waits || !done
			return err
		case c.State == directory.ConnectionGone && c.Cause != directory.CauseDisconnected:
			return m.revive(ctx, c)
		case c.Active():
			return m.tend(ctx, c)
		}
		return nil
	})
	return waits, err
}

// tend looks after what works.
func (m *Main) tend(ctx context.Context, c directory.Connection) error {
	if err := m.begin(ctx, c.Installation); err != nil {
		return err
	}
	switch {
	case c.Wide && m.slack != nil && c.Installation.Platform == m.slack.Name():
		return m.followWorkspaces(ctx, c)
	case c.Installation.Platform == microsoft:
		return m.followConsent(ctx, c)
	}
	return nil
}

// begin has the accounts of what is connected read, where nobody does: a process that dies right after it
// recorded a connection leaves that to the next one.
func (m *Main) begin(ctx context.Context, inst directory.Installation) error {
	readings, err := m.Store.Readings(ctx, inst.Tenant)
	id := directory.ReadingOfAccounts(inst)
	if err != nil || slices.ContainsFunc(readings, func(r directory.Reading) bool { return r.ID == id }) {
		return err
	}
	return m.Engine.Connected(ctx, inst)
}

// reconnect connects anew what was looked at, if it still stands as it did then: while the platform was
// asked an admin may have disconnected it.
func (m *Main) reconnect(ctx context.Context, c directory.Connection, grant hub.Grant) error {
	next := c
	next.State, next.Cause, next.Why = directory.ConnectionActive, "", ""
	next.Since, next.Ended = m.options.Now(), time.Time{}
	if grant.Workspace != "" { // a new one says more
		next.By, next.ByName, next.Title, next.Scopes, next.Bot = grant.By, grant.Name, grant.Title, grant.Scopes, grant.Bot
		next.Wide, next.Workspaces = grant.Wide, grant.Workspaces
	}
	m.claiming.Lock()
	changed, err := m.changed(ctx, c)
	if err == nil && !changed {
		next, err = desk{m}.put(ctx, next, grant)
	}
	m.claiming.Unlock()
	if err != nil || changed {
		return err
	}
	return desk{m}.connected(ctx, next)
}

func (m *Main) changed(ctx context.Context, c directory.Connection) (bool, error) {
	now, err := m.Store.Connection(ctx, c.Installation.Platform, c.Installation.Workspace)
	return now.Installation != c.Installation || now.State != c.State || now.Cause != c.Cause, err
}

// complete asks for what a pending connection waits for, and reports whether it has come.
func (m *Main) complete(ctx context.Context, c directory.Connection) (bool, error) {
	var grant hub.Grant
	var err error
	switch connector := m.connector(c.Installation.Platform).(type) {
	case completer:
		grant, err = connector.Complete(ctx, c)
	case *webex.Connector:
		grant, err = serviceApp(ctx, connector, c)
	default:
		return true, nil
	}
	if err != nil {
		// It is asked again, and the hub's checklist says what is wrong.
		m.logger.Info("a connection still waits", "tenant", c.Installation.Tenant, "platform", c.Installation.Platform, "code", directory.CodeOf(err).String())
		return false, nil
	}
	if grant.Waiting != "" || !grant.Admin {
		return false, nil
	}
	err = m.reconnect(ctx, c, grant)
	return err == nil, err
}

// followWorkspaces notes in which workspaces of an organisation the app may act, whatever news of that
// was lost or came late.
func (m *Main) followWorkspaces(ctx context.Context, c directory.Connection) error {
	admitted, err := m.slack.Admitted(ctx, c.Installation)
	if err != nil {
		return nil // it is asked again
	}
	known := slices.Sorted(slices.Values(c.Workspaces))
	if slices.Equal(admitted, known) {
		return nil
	}
	_, err = m.amend(ctx, c.Installation, func(c *directory.Connection) bool {
		c.Workspaces = admitted
		return c.Active()
	})
	return err
}

// noConsent is what is said of a connection whose directory has taken its consent back.
const noConsent = "the directory gives Rollcall no token any more: an administrator has to consent again (Re-authenticate)"

// consentEvery is how often a directory is asked whether it still lets the app in: nothing tells of the
// contrary.
const consentEvery = 5 * time.Minute

// followConsent has a connection say when its directory has taken its consent back, and when it has it
// again.
func (m *Main) followConsent(ctx context.Context, c directory.Connection) error {
	connector, ok := m.connector(microsoft).(*entra.Connector)
	now := m.options.Now()
	if !ok || now.Before(m.consents[c.Installation]) {
		return nil
	}
	err := connector.Consented(ctx, c.Installation.Workspace)
	if err != nil && !directory.Is(err, directory.Unauthorized) {
		return nil // it is asked again
	}
	m.consents[c.Installation] = now.Add(consentEvery)
	why := ""
	if err != nil {
		why = noConsent
	}
	if c.Why != "" && c.Why != noConsent || c.Why == why {
		return nil
	}
	m.logger.Warn("a directory's consent", "tenant", c.Installation.Tenant, "given", err == nil)
	_, err = m.amend(ctx, c.Installation, func(c *directory.Connection) bool {
		c.Why = why
		return c.Active()
	})
	return err
}

// serviceApp is what an organisation grants by authorising the service app in Control Hub. Who connects
// it has proved before that they administer the organisation.
func serviceApp(ctx context.Context, connector *webex.Connector, c directory.Connection) (hub.Grant, error) {
	token, refresh, expires, err := connector.ServiceAppToken(ctx, c.Installation.Workspace)
	return hub.Grant{
		Workspace: c.Installation.Workspace, Title: c.Title, By: c.By, Name: c.ByName, Admin: true, Scopes: c.Scopes, Expires: expires,
		Secrets: map[directory.Field]directory.Secret{directory.FieldToken: token, directory.FieldRefresh: refresh},
	}, err
}

// revive connects anew what the platform had removed, where it is plain that somebody has installed it
// again: its token of the configuration works, or the organisation authorised the service app.
func (m *Main) revive(ctx context.Context, c directory.Connection) error {
	if connector, ok := m.connector(c.Installation.Platform).(*webex.Connector); ok && c.Method == webex.MethodServiceApp {
		grant, err := serviceApp(ctx, connector, c)
		if err == nil {
			return m.reconnect(ctx, c, grant)
		}
		return nil // as it was
	}
	token := m.tokens[tokenKey(c.Installation)]
	if token.IsZero() || m.slack == nil || c.Installation.Platform != m.slack.Name() || m.slack.CheckToken(ctx, c.Installation, token) != nil {
		return nil
	}
	return m.reconnect(ctx, c, hub.Grant{})
}

// authorized takes the news that an organisation has authorised the service app, which Webex itself
// confirmed. A connection whose token died with an earlier authorisation, unnoticed, gets a new one.
func (m *Main) authorized(ctx context.Context, org directory.Workspace) {
	defer m.lookAgain()
	c, err := m.Store.Connection(ctx, webex.Name, org)
	if err != nil || !c.Active() || c.Method != webex.MethodServiceApp {
		return
	}
	if directory.Is(m.webex.CheckInstallation(ctx, c.Installation), directory.Unauthorized) {
		err = m.revive(ctx, c)
	}
	if err != nil {
		m.logger.Warn("a new authorisation was not taken yet", "tenant", c.Installation.Tenant, "platform", webex.Name, "code", directory.CodeOf(err).String())
	}
}
