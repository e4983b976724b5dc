// The trail: what happened, and why, newest first.

import { byId, h, icon, keyed, name, show } from './dom.js'
import { count, day, hour, tones, toneOf } from './format.js'
import { focus, on, person, view } from './store.js'

const page = 30
let most = page
const opened = new Set() // groups of many people that were unfolded
const many = 3 // people to whom the same happened in the same minute are shown as one line

export function startTrail() {
  on('draw', drawTrail)
}

// isOf tells whose line it is: by the id, where the demo gives it, and by the name otherwise.
const isOf = (line, who) => line.person ? line.person === who.id : line.name === who.name
const idOf = (line) => line.person || view.state.people.find((p) => p.name === line.name)?.id

function drawTrail() {
  const who = person(view.focus)
  // By time: what is done at once is not stored in the order in which it was decided.
  const lines = view.state.trail.filter((line) => !who || isOf(line, who)).sort((a, b) => Date.parse(b.at) - Date.parse(a.at))
  drawWho(who)
  const list = byId('trail-list')
  if (list.focusShown !== view.focus) {
    list.focusShown = view.focus
    most = page
    byId('trail-scroll').scrollTop = 0
  }
  const groups = group(lines)
  keyed(list, withDays(groups.slice(0, most)), {
    key: (g) => g.key,
    sign: JSON.stringify,
    make: (g) => (g.day ? h('h3', { class: 'day' }, g.day) : drawGroup(g)),
  })
  const more = groups.length - most
  const { earlier } = view.state // what had happened before, the page doesn't know
  show(byId('trail-end'), JSON.stringify([lines.length, more, earlier, who?.name]), () => h('div', { class: 'end' },
    lines.length === 0 && !earlier && h('p', null, who ? ['Nothing has happened with ', name(who.name), ' yet. Put them into a group.'] : 'Nothing has happened yet. Put somebody into a group.'),
    more <= 0 && earlier && h('p', null, 'What happened earlier is in the database and not on this page.'),
    more > 0 && h('button', { class: 'button', type: 'button', 'data-part': 'more', onclick: () => { most += page; drawTrail() } }, 'Show what was before')))
}

function drawWho(who) {
  show(byId('trail-of'), JSON.stringify(who?.name ?? ''), () => who
    ? h('button', { class: 'chip only', type: 'button', 'data-part': 'only', title: 'Show everybody’s', onclick: () => focus('') }, h('span', { class: 'sr' }, 'Only '), h('bdi', { class: 'cut', title: who.name }, who.name), icon('cross'), h('span', { class: 'sr' }, ': show everybody’s'))
    : h('span', { class: 'subtle' }, 'everybody'))
}

// group joins what happened in one minute: to many people the same, or to one person one thing after
// the other.
function group(lines) {
  const groups = []
  for (let i = 0; i < lines.length;) {
    const minute = Math.floor(Date.parse(lines[i].at) / 60e3)
    let end = i
    while (end < lines.length && Math.floor(Date.parse(lines[end].at) / 60e3) === minute) end++
    groups.push(...inMinute(lines.slice(i, end)))
    i = end
  }
  return groups
}

function inMinute(lines) {
  const same = Map.groupBy(lines, (l) => JSON.stringify([l.event, l.from, l.to, l.why]))
  const names = (list) => [...new Set(list.map((l) => l.name))].filter(Boolean)
  const groups = new Map()
  for (const line of lines) {
    const alike = same.get(JSON.stringify([line.event, line.from, line.to, line.why]))
    const crowd = names(alike).length >= many
    const key = crowd ? `many ${alike.at(-1).seq}` : `one ${line.person || line.name} ${Math.floor(Date.parse(line.at) / 60e3)}`
    if (!groups.has(key)) groups.set(key, { key, at: line.at, person: crowd ? '' : idOf(line), name: line.name, names: crowd ? names(alike) : null, lines: [] })
    if (!crowd || groups.get(key).lines.length === 0) groups.get(key).lines.push(line)
  }
  for (const g of groups.values()) g.lines = withoutRepeats(g.lines)
  return [...groups.values()]
}

// withoutRepeats makes one line of several that say the same, as of both cards of a link.
function withoutRepeats(lines) {
  const once = []
  for (const line of lines) {
    const last = once.at(-1)
    if (last && ['event', 'from', 'to', 'why'].every((part) => last[part] === line[part])) last.times++
    else once.push({ ...line, times: 1 })
  }
  return once
}

function withDays(groups) {
  let last = ''
  return groups.flatMap((g) => {
    const today = day(g.at)
    const head = today === last ? [] : [{ key: `day ${today} ${g.at.slice(0, 4)}`, day: today }]
    last = today
    return [...head, g]
  })
}

function drawGroup(g) {
  return h('div', { class: 'happened' },
    h('time', { datetime: g.at }, hour(g.at)),
    h('div', { class: 'happened-body' },
      g.names ? drawMany(g) : g.name && (g.person
        ? h('button', { class: 'name', type: 'button', 'data-part': 'name', onclick: () => focus(g.person) }, name(g.name))
        : h('p', { class: 'name' }, name(g.name))),
      g.lines.map(drawLine)))
}

function drawMany(g) {
  return h('details', { open: opened.has(g.key), ontoggle: (event) => opened[event.target.open ? 'add' : 'delete'](g.key) },
    h('summary', { 'data-part': 'many' }, icon('people'), count(g.names.length, 'person', 'people')),
    h('p', { class: 'names' }, g.names.map((n, i) => [i > 0 && ', ', name(n)])))
}

function drawLine(line) {
  const moved = line.to && line.from !== line.to
  const why = line.why && fold(line.why) !== fold(line.event) && line.why
  const times = line.times > 1 && ` (${line.times} times)`
  if (!moved) return h('p', { class: 'line small' }, line.event, times, why && `: ${why}`)
  return h('div', { class: 'line' },
    h('p', { class: 'moved' }, h('span', { class: 'event' }, line.event, times),
      h('span', { class: 'move' }, line.from && [h('span', { class: 'was' }, line.from), h('span', { class: 'sr' }, ' became '), icon('arrow')], state(line.to))),
    why && h('p', { class: 'why' }, why))
}

const fold = (text) => text.toLowerCase().replace(/\W+$/, '')
const state = (text) => h('span', { class: `state small ${toneOf(text)}` }, icon(tones[toneOf(text)].icon), text)
