package csv

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Watch looks at the file at each tick and calls changed when a read would say something new: at
// the first tick, at a new version, when the file can't be read any more, and when it can be again.
// It waits out a file that is being written. An unchanged file costs one look at its times.
//
// It looks at the path rather than asking the system to tell, so that a file that is moved into
// place, an editor's way of saving, a link that is turned and a network file system are all alike.
// It returns when ctx or the ticks end. A ticker of a second will do.
func (s *Source) Watch(ctx context.Context, ticks <-chan time.Time, changed func()) {
	told := ""
	for {
		select {
		case <-ctx.Done():
			return
		case _, open := <-ticks:
			if !open {
				return
			}
		}
		told = s.tell(ctx, told, changed)
	}
}

// tell calls changed where there is something new to say, and returns what was told last.
func (s *Source) tell(ctx context.Context, told string, changed func()) string {
	news, settled := s.news(ctx)
	if !settled || news == told {
		return told
	}
	changed()
	return news
}

// news is what there is to say of the file, and whether it is settled.
func (s *Source) news(ctx context.Context) (text string, settled bool) {
	r, err := s.load(ctx, false)
	switch {
	case err == nil:
		// A read may have taken in another version since the last tick, and this one be back.
		return fmt.Sprint(r.nth), true
	case ctx.Err() != nil || errors.Is(err, errBusy):
		return "", false
	}
	return err.Error(), true
}
