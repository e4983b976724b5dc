package vault

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"rollcall/sync/directory"
)

// Registry is what the vault needs of the store; its methods are as in directory.Registry.
type Registry interface {
	Tenants(ctx context.Context) ([]directory.Tenant, error)
	Connect(ctx context.Context, connection directory.Connection, credential directory.Credential, audit ...directory.Entry) error
	Amend(ctx context.Context, connection directory.Connection, audit ...directory.Entry) error
	Connection(ctx context.Context, platform directory.Platform, workspace directory.Workspace) (directory.Connection, error)
	Connections(ctx context.Context, tenant directory.TenantID) ([]directory.Connection, error)
	Credential(ctx context.Context, inst directory.Installation) (directory.Credential, error)
	PutCredential(ctx context.Context, inst directory.Installation, credential directory.Credential) error
}

var _ Registry = directory.Registry(nil)

// Config says what a vault works with.
type Config struct {
	// Keys seal and open. Without any, nothing is sealed and nothing opens.
	Keys Keys
	// Registry is where sealed secrets are kept.
	Registry Registry
	// Renew are the platforms whose tokens end.
	Renew map[directory.Platform]Renew
	// Now is the clock. Nil: the system's.
	Now func() time.Time
	// Logger is told of renewals that fail. Nil: nobody is.
	Logger *slog.Logger
}

// Renew asks a platform for a new token. It blocks for the platform. Unauthorized: the platform
// refuses this refresh secret for good. With any other error the vault asks again later.
type Renew func(ctx context.Context, inst directory.Installation, refresh directory.Secret) (Renewed, error)

// Renewed is what a platform gave.
type Renewed struct {
	Token   directory.Secret
	Refresh directory.Secret // zero: the one that was used goes on
	Expires time.Time        // of the token; zero: never
}

// Vault keeps the secrets of installations. It is safe for concurrent use.
type Vault struct {
	keys     atomic.Pointer[Keys]
	registry Registry
	renewers map[directory.Platform]Renew
	now      func() time.Time
	log      *slog.Logger

	mu       sync.Mutex
	slots    map[directory.Installation]*slot
	closed   bool
	renewals sync.WaitGroup
}

// New is a vault. It has to be closed.
func New(config Config) *Vault {
	v := &Vault{
		registry: config.Registry, renewers: config.Renew, now: config.Now, log: config.Logger,
		slots: make(map[directory.Installation]*slot),
	}
	v.Use(config.Keys)
	if v.now == nil {
		v.now = time.Now
	}
	if v.log == nil {
		v.log = slog.New(slog.DiscardHandler)
	}
	return v
}

// Use has the vault seal and open with other keys from now on: those of a key file that was rotated.
func (v *Vault) Use(keys Keys) { v.keys.Store(&keys) }

// Close waits for renewals that are under way, about two minutes at the most: the platform has taken
// the old token back by then, so the new one has to be saved. It comes before the store's Close, and
// may be called twice.
func (v *Vault) Close() error {
	v.mu.Lock()
	v.closed = true
	v.mu.Unlock()
	v.renewals.Wait()
	return nil
}

// attempts is how often a connection is read again where somebody changed it before it was written.
const attempts = 5

// Connect seals the secrets, of which zero ones are left out, and records the connection with them,
// as the generation after the stored one, and with what the trail is to say of it. It returns the
// connection as it was recorded. Expires is when FieldToken ends; zero: never. Errors: Conflict (the workspace belongs to another tenant, or
// others kept coming between), Invalid (there is no key), and the store's.
func (v *Vault) Connect(ctx context.Context, c directory.Connection, secrets map[directory.Field]directory.Secret, expires time.Time, audit ...directory.Entry) (directory.Connection, error) {
	for try := 1; ; try++ {
		stored, err := v.registry.Connection(ctx, c.Installation.Platform, c.Installation.Workspace)
		switch {
		case directory.Is(err, directory.NotFound):
		case err != nil:
			return directory.Connection{}, err
		case stored.Installation.Tenant != c.Installation.Tenant:
			return directory.Connection{}, directory.Errorf(directory.Conflict, "the workspace belongs to another tenant")
		}
		c.Installation.Generation, c.Version = stored.Installation.Generation+1, 1
		credential, err := v.seal(c.Installation, secrets)
		if err != nil {
			return directory.Connection{}, err
		}
		credential.Expires = expires
		err = v.registry.Connect(ctx, c, credential, audit...)
		switch {
		case err == nil:
			v.begun(c.Installation, expires)
			return c, nil
		case !directory.Is(err, directory.Conflict) || try == attempts:
			return directory.Connection{}, err
		}
	}
}

// seal seals an installation's secrets.
func (v *Vault) seal(inst directory.Installation, secrets map[directory.Field]directory.Secret) (directory.Credential, error) {
	credential := directory.Credential{Fields: make(map[directory.Field]directory.Sealed, len(secrets))}
	for field, secret := range secrets {
		if secret.IsZero() {
			continue
		}
		sealed, err := v.keys.Load().Seal(Place{inst, field}, secret)
		if err != nil {
			return directory.Credential{}, err
		}
		credential.Fields[field] = sealed
	}
	return credential, nil
}

// Token is the token of exactly this generation of an installation. It blocks for the store, and,
// where the token ends soon, for the platform that is asked for a new one; however many ask at that
// time, the platform is asked once. Errors: NotFound (the generation has no token, or is gone, or
// the key is missing), Invalid (what is stored was changed), Unauthorized (the token can't be
// renewed: the connection's Why says so, and somebody has to connect anew), Throttled and Unavailable
// (it has ended, and the platform or the store don't answer).
func (v *Vault) Token(ctx context.Context, inst directory.Installation) (directory.Secret, error) {
	stored, err := v.registry.Credential(ctx, inst)
	if err != nil {
		return directory.Secret{}, err
	}
	if v.due(inst, stored) {
		return v.together(ctx, inst)
	}
	return v.open(inst, stored, directory.FieldToken)
}

// open opens one of an installation's secrets.
func (v *Vault) open(inst directory.Installation, credential directory.Credential, field directory.Field) (directory.Secret, error) {
	sealed, ok := credential.Fields[field]
	if !ok {
		return directory.Secret{}, directory.Errorf(directory.NotFound, "the installation has no secret %q", string(field))
	}
	return v.keys.Load().Open(Place{inst, field}, sealed)
}
