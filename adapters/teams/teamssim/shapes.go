package teamssim

import "strings"

// shape is what an object in a card may have.
type shape struct{ has, needs []string }

// The properties that many types share.
const (
	ofElement = " fallback height separator spacing id isVisible requires"
	ofInput   = " id! errorMessage isRequired label fallback height separator spacing isVisible requires"
	ofAction  = " title iconUrl id style fallback tooltip mode requires"
	ofBox     = " selectAction style verticalContentAlignment bleed backgroundImage minHeight rtl"
)

// shapes are the types of Adaptive Cards 1.5 with their properties, as their schema has them
// (https://adaptivecards.io/schemas/1.5.0/adaptive-card.json), less what Teams doesn't draw
// (https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-reference):
// media, and isEnabled of an action. Those with "!" can't be missing. What has no type of its own
// is known by the property that it is in.
var shapes = shaped(map[string]string{
	"AdaptiveCard": "$schema version refresh authentication body actions selectAction fallbackText backgroundImage minHeight rtl speak lang verticalContentAlignment",

	"TextBlock":     "text! color fontType horizontalAlignment isSubtle maxLines size weight wrap style" + ofElement,
	"RichTextBlock": "inlines! horizontalAlignment" + ofElement,
	"TextRun":       "text! color fontType highlight isSubtle italic selectAction size strikethrough underline weight",
	"Image":         "url! altText backgroundColor horizontalAlignment selectAction size style width" + ofElement,
	"ImageSet":      "images! imageSize" + ofElement,
	"Container":     "items!" + ofBox + ofElement,
	"ColumnSet":     "columns selectAction style bleed minHeight horizontalAlignment" + ofElement,
	"Column":        "items width separator spacing id isVisible requires fallback" + ofBox,
	"FactSet":       "facts!" + ofElement,
	"ActionSet":     "actions!" + ofElement,
	"Table":         "columns rows firstRowAsHeader showGridLines gridStyle horizontalCellContentAlignment verticalCellContentAlignment" + ofElement,
	"TableRow":      "cells style horizontalCellContentAlignment verticalCellContentAlignment",
	"TableCell":     "items!" + ofBox,

	"Input.Text":      "isMultiline maxLength placeholder regex style inlineAction value" + ofInput,
	"Input.Number":    "max min placeholder value" + ofInput,
	"Input.Date":      "max min placeholder value" + ofInput,
	"Input.Time":      "max min placeholder value" + ofInput,
	"Input.Toggle":    "title! value valueOff valueOn wrap" + ofInput,
	"Input.ChoiceSet": "choices isMultiSelect style value placeholder wrap" + ofInput,

	"Action.Execute":          "verb! data associatedInputs" + ofAction,
	"Action.Submit":           "data associatedInputs" + ofAction,
	"Action.OpenUrl":          "url!" + ofAction,
	"Action.ShowCard":         "card!" + ofAction,
	"Action.ToggleVisibility": "targetElements!" + ofAction,

	"Fact":                  "title! value!",
	"Input.Choice":          "title! value!",
	"TableColumnDefinition": "width horizontalCellContentAlignment verticalCellContentAlignment",
	"TargetElement":         "elementId! isVisible",
	"BackgroundImage":       "url! fillMode horizontalAlignment verticalAlignment",
	"Refresh":               "action! userIds expires",
	"Authentication":        "text connectionName tokenExchangeResource buttons",
	"TokenExchangeResource": "id! uri! providerId!",
	"AuthCardButton":        "title image value!",
})

func shaped(lists map[string]string) map[string]shape {
	all := make(map[string]shape, len(lists))
	for kind, list := range lists {
		s := shape{has: []string{"type"}}
		for _, name := range strings.Fields(list) {
			bare := strings.TrimSuffix(name, "!")
			s.has = append(s.has, bare)
			if bare != name {
				s.needs = append(s.needs, bare)
			}
		}
		all[kind] = s
	}
	return all
}

// The kinds of things that are named by their type.
var (
	elements = strings.Fields("TextBlock RichTextBlock Image ImageSet Container ColumnSet FactSet ActionSet Table " +
		"Input.Text Input.Number Input.Date Input.Time Input.Toggle Input.ChoiceSet")
	actions = strings.Fields("Action.Execute Action.Submit Action.OpenUrl Action.ShowCard Action.ToggleVisibility")
	// Those by which a part of a card is pressed.
	selections = strings.Fields("Action.Execute Action.Submit Action.OpenUrl Action.ToggleVisibility")
)

// place is what a property holds.
type place struct {
	kinds []string
	list  bool
	typed bool // each has to name its type
}

// places are the properties that hold objects, by name. Two depend on what they are in: columns, and
// fallback.
var places = map[string]place{
	"body":                  {elements, true, true},
	"items":                 {elements, true, true},
	"actions":               {actions, true, true},
	"inlines":               {[]string{"TextRun"}, true, true},
	"images":                {[]string{"Image"}, true, false},
	"columns":               {[]string{"Column"}, true, false},
	"facts":                 {[]string{"Fact"}, true, false},
	"choices":               {[]string{"Input.Choice"}, true, false},
	"rows":                  {[]string{"TableRow"}, true, false},
	"cells":                 {[]string{"TableCell"}, true, false},
	"targetElements":        {[]string{"TargetElement"}, true, false},
	"buttons":               {[]string{"AuthCardButton"}, true, false},
	"selectAction":          {selections, false, true},
	"inlineAction":          {selections, false, true},
	"action":                {[]string{"Action.Execute"}, false, true},
	"card":                  {[]string{"AdaptiveCard"}, false, true},
	"refresh":               {[]string{"Refresh"}, false, false},
	"authentication":        {[]string{"Authentication"}, false, false},
	"tokenExchangeResource": {[]string{"TokenExchangeResource"}, false, false},
	"backgroundImage":       {[]string{"BackgroundImage"}, false, false},
}

// values are what properties with few values may be. Clients read them in any case.
var values = map[string][]string{
	"spacing":             strings.Fields("default none small medium large extraLarge padding"),
	"horizontalAlignment": strings.Fields("left center right"),
	"weight":              strings.Fields("default lighter bolder"),
	"color":               strings.Fields("default dark light accent good warning attention"),
	"mode":                strings.Fields("primary secondary"),
	"associatedInputs":    strings.Fields("auto none"),
}

// flags are the properties that are true or false.
var flags = strings.Fields("separator isVisible wrap isSubtle bleed rtl highlight italic strikethrough underline " +
	"isMultiline isMultiSelect isRequired firstRowAsHeader showGridLines")
