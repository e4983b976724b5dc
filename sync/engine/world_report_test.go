package engine

import (
	"context"
	"fmt"

	"rollcall/sync/directory"
)

// reported is a message that shows a job, with all that it has shown, the newest last.
type reported struct {
	to    directory.AccountID
	mark  string
	ref   directory.MessageRef
	shown []directory.Report
}

func (d *desk) Report(_ context.Context, _ directory.Installation, to directory.AccountID, ref directory.MessageRef, report directory.Report, mark string) (directory.MessageRef, error) {
	if !ref.IsZero() {
		ref.Edits++
		return ref, d.rereport(ref, report)
	}
	var err error
	lose := false
	if d.postErr != nil {
		err, lose = d.postErr(to)
	}
	if err != nil && !lose {
		return directory.MessageRef{}, err
	}
	ref = directory.MessageRef{Conversation: "chat of " + to.User, ID: fmt.Sprint("report ", len(d.reports)+1)}
	d.reports = append(d.reports, &reported{to, mark, ref, []directory.Report{report}})
	if err != nil {
		return directory.MessageRef{}, err
	}
	return ref, nil
}

func (d *desk) rereport(ref directory.MessageRef, report directory.Report) error {
	if d.editErr != nil {
		return d.editErr
	}
	for _, r := range d.reports {
		if r.ref.ID == ref.ID {
			if len(r.shown) > d.edits && d.edits > 0 {
				return directory.Errorf(directory.Invalid, "edited too often")
			}
			r.shown = append(r.shown, report)
			return nil
		}
	}
	return directory.Errorf(directory.NotFound, "no such message")
}

func (d *desk) Edits(directory.Platform) int { return d.edits }
