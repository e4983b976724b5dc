package bot

import (
	"context"
	"time"

	"rollcall/bot/command"
	"rollcall/cards"
	"rollcall/cards/catalog"
	"rollcall/sync/directory"
)

// Post sends a notice of the engine as a card into an account's own chat. Errors as
// [Platform.Send].
func (b *Bot) Post(ctx context.Context, inst directory.Installation, to directory.AccountID, notice directory.Notice, mark string) (directory.MessageRef, error) {
	platform, card, err := b.compose(inst, notice, mark)
	if err != nil {
		return directory.MessageRef{}, err
	}
	return platform.Send(ctx, inst, to, card)
}

// Edit shows another notice in a message of ours. Errors as [Platform.Edit].
func (b *Bot) Edit(ctx context.Context, inst directory.Installation, to directory.AccountID, ref directory.MessageRef, notice directory.Notice, mark string) (directory.MessageRef, error) {
	platform, card, err := b.compose(inst, notice, mark)
	if err != nil {
		return directory.MessageRef{}, err
	}
	return platform.Edit(ctx, inst, to, ref, card)
}

// Report shows a job as a card in a message of ours, or in a new one where ref is zero. Errors as
// [Platform.Send] and [Platform.Edit].
func (b *Bot) Report(ctx context.Context, inst directory.Installation, to directory.AccountID, ref directory.MessageRef, report directory.Report, mark string) (directory.MessageRef, error) {
	platform, err := b.platform(inst)
	if err != nil {
		return directory.MessageRef{}, err
	}
	card := command.Report(report, to, b.title)
	card.Mark = mark
	if ref.IsZero() {
		return platform.Send(ctx, inst, to, card)
	}
	return platform.Edit(ctx, inst, to, ref, card)
}

// Find looks for a message with a mark. Errors as [Platform.Find].
func (b *Bot) Find(ctx context.Context, inst directory.Installation, to directory.AccountID, mark string, since time.Time) (directory.MessageRef, bool, error) {
	platform, err := b.platform(inst)
	if err != nil {
		return directory.MessageRef{}, false, err
	}
	return platform.Find(ctx, inst, to, mark, since)
}

// Edits is how often one message may be edited; zero: no limit is known.
func (b *Bot) Edits(name directory.Platform) int {
	if p := b.platforms[name]; p != nil {
		return p.Limits().Edits.Value
	}
	return 0
}

// Pace is how many messages per second one installation may post in bulk; zero: no limit is known.
func (b *Bot) Pace(name directory.Platform) float64 {
	if p := b.platforms[name]; p != nil {
		return p.Limits().Posts.Value
	}
	return 0
}

func (b *Bot) platform(inst directory.Installation) (Platform, error) {
	if p := b.platforms[inst.Platform]; p != nil {
		return p, nil
	}
	return nil, directory.Errorf(directory.Unauthorized, "%s is not connected", inst.Platform)
}

func (b *Bot) compose(inst directory.Installation, notice directory.Notice, mark string) (Platform, cards.Card, error) {
	platform, err := b.platform(inst)
	if err != nil {
		return nil, cards.Card{}, err
	}
	draw := face(notice.Face)
	if draw == nil {
		return nil, cards.Card{}, directory.Errorf(directory.Internal, "there is no card for the face %q", notice.Face)
	}
	card := draw(catalog.Prompt{
		Name: notice.Name, Other: notice.Other, Masked: notice.Masked,
		Here: b.title(notice.Here), There: b.title(notice.There),
		Number: notice.Number, Choices: notice.Choices, Options: options(notice), Room: platform.Limits().Actions.Value,
		Until: notice.Until, Zone: directory.Location(notice.Zone), Lang: notice.Locale, Wave: notice.Wave, Nonce: string(notice.Nonce),
	})
	card.Mark = mark
	return platform, card, nil
}

func options(notice directory.Notice) []catalog.Option {
	var list []catalog.Option
	for _, o := range notice.Options {
		list = append(list, catalog.Option{Value: o.Value, Name: o.Name, Masked: o.Masked})
	}
	return list
}

// face is the catalogue's card for a face; nil if there is none.
func face(f directory.Face) func(catalog.Prompt) cards.Card {
	switch f {
	case directory.FaceAsk:
		return catalog.Ask
	case directory.FaceChoose:
		return catalog.Choose
	case directory.FaceSearch:
		return catalog.Search
	case directory.FaceSearched:
		return catalog.Searched
	case directory.FaceLater:
		return catalog.Later
	case directory.FaceNumber:
		return catalog.Number
	case directory.FaceOpen:
		return catalog.Open
	case directory.FaceMissed:
		return catalog.Missed
	case directory.FaceLapsed:
		return catalog.Lapsed
	case directory.FaceProve:
		return catalog.Prove
	case directory.FaceSpent:
		return catalog.Spent
	case directory.FaceLinked:
		return catalog.Linked
	case directory.FaceDeclined:
		return catalog.Declined
	case directory.FaceStopped:
		return catalog.Stopped
	case directory.FaceReplaced:
		return catalog.Replaced
	case directory.FaceOver:
		return catalog.Over
	case directory.FaceWithdrawn:
		return catalog.Withdrawn
	case directory.FaceReview:
		return catalog.Review
	case directory.FaceSuspended:
		return catalog.Suspended
	case directory.FaceUnlinked:
		return catalog.Unlinked
	}
	return nil
}
