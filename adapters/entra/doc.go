// Package entra is Microsoft Entra through Graph.
package entra
