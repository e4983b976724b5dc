package program

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/go-viper/mapstructure/v2"
	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/env/v2"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/v2"

	"rollcall/sync/directory"
)

// Config is the configuration as it stands in the file. Every secret may stand in a file of its own
// instead: beside `x` there is `x_file`. Every value may come from the environment: the path in
// upper case after ROLLCALL_, its parts separated by two underscores
// (ROLLCALL_SLACK__SIGNING_SECRET).
type Config struct {
	// Listen is the address to listen on, ":8080".
	Listen string `koanf:"listen"`
	// PublicURL is where the platforms reach this program: https, without a path.
	PublicURL string `koanf:"public_url"`
	// Store is the database file. Its folder must exist.
	Store string `koanf:"store"`
	// TLS is for a listener that is reached directly; leave it out behind a proxy that speaks TLS.
	TLS     TLS                     `koanf:"tls"`
	Log     Log                     `koanf:"log"`
	Slack   Slack                   `koanf:"slack"`
	Webex   Webex                   `koanf:"webex"`
	Tenants map[string]TenantConfig `koanf:"tenants"`
}

// TLS names a certificate and its key.
type TLS struct {
	CertFile string `koanf:"cert_file"`
	KeyFile  string `koanf:"key_file"`
}

// Log says what is logged, and how.
type Log struct {
	Level  string `koanf:"level"`  // debug, info, warn, error
	Format string `koanf:"format"` // text, json
}

// Slack is the Slack app.
type Slack struct {
	SigningSecret     string `koanf:"signing_secret"`
	SigningSecretFile string `koanf:"signing_secret_file"`
}

// Webex is the Webex bot.
type Webex struct {
	BotToken          string `koanf:"bot_token"`
	BotTokenFile      string `koanf:"bot_token_file"`
	WebhookSecret     string `koanf:"webhook_secret"`
	WebhookSecretFile string `koanf:"webhook_secret_file"`
}

// TenantConfig is one customer.
type TenantConfig struct {
	Name string `koanf:"name"`
	// On is the switch: while it is off nothing is read and nobody is asked.
	On        bool          `koanf:"on"`
	Removal   string        `koanf:"removal"` // suspend, unsync, delete
	Grace     time.Duration `koanf:"grace"`
	ReadEvery time.Duration `koanf:"read_every"`
	Zone      string        `koanf:"zone"`
	Quiet     struct {
		From int `koanf:"from"`
		To   int `koanf:"to"`
	} `koanf:"quiet"`
	Slack struct {
		Workspace    string `koanf:"workspace"`
		BotToken     string `koanf:"bot_token"`
		BotTokenFile string `koanf:"bot_token_file"`
	} `koanf:"slack"`
	Webex struct {
		Organisation   string `koanf:"organisation"`
		AdminToken     string `koanf:"admin_token"`
		AdminTokenFile string `koanf:"admin_token_file"`
	} `koanf:"webex"`
	Directories map[string]DirectoryConfig `koanf:"directories"`
	Groups      map[string]GroupConfig     `koanf:"groups"`
}

// DirectoryConfig is one directory of a tenant.
type DirectoryConfig struct {
	CSV CSV `koanf:"csv"`
}

// CSV is a directory in a file.
type CSV struct {
	Path      string            `koanf:"path"`
	Delimiter string            `koanf:"delimiter"`
	Columns   map[string]string `koanf:"columns"`
}

// GroupConfig is one directory group that is watched.
type GroupConfig struct {
	Name      string `koanf:"name"`
	Directory string `koanf:"directory"`
	Group     string `koanf:"group"` // its id in the directory
	Primary   string `koanf:"primary"`
	Secondary string `koanf:"secondary"`
	Priority  int    `koanf:"priority"`
	Paused    bool   `koanf:"paused"`
}

// Load reads a configuration file and the environment, and then every secret's file. Its error
// lists everything that is wrong, each with what to do about it.
func Load(path string, environ []string) (Config, error) {
	k := koanf.New(".")
	if path != "" {
		if err := k.Load(file.Provider(path), yaml.Parser()); err != nil {
			return Config{}, fmt.Errorf("the configuration %s can't be read: %w\nwrite one, or name another with --config", path, err)
		}
	}
	environment := env.Provider(".", env.Opt{
		Prefix:      "ROLLCALL_",
		EnvironFunc: func() []string { return environ },
		TransformFunc: func(key, value string) (string, any) {
			key = strings.ToLower(strings.TrimPrefix(key, "ROLLCALL_"))
			if !strings.Contains(key, "__") && !topLevel(key) {
				return "", nil // ROLLCALL_SCHEMAS and the like are not ours to read
			}
			return strings.ReplaceAll(key, "__", "."), value
		},
	})
	if err := k.Load(environment, nil); err != nil {
		return Config{}, fmt.Errorf("the environment can't be read: %w", err)
	}
	var c Config
	decoder := &mapstructure.DecoderConfig{
		Result: &c, ErrorUnused: true, WeaklyTypedInput: true, TagName: "koanf",
		DecodeHook: mapstructure.StringToTimeDurationHookFunc(),
	}
	if err := k.UnmarshalWithConf("", &c, koanf.UnmarshalConf{DecoderConfig: decoder}); err != nil {
		return Config{}, fmt.Errorf("the configuration has something that isn't understood: %w", err)
	}
	c.defaults()
	return c, errors.Join(c.readSecrets(), c.Validate())
}

func topLevel(key string) bool { return key == "listen" || key == "store" || key == "public_url" }

func (c *Config) defaults() {
	if c.Listen == "" {
		c.Listen = ":8080"
	}
	if c.Log.Level == "" {
		c.Log.Level = "info"
	}
	if c.Log.Format == "" {
		c.Log.Format = "text"
	}
	for id, t := range c.Tenants {
		if t.Name == "" {
			t.Name = id
		}
		if t.Removal == "" {
			t.Removal = string(directory.RemovalSuspend)
		}
		c.Tenants[id] = t
	}
}

// readSecrets reads the files that stand for secrets.
func (c *Config) readSecrets() error {
	var wrong []error
	read := func(where string, into *string, path string) {
		switch {
		case path == "":
			return
		case *into != "":
			wrong = append(wrong, fmt.Errorf("%s and %s_file are both set: keep one of them", where, where))
			return
		}
		text, err := os.ReadFile(path)
		if err != nil {
			wrong = append(wrong, fmt.Errorf("%s_file: %w", where, err))
			return
		}
		*into = strings.TrimSpace(string(text))
	}
	read("slack.signing_secret", &c.Slack.SigningSecret, c.Slack.SigningSecretFile)
	read("webex.bot_token", &c.Webex.BotToken, c.Webex.BotTokenFile)
	read("webex.webhook_secret", &c.Webex.WebhookSecret, c.Webex.WebhookSecretFile)
	for id, t := range c.Tenants {
		read("tenants."+id+".slack.bot_token", &t.Slack.BotToken, t.Slack.BotTokenFile)
		read("tenants."+id+".webex.admin_token", &t.Webex.AdminToken, t.Webex.AdminTokenFile)
		c.Tenants[id] = t
	}
	return errors.Join(wrong...)
}
