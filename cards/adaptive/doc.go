// Package adaptive renders a card as an Adaptive Card, for the platforms that draw those. What they
// draw and take differs, and is data: a [Profile].
//
// It owns the JSON of the card and of the data that its buttons send back ([PressOf]), and the place
// of the mark by which a message is recognised later ([MarkOf]). It never sends anything, and trusts
// nothing that comes back.
//
// All text of a card is shown in a RichTextBlock, whose runs are the one kind of text in which no
// client reads markdown. TextBlock and FactSet, in which every client does, are not used.
package adaptive
