package engine

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"slices"
	"time"

	"rollcall/sync/directory"
	"rollcall/sync/plan"
)

// promptOf picks one of a link's two prompts.
type promptOf func(*directory.Link) *directory.Prompt

func askOf(l *directory.Link) *directory.Prompt   { return &l.Ask }
func proofOf(l *directory.Link) *directory.Prompt { return &l.Proof }

// sendAsk posts a wave's prompt: a new wave, or the same one again after it certainly was not
// delivered.
func (e *Engine) sendAsk(ctx context.Context, w *work) error {
	if err := e.turnBack(ctx, w); err != nil {
		return err
	}
	asked, claimed := plan.Sides(w.link)
	stopped, err := e.stopped(ctx, w, asked, claimed)
	if err != nil {
		return err
	}
	if stopped {
		event := directory.Suppress
		if w.link.State != directory.Matched {
			event = directory.Stop
		}
		return e.move(ctx, w, event, "this person asked not to be asked")
	}
	closes, wait, err := e.pass(ctx, w, asked)
	if err != nil {
		return err
	}
	if closes == nil {
		return e.comeBack(ctx, w, wait)
	}
	defer closes(false)
	inst, ok, err := e.mayPost(ctx, w, asked.Platform, func(inst directory.Installation, now time.Time) time.Time {
		return e.slot(inst, w.link.Key, now)
	})
	if !ok || err != nil {
		return err
	}
	next := w.link
	event, face := directory.Ask, directory.FaceAsk
	if choosing(w.link) {
		event, face = directory.Offer, directory.FaceChoose
	}
	if w.link.State == directory.Matched {
		if next, err = plan.Apply(w.link, event, fmt.Sprintf("wave %d", w.link.Waves+1), w.now); err != nil {
			return err
		}
		next.Waves++
		next.Tries = 0
	}
	next.LastWave = w.now
	attempts := next.Ask.Attempts
	if w.link.State == directory.Matched {
		attempts = 0
		next.Proof = directory.Prompt{} // of an earlier wave, perhaps the other way round
	}
	nonce, mark := newNonce(w.rand), newMark(w.rand)
	next.Ask = directory.Prompt{
		To: asked, Nonce: nonce.Hash(), Mark: mark, Delivery: directory.Sending, Tried: w.now,
		Expires: w.now.Add(plan.AskFor), Want: face, Attempts: attempts,
	}
	return e.post(ctx, w, inst, next, askOf, nonce, face, fmt.Sprintf("wave %d goes out", next.Waves), closes)
}

// choosing reports whether a person has yet to say which of several accounts is theirs.
func choosing(l directory.Link) bool { return l.Counterpart.IsZero() && len(l.Candidates) > 0 }

// sendSearch asks somebody who was not found for another address. They are asked once.
func (e *Engine) sendSearch(ctx context.Context, w *work) error {
	suppressed, err := e.Store.Suppressed(ctx, w.tenant.ID, w.link.Account)
	if err != nil {
		return err
	}
	if suppressed && w.link.State == directory.Searching {
		return e.move(ctx, w, directory.Forgo, "this person asked not to be asked")
	}
	if suppressed {
		next := w.link
		next.Searched = w.now // who asked not to be asked is not asked this either
		return e.saveQuietly(ctx, w, next, true)
	}
	closes, wait, err := e.pass(ctx, w, w.link.Account)
	if err != nil {
		return err
	}
	if closes == nil {
		return e.comeBack(ctx, w, wait)
	}
	defer closes(false)
	inst, ok, err := e.mayPost(ctx, w, w.link.Primary, func(inst directory.Installation, now time.Time) time.Time {
		return e.slot(inst, w.link.Key, now)
	})
	if !ok || err != nil {
		return err
	}
	next := w.link
	if w.link.State == directory.Unmatched {
		if next, err = plan.Apply(w.link, directory.Search, "asked for another address", w.now); err != nil {
			return err
		}
	}
	next.LastWave, next.Searched = w.now, w.now
	nonce, mark := newNonce(w.rand), newMark(w.rand)
	next.Ask = directory.Prompt{
		To: next.Account, Nonce: nonce.Hash(), Mark: mark, Delivery: directory.Sending, Tried: w.now,
		Expires: w.now.Add(plan.WaveGap), Want: directory.FaceSearch, Attempts: next.Ask.Attempts,
	}
	return e.post(ctx, w, inst, next, askOf, nonce, directory.FaceSearch, "the person is asked for another address", closes)
}

