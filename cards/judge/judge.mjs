// Draws every card in every language in Chromium, at the width of a chat on a desktop and on a telephone,
// and exits with 1 if a text is cut off or stands out of its box, a card is wider than the chat, something
// that a card says isn't there, a picture says nothing to those who don't see it, or a renderer warns. The
// drawings are left in the folder drawn, or in the one that ROLLCALL_SHOTS names, to be looked at: those on a
// desktop in English only. --fast leaves them out. Before the first run: npm install --no-save --no-package-lock --legacy-peer-deps
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { chromium } from 'playwright-core';
import { fontFolder, fonts, library, page, said, surfaces } from './draw.mjs';
import { faultsOf } from './layout.mjs';

const browserPath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const shots = process.argv.includes('--fast') ? '' : process.env.ROLLCALL_SHOTS ?? join(import.meta.dirname, 'drawn');
const perSheet = 20;
const sizes = { desktop: { width: 700, columns: 2 }, phone: { width: 320, columns: 5 } };

if (!existsSync(browserPath)) {
  console.log(`FAIL: there is no Chromium at ${browserPath}. Install it with: sudo apt-get install chromium (or name one in CHROMIUM)`);
  process.exit(1);
}

// record has Go render all cards.
function record() {
  const folder = mkdtempSync(join(tmpdir(), 'cards-'));
  const file = join(folder, 'cards.json');
  const root = join(import.meta.dirname, '..', '..');
  const run = spawnSync('go', ['test', './cards', '-count=1', '-run', '^TestRecord$'], { cwd: root, env: { ...process.env, ROLLCALL_CARDS: file }, encoding: 'utf8' });
  if (run.status !== 0 || !existsSync(file)) {
    console.log(`FAIL: the cards could not be rendered\n${run.stdout}${run.stderr}`);
    process.exit(1);
  }
  const cards = JSON.parse(readFileSync(file, 'utf8'));
  rmSync(folder, { recursive: true });
  return cards;
}

// open shows cards in a tab, in which nothing is to be had but what the judge gives.
async function open(browser, surface, cards, { width, columns }) {
  const tab = await browser.newPage({ viewport: { width: columns * (width + 16) + 24, height: 900 } });
  const warnings = [];
  tab.on('console', (message) => { if (['warning', 'error'].includes(message.type())) warnings.push(message.text()); });
  tab.on('pageerror', (error) => warnings.push(String(error)));
  await tab.route('**/*', (route) => {
    const path = new URL(route.request().url()).pathname;
    if (path === '/') return route.fulfill({ contentType: 'text/html', body: page(surface, cards, width, columns) });
    if (path === '/adaptivecards.js') return route.fulfill({ path: library });
    if (path.startsWith(fonts)) return route.fulfill({ path: join(fontFolder, basename(path)) });
    if (path === '/favicon.ico') return route.fulfill({ status: 204 });
    warnings.push(`it asks for ${path}`);
    return route.abort();
  });
  await tab.goto('http://cards.test/');
  await tab.evaluate(() => document.fonts.ready);
  return { tab, warnings };
}

// judge is what is wrong with cards on a surface, as lines.
async function judge(browser, surface, cards, size) {
  const { tab, warnings } = await open(browser, surface, cards, size);
  const drawn = await tab.evaluate(`(() => { const faultsOf = ${faultsOf}; return [...document.querySelectorAll('.box')].map((box) => ({ faults: faultsOf(box), text: box.textContent })); })()`);
  await tab.close();
  const faults = warnings.map((warning) => {
    const at = /^card (\d+): /.exec(warning);
    return at ? `${cards[at[1]].name}: ${warning.slice(at[0].length)}` : warning;
  });
  const bare = (text) => text.replace(/\s+/g, '');
  drawn.forEach((box, i) => {
    const name = `${cards[i].name} (${cards[i].lang})`;
    for (const fault of box.faults) faults.push(`${name}: ${fault}`);
    let rest = bare(box.text);
    for (const words of said(surface.form, cards[i][surface.form])) {
      if (!rest.includes(bare(words))) faults.push(`${name}: not there: ${JSON.stringify(words)}`);
    }
  });
  return faults;
}

