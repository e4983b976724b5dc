package simulation

import (
	"context"
	"slices"

	"rollcall/bot/command"
	"rollcall/sync/directory"
	"rollcall/sync/engine"
)

// desk is the engine as commands see it.
type desk struct {
	*engine.Engine
	program *program
}

var _ command.Steering = desk{}

func (s desk) Propose(ctx context.Context, tenant directory.TenantID, work command.Work) (string, error) {
	return s.Engine.Propose(ctx, tenant, engine.Work(work))
}

func (s desk) Apply(ctx context.Context, tenant directory.TenantID, id, hash string, work command.Work) error {
	return s.Engine.Apply(ctx, tenant, id, hash, engine.Work(work))
}

func (s desk) WhatIf(ctx context.Context, tenant directory.TenantID, address directory.Address, work command.Work) error {
	return s.Engine.WhatIf(ctx, tenant, address, engine.Work(work))
}

func (s desk) UndoBatch(ctx context.Context, tenant directory.TenantID, id string, work command.Work) error {
	return s.Engine.UndoBatch(ctx, tenant, id, engine.Work(work))
}

func (s desk) People(ctx context.Context, tenant directory.TenantID, name command.Name) ([]directory.Story, error) {
	return s.Engine.People(ctx, tenant, engine.Name(name))
}

func (s desk) Directories(context.Context, directory.TenantID) ([]string, error) {
	return []string{"hr"}, nil
}

func (s desk) Sync(ctx context.Context, inst directory.Installation, by directory.AccountID) (int, error) {
	return s.own(ctx, inst, by, wordSync, s.Engine.Sync)
}

func (s desk) Unsync(ctx context.Context, inst directory.Installation, by directory.AccountID) (int, error) {
	return s.own(ctx, inst, by, wordUnsync, s.Engine.Unsync)
}

func (s desk) NotMe(ctx context.Context, inst directory.Installation, by directory.AccountID) (int, error) {
	return s.own(ctx, inst, by, wordNotMe, s.Engine.NotMe)
}

func (s desk) Stop(ctx context.Context, inst directory.Installation, by directory.AccountID) (int, error) {
	return s.own(ctx, inst, by, wordStop, s.Engine.Stop)
}

// office is who may give which command.
type office struct{ directory.Store }

var _ command.Office = office{}

func (o office) Administers(ctx context.Context, inst directory.Installation, account directory.AccountID) (bool, error) {
	admins, err := o.Admins(ctx, inst.Tenant)
	return slices.ContainsFunc(admins, func(a directory.Admin) bool { return a.Account == account }), err
}

func (o office) RemoveAdmin(ctx context.Context, tenant directory.TenantID, account directory.AccountID, _ string) error {
	return o.Store.RemoveAdmin(ctx, tenant, account)
}

func (o office) Ticket(context.Context, directory.TicketID) (directory.Ticket, error) {
	return directory.Ticket{}, directory.Errorf(directory.NotFound, "nothing is confirmed here")
}

func (o office) TakeTicket(ctx context.Context, id directory.TicketID) (directory.Ticket, error) {
	return o.Ticket(ctx, id)
}

func (o office) Download(string) string { return "" }
