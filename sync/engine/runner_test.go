package engine

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rollcall/sync/directory"
)

// odd is a directory that makes whoever reads it panic.
type odd struct{ asked chan struct{} }

func (o odd) Page(context.Context, directory.TenantID, string, string) (directory.Page, error) {
	select {
	case o.asked <- struct{}{}:
	default:
	}
	panic("rosa@acme.example")
}

func (odd) Member(context.Context, directory.TenantID, string, directory.MemberID) directory.Standing {
	return directory.Standing{}
}

// One tenant's directory answers what nobody foresaw: the others' work goes on, and nothing of what it
// answered is logged.
func TestADefectStopsNobodyElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa")
	strange := directory.Installation{Tenant: "strange", Platform: alpha, Workspace: "x", Generation: 1}
	w.must(w.store.PutTenant(t.Context(), directory.Tenant{ID: strange.Tenant, Settings: directory.Settings{On: true}}))
	w.must(w.store.Install(t.Context(), strange))
	w.must(w.store.PutGroup(t.Context(), strange.Tenant, directory.Group{ID: "g", Directory: "odd", External: "g", Primary: alpha, Secondary: beta, Added: w.at}))
	bad := odd{make(chan struct{}, 1)}
	engine := w.newEngine()
	good := engine.Source
	engine.Source = func(tenant directory.TenantID, name string) (directory.Source, bool) {
		if tenant == strange.Tenant {
			return bad, true
		}
		return good(tenant, name)
	}
	var log bytes.Buffer
	var writing sync.Mutex
	engine.Logger = slog.New(slog.NewTextHandler(locked{&writing, &log}, nil))
	var calls atomic.Int64
	engine.Now = func() time.Time { return w.at.Add(time.Duration(calls.Add(1)) * 100 * time.Millisecond) }
	asked := make(chan struct{}, 1)
	w.desk.postErr = func(directory.AccountID) (error, bool) {
		asked <- struct{}{}
		return nil, false
	}
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	var running sync.WaitGroup
	running.Go(func() { Runner{Engine: engine, Workers: 1}.Run(ctx, w.rand) })
	for _, happens := range []<-chan struct{}{bad.asked, asked} {
		select {
		case <-happens:
		case <-ctx.Done():
			t.Error("one directory's defect stopped everything")
		}
	}
	stop()
	running.Wait()
	if got := log.String(); !strings.Contains(got, "a step ended in a defect") || strings.Contains(got, "rosa@") {
		t.Error(got)
	}
}

// locked is a writer for several goroutines.
type locked struct {
	mu *sync.Mutex
	to *bytes.Buffer
}

func (l locked) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.to.Write(b)
}
