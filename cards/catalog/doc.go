// Package catalog is every card that Rollcall shows, each a pure function of a view: the same view
// makes the same card, on every platform and in every test.
//
// It owns the product's words, all of which stand in texts*.go, and it is the one place where a
// string from outside enters a card: [Clean] makes it safe to show. It knows no platform (the
// titles of both ends are part of a view), no clock, and nobody's address but a masked one. A view
// is made by bot; a card is given its platform's form by a renderer.
//
// # Languages
//
// A text is its own key: what stands in texts*.go is what English readers see, and a file of the folder
// locales has the same in another language. Rollcall speaks each language that has a file there.
//
// To add a language, copy de.json to a file that is called by the language's BCP 47 tag, as in it.json:
//
//   - "name" is the language in itself. "weekdays" (from Sunday), "months", "near", "far" and "clock" are
//     how it writes a date; "clock" is 15:04 or 3:04 PM as package time writes them, "first" the
//     first day of a month where that isn't 1. "stop" stands
//     between a title and a sentence, "sentences" between two sentences, "units" between "2 days" and
//     "3 hours", "comma" between the parts of a list, "colon" between what there is and why, "semicolon"
//     between two reasons. "regions" is what a region writes differently.
//   - "texts" has a translation for each text. The words in braces stay as they are, {Sync now} too:
//     they are replaced by a name, a number, or the button's label in the language. They may stand in
//     another order, but no text begins with a person's name.
//   - A text with "|" depends on the number {N}. Its translation has the forms that the language's
//     plural rules name (https://www.unicode.org/cldr/charts/latest/supplemental/language_plural_rules.html):
//     {"one": …, "few": …, "other": …}.
//   - What is to be typed stays in English: help, hi, sync, and every other command.
//   - The label of a button has 24 letters at most, 12 in Chinese or Japanese.
//
// Then run go test ./cards/...: it names each text that is missing, is too many, or lacks a word in braces
// or a form, and draws every card in the language on every platform. Texts that the language
// says as English does are listed in locales_test.go.
package catalog
