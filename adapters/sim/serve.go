package sim

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"time"
)

// Authority is a certificate authority for loopback, made when the program starts and kept in
// memory only.
type Authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// NewAuthority makes one. Its certificates last ten years around now, so that a clock that is
// advanced by weeks still accepts them.
func NewAuthority() (*Authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: "Rollcall loopback"},
		NotBefore:             time.Now().AddDate(-5, 0, 0),
		NotAfter:              time.Now().AddDate(5, 0, 0),
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	return &Authority{cert, key}, err
}

// Pool trusts this authority and no other.
func (a *Authority) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return pool
}

// PEM is the authority's certificate, for a program in another process.
func (a *Authority) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})
}

// Certificate makes a server's certificate for loopback.
func (a *Authority) Certificate() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2),
		Subject:      pkix.Name{CommonName: "localhost"},
		NotBefore:    a.cert.NotBefore,
		NotAfter:     a.cert.NotAfter,
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:     []string{"localhost"},
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: [][]byte{der, a.cert.Raw}, PrivateKey: key}, nil
}

// Server is a simulator that listens on a free port of 127.0.0.1.
type Server struct {
	URL    string // https://127.0.0.1:port
	Host   string // 127.0.0.1:port
	server *http.Server
	done   chan struct{}
}

// Serve starts a handler over TLS on a free loopback port.
func (a *Authority) Serve(handler http.Handler) (*Server, error) {
	cert, err := a.Certificate()
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("sim: %w", err)
	}
	s := &Server{Host: listener.Addr().String(), done: make(chan struct{})}
	s.URL = "https://" + s.Host
	s.server = &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		TLSConfig:         &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12},
		ErrorLog:          log.New(io.Discard, "", 0), // dropped connections are on purpose
	}
	go func() {
		defer close(s.done)
		_ = s.server.ServeTLS(listener, "", "") // it ends with Close
	}()
	return s, nil
}

// Close stops the server, and waits for the calls under way for a moment only. It may be called
// twice.
func (s *Server) Close() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if s.server.Shutdown(ctx) != nil {
		s.server.Close()
	}
	<-s.done
}

// Transport reaches handlers within the process, by host, without a network: the same requests
// and answers, in the order of the caller's own goroutine.
type Transport struct {
	Handlers map[string]http.Handler // by host, with the port where the URL has one
	// Before and After, where set, are called around every call: a simulation's chance to stop
	// the product at exactly that point.
	Before, After func(*http.Request)
}

// RoundTrip serves the request. A handler that aborts becomes a dropped connection.
func (t *Transport) RoundTrip(r *http.Request) (resp *http.Response, err error) {
	handler := t.Handlers[r.URL.Host]
	if handler == nil {
		return nil, fmt.Errorf("sim: no such host: %s", r.URL.Host)
	}
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	if t.Before != nil {
		t.Before(r)
	}
	inbound := r.Clone(r.Context())
	inbound.RequestURI = r.URL.RequestURI()
	inbound.Host = r.URL.Host
	inbound.RemoteAddr = "127.0.0.1:1"
	if inbound.Body == nil {
		inbound.Body = http.NoBody
	}
	w := &answer{header: http.Header{}}
	if !serve(handler, w, inbound) {
		err = io.ErrUnexpectedEOF
	}
	if t.After != nil {
		t.After(r)
	}
	if err != nil {
		return nil, err
	}
	status := w.status
	if status == 0 {
		status = http.StatusOK
	}
	return &http.Response{
		Status: fmt.Sprintf("%d %s", status, http.StatusText(status)), StatusCode: status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.header, Body: io.NopCloser(&w.body), ContentLength: int64(w.body.Len()), Request: r,
	}, nil
}

func serve(handler http.Handler, w http.ResponseWriter, r *http.Request) (ok bool) {
	defer func() {
		if p := recover(); p != nil {
			if err, ok := p.(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
				panic(p)
			}
			ok = false
		}
	}()
	handler.ServeHTTP(w, r)
	return true
}

type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header { return a.header }
func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

func (a *answer) Write(b []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(b)
}
