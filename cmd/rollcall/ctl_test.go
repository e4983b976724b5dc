package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rollcall/bot/command"
	"rollcall/cmd/rollcall/program"
)

// script is a program that answers as it was told to.
type script struct {
	replies  map[string]program.Reply
	progress []program.Progress
	file     string
	broken   error
	asked    []string
}

func (s *script) Command(_ context.Context, _, line string) (program.Reply, error) {
	s.asked = append(s.asked, line)
	reply, ok := s.replies[line]
	if !ok {
		return reply, errors.New("no such line")
	}
	return reply, nil
}

func (s *script) Progress(context.Context, string, string) (program.Progress, error) {
	if len(s.progress) == 0 {
		return program.Progress{}, errors.New("it was started anew")
	}
	p := s.progress[0]
	s.progress = s.progress[1:]
	return p, nil
}

func (s *script) File(_ context.Context, _, plan, format string, to io.Writer) error {
	_, _ = io.WriteString(to, s.file+plan+format)
	return s.broken
}

func TestGivingCommands(t *testing.T) {
	t.Parallel()
	steps := []program.Progress{{}, {Line: "plan: 1 of 2"}, {Line: "plan: 1 of 2"}, {Line: "plan: 2 of 2"}, {Line: "plan: 2 of 2", Over: true, Text: "It is ready.\n"}}
	asks := program.Reply{Text: "All rests.\n\n> confirm x-1", Confirm: "x-1"}
	for _, test := range []struct {
		name         string
		args         []string
		yes, asks    bool
		draws        bool
		typed        string
		script       script
		out, failure string
		asked        string
	}{
		{name: "at once", args: []string{"status"}, script: script{replies: map[string]program.Reply{"status": {Text: "How it stands\n"}}}, out: "How it stands\n", asked: "status"},
		{
			name: "refused", args: []string{"pause", "x"}, script: script{replies: map[string]program.Reply{"pause x": {Text: "There is no group x.", Failed: true}}},
			out: "There is no group x.\n", failure: "nothing was done", asked: "pause x",
		},
		{
			name: "long work", args: []string{"plan", "eng"}, script: script{replies: map[string]program.Reply{"plan eng": {Text: "It is being made.", Console: "c"}}, progress: steps},
			out: "It is being made.\nplan: 1 of 2\nplan: 2 of 2\nIt is ready.\n", asked: "plan eng",
		},
		{
			name: "long work at a terminal", args: []string{"plan", "eng"}, draws: true,
			script: script{replies: map[string]program.Reply{"plan eng": {Text: "It is being made.", Console: "c"}}, progress: steps},
			out:    "It is being made.\n\rplan: 1 of 2\x1b[K\rplan: 2 of 2\x1b[K\nIt is ready.\n", asked: "plan eng",
		},
		{
			name: "long work that fails", args: []string{"plan", "eng"},
			script: script{replies: map[string]program.Reply{"plan eng": {Text: "…", Console: "c"}}, progress: []program.Progress{{Over: true, Text: "No.", Failed: true}}},
			out:    "…\nNo.\n", failure: "nothing was done", asked: "plan eng",
		},
		{
			name: "long work that nobody watches any more", args: []string{"plan", "eng"},
			script: script{replies: map[string]program.Reply{"plan eng": {Text: "…", Console: "c"}}}, out: "…\n", failure: "it was started anew", asked: "plan eng",
		},
		{
			name: "confirmed", args: []string{"off"}, yes: true, script: script{replies: map[string]program.Reply{"off": asks, "confirm x-1": {Text: "It is off."}}},
			out: asks.Text + "\nIt is off.\n", asked: "off, confirm x-1",
		},
		{
			name: "nobody confirms", args: []string{"off"}, script: script{replies: map[string]program.Reply{"off": asks}},
			out: asks.Text + "\n", failure: "--yes", asked: "off",
		},
		{
			name: "confirmed by hand", args: []string{"off"}, asks: true, typed: "y\n", script: script{replies: map[string]program.Reply{"off": asks, "confirm x-1": {Text: "It is off."}}},
			out: asks.Text + "\nGo on? [y/N] It is off.\n", asked: "off, confirm x-1",
		},
		{
			name: "not confirmed by hand", args: []string{"off"}, asks: true, typed: "\n", script: script{replies: map[string]program.Reply{"off": asks}},
			out: asks.Text + "\nGo on? [y/N] ", failure: "nothing was done", asked: "off",
		},
		{
			name: "the input ends", args: []string{"off"}, asks: true, script: script{replies: map[string]program.Reply{"off": asks}},
			out: asks.Text + "\nGo on? [y/N] ", failure: "nothing was done", asked: "off",
		},
		{
			name: "changed meanwhile", args: []string{"off"}, yes: true, script: script{replies: map[string]program.Reply{"off": asks, "confirm x-1": {Text: "Something has changed.", Failed: true}}},
			out: asks.Text + "\nSomething has changed.\n", failure: "nothing was done", asked: "off, confirm x-1",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			s := test.script
			at := terminal{control: &s, tenant: "acme", yes: test.yes, asks: test.asks, draws: test.draws, in: strings.NewReader(test.typed), out: &out, file: &out, every: time.Nanosecond}
			err := at.give(t.Context(), test.args, nil)
			if (err == nil) != (test.failure == "") || err != nil && !strings.Contains(err.Error(), test.failure) {
				t.Errorf("got %v, want %q", err, test.failure)
			}
			if out.String() != test.out {
				t.Errorf("got %q, want %q", out.String(), test.out)
			}
			if got := strings.Join(s.asked, ", "); got != test.asked {
				t.Errorf("asked %q, want %q", got, test.asked)
			}
		})
	}
}

