package simulation

import (
	"context"

	"rollcall/adapters/vault"
	"rollcall/bot"
	"rollcall/sync/directory"
)

// defectsOfConnections are those of installing, of removing, and of tokens.
func defectsOfConnections() []defect {
	return []defect{
		{name: "late news ends whatever is installed", spoil: func(p *parts) { p.sink = endsAnything{p.sink, p.store} }},
		{name: "a token is anybody's of the workspace", spoilVault: func(p *parts) {
			tokens, known := p.tokens, make(map[site]directory.Secret)
			p.tokens = func(ctx context.Context, inst directory.Installation) (directory.Secret, error) {
				if token, ok := known[siteOf(inst)]; ok {
					return token, nil
				}
				token, err := tokens(ctx, inst)
				if err == nil {
					known[siteOf(inst)] = token
				}
				return token, err
			}
		}},
		{name: "a connection that ended is used", spoilStore: func(p *parts) { p.store = goesOn{p.store} }},
		{name: "nothing wakes what rested for want of a platform", spoilVault: func(p *parts) {
			p.connected = func(context.Context, directory.Installation) error { return nil }
		}},
		{name: "a renewal forgets the next refresh token", spoilVault: func(p *parts) {
			renew := p.renew
			p.renew = func(ctx context.Context, inst directory.Installation, refresh directory.Secret) (vault.Renewed, error) {
				got, err := renew(ctx, inst, refresh)
				got.Refresh = directory.Secret{}
				return got, err
			}
		}},
		{name: "two renew a token at once", spoilVault: func(p *parts) { p.sealed = lastSealWins{p.sealed} }},
	}
}

// endsAnything believes news of a removal, whenever it comes.
type endsAnything struct {
	bot.Sink
	store directory.Store
}

func (s endsAnything) Accept(ctx context.Context, origin directory.Origin, event bot.Event) (bot.Reply, error) {
	if _, gone := event.(bot.Gone); !gone {
		return s.Sink.Accept(ctx, origin, event)
	}
	c, err := s.store.Connection(ctx, origin.Platform, origin.Workspace)
	if err != nil || !c.Active() {
		return bot.Reply{}, err
	}
	c.State = directory.ConnectionGone
	return bot.Reply{}, s.store.Amend(ctx, c)
}

// goesOn takes every installation for one that works.
type goesOn struct{ directory.Store }

func (s goesOn) Installations(ctx context.Context, tenant directory.TenantID) ([]directory.Installation, error) {
	all, err := s.Connections(ctx, tenant)
	var out []directory.Installation
	for _, c := range all {
		out = append(out, c.Installation)
	}
	return out, err
}

// lastSealWins knows no versions of what is sealed.
type lastSealWins struct{ directory.Store }

func (s lastSealWins) PutCredential(ctx context.Context, inst directory.Installation, credential directory.Credential) error {
	err := s.Store.PutCredential(ctx, inst, credential)
	if !directory.Is(err, directory.Conflict) {
		return err
	}
	stored, err := s.Store.Credential(ctx, inst)
	if err != nil {
		return err
	}
	credential.Version = stored.Version
	return s.Store.PutCredential(ctx, inst, credential)
}
