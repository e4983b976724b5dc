// Block Kit blocks.

import { cannot, h, page } from './dom.js'

export function drawBlocks(blocks, button) {
  const list = Array.isArray(blocks) ? blocks : [blocks]
  return h('div', { class: 'card blocks' }, list.map((block) => draws[block?.type]?.(block, button) ?? cannot(block?.type)))
}

const draws = {
  header: (block) => h('p', { class: 'card-title', dir: 'auto', role: 'heading', 'aria-level': '4' }, block.text?.text),
  divider: () => h('hr'),
  context: (block) => h('div', { class: 'card-small' }, (block.elements ?? []).map((e) => text(e))),
  section: (block, button) => h('div', { class: 'card-section' },
    block.text && text(block.text),
    block.fields && h('div', { class: 'card-fields' }, block.fields.map((e) => text(e))),
    block.accessory && element(block.accessory, button)),
  actions: (block, button) => h('div', { class: 'card-buttons' }, (block.elements ?? []).map((e) => element(e, button))),
  rich_text: (block) => h('div', { class: 'card-rich' }, (block.elements ?? []).map((e) =>
    e.type === 'rich_text_section' ? h('p', { dir: 'auto' }, (e.elements ?? []).map(run)) : cannot(e.type))),
  table: (block) => h('table', { class: 'card-table' }, (block.rows ?? []).map((row, i) => h('tr', null,
    row.map((cell) => h(i === 0 ? 'th' : 'td', null, cell?.type === 'rich_text' ? draws.rich_text(cell) : cannot(cell?.type)))))),
}

// text is a text object. mrkdwn is shown as it is written: no card of ours has any.
const text = (object) => ['plain_text', 'mrkdwn'].includes(object.type)
  ? h('p', { dir: 'auto' }, object.text)
  : cannot(object.type)

const element = (e, button) => e.type !== 'button' ? cannot(e.type)
  : e.url ? page(e.text?.text ?? '', e.url) : button(e, e.text?.text ?? '', e.style ?? '')

function run(r) {
  if (r.type !== 'text') return cannot(r.type)
  return Object.entries({ bold: 'strong', italic: 'em', strike: 's', code: 'code' })
    .filter(([style]) => r.style?.[style])
    .reduce((inner, [, tag]) => h(tag, null, inner), r.text ?? '')
}
