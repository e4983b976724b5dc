// The directory: who is there, and in which groups.

import { byId, h, icon, keyed, name, roving, show } from './dom.js'
import { count } from './format.js'
import { draw, focus, goTo, on, open, pane, post, userFor, view } from './store.js'
import { askFor, askWhether, menu } from './dialogs.js'
import { hero } from './guide.js'

const page = 60 // rows drawn at once
const filter = { text: '', group: '', most: page }
let expected = '' // the address of the person whom the visitor has just made

const fold = (text) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
const title = (paneID) => pane(paneID)?.title ?? paneID

export function startDirectory() {
  byId('search').addEventListener('input', (event) => narrow({ text: fold(event.target.value.trim()) }))
  byId('search').addEventListener('keydown', (event) => {
    if (event.key !== 'ArrowDown') return
    event.preventDefault()
    byId('people').querySelector('button')?.focus()
  })
  byId('new-person').addEventListener('click', create)
  byId('directory-menu').append(icon('more'))
  byId('directory-menu').addEventListener('click', (event) => menu(event.currentTarget, [
    { label: 'New person…', act: create },
    ...view.state.groups.map((g) => ({ label: `Empty ${g.name}…`, danger: true, off: !g.size, act: () => empty(g) })),
  ]))
  on('draw', drawDirectory)
}

function narrow(change) {
  Object.assign(filter, { most: page }, change)
  drawDirectory()
  byId('people-scroll').scrollTop = 0
}

function drawDirectory() {
  const { people } = view.state
  byId('directory-count').textContent = people.length
  drawTiles()
  const made = expected && people.find((p) => p.email === expected)
  if (made) {
    expected = ''
    focus(made.id) // draws again
    return
  }
  const found = people.filter(matches)
  filter.most = Math.max(filter.most, found.findIndex((p) => p.id === view.focus) + 1)
  const list = byId('people')
  keyed(list, found.slice(0, filter.most).map(withQuestions), {
    key: (row) => row.person.id,
    sign: (row) => JSON.stringify([row, row.person.id === view.focus, firstGroup(row.person), view.state.groups.map((g) => g.name)]),
    make: drawPerson,
  })
  roving(list, view.focus)
  const more = found.length - filter.most
  show(byId('people-end'), JSON.stringify([found.length, more]), () => h('div', { class: 'end' },
    found.length === 0 && h('p', null, people.length ? 'Nobody matches. Try another word, or show everyone.' : 'Nobody is in the directory yet. Add a new person.'),
    more > 0 && h('button', { class: 'button', type: 'button', 'data-part': 'more', onclick: () => { filter.most += page; drawDirectory() } },
      `Show ${Math.min(more, page)} more of ${more}`)))
}

function matches(p) {
  if (filter.group === '-' ? p.groups.length : filter.group && !p.groups.includes(filter.group)) return false
  if (!filter.text) return true
  const groups = view.state.groups.filter((g) => p.groups.includes(g.id)).map((g) => g.name)
  return fold([p.name, p.email, p.note, ...groups].join(' ')).includes(filter.text)
}

function withQuestions(person) {
  const asked = []
  for (const p of view.state.panes) {
    const user = userFor(p, person.id)
    if (user?.asks) asked.push({ pane: p.id, title: p.title, user: user.id, asks: user.asks })
  }
  return { person, asked }
}

function drawTiles() {
  const { groups, people } = view.state
  const tile = (id, label, why, size) => ({ id, label, why, size, on: filter.group === id })
  keyed(byId('groups'), [
    tile('', 'Everyone', 'people', people.length),
    ...groups.map((g) => tile(g.id, g.name, `${title(g.primary)} to ${title(g.secondary)}`, g.size)),
    tile('-', 'In no group', 'left alone', people.filter((p) => !p.groups.length).length),
  ], {
    key: (t) => t.id,
    sign: JSON.stringify,
    make: (t) => h('button', { class: 'tile', type: 'button', 'data-part': 'tile', 'aria-pressed': String(t.on), onclick: () => narrow({ group: t.id }) },
      h('strong', null, t.label), h('small', null, h('b', null, t.size), ` ${t.why}`)),
  })
}

