package program

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"rollcall/adapters/sim"
)

// wire is what the platforms, and tests, reach the program through: it leads every host to it, and
// keeps what must not be seen elsewhere.
type wire struct {
	next http.RoundTripper

	mu         sync.Mutex
	to         string
	signatures []string // that were sent
	paths      []string
	answers    []string // bodies and headers
}

func (w *wire) lead(address string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.to = address
}

func (w *wire) address() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.to
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := w.next.RoundTrip(r)
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, name := range []string{"X-Slack-Signature", "X-Spark-Signature"} {
		if s := r.Header.Get(name); s != "" {
			w.signatures = append(w.signatures, s)
		}
	}
	w.paths = append(w.paths, r.URL.Path)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	resp.Body = io.NopCloser(bytes.NewReader(body))
	w.answers = append(w.answers, fmt.Sprintf("%d %v %s", resp.StatusCode, resp.Header, body))
	return resp, err
}

// journal is a log that is read while it is written.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(b)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

func must[T any](value T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func write(t testing.TB, path, text string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// certificateFiles writes a server's certificate and its key.
func certificateFiles(t testing.TB, authority *sim.Authority) (cert, key string) {
	t.Helper()
	pair := must(authority.Certificate())(t)
	der := must(x509.MarshalPKCS8PrivateKey(pair.PrivateKey))(t)
	dir := t.TempDir()
	cert = write(t, filepath.Join(dir, "cert.pem"), string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pair.Certificate[0]})))
	key = write(t, filepath.Join(dir, "key.pem"), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})))
	return cert, key
}
