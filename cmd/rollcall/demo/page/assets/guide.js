// The first steps, for those who see this for the first time: one person, from a group to a link. Where
// they stand is read from the state, so that it doesn't matter by which way they got there.

import { byId, h, icon, name, show } from './dom.js'
import { join, openHub } from './directory.js'
import { directory, draw, focus, on, open, pane, person, unconnected, userFor, view } from './store.js'

const memory = kept('rollcall-demo-guide')
let chosen = memory.read() // {tenant, person, group, lap}, or {closed}

export function startGuide() {
  on('draw', drawGuide)
}

// hero is the person of the first steps, and the group to put them into; null where the guide is
// closed or nobody fits.
export function hero() {
  const { tenant } = view.state
  if (chosen?.closed) return null
  if (chosen?.tenant !== tenant || !person(chosen.person)) keep(pick(tenant, 1) ?? pick(tenant, 2))
  const found = chosen && { person: person(chosen.person), group: view.state.groups.find((g) => g.id === chosen.group) }
  return found?.person && found.group ? found : null
}

// pick takes somebody with a full account on both platforms who is in no group, Rosa if she is there: on
// the first lap from the first directory, on the second from another.
function pick(tenant, lap) {
  const [own] = view.state.directories
  for (const group of view.state.groups.filter((g) => (g.directory === own?.id) === (lap === 1))) {
    const panes = [pane(group.primary), pane(group.secondary)]
    if (!panes.every(Boolean)) continue
    const fits = (p) => p.directory === group.directory && p.active && !p.exempt && !p.groups.length && panes.every((q) => userFor(q, p.id)?.kind === '')
    const someone = view.state.people.filter(fits)
    const best = someone.find((p) => p.name.startsWith('Rosa ')) ?? someone.find((p) => !p.note) ?? someone[0]
    if (best) return { tenant, person: best.id, group: group.id, lap }
  }
  return null
}

function drawGuide() {
  const who = hero()
  const box = byId('guide')
  box.hidden = !who
  if (!who) return
  const story = tell(who)
  show(box, JSON.stringify([who.person.id, who.person.name, story.step, story.text, story.button?.label]), () => h('div', { class: 'guide-row' },
    h('ol', { class: 'steps' }, story.steps.map((text, i) => h('li', {
      class: i < story.step ? 'done' : i === story.step ? 'current' : '', 'aria-current': i === story.step && 'step',
    }, h('span', { class: 'step-mark', 'aria-hidden': 'true' }, i < story.step ? icon('check') : i + 1), h('span', { class: 'step-text' }, text, i < story.step && h('span', { class: 'sr' }, ' (done)'))))),
    h('p', { class: 'guide-text' }, story.text.map((part) => part === '*' ? name(who.person.name) : part)),
    story.button && h('button', { class: 'button primary small', type: 'button', 'data-part': 'step', onclick: story.button.act }, story.button.label),
    h('button', { class: 'icon', type: 'button', 'data-part': 'close', 'aria-label': 'Close the first steps', onclick: close }, icon('cross'))))
}

// tell says which of the steps is the current one, and how to take it. "*" stands for the name. For a company that
// connects its platforms by itself, that comes before the others.
function tell(who) {
  const story = tellOf(who)
  if (!view.state.connect) return story
  const steps = ['Connect the platforms', ...story.steps]
  const missing = unconnected(who.group).map((q) => q.title).join(' and ')
  if (!missing) return { ...story, steps, step: story.step + 1 }
  return { steps, step: 0, text: [`Start here: connect ${missing} in the hub. Until then Rollcall writes to nobody.`], button: { label: 'Connect the platforms', act: openHub } }
}

function tellOf({ person: p, group: g }) {
  const [from, to] = [pane(g.primary), pane(g.secondary)]
  const [own, other] = [userFor(from, p.id), userFor(to, p.id)]
  const link = view.state.links.find((l) => l.person === p.id && l.from === g.primary && l.to === g.secondary)
  const short = p.name.split(' ')[0]
  const steps = [`Into ${g.name}`, `Say yes in ${from.title}`, `Prove it in ${to.title}`, 'Linked']
  const show = (q, user) => ({ label: `Be ${short} in ${q.title}`, act: () => { open(q.id, user.id); toQuestion(q.id) } })
  if (!p.groups.includes(g.id) && link?.state === 'suspended') {
    return { steps, step: 0, text: ['*', ` has left, and the link is suspended: nothing was deleted. Put ${short} back, and it is as it was.`], button: { label: `Put ${short} back into ${g.name}`, act: () => join(p.id, g.id, true) } }
  }
  if (!p.groups.includes(g.id)) {
    const text = chosen.lap === 2
      ? ['Now put ', '*', `, who is in ${directory(p.directory)?.title}, into ${g.name}.`]
      : ['Start here: put ', '*', ` into ${g.name}. Watch what Rollcall writes.`]
    return { steps, step: 0, text, button: { label: `Put ${short} into ${g.name}`, act: () => join(p.id, g.id, true) } }
  }
  const next = link?.tone === 'good' && chosen.lap === 1 && pick(view.state.tenant, 2)
  if (next) {
    const [way, there] = [view.state.groups.find((x) => x.id === next.group), directory(person(next.person).directory).title]
    const goOn = () => { keep(next); focus(next.person) }
    return { steps, step: 4, text: ['*', ` is linked. Take ${short} out of ${g.name} again, or go on: from ${pane(way.primary).title} to ${pane(way.secondary).title}, with somebody in ${there}.`], button: { label: `Go on with ${pane(way.primary).title}`, act: goOn } }
  }
  if (link?.tone === 'good') {
    return { steps, step: 4, text: ['*', ` is linked. Now take ${short} out of ${g.name} again, or let three days go by for the others.`], button: { label: 'Got it', act: close } }
  }
  if (other?.asks) return { steps, step: 2, text: ['Rollcall shows a number in ', `${from.title}. Be `, '*', ` in ${to.title} too, and pick that number there.`], button: show(to, other) }
  if (own?.asks) return { steps, step: 1, text: ['Rollcall has asked ', '*', ` in ${from.title}. Press “Sync my accounts” there.`], button: show(from, own) }
  if (link && link.tone !== 'busy') return { steps, step: 1, text: ['It went another way: ', '*', `’s link is “${link.state}”. The trail says why. Try it with somebody else.`], button: { label: 'Got it', act: close } }
  return { steps, step: 1, text: ['Rollcall is looking for the accounts of ', '*', '. This takes a few seconds.'] }
}

// toQuestion brings the newest card with buttons into view, and the keyboard to it.
function toQuestion(paneID) {
  const cards = document.querySelectorAll(`[data-pane="${CSS.escape(paneID)}"] .card-buttons`)
  const button = [...cards].at(-1)?.querySelector('button')
  button?.closest('.message').scrollIntoView({ block: 'nearest' })
  button?.focus({ preventScroll: true })
}

function close() {
  const who = hero()?.person.id
  keep({ closed: true })
  if (who) focus(who)
  else draw()
}

function keep(choice) {
  chosen = choice
  memory.write(choice)
}

// kept is a value that outlives a reload, where the browser allows that.
function kept(key) {
  return {
    read: () => { try { return JSON.parse(localStorage.getItem(key)) } catch { return null } },
    write: (value) => { try { localStorage.setItem(key, JSON.stringify(value)) } catch { /* then it lasts until the reload */ } },
  }
}
