// Gives every golden Adaptive Card to the official renderer, as each platform's clients are set up. Prints
// a line per set-up and the sum, and exits with 1 if a card is refused or warned about, or if any of its
// text or buttons is missing or changed. How the cards look is for ../../judge. Before the first run: npm install --no-save --no-package-lock --legacy-peer-deps
// (the designer, of which only the settings of the hosts are used, asks for an older renderer).
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { JSDOM, VirtualConsole } from 'jsdom';

const here = import.meta.dirname;
const goldens = join(here, '..', '..', 'testdata');
const library = join(here, 'node_modules', 'adaptivecards', 'dist', 'adaptivecards.js');
const designer = join(here, 'node_modules', 'adaptivecards-designer');

const json = (...path) => JSON.parse(readFileSync(join(...path), 'utf8'));
const hostConfig = (name) => json(designer, 'lib', 'hostConfigs', `${name}.json`);

// How the clients are set up. The designer has nothing for Webex: the renderer's own defaults stand for it.
const teams = { goldens: 'adaptive-teams', version: [1, 5], button: 'Action.Execute' };
const setups = [
  { ...teams, name: 'teams-light', config: hostConfig('microsoft-teams-light') },
  { ...teams, name: 'teams-dark', config: hostConfig('microsoft-teams-dark') },
  { ...teams, name: 'teams-without-execute', config: hostConfig('microsoft-teams-light'), button: 'Action.Submit', lacks: 'Action.Execute' },
  { name: 'webex', goldens: 'adaptive-webex', version: [1, 3], button: 'Action.Submit', config: {} },
];

// The renderer in a window of its own. What it says on the console is a warning like any other.
const warnings = [];
const virtualConsole = new VirtualConsole();
for (const level of ['warn', 'error', 'jsdomError']) virtualConsole.on(level, (said) => warnings.push(String(said)));
const { window } = new JSDOM('<!doctype html><body></body>', { runScripts: 'outside-only', virtualConsole });
// jsdom lays nothing out and so has no innerText, which the renderer writes with.
window.eval(`Object.defineProperty(HTMLElement.prototype, 'innerText', {
  get() { return this.textContent; }, set(text) { this.textContent = text; },
});`);
window.eval(readFileSync(library, 'utf8'));
const renderer = window.AdaptiveCards;
// No text of ours may be markdown: whatever is read as such comes out changed.
renderer.AdaptiveCard.onProcessMarkdown = (text, result) => {
  warnings.push(`read as markdown: ${text}`);
  result.didProcess = true;
  result.outputHtml = '';
};

// draw is what a client makes of a card, and the list for what its buttons do. It throws at the first warning.
function draw(source, setup) {
  warnings.length = 0;
  const context = new renderer.SerializationContext(new renderer.Version(...setup.version));
  if (setup.lacks) {
    const known = new renderer.CardObjectRegistry();
    renderer.GlobalRegistry.defaultActions.copyTo(known);
    known.unregister(setup.lacks);
    context.setActionRegistry(known);
  }
  const card = new renderer.AdaptiveCard();
  card.hostConfig = new renderer.HostConfig(setup.config);
  card.version = new renderer.Version(...setup.version);
  card.parse(source, context);
  for (let i = 0; i < context.eventCount; i++) {
    const { event, message } = context.getEventAt(i);
    const meant = setup.lacks && event === renderer.ValidationEvent.UnknownActionType; // the fallback is there for that
    if (!meant) warnings.push(message);
  }
  for (const event of card.validateProperties().validationEvents) warnings.push(event.message);
  const done = [];
  card.onExecuteAction = (action) => done.push(action);
  const root = card.render();
  assert.ok(root, 'nothing is drawn');
  window.document.body.replaceChildren(root);
  assert.deepEqual(warnings, []);
  return { root, done };
}

// texts are the words of a card, in the order in which they are read.
function texts(element) {
  if (element.type === 'TextRun') return [element.text];
  return [element.body, element.items, element.rows, element.cells, element.columns, element.inlines].flatMap((inner) => (inner ?? []).flatMap(texts));
}

