// Package vault keeps the secrets of installations: sealed in the store, and renewed before they end.
package vault
