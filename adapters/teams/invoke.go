package teams

import (
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/infracloudio/msbotbuilder-go/schema"

	"rollcall/bot"
	"rollcall/cards/adaptive"
)

// The types of an answer to a press:
// https://learn.microsoft.com/adaptive-cards/authoring-cards/universal-action-model#response-format.
const (
	cardType    = "application/vnd.microsoft.card.adaptive"
	messageType = "application/vnd.microsoft.activity.message"
	errorType   = "application/vnd.microsoft.error"
)

// invokeAnswer is the body of an answer to a press. The HTTP status around it is 200 always.
type invokeAnswer struct {
	Status int    `json:"statusCode"`
	Type   string `json:"type"`
	Value  any    `json:"value"`
}

type invokeError struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// answer acknowledges an activity, or answers the press that it is.
func (e endpoint) answer(w http.ResponseWriter, h heard, replies replies, status int) {
	if status == http.StatusOK && h.Type == schema.Invoke {
		e.answerPress(w, replies.press)
	} else {
		w.Header().Set("Content-Length", "0")
		w.WriteHeader(status)
	}
	// So that the connector does not wait for what follows. Where it can't be flushed it is sent
	// when the handler returns.
	_ = http.NewResponseController(w).Flush()
}

// thanks is what a press is answered with where the sink has no word for it.
const thanks = "Thank you"

// answerPress answers a press, for the presser alone: with a card in the place of the one that was
// pressed until that is drawn again, or with a word. Nil: the press was none of ours.
func (e endpoint) answerPress(w http.ResponseWriter, reply *bot.Reply) {
	out := invokeAnswer{Status: http.StatusOK, Type: messageType, Value: thanks}
	if reply != nil && reply.Word != "" {
		out.Value = reply.Word
	}
	switch {
	case reply == nil:
		out = invokeAnswer{http.StatusBadRequest, errorType, invokeError{"BadRequest", "This button is not known here."}}
	case reply.Card != nil:
		card, err := adaptive.Teams.Render(*reply.Card)
		if err != nil {
			e.log.Error("a reply can't be shown", "platform", Name)
			break
		}
		out.Type, out.Value = cardType, card
	}
	body, err := json.Marshal(out)
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body) // whoever has hung up needs no answer
}
