package teamssim

import (
	"net/http"

	"rollcall/adapters/sim"
)

// Failures is every way in which the connector refuses that is documented, or was met, as faults to
// add to [Sim.Faults]: named by its code, with the body that Teams sends.
func Failures() []sim.Fault {
	var all []sim.Fault
	for _, f := range []struct {
		status     int
		code, text string
	}{
		{http.StatusBadRequest, "Bad Argument", "Unknown attachment type"},
		{http.StatusBadRequest, "BadSyntax", "Bad format of the activity"},
		{http.StatusUnauthorized, "BotNotRegistered", "No registration found for this bot."},
		{http.StatusForbidden, "BotNotInConversationRoster", "The bot is not part of the conversation roster."},
		{http.StatusForbidden, "ForbiddenOperationException", "The bot is not installed in user's personal scope"},
		{http.StatusForbidden, "ConversationBlockedByUser", "User blocked the conversation with the bot."},
		{http.StatusForbidden, "BotDisabledByAdmin", "The tenant admin disabled this bot"},
		{http.StatusForbidden, "InvalidBotApiHost", "Invalid bot api host."},
		{http.StatusForbidden, "NotEnoughPermissions", "The bot doesn't have the required permissions."},
		{http.StatusNotFound, "ConversationNotFound", "Conversation not found."},
		{http.StatusNotFound, "ActivityNotFoundInConversation", "Activity not found in conversation."},
		{http.StatusPreconditionFailed, "PreconditionFailed", "Precondition failed."},
		{http.StatusRequestEntityTooLarge, "MessageSizeTooBig", "Message size too large."},
		{http.StatusTooManyRequests, "Throttled", "Too many requests."},
		{http.StatusInternalServerError, "ServiceError", "Internal server error."},
	} {
		all = append(all, failure(f.code, f.status, encoded(refuse(f.status, f.code, f.text).body)))
	}
	all = append(all,
		failure(blockedSubcode, http.StatusForbidden, MessageWrites.result().raw),
		failure("unauthorized", http.StatusUnauthorized, []byte(`{"message":"Authorization has been denied for this request."}`)),
		failure("a body of no known shape", http.StatusForbidden, []byte(`{"error":"AccessDenied","innerError":[1,null]}`)),
		sim.Fault{Name: "a gateway's page", Status: http.StatusForbidden, Body: proxyPage},
	)
	for _, status := range []int{http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout} {
		all = append(all, sim.Fault{Name: http.StatusText(status), Status: status, Body: proxyPage})
	}
	return all
}

// Failure is the one with a name. It panics if there is none.
func Failure(name string) sim.Fault {
	for _, f := range Failures() {
		if f.Name == name {
			return f
		}
	}
	panic("teamssim: there is no failure named " + name)
}

func failure(name string, status int, body []byte) sim.Fault {
	return sim.Fault{Name: name, Status: status, ContentType: "application/json; charset=utf-8", Body: string(body)}
}
