package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"rollcall/adapters/vault"
	"rollcall/cmd/rollcall/program"
	"rollcall/sync/directory"
)

// disconnectRestores: an admin disconnects a platform, is told how much stops, and connects it again.
func disconnectRestores(ctx context.Context, s *story) (string, error) {
	f, links := s.w.newcomers[0], 0
	e := s.slackEnding(f)
	e.end = func(ctx context.Context) (err error) {
		links, err = s.disconnects(ctx, f, paneSlack)
		return err
	}
	e.over = func(ctx context.Context) error {
		if c, _ := s.connection(ctx, f, paneSlack); c.State != directory.ConnectionGone {
			return fmt.Errorf("right after the admin disconnected it, Slack is %s, expected gone", c.State)
		}
		return nil
	}
	if err := s.survives(ctx, f, e, "jitka"); err != nil {
		return "", err
	}
	return fmt.Sprintf("the admin was told that %d links stop, and disconnected Slack: nothing was sent for four days; connected again, all were linked as before, and who had come meanwhile was asked", links), nil
}

// disconnects presses the buttons of an admin who disconnects a platform, and answers how many links they were told
// would stop.
func (s *story) disconnects(ctx context.Context, f *firm, pane string) (int, error) {
	before, err := s.bonds(ctx, f)
	if err != nil {
		return 0, err
	}
	stops := 0
	for key := range before {
		if string(key.Pair.A) == pane || string(key.Pair.B) == pane {
			stops++
		}
	}
	v, err := s.w.invited(ctx, f)
	if err != nil {
		return 0, err
	}
	if err := s.connect(ctx, v, pane, "Disconnect…"); err != nil {
		return 0, err
	}
	if want := fmt.Sprintf("%d links stop", stops); !strings.Contains(v.text(), want) {
		return 0, fmt.Errorf("the admin is told %q, expected that %s", v.text(), want)
	}
	if c, _ := s.connection(ctx, f, pane); !c.Active() {
		return 0, fmt.Errorf("%s is %s before the admin has confirmed, expected that nothing happens", pane, c.State)
	}
	return stops, v.press(ctx, "", "Disconnect", nil)
}

// secretsSealed: the database gives up no token, and its key can be replaced while the program runs.
func secretsSealed(ctx context.Context, s *story) (string, error) {
	f, path := s.w.newcomers[0], s.w.config.KeysFile
	before, err := vault.ReadKeys(path)
	if err != nil {
		return "", err
	}
	tokens, err := s.unreadable(before.Current())
	if err != nil {
		return "", err
	}
	if err := vault.Rotate(path); err != nil {
		return "", err
	}
	sealed, err := program.NewControl(s.w.config).Rekey(ctx)
	if err != nil {
		return "", err
	}
	after, err := vault.ReadKeys(path)
	if err != nil {
		return "", err
	}
	if sealed == 0 || after.Current() == before.Current() {
		return "", fmt.Errorf("%d secrets were sealed with a new key, expected some", sealed)
	}
	if _, err := s.unreadable(after.Current()); err != nil {
		return "", err
	}
	// Without the old key there is no way back, and none is needed.
	if _, err := vault.Prune(path, []string{after.Current()}); err != nil {
		return "", err
	}
	for _, id := range []string{"alena", "blanka"} {
		late, err := s.hire(f, id, slackGroup)
		if err != nil {
			return "", err
		}
		if err := late.await(ctx, directory.Asking); err != nil {
			return "", err
		}
		if err := s.w.Stop(); err != nil {
			return "", err
		}
		s.w.Advance(13 * time.Hour)
		if err := s.w.Launch(); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("of %d tokens none is in the database; %d secrets were sealed with a new key while the program ran, and with that one alone people are asked, also after a restart", tokens, sealed), nil
}

// unreadable looks for everything that the platforms gave out, and for the apps' own secrets, in the bytes of the
// database. It answers how many that were. The key by whose id the seals are found must be there.
func (s *story) unreadable(key string) (int, error) {
	var bytesOf []byte
	for _, suffix := range []string{"", "-wal"} {
		part, err := os.ReadFile(s.w.config.Store + suffix)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return 0, err
		}
		bytesOf = append(bytesOf, part...)
	}
	if !bytes.Contains(bytesOf, []byte(key)) {
		return 0, errors.New("nothing in the database is sealed with the key, expected tokens")
	}
	given := slices.Concat(s.w.Webex.Issued(), []string{slackSecret, webexSecret, webexRefresh, serviceAppSecret, appSecret},
		[]string{"xoxe-", "xoxe.", "xoxb-"}) // with which every token of Slack's begins
	for _, secret := range given {
		if bytes.Contains(bytesOf, []byte(secret)) {
			return 0, fmt.Errorf("the database has a secret that begins with %.8q, expected none", secret)
		}
	}
	return len(given), nil
}
