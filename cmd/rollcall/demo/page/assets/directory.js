// The directory: who is there, and in which groups.

import { byId, h, icon, keyed, name, roving, show } from './dom.js'
import { count } from './format.js'
import { directory, draw, focus, goTo, on, open, pane, person, post, unconnected, userFor, view } from './store.js'
import { askFor, askWhether, menu, toast } from './dialogs.js'
import { hero } from './guide.js'
import { flags, lacksLicence } from './standing.js'

const page = 60 // rows drawn at once
const filter = { text: '', group: '', directory: '', most: page }
let expected = '' // the address of the person whom the visitor has just made

const fold = (text) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
const title = (paneID) => pane(paneID)?.title ?? paneID
const groupsHere = () => view.state.groups.filter((g) => g.directory === view.directory)
const can = (directoryID, act) => !!directory(directoryID)?.does.includes(act)

// change asks a person's directory for something.
const change = (p, act, more) => post('person', { directory: p.directory, do: act, person: p.id, ...more })

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
    can(view.directory, 'create') && { label: 'New person…', act: create },
    ...groupsHere().map((g) => ({ label: `Empty ${g.name}…`, danger: true, off: !g.size, act: () => empty(g) })),
  ].filter(Boolean)))
  on('draw', drawDirectory)
}

function narrow(change) {
  Object.assign(filter, { most: page }, change)
  drawDirectory()
  byId('people-scroll').scrollTop = 0
}

function drawDirectory() {
  if (filter.directory !== view.directory) Object.assign(filter, { directory: view.directory, group: '', most: page })
  const people = view.state.people.filter((p) => p.directory === view.directory)
  byId('directory-count').textContent = view.state.directories.length < 2 ? people.length : '' // they have theirs beside their names
  byId('new-person').hidden = !can(view.directory, 'create')
  drawDirectories()
  drawTiles(people)
  drawConsent()
  drawConnect()
  const made = expected && view.state.people.find((p) => p.email === expected)
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
    sign: (row) => JSON.stringify([row, row.person.id === view.focus, firstGroup(row.person), groupsHere().map((g) => g.name)]),
    make: drawPerson,
  })
  roving(list, view.focus)
  if (list.focusShown !== view.focus) {
    list.focusShown = view.focus
    list.querySelector('.chosen')?.scrollIntoView({ block: 'nearest' })
  }
  const more = found.length - filter.most
  const elsewhere = found.length || !filter.text ? null : view.state.directories.find((d) => view.state.people.some((p) => p.directory === d.id && matches(p)))
  show(byId('people-end'), JSON.stringify([people.length, found.length, more, elsewhere?.id]), () => h('div', { class: 'end' },
    found.length === 0 && h('p', null, people.length ? 'Nobody matches. Try another word, or show everyone.' : 'Nobody is in the directory yet.', !people.length && can(view.directory, 'create') && ' Add a new person.'),
    elsewhere && h('button', { class: 'button', type: 'button', 'data-part': 'elsewhere', onclick: () => { view.directory = elsewhere.id; draw() } }, `Look in ${elsewhere.title}`),
    more > 0 && h('button', { class: 'button', type: 'button', 'data-part': 'more', onclick: () => { filter.most += page; drawDirectory() } },
      `Show ${Math.min(more, page)} more of ${more}`)))
}

function matches(p) {
  if (filter.group === '-' ? p.groups.length : filter.group && !p.groups.includes(filter.group)) return false
  if (!filter.text) return true
  const groups = view.state.groups.filter((g) => p.groups.includes(g.id)).map((g) => g.name)
  return fold([p.name, p.email, p.note, ...flags(p).map((flag) => flag.text), ...groups].join(' ')).includes(filter.text)
}

function withQuestions(person) {
  const asked = []
  for (const p of view.state.panes) {
    const user = userFor(p, person.id)
    if (user?.asks) asked.push({ pane: p.id, title: p.title, user: user.id, asks: user.asks })
  }
  return { person, asked, flags: flags(person), licence: lacksLicence(person) && can(person.directory, 'license') }
}

