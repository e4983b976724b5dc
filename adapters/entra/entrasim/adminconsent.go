package entrasim

import (
	"net/http"
	"slices"
	"strings"

	"rollcall/adapters/sim/oauth"
)

// adminConsent is the page on which an admin consents for the whole tenant. With POST it takes the page's
// form. https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
func (s *Sim) adminConsent(w http.ResponseWriter, r *http.Request) {
	defer s.lock()()
	at, refused := s.trip(r, []string{"client_id", "scope", "redirect_uri", "state"})
	if refused == nil && strings.EqualFold(r.PathValue("tenant"), common) {
		refused = oauth.Deny(400, "invalid_request", 90002, "Tenant 'common' not found.")
	}
	if refused != nil {
		s.showRefusal(w, r, refused)
		return
	}
	if refused := s.consentable(at); refused != nil {
		s.sendBack(w, r, at.refused(refused, "admin_consent", "True"), refused)
		return
	}
	switch {
	case r.Method != http.MethodPost:
		s.showConsent(w, at, s.signed)
	case r.PostFormValue("do") != accept:
		declined := oauth.Deny(400, "access_denied", 65004, "The resource owner or authorization server denied the request.")
		s.sendBack(w, r, at.refused(declined, "admin_consent", "True", "error_subcode", "cancel"), declined)
	default:
		s.acceptConsent(w, r, at)
	}
}

// consentable reports what is wrong with the scope: application permissions are consented to as
// "/.default" and not one by one.
func (s *Sim) consentable(at trip) *oauth.Refusal {
	asked := strings.Fields(at.asked.Get("scope"))
	if !slices.Contains(asked, s.config.Scope) {
		return oauth.Deny(400, "invalid_scope", 70011, "The provided value for the input parameter 'scope' is not valid.")
	}
	for _, scope := range asked {
		if scope != s.config.Scope && !slices.Contains(scopes, scope) {
			return oauth.Deny(400, "invalid_scope", 70011, "The provided value for the input parameter 'scope' is not valid. .default scope can't be combined with resource-specific scopes.")
		}
	}
	return nil
}

func (s *Sim) showConsent(w http.ResponseWriter, at trip, name string) {
	if t, u, refused := s.who(at, name); refused == nil && !t.consents(u) {
		s.showNeed(w)
		return
	}
	s.show(w, http.StatusOK, screen{
		Heading: "Permissions requested", Text: "Review for your organization. If you accept, this app will get access to the specified resources for all users in your organization.",
		Lines: described(s.config.Permissions), People: s.people(), Accept: "Accept",
	})
}

// showNeed is what people see who may not consent.
func (s *Sim) showNeed(w http.ResponseWriter) {
	s.show(w, http.StatusOK, screen{
		Heading: "Need admin approval",
		Text:    "Rollcall needs permission to access resources in your organization that only an admin can grant. Please ask an admin to grant permission to this app before you can use it.",
		People:  s.people(), Accept: "Have an admin account? Sign in with that account",
	})
}

func (s *Sim) acceptConsent(w http.ResponseWriter, r *http.Request, at trip) {
	t, u, refused := s.who(at, r.PostFormValue("person"))
	if refused != nil {
		s.showRefusal(w, r, refused)
		return
	}
	x := exchangeOf(r)
	x.about = t.ID
	s.signed = person(t, u.ID)
	if !t.consents(u) {
		x.detail = "AADSTS90094"
		s.showNeed(w)
		return
	}
	s.consented(t, s.config.Permissions)
	s.sendBack(w, r, at.home("admin_consent", "True", "tenant", t.ID, "scope", at.asked.Get("scope")), nil)
}

// described is what permissions mean, in words.
func described(permissions []string) []permission {
	var all []permission
	for _, name := range permissions {
		one := permission{name, name, ""}
		for _, known := range declared {
			if known.name == name {
				one = permission{name, known.title, known.text}
			}
		}
		all = append(all, one)
	}
	return all
}
