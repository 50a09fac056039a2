/** What a run shows while it goes on. Its progress is made up here: a true one would depend on the machine. */
import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { progressText } from '../../src/cli/progress.ts';
import type { Progress, simulate } from '../../src/index.ts';
import { enisim, enterFolder, type Options } from './shell.ts';

const HOUR = 3_600_000;
const at = (change: Partial<Progress>): Progress => ({ phase: 'running', simulatedMs: 6 * HOUR, durationMs: 24 * HOUR, podEvents: 400_000, wallMs: 4000, threads: 2, ...change });

describe('the line of progress', () => {
  it('tells simulated time and share, time left, speed, pod events a second, threads', () => {
    expect(progressText(at({}))).toBe('6 h of 1 d (25 %), 12 s left, 5,400 x real time, 100,000 pod events/s, 2 threads');
  });

  it('has no rates before there are any', () => {
    expect(progressText(at({ simulatedMs: 0, podEvents: 0, wallMs: 0, threads: 1 }))).toBe('0 ms of 1 d (0 %), 1 thread');
    expect(progressText(at({ phase: 'reading' }))).toBe('reading ...');
  });

  it('at the end tells that files are written', () => {
    expect(progressText(at({ phase: 'writing', simulatedMs: 24 * HOUR }))).toMatch(/^1 d of 1 d \(100 %\), writing, /);
  });
});

let leave: () => void;
beforeEach(() => {
  leave = enterFolder();
  writeFileSync('a.yaml', '');
});
afterEach(() => leave());

/** A run that reports every `everyMs` for `forMs` of a clock of its own, and then fails, which is enough to see its lines. */
async function lines(everyMs: number, forMs: number, words: string[], options: Options) {
  let clock = 1_000_000;
  class Enough extends Error {
    readonly syscall = 'none'; // as the system's own errors have it: no bug of ours
    readonly code = 'ENOUGH';
  }
  const run: typeof simulate = ({ onProgress }) => {
    for (let ms = everyMs; ms <= forMs; ms += everyMs) {
      clock += everyMs;
      onProgress!(at({ simulatedMs: ms * 100, wallMs: ms }));
    }
    throw new Enough('enough');
  };
  const { stderr } = await enisim(['run', 'a.yaml', ...words], { ...options, now: () => clock, run });
  return stderr.replace('enisim: enough\n', '');
}

describe('on a terminal', () => {
  it('is one line, rewritten at most 10 times a second, and gone at the end', async () => {
    const text = await lines(30, 3000, [], { tty: true, columns: 120 });
    const [first, ...shown] = text.split('\r\x1b[2K');
    expect(first).toBe('');
    expect(shown.pop()).toBe('');
    expect(shown.length).toBeGreaterThan(20);
    expect(shown.length).toBeLessThanOrEqual(30);
    expect(text).not.toContain('\n');
  });

  it.each([20, 40, 79])('stays within %d columns', async columns => {
    const shown = (await lines(500, 3000, [], { tty: true, columns })).split('\r\x1b[2K');
    for (const line of shown) expect(line.length).toBeLessThan(columns);
  });
});

describe('elsewhere', () => {
  it('is a line each 10 s', async () => {
    const shown = (await lines(100, 35_000, [], {})).trimEnd().split('\n');
    expect(shown).toHaveLength(3);
    expect(shown[0]).toMatch(/^16 min 40 s of 1 d /);
  });

  it('is nothing in a short run', async () => {
    expect(await lines(100, 9_900, [], {})).toBe('');
  });
});

it.each([true, false])('with --quiet is nothing (terminal: %s)', async tty => {
  expect(await lines(100, 35_000, ['--quiet'], { tty })).toBe('');
});
