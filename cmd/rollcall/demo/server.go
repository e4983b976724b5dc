package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/gorilla/mux"

	"rollcall/cmd/rollcall/demo/page"
)

// lookEvery is how often the page's picture is compared with the last one.
const lookEvery = 150 * time.Millisecond

// consentTakes is how long it takes until a consent counts: until then the app's token is one of before.
const consentTakes = 2 * time.Hour

// Handler serves the page and what it asks for. It has no log-in, so it belongs on loopback only.
func (w *World) Handler() http.Handler {
	router := mux.NewRouter()
	router.HandleFunc("/api/state", w.getState).Methods(http.MethodGet)
	router.HandleFunc("/api/events", w.getEvents).Methods(http.MethodGet)
	router.HandleFunc("/api/person", post(func(_ context.Context, c PersonChange) error { return w.Change(c) })).Methods(http.MethodPost)
	router.HandleFunc("/api/press", post(func(_ context.Context, p Press) error { return w.Press(p) })).Methods(http.MethodPost)
	router.HandleFunc("/api/say", post(func(_ context.Context, s Say) error { return w.Say(s) })).Methods(http.MethodPost)
	router.HandleFunc("/api/app", post(func(_ context.Context, c AppChange) error { return w.UseApp(c) })).Methods(http.MethodPost)
	router.HandleFunc("/api/consent", post(func(_ context.Context, c Consent) error {
		if err := w.Consent(c.Tenant); err != nil {
			return err
		}
		w.Advance(consentTakes)
		return nil
	})).Methods(http.MethodPost)
	router.HandleFunc("/api/invite", ask(func(ctx context.Context, i Invite) (*Invitation, error) {
		address, err := w.Invite(ctx, i.Tenant)
		return &Invitation{address}, err
	})).Methods(http.MethodPost)
	router.HandleFunc("/api/batch", post(w.Decide)).Methods(http.MethodPost)
	router.HandleFunc("/api/clock", post(func(_ context.Context, f Forward) error {
		if f.Hours < 1 || f.Hours > 24*31 {
			return fmt.Errorf("the clock goes forward by 1 hour to 31 days")
		}
		w.Advance(time.Duration(f.Hours) * time.Hour)
		return nil
	})).Methods(http.MethodPost)
	router.PathPrefix("/").Handler(page.Handler())
	// Another page that is open in the same browser must not press buttons here.
	return http.NewCrossOriginProtection().Handler(router)
}

// post decodes a request's body, does what it says, and answers 204, or 400 with a sentence.
func post[T any](do func(context.Context, T) error) http.HandlerFunc {
	return ask(func(ctx context.Context, body T) (*struct{}, error) { return nil, do(ctx, body) })
}

// ask is post for what has an answer: 200, and it.
func ask[T, A any](do func(context.Context, T) (*A, error)) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		var body T
		decoder := json.NewDecoder(http.MaxBytesReader(rw, r.Body, 64<<10))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&body); err != nil {
			refuse(rw, http.StatusBadRequest, "the request can't be read")
			return
		}
		answer, err := do(r.Context(), body)
		if err != nil {
			refuse(rw, http.StatusBadRequest, err.Error())
			return
		}
		if answer == nil {
			rw.WriteHeader(http.StatusNoContent)
			return
		}
		rw.Header().Set("Content-Type", "application/json")
		rw.Header().Set("Cache-Control", "no-store")
		json.NewEncoder(rw).Encode(answer)
	}
}

func refuse(rw http.ResponseWriter, status int, sentence string) {
	rw.Header().Set("Content-Type", "application/json")
	rw.WriteHeader(status)
	json.NewEncoder(rw).Encode(map[string]string{"error": sentence})
}

func (w *World) getState(rw http.ResponseWriter, r *http.Request) {
	state, err := w.State(r.Context(), r.URL.Query().Get("tenant"))
	if err != nil {
		refuse(rw, http.StatusNotFound, err.Error())
		return
	}
	rw.Header().Set("Content-Type", "application/json")
	rw.Header().Set("Cache-Control", "no-store")
	json.NewEncoder(rw).Encode(state)
}

// getEvents tells the page, by server-sent events, that something changed.
func (w *World) getEvents(rw http.ResponseWriter, r *http.Request) {
	flusher, ok := rw.(http.Flusher)
	if !ok {
		refuse(rw, http.StatusInternalServerError, "this connection can't stream")
		return
	}
	rw.Header().Set("Content-Type", "text/event-stream")
	rw.Header().Set("Cache-Control", "no-store")
	flusher.Flush() // the page knows that it is connected
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	watcher := newWatcher(w)
	for {
		if watcher.news(r.Context()) {
			if _, err := fmt.Fprint(rw, "event: changed\ndata: {}\n\n"); err != nil {
				return
			}
			flusher.Flush()
		}
		select {
		case <-r.Context().Done():
			return
		case <-ticker.C:
		}
	}
}
