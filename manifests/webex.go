package manifests

import (
	"bytes"
	_ "embed"
	"errors"
	"text/template"
)

// Webex is what is registered at developer.webex.com: a bot, which people talk to, and one or both of
// the apps with which an organisation's people are read.
type Webex struct {
	Site Site
	// Integration and Service are the scopes of the two apps; none: that app is left out.
	Integration, Service []Scope
	Contact              string // an e-mail address; empty: to be filled in
}

// Scope is a right that an app asks for, and what for.
type Scope struct {
	Name     string
	Serves   string
	Optional bool // without it what it serves is off, and everything else works
}

//go:embed webex/sheet.md.tmpl
var webexSheet string

// webexApp is one of the developer portal's forms.
type webexApp struct {
	Name        string   `json:"name"`
	Username    string   `json:"username,omitempty"` // of a bot: it is followed by @webex.bot
	Description string   `json:"description"`
	Contact     string   `json:"contact_email,omitempty"`
	Redirects   []string `json:"redirect_uris,omitempty"`
	Scopes      []string `json:"scopes,omitempty"`
	Optional    []string `json:"optional_scopes,omitempty"`
	Icon        string   `json:"icon"`
}

// webexForms are the values of the sheet, for programs.
type webexForms struct {
	Bot         webexApp  `json:"bot"`
	Integration *webexApp `json:"integration,omitempty"`
	Service     *webexApp `json:"service_app,omitempty"`
	// Webhooks are made by Rollcall itself, below this address.
	Webhooks string `json:"webhooks"`
}

// webexIcon is the size that the portal asks for.
const webexIcon = 512

// Files are the sheet, rollcall-webex.md, the same as rollcall-webex.json, and the icon. Its errors
// are sentences about what was given.
func (w Webex) Files() ([]File, error) {
	if w.Contact != "" && !email.MatchString(w.Contact) {
		return nil, errors.New("the contact must be an e-mail address")
	}
	sheet, err := template.New("sheet").Parse(webexSheet)
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	forms := w.forms()
	err = sheet.Execute(&text, map[string]any{
		"Site": w.Site.At(""), "Forms": forms, "Integration": w.Integration, "Service": w.Service,
	})
	if err != nil {
		return nil, err
	}
	values, err := encode(forms)
	if err != nil {
		return nil, err
	}
	icon, err := coloured(webexIcon)
	return []File{{"rollcall-webex.md", text.Bytes()}, {"rollcall-webex.json", values}, {"rollcall-webex.png", icon}}, err
}

func (w Webex) forms() webexForms {
	app := func(name, text string, scopes []Scope, redirects ...string) *webexApp {
		if len(scopes) == 0 {
			return nil
		}
		a := &webexApp{Name: name, Description: text, Contact: w.Contact, Redirects: redirects, Icon: "rollcall-webex.png"}
		for _, s := range scopes {
			if s.Optional {
				a.Optional = append(a.Optional, s.Name)
			} else {
				a.Scopes = append(a.Scopes, s.Name)
			}
		}
		return a
	}
	return webexForms{
		Bot: webexApp{
			Name: appName, Username: "rollcall-" + label(w.Site), Icon: "rollcall-webex.png",
			Description: "Asks people in a private chat to link their accounts. It passes no messages on. Write help to see what it understands.",
		},
		Integration: app("Rollcall Connect", "With it an administrator connects an organisation to Rollcall, which then reads the organisation's people.",
			w.Integration, w.Site.At("/connect/webex/return")),
		Service: app("Rollcall Directory", "Reads an organisation's people for Rollcall, without being tied to the account of one administrator. A full administrator authorises it in Control Hub.",
			w.Service),
		Webhooks: w.Site.At("/webex/webhook/"),
	}
}

// label is the part of a host that tells one Rollcall from another, for a bot's user name: those are
// shared by the whole world.
func label(s Site) string {
	var b []byte
	for i := range len(s.host) {
		c := s.host[i]
		switch {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
			b = append(b, c)
		case len(b) > 0 && b[len(b)-1] != '-':
			b = append(b, '-')
		}
	}
	return string(bytes.Trim(b, "-"))
}
