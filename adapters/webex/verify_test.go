package webex

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"net/http"
	"strings"
	"testing"

	"rollcall/sync/directory"
)

// A vector that OpenSSL agrees with.
const (
	vectorSecret    = "somesupersecretphrase"
	vectorBody      = `{"id":"evt-1","resource":"attachmentActions","event":"created","data":{"id":"act-1"}}`
	vectorSignature = "b9a96f947a04d6063d0ea6db9b023c94309dbd6d"
)

func TestVerifier(t *testing.T) {
	t.Parallel()
	sha2 := fmt.Sprintf("%x", mac(sha256.New, vectorSecret, vectorBody))
	other := fmt.Sprintf("%x", mac(sha256.New, "another secret", vectorBody))
	for _, tt := range []struct {
		name    string
		header  http.Header
		body    string
		secrets []string
		want    bool
	}{
		{name: "the vector", header: http.Header{headerSHA1: {vectorSignature}}, want: true},
		{name: "in capitals", header: http.Header{headerSHA1: {strings.ToUpper(vectorSignature)}}, want: true},
		{name: "the former secret", header: http.Header{headerSHA1: {vectorSignature}}, secrets: []string{"a new one", vectorSecret}, want: true},
		{name: "with the stronger header", header: http.Header{headerSHA1: {vectorSignature}, headerSHA256: {sha2}}, want: true},
		{name: "with the stronger header and its prefix", header: http.Header{headerSHA1: {vectorSignature}, headerSHA256: {"sha256=" + sha2}}, want: true},
		{name: "nothing", header: http.Header{}},
		{name: "empty", header: http.Header{headerSHA1: {""}}},
		{name: "the stronger header alone", header: http.Header{headerSHA256: {sha2}}},
		{name: "the stronger header is wrong", header: http.Header{headerSHA1: {vectorSignature}, headerSHA256: {other}}},
		{name: "the stronger header is empty", header: http.Header{headerSHA1: {vectorSignature}, headerSHA256: {""}}},
		{name: "the stronger header twice", header: http.Header{headerSHA1: {vectorSignature}, headerSHA256: {sha2, sha2}}},
		{name: "each with another secret", header: http.Header{headerSHA1: {vectorSignature}, headerSHA256: {other}}, secrets: []string{vectorSecret, "another secret"}},
		{name: "twice", header: http.Header{headerSHA1: {vectorSignature, vectorSignature}}},
		{name: "wrong", header: http.Header{headerSHA1: {"a" + vectorSignature[1:]}}},
		{name: "shorter", header: http.Header{headerSHA1: {vectorSignature[:38]}}},
		{name: "not hexadecimal", header: http.Header{headerSHA1: {"g" + vectorSignature[1:]}}},
		{name: "another body", header: http.Header{headerSHA1: {vectorSignature}}, body: vectorBody + " "},
		{name: "another secret", header: http.Header{headerSHA1: {vectorSignature}}, secrets: []string{"another secret"}},
		{name: "no secret", header: http.Header{headerSHA1: {hex.EncodeToString(mac(sha1.New, "", vectorBody))}}, secrets: []string{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			body := vectorBody
			if tt.body != "" {
				body = tt.body
			}
			secrets := tt.secrets
			if secrets == nil {
				secrets = []string{vectorSecret}
			}
			if got := verifierOf(secrets...).genuine(tt.header, []byte(body)); got != tt.want {
				t.Errorf("genuine is %t, want %t", got, tt.want)
			}
		})
	}
}

// What the verifier accepts, the definition accepts.
func FuzzVerifier(f *testing.F) {
	f.Add(vectorSecret, []byte(vectorBody), vectorSignature, "", false)
	f.Add(vectorSecret, []byte(vectorBody), vectorSignature, "sha256=00", true)
	f.Add("", []byte(nil), "fbdb1d1b18aa6c08324b7d64b71fb76370690e1d", "", false)
	f.Fuzz(func(t *testing.T, secret string, body []byte, signature, stronger string, withStronger bool) {
		header := http.Header{headerSHA1: {signature}}
		if withStronger {
			header[headerSHA256] = []string{stronger}
		}
		// The fuzzer can't guess a signature, so it is given one half of the time.
		for _, first := range []string{signature, fmt.Sprintf("%x", mac(sha1.New, secret, string(body)))} {
			header[headerSHA1] = []string{first}
			want := strings.ToLower(first) == fmt.Sprintf("%x", mac(sha1.New, secret, string(body))) &&
				(!withStronger || strings.ToLower(strings.TrimPrefix(stronger, "sha256=")) == fmt.Sprintf("%x", mac(sha256.New, secret, string(body))))
			if got := verifierOf(secret).genuine(header, body); got != want {
				t.Errorf("genuine is %t, by definition %t", got, want)
			}
		}
	})
}

func TestHookPath(t *testing.T) {
	t.Parallel()
	one, two := hookPath(directory.NewSecret("one")), hookPath(directory.NewSecret("two"))
	if one == two || one != hookPath(directory.NewSecret("one")) {
		t.Errorf("paths %s and %s", one, two)
	}
	if last := one[strings.LastIndex(one, "/")+1:]; len(last) != 32 || strings.Contains(one, "one") {
		t.Errorf("the path %s is not of 16 bytes in hexadecimal", one)
	}
}

func verifierOf(secrets ...string) verifier {
	var v verifier
	for _, s := range secrets {
		v = append(v, directory.NewSecret(s))
	}
	return v
}

func mac(algorithm func() hash.Hash, secret, body string) []byte {
	h := hmac.New(algorithm, []byte(secret))
	h.Write([]byte(body))
	return h.Sum(nil)
}
