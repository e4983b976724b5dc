package entrasim_test

import (
	"fmt"
	"net/http"
	"testing"

	"rollcall/adapters/entra/entrasim"
)

func invitation(address string) string {
	return fmt.Sprintf(`{"invitedUserEmailAddress":%q,"inviteRedirectUrl":"https://rollcall.example","sendInvitationMessage":false,"invitedUserDisplayName":"Guest (Webex)"}`, address)
}

func TestInvitations(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		policy entrasim.Invitations
		body   string
		status int
	}{
		{"a stranger", entrasim.Invitations{}, invitation("g@elsewhere.example"), 201},
		{"a member", entrasim.Invitations{}, invitation("PAT@acme.example"), 400},
		{"a member's other address", entrasim.Invitations{}, invitation("eve@home.example"), 400},
		{"the tenant's own domain", entrasim.Invitations{}, invitation("nobody@acme.example"), 400},
		{"a domain that wasn't proved", entrasim.Invitations{}, invitation("nobody@unproved.example"), 201},
		{"no address", entrasim.Invitations{}, invitation("nobody"), 400},
		{"no redirect", entrasim.Invitations{}, `{"invitedUserEmailAddress":"g@elsewhere.example"}`, 400},
		{"an unknown field", entrasim.Invitations{}, `{"invitedUserEmailAddress":"g@elsewhere.example","inviteRedirectUrl":"https://a.example","colour":1}`, 400},
		{"switched off", entrasim.Invitations{Off: true}, invitation("g@elsewhere.example"), 403},
		{"not on the list", entrasim.Invitations{Only: []string{"partner.example"}}, invitation("g@elsewhere.example"), 403},
		{"on the list", entrasim.Invitations{Only: []string{"elsewhere.example"}}, invitation("g@elsewhere.example"), 201},
		{"on the other list", entrasim.Invitations{Except: []string{"elsewhere.example"}}, invitation("g@elsewhere.example"), 403},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.SetInvitations(w.acme, tt.policy)
			answer := w.ask(http.MethodPost, "/invitations", tt.body)
			if answer.Code != tt.status {
				t.Fatalf("status %d, want %d: %s", answer.Code, tt.status, answer.Body)
			}
			if made := len(w.Guests(w.acme)); made > 0 != (tt.status == 201) {
				t.Errorf("%d guests were made", made)
			}
		})
	}
}

// A guest is made once, keeps its id when invited again, and is another one after it was deleted.
func TestGuestLife(t *testing.T) {
	t.Parallel()
	var told []string
	w := newWorld(t, func(c *entrasim.Config) {
		c.OnGuest = func(tenant string, u entrasim.User) { told = append(told, tenant+" "+u.ID) }
	})
	invite := func() string {
		out := fields(t, w.ask(http.MethodPost, "/invitations", invitation("g@elsewhere.example")))
		return out["invitedUser"].(map[string]any)["id"].(string)
	}
	first := invite()
	if again := invite(); again != first {
		t.Errorf("invited again it is %s, not %s", again, first)
	}
	if len(told) != 1 || told[0] != w.acme+" "+first {
		t.Errorf("told of %v", told)
	}
	g := w.get(t, "/users/"+first+"?$select=displayName,mail,userPrincipalName,userType,creationType,externalUserState,accountEnabled,assignedPlans")
	for name, want := range map[string]any{
		"displayName": "Guest (Webex)", "mail": "g@elsewhere.example", "userPrincipalName": "g_elsewhere.example#EXT#@acme.onmicrosoft.com",
		"userType": "Guest", "creationType": "Invitation", "externalUserState": "PendingAcceptance", "accountEnabled": true,
	} {
		if g[name] != want {
			t.Errorf("%s is %v, want %v", name, g[name], want)
		}
	}
	byName := w.get(t, "/users/g_elsewhere.example%23EXT%23@acme.onmicrosoft.com")
	if byName["id"] != first {
		t.Errorf("by its principal it is %v", byName)
	}
	w.Accept(w.acme, first)
	if out := fields(t, w.ask(http.MethodPost, "/invitations", invitation("g@elsewhere.example"))); out["status"] != "Completed" {
		t.Errorf("after its acceptance: %v", out["status"])
	}
	w.ask(http.MethodDelete, "/users/"+first, "")
	second := invite()
	guests := w.Guests(w.acme)
	if second == first || len(guests) != 2 || guests[0].State != entrasim.Deleted || guests[1].ID != second || !guests[1].Invited {
		t.Errorf("the guests are %+v", guests)
	}
}

