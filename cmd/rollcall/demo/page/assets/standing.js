// How somebody stands on the platforms, in words: what keeps the app from writing to them, and what is
// there for them instead.

import { directory, linksOf, pane, person, userFor, view } from './store.js'

const title = (id) => pane(id)?.title ?? id
const kinds = { bot: 'A bot', guest: 'A guest', persona: 'A persona' }

// standsIn says what represents a link's person.
export const standsIn = (l) => `${kinds[l.standIn] ?? 'A stand-in'} stands in on ${title(l.to)}`

// lacksLicence is true of somebody whose directory knows that they may not use Teams.
export const lacksLicence = (p) => !p.licensed && !p.deleted && !!directory(p.directory)?.does.includes('license')

// flags are the few words by which a person is recognised in the directory, each with its tone.
export function flags(p) {
  const found = []
  const flag = (text, tone) => found.push({ text, tone })
  if (p.deleted) flag('deleted', 'quiet')
  else if (!p.active) flag('disabled', 'quiet')
  if (p.exempt) flag('exempt', 'quiet')
  if (lacksLicence(p)) flag('no licence for Teams', 'attention')
  for (const q of view.state.panes) {
    const kind = userFor(q, p.id)?.kind
    if (['without the app', 'blocks the app'].includes(kind)) flag(`${kind} on ${q.title}`, 'attention')
  }
  for (const l of linksOf(p.id)) if (l.standIn) flag(standsIn(l), 'busy')
  return found
}

// reasons are why a link is as it is and, where somebody can mend it, how. An admin's part is said by the
// demo after the reason.
export function reasons(l) {
  const [why, ...rest] = l.state === 'held' ? l.why.split(': ') : [l.why]
  const kind = l.state === 'unreachable' && pane(l.from) && userFor(pane(l.from), l.person)?.kind
  const mend = { 'without the app': 'they install the app, or an admin lets Rollcall do it', 'blocks the app': 'nothing. They may write to the app themselves', '': 'they write to the app, and are asked then' }
  return [why, mend[kind] ?? rest.join(': ')]
}

// absence says why a person has no chat on a platform, after their name.
export function absence(p, q) {
  const link = linksOf(p.id).find((l) => l.standIn && l.to === q.id)
  const instead = link ? ` ${standsIn(link)}.` : ''
  if (q.id === 'teams' && p.deleted) return ` was deleted in the directory, and isn’t in ${q.title}.`
  if (q.id === 'teams' && lacksLicence(p)) return ` has no licence for ${q.title}.${instead}`
  return ` has no account in ${q.title}.${instead}`
}

// silence says why nobody can write as a user, and which act with the app would mend it; null: they can.
export function silence(p, user) {
  if (user.standsIn) return { text: `This account stands in for ${person(user.person)?.name ?? 'somebody'}. Nobody reads or writes here.` }
  return {
    deactivated: { text: 'This account is deactivated, so nothing can be written here.' },
    bot: { text: 'This account is an app, and nobody writes as it.' },
    'without the app': { text: `Without the app, Rollcall can’t write to ${user.name} in ${p.title}.`, act: 'install' },
    'blocks the app': { text: `${user.name} blocks the app. Rollcall leaves them alone until they write to it.`, act: 'unblock' },
  }[user.kind] ?? null
}
