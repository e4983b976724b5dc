package webexsim

import (
	"fmt"
	"net/http"
)

// ServiceApp is the makers' service app: https://developer.webex.com/docs/service-apps.
type ServiceApp struct {
	ID                     string // as the API spells it
	ClientID, ClientSecret string
	Name                   string
	Scopes                 []string // that every organisation grants which authorises it
}

// AuthorizeServiceApp does what a full administrator does in Control Hub who lets the service app in, and
// announces it. It announces it again if it was authorised already.
func (s *Sim) AuthorizeServiceApp(orgID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.authorise(orgID)
}

func (s *Sim) authorise(orgID string) error {
	home := s.orgs[orgID]
	if home == nil || s.config.ServiceApp.ID == "" {
		return fmt.Errorf("webexsim: no such organisation, or no service app")
	}
	s.authorised[orgID] = s.config.Clock.Now()
	s.announceApp(home, "authorized")
	return nil
}

// DeauthorizeServiceApp takes that back: the app's tokens there are dead at once.
func (s *Sim) DeauthorizeServiceApp(orgID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.deauthorise(orgID)
}

func (s *Sim) deauthorise(orgID string) error {
	home := s.orgs[orgID]
	if home == nil || s.authorised[orgID].IsZero() {
		return fmt.Errorf("webexsim: the service app is not authorised there")
	}
	delete(s.authorised, orgID)
	s.revoke(s.config.ServiceApp.ClientID, home)
	s.announceApp(home, "deauthorized")
	return nil
}

// ServiceAppAuthorized reports whether an organisation lets the service app in.
func (s *Sim) ServiceAppAuthorized(orgID string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.authorised[orgID].IsZero()
}

// announcedApp is what the webhooks of a service app are told:
// https://developer.webex.com/blog/webhooks-for-service-app-authorizations. The organisation in the
// envelope is the makers'.
type announcedApp struct {
	ID                string `json:"id"`
	FriendlyName      string `json:"friendlyName"`
	AuthorizerOrgID   string `json:"authorizerOrgId"`
	AuthorizationDate string `json:"authorizationDate"`
}

func (s *Sim) announceApp(home *org, event string) {
	s.fire(s.maker, "serviceApp", event, s.maker.ID, announcedApp{
		ID: s.config.ServiceApp.ID, FriendlyName: s.config.ServiceApp.Name,
		AuthorizerOrgID: OrgID(home.ID), AuthorizationDate: stamp(s.config.Clock.Now()),
	})
}

// postAppToken gives the makers a token of their service app for an organisation that has authorised it.
func (s *Sim) postAppToken(who caller, r *http.Request) result {
	var in struct {
		ClientID     string `json:"clientId"`
		ClientSecret string `json:"clientSecret"`
		TargetOrgID  string `json:"targetOrgId"`
	}
	app := s.config.ServiceApp
	if !decode(r, &in) || in.TargetOrgID == "" {
		return errBody
	}
	home := s.orgs[uuidOf(kindOrg, in.TargetOrgID)]
	concerns(r, home)
	switch {
	case app.ID == "" || r.PathValue("id") != app.ID:
		return notFound()
	case in.ClientID != app.ClientID || in.ClientSecret != app.ClientSecret:
		return refuse(http.StatusBadRequest, "The client id or the client secret is not the Service App's.")
	case who.person != s.maker:
		return forbidden()
	case home == nil || s.authorised[home.ID].IsZero():
		return refuse(http.StatusForbidden, "The Service App is not authorized by a Full Admin in Control Hub.")
	}
	return s.handOut(r, caller{kind: KindServiceApp, org: home, client: app.ClientID, scopes: app.Scopes}, "")
}