// begin asks the account that the person named for the proof, and shows the number where they were
// asked for an address. It is the first wave.
func (e *Engine) begin(ctx context.Context, w *work) error {
	next, err := plan.Apply(w.link, directory.Accept, "the person named this account", w.now)
	if err != nil {
		return err
	}
	next.Waves++
	openProof(&next, w.link, w.now, w.rand)
	return e.save(ctx, w, next, string(directory.Accept), next.Why, true, nil)
}

// sendProof posts the question to the claimed account. Its number was drawn with the answer that
// asked for it.
func (e *Engine) sendProof(ctx context.Context, w *work) error {
	_, claimed := plan.Sides(w.link)
	switch stopped, err := e.stopped(ctx, w, claimed); {
	case err != nil:
		return err
	case stopped:
		return e.move(ctx, w, directory.Stop, "the owner of the other account asked not to be asked")
	}
	inst, ok, err := e.mayPost(ctx, w, claimed.Platform, e.quietUntil)
	if !ok || err != nil {
		return err
	}
	next := w.link
	nonce, mark := newNonce(w.rand), newMark(w.rand)
	next.Proof.To, next.Proof.Nonce, next.Proof.Mark = claimed, nonce.Hash(), mark
	next.Proof.Delivery, next.Proof.Tried = directory.Sending, w.now
	next.Proof.Want = directory.FaceProve
	return e.post(ctx, w, inst, next, proofOf, nonce, directory.FaceProve, "the other account is asked for the proof", nil)
}

// mayPost is the installation to post with, unless the link has to wait, in which case its claim has
// been given back. Waves wait for their turn; who has just answered only waits where the platform
// asked for silence.
func (e *Engine) mayPost(ctx context.Context, w *work, platform directory.Platform, turn func(directory.Installation, time.Time) time.Time) (directory.Installation, bool, error) {
	inst, err := e.installation(ctx, w.tenant.ID, platform)
	if directory.Is(err, directory.Unauthorized) {
		return inst, false, e.postponeFor(ctx, w, err)
	}
	if err != nil {
		return inst, false, err
	}
	if at := turn(inst, w.now); at.After(w.now) {
		return inst, false, e.rest(ctx, w, at)
	}
	return inst, true, nil
}

// stale is how old a decision may be that is acted on. Whoever looks for a message trusts that it is
// out plan.Settle after its intent; a worker that stood still since it decided would send when
// others have given the message up.
const stale = plan.Settle / 4

// stoodStill reports whether a worker decided too long ago to act on it.
func (e *Engine) stoodStill(w *work) bool { return e.Now().Sub(w.now) > stale }

// post commits the intent, closes the gate that was passed for it, asks the platform, and records its
// answer.
func (e *Engine) post(ctx context.Context, w *work, inst directory.Installation, next directory.Link, of promptOf, nonce directory.Nonce, face directory.Face, why string, closes func(asked bool)) error {
	notice, err := e.notice(ctx, w, next, of, face, nonce)
	if err != nil {
		return e.postponeFor(ctx, w, err)
	}
	lastWave := w.link.LastWave
	if err := e.save(ctx, w, next, "send", why, true, nil); err != nil {
		return err
	}
	if closes != nil {
		closes(true)
	}
	prompt := *of(&w.link)
	if e.stoodStill(w) {
		err := directory.Errorf(directory.Unavailable, "the worker stood still before it could send")
		return e.notSent(ctx, w, inst, of, prompt.Mark, lastWave, err)
	}
	ref, err := e.Asker.Post(ctx, inst, prompt.To, notice, prompt.Mark)
	switch directory.CodeOf(err) {
	case directory.Uncertain:
		return e.rest(ctx, w, w.now.Add(plan.Settle))
	case directory.Undeliverable:
		return e.undeliverable(ctx, w, inst, of, prompt.Mark, lastWave, err)
	}
	if err != nil {
		return e.notSent(ctx, w, inst, of, prompt.Mark, lastWave, err)
	}
	if closes != nil && w.late { // before it is recorded: where that fails, the message is looked for, and it isn't forgotten
		e.full(ctx, w)
	}
	return e.sent(ctx, w, of, prompt.Mark, prompt.Nonce, ref, face)
}

