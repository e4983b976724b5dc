package webex

import (
	"context"
	"slices"

	"rollcall/sync/directory"
)

// typeBot is Webex's own word in a person's type.
const typeBot = "bot"

// bot is the first bot of the pool that represents nobody. Its address in the configuration proves
// nothing: that it is a bot of this organisation, and not the product's own, is asked of Webex.
func (p *Provisioner) bot(ctx context.Context, inst directory.Installation, inUse []directory.AccountID) (directory.AccountID, error) {
	pool, err := p.pool(ctx, inst)
	if err != nil {
		return directory.AccountID{}, err
	}
	unusable := 0
	for i, entry := range pool {
		uuid, err := p.idOf(ctx, inst, entry)
		if err != nil {
			return directory.AccountID{}, err
		}
		if slices.Contains(inUse, inst.Account(uuid)) {
			continue
		}
		usable, err := p.usable(ctx, inst, uuid)
		if err != nil {
			return directory.AccountID{}, err
		}
		if usable {
			return inst.Account(uuid), nil
		}
		p.forget(inst, entry)
		p.adapter.log.Warn("an entry of the pool is not a bot of the organisation", "tenant", inst.Tenant, "platform", Name, "entry", i+1)
		unusable++
	}
	switch {
	case len(pool) == 0:
		return directory.AccountID{}, directory.Errorf(directory.Unsupported,
			"no Webex bots are registered to represent people: make some at developer.webex.com and add them to the pool")
	case unusable > 0:
		return directory.AccountID{}, directory.Errorf(directory.Unsupported,
			"no bot of the Webex pool is free, and %d of its %d entries are no bots of this organisation: correct them, or add another bot", unusable, len(pool))
	}
	return directory.AccountID{}, directory.Errorf(directory.Unsupported,
		"every bot of the Webex pool represents somebody (%d of %d): make another one at developer.webex.com and add it to the pool", len(pool), len(pool))
}

func (p *Provisioner) pool(ctx context.Context, inst directory.Installation) ([]string, error) {
	if inst.Platform != Name {
		return nil, directory.Errorf(directory.Invalid, "webex: the installation is another platform's")
	}
	if p.config.Pool == nil {
		return nil, nil
	}
	return p.config.Pool(ctx, inst)
}

// idOf is the UUID that an entry of the pool means; empty if it means nobody. An address is looked
// up once, so that a pool of which most represent somebody isn't looked up for each person.
func (p *Provisioner) idOf(ctx context.Context, inst directory.Installation, entry string) (string, error) {
	if uuid, err := parseID(kindPerson, entry); err == nil {
		return uuid, nil
	}
	address, err := directory.ParseAddress(entry)
	if err != nil {
		return "", nil
	}
	p.mu.Lock()
	uuid, ok := p.known[inst.Workspace][address]
	p.mu.Unlock()
	if ok {
		return uuid, nil
	}
	finding := p.adapter.Lookup(ctx, inst, address)
	if err := finding.Err(); err != nil {
		return "", unchanged(err)
	}
	if len(finding.Accounts()) != 1 {
		return "", nil
	}
	uuid = finding.Accounts()[0].ID.User
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known[inst.Workspace] == nil {
		p.known[inst.Workspace] = make(map[directory.Address]string)
	}
	p.known[inst.Workspace][address] = uuid
	return uuid, nil
}

// forget has an entry looked up anew next time: a bot may have been made again under its address.
func (p *Provisioner) forget(inst directory.Installation, entry string) {
	address, err := directory.ParseAddress(entry)
	if err != nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.known[inst.Workspace], address)
}

// usable asks whether somebody is a bot of this organisation, and not the product's own.
func (p *Provisioner) usable(ctx context.Context, inst directory.Installation, uuid string) (bool, error) {
	if uuid == "" {
		return false, nil
	}
	me, err := p.adapter.me(ctx)
	if err != nil {
		return false, unchanged(err)
	}
	token, err := p.adapter.adminToken(ctx, inst)
	if err != nil {
		return false, err
	}
	found, err := p.lookedAt(ctx, token, uuid)
	if directory.Is(err, directory.NotFound) {
		return false, nil
	}
	return err == nil && found.Type == typeBot && found.OrgID == string(inst.Workspace) && uuid != me.ID, err
}
