package simulation

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"rollcall/adapters/slack"
	"rollcall/adapters/slack/slacksim"
	"rollcall/adapters/vault"
	"rollcall/adapters/webex"
	"rollcall/adapters/webex/webexsim"
	"rollcall/bot/hub"
	"rollcall/sync/directory"
)

// comings is how a history's connections come and go. It is drawn by itself, so that the rest of a
// history's profile is what it would be without.
type comings struct {
	On           bool
	Removed      int // of the events, how many remove the app at Slack
	Disconnected int // and how many disconnect a platform here
	Rotation     bool
	Fails        float64 // a call that gives out tokens goes wrong
	Kill         float64 // around such a call
	Meanwhile    float64 // other processes work while one is about to renew
}

func drawComings(seed uint64) comings {
	d := newDice(seed, "comings", 0)
	c := comings{On: d.chance(0.5), Removed: d.IntN(4), Disconnected: d.IntN(4), Rotation: d.chance(0.6)}
	if !c.On {
		return comings{}
	}
	if d.chance(0.6) {
		c.Fails = 0.05 * pow(8, d.Float64())
	}
	if d.chance(0.6) {
		c.Kill = 0.02 * pow(10, d.Float64())
	}
	if d.chance(0.7) {
		c.Meanwhile = 0.2 + 0.6*d.Float64()
	}
	return c
}

// The app at Slack, and who installs it there.
const (
	clientID     = "1.2"
	clientSecret = "a client secret"
	installer    = "UADMIN"
	back         = "https://" + productHost + "/connect/slack/return"
	giveOut      = "oauth.v2.access"
	revoke       = "auth.revoke"
)

// site is a workspace, whoever installed the app there, and how often.
type site struct {
	platform  directory.Platform
	workspace directory.Workspace
}

func siteOf(inst directory.Installation) site { return site{inst.Platform, inst.Workspace} }

// bothPlatforms are those that a company has.
var bothPlatforms = []directory.Platform{slack.Name, webex.Name}

// connectAll connects what isn't connected, or won't be for long.
func (h *history) connectAll() {
	for _, at := range h.allBroken() {
		h.anyProcess().connect(h.companyAt(at), at.platform)
	}
}

// allBroken are those that an administrator has a reason to connect.
func (h *history) allBroken() (broken []site) {
	for _, c := range h.companies {
		for _, platform := range bothPlatforms {
			at := siteOf(c.installation(platform))
			if g := h.current[at]; g == nil || g.spoilt {
				broken = append(broken, at)
			}
		}
	}
	return broken
}

// eventConnect lets an administrator connect what doesn't work, and now and then what does.
func (h *history) eventConnect(d dice) {
	if broken := h.allBroken(); len(broken) > 0 {
		at := pick(d, broken)
		h.anyProcess().connect(h.companyAt(at), at.platform)
	} else if d.chance(0.2) {
		h.anyProcess().connect(pick(d, h.companies), pick(d, bothPlatforms))
	}
}

// companyAt is whose workspace it is.
func (h *history) companyAt(at site) *company {
	i := slices.IndexFunc(h.companies, func(c *company) bool { return siteOf(c.installation(at.platform)) == at })
	return h.companies[i]
}

// eventRemove removes the app from a workspace of Slack, which tells of that in no particular order, once
// or more, sooner or later.
func (h *history) eventRemove(d dice) {
	c := h.anyCompany(d)
	if c == nil {
		return
	}
	var notices []slacksim.Notice
	for _, event := range []string{slacksim.NoticeRevoked, slacksim.NoticeUninstalled} {
		n := slacksim.Notice{Event: event, Copies: 1 + d.IntN(2)}
		if d.chance(0.6) {
			n.After = d.between(time.Second, 4*24*time.Hour)
		}
		notices = append(notices, n)
	}
	if d.chance(0.3) {
		notices = notices[:1]
	} else if d.chance(0.5) {
		notices = notices[1:]
	}
	h.say("the app is removed from %s: %+v", c.team, notices)
	h.reach(appRemoved)
	h.spoil(siteOf(c.slack))
	h.slack.Uninstall(c.team, notices...)
}

