package manifests

import (
	"archive/zip"
	"bytes"
	"crypto/sha1" // it is what RFC 9562 builds a version 5 UUID of, and guards nothing
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"time"
)

// NoApp stands for an app registration that isn't known yet. A package with it is valid, and can be
// looked at, but Teams finds no bot behind it.
const NoApp = "00000000-0000-0000-0000-000000000000"

// The versions of the manifest that can be written. The second offers the commands after a slash as
// well, and has them sent so that others in a channel don't see them.
const (
	TeamsSchema      = "1.25"
	TeamsSchemaSlash = "1.30"
)

// Teams is the Teams app.
type Teams struct {
	Site   Site
	Schema string // TeamsSchema, where it is empty, or TeamsSchemaSlash
	// App is the id of the app registration and of the bot. Empty: NoApp.
	App string
	// ID is the id of the app in Teams. It must stay the same for ever. Empty: one that follows from
	// the site.
	ID string
	// Version is the app's own, which has to grow for Teams to take a changed package. Empty: 1.0.0.
	Version   string
	Developer Developer
}

// Developer is who runs this Rollcall. What is empty is taken from the site.
type Developer struct {
	Name    string // at most 32 characters
	Website string
	Privacy string
	Terms   string
}

var (
	guid    = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	version = regexp.MustCompile(`^(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*)){2}$`)
)

// ManifestID is the id of the app in Teams for a site: always the same one.
func ManifestID(s Site) string {
	space := []byte("\x6b\xa7\xb8\x11\x9d\xad\x11\xd1\x80\xb4\x00\xc0\x4f\xd4\x30\xc8") // RFC 9562's for URLs
	sum := sha1.Sum(append(space, s.At("")...))
	id := sum[:16]
	id[6], id[8] = id[6]&0x0f|0x50, id[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
}

// Files is the package, rollcall-teams.zip. Its errors are sentences about what was given.
func (t Teams) Files() ([]File, error) {
	t = t.filled()
	if err := t.validate(); err != nil {
		return nil, err
	}
	manifest, err := encode(t.manifest())
	if err != nil {
		return nil, err
	}
	large, err := coloured(192)
	if err != nil {
		return nil, err
	}
	small, err := outline(32)
	if err != nil {
		return nil, err
	}
	data, err := pack([]File{{"manifest.json", manifest}, {"color.png", large}, {"outline.png", small}})
	return []File{{"rollcall-teams.zip", data}}, err
}

func (t Teams) filled() Teams {
	fallback(&t.Schema, TeamsSchema)
	fallback(&t.App, NoApp)
	fallback(&t.ID, ManifestID(t.Site))
	fallback(&t.Version, "1.0.0")
	fallback(&t.Developer.Name, appName)
	fallback(&t.Developer.Website, t.Site.At(""))
	fallback(&t.Developer.Privacy, t.Site.At("/privacy"))
	fallback(&t.Developer.Terms, t.Site.At("/terms"))
	return t
}

func (t Teams) validate() error {
	var wrong []error
	check := func(ok bool, text string) {
		if !ok {
			wrong = append(wrong, errors.New(text))
		}
	}
	check(t.Schema == TeamsSchema || t.Schema == TeamsSchemaSlash, "the schema must be "+TeamsSchema+" or "+TeamsSchemaSlash)
	check(guid.MatchString(t.App), "the app id must be a GUID: the app registration in Entra shows it as Application (client) ID")
	check(guid.MatchString(t.ID), "the manifest id must be a GUID: leave it out to have one that follows from the URL")
	check(version.MatchString(t.Version), "the app's version must be three numbers, such as 1.2.0")
	check(len([]rune(t.Developer.Name)) <= 32, "the developer's name must have at most 32 characters")
	for what, text := range map[string]string{"website": t.Developer.Website, "privacy page": t.Developer.Privacy, "terms": t.Developer.Terms} {
		check(secure(text), "the address of the "+what+" must be an https URL")
	}
	return errors.Join(wrong...)
}

func fallback(value *string, to string) {
	if *value == "" {
		*value = to
	}
}

// encode writes JSON as a person would: indented, and with < and & as they are.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(v)
	return b.Bytes(), err
}

// pack makes a zip whose bytes depend on nothing but the files.
func pack(files []File) ([]byte, error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, file := range files {
		header := &zip.FileHeader{Name: file.Name, Method: zip.Deflate, Modified: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)}
		header.SetMode(0o644)
		w, err := z.CreateHeader(header)
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(file.Data); err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
