package setup

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"rollcall/cmd/rollcall/program"
)

// Once the secrets and the ids are in their places, and nothing else was done, Rollcall takes the file.
func TestRollcallTakesIt(t *testing.T) {
	t.Parallel()
	for _, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if _, failed := initialise(t, dir, way.typed, way.args...); failed != "" {
				t.Fatal(failed)
			}
			path := filepath.Join(dir, "rollcall.yaml")
			if _, err := program.Load(path, nil); err == nil || !strings.Contains(err.Error(), "_secret") {
				t.Errorf("without the secrets: %v", err)
			}
			complete(t, dir)
			config, err := program.Load(path, nil)
			if err != nil {
				t.Fatal(err)
			}
			for id, tenant := range config.Tenants {
				if tenant.On {
					t.Errorf("%s is switched on", id)
				}
				if len(tenant.Directories) != 1 {
					t.Errorf("%s has %d directories", id, len(tenant.Directories))
				}
			}
		})
	}
}

// The texts arrive as they were said.
func TestWhatRollcallReads(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, failed := initialise(t, dir, ways[2].typed, ways[2].args...); failed != "" {
		t.Fatal(failed)
	}
	complete(t, dir)
	config, err := program.Load(filepath.Join(dir, "rollcall.yaml"), nil)
	if err != nil {
		t.Fatal(err)
	}
	acme := config.Tenants["acme"]
	if config.PublicURL != "https://rollcall.acme.example" || config.Listen != "127.0.0.1:9000" || acme.Name != "Acme" || acme.Directories["staff"].CSV.Path != "/srv/people.csv" {
		t.Errorf("got %+v", config)
	}
	if g := acme.Groups["teams-primaries"]; g.Group != "Büro #1" || g.Primary != "teams" || g.Secondary != "webex" || g.Priority != 0 {
		t.Errorf("got %+v", g)
	}
	if config.Teams.AppID != anApp || config.Teams.HomeTenant != another || config.Webex.ClientID != "C123" || config.Teams.ManifestID == "" {
		t.Errorf("got %+v and %+v", config.Teams, config.Webex)
	}
}

// complete does what the next steps say: ids, secrets, and the certificate.
func complete(t *testing.T, dir string) {
	t.Helper()
	path := filepath.Join(dir, "rollcall.yaml")
	config := text(t, path)
	for _, at := range regexp.MustCompile(`_file: (\S+/secrets/\S+)`).FindAllStringSubmatch(config, -1) {
		if _, err := os.Stat(at[1]); err != nil {
			put(t, at[1], strings.Repeat("s", 64)+"\n")
		}
	}
	config = regexp.MustCompile(`(app_id|home_tenant): ""  # FILL IN`).ReplaceAllString(config, "$1: "+anApp)
	config = strings.ReplaceAll(config, `""  # FILL IN`, "C1.2")
	cert, key := certificate(t)
	put(t, filepath.Join(dir, "cert.pem"), cert)
	put(t, filepath.Join(dir, "key.pem"), key)
	put(t, path, strings.ReplaceAll(config, "/etc/tls/", dir+"/"))
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// certificate is one that can be read, with its key.
func certificate(t *testing.T) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"rollcall.example"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	block := func(kind string, bytes []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: bytes}))
	}
	return block("CERTIFICATE", der), block("PRIVATE KEY", encoded)
}
