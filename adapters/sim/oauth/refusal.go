package oauth

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Refusal is why the authority says no. Its numbers are those of
// https://learn.microsoft.com/entra/identity-platform/reference-error-codes.
type Refusal struct {
	Status int
	Code   string // "invalid_client"
	Number int    // of AADSTS
	Text   string
}

// Deny makes a refusal.
func Deny(status int, code string, number int, format string, args ...any) *Refusal {
	return &Refusal{status, code, number, fmt.Sprintf(format, args...)}
}

// Name is the refusal's number as it is known, "AADSTS700016".
func (r *Refusal) Name() string { return fmt.Sprintf("AADSTS%d", r.Number) }

// Description is the text with its number before it.
func (r *Refusal) Description() string { return r.Name() + ": " + r.Text }

// Body is what the token endpoint answers.
func (r *Refusal) Body(now time.Time, trace string) map[string]any {
	at := now.UTC().Format("2006-01-02 15:04:05Z")
	return map[string]any{
		"error":             r.Code,
		"error_description": fmt.Sprintf("%s Trace ID: %s Correlation ID: %s Timestamp: %s", r.Description(), trace, trace, at),
		"error_codes":       []int{r.Number}, "timestamp": at, "trace_id": trace, "correlation_id": trace,
		"error_uri": fmt.Sprintf("https://login.microsoftonline.com/error?code=%d", r.Number),
	}
}

// longestForm is far above the longest assertion.
const longestForm = 1 << 20

// ReadForm reads what is asked of a token endpoint. The client may say who it is in a header.
func ReadForm(r *http.Request) (url.Values, *Refusal) {
	unreadable := Deny(http.StatusBadRequest, "invalid_request", 900144, "The request body must contain the following parameter: 'grant_type'.")
	body, err := io.ReadAll(io.LimitReader(r.Body, longestForm))
	form, bad := url.ParseQuery(string(body))
	if err != nil || bad != nil || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return nil, unreadable
	}
	for name, values := range form {
		if len(values) != 1 {
			return nil, Deny(http.StatusBadRequest, "invalid_request", 9000411, "The request is not properly formatted. The parameter '%s' is duplicated.", name)
		}
	}
	if user, password, ok := r.BasicAuth(); ok {
		id, idErr := url.QueryUnescape(user)
		secret, secretErr := url.QueryUnescape(password)
		if idErr != nil || secretErr != nil {
			return nil, unreadable
		}
		form.Set("client_id", id)
		form.Set("client_secret", secret)
	}
	return form, nil
}
