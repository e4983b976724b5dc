package directorytest

import (
	"bytes"
	"cmp"
	"context"
	"maps"
	"slices"

	"rollcall/sync/directory"
)

// connection is what is stored of a workspace. Its credential is nil where there are no secrets.
type connection struct {
	directory.Connection
	credential *directory.Credential
}

// Install implements [directory.Registry].
func (m *Memory) Install(ctx context.Context, inst directory.Installation) error {
	leave, err := m.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	old, known := m.connections[siteOf(inst)]
	switch {
	case !known:
	case old.Installation.Tenant != inst.Tenant:
		return errForeign()
	case old.Installation.Generation > inst.Generation:
		return errGeneration(inst, old.Installation)
	case old.Installation.Generation == inst.Generation:
		return nil
	}
	m.connections[siteOf(inst)] = connection{Connection: directory.Connection{Installation: inst, State: directory.ConnectionActive, Version: 1}}
	return nil
}

func siteOf(inst directory.Installation) site { return site{inst.Platform, inst.Workspace} }

func errForeign() error {
	return directory.Errorf(directory.Conflict, "the workspace belongs to another tenant")
}

func errGeneration(inst, stored directory.Installation) error {
	return directory.Errorf(directory.Conflict, "generation %d, stored %d", inst.Generation, stored.Generation)
}

// Connect implements [directory.Registry].
func (m *Memory) Connect(ctx context.Context, c directory.Connection, credential directory.Credential, audit ...directory.Entry) error {
	leave, err := m.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	inst := c.Installation
	old, known := m.connections[siteOf(inst)]
	switch {
	case known && old.Installation.Tenant != inst.Tenant:
		return errForeign()
	case inst.Generation != old.Installation.Generation+1:
		return errGeneration(inst, old.Installation)
	}
	c.Version = 1
	made := connection{Connection: cloneConnection(c)}
	if c.State != directory.ConnectionGone {
		credential = cloneCredential(credential)
		credential.Version = 1
		made.credential = &credential
	}
	m.connections[siteOf(inst)] = made
	m.audit(inst.Tenant, audit)
	return nil
}

// Amend implements [directory.Registry].
func (m *Memory) Amend(ctx context.Context, c directory.Connection, audit ...directory.Entry) error {
	leave, err := m.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	inst := c.Installation
	old, known := m.connections[siteOf(inst)]
	switch {
	case !known || old.Installation.Tenant != inst.Tenant:
		return directory.Errorf(directory.NotFound, "no such connection")
	case old.Installation.Generation != inst.Generation:
		return errGeneration(inst, old.Installation)
	case old.Version != c.Version:
		return directory.Errorf(directory.Conflict, "it was changed meanwhile: read it again")
	case old.State == directory.ConnectionGone && c.State != directory.ConnectionGone:
		return directory.Errorf(directory.Conflict, "the connection is gone")
	}
	c.Version++
	old.Connection = cloneConnection(c)
	if c.State == directory.ConnectionGone {
		old.credential = nil
	}
	m.connections[siteOf(inst)] = old
	m.audit(inst.Tenant, audit)
	return nil
}

// Connection implements [directory.Registry].
func (m *Memory) Connection(ctx context.Context, platform directory.Platform, workspace directory.Workspace) (directory.Connection, error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return directory.Connection{}, err
	}
	defer leave()
	c, known := m.connections[site{platform, workspace}]
	if !known {
		return directory.Connection{}, directory.Errorf(directory.NotFound, "nobody connected the workspace")
	}
	return cloneConnection(c.Connection), nil
}

// Connections implements [directory.Registry].
func (m *Memory) Connections(ctx context.Context, tenant directory.TenantID) ([]directory.Connection, error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	var out []directory.Connection
	for _, c := range m.connections {
		if c.Installation.Tenant == tenant {
			out = append(out, cloneConnection(c.Connection))
		}
	}
	slices.SortFunc(out, func(x, y directory.Connection) int {
		return cmp.Or(cmp.Compare(x.Installation.Platform, y.Installation.Platform), cmp.Compare(x.Installation.Workspace, y.Installation.Workspace))
	})
	return out, nil
}

// Resolve implements [directory.Registry].
func (m *Memory) Resolve(ctx context.Context, origin directory.Origin) (directory.Installation, error) {
	c, err := m.Connection(ctx, origin.Platform, origin.Workspace)
	if directory.Is(err, directory.NotFound) || err == nil && !c.Active() {
		return directory.Installation{}, directory.Errorf(directory.NotFound, "nobody has the app installed there")
	}
	return c.Installation, err
}

// Installations implements [directory.Registry].
func (m *Memory) Installations(ctx context.Context, tenant directory.TenantID) ([]directory.Installation, error) {
	all, err := m.Connections(ctx, tenant)
	var out []directory.Installation
	for _, c := range all {
		if c.Active() {
			out = append(out, c.Installation)
		}
	}
	return out, err
}

// Credential implements [directory.Registry].
func (m *Memory) Credential(ctx context.Context, inst directory.Installation) (directory.Credential, error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return directory.Credential{}, err
	}
	defer leave()
	stored, err := m.credential(inst)
	if err != nil {
		return directory.Credential{}, err
	}
	return cloneCredential(*stored), nil
}

// credential finds an installation's. The caller has locked m.
func (m *Memory) credential(inst directory.Installation) (*directory.Credential, error) {
	c := m.connections[siteOf(inst)]
	if c.Installation != inst || c.credential == nil {
		return nil, directory.Errorf(directory.NotFound, "the installation has no secrets")
	}
	return c.credential, nil
}

// PutCredential implements [directory.Registry].
func (m *Memory) PutCredential(ctx context.Context, inst directory.Installation, credential directory.Credential) error {
	leave, err := m.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	stored, err := m.credential(inst)
	if err != nil {
		return err
	}
	if stored.Version != credential.Version {
		return directory.Errorf(directory.Conflict, "version %d, stored %d", credential.Version, stored.Version)
	}
	*stored = cloneCredential(credential)
	stored.Version++
	return nil
}

func cloneConnection(c directory.Connection) directory.Connection {
	c.Scopes = slices.Clone(c.Scopes)
	c.Workspaces = slices.Clone(c.Workspaces)
	return c
}

func cloneCredential(c directory.Credential) directory.Credential {
	c.Fields = maps.Clone(c.Fields)
	for field, sealed := range c.Fields {
		sealed.Wrapped, sealed.Text = bytes.Clone(sealed.Wrapped), bytes.Clone(sealed.Text)
		c.Fields[field] = sealed
	}
	return c
}