// sent records that a message is out, and so that its reader can be written to.
func (e *Engine) sent(ctx context.Context, w *work, of promptOf, mark string, shown directory.NonceHash, ref directory.MessageRef, face directory.Face) error {
	news, err := e.delivered(ctx, w, of(&w.link).To)
	if err != nil {
		return err
	}
	return e.recordWith(ctx, w, "", "", func(l *directory.Link) bool {
		p := of(l)
		if p.Mark != mark || p.Delivery != directory.Sending {
			return false
		}
		p.Delivery, p.Ref, p.Attempts = directory.Sent, ref, 0
		// What is out carries the nonce that it was sent with. If another was drawn meanwhile,
		// the card has to be shown again.
		if p.Shown = face; p.Nonce != shown && p.Used != shown {
			p.Shown = ""
		}
		return true
	}, news)
}

// notSent records that a message certainly is not out, and when it is tried again. The last wave is the one before.
func (e *Engine) notSent(ctx context.Context, w *work, inst directory.Installation, of promptOf, mark string, lastWave time.Time, cause error) error {
	err := e.record(ctx, w, "not sent", "a message could not be sent", func(l *directory.Link) bool {
		p := of(l)
		if p.Mark != mark {
			return false
		}
		p.Delivery, p.Nonce = directory.NotSent, ""
		p.Attempts++
		l.LastWave = lastWave
		return true
	})
	if err != nil || w.over {
		return err
	}
	if directory.Is(cause, directory.Throttled) {
		e.silence(inst, w.now.Add(directory.RetryAfter(cause)))
	}
	if directory.Is(cause, directory.Unavailable) {
		return e.postpone(ctx, w, backoff(of(&w.link).Attempts), w.link.Why)
	}
	return e.postponeFor(ctx, w, cause)
}

// undeliverable records that the platform will not deliver to a person, and what that leads to. A wave
// that was not delivered leaves the time of the last one as it was. Nothing is concluded before the account was
// looked at: one that is gone would be taken for a person who can't be written to.
func (e *Engine) undeliverable(ctx context.Context, w *work, inst directory.Installation, of promptOf, mark string, lastWave time.Time, cause error) error {
	e.Logger.Info("undeliverable", "tenant", w.tenant.ID, "link", w.link.Key, "error", cause)
	obstacle, err := e.obstacleAt(ctx, w, of(&w.link).To)
	if err != nil {
		return e.notSent(ctx, w, inst, of, mark, lastWave, err)
	}
	news, err := e.refused(ctx, w, of(&w.link).To, cause)
	if err != nil {
		return err
	}
	event, why, err := e.afterRefusal(ctx, w, of, cause, obstacle)
	if err != nil {
		return err
	}
	return e.recordWith(ctx, w, string(event), why, func(l *directory.Link) bool {
		if of(l).Mark != mark || of(l).Delivery != directory.Sending {
			return false
		}
		wave := l.State != directory.Searching
		if event == awaited && l.State == directory.Proving {
			if l.Recheck { // they opened it meanwhile: it goes out again
				l.Recheck, l.DueAt = false, w.now
			} else {
				*l = plan.Await(*l, w.now)
			}
		} else if next, err := plan.Apply(*l, event, why, w.now); err == nil { // else the person has left meanwhile
			*l = next
		}
		p := of(l)
		p.Delivery, p.Nonce = directory.NotSent, ""
		l.LastWave = lastWave
		if event == directory.Shift {
			l.Recheck = true
			if p == &l.Ask && wave {
				l.Waves--
			}
		}
		return true
	}, news)
}

