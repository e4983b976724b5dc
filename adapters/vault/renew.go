package vault

import (
	"context"
	"errors"
	"maps"
	"time"

	"rollcall/sync/directory"
)

// When tokens are renewed. Slack's live 12 hours, Webex's 14 days.
const (
	// ahead is how long before its end a token is renewed: long enough for a platform to be away for a
	// while. One that lives shortly is renewed in the last third of its life.
	ahead = 2 * time.Hour
	third = 3

	askFor   = 30 * time.Second // how long a platform may take
	saveFor  = time.Minute      // how long a new token is tried to be saved, one renewal
	awaitFor = 10 * time.Second // how long another process may take to save its renewal

	restTrouble = time.Minute      // after a platform couldn't be asked, while the token lives
	restRefused = 15 * time.Minute // after it refused
	pauseFirst  = 100 * time.Millisecond
	pauseMost   = 5 * time.Second
)

// anew is what a connection's Why says when its token can't be renewed any more.
const anew = "The platform doesn't renew the app's token any more: connect it anew."

// slot is what this process knows of an installation's token besides what is stored.
type slot struct {
	expires time.Time     // of the token that was last seen,
	life    time.Duration // and how long that had to live then
	trouble error         // why it couldn't be renewed,
	rest    time.Time     // and until when nobody is asked again for that
	// unsaved is a renewal that the store didn't take. What it was got with is dead.
	unsaved *renewal
	flight  *flight
}

// renewal is what a platform gave for a pair of secrets.
type renewal struct {
	from pair
	got  Renewed
}

// pair is the two secrets that are replaced together.
type pair struct{ token, refresh directory.Secret }

// flight is one renewal for all who wait for it.
type flight struct {
	done  chan struct{}
	token directory.Secret
	err   error
}

// slot finds an installation's, and forgets what was known of an earlier token. The caller has
// locked v.
func (v *Vault) slot(inst directory.Installation, expires time.Time) *slot {
	s := v.slots[inst]
	if s == nil {
		maps.DeleteFunc(v.slots, func(other directory.Installation, _ *slot) bool {
			other.Generation = inst.Generation
			return other == inst
		})
		s = &slot{}
		v.slots[inst] = s
	}
	if !s.expires.Equal(expires) {
		s.expires, s.life = expires, max(0, expires.Sub(v.now()))
		s.trouble, s.rest = nil, time.Time{}
	}
	return s
}

// begun notes that a token's life begins now.
func (v *Vault) begun(inst directory.Installation, expires time.Time) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.slot(inst, expires)
}

