// Gives every activity that the adapter and the simulator send each other to Microsoft's own SDK for
// agents. Prints a line per kind and the sum, and exits with 1 if any was refused, changed by being
// read, or not sent at all. Before the first run: npm install --no-save --no-package-lock
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Activity, activityZodSchema, adaptiveCardInvokeActionZodSchema, ActivityTypes } from '@microsoft/agents-activity';

// What has to be among the recorded for the judge to have judged.
const expected = {
  teams: [
    'installationUpdate add', 'installationUpdate add-upgrade', 'installationUpdate remove', 'installationUpdate remove-upgrade',
    'installationUpdate add in groupChat', 'conversationUpdate added', 'conversationUpdate removed', 'conversationUpdate added in groupChat',
    'message with text', 'message with mention in groupChat', 'message with value',
    'invoke manual', 'invoke manual in groupChat', 'invoke automatic',
  ],
  rollcall: ['conversation', 'message sent', 'message updated'],
};

function kind({ by, method, body }) {
  if (by === 'rollcall') {
    if (body.members) return 'conversation';
    return `${body.type} ${method === 'PUT' ? 'updated' : 'sent'}`;
  }
  const where = body.conversation.conversationType === 'personal' ? '' : ` in ${body.conversation.conversationType}`;
  switch (body.type) {
    case 'installationUpdate': return `${body.type} ${body.action}${where}`;
    case 'conversationUpdate': return `${body.type} ${body.membersAdded ? 'added' : 'removed'}${where}`;
    case 'invoke': return `${body.type} ${body.value.trigger}${where}`;
    case 'message':
      if (body.text === undefined) return `${body.type} with value${where}`;
      return `${body.type} with ${body.entities?.some((e) => e.type === 'mention') ? 'mention' : 'text'}${where}`;
    default: return `${body.type}${where}`;
  }
}

// read is the activity as the SDK has it. It throws what the SDK throws, and if the SDK knows no such
// field or type, or if what it writes is not what it read.
function read(body) {
  const activity = Activity.fromObject(structuredClone(body));
  for (const field of Object.keys(body)) assert.ok(field in activityZodSchema.shape, `the SDK knows no field ${field}`);
  assert.ok(Object.values(ActivityTypes).includes(body.type), `the SDK knows no type ${body.type}`);
  assert.deepEqual(plain(JSON.parse(activity.toJsonString())), plain(body));
  return activity;
}

// plain spells times in one way: the SDK makes them dates.
function plain(body) {
  const out = { ...body };
  for (const field of ['timestamp', 'localTimestamp']) {
    if (field in out) {
      out[field] = new Date(out[field]).getTime();
      assert.ok(Number.isFinite(out[field]), `${field} is no time`);
    }
  }
  return out;
}

// received judges what the SDK would make of an activity of Teams.
function received(body) {
  const activity = read(body);
  const reference = activity.getConversationReference();
  for (const id of [reference.user.id, reference.agent.id, reference.conversation.id, reference.serviceUrl, reference.activityId]) {
    assert.ok(id, 'the activity names no place to answer to');
  }
  assert.ok(activity.getAgenticTenantId(), 'the activity names no tenant');
  if (body.type === 'invoke') adaptiveCardInvokeActionZodSchema.parse(body.value.action);
  if (activity.getMentions(activity).length > 0) {
    const text = activity.removeRecipientMention();
    assert.ok(text && !text.includes('<at>'), `the mention of the bot can't be taken out of ${body.text}`);
  }
}

// sent judges a body that the adapter sends. The SDK has no reading of a conversation's parameters; of
// the accounts in them it has.
function sent(body) {
  if (!body.members) return read(body);
  for (const account of [body.bot, ...body.members]) read({ type: 'message', from: account });
}

let passed = 0;
let failed = 0;
const failures = new Set();
function check(name, run) {
  try {
    run();
    passed++;
    return true;
  } catch (error) {
    failed++;
    const line = `FAIL ${name}: ${error.message}`;
    if (!failures.has(line)) console.log(line);
    failures.add(line);
    return false;
  }
}

function record() {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-judge-'));
  try {
    const file = join(folder, 'activities.json');
    const { status } = spawnSync('go', ['test', '-count=1', '-run', '^TestRecord$', '.'], {
      cwd: import.meta.dirname, env: { ...process.env, ROLLCALL_ACTIVITIES: file }, stdio: ['ignore', 'inherit', 'inherit'],
    });
    if (status !== 0) throw new Error('nothing was recorded: go test failed');
    return JSON.parse(readFileSync(file, 'utf8'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const counts = new Map();
for (const entry of record()) {
  const name = `${entry.by}: ${kind(entry)}`;
  const ok = check(name, () => (entry.by === 'teams' ? received : sent)(entry.body));
  const count = counts.get(name) ?? { all: 0, ok: 0 };
  counts.set(name, { all: count.all + 1, ok: count.ok + (ok ? 1 : 0) });
}
for (const [name, { all, ok }] of counts) {
  console.log(`${ok === all ? 'ok' : 'FAIL'} ${name}: ${ok} of ${all}`);
}
for (const [by, kinds] of Object.entries(expected)) {
  for (const name of kinds) check(`${by}: ${name}`, () => assert.ok(counts.has(`${by}: ${name}`), 'there was none'));
}
check('a broken activity is refused', () => {
  const broken = [
    {}, { type: '' }, { type: 'mesage' }, { type: 'message', from: { id: '' } }, { type: 'message', conversation: {} }, { type: 'message', txt: 'x' },
    { type: 'message', attachments: [{ content: {} }] }, { type: 'message', from: { id: 'a', objectId: 'b' } }, { type: 'message', timestamp: 'soon' },
  ];
  for (const body of broken) assert.throws(() => read(body), undefined, JSON.stringify(body));
});
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
