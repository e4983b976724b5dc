// Gives the Teams manifests to the schemas that Microsoft ships with its own toolkit, those of the
// versions that they say they are. Prints a line per package, and exits with 1 if one was refused or
// a broken one was taken. Before the first run: npm install --no-save --no-package-lock
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Ajv from 'ajv-draft-04';
import formats from 'ajv-formats';

const schemas = join(import.meta.dirname, 'node_modules/@microsoft/app-manifest/build/json-schemas/teams');

function judgeOf(version) {
  const ajv = formats(new Ajv({ strict: false, allErrors: true }));
  return ajv.compile(JSON.parse(readFileSync(join(schemas, `v${version}`, 'MicrosoftTeams.schema.json'), 'utf8')));
}

// written are the manifests that the command makes.
function written() {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-judge-'));
  try {
    const { status } = spawnSync('go', ['test', '-count=1', '-run', '^TestWrite$', '.'], {
      cwd: import.meta.dirname, env: { ...process.env, ROLLCALL_MANIFESTS: folder }, stdio: ['ignore', 'inherit', 'inherit'],
    });
    if (status !== 0) throw new Error('nothing was written: go test failed');
    return readdirSync(folder).sort().map((name) => [name, JSON.parse(readFileSync(join(folder, name), 'utf8'))]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

// What must not be taken, as changes to a manifest.
const broken = {
  'a key that is none': (m) => { m.packageName = 'com.example'; },
  'an id that is no GUID': (m) => { m.id = 'rollcall'; },
  'two bots': (m) => { m.bots.push(m.bots[0]); },
  'thirteen commands': (m) => { m.bots[0].commandLists[0].commands = Array(13).fill({ title: 'a', description: 'a' }); },
  'no such trigger': (m) => { m.bots[0].commandLists[0].triggers = ['shout']; },
  'no icons': (m) => { delete m.icons; },
};

let passed = 0;
let failed = 0;
function check(name, run) {
  try {
    run();
    passed++;
    console.log(`ok ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAIL ${name}: ${error.message}`);
  }
}

const versions = new Set();
for (const [name, manifest] of written()) {
  const version = manifest.manifestVersion;
  versions.add(version);
  const judge = judgeOf(version);
  check(`${name}, version ${version}`, () => assert.ok(judge(manifest), JSON.stringify(judge.errors)));
  for (const [what, change] of Object.entries(broken)) {
    check(`${name}: ${what} is refused`, () => {
      const copy = structuredClone(manifest);
      change(copy);
      assert.ok(!judge(copy), 'it was taken');
    });
  }
}
for (const version of ['1.25', '1.30']) check(`version ${version} was judged`, () => assert.ok(versions.has(version), 'there was none'));
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
