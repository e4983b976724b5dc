// Package judge_test writes the Teams manifests for judge.mjs, which gives them to the schemas that
// Microsoft ships with its toolkit: they know the newest versions.
package judge_test

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"

	"rollcall/manifests"
)

// TestWrite takes the manifest out of a package of each version. Where ROLLCALL_MANIFESTS names a
// folder, they are written there.
func TestWrite(t *testing.T) {
	t.Parallel()
	site, err := manifests.ParseSite("https://rollcall.example")
	if err != nil {
		t.Fatal(err)
	}
	for name, app := range map[string]manifests.Teams{
		"default":       {Site: site},
		"slash":         {Site: site, Schema: manifests.TeamsSchemaSlash},
		"everything":    {Site: site, App: "7c1f3b6a-52d8-4e0f-9a41-6d2b8c5e7f90", Version: "2.0.0", Developer: manifests.Developer{Name: "Acme"}},
		"slash-and-all": {Site: site, Schema: manifests.TeamsSchemaSlash, App: "7c1f3b6a-52d8-4e0f-9a41-6d2b8c5e7f90", Version: "2.0.0"},
	} {
		files, err := app.Files()
		if err != nil {
			t.Fatal(err)
		}
		z, err := zip.NewReader(bytes.NewReader(files[0].Data), int64(len(files[0].Data)))
		if err != nil {
			t.Fatal(err)
		}
		r, err := z.Open("manifest.json")
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil || len(text) == 0 {
			t.Fatalf("%s: %d bytes and %v", name, len(text), err)
		}
		if folder := os.Getenv("ROLLCALL_MANIFESTS"); folder != "" {
			if err := os.WriteFile(filepath.Join(folder, name+".json"), text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}
