package engine

import (
	"context"
	"strconv"
	"time"

	"rollcall/sync/directory"
	"rollcall/sync/plan"
)

// mostEdits is how often an edit is tried before the card is left as it is. What it asks no longer
// counts anyway: its nonce has ended.
const mostEdits = 6

// show edits a card to the face that it should have. An edit can be repeated, so there is no intent
// to resolve; but a face that asks gets a nonce of its own, which is stored before it is shown.
func (e *Engine) show(ctx context.Context, w *work, of promptOf) error {
	face := of(&w.link).Want
	inst, err := e.installation(ctx, w.tenant.ID, of(&w.link).To.Platform)
	if err != nil {
		return e.postponeFor(ctx, w, err)
	}
	if at := e.quietUntil(inst, w.now); at.After(w.now) {
		return e.rest(ctx, w, at)
	}
	next := w.link
	var nonce directory.Nonce
	if face.Asks() {
		nonce = newNonce(w.rand)
		of(&next).Nonce = nonce.Hash()
	}
	notice, err := e.notice(ctx, w, next, of, face, nonce)
	if err != nil {
		return e.postponeFor(ctx, w, err)
	}
	if err := e.save(ctx, w, next, "show", string(face), true, nil); err != nil {
		return err
	}
	prompt := *of(&w.link)
	ref, err := e.Asker.Edit(ctx, inst, prompt.To, prompt.Ref, notice, prompt.Mark)
	return e.shown(ctx, w, inst, of, prompt, face, ref, err)
}

// shown records what became of an edit.
func (e *Engine) shown(ctx context.Context, w *work, inst directory.Installation, of promptOf, prompt directory.Prompt, face directory.Face, ref directory.MessageRef, cause error) error {
	code := directory.CodeOf(cause)
	gone := cause != nil && (code == directory.NotFound || code == directory.Undeliverable || code == directory.Invalid)
	giveUp := gone || (cause != nil && code != directory.Throttled && prompt.Attempts+1 >= mostEdits)
	err := e.record(ctx, w, "", "", func(l *directory.Link) bool {
		p := of(l)
		if p.Mark != prompt.Mark || p.Ref != prompt.Ref {
			return false
		}
		switch {
		case cause == nil:
			p.Ref, p.Attempts = ref, 0
			if p.Nonce == prompt.Nonce || p.Used == prompt.Nonce {
				p.Shown = face
			}
		case giveUp:
			p.Shown, p.Attempts = p.Want, 0
		case code != directory.Throttled: // to be asked to wait is no failure
			p.Attempts++
		}
		return true
	})
	if cause == nil || err != nil || w.over {
		return err
	}
	e.Logger.Warn("a card was not edited", "tenant", w.tenant.ID, "link", w.link.Key, "face", face, "code", code.String(), "error", cause)
	if giveUp {
		return nil
	}
	if code == directory.Throttled {
		e.silence(inst, w.now.Add(directory.RetryAfter(cause)))
		return e.postponeFor(ctx, w, cause)
	}
	return e.postpone(ctx, w, backoff(of(&w.link).Attempts), w.link.Why)
}

// quietUntil is until when an installation's platform asked for silence.
func (e *Engine) quietUntil(inst directory.Installation, now time.Time) time.Time {
	e.mu.Lock()
	defer e.mu.Unlock()
	if p := e.pacerOf(inst); p.until.After(now) {
		return p.until
	}
	return now
}

// backoff is 15 s, 30 s, 1 min … up to 15 min.
func backoff(failures int) time.Duration {
	return min(15*time.Second<<min(max(failures-1, 0), 6), 15*time.Minute)
}

// notice is what one of a link's two accounts is to see.
func (e *Engine) notice(ctx context.Context, w *work, l directory.Link, of promptOf, face directory.Face, nonce directory.Nonce) (directory.Notice, error) {
	ids := []directory.AccountID{l.Account, l.Counterpart, l.Ask.To, l.Proof.To}
	for _, c := range l.Candidates {
		ids = append(ids, c.Account)
	}
	accounts, err := e.Store.AccountsByID(ctx, w.tenant.ID, ids...)
	if err != nil {
		return directory.Notice{}, err
	}
	prompt := of(&l)
	here, there := plan.Sides(l)
	if !l.Ask.To.IsZero() {
		here = l.Ask.To
	}
	if !l.Proof.To.IsZero() {
		there = l.Proof.To
	}
	if prompt.To == there {
		here, there = there, here
	}
	n := directory.Notice{
		Face: face, Nonce: nonce, Name: l.Member.Name, Here: here.Platform, There: there.Platform,
		Wave: l.Waves, Zone: l.Member.Zone, Locale: l.Member.Locale, Until: prompt.Expires,
	}
	if there.IsZero() {
		n.There = otherThan(here.Platform, l.Key.Pair)
	}
	for _, a := range accounts {
		switch a.ID {
		case here:
			n.Name = first(a.Name, n.Name)
			n.Zone, n.Locale = first(a.Zone, n.Zone), first(a.Locale, n.Locale)
		case there:
			n.Other, n.Masked = a.Name, a.Email.Masked()
		}
	}
	if choosing(l) {
		n.Options = options(l.Candidates, accounts)
	}
	switch face {
	case directory.FaceNumber, directory.FaceOpen:
		n.Number, n.Until = l.Proof.Number, l.Proof.Expires
	case directory.FaceProve:
		n.Choices = l.Proof.Choices
	case directory.FaceLater:
		if l.Waves >= plan.MaxWaves {
			break // nothing follows but the end of this question
		}
		n.Until = plan.Allowed(l.LastWave.Add(plan.WaveGap), w.rules)
	}
	preference, err := e.Store.Preference(ctx, w.tenant.ID, here)
	settings := w.tenant.Settings
	n.Zone, n.Locale = first(n.Zone, settings.Zone), first(preference.Locale, n.Locale, settings.Locale)
	return n, err
}

// otherThan is the other platform of a pair.
func otherThan(p directory.Platform, pair directory.Pair) directory.Platform {
	if p == pair.A {
		return pair.B
	}
	return pair.A
}

// options are the candidates as a person may see them.
func options(candidates []directory.Candidate, accounts []directory.Account) []directory.Option {
	out := make([]directory.Option, len(candidates))
	for i, c := range candidates {
		out[i].Value = strconv.Itoa(i + 1)
		for _, a := range accounts {
			if a.ID == c.Account {
				out[i].Name, out[i].Masked = a.Name, a.Email.Masked()
			}
		}
	}
	return out
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
