package sqlite

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"rollcall/sync/directory"
)

// start is a moment.
var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// The tests start this binary again as another process, which does one of these.
const (
	roleVar = "SQLITE_TEST_ROLE"
	hold    = "hold"   // open the store and keep it open
	write   = "write"  // commit numbered links, and print each number once it is committed
	nobody  = "nobody" // give up root's powers and try to open the store
)

func TestMain(m *testing.M) {
	role, path, _ := strings.Cut(os.Getenv(roleVar), ":")
	if role == "" {
		goleak.VerifyTestMain(m)
		return
	}
	if err := play(role, path); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func play(role, path string) error {
	if role == nobody {
		if err := syscall.Setuid(65534); err != nil {
			return err
		}
	}
	s, err := Open(context.Background(), Config{Path: path})
	if err != nil {
		return err
	}
	fmt.Println("open")
	if role == write {
		return writeForEver(s)
	}
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// writeForEver commits a link, its roster row and an entry at a time, from where the store ends.
func writeForEver(s *Store) error {
	counts, err := s.Count(context.Background(), "acme", "", start)
	if err != nil {
		return err
	}
	for n := counts.Live; ; n++ {
		if err := s.Commit(context.Background(), "acme", numbered(n)); err != nil {
			return err
		}
		fmt.Println(n)
	}
}

// numbered is a change of one link and what comes with it.
func numbered(n int) directory.Change {
	id := directory.MemberID{Directory: "people", ID: strconv.Itoa(n)}
	l := directory.Link{
		Key:    directory.LinkKey{Member: id, Pair: directory.PairOf("slack", "webex")},
		State:  directory.Linked,
		Member: directory.Member{ID: id, Name: "Person", Active: true}, Group: "staff",
		Account:     directory.AccountID{Platform: "slack", Workspace: "T1", User: id.ID},
		Counterpart: directory.AccountID{Platform: "webex", Workspace: "O1", User: id.ID},
		DueAt:       start.Add(time.Duration(n) * time.Second),
	}
	l.Ask.Nonce = directory.Nonce(id.ID).Hash()
	return directory.Change{
		Links:  []directory.LinkChange{{Link: l}},
		Roster: []directory.Membership{{Group: "staff", Member: l.Member, Round: 1}},
		Audit:  []directory.Entry{{At: start, Link: l.Key, Event: id.ID}},
	}
}

// process is this binary, started again.
type process struct {
	*exec.Cmd
	lines *bufio.Scanner
}

// spawn starts a role on a path.
func spawn(t *testing.T, role, path string) process {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), roleVar+"="+role+":"+path)
	cmd.Stderr = os.Stderr
	if _, err := cmd.StdinPipe(); err != nil { // open until the process is waited for
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := process{cmd, bufio.NewScanner(out)}
	t.Cleanup(p.kill)
	return p
}

// line is the next line that the process prints, and empty after its last.
func (p process) line() string {
	if p.lines.Scan() {
		return p.lines.Text()
	}
	return ""
}

// kill ends the process as the kernel would. It may be called twice.
func (p process) kill() {
	_ = p.Process.Kill()
	_ = p.Wait()
}
