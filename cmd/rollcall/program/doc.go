// Package program is Rollcall as a program: it reads the configuration, builds the adapters from
// it, and runs the engine beside the one listener. Main is a type, so that a test, or the demo,
// starts the very program that people run.
//
// It is an assembler: it knows every adapter by name, which nothing else may, and decides nothing
// about people.
package program
