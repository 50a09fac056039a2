import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { measure, product } from '../../bench/canonical.ts';
import { fallen } from '../../bench/history.ts';
import { simulate } from '../../src/index.ts';

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const small = ['duration=10m', 'nodeGroups.workers.count=20'];

test.each([
  ['w1', []], ['w1', ['cni.order=go-map']], ['w2', []], ['w2', ['cni.order=go-map']], ['w1-scheduled', ['workloads.pods.arrivals.ratePerMinute=80']],
  ['w2-scheduled', ['workloads.pods.arrivals.ratePerMinute=30']], ['large', []],
])('bench/%s.yaml runs in small %j', async (name, overrides) => {
  const { summary } = await simulate({ file: path(`bench/${name}.yaml`), overrides: [...small, ...overrides], threads: 1, out: null });
  expect(summary.podEvents).toBeGreaterThan(500);
  expect(summary.pods.addressed).toBeGreaterThan(0.8 * summary.pods.bound);
});

test('a candidate runs in its own process, twice with the same results', () => {
  const [measured] = measure([product('W1', path('src/index.ts'), 'bench/w1.yaml', 20, small)], 2);
  expect(measured).toMatchObject({ name: 'W1', nodes: 20, hash: expect.stringMatching(/^[0-9a-f]{12}$/) });
  for (const figure of [measured.podEvents, measured.best, measured.bytesPerNode]) expect(figure).toBeGreaterThan(0);
  expect(measured.best).toBeGreaterThanOrEqual(measured.median);
});

test('equal runs with results that differ are an error', () => {
  let run = 0;
  const candidate = { name: 'odd', nodes: 1, command: process.execPath, args: ['-e', '0'], read: () => ({ podEvents: 1, cpuSeconds: 1, wallSeconds: 1, bytes: 1, hash: String(run++) }) };
  expect(() => measure([candidate], 2)).toThrow('odd: equal runs gave results that differ: 0, 1');
});

describe('a ratio that fell', () => {
  test.each([[0.67, []], [0.66, ['a']], [2, []]])('from 1 to %d: %j', (now, names) => {
    expect(fallen({ a: now }, { a: 1 })).toEqual(names);
  });

  test('is none when it is measured only then or only now', () => {
    expect(fallen({ b: 1 }, { a: 1 })).toEqual([]);
  });
});
