package entrasim

import (
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"rollcall/adapters/sim"
	"rollcall/adapters/sim/oauth"
)

// trip is a browser's visit to one of the authority's pages.
type trip struct {
	t     *tenant // whose people may come; nil: those of any organisation
	asked url.Values
	back  string // where it is sent back to
}

// trip reads where a browser comes from and goes back to. What is wrong here is shown to the person and
// never sent back: nobody knows whether that place is the app's.
func (s *Sim) trip(r *http.Request, parameters []string) (trip, *oauth.Refusal) {
	t, refused := s.named(r.PathValue("tenant"))
	if refused != nil {
		return trip{}, refused
	}
	if t != nil {
		exchangeOf(r).about = t.ID
	}
	asked, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return trip{}, oauth.Deny(400, "invalid_request", 9000411, "The request is not properly formatted.")
	}
	for name, values := range asked {
		if !slices.Contains(parameters, name) || len(values) != 1 {
			return trip{}, oauth.Deny(400, "invalid_request", 9000411, "The request is not properly formatted. The parameter '%s' is unknown or duplicated.", name)
		}
	}
	id, back := asked.Get("client_id"), asked.Get("redirect_uri")
	switch {
	case id == "" || back == "":
		return trip{}, oauth.Deny(400, "invalid_request", 900144, "The request must contain the following parameters: 'client_id' and 'redirect_uri'.")
	case id != s.config.AppID:
		return trip{}, oauth.Deny(400, "unauthorized_client", 700016, "Application with identifier '%s' was not found in the directory.", id)
	case !slices.Contains(s.config.RedirectURIs, back):
		return trip{}, oauth.Deny(400, "invalid_client", 50011, "The redirect URI '%s' specified in the request does not match the redirect URIs configured for the application '%s'.", back, id)
	}
	return trip{t, asked, back}, nil
}

// home is where a trip ends, with what the browser brings back. The state is repeated as it came.
func (t trip) home(pairs ...string) string {
	values := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	if t.asked.Has("state") {
		values.Set("state", t.asked.Get("state"))
	}
	separator := "?"
	if strings.Contains(t.back, "?") {
		separator = "&"
	}
	return t.back + separator + values.Encode()
}

// refused is the end of a trip that led to nothing.
func (t trip) refused(why *oauth.Refusal, pairs ...string) string {
	return t.home(append(pairs, "error", why.Code, "error_description", why.Description())...)
}

// SignIn says who is signed in at the pages: they are chosen at first.
func (s *Sim) SignIn(tenant, user string) {
	defer s.lock()()
	s.signed = person(s.mustHave(tenant), user)
}

func person(t *tenant, user string) string { return t.ID + "/" + user }

// who is the person that a form names, if they may come to the page.
func (s *Sim) who(at trip, name string) (*tenant, *user, *oauth.Refusal) {
	id, user, _ := strings.Cut(name, "/")
	t := s.tenants[id]
	if t == nil || t.byID[user] == nil {
		return nil, nil, oauth.Deny(400, "invalid_grant", 50034, "The user account does not exist in the directory.")
	}
	u := t.byID[user]
	if at.t != nil && at.t != t || at.t == nil && u.Guest {
		where := "the organization's own"
		if at.t != nil {
			where = "'" + at.t.Name + "'"
		}
		return nil, nil, oauth.Deny(400, "interaction_required", 50020, "User account '%s' from identity provider does not exist in tenant %s and cannot access the application.", u.UPN, where)
	}
	if refused := usable(u); refused != nil {
		return nil, nil, refused
	}
	return t, u, nil
}

// Authorize signs a user in at an authorisation URL as the page's form does, and answers where the
// browser is sent. The error says what the page showed instead.
func (s *Sim) Authorize(at, tenant, user string) (redirect string, err error) {
	return s.press(at, tenant+"/"+user, accept)
}

// AcceptConsent is [Sim.Authorize] for the page on which an admin consents.
func (s *Sim) AcceptConsent(at, tenant, user string) (redirect string, err error) {
	return s.press(at, tenant+"/"+user, accept)
}

// Decline presses the other button, on either page.
func (s *Sim) Decline(at string) (redirect string, err error) { return s.press(at, "", cancel) }

// shown is what a page says where it doesn't send the browser back.
var shown = regexp.MustCompile(`AADSTS\d+: [^<]*|Need admin approval`)

// press opens a page, and sends its form. Requests are recorded, and fail, like a browser's.
func (s *Sim) press(at, person, button string) (string, error) {
	u, err := url.Parse(at)
	if err != nil {
		return "", errors.New("entrasim: not a URL")
	}
	browser := http.Client{
		Transport:     &sim.Transport{Handlers: map[string]http.Handler{u.Host: s}},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	answer, err := browser.Get(at)
	if err == nil && answer.StatusCode == http.StatusOK {
		answer, err = browser.PostForm(at, url.Values{"person": {person}, "do": {button}})
	}
	if err != nil {
		return "", errors.New("entrasim: the page doesn't answer")
	}
	if answer.StatusCode == http.StatusFound {
		return answer.Header.Get("Location"), nil
	}
	return "", errors.New("entrasim: " + shown.FindString(textOf(answer)))
}