function drawDirectories() {
  const { directories, people } = view.state
  byId('directories').hidden = directories.length < 2
  keyed(byId('directories'), directories.map((d) => ({ ...d, size: people.filter((p) => p.directory === d.id).length, on: d.id === view.directory })), {
    key: (d) => d.id,
    sign: (d) => JSON.stringify([d.title, d.size, d.on]),
    make: (d) => h('button', { type: 'button', 'data-part': 'directory', 'aria-pressed': String(d.on), onclick: () => { view.directory = d.id; draw(); byId('people-scroll').scrollTop = 0 } },
      d.title, ' ', h('span', { class: 'count' }, d.size)),
  })
}

// drawConsent: whether the app may be installed for people is their company's to say, in the directory
// that knows about apps.
function drawConsent() {
  const consent = directory(view.directory)?.consent ?? ''
  byId('consent').hidden = !consent
  show(byId('consent'), consent, () => h('div', null,
    consent === 'open' && h('button', { class: 'button small', type: 'button', 'data-part': 'consent', title: 'An admin’s consent: Rollcall may then install its app on Teams for people', onclick: giveConsent }, 'Let Rollcall install its app'),
    consent === 'given' && h('p', null, icon('check'), 'Rollcall may install its app.')))
}

async function giveConsent() {
  if (await post('consent', {})) toast('An admin has consented. That counts from the app’s next token, so two hours have gone by.')
}

// drawConnect leads into the hub, on which a company's platforms are connected, and to the page of Webex's to which
// the hub sends its administrator.
function drawConnect() {
  const { connect, controlHub } = view.state
  byId('connect').hidden = !connect
  show(byId('connect'), JSON.stringify([connect, controlHub]), () => h('div', null,
    h('button', { class: 'button small', type: 'button', 'data-part': 'connect', onclick: openHub }, 'Connect the platforms'),
    h('p', null, 'The browser will warn you: the certificate is the demo’s own.'),
    controlHub && h('a', { href: controlHub, target: '_blank', rel: 'noopener', 'data-part': 'control-hub', title: 'Where Webex’s app is authorised, when the hub says so' }, 'Webex’s Control Hub')))
}

export async function openHub() {
  const invitation = await post('invite', {})
  if (invitation) window.open(invitation.url, '_blank', 'noopener')
}

function drawTiles(people) {
  const groups = groupsHere()
  const tile = (id, label, size, to) => ({ id, label, size, to, on: filter.group === id })
  keyed(byId('groups'), [
    tile('', 'Everyone', people.length),
    tile('-', 'In no group', people.filter((p) => !p.groups.length).length),
    ...groups.map((g) => tile(g.id, g.name, g.size, g.name.includes(title(g.secondary)) ? '' : title(g.secondary))),
  ], {
    key: (t) => t.id,
    sign: JSON.stringify,
    make: (t) => h('button', { class: 'tile', type: 'button', 'data-part': 'tile', 'aria-pressed': String(t.on), onclick: () => narrow({ group: t.id }) },
      h('strong', null, t.label), ' ', h('small', null, t.size, t.to && [' ', h('span', { class: 'sr' }, 'to '), icon('arrow'), t.to])),
  })
}

function drawPerson({ person, asked, flags, licence }) {
  const chosen = person.id === view.focus
  return h('li', { class: `person${chosen ? ' chosen' : ''}`, 'data-key': person.id },
    h('button', { class: 'who', type: 'button', 'data-part': 'who', 'aria-current': chosen && 'true', onclick: () => focus(person.id) },
      h('strong', { dir: 'auto' }, person.name),
      h('span', { class: 'address' }, person.email || 'no address'),
      flags.length > 0 && h('span', { class: 'flags' }, flags.map((flag) => [h('span', { class: `tag ${flag.tone}` }, flag.text), ' '])),
      person.note && h('span', { class: 'note', dir: 'auto' }, person.note)),
    h('button', { class: 'icon', type: 'button', 'data-part': 'more', 'aria-haspopup': 'menu', 'aria-label': `More for ${person.name}`, onclick: (event) => personMenu(event.currentTarget, person) }, icon('more')),
    h('div', { class: 'chips' },
      person.deleted
        ? h('button', { class: 'chip', type: 'button', 'data-part': 'restore', onclick: () => change(person, 'restore') }, icon('back'), 'Restore')
        : view.state.groups.filter((g) => g.directory === person.directory).map((g) => groupChip(person, g)),
      licence && h('button', { class: 'chip', type: 'button', 'data-part': 'license', title: `Give ${person.name} a licence for Teams`, onclick: () => change(person, 'license') }, icon('plus'), 'Teams licence'),
      asked.map((a) => h('button', { class: 'chip asked', type: 'button', 'data-part': `asked-${a.pane}`, onclick: () => open(a.pane, a.user) },
        icon('chat'), `${a.title} asks`))))
}

