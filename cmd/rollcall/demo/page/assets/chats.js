// The chat platforms, side by side: in each of them the visitor is one of its people.

import { byId, h, icon, keyed, name, show } from './dom.js'
import { drawCard } from './cards.js'
import { hero } from './guide.js'
import { picker } from './picker.js'
import { initials, short, some } from './format.js'
import { menu } from './dialogs.js'
import { absence, silence } from './standing.js'
import { bring, draw, look, news, now, on, open, pane, person, post, userFor, userOf, view } from './store.js'

const panes = new Map() // a pane's id → its elements
const drafts = new Map() // what was typed to the app and not sent, for each pane and user
const pressed = new Set() // messages of which a button is on its way

// rooms are the widths of windows in which there is room for some platforms only.
const rooms = [[1, matchMedia('(max-width: 639px)')], [2, matchMedia('(max-width: 1139px)')]]
const room = () => rooms.find(([, query]) => query.matches)?.[0] ?? Infinity

export function startChats() {
  on('draw', drawChats)
  for (const [, query] of rooms) query.addEventListener('change', draw)
}

function drawChats() {
  const list = view.state.panes
  keyed(byId('panes'), list, { key: (p) => p.id, sign: (p) => `${p.title}/${p.workspace}`, make: makePane })
  const seen = view.shown.slice(0, room())
  for (const p of list) panes.get(p.id).log.closest('.pane').hidden = !seen.includes(p.id)
  for (const p of list) drawPane(p)
  byId('switch').hidden = list.length <= room()
  keyed(byId('switch'), list.map((p) => ({ id: p.id, title: p.title, news: newsIn(p), on: seen.includes(p.id) })), {
    key: (p) => p.id,
    sign: JSON.stringify,
    make: (p) => h('button', { type: 'button', 'data-part': 'pane', 'aria-pressed': String(p.on), onclick: () => { bring(p.id); draw() } },
      p.title, p.news > 0 && h('span', { class: 'badge' }, p.news, h('span', { class: 'sr' }, ' new'))),
  })
}

export const newsIn = (p) => p.users.reduce((sum, user) => sum + news(user), 0)

// chosen is the user whom the visitor is in a pane: by choice, or whoever is worth looking at first.
function chosen(p) {
  if (view.users.has(p.id)) return userOf(p, view.users.get(p.id))
  const first = hero()
  return (first && userFor(p, first.person.id)) ?? p.users.find((u) => u.asks) ?? p.users[0]
}

function makePane(p) {
  const parts = {
    others: h('div', { class: 'others' }),
    log: h('div', { class: 'log', role: 'log', tabindex: '0', 'aria-label': `Chat with Rollcall in ${p.title}` }),
    newest: h('button', { class: 'newest', type: 'button', hidden: true, onclick: () => toEnd(parts) }, icon('down'), 'Newest'),
    more: h('button', { class: 'icon', type: 'button', 'aria-haspopup': 'menu', 'aria-label': `The app in ${p.title}`, onclick: (event) => appMenu(event.currentTarget, p.id, parts) }, icon('more')),
    state: h('div', { class: 'say-state', hidden: true }),
    input: h('input', { type: 'text', maxlength: '2000', autocomplete: 'off', placeholder: 'Write to Rollcall: “help”', 'aria-label': `Write to Rollcall in ${p.title}` }),
    picker: picker(`be-${p.id}`, `Who you are in ${p.title}`, (userID) => open(p.id, userID)),
    user: null,
    end: true,
  }
  panes.set(p.id, parts)
  parts.log.addEventListener('scroll', () => {
    parts.end = parts.log.scrollHeight - parts.log.scrollTop - parts.log.clientHeight < 40
    parts.newest.hidden = parts.end
  })
  parts.input.addEventListener('input', () => drafts.set(`${p.id}/${parts.user}`, parts.input.value))
  return h('section', { class: 'pane', 'data-pane': p.id, 'aria-label': p.title },
    h('div', { class: 'pane-head' },
      h('p', { class: 'platform' }, h('span', { class: 'mark', 'aria-hidden': 'true' }, p.title[0]), h('strong', null, p.title), ' ', h('span', { class: 'workspace', dir: 'auto' }, p.workspace)),
      parts.more,
      parts.picker.node),
    parts.others,
    h('div', { class: 'log-box' }, parts.log, parts.newest),
    parts.state,
    h('form', { class: 'say', onsubmit: (event) => { event.preventDefault(); sayText(p.id, parts) } },
      parts.input, h('button', { class: 'icon send', type: 'submit', 'aria-label': `Send in ${p.title}` }, icon('send'))))
}

function drawPane(p) {
  const parts = panes.get(p.id)
  const user = chosen(p)
  parts.picker.draw(p.users, user)
  drawLog(p, parts, user)
  drawOthers(p, parts, user)
  drawSay(p, parts, user)
}

// drawOthers names those who got a message that nobody has looked at.
function drawOthers(p, parts, user) {
  const others = p.users.filter((u) => u !== user && news(u)).slice(0, 20)
  show(parts.others, JSON.stringify(others.map((u) => [u.id, u.name, news(u)])), () => h('div', { class: 'others-row' },
    others.length > 0 && [
      h('span', null, 'New for'),
      others.slice(0, 2).map((u) => h('button', { class: 'chip news', type: 'button', 'data-part': `new-${u.id}`, onclick: () => open(p.id, u.id) },
        h('bdi', { class: 'cut', title: u.name }, u.name), h('span', { class: 'badge' }, news(u)))),
      others.length > 2 && h('button', { class: 'chip news', type: 'button', 'data-part': 'new-more', onclick: () => parts.picker.open() }, `and ${others.length - 2} more`),
    ]))
}

