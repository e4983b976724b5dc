// Draws cards with the official renderer in Chromium, for people to look at.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const perSheet = 12;
// The backgrounds of the designer's Teams, and the widths of a chat on a desktop and on a telephone.
const grounds = { 'teams-light': '#f6f6f6', 'teams-dark': '#201e1f' };
const sheets = { desktop: { card: 480, columns: 3, height: 1900 }, phone: { card: 300, columns: 4, height: 2300 } };

// shoot writes folder/name-size-number.png, a dozen cards on each.
export function shoot({ folder, name, cards, config, library, designer }) {
  mkdirSync(folder, { recursive: true });
  const style = readFileSync(join(designer, 'dist', 'containers', `${name.replace('-', '-container-')}.css`), 'utf8');
  for (const [size, { card, columns, height }] of Object.entries(sheets)) {
    for (let from = 0; from < cards.length; from += perSheet) {
      const file = resolve(folder, `${name}-${size}-${from / perSheet + 1}`);
      const width = columns * (card + 40);
      writeFileSync(`${file}.html`, page(name, style, cards.slice(from, from + perSheet), config, library, card, columns));
      execFileSync('chromium', [
        '--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--disable-background-networking', '--no-first-run',
        '--host-resolver-rules=MAP * ~NOTFOUND', `--window-size=${width},${height}`, `--screenshot=${file}.png`, pathToFileURL(`${file}.html`).href,
      ], { stdio: 'ignore', timeout: 60_000 });
      rmSync(`${file}.html`);
      console.log(`drew ${file}.png`);
    }
  }
}

function page(name, style, cards, config, library, width, columns) {
  const literal = (value) => JSON.stringify(value).replaceAll('<', '\\u003c');
  return `<!doctype html><meta charset="utf-8"><style>${style}
    body { margin: 10px; columns: ${columns}; column-gap: 20px; background: ${grounds[name]}; font-family: sans-serif; }
    figure { margin: 0 0 16px; width: ${width}px; break-inside: avoid; } figcaption { color: #888; font-size: 12px; }
  </style><script src="${pathToFileURL(library)}"></script><script>
    const config = new AdaptiveCards.HostConfig(${literal(config)});
    for (const [name, source] of ${literal(cards)}) {
      const card = new AdaptiveCards.AdaptiveCard();
      card.hostConfig = config;
      card.parse(source);
      const figure = document.createElement('figure');
      const caption = document.createElement('figcaption');
      caption.textContent = name;
      figure.append(caption);
      document.body ?? document.documentElement.append(document.createElement('body'));
      document.body.append(figure);
      const root = card.render(figure);
      root.classList.add('teams-card');
    }
  </script>`;
}