func TestFilesOnTheCommandLine(t *testing.T) {
	t.Parallel()
	replies := map[string]program.Reply{
		"plan eng": {Text: "…", Console: "c", Plan: "p-1"}, "export p-1": {Text: "…", Plan: "p-1"}, "plan x": {Text: "No.", Failed: true}, "plan y": {Text: "…"},
	}
	done := []program.Progress{{Over: true, Text: "Ready."}}
	for _, test := range []struct {
		name         string
		args         []string
		csv, json    string
		broken       error
		file         string // on standard output
		files        string // in the folder
		failure      string
		commandAsked bool
	}{
		{"all links", []string{"export"}, "-", "", nil, "F:csv", "", "", false},
		{"all links into files", []string{"export"}, "DIR/a.csv", "DIR/a.json", nil, "", "a.csv=F:csv a.json=F:json", "", false},
		{"a plan", []string{"plan", "eng"}, "", "-", nil, "F:p-1json", "", "", true},
		{"a plan that was made before", []string{"export", "p-1"}, "DIR/a.csv", "", nil, "", "a.csv=F:p-1csv", "", false},
		{"no plan", []string{"plan", "x"}, "DIR/a.csv", "", nil, "", "", "nothing was done", true},
		{"nothing to write", []string{"plan", "y"}, "DIR/a.csv", "", nil, "", "", "no plan to write", true},
		{"another command", []string{"status"}, "-", "", nil, "", "", "are for plan and export", false},
		{"broken off", []string{"export"}, "DIR/a.csv", "", errors.New("it broke off"), "", "", "it broke off", false},
		{"no such folder", []string{"export"}, "DIR/none/a.csv", "", nil, "", "", "no such file", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			var out, file bytes.Buffer
			s := script{replies: replies, progress: done, file: "F:", broken: test.broken}
			at := terminal{control: &s, tenant: "acme", out: &out, file: &file, every: time.Nanosecond}
			err := at.give(t.Context(), test.args, map[string]string{"csv": strings.ReplaceAll(test.csv, "DIR", dir), "json": strings.ReplaceAll(test.json, "DIR", dir)})
			if (err == nil) != (test.failure == "") || err != nil && !strings.Contains(err.Error(), test.failure) {
				t.Errorf("got %v, want %q", err, test.failure)
			}
			var files []string
			entries, _ := os.ReadDir(dir)
			for _, e := range entries {
				text, _ := os.ReadFile(filepath.Join(dir, e.Name()))
				info, _ := e.Info()
				if info.Mode().Perm() != 0o600 {
					t.Errorf("%s has the mode %v", e.Name(), info.Mode())
				}
				files = append(files, e.Name()+"="+string(text))
			}
			if file.String() != test.file || strings.Join(files, " ") != test.files || (len(s.asked) > 0) != test.commandAsked {
				t.Errorf("got %q and %q, after %q", file.String(), files, s.asked)
			}
		})
	}
}

// What the shell took for one word arrives as one.
func TestWordsOfACommandLine(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ args, want []string }{
		{[]string{"why", "ann@acme.example"}, []string{"ann@acme.example"}},
		{[]string{"why", "staff/ann"}, []string{"staff/ann"}},
		{[]string{"pause", "Slack primaries"}, []string{"Slack primaries"}},
		{[]string{"pause", `a "b" c`}, []string{`a "b" c`}},
	} {
		call, err := command.Parse(line(test.args))
		if err != nil || strings.Join(call.Args, "|") != strings.Join(test.want, "|") {
			t.Errorf("%q: got %q, %v", test.args, call.Args, err)
		}
	}
	call, err := command.Parse(line([]string{"group", "set", "eng", "name=All of Engineering", "group=Slack primaries", "directory=staff"}))
	want := []command.Field{{Key: "name", Value: "All of Engineering"}, {Key: "group", Value: "Slack primaries"}, {Key: "directory", Value: "staff"}}
	if err != nil || len(call.Fields) != len(want) {
		t.Fatalf("got %+v, %v", call, err)
	}
	for i, field := range call.Fields {
		if field != want[i] {
			t.Errorf("got %+v, want %+v", field, want[i])
		}
	}
}
