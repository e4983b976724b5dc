package slack

import (
	"encoding/json"

	slackgo "github.com/slack-go/slack"

	"rollcall/cards"
	"rollcall/cards/blockkit"
	"rollcall/sync/directory"
)

// render gives a card Slack's form. Invalid: it breaks a limit.
func render(card cards.Card) (blockkit.Message, error) {
	message, err := blockkit.Render(card)
	if err != nil {
		return blockkit.Message{}, directory.Errorf(directory.Invalid, "slack: %w", err)
	}
	return message, nil
}

// options is a message as slack-go takes it. The mark is metadata, which chat.update keeps where it
// isn't given anew.
func options(message blockkit.Message) ([]slackgo.MsgOption, error) {
	parts, err := elements(message.Blocks)
	if err != nil {
		return nil, directory.Errorf(directory.Internal, "slack: the rendered blocks are no array")
	}
	blocks := make([]slackgo.Block, len(parts))
	for i, part := range parts {
		blocks[i] = rendered(part)
	}
	options := []slackgo.MsgOption{slackgo.MsgOptionText(message.Text, false), slackgo.MsgOptionBlocks(blocks...)}
	if message.Mark != "" {
		options = append(options, slackgo.MsgOptionMetadata(slackgo.SlackMetadata{
			EventType: metadataType, EventPayload: map[string]any{"mark": message.Mark},
		}))
	}
	return options, nil
}

// rendered is a block that is JSON already. slack-go only marshals it.
type rendered []byte

func (r rendered) MarshalJSON() ([]byte, error)        { return r, nil }
func (r rendered) BlockType() slackgo.MessageBlockType { return "" }
func (r rendered) ID() string                          { return "" }

// alone is what only one person sees: the answer to a command, or a post to a response_url.
func alone(card cards.Card) ([]byte, error) {
	message, err := render(card)
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(ephemeral{Type: "ephemeral", Text: message.Text, Blocks: message.Blocks})
	if err != nil {
		return nil, directory.Errorf(directory.Internal, "slack: a reply can't be encoded")
	}
	return body, nil
}