function drawLog(p, parts, user) {
  const another = parts.user !== (user?.id ?? null)
  const key = (m) => `${user.id}/${m.id}`
  if (another) parts.log.rows?.forEach((row) => row.node.remove())
  if (another) parts.log.rows = new Map()
  const entries = user?.messages.length ? user.messages : [{ id: 'empty', empty: emptyText(p, user) }]
  keyed(parts.log, entries, {
    key: (m) => (user ? key(m) : m.id),
    sign: (m) => m.empty ? m.empty.sign : JSON.stringify([m, user.name, pressed.has(key(m)), short(m.at, now())]),
    make: (m) => m.empty ? h('div', { class: 'empty' }, m.empty.nodes) : drawMessage(p, user, m, pressed.has(key(m))),
  })
  // Only for something new: a button must not move away under the pointer.
  if (another || (parts.end && parts.log.scrollHeight !== parts.height)) toEnd(parts)
  if (user && parts.log.checkVisibility()) look(user)
}

function toEnd(parts) {
  parts.height = parts.log.scrollHeight
  parts.log.scrollTop = parts.height
  parts.end = true
  parts.newest.hidden = true
}

function emptyText(p, user) {
  if (user && silence(p, user)) return { sign: 'silent', nodes: [icon('chat'), h('p', null, 'Nothing here.')] }
  if (user) return { sign: 'quiet', nodes: [icon('chat'), h('p', null, 'Nothing here yet. Rollcall writes when it has a question for ', name(user.name), '. You can write to it: try “help”.')] }
  const who = person(view.focus)
  if (who) return { sign: `none ${who.name} ${absence(who, p)}`, nodes: [icon('people'), h('p', null, name(who.name), absence(who, p)), h('p', null, 'Choose above whom you want to be here.')] }
  return { sign: 'nobody', nodes: [icon('people'), h('p', null, 'Choose above whom you want to be here.')] }
}

function drawMessage(p, user, m, busy) {
  const who = m.mine ? user.name : 'Rollcall'
  const at = short(m.at, now())
  const marks = [m.private && 'only you see this', m.edits > 0 && !m.deleted && 'edited'].filter(Boolean)
  const node = h('article', {
    class: ['message', m.mine && 'mine', m.private && 'private', m.deleted && 'deleted'].filter(Boolean).join(' '),
    tabindex: '-1', 'aria-label': `${who}, ${at}`, 'aria-busy': busy && 'true',
  },
  h('span', { class: 'face', 'aria-hidden': 'true' }, m.mine ? initials(user.name) : icon('link')),
  h('div', { class: 'message-body' },
    h('p', { class: 'by' }, h('strong', null, name(m.mine ? 'You' : 'Rollcall')), !m.mine && h('span', { class: 'tag' }, 'app'), h('time', { datetime: m.at }, at), marks.map((mark) => h('span', { class: 'meta' }, mark))),
    m.deleted
      ? h('p', { class: 'meta' }, m.mine ? 'You deleted this message.' : 'Rollcall deleted this message.')
      : h('div', { class: 'content' }, m.format
        ? drawCard(m.format, m.card, (index) => press(p, user, m, index))
        : h('p', { class: 'text', dir: 'auto' }, m.text))))
  if (busy) for (const button of node.querySelectorAll('.card-button')) button.setAttribute('aria-disabled', 'true')
  return node
}

async function press(p, user, m, button) {
  const key = `${user.id}/${m.id}`
  if (pressed.has(key)) return
  pressed.add(key)
  drawPane(p)
  await post('press', { pane: p.id, user: user.id, message: m.id, button })
  pressed.delete(key)
  drawPane(pane(p.id))
}

function drawSay(p, parts, user) {
  if (parts.user !== (user?.id ?? null)) {
    parts.user = user?.id ?? null
    parts.input.value = drafts.get(`${p.id}/${parts.user}`) ?? ''
  }
  const why = user && silence(p, user)
  parts.state.hidden = !why
  parts.input.closest('form').hidden = !user || !!why
  parts.more.hidden = !user || !appActs(p, user).length
  show(parts.state, JSON.stringify([why, user?.id]), () => h('div', null, why && [
    h('p', null, why.text),
    why.act && h('button', { class: 'button small', type: 'button', 'data-part': 'mend', onclick: () => useApp(user.id, why.act) }, acts[why.act]),
  ]))
}

// What people can do with the app on a platform.
const acts = { install: 'Install the app', uninstall: 'Remove the app', block: 'Block the app', unblock: 'Unblock the app' }

const useApp = (userID, act) => post('app', { user: userID, do: act })

function appActs(p, user) {
  const now = { '': ['block', 'uninstall'], 'without the app': ['install'], 'blocks the app': ['unblock', 'uninstall'] }[user.kind] ?? []
  return now.filter((act) => p.does.includes(act))
}

function appMenu(button, paneID, parts) {
  const p = pane(paneID)
  const user = userOf(p, parts.user)
  menu(button, appActs(p, user).map((act) => ({ label: acts[act], act: () => useApp(user.id, act) })))
}

async function sayText(paneID, parts) {
  const text = parts.input.value.trim()
  const user = parts.user
  if (!text || parts.sending) return
  parts.sending = true
  const sent = await post('say', { pane: paneID, user, text })
  parts.sending = false
  if (!sent) return
  drafts.delete(`${paneID}/${user}`)
  if (parts.user === user) parts.input.value = ''
  toEnd(parts)
}

// isShown reports whether a pane can be seen: where there is room for one thing only, most can't.
export const isShown = (p) => panes.get(p.id).log.checkVisibility()

// written says in one sentence to whom the app wrote in a pane, of those who are given.
export const written = (p, users) => `Rollcall wrote to ${some(users.map((u) => u.name))} in ${p.title}.`
