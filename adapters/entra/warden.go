package entra

import (
	"context"
	"slices"
	"strings"

	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"rollcall/sync/directory"
)

// readsRoles are the permissions of which one is needed to be shown roles. The app doesn't ask for any, since
// they show much more than that; a directory may grant one all the same.
var readsRoles = [...]string{
	"RoleManagement.Read.Directory", "RoleManagement.Read.All", "RoleManagement.ReadWrite.Directory", "Directory.Read.All", "Directory.ReadWrite.All",
}

// Administers implements [hub.Warden]. It blocks for three requests. Whose account is deleted or disabled
// administers nothing, wherever roles are shown or not. Unsupported: beyond that Graph shows the app
// nothing, since it wasn't granted to read roles.
func (c *Connector) Administers(ctx context.Context, connection directory.Connection, account directory.AccountID) (bool, error) {
	inst := connection.Installation
	if inst.Platform != Name || account.Platform != Name || account.Workspace != inst.Workspace || !isObjectID(account.User) {
		return false, directory.Errorf(directory.Invalid, "entra: the account is not one of this directory's")
	}
	g, err := c.fresh(string(inst.Workspace))
	if err != nil {
		return false, err
	}
	user, err := get[models.Userable](ctx, g, "users/"+account.User+"?$select=id,accountEnabled", models.CreateUserFromDiscriminatorValue)
	switch {
	case isAbsent(err):
		return false, nil
	case err != nil:
		return false, err
	case !strings.EqualFold(value(user.GetId()), account.User):
		return false, directory.Errorf(directory.Unavailable, "entra: somebody else was answered")
	case user.GetAccountEnabled() != nil && !*user.GetAccountEnabled():
		return false, nil
	}
	said, err := g.administers(ctx, account.User)
	if err == nil && said == unsaid {
		err = directory.Errorf(directory.Unsupported, "entra: the app may not read roles in this directory")
	}
	return said == yes, err
}

// administers is what Graph shows of whether somebody has one of the roles. Where the app may not read them it
// shows none, or no more than that there are some, which is no answer. Unavailable, Throttled: Graph doesn't
// answer.
func (g *graph) administers(ctx context.Context, user string) (verdict, error) {
	page, err := get[models.DirectoryRoleCollectionResponseable](ctx, g, "users/"+user+"/transitiveMemberOf/microsoft.graph.directoryRole?$select=id,roleTemplateId", models.CreateDirectoryRoleCollectionResponseFromDiscriminatorValue)
	switch {
	case directory.Is(err, directory.Unavailable), directory.Is(err, directory.Throttled):
		return unsaid, err
	case err != nil:
		return unsaid, nil
	}
	all := page.GetValue()
	if slices.ContainsFunc(all, func(role models.DirectoryRoleable) bool {
		return role != nil && isAdministrator(value(role.GetRoleTemplateId()))
	}) {
		return yes, nil
	}
	hidden := slices.ContainsFunc(all, func(role models.DirectoryRoleable) bool { return role == nil || role.GetRoleTemplateId() == nil })
	may, _ := rolesOf(g.tokens.inHand())
	if all == nil || hidden || page.GetOdataNextLink() != nil || !slices.ContainsFunc(may, func(name string) bool { return slices.Contains(readsRoles[:], name) }) {
		return unsaid, nil
	}
	return no, nil
}
