package demo

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"rollcall/adapters/csv"
	"rollcall/sync/directory"
)

// open lets the company's past happen, so that the page opens on people in every situation.
func (w *World) open(ctx context.Context) error {
	for _, f := range w.companies {
		for _, r := range f.residents {
			if r.did == "" {
				continue
			}
			if err := w.live(ctx, f, r); err != nil {
				return fmt.Errorf("%s: %w", r.id, err)
			}
		}
	}
	return nil
}

// live lets somebody do what they have done.
func (w *World) live(ctx context.Context, f *firm, r resident) error {
	v := w.viewOf(f, r.id)
	if err := v.await(ctx, directory.Asking); err != nil {
		return err
	}
	switch r.did {
	case "later":
		return v.press(directory.VerbLater, "")
	case "not me":
		return v.press(directory.VerbNotMe, "")
	case "stop":
		return v.press(directory.VerbStop, "")
	}
	if err := v.pair(ctx); err != nil {
		return err
	}
	if r.did != "left" {
		return nil
	}
	err := w.Edit(f.id, func(sheet *csv.Sheet) error {
		i := slices.IndexFunc(sheet.People, func(p csv.Person) bool { return p.ID == r.id })
		if i < 0 {
			return errors.New("is not in the directory")
		}
		sheet.People[i].Groups = nil
		return nil
	})
	if err != nil {
		return err
	}
	return v.await(ctx, directory.Suspended)
}

// patience bounds every wait of the demo and of its check, by the machine's clock, unless the options say otherwise.
const patience = 45 * time.Second

// until waits for something to be so. While it waits, the demo's clock goes faster, so that
// the manners of prompting don't hold up the story.
func (w *World) until(ctx context.Context, so func() (bool, string)) error {
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(w.options.Patience, patience))
	defer cancel()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for {
		ok, seen := so()
		if ok {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.New(seen)
		case <-ticker.C:
			w.Advance(cmp.Or(w.options.Stride, 500*time.Millisecond))
		}
	}
}