// find resolves a message of which it isn't known whether it is out.
func (e *Engine) find(ctx context.Context, w *work, of promptOf) error {
	prompt := *of(&w.link)
	inst, err := e.installation(ctx, w.tenant.ID, prompt.To.Platform)
	if err != nil {
		return e.postponeFor(ctx, w, err)
	}
	ref, found, err := e.Asker.Find(ctx, inst, prompt.To, prompt.Mark, prompt.Tried)
	silent := directory.Is(err, directory.Unsupported) || directory.Is(err, directory.Undeliverable)
	if silent || found {
		if err := e.foundLate(ctx, w, prompt.Tried); err != nil {
			return err
		}
	}
	switch {
	case silent:
		// Where the person's chat can't be looked into, asking again every minute would not help.
		return e.resolve(ctx, w, of, prompt.Mark, "the platform can't say whether the message arrived: it counts as sent", func(p *directory.Prompt) {
			p.Delivery, p.Shown, p.Attempts = directory.Assumed, p.Want, 0
		}, nil)
	case err != nil:
		return e.postponeFor(ctx, w, err)
	case found:
		news, err := e.delivered(ctx, w, prompt.To)
		if err != nil {
			return err
		}
		return e.resolve(ctx, w, of, prompt.Mark, "the message had arrived", func(p *directory.Prompt) {
			p.Delivery, p.Ref, p.Attempts = directory.Sent, ref, 0
			p.Shown = firstFace(*p, of, w.link)
		}, news)
	}
	return e.resolve(ctx, w, of, prompt.Mark, "the message had not arrived", func(p *directory.Prompt) {
		p.Delivery, p.Nonce = directory.NotSent, ""
	}, nil)
}

// firstFace is the face with which a message of unknown fate was sent, if the nonce in it is still
// good; otherwise none, so that it is shown again.
func firstFace(p directory.Prompt, of promptOf, l directory.Link) directory.Face {
	if p.Nonce == "" && p.Used == "" {
		return ""
	}
	switch {
	case of(&l) == &l.Proof:
		return directory.FaceProve
	case l.State == directory.Searching:
		return directory.FaceSearch
	case choosing(l):
		return directory.FaceChoose
	}
	return directory.FaceAsk
}

func (e *Engine) resolve(ctx context.Context, w *work, of promptOf, mark, why string, change func(*directory.Prompt), news func(*directory.Change)) error {
	return e.recordWith(ctx, w, "resolve", why, func(l *directory.Link) bool {
		p := of(l)
		if p.Mark != mark || p.Delivery != directory.Sending {
			return false
		}
		change(p)
		if asks(l.State) && p == &l.Ask {
			l.LastWave = w.now // the message can't be younger than this look for it
		}
		return true
	}, news)
}

// asks reports whether a link in this state has a question out on the primary platform.
func asks(s directory.State) bool {
	return s == directory.Asking || s == directory.Choosing || s == directory.Searching
}

// newNonce draws a 128-bit nonce.
func newNonce(from io.Reader) directory.Nonce {
	return directory.Nonce(base64.RawURLEncoding.EncodeToString(draw(from, 16)))
}

// newMark draws a mark. It is not a secret; it must only be unlike every other.
func newMark(from io.Reader) string {
	const letters = "abcdefghijklmnopqrstuvwxyz234567"
	raw := draw(from, 12)
	for i, b := range raw {
		raw[i] = letters[int(b)%len(letters)]
	}
	return string(raw)
}

func draw(from io.Reader, n int) []byte {
	b := make([]byte, n)
	if _, err := io.ReadFull(from, b); err != nil {
		// A source that dries up is not one to prompt people with; the machine's never does.
		rand.Read(b)
	}
	return b
}

// drawNumber draws the number of a proof and the three among which the counterpart picks, sorted,
// so that their order says nothing.
func drawNumber(from io.Reader) (number string, choices []string) {
	for len(choices) < 3 {
		n := fmt.Sprintf("%02d", 10+int(draw(from, 1)[0])%90)
		if !slices.Contains(choices, n) {
			choices = append(choices, n)
		}
	}
	number = choices[0]
	slices.Sort(choices)
	return number, choices
}
