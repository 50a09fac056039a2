/**
 * The built package under the Node of its users: the tests run on the pinned one, which is newer.
 *
 * Limits  npm tells which Node it runs on itself; started without npm, or with a Node below `engines`, the pinned one is all
 *         there is. `npm test` builds first.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

function usersNode(): string {
  const node = process.env.npm_node_execpath;
  if (!node) return process.execPath;
  const [major, minor] = execFileSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' }).split('.').map(Number);
  return major > 20 || (major === 20 && minor >= 19) ? node : process.execPath;
}

const node = usersNode();
const run = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(node, args, { cwd: ROOT, encoding: 'utf8' });
  return { status, stdout: stdout.trim(), stderr: stderr.trim() };
};

test(`the built command runs on ${node === process.execPath ? 'the pinned Node' : 'the Node of npm'}`, () => {
  expect(run('bin/enisim.js', '--version')).toEqual({ status: 0, stdout: version, stderr: '' });
});

test('the built command simulates, with a thread of its own and data of the package', { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'enisim-'));
  try {
    const out = join(folder, 'out');
    const { status, stdout, stderr } = run('bin/enisim.js', 'run', 'scenarios/start.yaml', '--duration', '30m', '--threads', '2', '--quiet', '--out', out);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^recorded cloud, default settings: 30 min simulated, 1,200 nodes/);
    expect(JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8'))).toMatchObject({ threads: 2, engineVersion: version });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the package holds all that its files refer to', () => {
  const { files } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  expect(files).toEqual(expect.arrayContaining(['bin', 'dist', 'data', 'schema', 'scenarios', 'docs']));
});

test('the built library loads by its name', () => {
  const script = `import * as enisim from 'enisim'; console.log(Object.keys(enisim).length > 0)`;
  expect(run('--input-type=module', '--eval', script)).toEqual({ status: 0, stdout: 'true', stderr: '' });
});

test('a command that is not built says what to do', () => {
  const folder = mkdtempSync(join(tmpdir(), 'enisim-'));
  try {
    cpSync(join(ROOT, 'bin'), join(folder, 'bin'), { recursive: true });
    const { status, stderr } = run(join(folder, 'bin', 'enisim.js'));
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('npm run build') });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