// eventDisconnect lets an administrator disconnect a platform.
func (h *history) eventDisconnect(d dice) {
	c := h.anyCompany(d)
	if c == nil {
		return
	}
	h.anyProcess().disconnect(c, pick(d, bothPlatforms))
}

// connect is what an administrator's pressing "connect" leads to.
func (p *program) connect(c *company, platform directory.Platform) {
	h := p.history
	p.survive(func() {
		defer p.enter()()
		p.serves(c.id)
		ctx := context.Background()
		grant, err := p.granted(ctx, c, platform)
		h.say("an admin of %s connects %s: %v", c.id, platform, err)
		if err != nil {
			return
		}
		inst := c.installation(platform)
		inst.Generation = 0
		connection, err := p.vault.Connect(ctx, directory.Connection{
			Installation: inst, State: directory.ConnectionActive, Since: h.clock.Now(), Bot: grant.Bot, By: grant.By,
		}, grant.Secrets, grant.Expires)
		must(err)
		now, moment := h.clock.Now(), h.moment
		must(p.connected(ctx, connection.Installation))
		if h.moment == moment { // nothing else happened
			h.checkWoken(connection.Installation, now)
		}
	})
}

// granted asks the platform for what is granted there.
func (p *program) granted(ctx context.Context, c *company, platform directory.Platform) (*hub.Grant, error) {
	h := p.history
	if platform == webex.Name {
		c.granted++
		h.spoil(siteOf(c.webex))
		token := fmt.Sprintf("admin-%s-%d", c.id, c.granted)
		h.webex.AddOrg(webexsim.Org{ID: c.org, Name: c.mark, AdminToken: token})
		h.granting = token
		return &hub.Grant{Secrets: map[directory.Field]directory.Secret{directory.FieldToken: directory.NewSecret(token)}}, nil
	}
	step := hub.Step{Method: "install", State: "a state", Redirect: back, Expect: c.slack.Workspace}
	to, err := p.connector.Begin(ctx, step)
	must(err)
	redirect, err := h.slack.Allow(to, c.team, installer)
	must(err)
	brought, err := url.Parse(redirect)
	must(err)
	h.spoil(siteOf(c.slack)) // a code that is exchanged ends the refresh tokens before it
	defer h.slack.Grant(c.team, h.scopes())
	outcome, err := p.connector.Return(ctx, step, brought.Query())
	if err != nil {
		return nil, err
	}
	h.granting = outcome.Grant.Secrets[directory.FieldToken].Reveal()
	return outcome.Grant, nil
}

// disconnect ends a connection for an administrator.
func (p *program) disconnect(c *company, platform directory.Platform) {
	h := p.history
	p.survive(func() {
		defer p.enter()()
		ctx := context.Background()
		inst := c.installation(platform)
		connection, err := p.store.Connection(ctx, platform, inst.Workspace)
		must(err)
		if !connection.Active() {
			return
		}
		h.say("an admin of %s disconnects %s", c.id, platform)
		h.reach(disconnected)
		connection.State, connection.Cause = directory.ConnectionPending, directory.CauseEnding
		must(p.store.Amend(ctx, connection))
		p.end(ctx, connection.Installation)
	})
}

// end gives back what was granted, and forgets it.
func (p *program) end(ctx context.Context, inst directory.Installation) {
	if inst.Platform == slack.Name {
		err := p.connector.Withdraw(ctx, inst)
		p.history.say("  what was granted is given back: %v", err)
	}
	c, err := p.store.Connection(ctx, inst.Platform, inst.Workspace)
	must(err)
	if c.Installation == inst && c.Cause == directory.CauseEnding {
		c.State, c.Cause, c.Ended = directory.ConnectionGone, directory.CauseDisconnected, p.history.clock.Now()
		must(p.store.Amend(ctx, c))
	}
}

