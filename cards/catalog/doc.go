// Package catalog is every card that Rollcall shows, each a pure function of a view: the same view
// makes the same card, on every platform and in every test.
//
// It owns the product's words, all of which stand in texts.go, and it is the one place where a
// string from outside enters a card: [Clean] makes it safe to show. It knows no platform (the
// titles of both ends are part of a view), no clock, and nobody's address but a masked one. A view
// is made by bot; a card is given its platform's form by a renderer.
package catalog
