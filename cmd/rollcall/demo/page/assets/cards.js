// A message's card, drawn from the JSON that came over the wire. What can't be drawn is said, never
// left out: a card without one of its parts would ask something else.

import { cannot, h } from './dom.js'
import { drawBlocks } from './blocks.js'
import { drawAdaptive } from './adaptive.js'

// drawCard draws a card; press(index, button) is called with the place of the pressed button among the
// card's buttons.
export function drawCard(format, card, press) {
  const kind = kinds[format]
  if (!kind || !card) return cannot(`a card of the form “${format}”`)
  const order = buttonsOf(card, kind.isButton)
  const button = (element, label, tone) => h('button', {
    type: 'button',
    class: `card-button ${tone}`,
    'data-part': `button-${order.get(element)}`,
    onclick: (event) => press(order.get(element), event.currentTarget),
  }, label)
  return kind.draw(card, button)
}

const kinds = {
  blocks: { draw: drawBlocks, isButton: (o) => o.type === 'button' },
  adaptive: { draw: drawAdaptive, isButton: (o) => typeof o.type === 'string' && o.type.startsWith('Action.') },
}

// buttonsOf numbers the buttons in the order in which they stand in the JSON. What a button has within
// it, as for clients that don't know it, isn't a button of its own.
function buttonsOf(card, isButton) {
  const order = new Map()
  const visit = (value) => {
    if (value === null || typeof value !== 'object') return
    if (isButton(value)) order.set(value, order.size)
    else Object.values(value).forEach(visit)
  }
  visit(card)
  return order
}
