package setup

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"rollcall/manifests"
)

// answers are what was said, in the form of the configuration.
type answers struct {
	URL, Platforms, Tenant, Name string
	Directory, CSV               string
	Store, Proxy, Cert, Key      string
	Listen                       string
	SlackClient, WebexClient     string // empty: to be filled in
	App, Home                    string
	Groups                       []group

	groups []string // as the flags say
}

// group is a directory's group whose people are watched.
type group struct{ Primary, Secondary, ID string }

// titles are the platforms, as people call them.
var titles = map[string]string{"slack": "Slack", "teams": "Teams", "webex": "Webex"}

// Title is what the group is called.
func (g group) Title() string { return titles[g.Primary] + " primaries" }

// questions are those that have a flag, in the order in which they are asked.
func (a *answers) questions() []question {
	always := func(text string) func() string { return func() string { return text } }
	return []question{
		{flag: "url", value: &a.URL, check: checkURL, fallback: always("https://rollcall.example.com"),
			help: "the https address at which the platforms reach Rollcall", text: "At which https address do the platforms reach Rollcall"},
		{flag: "platforms", value: &a.Platforms, check: checkPlatforms, fallback: always("slack,webex"),
			help: "the platforms to use, two or more of slack, teams, webex", text: "Which platforms: two or more of slack, teams, webex"},
		{flag: "tenant", value: &a.Tenant, check: checkTenant, fallback: always("main"),
			help: "the id of the company; it never changes", text: "A short id for your company, which never changes"},
		{flag: "name", value: &a.Name, check: checkText, fallback: func() string { return a.Tenant },
			help: "what people call the company", text: "What people call it"},
		{flag: "directory", value: &a.Directory, check: checkDirectory, fallback: a.likelyDirectory,
			help: "where the groups are: csv, a file, or entra", text: "Where are the groups: csv, a file, or entra"},
		{flag: "csv", value: &a.CSV, check: checkPath, fallback: always("/srv/directory/people.csv"), when: func() bool { return a.Directory == "csv" },
			help: "the path of the file with people and groups", text: "The path of the file with people and groups"},
		{flag: "store", value: &a.Store, check: checkPath, fallback: always("/var/lib/rollcall/rollcall.db"),
			help: "the path of the database, in a folder that exists", text: "The path of the database, in a folder that exists"},
		{flag: "proxy", value: &a.Proxy, check: checkYes, fallback: always("yes"),
			help: "yes: a proxy in front of Rollcall speaks TLS; no: Rollcall does", text: "Does a proxy in front of Rollcall speak TLS (yes or no)"},
		{flag: "cert", value: &a.Cert, check: checkPath, fallback: always("/etc/rollcall/tls/cert.pem"), when: func() bool { return a.Proxy == "no" },
			help: "the path of the certificate, where there is no proxy", text: "The path of the certificate, in PEM"},
		{flag: "key", value: &a.Key, check: checkPath, fallback: always("/etc/rollcall/tls/key.pem"), when: func() bool { return a.Proxy == "no" },
			help: "the path of the certificate's key, where there is no proxy", text: "The path of its key, in PEM"},
	}
}

// ask has everything answered.
func (a *answers) ask(d dialogue) error {
	for _, q := range a.questions() {
		if err := d.ask(q); err != nil {
			return err
		}
	}
	if a.Listen == "" {
		a.Listen = ":8080"
		if a.Proxy == "no" {
			a.Listen = ":8443"
		}
	}
	if len(a.groups) > 0 {
		return a.parseGroups()
	}
	for _, primary := range a.platforms() {
		if err := a.askGroup(d, primary); err != nil {
			return err
		}
	}
	return nil
}

// askGroup asks for the group of the people who have a platform for their own.
func (a *answers) askGroup(d dialogue, primary string) error {
	others := slices.DeleteFunc(a.platforms(), func(p string) bool { return p == primary })
	g := group{Primary: primary, Secondary: others[0]}
	known, text := g.Title(), "its name in the file"
	if a.Directory == "entra" {
		known, text = "", "its Object ID in Entra, or none"
	}
	err := d.ask(question{
		text: "The group of those who mainly use " + titles[primary] + ": " + text, value: &g.ID,
		fallback: func() string { return known }, check: func(id string) (string, error) { return a.checkGroup(id) },
	})
	if err != nil || g.ID == "" {
		return err
	}
	err = d.ask(question{
		text: "  Their other account is on", value: &g.Secondary, fallback: func() string { return others[0] },
		check: func(p string) (string, error) { return checkOneOf(p, others) }, when: func() bool { return len(others) > 1 },
	})
	a.Groups = append(a.Groups, g)
	return err
}

