package entrasim_test

import (
	"fmt"
	"time"

	"rollcall/adapters/entra/entrasim"
	"rollcall/adapters/sim"
)

// A directory with one person, behind TLS on loopback.
func Example() {
	clock := sim.StoppedClock(time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC))
	s := entrasim.New(entrasim.Config{Clock: clock, AppID: "app", Secret: "secret"})
	tenant := s.AddTenant(entrasim.Tenant{
		Name: "Acme", Domains: []entrasim.Domain{{Name: "acme.example"}}, Granted: entrasim.Permissions(),
	})
	pat := s.AddUser(tenant, entrasim.User{Name: "Pat", Mail: "pat@acme.example"})
	group := s.AddGroup(tenant, entrasim.Group{Name: "Everybody", Members: []string{pat}})

	authority, err := sim.NewAuthority()
	if err != nil {
		fmt.Println(err)
		return
	}
	server, err := authority.Serve(s)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()

	s.SoftDelete(tenant, pat)
	fmt.Println(len(s.Members(tenant, group)), s.User(tenant, pat).State)
	// Output: 0 deleted
}