// firstGroup is the group into which the first steps put this person, once that leads to something.
function firstGroup(person) {
  const first = hero()
  return first?.person.id === person.id && !unconnected(first.group).length ? first.group.id : ''
}

function groupChip(person, group) {
  const inside = person.groups.includes(group.id)
  return h('button', {
    class: `chip member${firstGroup(person) === group.id ? ' first' : ''}`, type: 'button', 'data-part': `group-${group.id}`, 'aria-pressed': String(inside),
    title: inside ? `Take ${person.name} out of ${group.name}` : `Put ${person.name} into ${group.name}`,
    onclick: () => join(person.id, group.id, !inside),
  }, icon(inside ? 'check' : 'plus'), title(group.primary), h('span', { class: 'sr' }, ' to '), icon('arrow'), title(group.secondary))
}

// join puts a person into a group or takes them out of it, and makes them the one to look at.
export function join(personID, groupID, into) {
  focus(personID)
  return change(person(personID), into ? 'join' : 'leave', { group: groupID })
}

// What can be done to a person, and what is asked before.
const acts = { rename: 'Rename…', disable: 'Disable', enable: 'Enable', license: 'Give a Teams licence', unlicense: 'Take the Teams licence', delete: 'Delete…', restore: 'Restore' }
const asks = { rename, delete: remove }

function personMenu(button, person) {
  menu(button, [
    { label: 'Show what happened', act: () => { focus(person.id); goTo('trail') } },
    ...(person.deleted ? ['restore'] : ['rename', person.active ? 'disable' : 'enable', person.licensed ? 'unlicense' : 'license', 'delete'])
      .filter((act) => can(person.directory, act))
      .map((act) => ({ label: acts[act], danger: act === 'delete', act: () => (asks[act] ?? change)(person, act) })),
  ])
}

function rename(person) {
  askFor('Rename', ['The directory tells Rollcall the new name of ', name(person.name), '. A link stays as it is: it follows the accounts, not the name.'],
    [{ name: 'name', label: 'New name', value: person.name }], 'Rename',
    (answer) => change(person, 'rename', { name: answer.name }))
}

function create() {
  askFor('New person', 'They are in the directory then, and in no group yet. With an address that somebody had before, you can see that nothing is inherited.',
    [{ name: 'name', label: 'Name' }, { name: 'email', label: 'Address', type: 'email' }], 'Add to the directory',
    async (answer) => {
      const done = await post('person', { directory: view.directory, do: 'create', name: answer.name, email: answer.email })
      if (done) {
        filter.text = filter.group = byId('search').value = ''
        expected = answer.email
        draw()
      }
      return done
    })
}

function remove(person) {
  askWhether('Delete from the directory?', [name(person.name), can(person.directory, 'restore')
    ? ' is among the deleted users then, and can be restored. Rollcall treats this like leaving every group: the link is suspended, and comes back with the person.'
    : ' is gone from the directory then. Rollcall treats this like leaving every group: the link is suspended, and nothing is inherited.'],
  'Delete', () => change(person, 'delete'))
}

function empty(group) {
  askWhether(`Empty ${group.name}?`, `The directory then says that none of its ${count(group.size, 'person', 'people')} is in the group. This is what a broken export looks like, so see what Rollcall makes of it.`,
    'Empty the group', () => post('person', { directory: group.directory, do: 'empty', group: group.id }))
}
