// Package hubtest is the exam of a [hub.Connector]: what an adapter that connects a platform must do and
// must refuse, asked through the platform's simulator.
//
// It owns the questions. It asks the adapter's test for a [Harness]: the connector, the people who sit in
// front of the browser, and the ways to break the platform. It never looks into an adapter.
//
// [Vendor] is a platform that fits into a test: the hub's own tests, and those of the exam, connect it.
package hubtest
