package setup

import (
	"bytes"
	_ "embed"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"text/template"

	"rollcall/manifests"
)

//go:embed rollcall.yaml.tmpl
var page string

// secret is a secret that has a file of its own.
type secret struct {
	File   string // within secrets/
	Source string // where to copy it from
	Made   bool   // it is anybody's to choose, and made here
}

// secrets are the files that the configuration names.
func (a answers) secrets() []secret {
	var all []secret
	if a.Has("slack") {
		all = append(all,
			secret{File: "slack-signing-secret", Source: "api.slack.com/apps, your app, Basic Information, App Credentials, Signing Secret"},
			secret{File: "slack-client-secret", Source: "the same page, Client Secret"})
	}
	if a.Has("webex") {
		all = append(all,
			secret{File: "webex-bot-token", Source: "developer.webex.com, shown once when the bot is made"},
			secret{File: "webex-webhook-secret", Made: true},
			secret{File: "webex-client-secret", Source: "developer.webex.com, shown once when the Integration is made"})
	}
	if a.Microsoft() {
		all = append(all, secret{File: "teams-app-secret", Source: "Entra, the app registration, Certificates & secrets, the new secret's Value"})
	}
	return all
}

// configuration is the file. This function and its template are all that knows the keys.
func (a answers) configuration(folder string) ([]byte, error) {
	site, err := manifests.ParseSite(a.URL)
	if err != nil {
		return nil, err
	}
	t, err := template.New("configuration").Funcs(template.FuncMap{
		"scalar": scalar,
		"secret": func(name string) string { return scalar(filepath.Join(folder, "secrets", name)) },
		"id":     fill,
	}).Parse(page)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = t.Execute(&b, map[string]any{
		"A": a, "Config": filepath.Join(folder, "rollcall.yaml"), "Keys": filepath.Join(folder, "rollcall.keys"), "ManifestID": manifests.ManifestID(site),
	})
	return b.Bytes(), err
}

// fill is an id, or the place for it.
func fill(id string) string {
	if id == "" {
		return `""  # FILL IN`
	}
	return strconv.Quote(id)
}

var plain = regexp.MustCompile(`^[A-Za-z0-9/:][A-Za-z0-9 ._/:-]*$`)

// scalar is a text as a value of YAML: as it is where that can't be misread, else in quotation marks.
func scalar(text string) string {
	if plain.MatchString(text) && !strings.Contains(text, ": ") && !strings.HasSuffix(text, ":") && !strings.EqualFold(text, "null") {
		return text
	}
	return strconv.Quote(text)
}

// next says what comes next, in order.
func (a answers) next(out io.Writer, folder string, made []string) error {
	var b strings.Builder
	for _, path := range made {
		fmt.Fprintf(&b, "Wrote %s\n", path)
	}
	config := filepath.Join(folder, "rollcall.yaml")
	b.WriteString("\nWhat comes next; manifests/README.md has every click:\n\n")
	step := 0
	say := func(format string, args ...any) {
		step++
		fmt.Fprintf(&b, "%d. %s\n", step, fmt.Sprintf(format, args...))
	}
	say("Write what is uploaded to the platforms, and upload it:")
	for _, platform := range a.platforms() {
		fmt.Fprintf(&b, "     rollcall manifest %s --config %s --out %s\n", platform, config, folder)
	}
	say("Put the ids marked FILL IN into %s, and each secret, a single line, into its file:", config)
	for _, s := range a.secrets() {
		if !s.Made {
			fmt.Fprintf(&b, "     %s\n       %s\n", filepath.Join(folder, "secrets", s.File), s.Source)
		}
	}
	say("Keep a copy of %s apart from the database's backups.", filepath.Join(folder, "rollcall.keys"))
	if len(a.Groups) == 0 {
		say("Add the groups to the configuration: there are none yet, and Rollcall doesn't start without.")
	}
	say("Start it; it says everything that is still missing:\n     rollcall serve --config %s", config)
	say("While it runs, as the same user, connect the platforms in a browser, by the link that this prints:\n     rollcall invite %s --config %s", a.Tenant, config)
	say("See what is missing:\n     rollcall doctor %s --config %s", a.Tenant, config)
	say("Set on: true in the configuration, and start it again. Nobody is asked before.")
	_, err := io.WriteString(out, b.String())
	return err
}
