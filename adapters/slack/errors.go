package slack

import (
	"errors"
	"strings"

	slackgo "github.com/slack-go/slack"

	"rollcall/sync/directory"
)

// The methods whose effect can't be taken back by asking again.
const (
	methodPost   = "chat.postMessage"
	methodUpdate = "chat.update"
)

// lostCode is what a lost answer of a method means: a message may be out, while everything else
// that is called here either reads or may be called again.
func lostCode(method string) directory.Code {
	if method == methodPost || method == methodUpdate {
		return directory.Uncertain
	}
	return directory.Unavailable
}

// failed translates what slack-go returned. It hands on what [caller.Do] made of the transport's
// errors; a refusal comes as a slack.SlackErrorResponse by value; the rest is an answer that it
// could not decode.
func failed(method string, err error) error {
	var ours *directory.Error
	var refusal slackgo.SlackErrorResponse
	switch {
	case errors.As(err, &ours):
		return ours
	case errors.As(err, &refusal):
		return refused(method, refusal.Err)
	}
	return directory.Errorf(lostCode(method), "slack: the answer can't be read")
}

// Causes of errors that are acted upon here.
var (
	errNoChannel = errors.New("channel_not_found")
	errNoUser    = errors.New("user_not_found")
	errNoScope   = errors.New("missing_scope")
	// The token is an organisation's, and the method doesn't take such.
	errOrganisation = errors.New("enterprise_is_restricted")
	// The token is an organisation's, and the app was not admitted to the workspace.
	errNoTeam = errors.New("team_access_not_granted")
	// What was shown to Slack to act with is definitely none, or none any more.
	errGone = errors.New("no longer granted")
	// The code that a browser brought is none, or was used.
	errCode = errors.New("invalid_code")
	// The organisation has the app already, and its workspaces can't install it by themselves.
	errInstalled = errors.New("cannot_install_an_org_installed_app")
	// The app's own secret is wrong.
	errApp = errors.New("the app is not known by this client id and secret")
)

var causes = map[string]error{
	"channel_not_found": errNoChannel,
	"user_not_found":    errNoUser,
	"users_not_found":   errNoUser,
	"missing_scope":     errNoScope,

	"enterprise_is_restricted": errOrganisation,
	"team_access_not_granted":  errNoTeam,

	"invalid_auth":          errGone,
	"token_revoked":         errGone,
	"account_inactive":      errGone,
	"invalid_refresh_token": errGone,

	"invalid_code":      errCode,
	"code_already_used": errCode,
	"code_expired":      errCode,

	"cannot_install_an_org_installed_app": errInstalled,

	"bad_client_secret": errApp,
	"invalid_client_id": errApp,
}

// refused is what an answer with "ok": false means. A refusal that nobody foresaw did not happen
// and may be tried again, except where Slack says that a part of it may have:
// https://docs.slack.dev/reference/methods/chat.postMessage#errors.
func refused(method, name string) error {
	if name == "" {
		return directory.Errorf(lostCode(method), "slack: %s: an answer that says nothing", method)
	}
	if name == "ratelimited" || name == "rate_limited" || name == "message_limit_exceeded" {
		return directory.Wait(0, "slack: %s: %s", method, name)
	}
	code, ok := refusals[name]
	if !ok {
		code = directory.Unavailable
	}
	if code == directory.Uncertain {
		code = lostCode(method)
	}
	return &directory.Error{Code: code, Text: "slack: " + method + ": " + printable(name), Reach: reaches[name], Err: causes[name]}
}

// reaches are Slack's error names that say why somebody can't be written to. The others that are
// Undeliverable speak of the chat and not of the person.
var reaches = byName(map[directory.ReachState]string{
	directory.Disabled: `user_disabled user_not_found users_not_found messages_tab_disabled restricted_action`,
	// Who is not of the workspace has to share a channel with it:
	// https://docs.slack.dev/reference/methods/conversations.open#errors.
	directory.Guest: `user_not_visible invalid_user_combination user_is_restricted`,
})

// refusals are Slack's error names, by what a caller may do about them.
var refusals = byName(map[directory.Code]string{
	directory.Unauthorized: `not_authed invalid_auth account_inactive token_revoked token_expired
		missing_scope no_permission not_allowed_token_type org_login_required access_denied
		team_access_not_granted ekm_access_denied app_access_restricted enterprise_is_restricted
		two_factor_setup_required accesslimited invalid_refresh_token`,
	directory.Undeliverable: `user_disabled user_not_found user_not_visible users_not_found
		invalid_user_combination messages_tab_disabled cannot_dm_bot channel_not_found
		not_in_channel is_archived restricted_action restricted_action_read_only_channel
		restricted_action_thread_only_channel method_not_supported_for_channel_type
		app_cannot_join_channel user_is_bot user_is_restricted`,
	directory.NotFound: `message_not_found cant_update_message edit_window_closed is_inactive`,
	directory.Invalid: `invalid_blocks invalid_blocks_format msg_blocks_too_long msg_too_long
		no_text too_many_attachments invalid_metadata_format invalid_metadata_schema
		metadata_too_large block_mismatch invalid_arguments invalid_arg_name invalid_array_arg
		invalid_charset invalid_form_data invalid_post_type missing_post_type missing_argument
		limit_required invalid_limit unknown_method deprecated_endpoint method_deprecated
		invalid_code code_already_used code_expired bad_redirect_uri bad_client_secret invalid_client_id
		cannot_install_an_org_installed_app oauth_authorization_url_mismatch view_too_large`,
	directory.Expired:     `invalid_cursor`,
	directory.Unsupported: `not_enabled`, // the app's manifest has no home tab
	directory.Uncertain:   `internal_error fatal_error update_failed`,
})

func byName[T comparable](names map[T]string) map[string]T {
	meanings := make(map[string]T)
	for meaning, list := range names {
		for name := range strings.FieldsSeq(list) {
			meanings[name] = meaning
		}
	}
	return meanings
}

// printable keeps an error's name from bringing anything else into a log.
func printable(name string) string {
	if len(name) > 64 || strings.ContainsFunc(name, func(r rune) bool { return r != '_' && (r < 'a' || r > 'z') }) {
		return "an unknown error"
	}
	return name
}
