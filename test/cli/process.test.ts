/** enisim as a process: streams, signals and exit codes, run from source on the pinned Node. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { INITIAL_SCENARIO, version } from '../../src/index.ts';
import { ROOT } from './shell.ts';

const CLI = join(ROOT, 'src/cli/enisim.ts');
let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'enisim-process-'));
});
afterEach(() => rmSync(cwd, { recursive: true }));

const run = (...words: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...words], { cwd, encoding: 'utf8' });
  return { status, stdout, stderr };
};

test('--version', () => {
  expect(run('--version')).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
});

test('init, validate, run, from an empty folder', () => {
  expect(run('init', 'a.yaml')).toMatchObject({ status: 0, stdout: '' });
  expect(run('validate', 'a.yaml')).toEqual({ status: 0, stdout: 'a.yaml: 0 errors, 0 warnings\n', stderr: '' });
  const { status, stdout } = run('run', 'a.yaml', '--duration', '10m', '--json', '--quiet', '--set', 'at=[]');
  expect({ status, simulatedMs: JSON.parse(stdout).simulatedMs }).toEqual({ status: 0, simulatedMs: 600_000 });
  expect(readdirSync(join(cwd, 'out/a'))).toContain('manifest.json');
});

test('a mistake is exit code 2 and stderr', () => {
  expect(run('run', 'nope.yaml')).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('no such file') });
});

test('a reader that stops early is no error', async () => {
  const child = spawn(process.execPath, [CLI, 'schema'], { cwd });
  child.stdout.destroy();
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => { stderr += text; });
  const [code] = await once(child, 'close');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

/** Starts a run of years, and waits until its folder is there. */
async function longRun() {
  writeFileSync(join(cwd, 'long.yaml'), INITIAL_SCENARIO);
  const child = spawn(process.execPath, [CLI, 'run', 'long.yaml', '--duration', '3650d', '--set', 'outputs.bin=1d'], { cwd });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => { stderr += text; });
  const closed = once(child, 'close');
  const files = () => {
    try {
      return readdirSync(join(cwd, 'out/long'));
    } catch {
      return [];
    }
  };
  while (!files().some(file => file.startsWith('pods.'))) {
    if (child.exitCode !== null) throw new Error(`the run has ended: ${stderr}`);
    await new Promise(resolve => setTimeout(resolve, 20)); // its start-up, of which nothing tells us
  }
  return { child, closed, files, said: () => stderr };
}

test.each(['SIGINT', 'SIGTERM'] as const)('%s ends a run with 130 and leaves no manifest', async signal => {
  const { child, closed, files, said } = await longRun();
  child.kill(signal);
  const [code] = await closed;
  expect({ code, files: files().filter(file => file === 'manifest.json') }).toEqual({ code: 130, files: [] });
  expect(said()).toContain('out/long has no manifest.json: it is no result');
});
