// Making and keeping elements. Every text goes in as text: what people typed never becomes markup.

export const byId = (id) => document.getElementById(id)

// h makes an element. Properties that begin with "on" are listeners, false and null are left out,
// and true is an empty attribute.
export function h(tag, props, ...children) {
  const node = document.createElement(tag)
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === false || value == null) continue
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value)
    else node.setAttribute(name, value === true ? '' : value)
  }
  node.append(...children.flat(2).filter((child) => child != null && child !== false && child !== ''))
  return node
}

// name is somebody's name within a sentence: its direction of writing stays its own.
export const name = (text) => h('bdi', null, text)

// page is a button that opens a page, beside this one.
export const page = (label, address) => /^https?:\/\//.test(address ?? '')
  ? h('a', { class: 'card-button', href: address, target: '_blank', rel: 'noopener noreferrer' }, label)
  : cannot('a button that opens no page')

// cannot stands where an element of a card is that this page doesn't know.
export const cannot = (what) => h('span', { class: 'cannot' }, `This page can’t draw ${what || 'an element without a type'}.`)

const shapes = {
  check: 'M3.5 8.5l3 3 6-7',
  plus: 'M8 3.5v9M3.5 8h9',
  cross: 'M4.5 4.5l7 7M11.5 4.5l-7 7',
  more: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  clock: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 5v3l2 1.5',
  chat: 'M2.5 3.5h11v7h-6l-3 2.5v-2.5h-2z',
  pause: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM6.5 6v4M9.5 6v4',
  alert: 'M8 2.5l6 11H2zM8 7v3M8 11.8v.01',
  link: 'M6.5 9.5l3-3M7 5l1.5-1.5a2.8 2.8 0 0 1 4 4L11 9M9 11l-1.5 1.5a2.8 2.8 0 0 1-4-4L5 7',
  arrow: 'M3 8h10M9.5 4.5L13 8l-3.5 3.5',
  down: 'M4 6.5l4 4 4-4',
  back: 'M6 4L2.5 7.5 6 11M2.5 7.5h7a4 4 0 0 1 0 8',
  people: 'M6 7.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM1.5 13.5c0-2.5 2-4 4.5-4s4.5 1.5 4.5 4M10.5 3a2.3 2.3 0 0 1 0 4.3M12 9.8c1.5.5 2.5 1.8 2.5 3.7',
  send: 'M2.5 8L13.5 3l-3 10.5-3-4.5zM7.5 9l6-6',
  list: 'M5.5 4h8M5.5 8h8M5.5 12h8M2.5 4h.01M2.5 8h.01M2.5 12h.01',
}

// icon is a drawing beside a word, and says nothing by itself.
export function icon(shape) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  svg.setAttribute('viewBox', '0 0 16 16')
  svg.setAttribute('aria-hidden', 'true')
  svg.classList.add('glyph')
  const line = document.createElementNS('http://www.w3.org/2000/svg', 'path')
  line.setAttribute('d', shapes[shape])
  svg.append(line)
  return svg
}

// keyed makes parent's children those of items: one per key, made anew only where its sign has
// changed. Scroll position, typed text and focus survive, also on a part of a child that is made anew
// if it has a data-part.
export function keyed(parent, items, { key, sign, make }) {
  const had = parent.rows ?? new Map()
  const rows = new Map()
  for (const item of items) {
    const k = key(item)
    const s = sign(item)
    const row = had.get(k)
    if (row?.sign === s) rows.set(k, row)
    else {
      const node = make(item)
      if (row) swap(row.node, node)
      rows.set(k, { sign: s, node })
    }
  }
  for (const [k, row] of had) if (!rows.has(k)) remove(row.node)
  let at = parent.firstElementChild
  for (const { node } of rows.values()) {
    if (node === at) at = at.nextElementSibling
    else move(parent, node, at)
  }
  parent.rows = rows
}

// show makes the parent's content that of one sign.
export function show(parent, sign, make) {
  keyed(parent, [sign], { key: () => 'only', sign: String, make })
}

function move(parent, node, before) {
  const focused = node.contains(document.activeElement) ? document.activeElement : null
  parent.insertBefore(node, before)
  focused?.focus({ preventScroll: true })
}

function swap(old, fresh) {
  const part = old.contains(document.activeElement) ? (document.activeElement.dataset.part ?? '') : null
  old.replaceWith(fresh)
  if (part === null) return
  const again = part && fresh.querySelector(`[data-part="${CSS.escape(part)}"]`)
  const target = again || (fresh.matches('[tabindex]') ? fresh : fresh.querySelector('button, [tabindex]'))
  target?.focus({ preventScroll: true })
}

// remove hands the focus on to a neighbour, so that whoever uses the keyboard isn't thrown back to the
// beginning of the page.
function remove(node) {
  const next = node.contains(document.activeElement) && (node.nextElementSibling ?? node.previousElementSibling)
  node.remove()
  if (next) (next.matches('[tabindex]') ? next : next.querySelector('button, [tabindex]'))?.focus({ preventScroll: true })
}

// roving lets Tab enter a long list once: the arrow keys walk between its rows, and only the current
// row's controls are in the order of Tab. Call it again after the list has changed.
export function roving(list, prefer) {
  if (!list.current) {
    list.addEventListener('focusin', (event) => choose(list, rowOf(list, event.target)))
    list.addEventListener('keydown', (event) => walk(list, event))
  }
  const rows = [...list.children]
  const row = rows.find((r) => r.contains(document.activeElement)) ??
    rows.find((r) => r.dataset.key === prefer) ?? rows.find((r) => r.dataset.key === list.current) ?? rows[0]
  for (const r of rows) tabbable(r, r === row)
  list.current = row?.dataset.key ?? '-'
}

const rowOf = (list, node) => [...list.children].find((row) => row.contains(node))

function choose(list, row) {
  if (!row || row.dataset.key === list.current) return
  for (const r of list.children) tabbable(r, r === row)
  list.current = row.dataset.key
}

function tabbable(row, yes) {
  for (const control of row.querySelectorAll('button, summary')) control.tabIndex = yes ? 0 : -1
}

function walk(list, event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  const rows = [...list.children]
  const at = rows.indexOf(rowOf(list, event.target))
  const to = event.key === 'Home' ? rows[0] : event.key === 'End' ? rows.at(-1) : step && rows[at + step]
  if (!to || event.target.matches('input')) return
  event.preventDefault()
  to.querySelector('button')?.focus()
}
