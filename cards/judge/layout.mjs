// What is wrong with how cards are laid out. It runs in the page, so it refers to nothing outside.

// faultsOf are the faults of one drawn card: the element that a card was drawn into, as wide as a chat is.
export function faultsOf(box) {
  const faults = new Set();
  const slack = 1.5; // pixels by which letters may stand out of their box: fonts are rounded
  const frame = box.getBoundingClientRect();
  const words = (node) => JSON.stringify(node.textContent.trim().slice(0, 40));
  const cuts = (element) => ['hidden', 'clip', 'scroll', 'auto'].includes(getComputedStyle(element).overflowX)
    || ['hidden', 'clip', 'scroll', 'auto'].includes(getComputedStyle(element).overflowY);

  if (box.scrollWidth > box.clientWidth + slack) faults.add(`the card is ${box.scrollWidth} pixels wide, in a chat of ${box.clientWidth}`);
  for (const element of box.querySelectorAll('*')) {
    const style = getComputedStyle(element);
    if (!cuts(element) && style.textOverflow !== 'ellipsis') continue;
    if (element.scrollWidth > element.clientWidth + slack && element.clientWidth > 0) faults.add(`cut off: ${words(element)}`);
    if (element.scrollHeight > element.clientHeight + slack && element.clientHeight > 0) faults.add(`cut off below: ${words(element)}`);
  }
  const shown = []; // what stands where
  const texts = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    if (text.textContent.trim() === '') continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    const rects = [...range.getClientRects()].filter((r) => r.width > 0);
    if (rects.length === 0) faults.add(`not shown: ${words(text)}`);
    let inner = frame; // what of the card can be seen here
    for (let e = text.parentElement; e && e !== box; e = e.parentElement) {
      if (getComputedStyle(e).display.startsWith('table-cell') || cuts(e)) { inner = e.getBoundingClientRect(); break; }
    }
    for (const r of rects) {
      for (const other of shown) {
        const across = Math.min(r.right, other.r.right) - Math.max(r.left, other.r.left);
        const down = Math.min(r.bottom, other.r.bottom) - Math.max(r.top, other.r.top);
        if (across > 2 && down > 4) faults.add(`one over the other: ${words(other.text)} and ${words(text)}`);
      }
      if (r.left < inner.left - slack || r.right > inner.right + slack) faults.add(`beyond its box: ${words(text)}`);
      if (r.top < frame.top - slack || r.bottom > frame.bottom + slack) faults.add(`beyond the card: ${words(text)}`);
    }
    for (const r of rects) shown.push({ text, r });
  }
  for (const image of box.querySelectorAll('img, svg, [role=img]')) {
    if (!image.getAttribute('alt')?.trim() && !image.getAttribute('aria-label')?.trim()) faults.add('a picture says nothing to those who do not see it');
  }
  for (const button of box.querySelectorAll('button, a')) {
    if (!button.textContent.trim() && !button.getAttribute('aria-label')) faults.add('a button has no name');
    const { width, height } = button.getBoundingClientRect();
    if (width < 24 || height < 24) faults.add(`too small to be touched: ${words(button)}`); // WCAG 2.2, 2.5.8
  }
  return [...faults];
}
