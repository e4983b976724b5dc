package demo

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"rollcall/adapters/hook/hooksim"
	"rollcall/adapters/sim"
	"rollcall/adapters/slack/slacksim"
	"rollcall/adapters/webex/webexsim"
)

// tenancy knows of everything that is one tenant's alone whose it is: workspaces, the ids that are unique, tokens, and
// names. Most ids and all addresses of the demo are several tenants', and so tell nothing.
type tenancy struct {
	firms   []*firm
	makers  string              // the organisation on Webex of whoever runs Rollcall
	places  map[string]string   // workspaces, by what the simulators call them: the tenant
	claimed map[string]string   // what is unique: the tenant; empty: several tenants'
	byFirst map[string][]string // the same, by their first letters and digits
	names   map[string]bool     // those of the first tenant's people, which go on for the others'
	found   map[string]int      // by tenant: how often something of its own was seen where it may be
}

var (
	letters = regexp.MustCompile(`[\pL\pN]+`)
	// ofOthers are the names of all tenants' people but the first one's.
	ofOthers = regexp.MustCompile(`^ of (Hartmann|Ostrava|Fjord)\b`)
)

// tenancyOf learns from the simulators whose everything is.
func tenancyOf(w *World) *tenancy {
	t := &tenancy{firms: w.firms(), places: make(map[string]string), claimed: make(map[string]string), byFirst: make(map[string][]string), names: make(map[string]bool), found: make(map[string]int)}
	for _, f := range t.firms {
		places := []string{f.slackTeam, f.branch(), f.slackOrg, f.webexOrg, f.entra}
		for _, place := range places {
			t.places[place] = f.id
		}
		delete(t.places, "")
		t.claim(f.id, places...)
		c := w.config.Tenants[f.id]
		t.claim(f.id, f.name, c.Slack.BotToken, c.Webex.AdminToken, c.Webex.GuestToken)
		for _, kind := range []string{"8000", "9000", "a000", "b000", "c000"} { // see webexID, teamsID and entraGroupID
			t.claim(f.id, fmt.Sprintf("%08d-0000-4000-%s", f.number+1, kind))
		}
		for _, p := range w.Webex.People(f.webexOrg) {
			t.claimID(f, p.ID)
		}
		for _, u := range w.Entra.Users(f.entra) {
			t.claimID(f, u.ID)
		}
		if f.number > 0 {
			t.claim(f.id, strings.Fields(f.name)[0]) // its people's names end with it
		}
	}
	for _, r := range append(company(), resident{name: "Rosa Berg"}, resident{name: "Carl Conti"}) { // those two come about in the story
		t.claim(t.firms[0].id, r.name)
		t.names[r.name] = true
	}
	for _, ws := range w.Slack.Workspaces() {
		t.claim(t.places[ws.ID], ws.Token)
	}
	for _, m := range slices.Concat(w.Webex.Messages(0), w.Teams.Messages(0)) { // Slack's are the same in all workspaces
		t.claim(t.places[m.Workspace], m.ID, m.Conversation)
	}
	for _, u := range w.Webex.Uses() {
		if u.Kind == webexsim.KindBot {
			t.makers = u.Org
		}
	}
	return t
}

// claim notes that something is a tenant's. What two claim is nobody's.
func (t *tenancy) claim(tenant string, words ...string) {
	for _, word := range words {
		if word == "" {
			continue
		}
		before, there := t.claimed[word]
		switch {
		case !there:
			first := letters.FindString(word)
			t.claimed[word], t.byFirst[first] = tenant, append(t.byFirst[first], word)
		case before != tenant:
			t.claimed[word] = ""
		}
	}
}

// claimID claims an id that the platforms gave out, unless it is seen by its beginning whose it is.
func (t *tenancy) claimID(f *firm, id string) {
	if !strings.HasPrefix(id, fmt.Sprintf("%08d-0000-4000-", f.number+1)) {
		t.claim(f.id, id)
	}
}

