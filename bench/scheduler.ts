/**
 * Pods scheduled and released per CPU second, in the steady state of a cluster that is mostly full.
 *
 * Usage   node bench/scheduler.ts [--small]
 * Load    homogeneous: one request vector, nodes of 16 cores. mix: the 151 vectors of data/traces/openb on its nodes, drawn as often as they
 *         occur there; without the trace, 200 made-up vectors on the same nodes. Each pod that comes is placed, and the oldest one leaves.
 * Ratio   beside a scan of all nodes per pod (same choice, typed arrays, no trees), and beside kubernetriks (Kubernetes simulator in
 *         Rust): 7,100 pods a CPU second at 1,000 nodes, 380 at 10,000, with its API delays and node components, which this bench has not.
 */
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { draw, drawBelow } from '../src/core/random.ts';
import { NONE } from '../src/core/units.ts';
import { addNode, release, schedule, setReady } from '../src/engine/scheduler.ts';
import { scoreOf } from '../src/engine/scheduler/score.ts';
import { createScheduler, type NodeSpec, type PodClass, type Scheduler } from '../src/engine/scheduler/state.ts';

export interface Load { readonly name: string; readonly classes: readonly PodClass[]; readonly picks: readonly number[]; readonly specs: readonly NodeSpec[]; readonly podsPerNode: number }
export interface Measured { readonly name: string; readonly nodes: number; readonly podsPerSecond: number; readonly scansPerSecond: number; readonly bytes: number; readonly hash: number }

const PEER: Readonly<Record<number, number>> = { 1000: 7100, 10_000: 380 };
const OPENB = new URL('../data/traces/openb/', import.meta.url);

const podOf = (cpuMilli: number, memoryMib: number, gpuMilli: number): PodClass =>
  ({ cpuMilli, memoryMib, gpuMilli, zone: NONE, group: NONE, tolerates: [] });
const nodeOf = (cpuMilli: number, memoryMib: number, gpuMilli: number): NodeSpec =>
  ({ cpuMilli, memoryMib, gpuMilli, pods: 110, zone: 0, group: 0, taintClass: 0 });

const homogeneous: Load =
  { name: 'homogeneous', classes: [podOf(250, 512, 0)], picks: [0], specs: [nodeOf(15_890, 60_000, 0)], podsPerNode: 50 };

function synthetic(): Load {
  const classes = Array.from({ length: 200 }, (_, i) => podOf(100 * (1 + drawBelow(1, i, 120)), 256 * (1 + drawBelow(2, i, 200)), 250 * drawBelow(3, i, 5)));
  return { name: 'mix of 200 vectors', classes, picks: classes.map((_, i) => i), specs: [nodeOf(96_000, 393_216, 8000)], podsPerNode: 7 };
}

function openb(): Load {
  if (!existsSync(OPENB)) return synthetic();
  const rows = (text: string) => text.trim().split('\n').slice(1).map(line => line.split(','));
  const specs = rows(readFileSync(new URL('nodes.csv', OPENB), 'utf8')).map(([, cpu, memory, gpu]) => nodeOf(Number(cpu), Number(memory), Number(gpu) * 1000));
  const indexOf = new Map<string, number>();
  const classes: PodClass[] = [];
  const picks = rows(gunzipSync(readFileSync(new URL('pods.csv.gz', OPENB))).toString()).map(([, , , cpu, memory, gpu]) => {
    const key = [cpu, memory, gpu].join(' ');
    const found = indexOf.get(key) ?? classes.push(podOf(Number(cpu), Number(memory), Math.round(Number(gpu) * 1000))) - 1;
    indexOf.set(key, found);
    return found;
  });
  return { name: `openb, ${classes.length} vectors`, classes, picks, specs, podsPerNode: 4 };
}

export const loads = (): Load[] => [homogeneous, openb()];

function cluster({ classes, specs }: Load, nodeCount: number): Scheduler {
  const s = createScheduler({
    seed: 1, scoring: 'leastAllocated', nodeCapacity: nodeCount, waitingCapacity: 1, zoneCount: 1, groupCount: 1, taintTexts: [''],
    podClasses: classes, daemonSets: [],
  });
  for (let n = 0; n < nodeCount; n++) {
    addNode(s, n, n, specs[drawBelow(5, n, specs.length)]);
    setReady(s, n, true);
  }
  return s;
}

function scan(s: Scheduler, podClass: number, drawn: number): number {
  const d = s.demandOf[podClass];
  let best = 0;
  let count = 0;
  for (let n = 0; n < s.nodeCapacity; n++) {
    const score = scoreOf(s, d, n);
    if (score > best) {
      best = score;
      count = 1;
    } else if (score === best) count++;
  }
  if (best === 0) return NONE;
  let rank = Math.floor((drawn * count) / 4294967296);
  for (let n = 0; ; n++) if (scoreOf(s, d, n) === best && rank-- === 0) return n;
}

const cpuSeconds = (work: () => void) => {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
};

export function benchScheduler(load: Load, nodeCount: number, pods: number): Measured {
  const s = cluster(load, nodeCount);
  const { picks } = load;
  const live = nodeCount * load.podsPerNode;
  const node = new Int32Array(live).fill(NONE);
  const podClass = new Int32Array(live);
  let hash = 0;
  let next = 0;
  const run = (count: number) => {
    for (const end = next + count; next < end; next++) {
      const at = next % live;
      if (node[at] !== NONE) release(s, node[at], podClass[at]);
      podClass[at] = picks[drawBelow(6, next, picks.length)];
      node[at] = schedule(s, podClass[at], next);
      hash = (Math.imul(hash, 31) + node[at]) | 0;
    }
  };
  run(live + Math.min(pods, 20_000)); // fill, and warm up
  let best = Infinity;
  for (let round = 0; round < 5; round++) best = Math.min(best, cpuSeconds(() => run(pods / 5)));
  const scans = Math.max(20, Math.round(2e6 / nodeCount));
  let sink = 0;
  const scanSeconds = cpuSeconds(() => {
    for (let i = 0; i < scans; i++) sink ^= scan(s, picks[drawBelow(7, i, picks.length)], draw(8, i));
  });
  return {
    name: load.name, nodes: nodeCount, podsPerSecond: pods / 5 / best, scansPerSecond: scans / scanSeconds, bytes: s.buffer.byteLength, hash: hash ^ sink,
  };
}

if (import.meta.main) {
  const small = process.argv.includes('--small');
  for (const load of loads()) {
    for (const nodes of small ? [100] : [1000, 10_000, 100_000]) {
      const { name, podsPerSecond, scansPerSecond, bytes, hash } = benchScheduler(load, nodes, small ? 2000 : 200_000);
      const peer = PEER[nodes] ? `   kubernetriks ${(podsPerSecond / PEER[nodes]).toFixed(0)}x` : '';
      console.log(`${name.padEnd(22)} ${String(nodes).padStart(7)} nodes ${Math.round(podsPerSecond).toLocaleString('en').padStart(10)} pods/s   `
        + `scan ${Math.round(scansPerSecond).toLocaleString('en')}/s (${(podsPerSecond / scansPerSecond).toFixed(0)}x)${peer}   ${(bytes / 1e6).toFixed(1)} MB   hash ${hash >>> 0}`);
    }
  }
}
