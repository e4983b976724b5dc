// What the page knows: the state as the demo last told it, and what this visitor chose. Views read
// both and draw; they change things through the functions here.

export const view = {
  state: null,
  skew: 0, // the demo's clock minus the browser's
  tenant: '',
  focus: '', // a person's id: the one whom everything is about
  tab: 'directory', // what is shown where there is room for one thing only
  directory: '', // the one whose people are shown
  shown: [], // platforms in the order in which they were last wanted: the first one or two are seen where there is no room for all
  users: new Map(), // pane → the user whom the visitor is there
  gone: false,
}

const seen = new Set() // messages that were shown, or were there before the page was opened
const listeners = { draw: [], news: [], failed: [], lost: [] }

export const on = (event, listener) => listeners[event].push(listener)
const emit = (event, ...args) => listeners[event].forEach((listener) => listener(...args))
export const draw = () => view.state && emit('draw')

export const now = () => Date.now() + view.skew
export const person = (id) => view.state.people.find((p) => p.id === id)
export const pane = (id) => view.state.panes.find((p) => p.id === id)
export const directory = (id) => view.state.directories.find((d) => d.id === id)
// unconnected are those of a group's platforms on which nothing can happen yet.
export const unconnected = (group) => [group.primary, group.secondary].map(pane).filter((p) => p?.unconnected)
export const linksOf = (personID) => view.state.links.filter((l) => l.person === personID)
export const userOf = (p, id) => p.users.find((u) => u.id === id)

// userFor is a person's user in a pane: of several, the one who is asked something. Where several people
// have one address, the demo can't say whose the user is: then it is shown for each of them.
export function userFor(p, personID) {
  const email = person(personID)?.email.toLowerCase()
  const own = p.users.filter((u) => u.person === personID)
  return own.find((u) => u.asks) ?? own[0] ?? p.users.find((u) => !u.person && email && u.email.toLowerCase() === email)
}

// focus makes everything about one person; "" is everybody again.
export function focus(personID) {
  view.focus = personID
  if (personID) follow(personID)
  remember()
  draw()
}

// follow is the person on every platform, shows their directory, and the two platforms that it is about.
function follow(personID) {
  for (const p of view.state.panes) view.users.set(p.id, userFor(p, personID)?.id ?? '')
  const who = person(personID)
  view.directory = who.directory
  const way = linksOf(personID)[0] ?? route(view.state.groups.find((g) => who.groups.includes(g.id)))
  if (way) bring(way.from, way.to)
}

const route = (group) => group && { from: group.primary, to: group.secondary }

// bring puts platforms before the others.
export function bring(...paneIDs) {
  view.shown = [...new Set([...paneIDs, ...view.shown])].filter(pane)
}

// open shows the chat of one user, and everything about the person whom they are.
export function open(paneID, userID) {
  view.tab = 'chats'
  const user = userOf(pane(paneID), userID)
  if (user?.person) focus(user.person)
  view.users.set(paneID, userID)
  bring(paneID)
  draw()
}

export function goTo(tab) {
  view.tab = tab
  remember()
  draw()
}

// The address keeps who and where, so that a reload, or somebody else, sees the same.
function remember() {
  const words = new URLSearchParams({ tenant: view.tenant, person: view.focus, view: view.tab })
  history.replaceState(null, '', `#${words}`)
}

function recall() {
  const words = new URLSearchParams(location.hash.slice(1))
  view.tenant = words.get('tenant') ?? ''
  view.focus = words.get('person') ?? ''
  if (['directory', 'chats', 'links', 'trail'].includes(words.get('view'))) view.tab = words.get('view')
}

export function chooseTenant(id) {
  view.tenant = id
  view.focus = ''
  view.users.clear()
  remember()
  return refresh()
}

let asking = null
let again = false

// refresh asks for the state. While one question is out, any number of further ones become one.
export function refresh() {
  again = true
  asking ??= askUntilDone().finally(() => (asking = null))
  return asking
}

async function askUntilDone() {
  while (again) {
    again = false
    await ask()
  }
}

async function ask() {
  const tenant = view.tenant
  try {
    const response = await fetch(`/api/state?tenant=${encodeURIComponent(tenant)}`)
    if (!response.ok) return emit('failed', await reason(response))
    const state = await response.json()
    if (tenant === view.tenant) accept(state)
  } catch {
    lost(true)
  }
}

function accept(state) {
  // Go writes an empty list as null.
  for (const list of ['tenants', 'directories', 'groups', 'people', 'panes', 'links', 'held', 'trail', 'trouble']) state[list] ??= []
  for (const d of state.directories) d.does ??= []
  for (const p of state.people) p.groups ??= []
  for (const p of state.panes) {
    p.does ??= []
    for (const u of (p.users ??= [])) u.messages ??= []
  }
  const before = view.state?.tenant === state.tenant ? view.state : null
  view.state = state
  view.tenant = state.tenant
  view.skew = Date.parse(state.now) - Date.now()
  if (!before) begin(state)
  lost(false)
  draw()
  if (before) emit('news', before, state)
}

function begin(state) {
  for (const p of state.panes) p.users.forEach(look)
  view.shown = state.panes.map((p) => p.id)
  view.directory = state.directories[0]?.id ?? ''
  if (!person(view.focus)) view.focus = ''
  if (view.focus) follow(view.focus)
}

// A message's id is its own within a chat only, and two tenants may have the same users.
const mark = (user, m) => [view.tenant, user.id, m.id].join('/')

// news counts the messages of the app to a user that nobody has looked at yet.
export const news = (user) => user.messages.filter((m) => !m.mine && !m.deleted && !seen.has(mark(user, m))).length
export const look = (user) => user.messages.forEach((m) => seen.add(mark(user, m)))

// post changes something; false: it didn't, and the visitor was told why.
export async function post(what, body) {
  let answer = true
  try {
    const response = await fetch(`/api/${what}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(what === 'clock' ? body : { tenant: view.tenant, ...body }),
    })
    if (!response.ok) {
      emit('failed', await reason(response))
      return false
    }
    if (response.status !== 204) answer = await response.json()
  } catch {
    emit('failed', 'The demo doesn’t answer, so nothing was changed.')
    return false
  }
  await refresh()
  return answer
}

async function reason(response) {
  const answer = await response.json().catch(() => null)
  return answer?.error ?? `The demo refused, and didn’t say why (${response.status}).`
}

function lost(yes) {
  if (view.gone === yes) return
  view.gone = yes
  emit('lost')
}

// listen follows what happens. The browser reconnects by itself after a broken connection, but gives
// up after an answer that isn't a stream, as from another program on the same port.
function listen() {
  const events = new EventSource('/api/events')
  let timer = 0
  events.addEventListener('changed', () => {
    timer ||= setTimeout(() => {
      timer = 0
      refresh()
    }, 60)
  })
  events.onopen = refresh // for whatever happened before
  events.onerror = () => {
    lost(true)
    if (events.readyState !== EventSource.CLOSED) return
    setTimeout(listen, 2000)
  }
}

export async function start() {
  recall()
  await refresh()
  listen()
}
