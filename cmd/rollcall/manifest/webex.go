package manifest

import "rollcall/manifests"

// The scopes of the two apps at Webex.
func integration() []manifests.Scope {
	return []manifests.Scope{{Name: "spark-admin:people_read", Serves: "reading the organisation's people"}}
}

func service() []manifests.Scope {
	return []manifests.Scope{
		{Name: "spark-admin:people_read", Serves: "reading the organisation's people"},
		{Name: "guest-issuer:write", Serves: "making guests, who stand in for people", Optional: true},
		{Name: "spark-admin:people_write", Serves: "deleting guests again", Optional: true},
	}
}