// endings goes on where a process died that was disconnecting something.
func (p *program) endings() {
	p.survive(func() {
		defer p.enter()()
		for _, c := range p.history.companies {
			all, err := p.store.Connections(context.Background(), c.id)
			must(err)
			for _, connection := range all {
				if connection.Cause == directory.CauseEnding {
					p.end(context.Background(), connection.Installation)
				}
			}
		}
	})
}

// keys seal what the store has of secrets.
var keys = func() vault.Keys {
	line, err := vault.NewKey(strings.NewReader(strings.Repeat("0123456789abcdef", 3)), began)
	must(err)
	ring, err := vault.ParseKeys(line)
	must(err)
	return ring
}()

// guarded is the store as the vault sees it. The vault renews tokens on a goroutine of its own, where
// nobody catches what is violated, nor that the process is killed: that is kept for whoever waits for
// the token.
type guarded struct {
	directory.Store
	program *program
}

func (g guarded) Amend(ctx context.Context, c directory.Connection, entries ...directory.Entry) (err error) {
	defer g.program.keep(&err)
	return g.Store.Amend(ctx, c, entries...)
}

func (g guarded) PutCredential(ctx context.Context, inst directory.Installation, credential directory.Credential) (err error) {
	defer g.program.keep(&err)
	if g.program.got {
		g.program.got = false // others wait some seconds for this to be saved
	} else {
		g.program.aside()
	}
	return g.Store.PutCredential(ctx, inst, credential)
}

// keep is deferred.
func (p *program) keep(err *error) {
	if cause := recover(); cause != nil {
		p.thrown, *err = cause, directory.Errorf(directory.Internal, "stopped")
	}
}

// aside lets other processes work while this one is about to renew a token.
func (p *program) aside() {
	h := p.history
	if !h.faulty || h.checking || h.depth > 0 || h.sending() || !h.dice.chance(h.profile.Comings.Meanwhile) {
		return
	}
	h.reach(renewedBeside)
	h.depth += 2 // nothing comes to this process, which would wait for itself
	defer func() { h.depth -= 2 }()
	h.others(p)
}

// token is an installation's, as the vault has it.
func (p *program) token(ctx context.Context, inst directory.Installation) (directory.Secret, error) {
	token, err := p.vault.Token(ctx, inst)
	if cause := p.thrown; cause != nil {
		p.thrown = nil
		panic(cause)
	}
	if directory.Is(err, directory.NotFound) {
		return token, directory.Errorf(directory.Unauthorized, "%s is not connected", inst.Platform)
	}
	return token, err
}

// renew asks Slack for a new token.
func (p *program) renew(ctx context.Context, inst directory.Installation, refresh directory.Secret) (got vault.Renewed, err error) {
	h := p.history
	defer p.keep(&err)
	p.aside()
	g := h.generations[inst]
	h.checkRefresh(p, refresh.Reveal())
	before, answered := h.tokenAtSlack(inst), false
	defer func() {
		if !answered && h.tokenAtSlack(inst) != before {
			h.say("  the new token of %s is lost", inst.Tenant)
			h.reach(renewalLost)
			g.spoilt = true
		}
	}()
	token, next, expires, err := p.connector.Renew(ctx, inst, refresh)
	if err != nil {
		return got, err
	}
	answered, p.got = true, true
	h.reach(renewed)
	h.moment++
	h.spent[refresh.Reveal()] = h.moment
	h.holds(g, token.Reveal())
	return vault.Renewed{Token: token, Refresh: next, Expires: expires}, nil
}

// tokenAtSlack is the last token that Slack gave for a workspace.
func (h *history) tokenAtSlack(inst directory.Installation) string {
	for _, w := range h.slack.Workspaces() {
		if w.ID == string(inst.Workspace) {
			return w.Token
		}
	}
	return ""
}
