package catalog

import (
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"

	"rollcall/cards"
)

// speech is how texts are said to one reader: their language and their zone. A text's key is the text in
// English; {Name} and the like stand for values, which are cleaned, once, and aren't looked at for
// placeholders in turn. {Sync now} stands for the button of that name.
type speech struct {
	*locale
	digits language.Tag // by which numbers are written
	zone   *time.Location
	title  func(platform string) string // what people call a platform
}

// speak is the speech of a language (BCP 47; empty or unknown: English) and a zone (nil: UTC, which is
// then named).
func speak(lang string, zone *time.Location) speech {
	l, digits, _ := match(lang)
	return speech{l, digits, zone, func(platform string) string { return platform }}
}

// text is a text with its values: pairs of a placeholder's name and its value.
func (s speech) text(key string, pairs ...string) string {
	return s.put(s.say(key), pairs)
}

// count is a text that depends on a number, which is {N} in it. Its key is the English singular and
// plural with "|" between them.
func (s speech) count(key string, n int, pairs ...string) string {
	return s.put(s.form(key, n), append([]string{"N", s.number(n)}, pairs...))
}

// put puts values into a text that is in the reader's language.
func (s speech) put(text string, pairs []string) string {
	return flat(fill(text, func(name string) (string, bool) {
		for i := 0; i+1 < len(pairs); i += 2 {
			if pairs[i] == name {
				return s.clean(pairs[i+1]), false
			}
		}
		return s.say(name), false
	}))
}

// clean is [Clean] in the reader's language.
func (s speech) clean(value string) string { return clean(value, maxName, s.say(nobody)) }

// unbroken is a space at which no line ends.
const unbroken = "\u00a0"

// bound keeps signs on the line of what stands before them, in a text whose spaces cleaning has made all alike.
func (s speech) bound(text string) string {
	text = strings.ReplaceAll(text, " %", unbroken+"%")
	if strings.HasPrefix(s.Colon, unbroken) { // as French sets them apart
		text = strings.NewReplacer(" :", unbroken+":", " ;", unbroken+";", " ?", unbroken+"?", " !", unbroken+"!", " »", unbroken+"»", "« ", "«"+unbroken).Replace(text)
	}
	return text
}

// decimal is a number with decimals, as English writes it, as the language does.
func (s speech) decimal(text string) string {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return text
	}
	return message.NewPrinter(s.digits).Sprint(number.Decimal(n))
}

// say is a text in the reader's language, its placeholders as they are.
func (s speech) say(key string) string {
	if text, ok := s.Texts[key]["other"]; ok {
		return text
	}
	return key
}

// join is a title and a sentence in one line.
func (s speech) join(title, sentence string) string {
	if strings.HasSuffix(title, "?") || strings.HasSuffix(title, "？") {
		return title + s.Sentences + sentence
	}
	return title + s.Stop + sentence
}

// form is say for a text that depends on a number.
func (s speech) form(key string, n int) string {
	if f, ok := s.Texts[key]; ok {
		if text, ok := f[formOf(s.tag, n)]; ok {
			return text
		}
		return f["other"]
	}
	one, other, ok := strings.Cut(key, "|")
	if !ok || formOf(language.English, n) == "one" {
		return one
	}
	return other
}

// formOf is the plural form that a language has for a number.
func formOf(tag language.Tag, n int) string {
	switch plural.Cardinal.MatchPlural(tag, max(n, -n)%10_000_000, 0, 0, 0, 0) {
	case plural.Zero:
		return "zero"
	case plural.One:
		return "one"
	case plural.Two:
		return "two"
	case plural.Few:
		return "few"
	case plural.Many:
		return "many"
	}
	return "other"
}

// number is a number as the language writes it.
func (s speech) number(n int) string {
	return message.NewPrinter(s.digits).Sprint(number.Decimal(n))
}

// moment is a date and time as the language writes it, in the reader's zone.
func (s speech) moment(t time.Time) string { return s.date(s.Far, t) }

// soon is moment for a time of the coming days: with the day of the week, without the year.
func (s speech) soon(t time.Time) string { return s.date(s.Near, t) }

// date is a time in one of the language's layouts. It names the zone where that may not be the
// reader's own.
func (s speech) date(layout string, t time.Time) string {
	zone := s.zone
	if zone == nil {
		zone = time.UTC
	}
	t = t.In(zone)
	day := strconv.Itoa(t.Day())
	if t.Day() == 1 && s.First != "" {
		day = s.First
	}
	text := strings.NewReplacer(
		"{Weekday}", s.Weekdays[t.Weekday()],
		"{Day}", day,
		"{Month}", s.Months[t.Month()-1],
		"{Year}", strconv.Itoa(t.Year()),
		"{Clock}", strings.ReplaceAll(t.Format(s.Clock), " ", unbroken),
	).Replace(layout)
	if zone.String() == time.UTC.String() {
		text += " " + zone.String()
	}
	return text
}

// span is a length of time in words, in its two largest units.
func (s speech) span(d time.Duration) string {
	d = max(d.Round(time.Second), 0)
	units := []struct {
		length time.Duration
		key    string
	}{{24 * time.Hour, spanDays}, {time.Hour, spanHours}, {time.Minute, spanMinutes}, {time.Second, spanSeconds}}
	for i, unit := range units {
		if d < unit.length && i+1 < len(units) {
			continue
		}
		text := s.count(unit.key, int(d/unit.length))
		if i+1 < len(units) {
			if n := int(d % unit.length / units[i+1].length); n > 0 {
				text += s.Units + s.count(units[i+1].key, n)
			}
		}
		return text
	}
	return ""
}

// run is a button that gives a command, as if it had been written. A command that can't be carried by a
// button has none: the zero Action.
func run(label, command string) cards.Action {
	press := cards.Press{Verb: VerbRun, Value: strings.ReplaceAll(command, " ", "_")}
	if _, err := press.Encode(); err != nil || strings.Contains(command, "_") {
		return cards.Action{}
	}
	return cards.Action{Label: label, Press: press}
}

// VerbRun is the verb of a button that gives a command, and VerbConfirm that of one that confirms it.
const (
	VerbRun     = "run"
	VerbConfirm = "confirm"
)

// Command is the command that a button of [VerbRun] gives.
func Command(value string) string { return strings.ReplaceAll(value, "_", " ") }
