// Drives the Slack simulator with Slack's official SDK. Prints a line per check and the sum, and
// exits with 1 if any failed. Before the first run: npm install --no-save --no-package-lock
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { SocketModeClient } from '@slack/socket-mode';
import { LogLevel, WebClient, WebClientEvent } from '@slack/web-api';

const simulator = spawn('go', ['run', '.'], { cwd: import.meta.dirname, stdio: ['pipe', 'pipe', 'inherit'] });
const [slackApiUrl] = await once(createInterface({ input: simulator.stdout }), 'line');
const client = (token, options) => new WebClient(token, { slackApiUrl, logLevel: LogLevel.ERROR, ...options });
const slack = client('xoxb-judge');

let passed = 0;
let failed = 0;
async function check(name, run) {
  try {
    await run();
    passed++;
    console.log(`ok ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAIL ${name}: ${error.message}`);
  }
}

// refused runs a call that must fail with one of Slack's errors.
async function refused(call, want) {
  await assert.rejects(call, (error) => {
    assert.equal(error.code, 'slack_webapi_platform_error');
    assert.equal(error.data.error, want);
    return true;
  });
}

const button = (value) => ({
  type: 'actions',
  elements: [{ type: 'button', text: { type: 'plain_text', text: 'Sync' }, action_id: 'sync', value, style: 'primary' }],
});
const metadata = (mark) => ({ event_type: 'rollcall', event_payload: { mark } });

let user;
let channel;
let ts;

await check('auth.test names the workspace and the app', async () => {
  const me = await slack.auth.test();
  assert.equal(me.team_id, 'T0001');
  assert.match(me.user_id, /^U/);
  assert.match(me.bot_id, /^B/);
  assert.ok(me.response_metadata.scopes.includes('chat:write'));
});

await check('users.lookupByEmail finds, whatever the case', async () => {
  const found = await slack.users.lookupByEmail({ email: 'Person07@judge.example' });
  user = found.user.id;
  assert.equal(found.user.profile.email, 'person07@judge.example');
});

await check('users.lookupByEmail does not find', () =>
  refused(slack.users.lookupByEmail({ email: 'nobody@judge.example' }), 'users_not_found'));

await check('users.info with a locale', async () => {
  const found = await slack.users.info({ user, include_locale: true });
  assert.equal(found.user.real_name, 'Person 07');
  assert.equal(found.user.team_id, 'T0001');
});

await check('users.list page by page', async () => {
  const seen = new Set();
  let pages = 0;
  for await (const page of slack.paginate('users.list', { limit: 10 })) {
    pages++;
    for (const member of page.members) seen.add(member.id);
  }
  assert.equal(seen.size, 27);
  assert.equal(pages, 3);
});

await check('conversations.open, twice the same chat', async () => {
  const opened = await slack.conversations.open({ users: user });
  channel = opened.channel.id;
  assert.match(channel, /^D/);
  const again = await slack.conversations.open({ users: user, return_im: true });
  assert.equal(again.channel.id, channel);
  assert.equal(again.already_open, true);
});

await check('chat.postMessage with blocks and metadata', async () => {
  const posted = await slack.chat.postMessage({
    channel, text: 'Hello', blocks: [button('1.sync..abc')], metadata: metadata('m1'), unfurl_links: false, unfurl_media: false,
  });
  ts = posted.ts;
  assert.match(ts, /^\d{10}\.\d{6}$/);
  assert.equal(posted.message.blocks[0].elements[0].value, '1.sync..abc');
});

await check('chat.update keeps the metadata', async () => {
  const updated = await slack.chat.update({ channel, ts, text: 'Done', blocks: [{ type: 'divider' }] });
  assert.equal(updated.ts, ts);
  assert.equal(updated.message.text, 'Done');
});

await check('conversations.history with metadata', async () => {
  const page = await slack.conversations.history({ channel, include_all_metadata: true, limit: 10 });
  assert.equal(page.messages.length, 1);
  assert.deepEqual(page.messages[0].metadata, metadata('m1'));
  assert.equal(page.messages[0].text, 'Done');
});

await check('conversations.history after a time', async () => {
  const page = await slack.conversations.history({ channel, oldest: ts });
  assert.equal(page.messages.length, 0);
  assert.equal(page.has_more, false);
});

await check('errors are platform errors', async () => {
  await refused(slack.chat.postMessage({ channel: 'D9999999999', text: 'x' }), 'channel_not_found');
  await refused(slack.chat.postMessage({ channel, text: 'x', blocks: [{ type: 'header' }] }), 'invalid_blocks');
  await refused(slack.chat.update({ channel, ts: '1.000001', text: 'x' }), 'message_not_found');
  await refused(slack.users.info({ user: 'U9' }), 'user_not_found');
  await refused(slack.users.list({ cursor: 'x' }), 'invalid_cursor');
  await refused(client('xoxb-wrong').auth.test(), 'invalid_auth');
  await refused(client().auth.test(), 'not_authed');
  await refused(slack.apiCall('no.such.method'), 'unknown_method');
});

await check('invalid blocks come with what is wrong where', async () => {
  const error = await slack.chat.postMessage({ channel, text: 'x', blocks: [{ type: 'header' }] }).catch((e) => e);
  assert.match(error.data.response_metadata.messages[0], /json-pointer:\/blocks\/0/);
});

