// What opens over the page: a menu, a question, and short messages.

import { byId, h, icon } from './dom.js'

// menu opens a menu below a button. Its items are {label, act}, with danger or off.
export function menu(button, items) {
  const box = byId('menu')
  box.replaceChildren(...items.map((item) => h('button', {
    type: 'button', role: 'menuitem', class: item.danger && 'danger', disabled: item.off,
    onclick: () => {
      box.hidePopover()
      item.act()
    },
  }, item.label)))
  box.onkeydown = (event) => walk(box, event)
  box.ontoggle = (event) => {
    button.setAttribute('aria-expanded', String(event.newState === 'open'))
    if (event.newState === 'closed' && (box.contains(document.activeElement) || document.activeElement === document.body)) button.focus()
  }
  box.showPopover()
  box.querySelector('button:enabled')?.focus() // at once: the event above comes later than the next key
  const at = button.getBoundingClientRect()
  const below = at.bottom + box.offsetHeight + 12 < innerHeight
  box.style.left = `${Math.max(8, Math.min(at.right - box.offsetWidth, innerWidth - box.offsetWidth - 8))}px`
  box.style.top = `${below ? at.bottom + 4 : Math.max(8, at.top - box.offsetHeight - 4)}px`
}

function walk(box, event) {
  if (event.key === 'Tab') return box.hidePopover()
  const items = [...box.querySelectorAll('button:enabled')]
  const at = items.indexOf(document.activeElement)
  const to = { ArrowDown: items[(at + 1) % items.length], ArrowUp: items.at(at - 1), Home: items[0], End: items.at(-1) }[event.key]
  if (!to) return
  event.preventDefault()
  to.focus()
}

// askFor opens a form; answered gets its values, and false from it keeps the form open.
export function askFor(title, text, fields, label, answered) {
  const inputs = fields.map((f) => h('input', { name: f.name, type: f.type ?? 'text', value: f.value, required: true, maxlength: '200', autocomplete: 'off', spellcheck: 'false', dir: 'auto' }))
  openDialog(title, text, fields.map((f, i) => h('label', { class: 'field' }, f.label, inputs[i])), { label, class: 'primary' }, () =>
    answered(Object.fromEntries(inputs.map((input) => [input.name, input.value.trim()]))))
  inputs[0].select()
}

// askWhether asks before something that is not undone with one click.
export function askWhether(title, text, label, act) {
  openDialog(title, text, [], { label, class: 'danger' }, act)
}

function openDialog(title, text, content, button, act) {
  const box = byId('dialog')
  const back = wayBack(document.activeElement)
  const submit = h('button', { class: `button ${button.class}`, type: 'submit' }, button.label)
  box.replaceChildren(h('form', {
    method: 'dialog',
    onsubmit: async (event) => {
      event.preventDefault()
      if (submit.getAttribute('aria-disabled')) return
      submit.setAttribute('aria-disabled', 'true')
      if (await act()) box.close()
      submit.removeAttribute('aria-disabled')
    },
  },
  h('h2', { id: 'dialog-title' }, title), h('p', null, text), content,
  h('div', { class: 'row last' }, h('button', { class: 'button', type: 'button', onclick: () => box.close() }, 'Cancel'), submit)))
  box.onclose = back
  box.showModal()
}

// wayBack returns to what had the focus, or to its successor: the row may have been drawn anew since.
function wayBack(node) {
  const row = node.closest('[data-key]')?.dataset.key ?? ''
  const part = node.dataset.part ?? ''
  return () => {
    const heir = document.querySelector(`[data-key="${CSS.escape(row)}"] [data-part="${CSS.escape(part)}"]`)
    const target = node.isConnected ? node : heir
    target?.focus({ preventScroll: true })
  }
}

// toast shows a message for a while. An error stays until it is read, and is read out at once.
export function toast(text, { error = false, label, act } = {}) {
  const box = h('div', { class: `toast${error ? ' error' : ''}`, role: error && 'alert' },
    icon(error ? 'alert' : 'chat'),
    h('p', null, text),
    act && h('button', { class: 'button small', type: 'button', onclick: () => { box.remove(); act() } }, label),
    h('button', { class: 'icon', type: 'button', 'aria-label': 'Close this message', onclick: () => box.remove() }, icon('cross')))
  const toasts = byId('toasts')
  while (toasts.children.length > 2) toasts.firstElementChild.remove()
  toasts.append(box)
  if (!error) setTimeout(() => box.matches(':hover, :focus-within') || box.remove(), 9000)
}

// say is for those who hear the page.
export function say(text) {
  byId('said').textContent = text
}
