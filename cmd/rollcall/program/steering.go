package program

import (
	"context"
	"maps"
	"slices"

	"rollcall/bot/command"
	"rollcall/sync/directory"
	"rollcall/sync/engine"
)

// steering is the engine as commands see it, with what only the program knows: which directories and platforms there
// are, what works until when, and to whom long work on the command line shows its progress.
type steering struct {
	*engine.Engine
	main *Main
}

var _ command.Steering = steering{}

// Propose implements [command.Steering].
func (s steering) Propose(ctx context.Context, tenant directory.TenantID, work command.Work) (string, error) {
	id, err := s.Engine.Propose(ctx, tenant, s.work(ctx, work))
	if c := consoleOf(ctx); c != nil && err == nil {
		c.about(id)
	}
	return id, err
}

// Proposal implements [command.Steering].
func (s steering) Proposal(ctx context.Context, tenant directory.TenantID, id string) (directory.Proposal, error) {
	plan, err := s.Engine.Proposal(ctx, tenant, id)
	if c := consoleOf(ctx); c != nil && err == nil {
		c.about(plan.ID)
	}
	return plan, err
}

// Apply implements [command.Steering].
func (s steering) Apply(ctx context.Context, tenant directory.TenantID, id, hash string, work command.Work) error {
	return s.Engine.Apply(ctx, tenant, id, hash, s.work(ctx, work))
}

// WhatIf implements [command.Steering].
func (s steering) WhatIf(ctx context.Context, tenant directory.TenantID, address directory.Address, work command.Work) error {
	return s.Engine.WhatIf(ctx, tenant, address, s.work(ctx, work))
}

// UndoBatch implements [command.Steering].
func (s steering) UndoBatch(ctx context.Context, tenant directory.TenantID, id string, work command.Work) error {
	return s.Engine.UndoBatch(ctx, tenant, id, s.work(ctx, work))
}

// work is long work for the engine. What the command line asked for is shown there.
func (s steering) work(ctx context.Context, work command.Work) engine.Work {
	if c := consoleOf(ctx); c != nil {
		work.Of, work.To = c.installation(), c.account()
		c.begin()
	}
	return engine.Work(work)
}

// People implements [command.Steering].
func (s steering) People(ctx context.Context, tenant directory.TenantID, name command.Name) ([]directory.Story, error) {
	return s.Engine.People(ctx, tenant, engine.Name(name))
}

// Switch implements [command.Steering]. A tenant that was taken out of the configuration rests, whatever its admins say.
func (s steering) Switch(ctx context.Context, tenant directory.TenantID, on bool, by string) error {
	if on {
		t, err := s.Store.Tenant(ctx, tenant)
		if err != nil {
			return err
		}
		if _, configured := s.main.config.Tenants[string(tenant)]; !configured && !t.SignedUp {
			return directory.Errorf(directory.Conflict, "whoever runs this Rollcall has taken your company out of its configuration: ask them")
		}
	}
	return s.Engine.Switch(ctx, tenant, on, by)
}

// Health implements [command.Steering].
func (s steering) Health(ctx context.Context, tenant directory.TenantID) (directory.Health, error) {
	health, err := s.Engine.Health(ctx, tenant)
	if err != nil {
		return health, err
	}
	ends, err := s.main.endings(ctx, tenant)
	health.Ends = append(health.Ends, ends...)
	return health, err
}

// Directories implements [command.Steering].
func (s steering) Directories(_ context.Context, tenant directory.TenantID) ([]string, error) {
	return s.main.directories(tenant), nil
}

// directories are the names of a tenant's directories. Where nothing is configured for it there is Entra, once it is
// connected: whoever signed up can configure nothing.
func (m *Main) directories(tenant directory.TenantID) []string {
	config := m.config.Tenants[string(tenant)]
	names := slices.Sorted(maps.Keys(config.Directories))
	if len(names) == 0 && m.entra != nil {
		names = append(names, m.config.entraDirectory())
	}
	return names
}

// inEntra reports whether one of a tenant's directories is in Entra.
func (m *Main) inEntra(tenant directory.TenantID, name string) bool {
	config, configured := m.config.Tenants[string(tenant)].Directories[name]
	return configured && config.Entra.Tenant != "" || !configured && slices.Contains(m.directories(tenant), name)
}
