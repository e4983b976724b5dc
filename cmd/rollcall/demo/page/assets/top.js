// The top of the page: the company, the clock, and what needs a decision.

import { byId, h, icon, keyed, name, show } from './dom.js'
import { brief, count, dayAndHour } from './format.js'
import { chooseTenant, draw, goTo, now, on, post, view } from './store.js'
import { newsIn } from './chats.js'

const jumps = [[24, '+1 day', 'a day'], [72, '+3 days', 'three days'], [168, '+1 week', 'a week']]

export function startTop() {
  byId('forward').append(...jumps.map(([hours, label, time]) => h('button', { class: 'button small', type: 'button', title: `Let ${time} go by for everybody`, onclick: (event) => forward(event.currentTarget, hours) }, label)))
  byId('tenant').addEventListener('change', (event) => chooseTenant(event.target.value))
  on('draw', drawTop)
  on('lost', drawGone)
  roomy.addEventListener('change', draw)
  setInterval(() => view.state && drawClock(), 5000)
}

async function forward(button, hours) {
  if (button.getAttribute('aria-disabled')) return
  for (const b of byId('forward').children) b.setAttribute('aria-disabled', 'true')
  await post('clock', { hours })
  for (const b of byId('forward').children) b.removeAttribute('aria-disabled')
}

function drawTop() {
  drawTenants()
  drawClock()
  drawHeld()
  drawTrouble()
  drawViews()
}

function drawTenants() {
  const { tenants, tenant, company } = view.state
  const several = tenants.length > 1
  byId('company').hidden = several || !company
  byId('company').textContent = company
  byId('tenants').hidden = !several
  keyed(byId('tenant'), several ? tenants : [], { key: (t) => t.id, sign: (t) => t.name, make: (t) => h('option', { value: t.id }, t.name) })
  byId('tenant').value = tenant
}

function drawClock() {
  const { ahead } = view.state
  show(byId('now'), dayAndHour(now()), () => h('span', null, h('span', { class: 'full' }, dayAndHour(now())), h('span', { class: 'brief' }, brief(now()))))
  byId('now').dateTime = new Date(now()).toISOString()
  byId('ahead').hidden = !ahead
  byId('ahead').textContent = ahead ? `${ahead} ahead` : ''
}

function drawGone() {
  const box = byId('gone')
  box.hidden = !view.gone
  box.replaceChildren(...(view.gone ? [icon('alert'), h('span', null, 'The demo doesn’t answer any more. If it was stopped, start it again: this page goes on by itself.')] : []))
}

function drawHeld() {
  const groupName = (id) => view.state.groups.find((g) => g.id === id)?.name ?? id
  keyed(byId('held'), view.state.held.map((b) => ({ ...b, group: groupName(b.group) })), {
    key: (b) => b.id,
    sign: JSON.stringify,
    make: (b) => h('section', { class: 'notice attention held', 'aria-label': `Held removals from ${b.group}` },
      icon('alert'),
      h('div', { class: 'held-body' },
        h('p', null, h('strong', null, `Rollcall holds back ${count(b.people?.length ?? 0, 'removal')} from ${b.group}`), b.why && `: ${b.why}.`, ' Nothing has been undone. You decide:'),
        people(b.people ?? [])),
      h('div', { class: 'row' },
        h('button', { class: 'button', type: 'button', 'data-part': 'reject', onclick: (event) => judge(event.currentTarget, b, 'reject') }, 'Reject: keep them'),
        h('button', { class: 'button danger', type: 'button', 'data-part': 'release', onclick: (event) => judge(event.currentTarget, b, 'release') }, 'Release: let them go'))),
  })
}

function people(names) {
  const list = (some) => some.map((n, i) => [i > 0 && ', ', name(n)])
  if (names.length <= 8) return h('p', { class: 'names' }, list(names))
  return h('details', null, h('summary', { 'data-part': 'names' }, list(names.slice(0, 3)), ` and ${names.length - 3} more`), h('p', { class: 'names' }, list(names.slice(3))))
}

async function judge(button, batch, verdict) {
  const both = [...button.parentElement.children]
  if (button.getAttribute('aria-disabled')) return
  for (const b of both) b.setAttribute('aria-disabled', 'true')
  await post('batch', { id: batch.id, hash: batch.hash, do: verdict })
  for (const b of both) b.removeAttribute('aria-disabled')
}

function drawTrouble() {
  keyed(byId('trouble'), view.state.trouble.map((text, i) => ({ text, i })), {
    key: (t) => t.i,
    sign: (t) => t.text,
    make: (t) => h('p', { class: 'notice attention' }, icon('alert'), h('span', null, t.text)),
  })
}

// roomy is a window in which the chats stand beside the lists, and aren't a view of their own.
const roomy = matchMedia('(min-width: 900px)')

function drawViews() {
  document.body.dataset.view = view.tab
  const current = roomy.matches && view.tab === 'chats' ? 'directory' : view.tab
  const fresh = view.state.panes.reduce((sum, p) => sum + newsIn(p), 0)
  keyed(byId('views'), [['directory', 'Directory', 'people'], ['chats', 'Chats', 'chat'], ['links', 'Links', 'link'], ['trail', 'Trail', 'list']], {
    key: ([id]) => id,
    sign: ([id]) => JSON.stringify([current === id, id === 'chats' && fresh]),
    make: ([id, label, shape]) => h('button', { type: 'button', 'data-view': id, 'data-part': 'view', 'aria-current': current === id && 'true', onclick: () => goTo(id) },
      icon(shape), label, id === 'chats' && fresh > 0 && h('span', { class: 'badge' }, fresh, h('span', { class: 'sr' }, ' new'))),
  })
}