// sheets leaves drawings of the cards, some on each.
async function sheets(browser, surface, cards, lang, sizeName, size) {
  for (let from = 0; from < cards.length; from += perSheet) {
    const { tab } = await open(browser, surface, cards.slice(from, from + perSheet), size);
    const number = String(from / perSheet + 1).padStart(2, '0');
    await tab.screenshot({ path: join(shots, `${surface.name}-${sizeName}-${lang}-${number}.png`), fullPage: true });
    await tab.close();
  }
}

// The judge has to find what it looks for.
async function proveTheJudge(browser) {
  const adaptive = (...body) => ({ teams: { type: 'AdaptiveCard', version: '1.5', body } });
  const run = (text) => ({ type: 'RichTextBlock', inlines: [{ type: 'TextRun', text }] });
  const wide = 'Wolfeschlegelsteinhausen'.repeat(4);
  const button = { type: 'button', text: { type: 'plain_text', text: wide.slice(0, 75) }, action_id: 'a', value: 'v' };
  const cases = [
    ['a card that is whole', 0, adaptive(run('words'))],
    ['text without a wrap', 0, adaptive({ type: 'TextBlock', text: 'many words '.repeat(20) }), /cut off/],
    ['a column that is too wide', 0, adaptive({ type: 'ColumnSet', columns: [{ type: 'Column', width: '900px', items: [run('words')] }] }), /wide|beyond|cut/],
    ['a column with a long word', 0, adaptive({ type: 'ColumnSet', columns: [{ type: 'Column', width: '40px', items: [run(wide.slice(0, 24))] }, { type: 'Column', width: 'stretch', items: [run('words')] }] }), /over the other/],
    ['buttons that do not fit', 0, { teams: { type: 'AdaptiveCard', version: '1.5', actions: ['a', 'b', 'c'].map((a) => ({ type: 'Action.Submit', title: `${a} ${wide.slice(0, 40)}`, data: {} })) } }, /cut off/],
    ['a picture without words', 0, adaptive({ type: 'Image', url: 'data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==' }), /picture/],
    ['an element that is not drawn', 0, adaptive({ type: 'Words', text: 'words' }), /Words|not there/],
    ['blocks that are whole', 3, { blocks: [{ type: 'divider' }, { type: 'header', text: { type: 'plain_text', text: 'words' } }] }],
    ['a button that is too wide', 3, { blocks: [{ type: 'actions', elements: [button] }] }, /wide|beyond/],
    ['a block that is not drawn', 3, { blocks: [{ type: 'words', text: { type: 'plain_text', text: 'words' } }] }, /not there/],
  ];
  for (const [name, at, card, want] of cases) {
    const faults = await judge(browser, surfaces[at], [{ name, lang: 'en', ...card }], sizes.phone);
    if (want) assert.ok(faults.some((fault) => want.test(fault)), `${name} is not refused: ${faults}`);
    else assert.deepEqual(faults, [], name);
  }
  return cases.length;
}

const cards = record();
const browser = await chromium.launch({ executablePath: browserPath, args: ['--no-sandbox', '--disable-gpu'] });
let passed = await proveTheJudge(browser);
let failed = 0;
if (shots) {
  rmSync(shots, { recursive: true, force: true });
  mkdirSync(shots, { recursive: true });
}
for (const surface of surfaces) {
  for (const [sizeName, size] of Object.entries(sizes)) {
    for (const lang of surface.english ? ['en'] : new Set(cards.map((card) => card.lang))) {
      const some = cards.filter((card) => card.lang === lang);
      const faults = await judge(browser, surface, some, size);
      for (const fault of faults) console.log(`FAIL ${surface.name}, ${sizeName}: ${fault}`);
      const bad = new Set(faults.map((fault) => fault.split(': ')[0])).size;
      failed += bad;
      passed += Math.max(0, some.length - bad);
      console.log(`${bad === 0 ? 'ok' : 'FAIL'} ${surface.name}, ${sizeName}, ${lang}: ${some.length} cards`);
      if (shots && (sizeName === 'phone' || lang === 'en')) await sheets(browser, surface, some, lang, sizeName, size);
    }
  }
}
await browser.close();
if (shots) console.log(`drawn: ${shots}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
