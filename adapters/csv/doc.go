// Package csv is a directory in one file: for trying Rollcall out, for sites that let nothing else
// in, and as the simplest example of a [directory.Source]. It owns the file's format and its
// reading, watching and writing. It asks for nothing but the file. It never changes a file that it
// watches, never takes a part of one for the whole, and never says that somebody left because a
// file could not be read.
//
// # The format
//
// One line is one person, after a line that names the columns:
//
//	id,name,email,groups,status,exempt,zone,locale
//	#group Slack primaries
//	e1,Ann Able,ann@corp.example,Webex primaries;Sales,active,,Europe/Berlin,de-DE
//	e2,"Baker, Bob",bob@corp.example,Sales,disabled,,,
//	e3,Meeting room 4,,Sales,,yes,,
//	#end 3
//
// What stands in the columns:
//
//   - id is unique, and is never given to somebody else: an employee number, not an address.
//   - email may be missing or unusable. Then the person comes without one, and the log counts them.
//   - groups are separated by semicolons or bars. Case and the way an accent is typed don't matter.
//   - status is active (or empty, enabled, yes, true, 1) or disabled (or inactive, suspended,
//     deleted, no, false, 0). Who is disabled counts as having left.
//   - exempt is yes (or exempt, true, 1) or no (or empty, false, 0). Who is exempt is left alone.
//   - zone is an IANA name, locale a BCP 47 tag.
//
// The header must have id, name, email and groups. [Columns] maps other names to them. An optional
// column that is mapped by name must be there as well: map status and exempt, so that an export
// that loses one is refused and does not turn disabled people into active ones. Other columns are
// passed over.
//
// The text is UTF-8, with or without a byte order mark. Fields are separated by commas, or as
// [Config] says. A field that contains the delimiter or a quote, and an id that begins with #, stands
// in double quotes, with quotes in it doubled. No field has a line break in it.
//
// A line #group and a name declares a group that exists even when nobody is in it. A group that is
// neither declared nor anybody's is not found, and nobody is removed: a name that was mistyped or
// lost must not look like a group that everybody has left. Declare every group that may become
// empty.
//
// A line #end and a number ends the file and says how many people it has. It is optional, and worth
// having: a file that ends with it is whole, and is believed at once.
//
// # Writing it safely
//
// Write the new file beside the old one and move it into place, so that no reader ever sees half of
// it:
//
//	export > people.csv.new && mv people.csv.new people.csv
//
// End it with an #end line. [Write] does both. A file that is written in place is refused while it
// is visibly cut off: it is empty, has no line feed at its end, has a line with too few fields, or
// its #end line says another number. What can't be seen is a file that was cut off between two
// lines. Therefore a file without an #end line is believed only after it has been left alone for two
// seconds, and once a version of the file had such a line, every later one must have it, also after
// a restart. [Config].RequireEnd asks for it from the first.
//
// # What the errors mean
//
// After each of them nobody is removed. A file with an error is refused as a whole; the error names
// the lines and what to do, and no person.
//
//   - Unavailable: the file is not there, can't be read, or is being written. It is tried again.
//   - Incomplete: the file is empty, has nobody, ends too early, or lacks its #end line.
//   - Invalid: the file is not UTF-8, lacks a column, has a line with too many or too few fields, a
//     quote that isn't closed, an id twice, or a word that is not known. Mend it.
//   - NotFound: no line names the group. Declare it with #group if it is to be empty.
//   - Expired: the file, or its configuration, changed in the middle of a listing, which begins
//     again.
//
// # How it is read
//
// A read is a complete listing in the order of the file, from one version of it; or, where the file
// is the one of the last read, a single empty page that costs one look at the file's times. Every
// point check looks at the file too. A cursor names the version by a digest of its content, so a
// restart, a copy or a touch makes no difference. The people of the version that was read last are
// kept in memory.
package csv
