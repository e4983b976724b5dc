package entrasim

import (
	"net/http"

	"rollcall/adapters/sim/oauth"
)

// Metadata is the machine's metadata service alone, as it stands at an address of its own. Calls are
// recorded, and fail, as with [Sim.ServeHTTP].
func (s *Sim) Metadata() http.Handler {
	return s.record(oauth.MetadataRoute, s.metadata)
}

// metadata answers for the machine whose identity the app trusts.
func (s *Sim) metadata(w http.ResponseWriter, r *http.Request) {
	x := exchangeOf(r)
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if s.config.Machine == nil {
		x.detail = "there is no managed identity"
		write(w, http.StatusBadRequest, map[string]string{"error": "invalid_request", "error_description": "Identity not found"})
		return
	}
	answer := s.config.Machine.Answer(r)
	x.detail = answer.Detail
	if answer.Status == http.StatusOK {
		x.workspace = s.config.Machine.Tenant
	}
	write(w, answer.Status, answer.Body)
}
