// Package hubtest is the exam that every hub.Connector passes.
package hubtest
