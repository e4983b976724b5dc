package manifests

import (
	"errors"
	"net/url"
	"strings"
)

// Site is where the platforms and people's browsers reach Rollcall.
type Site struct{ host string }

// ParseSite reads an address such as https://rollcall.example: https, a host, perhaps a port, and
// nothing else. Its errors are sentences for whoever wrote the address.
func ParseSite(text string) (Site, error) {
	u, err := url.Parse(text)
	switch {
	case text == "":
		return Site{}, errors.New("the URL is missing: give the https address at which the platforms reach Rollcall, such as https://rollcall.example")
	case err != nil || u.Opaque != "":
		return Site{}, errors.New("that is not a URL: write it as https://rollcall.example")
	case u.Scheme != "https":
		return Site{}, errors.New("the URL must begin with https://: the platforms call nothing else")
	case u.User != nil:
		return Site{}, errors.New("the URL must not have a user or a password in it")
	case u.Hostname() == "" || strings.HasSuffix(u.Host, ":"):
		return Site{}, errors.New("the URL has no host: write it as https://rollcall.example")
	case strings.ContainsFunc(u.Host, func(r rune) bool { return r <= ' ' || r >= 0x7f }):
		return Site{}, errors.New("the host must be written in ASCII: use the form of it that begins with xn--")
	case strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.ForceQuery || strings.Contains(text, "#"):
		return Site{}, errors.New("the URL must end with its host: Rollcall's paths begin right after it")
	}
	return Site{strings.TrimSuffix(strings.ToLower(u.Host), ":443")}, nil
}

// Host is the host, with its port unless that is https's own.
func (s Site) Host() string { return s.host }

// At is the URL of a path, which begins with a slash; of an empty one it is the site's own.
func (s Site) At(path string) string { return "https://" + s.host + path }

// secure reports whether a text is an https URL with a host and without a user.
func secure(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Scheme == "https" && u.Host != "" && u.User == nil
}
