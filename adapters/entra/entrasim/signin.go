package entrasim

import (
	"net/http"
	"slices"
	"strings"

	"rollcall/adapters/sim/oauth"
)

// scopes are what a sign-in may ask for.
var scopes = []string{"openid", "profile", "email", "offline_access"}

// signInParameters are those of an authorisation request:
// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
var signInParameters = []string{
	"client_id", "response_type", "redirect_uri", "response_mode", "scope", "state", "nonce", "prompt", "login_hint", "domain_hint",
	"code_challenge", "code_challenge_method",
}

// authorize is the page on which people sign in. With POST it takes the page's form.
func (s *Sim) authorize(w http.ResponseWriter, r *http.Request) {
	defer s.lock()()
	at, refused := s.trip(r, signInParameters)
	if refused != nil {
		s.showRefusal(w, r, refused)
		return
	}
	if refused := askedWell(at); refused != nil {
		s.sendBack(w, r, at.refused(refused), refused)
		return
	}
	if hinted := s.hinted(at); hinted != "" {
		s.signed = hinted
	}
	switch {
	case at.asked.Get("prompt") == "none":
		s.signedIn(w, r, at, s.signed)
	case r.Method != http.MethodPost:
		s.show(w, http.StatusOK, screen{Heading: "Sign in", Text: "to continue to Rollcall", People: s.people(), Accept: "Accept"})
	case r.PostFormValue("do") == accept:
		s.signedIn(w, r, at, r.PostFormValue("person"))
	default:
		declined := oauth.Deny(400, "access_denied", 65004, "User declined to consent to access the app.")
		s.sendBack(w, r, at.refused(declined, "error_subcode", "cancel"), declined)
	}
}

// signedIn sends somebody back with a code.
func (s *Sim) signedIn(w http.ResponseWriter, r *http.Request, at trip, name string) {
	t, u, refused := s.who(at, name)
	switch {
	case refused != nil && at.asked.Get("prompt") == "none":
		nobody := oauth.Deny(400, "login_required", 50058, "A silent sign-in request was sent but no user is signed in.")
		s.sendBack(w, r, at.refused(nobody), nobody)
	case refused != nil:
		s.showRefusal(w, r, refused)
	default:
		exchangeOf(r).about = t.ID
		s.signed = person(t, u.ID)
		s.sendBack(w, r, at.home("code", s.newCode(t, u, at.asked), "session_state", s.newID()), nil)
	}
}

// askedWell reports what is wrong with an authorisation request that the app is told about.
func askedWell(at trip) *oauth.Refusal {
	asked := at.asked
	challenge, method := asked.Get("code_challenge"), asked.Get("code_challenge_method")
	switch {
	case asked.Get("response_type") != "code":
		return oauth.Deny(400, "unsupported_response_type", 700054, "response_type '%s' is not enabled for the application.", asked.Get("response_type"))
	case asked.Has("response_mode") && asked.Get("response_mode") != "query":
		return oauth.Deny(400, "invalid_request", 900971, "The simulator sends browsers back with a query only.")
	case asked.Get("scope") == "":
		return oauth.Deny(400, "invalid_request", 900144, "The request body must contain the following parameter: 'scope'.")
	case !slices.Contains([]string{"", "none", "login", "consent", "select_account"}, asked.Get("prompt")):
		return oauth.Deny(400, "invalid_request", 90023, "Unsupported 'prompt' value.")
	case (challenge == "") != (method == "") || method != "" && method != "S256" || challenge != "" && len(challenge) != 43:
		return oauth.Deny(400, "invalid_request", 50149, "The code_challenge parameter is invalid: the simulator takes S256 only.")
	}
	for _, scope := range strings.Fields(asked.Get("scope")) {
		if !slices.Contains(scopes, scope) {
			return oauth.Deny(400, "invalid_scope", 70011, "The provided value for the input parameter 'scope' is not valid. The scope '%s' does not exist.", scope)
		}
	}
	return nil
}

// hinted is the person whom a hint names by their user name.
func (s *Sim) hinted(at trip) string {
	hint := at.asked.Get("login_hint")
	for _, t := range s.order {
		for _, u := range t.users {
			if hint != "" && u.State == Present && !u.Guest && strings.EqualFold(u.UPN, hint) {
				return person(t, u.ID)
			}
		}
	}
	return ""
}

// sendBack ends a trip.
func (s *Sim) sendBack(w http.ResponseWriter, r *http.Request, to string, why *oauth.Refusal) {
	if why != nil {
		exchangeOf(r).detail = why.Name()
	}
	w.Header().Set("Location", to)
	w.Header().Set("Cache-Control", "no-store, no-cache")
	w.WriteHeader(http.StatusFound)
}
