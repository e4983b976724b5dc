// Adaptive Cards.

import { cannot, h, page } from './dom.js'

export function drawAdaptive(card, button) {
  return h('div', { class: 'card adaptive' }, elements(card.body, button), buttons(card.actions, button))
}

const elements = (list, button) => (list ?? []).map((e) => {
  const node = draws[e?.type]?.(e, button) ?? cannot(e?.type)
  if (e?.separator) node.classList.add('separator')
  if (e?.spacing) node.classList.add(`spacing-${e.spacing.toLowerCase()}`)
  return node
})

const draws = {
  TextBlock: (e) => h('p', { class: look(e), dir: 'auto', ...level(e) }, e.text),
  RichTextBlock: (e) => h('p', { class: look(e), dir: 'auto', ...level(e.inlines?.[0]) }, (e.inlines ?? []).map(inline)),
  Container: (e, button) => h('div', { class: `card-box ${word(e.style)}` }, elements(e.items, button)),
  ColumnSet: (e, button) => h('div', { class: 'card-columns' }, (e.columns ?? []).map((c) => column(c, button))),
  FactSet: (e) => h('dl', { class: 'card-facts' }, (e.facts ?? []).map((f) => [h('dt', { dir: 'auto' }, f.title), h('dd', { dir: 'auto' }, f.value)])),
  Table: (e, button) => h('table', { class: 'card-table' }, (e.rows ?? []).map((row, i) => h('tr', null,
    (row.cells ?? []).map((cell) => h(i === 0 ? 'th' : 'td', null, elements(cell.items, button)))))),
  ActionSet: (e, button) => buttons(e.actions, button) ?? h('div'),
}

function buttons(list, button) {
  if (!list?.length) return null
  return h('div', { class: 'card-buttons' }, list.map((a) => a.type === 'Action.Submit' || a.type === 'Action.Execute'
    ? button(a, a.title ?? '', { positive: 'primary', destructive: 'danger' }[a.style] ?? '')
    : a.type === 'Action.OpenUrl' ? page(a.title ?? '', a.url) : cannot(a.type)))
}

function column(c, button) {
  if (c.type !== 'Column') return cannot(c.type)
  const node = h('div', { class: 'card-column' }, elements(c.items, button))
  const width = String(c.width ?? 'stretch')
  if (width.endsWith('px')) node.style.flex = `0 0 ${parseInt(width, 10)}px`
  else if (width === 'auto') node.style.flex = '0 1 auto'
  else node.style.flex = `${Number(width) || 1} 1 0`
  return node
}

const inline = (r) => typeof r === 'string' ? r : r.type === 'TextRun' ? h('span', { class: look(r) }, r.text) : cannot(r.type)

// A large bold text is what these cards have for a heading.
const level = (e) => /large/i.test(e?.size ?? '') && /bolder/i.test(e?.weight ?? '') ? { role: 'heading', 'aria-level': '4' } : {}

const word = (text) => /^[a-zA-Z]+$/.test(text ?? '') ? text.toLowerCase() : ''

const look = (e) => [
  e.size && `size-${word(e.size)}`,
  e.weight && `weight-${word(e.weight)}`,
  e.color && `color-${word(e.color)}`,
  e.horizontalAlignment && `align-${word(e.horizontalAlignment)}`,
  e.isSubtle && 'subtle',
].filter(Boolean).join(' ')
