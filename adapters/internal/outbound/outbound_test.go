package outbound

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"testing"

	"rollcall/sync/directory"
)

// A name may resolve to anything. Only the internet's own addresses are dialled.
func TestWhatIsPublic(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		address string
		public  bool
	}{
		{"8.8.8.8", true},
		{"52.112.0.1", true},
		{"2603:1030::1", true},
		{"127.0.0.1", false},
		{"0.0.0.0", false},
		{"0.1.2.3", false},
		{"10.0.0.1", false},
		{"172.16.0.1", false},
		{"192.168.1.1", false},
		{"169.254.169.254", false},
		{"100.64.0.1", false},
		{"192.0.0.192", false},
		{"198.18.0.1", false},
		{"203.0.113.9", false},
		{"224.0.0.1", false},
		{"240.0.0.1", false},
		{"255.255.255.255", false},
		{"::1", false},
		{"::", false},
		{"fe80::1", false},
		{"fd00::1", false},
		{"fec0::1", false},
		{"ff02::1", false},
		{"::ffff:127.0.0.1", false},
		{"::ffff:10.0.0.1", false},
		{"::127.0.0.1", false},
		{"64:ff9b::a00:1", false},
		{"64:ff9b:1::a00:1", false},
		{"2002:7f00:1::", false},
		{"2001:0:4136::1", false},
		{"2001:db8::1", false},
	} {
		address := netip.AddrPortFrom(netip.MustParseAddr(test.address), 443).String()
		if err := control(false)("tcp", address, nil); (err == nil) != test.public {
			t.Errorf("%s: %v, want public %v", test.address, err, test.public)
		}
	}
}

func TestALoopbackCloudReachesThisMachineOnly(t *testing.T) {
	t.Parallel()
	for address, ok := range map[string]bool{"127.0.0.1:5": true, "[::1]:5": true, "[::ffff:127.0.0.1]:5": true, "8.8.8.8:443": false, "10.0.0.1:443": false, "nowhere": false} {
		if err := control(true)("tcp", address, nil); (err == nil) != ok {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestWhichURLsAreAsked(t *testing.T) {
	t.Parallel()
	config := Config{Hosts: []string{"api.example", "127.0.0.1:8443"}}
	for _, test := range []struct {
		url      string
		loopback bool
		ok       bool
	}{
		{"https://api.example/x", false, true},
		{"https://API.example:443/x", false, true},
		{"http://api.example/x", false, false},
		{"https://user@api.example/x", false, false},
		{"https://api.example.evil/x", false, false},
		{"https://evil/api.example", false, false},
		{"https://api.example:8443/x", false, false},
		{"https://127.0.0.1:8443/x", false, false},
		{"https://127.0.0.1:8443/x", true, true},
		{"https://127.0.0.1:9/x", true, false},
	} {
		u, err := url.Parse(test.url)
		if err != nil {
			t.Fatal(err)
		}
		config.Loopback = test.loopback
		if err := config.Check(u); (err == nil) != test.ok || err != nil && !directory.Is(err, directory.Invalid) {
			t.Errorf("%s: %v, want ok %v", test.url, err, test.ok)
		}
	}
}

// What leaves is looked at where it leaves: a token goes to no host that the configuration doesn't
// name, whatever a caller puts into a request, and no redirect is followed.
func TestTheTransportIsTheGuard(t *testing.T) {
	t.Parallel()
	asked := 0
	transport := roundTrip(func(r *http.Request) (*http.Response, error) {
		asked++
		rec := httptest.NewRecorder()
		http.Redirect(rec, r, "https://evil.example/", http.StatusFound)
		return rec.Result(), nil
	})
	client := Client(Config{Hosts: []string{"api.example"}, Transport: transport})
	if _, err := client.Get("https://evil.example/"); err == nil || asked != 0 {
		t.Errorf("asked %d times, %v", asked, err)
	}
	resp, err := client.Get("https://api.example/")
	if err != nil || resp.StatusCode != http.StatusFound || asked != 1 {
		t.Errorf("asked %d times, %v", asked, err)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
