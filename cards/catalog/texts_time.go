package catalog

// Lengths of time.
const (
	spanDays    = "{N} day|{N} days"
	spanHours   = "{N} hour|{N} hours"
	spanMinutes = "{N} minute|{N} minutes"
	spanSeconds = "{N} second|{N} seconds"
)