// due reports whether a credential's token is to be renewed.
func (v *Vault) due(inst directory.Installation, stored directory.Credential) bool {
	if stored.Expires.IsZero() {
		return false
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	s := v.slot(inst, stored.Expires)
	return !v.now().Before(stored.Expires.Add(-min(ahead, s.life/third)))
}

// together renews a token, or waits for the renewal that is under way. Whoever gives up leaves it to
// the others.
func (v *Vault) together(ctx context.Context, inst directory.Installation) (directory.Secret, error) {
	v.mu.Lock()
	s := v.slots[inst]
	if v.closed || s == nil { // the slot of a generation that was followed by another one is gone
		v.mu.Unlock()
		return directory.Secret{}, directory.Errorf(directory.Unavailable, "the token is not renewed any more")
	}
	f := s.flight
	if f == nil {
		f = &flight{done: make(chan struct{})}
		s.flight = f
		own := context.WithoutCancel(ctx)
		v.renewals.Go(func() {
			f.token, f.err = v.renew(own, inst)
			v.mu.Lock()
			s.flight = nil
			v.mu.Unlock()
			close(f.done)
		})
	}
	v.mu.Unlock()
	select {
	case <-f.done:
		return f.token, f.err
	case <-ctx.Done():
		return directory.Secret{}, directory.Errorf(directory.Unavailable, "the caller gave up: %w", ctx.Err())
	}
}

// renew is the token of an installation, a new one if that is due still, and the old one while it
// lives and there is no other.
func (v *Vault) renew(ctx context.Context, inst directory.Installation) (directory.Secret, error) {
	stored, err := v.registry.Credential(ctx, inst)
	if err != nil {
		return directory.Secret{}, err
	}
	old, err := v.openPair(inst, stored)
	if err != nil || !v.due(inst, stored) {
		return old.token, err
	}
	token, err := v.replace(ctx, inst, stored, old)
	switch {
	case err == nil:
		return token, nil
	case directory.Is(err, directory.NotFound), directory.Is(err, directory.Unauthorized):
		return directory.Secret{}, err
	case v.now().Before(stored.Expires):
		return old.token, nil
	}
	return directory.Secret{}, err
}

// openPair opens both of an installation's secrets. It may have no refresh secret.
func (v *Vault) openPair(inst directory.Installation, stored directory.Credential) (pair, error) {
	token, err := v.open(inst, stored, directory.FieldToken)
	if err != nil {
		return pair{}, err
	}
	if _, ok := stored.Fields[directory.FieldRefresh]; !ok {
		return pair{token: token}, nil
	}
	refresh, err := v.open(inst, stored, directory.FieldRefresh)
	return pair{token, refresh}, err
}

// replace gets a new token and saves it.
func (v *Vault) replace(ctx context.Context, inst directory.Installation, stored directory.Credential, old pair) (directory.Secret, error) {
	v.mu.Lock()
	s := *v.slot(inst, stored.Expires)
	v.mu.Unlock()
	ask := v.renewers[inst.Platform]
	switch {
	case s.unsaved != nil && s.unsaved.from == old:
		return v.save(ctx, inst, *s.unsaved, 0)
	case v.now().Before(s.rest):
		return directory.Secret{}, s.trouble
	case ask == nil || old.refresh.IsZero():
		if v.now().Before(stored.Expires) {
			return old.token, nil
		}
		return directory.Secret{}, v.refused(ctx, inst, stored)
	}

	// The version is taken before the platform is asked. So only one of those who have read it asks,
	// and nobody does while the store can't be written to: the answer would be lost, and with it the
	// installation.
	err := v.registry.PutCredential(ctx, inst, stored)
	if directory.Is(err, directory.Conflict) {
		if other, err := v.await(ctx, inst, old); err != nil || other != old {
			return other.token, err
		}
		return directory.Secret{}, directory.Errorf(directory.Unavailable, "the token is being renewed by another process")
	}
	if err != nil {
		return directory.Secret{}, err
	}
	asking, stop := context.WithTimeout(ctx, askFor)
	got, err := ask(asking, inst, old.refresh)
	stop()
	if err == nil && got.Token.IsZero() {
		err = directory.Errorf(directory.Internal, "the platform gave no token")
	}
	switch {
	case err == nil:
		return v.save(ctx, inst, renewal{old, got}, saveFor)
	case directory.Is(err, directory.Unauthorized):
		if other, err := v.await(ctx, inst, old); err != nil || other != old {
			return other.token, err
		}
		return directory.Secret{}, v.refused(ctx, inst, stored)
	}
	return directory.Secret{}, v.troubled(inst, stored, err)
}

// await is an installation's pair once it is another one than the old, and the old one if that
// doesn't become so in a while: somebody else may have got a new one, and not have saved it yet.
func (v *Vault) await(ctx context.Context, inst directory.Installation, old pair) (pair, error) {
	now := old
	err := again(ctx, awaitFor, func() (bool, error) {
		stored, err := v.registry.Credential(ctx, inst)
		if err == nil {
			now, err = v.openPair(inst, stored)
		}
		return now != old, err
	})
	if directory.Is(err, directory.Unavailable) {
		return old, nil
	}
	return now, err
}

// save stores what a platform gave. Where somebody else has stored other secrets meanwhile, those
// are used. What can't be saved now is kept in memory, and saved before the platform is asked again.
func (v *Vault) save(ctx context.Context, inst directory.Installation, r renewal, limit time.Duration) (directory.Secret, error) {
	token := r.got.Token
	err := again(ctx, limit, func() (bool, error) {
		stored, err := v.registry.Credential(ctx, inst)
		if err != nil {
			return false, err
		}
		now, err := v.openPair(inst, stored)
		if err != nil || now != r.from {
			token = now.token
			return true, err
		}
		fresh, err := v.seal(inst, map[directory.Field]directory.Secret{directory.FieldToken: r.got.Token, directory.FieldRefresh: r.got.Refresh})
		if err != nil {
			return false, err
		}
		stored.Fields = maps.Clone(stored.Fields)
		maps.Copy(stored.Fields, fresh.Fields)
		stored.Expires = r.got.Expires
		err = v.registry.PutCredential(ctx, inst, stored)
		return err == nil, err
	})
	if directory.Is(err, directory.NotFound) {
		return directory.Secret{}, err
	}
	v.kept(inst, r, err == nil)
	if err == nil {
		v.say(ctx, inst, "")
		return token, nil
	}
	v.log.Error("a new token could not be saved: it is kept in memory", "tenant", inst.Tenant, "platform", inst.Platform, "error", err)
	if r.got.Expires.IsZero() || v.now().Before(r.got.Expires) {
		return token, nil
	}
	return directory.Secret{}, err
}

// kept notes when a new token was got, if it could be saved, and else the token itself.
func (v *Vault) kept(inst directory.Installation, r renewal, saved bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	s := v.slots[inst]
	switch {
	case s == nil: // followed by another generation
	case saved:
		s.unsaved = nil
		v.slot(inst, r.got.Expires)
	default:
		s.unsaved = &r
	}
}

// again runs try until it is done, with growing pauses. It goes on after Unavailable and Conflict,
// and where it is not done; after a while it gives up, with the last error if there is one.
func again(ctx context.Context, limit time.Duration, try func() (done bool, err error)) error {
	var waited time.Duration
	for pause := pauseFirst; ; pause = min(2*pause, pauseMost) {
		done, err := try()
		passing := err == nil || directory.Is(err, directory.Unavailable) || directory.Is(err, directory.Conflict)
		if done || !passing || waited >= limit {
			return err
		}
		select {
		case <-time.After(pause):
			waited += pause
		case <-ctx.Done():
			return err
		}
	}
}

// troubled notes why a platform couldn't be asked, and that it isn't for a while. Whoever wanted the
// token did nothing with it, whatever became of the renewal: that is Unavailable, if not Throttled.
func (v *Vault) troubled(inst directory.Installation, stored directory.Credential, err error) error {
	rest := restTrouble
	var ours *directory.Error
	switch {
	case directory.Is(err, directory.Throttled):
		rest = directory.RetryAfter(err)
	case errors.As(err, &ours):
		err = directory.Errorf(directory.Unavailable, "the platform did not renew the token: %w", err)
	default: // it could quote anything
		err = directory.Errorf(directory.Unavailable, "the platform did not renew the token")
	}
	v.note(inst, stored, err, rest)
	v.log.Warn("a token could not be renewed", "tenant", inst.Tenant, "platform", inst.Platform, "error", err)
	return err
}

// refused notes that a token can't be renewed any more, for whoever looks at the connection too.
func (v *Vault) refused(ctx context.Context, inst directory.Installation, stored directory.Credential) error {
	err := directory.Errorf(directory.Unauthorized, "the token can't be renewed any more: the app has to be connected anew")
	v.note(inst, stored, err, restRefused)
	v.log.Error("a token can't be renewed any more", "tenant", inst.Tenant, "platform", inst.Platform)
	v.say(ctx, inst, anew)
	return err
}

func (v *Vault) note(inst directory.Installation, stored directory.Credential, trouble error, rest time.Duration) {
	v.mu.Lock()
	defer v.mu.Unlock()
	s := v.slot(inst, stored.Expires)
	s.trouble, s.rest = trouble, v.now().Add(rest)
}

// say has an active connection's Why say that its token can't be renewed, or takes that back. It is
// said once. If it can't be said now, the next refusal says it.
func (v *Vault) say(ctx context.Context, inst directory.Installation, why string) {
	err := v.amend(ctx, inst, why)
	for try := 1; try < attempts && directory.Is(err, directory.Conflict); try++ {
		err = v.amend(ctx, inst, why)
	}
	if err != nil {
		v.log.Warn("a connection could not be amended", "tenant", inst.Tenant, "platform", inst.Platform, "error", err)
	}
}

func (v *Vault) amend(ctx context.Context, inst directory.Installation, why string) error {
	c, err := v.registry.Connection(ctx, inst.Platform, inst.Workspace)
	if err != nil || c.Installation != inst || !c.Active() || c.Why == why || why == "" && c.Why != anew {
		return err
	}
	c.Why = why
	return v.registry.Amend(ctx, c)
}
