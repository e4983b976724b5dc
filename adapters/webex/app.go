package webex

import (
	"errors"

	"rollcall/sync/directory"
)

// App is what whoever runs Rollcall has registered at developer.webex.com, so that organisations can be
// connected. The zero App connects none.
type App struct {
	// ClientID and ClientSecret are the integration's, with the scopes of [ForIntegration].
	ClientID     string
	ClientSecret directory.Secret
	// Withdraw says that the integration also has the scopes of [FeatureWithdraw]. They are powerful: with
	// them an administrator's token could end other applications' tokens.
	Withdraw bool
	// ServiceApp reads people where it is set. Otherwise the integration does.
	ServiceApp ServiceApp
	// Refresh is a refresh token of the integration for whoever registered the service app, with the
	// scopes of [ForOperator]. Webex keeps it for as long as it is used every 90 days.
	Refresh directory.Secret
}

// ServiceApp is a registered service app, with the scopes of [ForServiceApp].
type ServiceApp struct {
	ID           string // as developer.webex.com shows it
	ClientID     string
	ClientSecret directory.Secret
}

func (a App) usesServiceApp() bool { return a.ServiceApp.ID != "" }

func (a App) validate() error {
	var problems []error
	check := func(ok bool, problem string) {
		if !ok {
			problems = append(problems, directory.Errorf(directory.Invalid, "%s", "webex: "+problem))
		}
	}
	s := a.ServiceApp
	check((a.ClientID == "") == a.ClientSecret.IsZero(), "an integration has a client id and a client secret")
	check(!a.Withdraw || a.ClientID != "", "nothing can be withdrawn without an integration")
	if s == (ServiceApp{}) {
		check(a.Refresh.IsZero(), "the operator's refresh token is of no use without a service app")
		return errors.Join(problems...)
	}
	check(s.ID != "" && s.ClientID != "" && !s.ClientSecret.IsZero(), "a service app has an id, a client id and a client secret")
	check(s.ID == "" || opaque(s.ID), "the id of the service app is not one of Webex's")
	check(a.ClientID != "", "a service app needs an integration, with which administrators sign in")
	check(!a.Refresh.IsZero(), "a service app needs the refresh token of the integration for whoever registered it")
	return errors.Join(problems...)
}
