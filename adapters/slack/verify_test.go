package slack

import (
	"net/http"
	"strconv"
	"testing"
	"time"

	slackgo "github.com/slack-go/slack"

	"rollcall/adapters/slack/slacksim"
	"rollcall/sync/directory"
)

// The vector of https://docs.slack.dev/authentication/verifying-requests-from-slack.
const (
	vectorStamp     = "1531420618"
	vectorSignature = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
	vectorBody      = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)

var vectorTime = time.Unix(1531420618, 0)

func verifierAt(now time.Time, secrets ...string) verifier {
	v := verifier{now: func() time.Time { return now }}
	for _, s := range secrets {
		v.secrets = append(v.secrets, directory.NewSecret(s))
	}
	return v
}

func TestGenuine(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		after   time.Duration
		secrets []string
		change  func(h http.Header)
		body    string
		want    bool
	}{
		{name: "the official vector", want: true},
		{name: "five minutes old", after: 5 * time.Minute, want: true},
		{name: "five minutes ahead", after: -5 * time.Minute, want: true},
		{name: "older", after: 5*time.Minute + time.Second},
		{name: "further ahead", after: -5*time.Minute - time.Second},
		{name: "by the second secret", secrets: []string{"new", signingSecret}, want: true},
		{name: "by the first secret", secrets: []string{signingSecret, "old"}, want: true},
		{name: "by another secret", secrets: []string{"new", "old"}},
		{name: "without secrets", secrets: []string{}},
		{name: "another body", body: vectorBody + "&"},
		{name: "no signature", change: func(h http.Header) { h.Del(headerSignature) }},
		{name: "no time", change: func(h http.Header) { h.Del(headerTimestamp) }},
		{name: "two signatures", change: func(h http.Header) { h.Add(headerSignature, vectorSignature) }},
		{name: "two times", change: func(h http.Header) { h.Add(headerTimestamp, vectorStamp) }},
		{name: "another version", change: func(h http.Header) { h.Set(headerSignature, "v1"+vectorSignature[2:]) }},
		{name: "no version", change: func(h http.Header) { h.Set(headerSignature, vectorSignature[3:]) }},
		{name: "capitals", change: func(h http.Header) { h.Set(headerSignature, "v0=A2114D57"+vectorSignature[11:]) }},
		{name: "half a signature", change: func(h http.Header) { h.Set(headerSignature, vectorSignature[:40]) }},
		{name: "no hexadecimal", change: func(h http.Header) { h.Set(headerSignature, "v0=zz"+vectorSignature[5:]) }},
		{name: "a sign before the time", change: func(h http.Header) { h.Set(headerTimestamp, "+"+vectorStamp) }},
		{name: "a space after the time", change: func(h http.Header) { h.Set(headerTimestamp, vectorStamp+" ") }},
		{name: "a time that overflows", change: func(h http.Header) { h.Set(headerTimestamp, "99999999999999999999") }},
		{name: "an empty time", change: func(h http.Header) { h.Set(headerTimestamp, "") }},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			h := http.Header{}
			h.Set(headerTimestamp, vectorStamp)
			h.Set(headerSignature, vectorSignature)
			if test.change != nil {
				test.change(h)
			}
			body, secrets := vectorBody, []string{signingSecret}
			if test.body != "" {
				body = test.body
			}
			if test.secrets != nil {
				secrets = test.secrets
			}
			if got := verifierAt(vectorTime.Add(test.after), secrets...).genuine(h, []byte(body)); got != test.want {
				t.Errorf("genuine is %t, want %t", got, test.want)
			}
		})
	}
}

// What is accepted here is accepted by Slack's community client too, which has been attacked for
// longer.
func FuzzGenuine(f *testing.F) {
	f.Add(vectorBody, "", "", true)
	f.Add(`{"type":"url_verification"}`, "v0=00", "0", false)
	f.Add("payload=%7B%7D", vectorSignature, "+1", true)
	f.Fuzz(func(t *testing.T, body, signature, stamp string, honest bool) {
		now := time.Now()
		h := http.Header{}
		slacksim.Sign(h, signingSecret, []byte(body), now)
		if stamp != "" {
			h.Set(headerTimestamp, stamp)
		}
		if !honest {
			h.Set(headerSignature, signature)
		}
		ours := verifierAt(now, signingSecret).genuine(h, []byte(body))
		if honest && stamp == "" && !ours {
			t.Fatal("an honest request was refused")
		}
		if !ours {
			return
		}
		reference, err := slackgo.NewSecretsVerifier(h, signingSecret)
		if err == nil {
			reference.Write([]byte(body))
			err = reference.Ensure()
		}
		if err != nil {
			t.Fatalf("accepted at %s with %s; the reference says %v", strconv.Quote(stamp), strconv.Quote(signature), err)
		}
	})
}
