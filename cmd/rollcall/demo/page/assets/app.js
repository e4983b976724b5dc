// The page of the demo. It draws what the demo tells, and tells the demo what the visitor does.

import { setZone } from './format.js'
import { news, on, open, start, view } from './store.js'
import { say, toast } from './dialogs.js'
import { isShown, startChats, written } from './chats.js'
import { startDirectory } from './directory.js'
import { startGuide } from './guide.js'
import { startLinks } from './links.js'
import { startTop } from './top.js'
import { startTrail } from './trail.js'

on('draw', () => setZone(view.state.now))
startGuide()
startDirectory()
startChats()
startLinks()
startTrail()
startTop()
on('news', tell)
on('failed', (text) => toast(text, { error: true }))
start()

// tell says what has changed: aloud for those who hear the page, and with a way to go there where a
// message came to a platform that isn't shown. One that is shown says it itself.
function tell(before, after) {
  const said = []
  for (const p of after.panes) {
    const had = new Map(before.panes.find((q) => q.id === p.id)?.users.map((u) => [u.id, new Set(u.messages.map((m) => m.id))]))
    const fresh = p.users.filter((u) => u.messages.some((m) => !m.mine && !had.get(u.id)?.has(m.id)))
    if (!fresh.length) continue
    said.push(written(p, fresh))
    const unseen = fresh.filter(news)
    if (unseen.length && !isShown(p)) toast(written(p, unseen), { label: 'Open', act: () => open(p.id, unseen[0].id) })
  }
  const was = new Map(before.links.map((l) => [`${l.person}/${l.from}/${l.to}`, l.state]))
  const moved = after.links.filter((l) => was.get(`${l.person}/${l.from}/${l.to}`) !== l.state)
  if (moved.length) said.push(moved.length < 4 ? moved.map((l) => `${l.name}: ${l.state}.`).join(' ') : `${moved.length} links changed.`)
  if (after.held.length > before.held.length) said.push('Rollcall holds back removals, and you decide.')
  if (said.length) say(said.join(' '))
}