await check('a 429 is waited out by the SDK itself', async () => {
  let waited = 0;
  slack.on(WebClientEvent.RATE_LIMITED, () => waited++);
  for (let i = 0; i < 6; i++) await slack.chat.postMessage({ channel, text: `message ${i}` });
  assert.ok(waited > 0, 'the SDK was never asked to wait');
  const page = await slack.conversations.history({ channel, limit: 100 });
  assert.equal(page.messages.length, 7);
});

await check('a 429 is an error with the time to wait', async () => {
  const impatient = client('xoxb-judge', { rejectRateLimitedCalls: true });
  const error = await (async () => {
    for (let i = 0; i < 6; i++) await impatient.chat.postMessage({ channel, text: 'x' });
  })().catch((e) => e);
  assert.equal(error?.code, 'slack_webapi_rate_limited_error');
  assert.equal(error.retryAfter, 1);
});

await check('views.publish shows a home tab, and replaces the one that was seen', async () => {
  const view = { type: 'home', blocks: [{ type: 'header', text: { type: 'plain_text', text: 'Home' } }, button('v1:run:status')] };
  const shown = await slack.views.publish({ user_id: user, view });
  assert.equal(shown.view.type, 'home');
  assert.equal(shown.view.blocks.length, 2);
  const again = await slack.views.publish({ user_id: user, view, hash: shown.view.hash });
  assert.equal(again.view.id, shown.view.id);
  await refused(slack.views.publish({ user_id: user, view, hash: shown.view.hash }), 'hash_conflict');
  await refused(slack.views.publish({ user_id: 'U0NOBODY', view }), 'invalid_arguments');
});

const app = { client_id: '1.2', client_secret: 'judge-secret' };
const redirect_uri = 'https://judge.example/return';

// allow presses Allow on the consent page and answers the code.
async function allow(workspace, person) {
  const body = new URLSearchParams({
    client_id: app.client_id, scope: 'commands,team:read,users:read', redirect_uri, state: 's', workspace, person, decision: 'allow',
  });
  const page = await fetch(new URL('/oauth/v2/authorize', slackApiUrl), { method: 'POST', body, redirect: 'manual' });
  assert.equal(page.status, 302);
  const back = new URL(page.headers.get('location'));
  assert.equal(back.searchParams.get('state'), 's');
  return back.searchParams.get('code');
}

let installed;

await check('oauth.v2.access takes a code, once', async () => {
  const code = await allow('T0001', user);
  installed = await client().oauth.v2.access({ ...app, code, redirect_uri });
  assert.equal(installed.team.id, 'T0001');
  assert.equal(installed.is_enterprise_install, false);
  assert.equal(installed.authed_user.id, user);
  assert.equal(installed.expires_in, 43200);
  await refused(client().oauth.v2.access({ ...app, code, redirect_uri }), 'invalid_code');
  await refused(client().oauth.v2.access({ ...app, client_secret: 'x', code, redirect_uri }), 'bad_client_secret');
});

await check('oauth.v2.access renews a token, once', async () => {
  const renewal = { ...app, grant_type: 'refresh_token', refresh_token: installed.refresh_token };
  const renewed = await client().oauth.v2.access(renewal);
  assert.notEqual(renewed.access_token, installed.access_token);
  await refused(client().oauth.v2.access(renewal), 'invalid_refresh_token');
  for (const token of [installed.access_token, renewed.access_token]) {
    const info = await client(token).team.info();
    assert.equal(info.team.id, 'T0001');
  }
  installed = renewed;
});

await check('auth.teams.list page by page', async () => {
  const org = client('xoxb-judge-org');
  const seen = [];
  for await (const page of org.paginate('auth.teams.list', { limit: 2 })) seen.push(...page.teams.map((team) => team.id));
  assert.deepEqual(seen, ['T0011', 'T0012', 'T0013']);
  const me = await org.auth.test();
  assert.equal(me.is_enterprise_install, true);
  assert.equal(me.enterprise_id, 'E0001');
  const people = await org.users.list({ team_id: 'T0012' });
  assert.ok(people.members.some((member) => member.enterprise_user?.is_admin));
  await refused(org.users.list(), 'missing_argument');
  await refused(org.users.lookupByEmail({ email: 'x@judge.example' }), 'enterprise_is_restricted');
});

await check('an install on an organisation has no team', async () => {
  const got = await client().oauth.v2.access({ ...app, code: await allow('E0001', 'U0ADMIN'), redirect_uri });
  assert.equal(got.team, null);
  assert.equal(got.enterprise.id, 'E0001');
  assert.equal(got.is_enterprise_install, true);
  const revoked = await client(got.access_token).auth.revoke();
  assert.equal(revoked.revoked, true);
});

await check('a socket tells of the uninstall', async () => {
  const socket = new SocketModeClient({ appToken: 'xapp-judge', logLevel: LogLevel.ERROR, clientOptions: { slackApiUrl } });
  const told = new Promise((resolve) => {
    socket.on('app_uninstalled', async ({ ack, body }) => {
      await ack();
      resolve(body.team_id);
    });
  });
  await socket.start();
  await client(installed.access_token).apps.uninstall(app);
  assert.equal(await told, 'T0001');
  await socket.disconnect();
  await refused(client(installed.access_token).auth.test(), 'account_inactive');
});

simulator.stdin.end();
await once(simulator, 'exit');
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
