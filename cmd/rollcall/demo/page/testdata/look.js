// Looks at the page as it is now and lists what is wrong with its layout, as sentences. A text is wrong
// if any part of it lies outside of what cuts it off, unless it ends in "…" and its title has all of it.
(() => {
  const wrong = new Set()
  // What lies over the page is looked at alone.
  const scope = document.querySelector('dialog[open], .menu:popover-open') ?? document.body
  const shown = (node) => node.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) && !node.closest('.sr, .skip')
  const describe = (node) => {
    const names = [...node.classList].join('.')
    return `<${node.localName}${node.id && '#' + node.id}${names && '.' + names}> “${(node.textContent || node.value || node.ariaLabel || '').trim().slice(0, 40)}”`
  }
  const root = document.documentElement
  if (root.scrollWidth > root.clientWidth) wrong.add(`the page is ${root.scrollWidth} wide, in a window of ${root.clientWidth}`)

  // What an ancestor cuts off; what can be scrolled to isn't cut off.
  const known = new Map()
  const cuts = (node) => known.get(node) ?? known.set(node, findCuts(node)).get(node)
  const findCuts = (node) => {
    const limits = []
    for (let a = node; a && a !== root; a = a.parentElement) {
      const style = getComputedStyle(a)
      const box = a.getBoundingClientRect()
      const ellipsis = style.textOverflow === 'ellipsis' && a.title.includes(a.textContent.trim())
      if (ellipsis) return []
      if (style.overflowX !== 'visible') limits.push({ a, x: true, from: box.left, to: box.right })
      if (style.overflowY === 'hidden' || style.overflowY === 'clip') limits.push({ a, y: true, from: box.top, to: box.bottom })
      if (style.position === 'fixed') break
    }
    return limits
  }
  const texts = document.createTreeWalker(scope, NodeFilter.SHOW_TEXT)
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    const parent = text.parentElement
    if (!text.data.trim() || !shown(parent) || parent.closest('option, script, noscript')) continue
    const range = document.createRange()
    range.selectNodeContents(text)
    for (const r of range.getClientRects()) {
      if (r.left < -1 || r.right > root.clientWidth + 1) wrong.add(`beyond the window: ${describe(parent)}`)
      for (const c of cuts(parent)) {
        const out = c.x ? r.left < c.from - 1 || r.right > c.to + 1 : r.top < c.from - 2 || r.bottom > c.to + 2
        if (out) wrong.add(`cut off by ${describe(c.a).slice(0, 50)}: ${describe(parent)}`)
      }
    }
  }

  for (const node of scope.querySelectorAll('*')) {
    if (!shown(node)) continue
    const style = getComputedStyle(node)
    if (['auto', 'scroll'].includes(style.overflowX) && node.scrollWidth > node.clientWidth + 1) wrong.add(`scrolls sideways: ${describe(node)}`)
    if (node.matches('input') && node.placeholder && !node.value) {
      const pen = document.createElement('canvas').getContext('2d')
      pen.font = style.font
      const room = node.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight)
      if (pen.measureText(node.placeholder).width > room + 1) wrong.add(`the placeholder “${node.placeholder}” doesn't fit`)
    }
  }

  const controls = 'button, a[href], input, select, summary, [role="option"]'
  for (const node of scope.querySelectorAll(controls)) {
    if (!shown(node) || node.disabled) continue
    node.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' })
    const r = node.getBoundingClientRect()
    if (r.width < 23.9 || r.height < 23.9) wrong.add(`only ${Math.round(r.width)} by ${Math.round(r.height)}: ${describe(node)}`)
    const hit = document.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2)
    const reached = hit && (node.contains(hit) || hit.contains(node) && hit.closest('label, button, .toast'))
    const over = hit?.closest('.toast, .options-box') // these go away by themselves
    if (!reached && !over) wrong.add(`lies under ${hit ? describe(hit) : 'nothing'}: ${describe(node)}`)
  }
  for (const scrolled of document.querySelectorAll('.scroll, .notices')) scrolled.scrollTo({ top: 0, left: 0, behavior: 'instant' })
  for (const log of document.querySelectorAll('.log')) log.scrollTop = log.scrollHeight
  return [...wrong]
})()