func TestInstalls(t *testing.T) {
	t.Parallel()
	var told []string
	w := newWorld(t, func(c *entrasim.Config) {
		c.OnInstall = func(_, user string) { told = append(told, user) }
		c.ManifestID = "manifest"
	})
	guest := w.AddUser(w.acme, entrasim.User{Name: "Guest", Mail: "g@elsewhere.example", Guest: true})
	off := w.AddUser(w.acme, entrasim.User{Name: "Off", Disabled: true})
	blocked := w.AddUser(w.acme, entrasim.User{Name: "Blocked"})
	w.BlockApp(w.acme, blocked, true)
	app := values(w.get(t, "/appCatalogs/teamsApps?$filter=externalId%20eq%20'manifest'"))[0]["id"].(string)
	if app == "manifest" {
		t.Error("the id in the catalogue is that of the manifest")
	}
	bind := func(id string) string {
		return `{"teamsApp@odata.bind":"https://graph.microsoft.com/v1.0/appCatalogs/teamsApps/` + id + `"}`
	}
	for _, tt := range []struct {
		name, user, body string
		want             int
	}{
		{"installed", w.pat, bind(app), 201},
		{"again", w.pat, bind(app), 409},
		{"unlicensed", w.eve, bind(app), 404},
		{"a guest", guest, bind(app), 403},
		{"disabled", off, bind(app), 403},
		{"blocked", blocked, bind(app), 403},
		{"nobody", "x", bind(app), 404},
		{"another app", w.pat, bind("manifest"), 404},
		{"no app", w.pat, `{}`, 400},
	} {
		answer := w.ask(http.MethodPost, "/users/"+tt.user+"/teamwork/installedApps", tt.body)
		if answer.Code != tt.want {
			t.Errorf("%s: status %d, want %d: %s", tt.name, answer.Code, tt.want, answer.Body)
		}
		if tt.want == 201 && answer.Body.Len() > 0 {
			t.Errorf("%s: a body: %s", tt.name, answer.Body)
		}
	}
	if len(told) != 1 || told[0] != w.pat || !w.Installed(w.acme, w.pat) {
		t.Errorf("told of %v", told)
	}
	path := "/users/" + w.pat + "/teamwork/installedApps"
	one := values(w.get(t, path+"?$expand=teamsApp&$filter=teamsApp/id%20eq%20'"+app+"'"))[0]
	if one["teamsApp"].(map[string]any)["externalId"] != "manifest" {
		t.Errorf("the installation is %v", one)
	}
	if none := values(w.get(t, path+"?$filter=teamsApp/externalId%20eq%20'x'")); len(none) != 0 {
		t.Errorf("installed is also %v", none)
	}
	if chat := w.get(t, path+"/"+one["id"].(string)+"/chat"); chat["id"] != "19:"+w.pat+"_"+appID+"@unq.gbl.spaces" {
		t.Errorf("the chat is %v", chat)
	}
	if answer := w.ask(http.MethodGet, path+"/x/chat", ""); answer.Code != 404 {
		t.Errorf("the chat of no installation: status %d", answer.Code)
	}
	w.PutApp(w.acme, false)
	if none := values(w.get(t, "/appCatalogs/teamsApps")); len(none) != 0 {
		t.Errorf("the catalogue has %v", none)
	}
}
