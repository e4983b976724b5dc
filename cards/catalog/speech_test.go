package catalog

import (
	"strings"
	"testing"
	"time"

	"golang.org/x/text/language"
)

func TestSpeaks(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, in, want string
		ok             bool
	}{
		{"exactly", "de", "de", true},
		{"with a region", "de-AT", "de", true},
		{"as Java writes it", "fr_CA", "fr", true},
		{"another script is another matter", "ja-JP", "ja", true},
		{"in capitals", "ES-mx", "es", true},
		{"Latin America", "es-419", "es", true},
		{"British", "en-GB", "en", true},
		{"with an extension", "de-DE-u-nu-thai-hc-h12", "de", true},
		{"a language whose speakers read another", "gsw-CH", "de", true},
		{"not spoken", "zh-Hant-TW", "en", false},
		{"none", "", "en", false},
		{"undetermined", "und", "en", false},
		{"nonsense", "{Name}\x00", "en", false},
		{"a long one", "de" + strings.Repeat("-abcdefgh", 1000), "en", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, ok := Speaks(test.in)
			if got.Tag != test.want || ok != test.ok {
				t.Errorf("got %s, %v; want %s, %v", got.Tag, ok, test.want, test.ok)
			}
		})
	}
}

func TestLanguages(t *testing.T) {
	t.Parallel()
	want := []Language{{"en", "English"}, {"de", "Deutsch"}, {"es", "Español"}, {"fr", "Français"}, {"ja", "日本語"}}
	got := Languages()
	for i, l := range want {
		if i >= len(got) || got[i] != l {
			t.Fatalf("got %v, want %v first", got, want)
		}
	}
	for _, l := range got {
		if found, ok := Speaks(l.Tag); found != l || !ok {
			t.Errorf("%v is found as %v", l, found)
		}
	}
}

func TestNumber(t *testing.T) {
	t.Parallel()
	tests := []struct{ lang, want string }{
		{"", "1,234,567"},
		{"de", "1.234.567"},
		{"de-CH", "1’234’567"},
		{"fr", "1\u00a0234\u00a0567"},
		{"es-ES", "1.234.567"},
		{"es-MX", "1,234,567"},
		{"ja", "1,234,567"},
		{"hi-IN", "1,234,567"},           // not in the digits of a language that isn't spoken here
		{"de-u-nu-thai", "1.234.567"},    // nor in those that somebody would like
		{"en-IN-u-nu-deva", "12,34,567"}, // but in the groups of the region
	}
	for _, test := range tests {
		t.Run(test.lang, func(t *testing.T) {
			t.Parallel()
			if got := speak(test.lang, nil).number(1234567); got != test.want {
				t.Errorf("got %+q, want %+q", got, test.want)
			}
		})
	}
	if got := speak("", nil).number(-3); got != "-3" && got != "−3" {
		t.Errorf("got %q", got)
	}
}

func TestMoment(t *testing.T) {
	t.Parallel()
	cet := time.FixedZone("CET", 60*60)
	at := time.Date(2026, time.March, 3, 13, 5, 0, 0, time.UTC)
	first := speak("fr", cet)
	if got, want := first.soon(at.AddDate(0, 0, 29)), "mercredi 1er avril à 14:05"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	tests := []struct {
		lang      string
		zone      *time.Location
		far, soon string
	}{
		{"", nil, "3 March 2026, 13:05 UTC", "Tuesday 3 March, 13:05 UTC"},
		{"", time.UTC, "3 March 2026, 13:05 UTC", "Tuesday 3 March, 13:05 UTC"},
		{"en-GB", cet, "3 March 2026, 14:05", "Tuesday 3 March, 14:05"},
		{"en-US", cet, "March 3, 2026, 2:05\u00a0PM", "Tuesday, March 3, 2:05\u00a0PM"},
		{"en-AU", cet, "3 March 2026, 2:05\u00a0pm", "Tuesday 3 March, 2:05\u00a0pm"},
		{"de", cet, "3. März 2026, 14:05\u00a0Uhr", "Dienstag, 3. März, 14:05\u00a0Uhr"},
		{"de-AT", nil, "3. März 2026, 13:05\u00a0Uhr UTC", "Dienstag, 3. März, 13:05\u00a0Uhr UTC"},
		{"fr", cet, "3 mars 2026 à 14:05", "mardi 3 mars à 14:05"},
		{"es", cet, "3 de marzo de 2026, 14:05", "martes, 3 de marzo, 14:05"},
		{"ja", cet, "2026年3月3日 14:05", "3月3日(火) 14:05"},
	}
	for _, test := range tests {
		t.Run(test.lang, func(t *testing.T) {
			t.Parallel()
			s := speak(test.lang, test.zone)
			if got := s.moment(at); got != test.far {
				t.Errorf("got %q, want %q", got, test.far)
			}
			if got := s.soon(at); got != test.soon {
				t.Errorf("got %q, want %q", got, test.soon)
			}
			if got := Clean(s.moment(at)); got != strings.ReplaceAll(test.far, unbroken, " ") {
				t.Errorf("as a value it is %q, want %q", got, test.far)
			}
		})
	}
}

