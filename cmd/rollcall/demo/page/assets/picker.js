// Choosing whom you are on a platform: a field that filters a list of people.

import { h, icon, keyed } from './dom.js'
import { news } from './store.js'

const most = 50 // options drawn at once
const kinds = { guest: 'guest', bot: 'app', deactivated: 'deactivated', invited: 'invited', 'without the app': 'without the app', 'blocks the app': 'blocks the app' }
const kindOf = (u) => (u.standsIn ? 'stand-in' : kinds[u.kind])
const fold = (text) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()

// picker makes the field. choose(id) is called when somebody was chosen.
export function picker(id, label, choose) {
  const list = h('ul', { class: 'options', id: `${id}-list`, role: 'listbox', 'aria-label': label, hidden: true })
  const input = h('input', {
    type: 'text', id, role: 'combobox', autocomplete: 'off', spellcheck: 'false', dir: 'auto', placeholder: 'Choose a person',
    'aria-label': label, 'aria-autocomplete': 'list', 'aria-expanded': 'false', 'aria-controls': `${id}-list`,
  })
  const asks = h('span', { class: 'badge', hidden: true })
  const more = h('p', { class: 'options-more', hidden: true })
  const node = h('div', { class: 'picker' },
    h('span', { class: 'picker-you', 'aria-hidden': 'true' }, 'You are'), input, asks, icon('down'), h('div', { class: 'options-box' }, list, more))
  let users = []
  let user = null
  let at = -1 // the option that Enter chooses

  const isOpen = () => !list.hidden
  const found = () => {
    const text = isOpen() && input.value !== (user?.name ?? '') ? fold(input.value.trim()) : ''
    return users.filter((u) => !text || fold(`${u.name} ${u.email}`).includes(text)).sort((a, b) => news(b) + b.asks - news(a) - a.asks)
  }

  function drawList() {
    const all = found()
    at = Math.min(at, Math.min(all.length, most) - 1)
    keyed(list, all.slice(0, most).map((u, i) => ({ u, news: news(u), current: u === user, active: i === at })), {
      key: (o) => o.u.id,
      sign: (o) => JSON.stringify([o.u.name, o.u.email, kindOf(o.u), o.u.asks, o.news, o.current, o.active]),
      make: (o) => option(o),
    })
    more.hidden = all.length > 0 && all.length <= most
    more.textContent = all.length ? `${all.length - most} more: type to narrow the list` : 'Nobody has a name or an address like that.'
    const active = list.children[at]
    if (active) input.setAttribute('aria-activedescendant', active.id)
    else input.removeAttribute('aria-activedescendant')
    active?.scrollIntoView({ block: 'nearest' })
  }

  function option({ u, news: fresh, current, active }) {
    return h('li', { class: active ? 'active' : '', role: 'option', id: `${id}-${u.id}`, 'aria-selected': String(current), onpointerdown: (event) => { event.preventDefault(); take(u) } },
      h('span', { class: 'option-name' }, h('bdi', null, u.name), kindOf(u) && [' ', h('span', { class: 'tag' }, kindOf(u))]),
      h('span', { class: 'address' }, u.email || 'no address'),
      (u.asks > 0 || fresh > 0) && h('span', { class: 'badge' }, u.asks || fresh, h('span', { class: 'sr' }, u.asks ? ' waiting for an answer' : ' new')))
  }

  function open() {
    if (isOpen()) return
    list.hidden = false
    list.style.maxHeight = `${Math.max(120, Math.min(320, innerHeight - node.getBoundingClientRect().bottom - 48))}px`
    input.setAttribute('aria-expanded', 'true')
    at = -1
    drawList()
    list.scrollTop = 0
  }

  function close() {
    list.hidden = more.hidden = true
    input.setAttribute('aria-expanded', 'false')
    input.removeAttribute('aria-activedescendant')
    input.value = user?.name ?? ''
  }

  function take(u) {
    user = u
    close()
    choose(u.id)
  }

  input.addEventListener('focus', () => input.select())
  input.addEventListener('click', () => {
    if (!isOpen()) input.select() // also where it has the focus already
    open()
  })
  input.addEventListener('input', () => { open(); at = 0; drawList() })
  input.addEventListener('blur', close)
  input.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (event.key === 'Escape' && isOpen()) close()
    else if (event.key === 'Enter' && isOpen() && list.children[at]) take(found()[at])
    else if (event.key === 'Enter') open()
    else if (step) {
      open()
      at = Math.max(0, at + step)
      drawList()
    } else return
    event.preventDefault()
  })

  return {
    node,
    open: () => { input.focus(); open() },
    draw(allUsers, chosen) {
      users = allUsers
      user = chosen
      asks.hidden = !chosen?.asks
      asks.textContent = chosen?.asks ?? ''
      asks.title = 'waiting for an answer'
      if (isOpen()) drawList()
      else if (document.activeElement !== input || !input.value || input.dataset.user !== (chosen?.id ?? '')) input.value = chosen?.name ?? ''
      input.dataset.user = chosen?.id ?? ''
      input.title = chosen ? `${chosen.name}, ${chosen.email}` : ''
    },
  }
}
