/**
 * One seed, any number of threads, the same bytes: every file but the manifest, which says what differs.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { simulate } from '../../src/runs/simulate.ts';
import { partOf } from '../../src/workers/control.ts';

const folder = mkdtempSync(join(tmpdir(), 'enisim-threads-'));
afterAll(() => rmSync(folder, { recursive: true }));

const common = { apiVersion: 'enisim/v1', zones: ['us-east-1a'], vpc: { cidrs: ['10.0.0.0/16'] }, outputs: { bin: '30s', tables: { decisions: true }, nodes: { sample: 1000 } } };
const limits = { enis: 3, ipv4PerEni: 6, cpu: '4', memory: '8Gi' };

const SCENARIOS = {
  'a closed loop through the scheduler, nodes that come and go': {
    ...common, seed: 11, duration: '8m', subnets: [{ name: 'a', cidr: '10.0.0.0/24', zone: 'us-east-1a' }],
    nodeGroups: [
      { name: 'here', count: 9, maxPods: 14, limits }, { name: 'late', count: 5, maxPods: 14, limits, launch: { state: 'launching', at: '30s', pace: 4 }, terminateAt: '6m' },
    ],
    workloads: [
      { kind: 'churn', name: 'jobs', arrivals: { ratePerMinute: 60, batchMean: 3 }, lifetime: { mean: '1m', distribution: 'exponential' } },
      { kind: 'replicas', name: 'web', count: 40 }, { kind: 'daemonset', name: 'agent' },
    ],
    at: [{ time: '2m', drain: { nodeGroup: 'here', share: '30%', over: '1m' } }, { time: '4m', restart: { maxUnavailable: '30%', batch: '10s' } }],
  },
  // all at once, so that rounds of answered nodes are shared out as well
  'five hundred nodes that start in the same second': {
    ...common, seed: 12, duration: '3m', subnets: [{ name: 'a', cidr: '10.0.0.0/18', zone: 'us-east-1a' }],
    nodeGroups: [{ name: 'many', count: 500, maxPods: 10, limits, launch: { state: 'launching', at: '1s', registered: '20s', agentStart: '2s' } }],
    ec2: { buckets: 'unlimited', smallDescribeBucket: 'unlimited', latency: { default: '300ms' } },
    workloads: [{ kind: 'churn', name: 'own', placed: 'per-node', arrivals: { meanGap: '20s' }, lifetime: '30s' }],
  },
  'prefixes that run out, an API that throttles': {
    ...common, seed: 13, duration: '10m', subnets: [{ name: 'a', cidr: '10.0.0.0/24', zone: 'us-east-1a', held: [{ owner: 'other', count: 10, perHour: 200 }] }],
    cni: { env: { ENABLE_PREFIX_DELEGATION: 'true', WARM_PREFIX_TARGET: '1' } },
    nodeGroups: [{ name: 'tight', count: 12, maxPods: 40, limits }], ec2: { buckets: { default: { burst: 2, refill: 1 } } },
    workloads: [{ kind: 'churn', name: 'own', placed: 'per-node', arrivals: { meanGap: '5s', batchMean: 2 }, lifetime: { median: '30s', p99: '5m' } }],
  },
};

let runs = 0;
async function filesOf(scenario: object, threads: number) {
  const out = join(folder, String(runs++));
  const seen = new Set<number>();
  await simulate({
    file: 'threads.yaml', text: JSON.stringify(scenario), out, threads, nodesPerThread: 1, command: 'enisim run threads.yaml', onProgress: progress => { if (progress.phase === 'running') seen.add(progress.threads); },
  });
  expect([...seen]).toEqual([threads]);
  return Object.fromEntries(readdirSync(out).filter(name => name !== 'manifest.json').sort().map(name => [name, createHash('sha256').update(readFileSync(join(out, name))).digest('hex')]));
}

describe.each(Object.entries(SCENARIOS))('%s', (_, scenario) => {
  it('gives the same files for 1, 2, 3 and 7 threads', async () => {
    const alone = await filesOf(scenario, 1);
    expect(Object.keys(alone).length).toBeGreaterThanOrEqual(7);
    for (const threads of [2, 3, 7]) expect(await filesOf(scenario, threads)).toEqual(alone);
  }, 120_000);
});

it('parts of any number of threads are the nodes, each once', () => {
  for (const nodes of [1, 2, 7, 500]) {
    for (const threads of [1, 2, 3, 7]) {
      const parts = Array.from({ length: threads }, (__, i) => partOf(nodes, threads, i));
      expect(parts.flatMap(([from, end]) => Array.from({ length: end - from }, (___, i) => from + i))).toEqual(Array.from({ length: nodes }, (___, i) => i));
    }
  }
});
