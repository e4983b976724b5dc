package hooksim_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"rollcall/adapters/hook/hooksim"
)

const (
	secret = "hooksim-secret-0123456789abcdefghij"
	former = "hooksim-former-0123456789abcdefghij"
)

var now = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// signature is an entry of the header, by the rule and not by the code under test.
func signature(secret, timestamp, body string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("v1:" + timestamp + ":" + body))
	return "v1=" + hex.EncodeToString(mac.Sum(nil))
}

func stamp(at time.Time) string { return strconv.FormatInt(at.Unix(), 10) }

func headers(timestamp, signature string) http.Header {
	return http.Header{"Rollcall-Timestamp": {timestamp}, "Rollcall-Signature": {signature}}
}

func TestVerify(t *testing.T) {
	t.Parallel()
	const body = `{"a":1}`
	at := stamp(now)
	good := signature(secret, at, body)
	other := signature("another-secret-0123456789abcdefghij", at, body)
	for _, c := range []struct {
		name    string
		header  http.Header
		body    string
		secrets []string
		want    error
	}{
		{"genuine", headers(at, good), body, []string{secret}, nil},
		{"by the second secret", headers(at, signature(former, at, body)), body, []string{secret, former}, nil},
		{"of two, the first is known", headers(at, good+","+other), body, []string{secret}, nil},
		{"of two, the second is known", headers(at, other+","+good), body, []string{secret}, nil},
		{"beside one of another version", headers(at, "v2=whatever,"+good), body, []string{secret}, nil},
		{"five minutes old", headers(stamp(now.Add(-5*time.Minute)), signature(secret, stamp(now.Add(-5*time.Minute)), body)), body, []string{secret}, nil},
		{"five minutes ahead", headers(stamp(now.Add(5*time.Minute)), signature(secret, stamp(now.Add(5*time.Minute)), body)), body, []string{secret}, nil},

		{"nothing", http.Header{}, body, []string{secret}, hooksim.ErrHeaders},
		{"no timestamp", http.Header{"Rollcall-Signature": {good}}, body, []string{secret}, hooksim.ErrHeaders},
		{"no signature", http.Header{"Rollcall-Timestamp": {at}}, body, []string{secret}, hooksim.ErrHeaders},
		{"two signature headers", http.Header{"Rollcall-Timestamp": {at}, "Rollcall-Signature": {good, good}}, body, []string{secret}, hooksim.ErrHeaders},
		{"two timestamps", http.Header{"Rollcall-Timestamp": {at, at}, "Rollcall-Signature": {good}}, body, []string{secret}, hooksim.ErrHeaders},
		{"too old", headers(stamp(now.Add(-301*time.Second)), signature(secret, stamp(now.Add(-301*time.Second)), body)), body, []string{secret}, hooksim.ErrStale},
		{"from the future", headers(stamp(now.Add(301*time.Second)), signature(secret, stamp(now.Add(301*time.Second)), body)), body, []string{secret}, hooksim.ErrStale},
		{"a timestamp with a sign", headers("+"+at, signature(secret, "+"+at, body)), body, []string{secret}, hooksim.ErrTimestamp},
		{"with a zero before it", headers("0"+at, signature(secret, "0"+at, body)), body, []string{secret}, hooksim.ErrTimestamp},
		{"with a space", headers(" "+at, signature(secret, " "+at, body)), body, []string{secret}, hooksim.ErrTimestamp},
		{"in milliseconds", headers(at+"000", signature(secret, at+"000", body)), body, []string{secret}, hooksim.ErrTimestamp},
		{"a date", headers(now.Format(http.TimeFormat), good), body, []string{secret}, hooksim.ErrTimestamp},
		{"no number at all", headers("", good), body, []string{secret}, hooksim.ErrTimestamp},
		{"another timestamp than was signed", headers(stamp(now.Add(time.Second)), good), body, []string{secret}, hooksim.ErrSignature},
		{"another body", headers(at, good), body + " ", []string{secret}, hooksim.ErrSignature},
		{"another secret", headers(at, other), body, []string{secret}, hooksim.ErrSignature},
		{"no secret of our own", headers(at, signature("", at, body)), body, nil, hooksim.ErrSignature},
		{"another version only", headers(at, "v2"+good[2:]), body, []string{secret}, hooksim.ErrSignature},
		{"in upper case", headers(at, "v1="+strings.ToUpper(good[3:])), body, []string{secret}, hooksim.ErrForm},
		{"cut off", headers(at, good[:len(good)-2]), body, []string{secret}, hooksim.ErrForm},
		{"longer", headers(at, good+"00"), body, []string{secret}, hooksim.ErrForm},
		{"without a version", headers(at, good[3:]), body, []string{secret}, hooksim.ErrForm},
		{"a space in the list", headers(at, good+", "+good), body, []string{secret}, nil}, // " v1" is a version that nobody knows
		{"an empty entry", headers(at, good+","), body, []string{secret}, hooksim.ErrForm},
		{"empty", headers(at, ""), body, []string{secret}, hooksim.ErrForm},
		{"too many", headers(at, strings.Repeat(other+",", 8)+good), body, []string{secret}, hooksim.ErrForm},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := hooksim.Verify(c.header, []byte(c.body), c.secrets, now); !errors.Is(got, c.want) || c.want == nil && got != nil {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

// Nobody without the secret gets anything past the verifier, and nothing makes it panic.
func FuzzVerify(f *testing.F) {
	at := stamp(now)
	f.Add(at, signature(secret, at, "{}"), "{}")
	f.Add(at, signature(secret, at, "{}")+",v2=x", "{}")
	f.Add("0"+at, "v1=,v1", "")
	f.Add("-1", "v1="+strings.Repeat("0", 64), "\x00")
	f.Add(at+":", strings.Repeat("v1=", 100), "é")
	f.Fuzz(func(t *testing.T, timestamp, signatures, body string) {
		err := hooksim.Verify(headers(timestamp, signatures), []byte(body), []string{secret, former}, now)
		signed := false
		for _, key := range []string{secret, former} {
			signed = signed || strings.Contains(","+signatures+",", ","+signature(key, timestamp, body)+",")
		}
		if err == nil && !signed {
			t.Errorf("timestamp %q, signatures %q, body %q: believed without the secret", timestamp, signatures, body)
		}
		genuine := headers(at, signature(former, at, body))
		if err := hooksim.Verify(genuine, []byte(body), []string{secret, former}, now); err != nil {
			t.Errorf("body %q, signed: got %v, want no error", body, err)
		}
		if err := hooksim.Verify(genuine, []byte(body+timestamp+"x"), []string{secret, former}, now); err == nil {
			t.Errorf("body %q: believed another one", body)
		}
	})
}