// parseGroups reads the flags.
func (a *answers) parseGroups() error {
	for _, text := range a.groups {
		sides, id, found := strings.Cut(text, "=")
		primary, secondary, both := strings.Cut(sides, ":")
		if !found || !both {
			return errors.New(`--group: write it as primary:secondary=id, such as slack:webex="Slack primaries"`)
		}
		g := group{Primary: primary, Secondary: secondary}
		var err error
		for _, side := range []string{primary, secondary} {
			if _, e := checkOneOf(side, a.platforms()); e != nil {
				err = e
			}
		}
		if primary == secondary {
			err = errors.New("the two platforms are the same")
		}
		if slices.ContainsFunc(a.Groups, func(other group) bool { return other.Primary == primary }) {
			err = errors.New("there is a group for " + primary + " already: add further ones in the file")
		}
		if err == nil {
			g.ID, err = a.checkGroup(strings.TrimSpace(id))
		}
		if err == nil && g.ID == "" {
			err = errors.New("the id is empty")
		}
		if err != nil {
			return fmt.Errorf("--group %s: %w", sides, err)
		}
		a.Groups = append(a.Groups, g)
	}
	return nil
}

func (a answers) platforms() []string { return strings.Split(a.Platforms, ",") }

// Has reports whether a platform was chosen.
func (a answers) Has(platform string) bool { return slices.Contains(a.platforms(), platform) }

// Microsoft reports whether an app registration is needed.
func (a answers) Microsoft() bool { return a.Has("teams") || a.Directory == "entra" }

func (a *answers) likelyDirectory() string {
	if a.Has("teams") {
		return "entra"
	}
	return "csv"
}

var (
	tenantForm = regexp.MustCompile(`^[a-z0-9]+([_-][a-z0-9]+)*$`)
	guidForm   = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
)

func checkURL(text string) (string, error) {
	site, err := manifests.ParseSite(text)
	return site.At(""), err
}

func checkPlatforms(text string) (string, error) {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return r == ',' || unicode.IsSpace(r) })
	slices.Sort(words)
	words = slices.Compact(words)
	for _, word := range words {
		if titles[word] == "" {
			return "", errors.New("there are slack, teams and webex")
		}
	}
	if len(words) < 2 {
		return "", errors.New("accounts are linked between two platforms: name at least two, with a comma between them")
	}
	return strings.Join(words, ","), nil
}

func checkTenant(text string) (string, error) {
	if len(text) > 63 || !tenantForm.MatchString(text) {
		return "", errors.New("use lower-case letters and digits, with single - or _ between them, such as acme-eu")
	}
	return text, nil
}

func checkText(text string) (string, error) {
	if text == "" || strings.ContainsFunc(text, unicode.IsControl) {
		return "", errors.New("write a name, on one line")
	}
	return text, nil
}

func checkDirectory(text string) (string, error) {
	return checkOneOf(text, []string{"csv", "entra"})
}

func checkPath(text string) (string, error) {
	if !filepath.IsAbs(text) || strings.ContainsFunc(text, unicode.IsControl) {
		return "", errors.New("write the whole path, from / on")
	}
	return text, nil
}

func checkYes(text string) (string, error) {
	switch strings.ToLower(text) {
	case "y", "yes", "true":
		return "yes", nil
	case "n", "no", "false":
		return "no", nil
	}
	return "", errors.New("answer yes or no")
}

func checkOneOf(text string, words []string) (string, error) {
	if word := strings.ToLower(text); slices.Contains(words, word) {
		return word, nil
	}
	return "", errors.New("answer one of " + strings.Join(words, ", "))
}

// checkGroup takes a group's id; empty, where there is none: no group.
func (a answers) checkGroup(id string) (string, error) {
	switch {
	case a.Directory == "entra" && (id == "" || strings.EqualFold(id, "none")):
		return "", nil
	case a.Directory == "entra" && !guidForm.MatchString(id):
		return "", errors.New("copy the Object ID from the group's page in Entra, or answer none")
	case strings.ContainsFunc(id, unicode.IsControl):
		return "", errors.New("write it on one line")
	}
	return id, nil
}
