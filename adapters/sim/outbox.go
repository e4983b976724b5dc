package sim

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"sync"
	"time"
)

// Delivery is one webhook that a simulator sends to the product.
type Delivery struct {
	Name    string // what it is, for the record
	URL     string
	Header  http.Header
	Body    []byte
	Due     time.Time
	Attempt int // 0 for the first
	// Once: it is not sent again after a failure.
	Once bool
	// Sign is called just before each attempt to set headers that depend on the time.
	Sign func(h http.Header, body []byte, attempt int)
	// Done is called with the product's answer to each attempt; status 0: none came.
	Done func(status int, body []byte)
}

// Outbox is a simulator's webhooks on their way. They are sent by whoever calls Pump, one at a time,
// in the order in which they are due, so that a simulation decides when. Safe for concurrent use.
type Outbox struct {
	Client *http.Client
	Now    func() time.Time
	// Retries are the platform's waits before each further attempt after a failure.
	Retries []time.Duration
	// Fine says which answers count as delivered. Nil: 2xx.
	Fine func(status int) bool
	// Arrange, where set, may drop, repeat, delay or reorder what is about to be sent. Once the
	// outbox is pumped it is set by Rearrange.
	Arrange func([]Delivery) []Delivery

	mu      sync.Mutex
	pending []Delivery
	flying  int // taken and not answered yet
	wake    chan struct{}
}

// Put adds a delivery; due now unless it says otherwise.
func (o *Outbox) Put(d Delivery) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if d.Due.IsZero() {
		d.Due = o.Now()
	}
	o.pending = append(o.pending, d)
	if o.wake != nil {
		close(o.wake)
		o.wake = nil
	}
}

// Rearrange sets Arrange while the outbox is in use; nil: what is sent is sent as it is.
func (o *Outbox) Rearrange(arrange func([]Delivery) []Delivery) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.Arrange = arrange
}

// Len is how many deliveries wait, or are on their way.
func (o *Outbox) Len() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.pending) + o.flying
}

func (o *Outbox) landed() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.flying--
}

// take removes what is due.
func (o *Outbox) take() []Delivery {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := o.Now()
	var due, rest []Delivery
	for _, d := range o.pending {
		if d.Due.After(now) {
			rest = append(rest, d)
		} else {
			due = append(due, d)
		}
	}
	o.pending = rest
	if o.Arrange != nil && len(due) > 0 {
		due = o.Arrange(due)
	}
	o.flying += len(due)
	return due
}

// Pump sends what is due, once each, and answers how many it sent. Failures are put back for
// their next attempt, until the platform gives up.
func (o *Outbox) Pump(ctx context.Context) int {
	due := o.take()
	for _, d := range due {
		status, body := o.send(ctx, d)
		fine := status >= 200 && status < 300
		if o.Fine != nil {
			fine = o.Fine(status)
		}
		if !fine && !d.Once && d.Attempt < len(o.Retries) {
			again := d
			again.Due = o.Now().Add(o.Retries[d.Attempt])
			again.Attempt++
			o.Put(again)
		}
		if d.Done != nil {
			d.Done(status, body)
		}
		o.landed()
	}
	return len(due)
}

func (o *Outbox) send(ctx context.Context, d Delivery) (int, []byte) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, d.URL, bytes.NewReader(d.Body))
	if err != nil {
		return 0, nil
	}
	for key, values := range d.Header {
		r.Header[key] = append([]string(nil), values...)
	}
	if d.Sign != nil {
		d.Sign(r.Header, d.Body, d.Attempt)
	}
	resp, err := o.Client.Do(r)
	if err != nil {
		return 0, nil
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	return resp.StatusCode, body
}

// Run pumps until ctx ends: when something is put, and otherwise every tick, for retries.
func (o *Outbox) Run(ctx context.Context, tick time.Duration) {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for {
		o.mu.Lock()
		if o.wake == nil {
			o.wake = make(chan struct{})
		}
		wake := o.wake
		o.mu.Unlock()
		o.Pump(ctx)
		select {
		case <-ctx.Done():
			return
		case <-wake:
		case <-ticker.C:
		}
	}
}
