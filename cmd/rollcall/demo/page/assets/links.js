// The links: how it stands with every person, why, and what happens next.

import { byId, h, icon, keyed, name, roving, show } from './dom.js'
import { dayAndHour, isTime, short, tones, untilThen } from './format.js'
import { focus, now, on, pane, view } from './store.js'
import { reasons, standsIn } from './standing.js'

const page = 40
const filter = { tone: '', most: page }

export function startLinks() {
  on('draw', drawLinks)
}

const title = (id) => pane(id)?.title ?? id
export const toneOfLink = (link) => (tones[link.tone] ? link.tone : 'quiet')

function drawLinks() {
  const { links } = view.state
  byId('links-count').textContent = links.length
  drawTones(links)
  // Whoever everything is about comes first; the others stay in their order.
  const found = links.filter((l) => l.person === view.focus)
    .concat(links.filter((l) => l.person !== view.focus && (!filter.tone || toneOfLink(l) === filter.tone)))
  const list = byId('link-list')
  if (list.focusShown !== view.focus) {
    list.focusShown = view.focus
    byId('links-scroll').scrollTop = 0
  }
  keyed(list, found.slice(0, filter.most), {
    key: (l) => [l.person, l.from, l.to].join('/'),
    sign: (l) => JSON.stringify([l, reasons(l), l.person === view.focus, isTime(l.at) && untilThen(l.at, now())]),
    make: drawLink,
  })
  roving(list, view.focus)
  const more = found.length - filter.most
  show(byId('links-end'), JSON.stringify([found.length, more, links.length]), () => h('div', { class: 'end' },
    found.length === 0 && h('p', null, links.length ? 'No link is like that now.' : 'There are no links yet. Put somebody into a group.'),
    more > 0 && h('button', { class: 'button', type: 'button', 'data-part': 'more', onclick: () => { filter.most += page; drawLinks() } }, `Show ${Math.min(more, page)} more of ${more}`)))
}

function drawTones(links) {
  const chips = Object.entries(tones).map(([tone, t]) => ({ tone, ...t, size: links.filter((l) => toneOfLink(l) === tone).length, on: filter.tone === tone }))
  keyed(byId('tones'), chips.filter((c) => c.size || c.on), {
    key: (c) => c.tone,
    sign: JSON.stringify,
    make: (c) => h('button', {
      class: `chip tone ${c.tone}`, type: 'button', 'data-part': 'tone', 'aria-pressed': String(c.on),
      onclick: () => { Object.assign(filter, { tone: c.on ? '' : c.tone, most: page }); drawLinks() },
    }, icon(c.icon), `${c.size} ${c.words}`),
  })
}

function drawLink(l) {
  const chosen = l.person === view.focus
  const tone = toneOfLink(l)
  const at = isTime(l.at)
  const [why, mend] = reasons(l)
  const next = l.next && l.next !== l.why ? l.next : at && 'looked at again'
  return h('li', { class: `link${chosen ? ' chosen' : ''}`, 'data-key': l.person },
    h('button', { class: 'link-row', type: 'button', 'data-part': 'link', 'aria-current': chosen && 'true', onclick: () => focus(l.person) },
      h('span', { class: 'link-head' }, h('strong', { dir: 'auto' }, l.name), ' ',
        h('span', { class: `state ${tone}` }, icon(tones[tone].icon), l.state)),
      h('span', { class: 'route' }, title(l.from), h('span', { class: 'sr' }, ' to '), icon('arrow'), title(l.to)),
      l.standIn && h('span', { class: 'stands-in' }, icon('people'), standsIn(l)),
      why && h('span', { class: 'why' }, why),
      mend && h('span', { class: 'why' }, h('b', null, 'What to do: '), mend),
      next && h('span', { class: 'next' }, h('b', null, 'Next: '), next,
        at && [', ', h('time', { datetime: l.at, title: dayAndHour(l.at) }, `${untilThen(l.at, now())} (${short(l.at, now())})`)])))
}