// actionsOf are the buttons of a card, those in its body first.
function actionsOf(source) {
  return [...source.body, source].flatMap((part) => part.actions ?? []);
}

// judge holds what is drawn to what the card says.
function judge(source, setup) {
  assert.equal(source.version, setup.version.join('.'));
  const { root, done } = draw(source, setup);
  const actions = actionsOf(source);
  const buttons = [...root.querySelectorAll('button')];
  assert.deepEqual(buttons.map((b) => b.textContent), actions.map((a) => a.title), 'the buttons');
  for (const button of buttons) {
    assert.ok(!button.disabled && button.style.display !== 'none', 'a button can be pressed');
    button.click();
  }
  const opens = (a) => a.type === 'Action.OpenUrl';
  assert.deepEqual(done.map((a) => a.getJsonTypeName()), actions.map((a) => (opens(a) ? a.type : setup.button)), 'the types of the buttons');
  assert.deepEqual(done.map((a) => a.url), actions.map((a) => a.url), 'what the buttons open');
  assert.deepEqual(done.map((a) => a.data && { ...a.data }), actions.map((a) => a.data), 'what the buttons carry');
  if (setup.button === 'Action.Execute') assert.deepEqual(done.map((a) => a.verb), actions.map((a) => a.verb), 'the verbs');
  for (const button of buttons) button.remove();
  assert.equal(root.textContent, texts(source).join(''), 'the words');
  assert.equal(root.querySelector('a, img, input, iframe, script, svg'), null, 'there is nothing but words');
}

let passed = 0;
let failed = 0;
function check(name, run) {
  try {
    run();
    passed++;
    return true;
  } catch (error) {
    failed++;
    console.log(`FAIL ${name}: ${error.message}`);
    return false;
  }
}

// cardsOf are the goldens of a renderer, by name.
function cardsOf(kind) {
  const suffix = `.${kind}.json`;
  return readdirSync(goldens).filter((f) => f.endsWith(suffix)).map((f) => [f.slice(0, -suffix.length), json(goldens, f)]);
}

for (const setup of setups) {
  const all = cardsOf(setup.goldens);
  const fine = all.filter(([name, card]) => check(`${setup.name}: ${name}`, () => judge(card, setup)));
  console.log(`${fine.length === all.length ? 'ok' : 'FAIL'} ${setup.name}: ${fine.length} of ${all.length}`);
  check(`${setup.name}: there are cards`, () => assert.ok(all.length >= 60, `only ${all.length} goldens were found`));
}

const card = (body, actions) => ({ type: 'AdaptiveCard', version: '1.5', body, actions });
const words = { type: 'RichTextBlock', inlines: [{ type: 'TextRun', text: 'words' }] };
const press = { type: 'Action.Execute', title: 'Press', verb: 'press', data: { rollcall: 'x' } };
check('a card that is whole is accepted', () => judge(card([words], [press]), setups[0]));
for (const [name, broken] of Object.entries({
  'an unknown element': card([words, { type: 'Words', text: 'words' }]),
  'an unknown value': card([{ ...words, horizontalAlignment: 'middle' }]),
  'an unknown version': { ...card([words]), version: 'newest' },
  'text that is markdown': card([{ type: 'TextBlock', text: '[words](https://words.example)' }]),
  'text that is a date': card([{ type: 'RichTextBlock', inlines: [{ type: 'TextRun', text: '{{DATE(2026-03-02T09:00:00Z)}}' }] }]),
  'an unknown button': card([words], [{ ...press, type: 'Action.Press' }]),
  'a button too many': card([words], Array(7).fill(press)),
  'two elements of one id': card([{ ...words, id: 'a' }, { ...words, id: 'a' }]),
  'a column with an unknown width': card([{ type: 'ColumnSet', columns: [{ type: 'Column', width: 'wide', items: [words] }] }]),
})) {
  check(`${name} is refused`, () => assert.throws(() => judge(broken, setups[0])));
}

console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