// foreign is what a text has of other tenants than its own; empty: nothing.
func (t *tenancy) foreign(own, text string) []string {
	var all []string
	seen := func(tenant, word string) {
		if tenant == own {
			t.found[own]++
		} else if tenant != "" {
			all = append(all, fmt.Sprintf("%q of %s", word, tenant))
		}
	}
	for _, at := range letters.FindAllStringIndex(text, -1) {
		for _, word := range t.byFirst[text[at[0]:at[1]]] {
			rest, is := strings.CutPrefix(text[at[0]:], word)
			if is && !continues(rest) && !(t.names[word] && ofOthers.MatchString(rest)) {
				seen(t.claimed[word], word)
			}
		}
	}
	return all
}

// continues reports whether a word goes on.
func continues(rest string) bool {
	at := letters.FindStringIndex(rest)
	return at != nil && at[0] == 0
}

// database looks at every row of every table.
func (t *tenancy) database(ctx context.Context, path string) ([]string, error) {
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro")
	if err != nil {
		return nil, err
	}
	defer db.Close()
	tables, err := columnOf(ctx, db, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'goose_db_version' ORDER BY name")
	if err != nil {
		return nil, err
	}
	var all []string
	for _, table := range tables {
		found, err := t.table(ctx, db, table)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", table, err)
		}
		all = append(all, found...)
	}
	for _, table := range []string{"holds", "nonces"} { // they name a link by its number
		rows, err := columnOf(ctx, db, "SELECT links.tenant FROM "+table+" AS x JOIN links ON links.id = x.link WHERE links.tenant <> x.tenant")
		if err != nil {
			return nil, err
		}
		for _, tenant := range rows {
			all = append(all, fmt.Sprintf("%s: a row is of a link of %s", table, tenant))
		}
	}
	return all, nil
}

func columnOf(ctx context.Context, db *sql.DB, query string) ([]string, error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		all = append(all, text)
	}
	return all, rows.Err()
}

// table looks at every row of a table. Its tenant stands in the column of that name; in the table of tenants, it is the id.
func (t *tenancy) table(ctx context.Context, db *sql.DB, table string) ([]string, error) {
	rows, err := db.QueryContext(ctx, "SELECT * FROM "+table)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	key := slices.Index(columns, "tenant")
	if table == "tenants" {
		key = slices.Index(columns, "id")
	}
	var all []string
	for rows.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		if key < 0 {
			return []string{table + ": the rows don't say whose they are"}, nil
		}
		tenant, _ := values[key].(string)
		for _, problem := range t.row(table, tenant, columns, values) {
			all = append(all, fmt.Sprintf("%s, a row of %q: %s", table, tenant, problem))
		}
	}
	return all, rows.Err()
}

// row looks at one row. A ticket of a browser that isn't signed in is nobody's, and has nothing of anybody.
func (t *tenancy) row(table, tenant string, columns []string, values []any) []string {
	var all []string
	known := slices.ContainsFunc(t.firms, func(f *firm) bool { return f.id == tenant })
	if !known && (table != "tickets" || tenant != "") {
		all = append(all, "there is no such tenant")
	}
	for i, value := range values {
		switch value := value.(type) {
		case string:
			all = append(all, t.foreign(tenant, value)...)
		case []byte:
			var record any
			decoder := json.NewDecoder(bytes.NewReader(value))
			decoder.UseNumber()
			if err := decoder.Decode(&record); err != nil {
				all = append(all, columns[i]+" is no record")
			}
			all = append(all, t.record(tenant, record)...)
		}
	}
	return all
}

// record looks at everything in a record. What says of a tenant that it is its own says it of the row's.
func (t *tenancy) record(tenant string, value any) []string {
	var all []string
	switch value := value.(type) {
	case string:
		return t.foreign(tenant, value)
	case []any:
		for _, item := range value {
			all = append(all, t.record(tenant, item)...)
		}
	case map[string]any:
		for name, item := range value {
			if id, is := item.(string); is && strings.EqualFold(name, "tenant") && id != "" && id != tenant {
				all = append(all, "the record is of "+id)
			}
			all = append(append(all, t.foreign(tenant, name)...), t.record(tenant, item)...)
		}
	}
	return all
}

// messages looks at every message that a platform took.
func (t *tenancy) messages(messages []sim.Message) []string {
	var all []string
	for _, m := range messages {
		tenant := t.places[m.Workspace]
		if tenant == "" {
			all = append(all, fmt.Sprintf("a message is in %q, which is no tenant's", m.Workspace))
		}
		texts := []string{m.ID, m.Conversation, m.From, m.To, m.Text}
		for _, card := range []json.RawMessage{m.Card, m.First} {
			texts = append(texts, stringsIn(card)...)
		}
		for _, press := range m.Presses {
			texts = append(texts, press...)
		}
		for _, text := range texts {
			for _, problem := range t.foreign(tenant, text) {
				all = append(all, fmt.Sprintf("a message in %s has %s", m.Workspace, problem))
			}
		}
	}
	return all
}