// TestRegionsDontMix: what one region writes differently stays in that region.
func TestRegionsDontMix(t *testing.T) {
	t.Parallel()
	january := time.Date(2027, time.January, 7, 9, 0, 0, 0, time.UTC)
	for lang, want := range map[string]string{"de-AT": "7. Jänner 2027", "de": "7. Januar 2027", "de-CH": "7. Januar 2027"} {
		if got := speak(lang, nil).moment(january); !strings.HasPrefix(got, want) {
			t.Errorf("%s: got %q, want %q", lang, got, want)
		}
	}
}

func TestSpan(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	tests := []struct {
		lang string
		span time.Duration
		want string
	}{
		{"", 0, "0 seconds"},
		{"", -time.Hour, "0 seconds"},
		{"", 400 * time.Millisecond, "0 seconds"},
		{"", time.Second, "1 second"},
		{"", time.Minute + time.Second, "1 minute 1 second"},
		{"", 59*time.Minute + 59*time.Second + 600*time.Millisecond, "1 hour"},
		{"", 2*time.Hour + 30*time.Second, "2 hours"},
		{"", 1000*day + 3*time.Hour + time.Second, "1,000 days 3 hours"},
		{"de", 2*day + time.Hour, "2 Tage 1 Stunde"},
		{"fr", 0, "0 seconde"}, // French counts nothing as one
		{"es", day + 2*time.Hour, "1 día 2 horas"},
		{"ja", 2*day + 3*time.Hour, "2日3時間"},
	}
	for _, test := range tests {
		t.Run(test.lang+" "+test.want, func(t *testing.T) {
			t.Parallel()
			if got := speak(test.lang, nil).span(test.span); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// TestFormOf: more forms than ours have, so that another language finds its own.
func TestFormOf(t *testing.T) {
	t.Parallel()
	tests := []struct {
		lang string
		n    int
		want string
	}{
		{"en", 1, "one"},
		{"en", 0, "other"},
		{"en", -1, "one"},
		{"fr", 0, "one"},
		{"ja", 1, "other"},
		{"pl", 3, "few"},
		{"pl", 5, "many"},
		{"ar", 0, "zero"},
		{"ar", 2, "two"},
		{"ru", 1_000_000_021, "one"},
	}
	for _, test := range tests {
		if got := formOf(language.Make(test.lang), test.n); got != test.want {
			t.Errorf("%s, %d: got %s, want %s", test.lang, test.n, got, test.want)
		}
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	s := speak("", nil)
	tests := []struct{ name, got, want string }{
		{"a value", s.text("In {There}.", "There", "Webex"), "In Webex."},
		{"twice", s.text("{A}, {A}", "A", "x"), "x, x"},
		{"a value that looks like a placeholder", s.text("{A} and {B}", "A", "{B}", "B", "{A}"), "{B} and {A}"},
		{"a hostile value", s.text("{A}.", "A", "\u202e<a> http://evil.example\n"), "<a> http∶//evil․example."},
		{"an empty value", s.text("{A}.", "A", ""), "someone."},
		{"a button", s.text("Choose {Sync now}."), "Choose Sync now."},
		{"a value without a name", s.text("Hello {A}", "A"), "Hello A"},
		{"one", s.count("{N} group of {Name}|{N} groups of {Name}", 1, "Name", "{N}"), "1 group of {N}"},
		{"many", s.count("{N} group|{N} groups", 1200), "1,200 groups"},
		{"a button in German", speak("de", nil).text("{Sync now}"), "Jetzt verknüpfen"},
		{"nobody in German", speak("de", nil).text("{A}", "A", "\u200b"), "jemand"},
		{"what isn't in the catalogue", speak("de", nil).text("Not a key: {A}", "A", "x"), "Not a key: x"},
		{"a title and a sentence", s.join("Stopped", "It stopped."), "Stopped. It stopped."},
		{"a question and a sentence", s.join("Stop?", "It stops."), "Stop? It stops."},
		{"a title and a sentence in Japanese", speak("ja", nil).join("停止", "停止しました。"), "停止。停止しました。"},
		{"a question and a sentence in Japanese", speak("ja", nil).join("停止？", "停止します。"), "停止？停止します。"},
		{"a count that isn't in the catalogue", speak("ja", nil).count("{N} key|{N} keys", 1), "1 key"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if test.got != test.want {
				t.Errorf("got %q, want %q", test.got, test.want)
			}
		})
	}
}

// TestANameOnAButtonIsNoText: not a placeholder, nor one of the texts.
func TestANameOnAButtonIsNoText(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"{Sync now}", "Later", "{Name"} {
		v := Voice{Lang: "de"}
		people := []PersonView{{Name: name, Handle: "a"}, {Name: "Ada", Handle: "b"}}
		if got := People(PeopleView{Voice: v, Verb: "why", People: people}).Actions[0].Label; got != "1: "+name {
			t.Errorf("got %q for %q", got, name)
		}
		disputes := []DisputeView{{Name: name, Handle: "a"}, {Name: "Ada", Handle: "b"}}
		if got := Disputes(DisputesView{Voice: v, List: disputes}).Actions[0].Label; got != name {
			t.Errorf("got %q for %q", got, name)
		}
	}
}
