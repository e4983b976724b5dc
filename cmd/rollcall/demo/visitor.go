package demo

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/html"

	"rollcall/cmd/rollcall/program"
)

// visitor is somebody with a browser, which has cookies, follows redirects, and sends the forms of the pages that it
// shows. It knows nothing that isn't in them.
type visitor struct {
	client *http.Client
	page   *html.Node
	at     *url.URL
	status int
	// hold keeps the browser from going on to an address that has this in its path; held is that address.
	hold, held string
}

// mostHops bounds what one click leads to.
const mostHops = 12

// newVisitor opens a browser without a cookie.
func (w *World) newVisitor() *visitor {
	jar, _ := cookiejar.New(nil) // it has no error without options
	v := &visitor{}
	v.client = &http.Client{
		Timeout: 30 * time.Second, Jar: jar,
		// A connection that was opened and isn't used would hold up whoever wants to stop serving.
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: w.authority.Pool(), MinVersion: tls.VersionTLS12}, DisableKeepAlives: true},
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			if v.held = r.URL.String(); v.hold != "" && strings.Contains(r.URL.Path, v.hold) {
				return http.ErrUseLastResponse
			}
			v.held = ""
			if len(via) > mostHops {
				return errors.New("the redirects come to no end")
			}
			return nil
		},
	}
	return v
}

// invited is a visitor who has accepted an invitation into the hub, which an operator made on the program's machine.
func (w *World) invited(ctx context.Context, f *firm) (*visitor, error) {
	address, err := w.Invite(ctx, f.id)
	if err != nil {
		return nil, err
	}
	v := w.newVisitor()
	if err := v.open(ctx, address); err != nil {
		return nil, err
	}
	return v, v.press(ctx, "", "Accept", nil)
}

// Invite makes an invitation into the hub for a tenant, as an operator does.
func (w *World) Invite(ctx context.Context, tenant string) (string, error) {
	if _, err := w.firm(tenant); err != nil {
		return "", err
	}
	address := ""
	err := w.until(ctx, func() (bool, string) { // it has just been started, maybe
		var err error
		address, err = program.NewControl(w.config).Invite(ctx, tenant)
		return err == nil, fmt.Sprint(err)
	})
	return address, err
}

// open goes to an address.
func (v *visitor) open(ctx context.Context, address string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return err
	}
	return v.show(ctx, r)
}

// show sends a request, shows the page that comes of it, and goes on where that leads by itself.
func (v *visitor) show(ctx context.Context, r *http.Request) error {
	for range mostHops {
		resp, err := v.client.Do(r)
		if err != nil {
			return err
		}
		v.page, err = html.Parse(io.LimitReader(resp.Body, 1<<20))
		resp.Body.Close()
		if err != nil {
			return err
		}
		v.at, v.status = resp.Request.URL, resp.StatusCode
		next, refreshes := strings.CutPrefix(resp.Header.Get("Refresh"), "0; url=") // at once: a page that looks again later has been shown
		if !refreshes {
			return nil
		}
		if r, err = http.NewRequestWithContext(ctx, http.MethodGet, next, http.NoBody); err != nil {
			return err
		}
	}
	return errors.New("the pages lead on to no end")
}

// press presses the button that has an id or a text, in the part of the page that has an id (empty: anywhere), after
// choosing what is chosen in its form.
func (v *visitor) press(ctx context.Context, part, button string, choose url.Values) error {
	in := v.page
	if part != "" {
		in = find(v.page, func(n *html.Node) bool { return attribute(n, "id") == part })
	}
	pressed := find(in, func(n *html.Node) bool {
		return n.Data == "button" && (attribute(n, "id") == button || strings.TrimSpace(text(n)) == button)
	})
	form := pressed
	for form != nil && form.Data != "form" {
		form = form.Parent
	}
	if form == nil {
		return fmt.Errorf("there is no button %q on a page that says %q", button, v.text())
	}
	fields := fieldsOf(form)
	if name := attribute(pressed, "name"); name != "" {
		fields.Set(name, attribute(pressed, "value"))
	}
	for name, values := range choose {
		fields[name] = values
	}
	r, err := v.submission(ctx, form, pressed, fields)
	if err != nil {
		return err
	}
	return v.show(ctx, r)
}

// submission is what a browser sends for a form.
func (v *visitor) submission(ctx context.Context, form, button *html.Node, fields url.Values) (*http.Request, error) {
	to, err := v.at.Parse(attribute(form, "action"))
	if err != nil {
		return nil, err
	}
	method := attribute(form, "method")
	if own := attribute(button, "formmethod"); own != "" {
		method = own
	}
	if !strings.EqualFold(method, http.MethodPost) {
		to.RawQuery = fields.Encode()
		return http.NewRequestWithContext(ctx, http.MethodGet, to.String(), http.NoBody)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to.String(), strings.NewReader(fields.Encode()))
	if err == nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", v.at.Scheme+"://"+v.at.Host)
	}
	return r, err
}

// text is what the page says.
func (v *visitor) text() string {
	main := find(v.page, func(n *html.Node) bool { return n.Data == "main" })
	if main == nil {
		main = v.page
	}
	return strings.Join(strings.Fields(text(main)), " ")
}

// says is what a part of the page says.
func (v *visitor) says(part string) string {
	return strings.Join(strings.Fields(text(find(v.page, func(n *html.Node) bool { return attribute(n, "id") == part }))), " ")
}

// find is the first element, in the order of the page, of which something is so; nil: there is none.
func find(n *html.Node, so func(*html.Node) bool) *html.Node {
	if n == nil {
		return nil
	}
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && so(d) {
			return d
		}
	}
	return nil
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func text(n *html.Node) string {
	if n == nil {
		return ""
	}
	var out strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			out.WriteString(d.Data + " ")
		}
	}
	return out.String()
}

// fieldsOf are a form's fields as the page has filled them in.
func fieldsOf(form *html.Node) url.Values {
	fields := url.Values{}
	for d := range form.Descendants() {
		switch {
		case d.Type != html.ElementNode:
		case d.Data == "input":
			fields.Set(attribute(d, "name"), attribute(d, "value"))
		case d.Data == "option":
			name := attribute(d.Parent, "name")
			selected := find(d.Parent, func(o *html.Node) bool { return has(o, "selected") })
			if selected == d || selected == nil && !fields.Has(name) {
				fields.Set(name, attribute(d, "value"))
			}
		}
	}
	return fields
}

func has(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}
