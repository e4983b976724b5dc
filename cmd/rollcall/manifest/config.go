package manifest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"go.yaml.in/yaml/v3"
)

// config is what the packages need of a configuration file. The rest of it is not looked at: the file
// may still lack what the packages are needed for to get.
type config struct {
	PublicURL string `yaml:"public_url"`
	Hub       struct {
		PrivacyURL string `yaml:"privacy_url"`
		TermsURL   string `yaml:"terms_url"`
		SupportURL string `yaml:"support_url"`
	} `yaml:"hub"`
	Slack struct {
		ReadBack     bool   `yaml:"read_back"`
		Personas     bool   `yaml:"personas"`
		AppToken     string `yaml:"app_token"`
		AppTokenFile string `yaml:"app_token_file"`
	} `yaml:"slack"`
	Teams struct {
		AppID      string `yaml:"app_id"`
		ManifestID string `yaml:"manifest_id"`
	} `yaml:"teams"`
}

// read reads a configuration file; without one, nothing.
func read(path string) (config, error) {
	var c config
	if path == "" {
		return c, nil
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return c, fmt.Errorf("there is no file %s: rollcall init writes one, or give --url instead of --config", path)
	}
	if err != nil {
		return c, fmt.Errorf("the configuration can't be read: %w", err)
	}
	if yaml.Unmarshal(text, &c) != nil { // the error would quote the file, which may hold secrets
		return c, fmt.Errorf("%s is no configuration: rollcall serve --config %s says what is wrong with it", path, path)
	}
	return c, nil
}