// stringsIn are all strings of a JSON text, without its escapes.
func stringsIn(text []byte) []string {
	var all []string
	decoder := json.NewDecoder(bytes.NewReader(text))
	for {
		token, err := decoder.Token()
		if err != nil {
			return all
		}
		if word, is := token.(string); is {
			all = append(all, word)
		}
	}
}

// slack looks at whose token every call carried, and which workspace it named.
func (t *tenancy) slack(calls []slacksim.Call) []string {
	var all []string
	for _, c := range calls {
		switch owner := t.places[c.Workspace]; {
		case owner == "" && c.Route != "oauth.v2.authorize" && c.Route != "oauth.v2.access":
			all = append(all, fmt.Sprintf("%s on Slack carried no tenant's token (%s)", c.Route, c.Detail))
		case owner != "" && c.Team != "" && t.places[c.Team] != owner:
			all = append(all, fmt.Sprintf("%s on Slack carried a token of %s and named %s", c.Route, c.Workspace, c.Team))
		}
	}
	return all
}

// webex does so. The bot has one token for all tenants, and so has whoever registered the service app, who gets the
// tenants' tokens with it.
func (t *tenancy) webex(calls []webexsim.Use) []string {
	var all []string
	for _, c := range calls {
		fine := false
		switch c.Kind {
		case webexsim.KindBot:
			fine = c.Org == t.makers
		case webexsim.KindIntegration:
			ours := c.Org == t.makers && (c.About == t.makers || c.Route == "POST /applications/{id}/token")
			fine = ours || t.places[c.Org] != "" && c.About == c.Org
		case webexsim.KindAdmin, webexsim.KindServiceApp:
			fine = t.places[c.Org] != "" && c.About == c.Org
		case "": // to get a token, or with one that has ended
			fine = c.Org == "" && (c.Route == "POST /access_token" || strings.Contains(c.Route, "/authorize") || strings.Contains(c.Route, "/control-hub") || c.Status == 401)
		}
		if !fine {
			all = append(all, fmt.Sprintf("%s on Webex carried a token (%s) of %q and was for %q", c.Route, c.Kind, c.Org, c.About))
		}
	}
	return all
}

// entra does so. Tokens are asked for without one.
func (t *tenancy) entra(calls []sim.Call) []string {
	var all []string
	for _, c := range calls {
		if c.Status == 401 && c.Workspace == "" {
			continue // with a token that has ended, and so is nobody's
		}
		graph := !strings.Contains(c.Route, "oauth2") && !strings.Contains(c.Route, "adminconsent") && !strings.Contains(c.Route, "/{tenant}/")
		owner := t.places[c.Workspace]
		if graph && owner == "" || c.Workspace != "" && c.About != "" && t.places[c.About] != owner {
			all = append(all, fmt.Sprintf("%s on Entra carried a token of %q and was for %q (%s)", c.Route, c.Workspace, c.About, c.Detail))
		}
	}
	return all
}

// teams does so. The bot has one token, that of the tenant in which it is registered.
func (t *tenancy) teams(calls []sim.Call) []string {
	var all []string
	for _, c := range calls {
		connector := strings.Contains(c.Route, "/v3/")
		if connector && (c.Workspace != homeTenant || t.places[c.About] == "") || !connector && c.Workspace != "" && c.Workspace != homeTenant {
			all = append(all, fmt.Sprintf("%s on Teams carried a token of %q and was for %q (%s)", c.Route, c.Workspace, c.About, c.Detail))
		}
	}
	return all
}

// hooks looks at what other systems were told.
func (t *tenancy) hooks(taken []hooksim.Taken) []string {
	var all []string
	for _, h := range taken {
		for _, text := range stringsIn(h.Body) {
			for _, problem := range t.foreign(h.Tenant, text) {
				all = append(all, fmt.Sprintf("a change of %s told of %s", h.Tenant, problem))
			}
		}
	}
	return all
}
