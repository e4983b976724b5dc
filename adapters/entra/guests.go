package entra

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"strings"

	abstractions "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoftgraph/msgraph-sdk-go/invitations"
	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/users"

	"rollcall/sync/directory"
)

const (
	// guestFields are what is read of a guest who may be ours.
	guestFields = "id,displayName,mail,userPrincipalName,userType,employeeId,otherMails,proxyAddresses"
	// longestName is the most that a display name takes: https://learn.microsoft.com/graph/api/resources/user
	longestName = 256
)

// find looks for a guest with the mark, and for anybody else who has the address.
func (g *graph) find(ctx context.Context, address directory.Address, mark string) (ours, other models.Userable, err error) {
	filters := []string{"employeeId eq " + quote(mark)}
	if !address.IsZero() {
		quoted := quote(address.Reveal())
		filters = append(filters, "mail eq "+quoted+" or userPrincipalName eq "+quoted+
			" or proxyAddresses/any(p:p eq "+quote("smtp:"+address.Reveal())+") or otherMails/any(m:m eq "+quoted+")")
	}
	for _, filter := range filters {
		found, err := g.matching(ctx, filter, guestFields)
		if err != nil {
			return nil, nil, err
		}
		for _, user := range found {
			if _, err := idOf(user); err != nil {
				return nil, nil, err
			}
			switch {
			case isOurs(user, mark):
				return user, nil, nil
			case holds(user, address):
				other = user
			}
		}
	}
	return nil, other, nil
}

// holds reports whether an address is taken by somebody. Members may note down anybody's address
// among their other ones; for guests that is where the address of the invitation stands.
func holds(user models.Userable, address directory.Address) bool {
	if address.IsZero() {
		return false
	}
	if has(user, address, true) {
		return true
	}
	for _, mail := range user.GetOtherMails() {
		if parsed, err := directory.ParseAddress(mail); err == nil && parsed == address && isGuest(user) {
			return true
		}
	}
	return false
}

func isGuest(user models.Userable) bool { return value(user.GetUserType()) == guestType }

// isOurs reports whether somebody is a guest who carries the mark: at the end of the name, where the
// invitation put it, or in the employee id.
func isOurs(user models.Userable, mark string) bool {
	return isGuest(user) && (value(user.GetEmployeeId()) == mark || strings.HasSuffix(value(user.GetDisplayName()), " "+mark))
}

// invite makes a guest and sends no mail: https://learn.microsoft.com/graph/api/invitation-post
func (g *graph) invite(ctx context.Context, address directory.Address, name, landing string) (string, error) {
	to, silent, kind := address.Reveal(), false, guestType
	invitation := models.NewInvitation()
	invitation.SetInvitedUserEmailAddress(&to)
	invitation.SetInvitedUserDisplayName(&name)
	invitation.SetInvitedUserType(&kind)
	invitation.SetInviteRedirectUrl(&landing)
	invitation.SetSendInvitationMessage(&silent)
	info, err := invitations.NewInvitationsRequestBuilder(g.url("invitations"), g.adapter).ToPostRequestInformation(ctx, invitation, nil)
	if err != nil {
		return "", directory.Errorf(directory.Invalid, "entra: a request can't be made")
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	if err := cancelled(ctx); err != nil {
		return "", err
	}
	answer, err := g.adapter.Send(ctx, info, models.CreateInvitationFromDiscriminatorValue, nil)
	if err != nil {
		return "", notInvited(err)
	}
	made, ok := answer.(models.Invitationable)
	if !ok || made.GetInvitedUser() == nil || !isObjectID(value(made.GetInvitedUser().GetId())) {
		return "", directory.Errorf(directory.Uncertain, "entra: a guest was invited and has no id")
	}
	return *made.GetInvitedUser().GetId(), nil
}

// notInvited is what a refusal to invite means. Entra has one code for most of them, so the sentence
// tells them apart; who can't be told apart is the admin's business too.
func notInvited(err error) error {
	if isForbidden(err) {
		return directory.Errorf(directory.Unsupported, "the app may not invite guests: grant it User.Invite.All, and allow invitations in Entra under External collaboration settings")
	}
	r, ok := refused(err)
	if !ok || r.code == "" || r.status < 400 || r.status > 499 {
		return acted(err)
	}
	sentence := strings.ToLower(r.message)
	switch {
	case strings.Contains(sentence, "already exists"):
		return inUse()
	case strings.Contains(sentence, "not allowed"), strings.Contains(sentence, "not permitted"), strings.Contains(sentence, "policy"):
		return directory.Errorf(directory.Unsupported, "the directory's settings don't let the app invite this address: allow invitations of its domain in Entra under External collaboration settings")
	}
	return directory.Errorf(directory.Unsupported, "Entra refuses the invitation (%s): check External collaboration settings", r.code)
}

func inUse() error {
	return directory.Errorf(directory.Conflict, "the address belongs to a member of the directory, whom Entra doesn't invite")
}

func (g *graph) patch(ctx context.Context, id string, change models.Userable) error {
	info, err := users.NewUserItemRequestBuilder(g.url("users/"+id), g.adapter).ToPatchRequestInformation(ctx, change, nil)
	if err != nil {
		return directory.Errorf(directory.Invalid, "entra: a request can't be made")
	}
	return g.send(ctx, info)
}

// send makes a request that changes something and whose answer doesn't matter.
func (g *graph) send(ctx context.Context, info *abstractions.RequestInformation) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	if err := cancelled(ctx); err != nil {
		return err
	}
	return acted(g.adapter.SendNoContent(ctx, info, nil))
}

// mark is what a marker becomes in Entra: an employee id takes 16 characters.
func mark(marker string) string {
	sum := sha256.Sum256([]byte("rollcall guest\x00" + marker))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:10]))
}

// markedName is a name with the mark at its end.
func markedName(name, mark string) string {
	return strings.TrimSpace(cutName(name, longestName-len(mark)-1)) + " " + mark
}

// cutName is a name of at most so many characters, and never none.
func cutName(name string, most int) string {
	name = strings.TrimSpace(name)
	if name == "" {
		name = "Guest"
	}
	if runes := []rune(name); len(runes) > most {
		name = string(runes[:most])
	}
	return name
}
