package demo

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	"rollcall/adapters/sim"
	"rollcall/adapters/slack"
	"rollcall/adapters/webex"
	"rollcall/cmd/rollcall/program"
)

// orders is what the program is told when it runs in a process of its own: the first line of its
// standard input. Every further line is a duration by which its clock goes forward. When the input
// ends, so does the program.
type orders struct {
	Config   program.Config
	SlackURL string
	WebexURL string
	Roots    []byte // PEM
	Cert     []byte // PEM, of the program's own listener
	Key      []byte
	Ahead    time.Duration
}

// child is the program in a process of its own.
type child struct {
	cmd   *exec.Cmd
	input io.WriteCloser
}

// LaunchChild starts the program in a process of its own, so that it can be killed, and answers when
// it listens.
func (w *World) LaunchChild(ctx context.Context) error {
	executable, err := os.Executable()
	if err != nil {
		return err
	}
	cert, err := w.authority.Certificate()
	if err != nil {
		return err
	}
	key, err := x509.MarshalPKCS8PrivateKey(cert.PrivateKey)
	if err != nil {
		return err
	}
	first, err := json.Marshal(orders{
		Config: w.config, SlackURL: w.slackURL, WebexURL: w.webexURL, Roots: w.authority.PEM(),
		Cert: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Certificate[0]}),
		Key:  pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}), Ahead: w.Clock.Ahead(),
	})
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, executable, "demo", "--program")
	cmd.Stderr = w.log
	input, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	output, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	c := &child{cmd, input}
	w.mu.Lock()
	w.child = c
	w.mu.Unlock()
	if _, err := input.Write(append(first, '\n')); err != nil {
		return errors.Join(err, w.Kill())
	}
	// A program that is killed before it listens has been killed, which is what was wanted.
	_, err = bufio.NewReader(output).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return errors.Join(err, w.Kill())
	}
	return nil
}

// running reports whether there is a child that nobody has killed.
func (w *World) running() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.child != nil
}

// Kill ends the child with SIGKILL, as a power cut would, and waits until it is gone. Without a child
// it does nothing.
func (w *World) Kill() error {
	w.mu.Lock()
	c := w.child
	w.child = nil
	w.mu.Unlock()
	if c == nil {
		return nil
	}
	c.input.Close()
	if err := c.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	_ = c.cmd.Wait() // that it was killed is no error here
	return nil
}

// forward tells the child's clock.
func (c *child) forward(by time.Duration) { fmt.Fprintln(c.input, by) }

// runProgram is the child: it reads its orders, says when it listens, and runs until its input ends.
func runProgram(ctx context.Context, in io.Reader, out io.Writer) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	if !lines.Scan() {
		return errors.New("no orders came")
	}
	var o orders
	if err := json.Unmarshal(lines.Bytes(), &o); err != nil {
		return err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(o.Roots)
	cert, err := tls.X509KeyPair(o.Cert, o.Key)
	if err != nil {
		return err
	}
	clock := sim.NewClock(nil)
	clock.Advance(o.Ahead)
	m, err := program.New(ctx, o.Config, program.Options{
		Slack: slack.Loopback(o.SlackURL, o.SlackURL, roots), Webex: webex.Loopback(o.WebexURL, roots),
		TLS: &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12},
		Now: clock.Now, Log: os.Stderr, WatchEvery: 200 * time.Millisecond,
	})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		defer cancel()
		for lines.Scan() {
			if by, err := time.ParseDuration(lines.Text()); err == nil {
				clock.Advance(by)
				m.Engine.Wake()
			}
		}
	}()
	fmt.Fprintln(out, "ready")
	return errors.Join(m.Run(ctx), m.Close())
}