function drawPerson({ person, asked }) {
  const chosen = person.id === view.focus
  return h('li', { class: `person${chosen ? ' chosen' : ''}`, 'data-key': person.id },
    h('button', { class: 'who', type: 'button', 'data-part': 'who', 'aria-current': chosen && 'true', onclick: () => focus(person.id) },
      h('strong', { dir: 'auto' }, person.name),
      !person.active && [' ', h('span', { class: 'tag' }, 'disabled')],
      person.exempt && [' ', h('span', { class: 'tag' }, 'exempt')],
      h('span', { class: 'address' }, person.email || 'no address'),
      person.note && h('span', { class: 'note', dir: 'auto' }, person.note)),
    h('button', { class: 'icon', type: 'button', 'data-part': 'more', 'aria-haspopup': 'menu', 'aria-label': `More for ${person.name}`, onclick: (event) => personMenu(event.currentTarget, person) }, icon('more')),
    h('div', { class: 'chips' },
      view.state.groups.map((g) => groupChip(person, g)),
      asked.map((a) => h('button', { class: 'chip asked', type: 'button', 'data-part': `asked-${a.pane}`, onclick: () => open(a.pane, a.user) },
        icon('chat'), `${a.title} asks`))))
}

// firstGroup is the group into which the first steps put this person.
const firstGroup = (person) => (hero()?.person.id === person.id ? hero().group.id : '')

function groupChip(person, group) {
  const inside = person.groups.includes(group.id)
  return h('button', {
    class: `chip member${firstGroup(person) === group.id ? ' first' : ''}`, type: 'button', 'data-part': `group-${group.id}`, 'aria-pressed': String(inside),
    title: inside ? `Take ${person.name} out of ${group.name}` : `Put ${person.name} into ${group.name}`,
    onclick: () => join(person.id, group.id, !inside),
  }, icon(inside ? 'check' : 'plus'), group.name)
}

// join puts a person into a group or takes them out of it, and makes them the one to look at.
export function join(personID, groupID, into) {
  focus(personID)
  return post('person', { do: into ? 'join' : 'leave', person: personID, group: groupID })
}

function personMenu(button, person) {
  menu(button, [
    { label: 'Show what happened', act: () => { focus(person.id); goTo('trail') } },
    { label: 'Rename…', act: () => rename(person) },
    person.active
      ? { label: 'Disable', act: () => post('person', { do: 'disable', person: person.id }) }
      : { label: 'Enable', act: () => post('person', { do: 'enable', person: person.id }) },
    { label: 'Delete…', danger: true, act: () => remove(person) },
  ])
}

function rename(person) {
  askFor('Rename', ['The directory tells Rollcall the new name of ', name(person.name), '. A link stays as it is: it follows the accounts, not the name.'],
    [{ name: 'name', label: 'New name', value: person.name }], 'Rename',
    (answer) => post('person', { do: 'rename', person: person.id, name: answer.name }))
}

function create() {
  askFor('New person', 'They are in the directory then, and in no group yet. With an address that somebody had before, you can see that nothing is inherited.',
    [{ name: 'name', label: 'Name' }, { name: 'email', label: 'Address', type: 'email' }], 'Add to the directory',
    async (answer) => {
      const done = await post('person', { do: 'create', name: answer.name, email: answer.email })
      if (done) {
        filter.text = filter.group = byId('search').value = ''
        expected = answer.email
        draw()
      }
      return done
    })
}

function remove(person) {
  askWhether('Delete from the directory?', [name(person.name), ' is gone from the directory then. Rollcall treats this like leaving every group: the link is suspended, and nothing is inherited.'],
    'Delete', () => post('person', { do: 'delete', person: person.id }))
}

function empty(group) {
  askWhether(`Empty ${group.name}?`, `The directory then says that none of its ${count(group.size, 'person', 'people')} is in the group. This is what a broken export looks like, so see what Rollcall makes of it.`,
    'Empty the group', () => post('person', { do: 'empty', group: group.id }))
}
