package program

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"rollcall/adapters/sim"
)

const deploy = "../../../manifests/deploy/"

// installed is the example configuration with its files in a folder of the test.
func installed(t *testing.T) (text, dir string) {
	t.Helper()
	dir = t.TempDir()
	text = strings.ReplaceAll(string(must(os.ReadFile(deploy+"rollcall.example.yaml"))(t)), "/etc/rollcall", dir)
	for _, path := range regexp.MustCompile(`_file: (\S*/secrets/\S+)`).FindAllStringSubmatch(text, -1) {
		if err := os.MkdirAll(filepath.Dir(path[1]), 0o700); err != nil {
			t.Fatal(err)
		}
		write(t, path[1], strings.Repeat("s", 64)+"\n")
	}
	write(t, filepath.Join(dir, "rollcall.keys"), "k1:"+strings.Repeat("A", 43)+"=\n")
	cert, key := certificateFiles(t, must(sim.NewAuthority())(t))
	return strings.NewReplacer(dir+"/tls/cert.pem", cert, dir+"/tls/key.pem", key).Replace(text), dir
}

// Nobody who begins with the example meets an error, nor by taking out the # before any key.
func TestTheExampleConfiguration(t *testing.T) {
	t.Parallel()
	text, _ := installed(t)
	plain, err := load(t, text)
	if err != nil {
		t.Fatal(err)
	}
	if plain.Tenants["acme"].On {
		t.Error("the example is switched on")
	}
	optional := regexp.MustCompile(`(?m)^#( *[a-z_-]+:)`)
	if n := len(optional.FindAllString(text, -1)); n < 20 {
		t.Errorf("only %d optional keys", n)
	}
	full, err := load(t, optional.ReplaceAllString(text, "$1"))
	if err != nil {
		t.Fatal(err)
	}
	// What is said to be the default is it: only what has none differs.
	if full.Listen != plain.Listen || full.Log != plain.Log || full.TLS == plain.TLS {
		t.Errorf("got %+v, want %+v", full, plain)
	}
	was, is := plain.Tenants["acme"], full.Tenants["acme"]
	if is.Name == was.Name || is.Removal != was.Removal || is.Grace.Hours() != 7*24 || is.ReadEvery.Minutes() != 15 || is.Zone != "UTC" {
		t.Errorf("got %+v, want %+v", is, was)
	}
}

// The example has every key that there is.
func TestTheExampleHasEveryKey(t *testing.T) {
	t.Parallel()
	text := string(must(os.ReadFile(deploy + "rollcall.example.yaml"))(t))
	var walk func(reflect.Type)
	walk = func(of reflect.Type) {
		switch of.Kind() {
		case reflect.Map:
			walk(of.Elem())
		case reflect.Struct:
			for key := range keysOf(of) {
				if !regexp.MustCompile(`(?m)^#? *(?:# or )?` + key + `(_file)?:`).MatchString(text) {
					t.Errorf("the example does not have %s", key)
				}
			}
			for i := range of.NumField() {
				walk(of.Field(i).Type)
			}
		}
	}
	walk(reflect.TypeFor[Config]())
}

// The unit, the image and the example name the same places, and the image is built with the Go that
// the module asks for.
func TestTheInstallationsAgree(t *testing.T) {
	t.Parallel()
	read := func(path string) string { return string(must(os.ReadFile(path))(t)) }
	unit, image, example := read(deploy+"rollcall.service"), read(deploy+"Dockerfile"), read(deploy+"rollcall.example.yaml")
	minor := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(read("../../../go.mod"))
	for _, want := range []struct{ where, text, has string }{
		{"the unit", unit, "ExecStart=/usr/local/bin/rollcall serve --config /etc/rollcall/rollcall.yaml\n"},
		{"the unit", unit, "StateDirectory=rollcall\n"},
		{"the image", image, `ENTRYPOINT ["/usr/local/bin/rollcall"]`},
		{"the image", image, `CMD ["serve", "--config", "/etc/rollcall/rollcall.yaml"]`},
		{"the image", image, "VOLUME /var/lib/rollcall\n"},
		{"the image", image, "USER 65532:65532\n"},
		{"the image", image, "-tags timetzdata"},
		{"the image", image, fmt.Sprintf("FROM golang:%s-", minor[1])},
		{"the example", example, "store: /var/lib/rollcall/rollcall.db\n"},
	} {
		if !strings.Contains(want.text, want.has) {
			t.Errorf("%s does not have %q", want.where, want.has)
		}
	}
}
