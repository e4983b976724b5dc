package entrasim

import (
	"html/template"
	"io"
	"net/http"

	"rollcall/adapters/sim/oauth"
)

// screen is one of the authority's pages.
type screen struct {
	Heading, Text string
	Lines         []permission
	People        []choice
	Accept        string // what the button says; empty: there is no form
}

// permission is one that an admin is asked for.
type permission struct{ Name, Title, Text string }

// choice is somebody who may be signed in.
type choice struct {
	Value, Label string
	Chosen       bool
}

// The buttons of a page.
const (
	accept = "accept"
	cancel = "cancel"
)

var screens = template.Must(template.New("screen").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{{.Heading}}</title>
<style>body{font:16px system-ui,sans-serif;background:#f2f2f2;margin:0}main{max-width:27rem;margin:10vh auto;padding:2rem;background:#fff;box-shadow:0 2px 6px #0003}
h1{font-size:1.4rem}select,button{font:inherit;padding:.4rem .8rem;margin:.5rem .3rem .5rem 0;max-width:100%}small{color:#555;display:block}</style>
</head><body><main><h1>{{.Heading}}</h1><p>{{.Text}}</p>
{{- if .Lines}}<ul id="permissions">{{range .Lines}}<li data-permission="{{.Name}}">{{.Title}}<small>{{.Text}}</small></li>{{end}}</ul>{{end}}
{{- if .Accept}}<form method="post"><label for="person">Account</label><br>
<select id="person" name="person">{{range .People}}<option value="{{.Value}}"{{if .Chosen}} selected{{end}}>{{.Label}}</option>{{end}}</select><br>
<button id="accept" name="do" value="accept">{{.Accept}}</button>
<button id="cancel" name="do" value="cancel">Cancel</button></form>{{end}}
</main></body></html>
`))

// show writes a page.
func (s *Sim) show(w http.ResponseWriter, status int, page screen) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store, no-cache")
	w.WriteHeader(status)
	_ = screens.Execute(w, page) // nobody is there any more
}

// showRefusal shows why a browser isn't sent back to the app.
func (s *Sim) showRefusal(w http.ResponseWriter, r *http.Request, why *oauth.Refusal) {
	exchangeOf(r).detail = why.Name()
	s.show(w, why.Status, screen{Heading: "Sorry, but we’re having trouble signing you in.", Text: why.Description()})
}

// people are all who have an account somewhere, as a browser offers them.
func (s *Sim) people() []choice {
	var all []choice
	for _, t := range s.order {
		for _, u := range t.users {
			if u.State == Present {
				name := person(t, u.ID)
				all = append(all, choice{name, u.Name + " (" + u.UPN + "), " + t.Name, name == s.signed})
			}
		}
	}
	return all
}

// textOf is the beginning of a page.
func textOf(answer *http.Response) string {
	defer answer.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(answer.Body, 64<<10))
	return string(text)
}
