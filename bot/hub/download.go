package hub

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"time"

	"github.com/gorilla/mux"

	"rollcall/sync/directory"
)

// KindDownload is the kind of a ticket that stands for a file. Its text is the end of the address of a page from
// which whoever has it fetches the file, once.
const KindDownload = "download"

// Files makes what such tickets stand for.
type Files interface {
	// File is what a ticket stands for. It writes nothing yet, and may be called again. Errors, whose texts are
	// for the admin to read: NotFound (it isn't there any more), Unauthorized (whoever asked for it may not have
	// it any more), Unavailable (try again).
	File(ctx context.Context, ticket directory.Ticket) (File, error)
}

// File is a file that is made while it is fetched.
type File struct {
	Name string // as it is saved
	Type string // the media type
	// Write writes it. It is called once at most. An error before its first byte is shown to the browser;
	// one after that breaks the connection off, so that nobody takes a part for the whole.
	Write func(ctx context.Context, to io.Writer) error
}

// patience is how long a browser may take over one part of a file.
const patience = 30 * time.Second

// offer shows a file, and a button that fetches it. It does nothing yet: mail programs, chats and those who guard
// them open links by themselves, and would have the file, or use its link up.
func (h *Hub) offer(v *visit) {
	text := mux.Vars(v.r)["text"]
	ticket, file, err := h.fileOf(v, text)
	switch {
	case directory.Is(err, directory.NotFound):
		v.fetched()
	case err != nil:
		v.failed(err)
	default:
		v.show(http.StatusOK, "download", "Download", downloadView{Name: file.Name, Path: "/download/" + text, Until: moment{ticket.Until}})
	}
}

// downloadView is a file that can be fetched.
type downloadView struct {
	Name, Path string
	Until      moment
}

// download answers with a file, once.
func (h *Hub) download(v *visit) {
	text := mux.Vars(v.r)["text"]
	ticket, file, err := h.fileOf(v, text)
	if err == nil {
		_, err = h.config.Registry.TakeTicket(v.r.Context(), directory.TicketOf(text), v.now) // somebody may be quicker
	}
	switch {
	case directory.Is(err, directory.NotFound):
		v.fetched()
	case err != nil:
		v.failed(err)
	default:
		v.send(ticket.Tenant, file)
	}
}

// fileOf is the file that the text of a ticket stands for. NotFound: whatever is wrong with it, the answer is the same.
func (h *Hub) fileOf(v *visit, text string) (directory.Ticket, File, error) {
	ticket, err := h.config.Registry.Ticket(v.r.Context(), directory.TicketOf(text), v.now)
	if err == nil && (ticket.Kind != KindDownload || h.config.Files == nil) {
		err = directory.Errorf(directory.NotFound, "it stands for no file")
	}
	if err != nil {
		return ticket, File{}, err
	}
	file, err := h.config.Files.File(v.r.Context(), ticket)
	return ticket, file, err
}

func (v *visit) fetched() {
	v.words(http.StatusGone, "This file isn't here any more", "Its link works once, for ten minutes, and this one was used or is too old. "+
		"Go back to your chat with "+v.hub.config.Name+" and ask for the file again, with the same button or command.")
}

// send sends a file.
func (v *visit) send(tenant directory.TenantID, file File) {
	to := &parcel{w: v.w, file: file}
	err := file.Write(v.r.Context(), to)
	switch {
	case err == nil:
		to.begin() // also where there is nothing in it
	case !to.begun:
		v.failed(err)
	default:
		v.hub.config.Logger.Warn("a file was broken off", "tenant", tenant, "code", directory.CodeOf(err).String())
		panic(http.ErrAbortHandler)
	}
}

// parcel writes a file's headers with its first byte, and gives the browser time for each part.
type parcel struct {
	w     http.ResponseWriter
	file  File
	begun bool
}

func (p *parcel) begin() {
	if p.begun {
		return
	}
	p.begun = true
	p.w.Header().Set("Content-Type", p.file.Type)
	p.w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": p.file.Name}))
	p.w.WriteHeader(http.StatusOK)
}

func (p *parcel) Write(part []byte) (int, error) {
	p.begin()
	// The server's own bound is for pages. A writer without deadlines is a test's.
	if err := http.NewResponseController(p.w).SetWriteDeadline(time.Now().Add(patience)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return 0, err
	}
	return p.w.Write(part)
}
