// Words for times, states and platforms.

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']

// The demo's clock is in the zone of its server, whatever the browser's is.
let zone = 0

export function setZone(now) {
  const m = /([+-])(\d\d):(\d\d)$/.exec(now)
  zone = m ? Number(m[1] + '1') * (Number(m[2]) * 60 + Number(m[3])) * 60e3 : 0
}

const local = (at) => new Date((typeof at === 'number' ? at : Date.parse(at)) + zone)
const two = (n) => String(n).padStart(2, '0')

export const hour = (at) => `${two(local(at).getUTCHours())}:${two(local(at).getUTCMinutes())}`

export function day(at) {
  const d = local(at)
  return `${days[d.getUTCDay()]} ${d.getUTCDate()} ${months[d.getUTCMonth()]}`
}

export const dayAndHour = (at) => `${day(at)}, ${hour(at)}`

export const brief = (at) => `${day(at).replace(/\p{L}+/gu, (word) => word.slice(0, 3))}, ${hour(at)}`

// short is for chats: the hour today, the day before it otherwise.
export const short = (at, now) => day(at) === day(now) ? hour(at) : brief(at)

// isTime is false for the zero time, which stands for "not at a time".
export const isTime = (at) => !!at && !at.startsWith('0001-')

export function untilThen(at, now) {
  const minutes = Math.round((Date.parse(at) - now) / 60e3)
  if (minutes < 1) return 'any moment'
  if (minutes < 60) return `in ${count(minutes, 'minute')}`
  if (minutes < 36 * 60) return `in ${count(Math.round(minutes / 60), 'hour')}`
  return `in ${count(Math.round(minutes / 60 / 24), 'day')}`
}

export const count = (n, one, many = `${one}s`) => `${n} ${n === 1 ? one : many}`

// some is the first names of a list, and how many more there are.
export function some(names, most = 2) {
  if (names.length <= most + 1) return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
  return `${names.slice(0, most).join(', ')} and ${names.length - most} others`
}

export const initials = (text) => [...text.matchAll(/(?<![\p{L}\p{N}])[\p{L}\p{N}]/gu)].map((m) => m[0]).slice(0, 2).join('').toUpperCase() || '?'

// tones gives every tone words and an icon, so that colour is never alone.
export const tones = {
  good: { words: 'settled', icon: 'check' },
  busy: { words: 'under way', icon: 'clock' },
  attention: { words: 'to look at', icon: 'alert' },
  quiet: { words: 'at rest', icon: 'pause' },
}

const toneOfState = {
  linked: 'good', 'stand-in': 'good',
  found: 'busy', asking: 'busy', choosing: 'busy', searching: 'busy', proving: 'busy', confirming: 'busy', new: 'busy',
  disputed: 'attention', unreachable: 'attention', waiting: 'attention', unmatched: 'attention', held: 'attention',
}

// toneOf is the tone of a link's state by its name, for the trail, which has no other.
export const toneOf = (state) => toneOfState[state] ?? 'quiet'
