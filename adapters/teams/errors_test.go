package teams

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"rollcall/adapters/internal/outbound"
	"rollcall/sync/directory"
)

func TestRefused(t *testing.T) {
	t.Parallel()
	code := func(name string) string { return `{"error":{"code":"` + name + `","message":"x"}}` }
	const lost = directory.Uncertain
	tests := []struct {
		name   string
		status int
		body   string
		want   directory.Code
		cause  error
	}{
		{"our own defect", 400, code("Bad Argument"), directory.Invalid, nil},
		{"bad syntax", 400, code("BadSyntax"), directory.Invalid, errNoUser},
		{"no body", 400, "", directory.Invalid, nil},
		{"no token", 401, "", directory.Unauthorized, errToken},
		{"not registered", 401, code("BotNotRegistered"), directory.Unauthorized, errToken},
		{"not in the roster", 403, code("BotNotInConversationRoster"), directory.Undeliverable, errNotInstalled},
		{"not installed", 403, code("ForbiddenOperationException"), directory.Undeliverable, errNotInstalled},
		{"a name that nobody knows", 403, code("Whatever"), directory.Undeliverable, errNotInstalled},
		{"no name", 403, "", directory.Undeliverable, errNotInstalled},
		{"blocked", 403, code("ConversationBlockedByUser"), directory.Undeliverable, errBlocked},
		{"JSON in a text", 403, `{"errorCode":209,"message":"{\n  \"subCode\": \"MessageWritesBlocked\",\n  \"errorCode\": null\n}"}`, directory.Undeliverable, errBlocked},
		{"an error in an error", 403, `{"error":{"code":"ServiceError","message":"x","innerHttpError":{"statusCode":403,"body":{"error":{"code":"ConversationBlockedByUser"}}}}}`, directory.Undeliverable, errBlocked},
		{"an error that is a text", 403, `{"error":"ConversationBlockedByUser"}`, directory.Undeliverable, errBlocked},
		{"disabled by an admin", 403, code("BotDisabledByAdmin"), directory.Unauthorized, nil},
		{"no permission", 403, code("NotEnoughPermissions"), directory.Unauthorized, nil},
		{"another host", 403, code("InvalidBotApiHost"), directory.Unauthorized, errOtherHost},
		{"somebody else's page", 403, "<html>", lost, nil},
		{"a stale conversation", 404, code("ConversationNotFound"), directory.NotFound, errNoConversation},
		{"a deleted card", 404, code("ActivityNotFoundInConversation"), directory.NotFound, errNoActivity},
		{"nothing there", 404, "{}", directory.NotFound, errNoConversation},
		{"gone", 410, "", directory.NotFound, errNoConversation},
		{"a gateway without a way", 404, "<html>", lost, nil},
		{"too slow for them", 408, "{}", lost, nil},
		{"somebody edits too", 412, code("PreconditionFailed"), directory.Throttled, nil},
		{"too large", 413, code("MessageSizeTooBig"), directory.Invalid, nil},
		{"too much", 429, code("Throttled"), directory.Throttled, nil},
		{"too much, says a gateway", 429, "<html>", directory.Throttled, nil},
		{"a redirect", 302, "", lost, nil},
		{"theirs", 500, code("ServiceError"), lost, nil},
		{"bad gateway", 502, "<html>", lost, nil},
		{"busy", 503, "", lost, nil},
		{"gateway timeout", 504, code("GatewayTimeout"), lost, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			err := refused(test.status, []byte(test.body), 7*time.Second, lost)
			if !directory.Is(err, test.want) || test.cause != nil && !errors.Is(err, test.cause) {
				t.Errorf("got %v, want %v by %v", err, test.want, test.cause)
			}
			if reach := directory.ReachOf(err); test.want == directory.Undeliverable && (reach == directory.Unseen || reach != reaches[test.cause]) ||
				test.want != directory.Undeliverable && reach != directory.Unseen {
				t.Errorf("got the reach %q of %v", reach, err)
			}
			for _, cause := range []error{errNoUser, errToken, errNotInstalled, errBlocked, errOtherHost, errNoConversation, errNoActivity} {
				if cause != test.cause && errors.Is(err, cause) {
					t.Errorf("got the cause %v", cause)
				}
			}
			if test.want == directory.Throttled && directory.RetryAfter(err) != 7*time.Second {
				t.Errorf("waits %v", directory.RetryAfter(err))
			}
		})
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"": 0, "5": 5 * time.Second, " 5 ": 5 * time.Second, "-5": 0, "soon": 0, "999999999": 24 * time.Hour,
		began.Add(time.Minute).Format(http.TimeFormat): time.Minute, began.Add(-time.Minute).Format(http.TimeFormat): 0,
	} {
		if got := outbound.RetryAfter(text, began); got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}
