// Draws cards as the clients do: Adaptive Cards with the official renderer, as each platform's clients are
// set up, and blocks with a renderer that looks like Slack's client. All of it comes from npm.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(import.meta.url);
const { createElement } = require('react');
const { renderToStaticMarkup } = require('react-dom/server');
const { Message } = require('slack-blocks-to-jsx');

const modules = join(import.meta.dirname, 'node_modules');
const designer = join(modules, 'adaptivecards-designer');
const text = (...path) => readFileSync(join(...path), 'utf8');
const hostConfig = (name) => JSON.parse(text(designer, 'lib', 'hostConfigs', `${name}.json`));
const teamsStyle = (theme) => text(designer, 'dist', 'containers', `teams-container-${theme}.css`);

// The font is the same on every machine, and has Japanese: Noto's, under the name of the one that all of the
// styles ask for.
export const fonts = '/fonts/';
export const fontFolder = join(modules, '@fontsource', 'noto-sans-jp', 'files');
const faces = ['400', '700'].map((weight) => text(modules, '@fontsource', 'noto-sans-jp', `${weight}.css`))
  .join('').replaceAll("'Noto Sans JP'", "'Segoe UI'").replaceAll('url(./files/', `url(${fonts}`);

// surfaces are the clients. The designer has nothing for Webex: the renderer's own defaults stand for it.
export const surfaces = [
  { name: 'teams-light', form: 'teams', config: hostConfig('microsoft-teams-light'), style: teamsStyle('light'), ground: '#f5f5f5', paper: '#fff' },
  { name: 'teams-dark', form: 'teams', config: hostConfig('microsoft-teams-dark'), style: teamsStyle('dark'), ground: '#1f1f1f', paper: '#292929', english: true },
  { name: 'webex', form: 'webex', config: {}, style: webexStyle(), ground: '#fff', paper: '#fff' },
  { name: 'slack', form: 'blocks', style: slackStyle(), ground: '#fff', paper: '#fff' },
];

// The renderer's own buttons have the browser's look; Webex breaks their row as it breaks a text.
function webexStyle() {
  return `.ac-pushButton { min-height: 32px; padding: 4px 14px; border: 1px solid #888; border-radius: 16px; background: #fff; font: inherit; }
    .ac-pushButton.style-positive { background: #185e46; color: #fff; } .ac-pushButton.style-destructive { color: #ab0a15; border-color: #ab0a15; }`;
}

// Slack breaks lines where a text does, and long words but those in a table; this renderer leaves it to whoever
// shows it.
function slackStyle() {
  return `${text(modules, 'slack-blocks-to-jsx', 'dist', 'style.css')}
    .slack_blocks_to_jsx__rich_text_section_element { white-space: pre-wrap; overflow-wrap: anywhere; }
    .slack_blocks_to_jsx__table td, .slack_blocks_to_jsx__table td p { overflow-wrap: normal; vertical-align: top; } p, h3 { margin: 0; }`;
}

// page is a page with one box for each card, in which it is drawn when the page is opened.
export function page(surface, cards, width, columns) {
  const boxes = cards.map((card, i) => {
    const drawn = surface.form === 'blocks' ? blocks(card.blocks) : '';
    return `<figure><figcaption>${card.name}${card.lang === 'en' ? '' : ` (${card.lang})`}</figcaption><div class="box" lang="${card.lang}" data-card="${i}">${drawn}</div></figure>`;
  });
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${surface.name}</title><style>${faces}${surface.style}
    body { margin: 12px; background: ${surface.ground}; font-family: "Segoe UI", sans-serif; font-size: 14px; columns: ${columns}; column-gap: 16px; }
    figure { margin: 0 0 16px; width: ${width}px; break-inside: avoid; } figcaption { color: #888; font: 11px sans-serif; }
    .box { width: ${width}px; background: ${surface.paper}; box-sizing: border-box; ${surface.form === 'blocks' ? 'padding: 8px;' : ''} }
  </style><body>${boxes.join('')}${surface.form === 'blocks' ? '' : adaptive(surface, cards)}</body></html>`;
}

// literal makes plain_text what it is in Slack: this renderer reads it as mrkdwn, which Slack doesn't.
export function literal(list) {
  const twins = { '*': '∗', _: 'ˍ', '~': '∼', '`': '‵', '<': '‹', '>': '›' };
  return JSON.parse(JSON.stringify(list), (_, node) => (node?.type === 'plain_text'
    ? { ...node, text: node.text.replace(/[*_~`<>]/g, (c) => twins[c]).replace(/:(?=[a-z0-9_+-]+:)/g, '∶').replaceAll('](', ']⁽') } : node));
}

function blocks(list) {
  return renderToStaticMarkup(createElement(Message, { blocks: literal(list), logo: '', name: 'Rollcall', time: new Date(0), withoutWrapper: true, theme: 'light' }));
}

// What the renderer finds wrong with a card is a warning, like what it says on the console.
function adaptive(surface, cards) {
  const literal = (value) => JSON.stringify(value).replaceAll('<', '\\u003c');
  return `<script src="/adaptivecards.js"></script><script>
    const config = new AdaptiveCards.HostConfig(${literal(surface.config)});
    ${literal(cards.map((card) => card[surface.form]))}.forEach((source, i) => {
      const context = new AdaptiveCards.SerializationContext(AdaptiveCards.Versions.v1_5);
      const card = new AdaptiveCards.AdaptiveCard();
      card.hostConfig = config;
      card.parse(source, context);
      for (let j = 0; j < context.eventCount; j++) console.warn('card ' + i + ': ' + context.getEventAt(j).message);
      for (const event of card.validateProperties().validationEvents) console.warn('card ' + i + ': ' + event.message);
      card.render(document.querySelector('[data-card="' + i + '"]'));
    });
  </script>`;
}

export const library = join(modules, 'adaptivecards', 'dist', 'adaptivecards.js');

// said are the words that have to be on a drawn card, from its JSON.
export function said(form, card) {
  const words = [];
  const walk = (node, name) => {
    if (Array.isArray(node)) node.forEach((inner) => walk(inner, name));
    else if (node && typeof node === 'object') {
      if (typeof node.text === 'string') words.push(node.text);
      if (typeof node.title === 'string') words.push(node.title);
      for (const [key, inner] of Object.entries(node)) if (key !== 'fallback' && key !== 'data') walk(inner, key);
    }
  };
  walk(form === 'blocks' ? literal(card) : { body: card.body, actions: card.actions });
  return words;
}
