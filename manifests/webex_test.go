package manifests

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
)

// What the sheet says to paste is what the JSON has.
func TestTheSheetAndTheFormsAgree(t *testing.T) {
	t.Parallel()
	all := files(t, webexApps(t))
	sheet := string(all["rollcall-webex.md"])
	var forms webexForms
	if err := json.Unmarshal(all["rollcall-webex.json"], &forms); err != nil {
		t.Fatal(err)
	}
	if strings.Join(forms.Integration.Redirects, " ") != "https://rollcall.example/connect/webex/return" {
		t.Errorf("got %v", forms.Integration.Redirects)
	}
	var values []string
	for _, app := range []webexApp{forms.Bot, *forms.Integration, *forms.Service} {
		values = append(append(append(append(values, app.Name, app.Username, app.Description, app.Icon), app.Redirects...), app.Scopes...), app.Optional...)
	}
	for _, value := range values {
		if !strings.Contains(sheet, value) {
			t.Errorf("the sheet doesn't have %q", value)
		}
	}
	if len(forms.Service.Scopes) != 1 || len(forms.Service.Optional) != 1 {
		t.Errorf("got %+v", forms.Service)
	}
}

// An app that isn't wanted is in neither, and what follows is counted anew.
func TestAnAppThatIsNotWanted(t *testing.T) {
	t.Parallel()
	w := webexApps(t)
	w.Integration = nil
	all := files(t, w)
	if sheet := string(all["rollcall-webex.md"]); strings.Contains(sheet, "Create an Integration") || !strings.Contains(sheet, "## 2. The Service App") {
		t.Errorf("got %s", sheet)
	}
	if strings.Contains(string(all["rollcall-webex.json"]), "integration") {
		t.Errorf("got %s", all["rollcall-webex.json"])
	}
}

// App Hub takes no name with one of its own marks in it, and a bot's user name is one of the world's.
func TestTheNamesOnWebex(t *testing.T) {
	t.Parallel()
	forms := webexApps(t).forms()
	for _, app := range []webexApp{forms.Bot, *forms.Integration, *forms.Service} {
		if regexp.MustCompile(`(?i)webex|cisco|spark|teams`).MatchString(app.Name) || len(app.Name) > 30 {
			t.Errorf("the name %q", app.Name)
		}
	}
	for host, want := range map[string]string{"rollcall.example": "rollcall-example", "a.b:8443": "a-b-8443", "[::1]": "1"} {
		if got := label(Site{host}); got != want {
			t.Errorf("%s: got %q, want %q", host, got, want)
		}
	}
}

func TestWhatWebexRefuses(t *testing.T) {
	t.Parallel()
	w := webexApps(t)
	w.Contact = "nobody"
	if _, err := w.Files(); err == nil || !strings.Contains(err.Error(), "must be an e-mail address") {
		t.Errorf("got %v", err)
	}
}
