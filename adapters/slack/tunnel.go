package slack

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
)

// through has a WebSocket's handshake be a request of an HTTP client, so that the client's guard, and
// nothing of the WebSocket's own, decides where it goes: by which hosts, addresses and certificates. It
// stands in for a dialer that has done TLS.
func through(client *http.Client) func(ctx context.Context, network, address string) (net.Conn, error) {
	return func(ctx context.Context, _, _ string) (net.Conn, error) {
		near, far := net.Pipe()
		go carry(ctx, client, far)
		return near, nil
	}
}

// carry makes the request that comes out of a pipe, and carries what follows in both directions. It
// ends when either end is closed.
func carry(ctx context.Context, client *http.Client, pipe net.Conn) {
	defer func() { _ = pipe.Close() }()
	from := bufio.NewReader(pipe)
	r, err := http.ReadRequest(from)
	if err != nil {
		return
	}
	r = r.WithContext(ctx)
	r.RequestURI, r.URL.Scheme, r.URL.Host = "", "https", r.Host
	resp, err := client.Do(r)
	if err != nil {
		return
	}
	defer resp.Body.Close()
	stream, upgraded := resp.Body.(io.ReadWriteCloser)
	if resp.StatusCode != http.StatusSwitchingProtocols || !upgraded {
		return
	}
	var head bytes.Buffer
	fmt.Fprintf(&head, "HTTP/1.1 %s\r\n", resp.Status)
	_ = resp.Header.Write(&head) // a buffer takes everything
	head.WriteString("\r\n")
	go func() {
		defer func() { _ = stream.Close() }()
		_, _ = io.Copy(stream, from) // whoever reads at the other end learns how it ended
	}()
	_, _ = io.Copy(pipe, io.MultiReader(&head, stream))
}
