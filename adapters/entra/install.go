package entra

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/users"

	"rollcall/sync/directory"
)

// catalogued is the Teams app's id in a tenant's catalogue, as it was known at a time. It differs from
// the manifest's where the tenant uploaded the app itself.
type catalogued struct {
	mu    sync.Mutex
	id    string
	until time.Time
}

// catalogueFor is how long it is believed. An app that is taken out and uploaded again gets another id.
const catalogueFor = time.Hour

// InstallApp installs the Teams app for one person, so that they can be written to. It may be called
// again, and does nothing where the app is installed already; added: it wasn't. Teams then tells the bot of
// it as of any installation. Blocks for one request, or two where the catalogue isn't known.
//
// Errors: Unsupported (the app isn't in the tenant's catalogue, the tenant hasn't consented to it, or
// the person is a guest or has no licence; the text says what to do), and those of a
// [directory.Provisioner].
func (a *Adapter) InstallApp(ctx context.Context, inst directory.Installation, user string) (added bool, err error) {
	g, err := a.of(ctx, inst)
	if err != nil {
		return false, err
	}
	if !isObjectID(user) {
		return false, directory.Errorf(directory.Invalid, "entra: not a user of this directory")
	}
	app, err := g.catalogue(ctx, a.config.TeamsAppID)
	if err != nil {
		return false, err
	}
	installation := models.NewUserScopeTeamsAppInstallation()
	installation.SetAdditionalData(map[string]any{"teamsApp@odata.bind": g.url("appCatalogs/teamsApps/" + app)})
	info, err := users.NewItemTeamworkInstalledAppsRequestBuilder(g.url("users/"+user+"/teamwork/installedApps"), g.adapter).ToPostRequestInformation(ctx, installation, nil)
	if err != nil {
		return false, directory.Errorf(directory.Invalid, "entra: a request can't be made")
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	if err := cancelled(ctx); err != nil {
		return false, err
	}
	err = g.adapter.SendNoContent(ctx, info, nil)
	return err == nil, notInstalled(err)
}

// notInstalled is what a refusal to install means. Graph says with 403 and 404 that it isn't possible
// for this person, without a code of its own for each reason.
func notInstalled(err error) error {
	r, ok := refused(err)
	switch {
	case ok && r.code != "" && r.status == http.StatusConflict:
		return nil
	case isForbidden(err), ok && r.code != "" && (r.status == http.StatusNotFound || r.status == http.StatusBadRequest):
		return directory.Errorf(directory.Unsupported, "the app can't be installed for this person: grant it TeamsAppInstallation.ReadWriteSelfForUser.All, and see that they have a Teams licence, are no guest, and may use the app by the policies of the Teams admin center")
	}
	return acted(err)
}

// catalogue is the app's id in the tenant's catalogue.
func (g *graph) catalogue(ctx context.Context, manifest string) (string, error) {
	if manifest == "" {
		return "", directory.Errorf(directory.Unsupported, "the Teams app's id is not configured")
	}
	g.app.mu.Lock()
	id, until := g.app.id, g.app.until
	g.app.mu.Unlock()
	if g.now().Before(until) {
		return id, nil
	}
	page, err := get[models.TeamsAppCollectionResponseable](ctx, g, "appCatalogs/teamsApps?$filter="+escape("externalId eq "+quote(manifest)), models.CreateTeamsAppCollectionResponseFromDiscriminatorValue)
	if err != nil {
		return "", err
	}
	for _, app := range page.GetValue() {
		if app == nil || !strings.EqualFold(value(app.GetExternalId()), manifest) || !isObjectID(value(app.GetId())) {
			continue
		}
		g.app.mu.Lock()
		defer g.app.mu.Unlock()
		g.app.id, g.app.until = *app.GetId(), g.now().Add(catalogueFor)
		return g.app.id, nil
	}
	return "", directory.Errorf(directory.Unsupported, "the Teams app is not in the tenant's catalogue: have an admin upload it in the Teams admin center")
}
