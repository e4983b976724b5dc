package teams

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"rollcall/sync/directory"
)

// Causes of errors that are acted upon here.
var (
	errNotInstalled   = errors.New("the person does not have the app")
	errBlocked        = errors.New("the person blocked the app")
	errNoConversation = errors.New("no such conversation")
	errNoActivity     = errors.New("no such activity")
	errNoUser         = errors.New("the tenant has no such person")
	errToken          = errors.New("the token is not accepted")
	errOtherHost      = errors.New("another connector serves this tenant")
)

// refusals are the connector's error codes in lower case, by what a caller may do about them:
// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages
// and https://learn.microsoft.com/microsoftteams/platform/bots/build-conversational-capability#status-code-responses.
var refusals = map[string]struct {
	code  directory.Code
	cause error
}{
	"botnotinconversationroster":     {directory.Undeliverable, errNotInstalled},
	"forbiddenoperationexception":    {directory.Undeliverable, errNotInstalled},
	"conversationblockedbyuser":      {directory.Undeliverable, errBlocked},
	"messagewritesblocked":           {directory.Undeliverable, errBlocked}, // or uninstalled; Teams doesn't tell
	"botdisabledbyadmin":             {directory.Unauthorized, errors.New("an admin disabled the app")},
	"botnotregistered":               {directory.Unauthorized, errors.New("the bot is not registered")},
	"notenoughpermissions":           {directory.Unauthorized, errors.New("a permission is missing")},
	"invalidbotapihost":              {directory.Unauthorized, errOtherHost},
	"badsyntax":                      {directory.Invalid, errNoUser}, // with a request that is right otherwise
	"conversationnotfound":           {directory.NotFound, errNoConversation},
	"activitynotfoundinconversation": {directory.NotFound, errNoActivity},
}

// refused is what an answer that is no success means. What was lost has the code lost: a body that
// the connector didn't write is somebody else's in between, and says nothing of what happened.
func refused(status int, body []byte, after time.Duration, lost directory.Code) error {
	names, genuine := errorNames(body)
	switch {
	case status == http.StatusTooManyRequests:
		return directory.Wait(after, "teams: too many requests")
	case status == http.StatusUnauthorized:
		return directory.Errorf(directory.Unauthorized, "teams: %w", errToken)
	case status < 400 || status >= 500 || status == http.StatusRequestTimeout || !genuine:
		return directory.Errorf(lost, "teams: status %d", status)
	case status == http.StatusPreconditionFailed, status == http.StatusConflict: // somebody else edits at the same time
		return directory.Wait(after, "teams: status %d", status)
	}
	for _, name := range names {
		if known, ok := refusals[strings.ToLower(name)]; ok {
			return meaning(known.code, status, known.cause)
		}
	}
	switch status {
	case http.StatusForbidden:
		// The names for somebody who never had the app differ from page to page.
		return meaning(directory.Undeliverable, status, errNotInstalled)
	case http.StatusNotFound, http.StatusGone:
		return directory.Errorf(directory.NotFound, "teams: status %d: %w", status, errNoConversation)
	}
	return directory.Errorf(directory.Invalid, "teams: status %d", status)
}

// reaches are the causes for which somebody can't be written to.
var reaches = map[error]directory.ReachState{errNotInstalled: directory.AppMissing, errBlocked: directory.Blocked}

func meaning(code directory.Code, status int, cause error) error {
	if code == directory.Undeliverable {
		return directory.Undelivered(reaches[cause], "teams: status %d: %w", status, cause)
	}
	return directory.Errorf(code, "teams: status %d: %w", status, cause)
}

// mostNested is how far an error may be within another one.
const mostNested = 4

// errorNames are the names that an error goes by, the innermost first, and whether the connector wrote
// the body at all. Teams has {"error":{"code":…}}, {"errorCode":209,"message":…} with JSON in the
// message, and no body.
func errorNames(body []byte) ([]string, bool) {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, true
	}
	return namesIn(body, 0)
}

func namesIn(body []byte, depth int) ([]string, bool) {
	var fields struct {
		Error     json.RawMessage `json:"error"`
		Code      json.RawMessage `json:"code"`
		ErrorCode json.RawMessage `json:"errorCode"`
		SubCode   json.RawMessage `json:"subCode"`
		Message   json.RawMessage `json:"message"`
		Inner     json.RawMessage `json:"innerHttpError"`
		Body      json.RawMessage `json:"body"`
	}
	if depth > mostNested || json.Unmarshal(body, &fields) != nil {
		return nil, false
	}
	var names []string
	for _, inner := range []json.RawMessage{fields.Inner, fields.Body, fields.Error, fields.Message} {
		var text string
		if json.Unmarshal(inner, &text) == nil {
			inner = []byte(text)
		}
		found, _ := namesIn(inner, depth+1)
		names = append(names, found...)
	}
	for _, field := range []json.RawMessage{fields.SubCode, fields.Code, fields.ErrorCode, fields.Error} {
		var name string
		if json.Unmarshal(field, &name) == nil && name != "" {
			names = append(names, name)
		}
	}
	return names, true
}
