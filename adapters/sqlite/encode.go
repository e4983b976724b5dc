package sqlite

import (
	"encoding/json"
	"math"
	"time"
)

// noTime stands for the zero time.
const noTime = math.MinInt64

// The times that nanoseconds can say. Others are put to the nearest of them, in columns only: a
// record keeps its times as they are.
var (
	earliest = time.Unix(0, math.MinInt64+1)
	latest   = time.Unix(0, math.MaxInt64)
)

// nanos is a time as it is stored and compared.
func nanos(t time.Time) int64 {
	switch {
	case t.IsZero():
		return noTime
	case t.Before(earliest):
		return noTime + 1
	case t.After(latest):
		return math.MaxInt64
	}
	return t.UnixNano()
}

// moment is the time that nanos has stored.
func moment(n int64) time.Time {
	if n == noTime {
		return time.Time{}
	}
	return time.Unix(0, n).UTC()
}

// orNull is nanos with NULL for the zero time, for what is never due.
func orNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return nanos(t)
}

// earlier is the earlier of two times, of which a zero one means never.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// texts are ids as one argument, to be taken apart by json_each.
func texts[T interface{ Text() string }](ids []T) string {
	list := make([]string, len(ids))
	for i, id := range ids {
		list[i] = id.Text()
	}
	b, _ := json.Marshal(list) // strings can't fail
	return string(b)
}

func bit(yes bool) int64 {
	if yes {
		return 1
	}
	return 0
}
