package entrasim

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
)

// The documented refusal of an address that belongs to somebody of the tenant's own:
// https://github.com/MicrosoftDocs/entra-docs/issues/802
const notExternal = "Non-external user already exists with the given mail address and can't be invited."

// postInvitation makes a guest, or answers the one who was invited before.
func (s *Sim) postInvitation(c *call) result {
	fields, refused := c.fields("invitedUserEmailAddress", "inviteRedirectUrl", "sendInvitationMessage",
		"invitedUserDisplayName", "invitedUserType", "invitedUserMessageInfo", "resetRedemption")
	if refused.status != 0 {
		return refused
	}
	address, fine := text(fields["invitedUserEmailAddress"])
	local, domain, isAddress := strings.Cut(address, "@")
	if !fine || !isAddress || local == "" || !strings.Contains(domain, ".") || strings.ContainsAny(address, " ,;<>\"") || strings.Contains(domain, "@") {
		return refuse(400, "BadRequest", "The invited user email address is not valid.")
	}
	redirect, fine := text(fields["inviteRedirectUrl"])
	target, err := url.Parse(redirect)
	if !fine || err != nil || target.Host == "" {
		return refuse(400, "BadRequest", "The redirect URL is missing or not valid.")
	}
	var send bool
	if raw := fields["sendInvitationMessage"]; raw != nil && json.Unmarshal(raw, &send) != nil {
		return refuse(400, "BadRequest", "sendInvitationMessage is not valid.")
	}
	name, fine := text(fields["invitedUserDisplayName"])
	if !fine {
		return refuse(400, "BadRequest", "invitedUserDisplayName is not valid.")
	}
	if kind, fine := text(fields["invitedUserType"]); !fine || kind != "" && kind != "Guest" {
		return refuse(http.StatusForbidden, "Authorization_RequestDenied", "Only guests are invited here.")
	}
	if refused := c.t.mayInvite(domain); refused.status != 0 {
		return refused
	}
	guest, others := c.t.holders(address)
	if others || c.t.verified(domain) {
		return refuse(400, "BadRequest", "%s", notExternal)
	}
	if guest == nil {
		guest = s.invite(c.t, address, name)
	}
	return created(map[string]any{
		"@odata.context": c.context("invitations/$entity", nil), "id": s.newID(),
		"inviteRedeemUrl":        "https://login.microsoftonline.com/redeem?rd=" + url.QueryEscape("https://invitations.microsoft.com/redeem/?tenant="+c.t.ID+"&user="+guest.ID),
		"invitedUserDisplayName": orNull(name), "invitedUserType": "Guest", "invitedUserEmailAddress": address,
		"sendInvitationMessage": send, "resetRedemption": false, "inviteRedirectUrl": redirect, "status": guest.redemption(),
		"invitedUserMessageInfo": map[string]any{
			"messageLanguage": nil, "customizedMessageBody": nil,
			"ccRecipients": []any{map[string]any{"emailAddress": map[string]any{"name": nil, "address": nil}}},
		},
		"invitedUser": map[string]any{"id": guest.ID},
	})
}

func (u *user) redemption() string {
	if u.ExternalState == "Accepted" {
		return "Completed"
	}
	return "PendingAcceptance"
}

// mayInvite asks the tenant's policy.
func (t *tenant) mayInvite(domain string) result {
	switch {
	case t.policy.Off:
		return refuse(http.StatusForbidden, "Authorization_RequestDenied", "Guest invitations not allowed for your company. Contact your company administrator for more details.")
	case len(t.policy.Only) > 0 && !contains(t.policy.Only, domain) || contains(t.policy.Except, domain):
		return refuse(http.StatusForbidden, "Authorization_RequestDenied", "This invitation is blocked by a policy: the domain of the address may not be invited.")
	}
	return result{}
}

// holders are the guest who has an address, if any, and whether somebody else has it.
func (t *tenant) holders(address string) (guest *user, others bool) {
	for _, key := range []string{
		indexKey("mail", address), indexKey("userPrincipalName", address), indexKey("proxyAddresses", "smtp:"+address), indexKey("otherMails", address),
	} {
		for _, u := range t.index[key] {
			switch {
			case u.State != Present:
			case u.Guest:
				guest = u
			default:
				others = true
			}
		}
	}
	return guest, others
}

// invite makes a guest, as a B2B invitation does.
func (s *Sim) invite(t *tenant, address, name string) *user {
	local, _, _ := strings.Cut(address, "@")
	if name == "" {
		name = local
	}
	guest := s.add(t, User{
		Name: name, Mail: address, UPN: strings.ReplaceAll(address, "@", "_") + "#EXT#@" + t.initialDomain(),
		OtherMails: []string{address}, Guest: true, CreationType: "Invitation", ExternalState: "PendingAcceptance",
		Invited: true,
	})
	t.guests = append(t.guests, guest)
	if tell := s.config.OnGuest; tell != nil {
		snapshot := guest.snapshot()
		s.later(func() { tell(t.ID, snapshot) })
	}
	return guest
}
