import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NONE } from '../../../src/core/units.ts';
import { addNode, bind, podCountOf, release, removeNode, schedule, setCordoned, setReady } from '../../../src/engine/scheduler.ts';
import { checkScheduler } from '../../../src/engine/scheduler/check.ts';
import { cancelPending, enqueue, pendingCount, takePending, type Placements } from '../../../src/engine/scheduler/pending.ts';
import { unschedulableMessage } from '../../../src/engine/scheduler/reasons.ts';
import { createScheduler, type NodeSpec, type PodClass, type Scheduler, type SchedulerConfig } from '../../../src/engine/scheduler/state.ts';
import { NaiveScheduler } from './naive.ts';

const pod = (cpuMilli: number, memoryMib: number, more: Partial<PodClass> = {}): PodClass =>
  ({ cpuMilli, memoryMib, gpuMilli: 0, zone: NONE, group: NONE, tolerates: [], ...more });
const node = (cpuMilli: number, memoryMib: number, more: Partial<NodeSpec> = {}): NodeSpec =>
  ({ cpuMilli, memoryMib, gpuMilli: 0, pods: 110, zone: 0, group: 0, taintClass: 0, ...more });
const config = (podClasses: readonly PodClass[], more: Partial<SchedulerConfig> = {}): SchedulerConfig => ({
  seed: 1, scoring: 'leastAllocated', nodeCapacity: 64, waitingCapacity: 64, zoneCount: 3, groupCount: 2,
  taintTexts: ['', '{dedicated: gpu}'], podClasses, daemonSets: [], ...more,
});
const placements = (length: number): Placements =>
  ({ podId: new Float64Array(length), podClass: new Int32Array(length), createdAt: new Float64Array(length), node: new Int32Array(length) });

function cluster(specs: readonly NodeSpec[], podClasses: readonly PodClass[], more: Partial<SchedulerConfig> = {}): Scheduler {
  const s = createScheduler(config(podClasses, more));
  for (const [i, spec] of specs.entries()) {
    addNode(s, i, i, spec);
    setReady(s, i, true);
  }
  return s;
}

describe('the choice', () => {
  test('least allocated: the emptier node', () => {
    const s = cluster([node(4000, 8000), node(4000, 8000)], [pod(500, 1000)]);
    bind(s, 0, 0);
    expect(schedule(s, 0, 1)).toBe(1);
  });

  test('most allocated: the fuller node, until it is full', () => {
    const s = cluster([node(2000, 8000), node(2000, 8000)], [pod(500, 500)], { scoring: 'mostAllocated' });
    bind(s, 1, 0);
    expect([1, 2, 3, 4].map(id => schedule(s, 0, id))).toEqual([1, 1, 1, 0]);
  });

  test('scores are rounded down to whole percents, so nearly equal nodes tie', () => {
    // 100 - 100 * 500 / 4000 = 87.5 and 100 - 100 * 500 / 4030 = 87.6: both 87.
    const s = cluster([node(4000, 8000), node(4030, 8000)], [pod(500, 1000)]);
    const chosen = new Set(Array.from({ length: 40 }, (_, podId) => {
      const n = schedule(s, 0, podId);
      release(s, n, 0);
      return n;
    }));
    expect(chosen).toEqual(new Set([0, 1]));
  });

  test('equals are drawn alike, and another seed draws otherwise', () => {
    const draws = (seed: number) => {
      const s = cluster(Array.from({ length: 20 }, () => node(4000, 8000)), [pod(100, 100)], { seed });
      return Array.from({ length: 10_000 }, (_, podId) => {
        const n = schedule(s, 0, podId);
        release(s, n, 0);
        return n;
      });
    };
    const counts = new Map<number, number>();
    for (const n of draws(1)) counts.set(n, (counts.get(n) ?? 0) + 1);
    // 500 expected each, standard deviation 22: five of them.
    for (let n = 0; n < 20; n++) expect(Math.abs((counts.get(n) ?? 0) - 500)).toBeLessThan(110);
    expect(draws(2)).not.toEqual(draws(1));
  });

  test('a pod without requests weighs 100m and 200 MiB in the score and nothing in the fit', () => {
    const s = cluster([node(1000, 2000), node(1000, 2000)], [pod(0, 0), pod(1000, 2000)]);
    bind(s, 0, 0);
    expect(schedule(s, 0, 1)).toBe(1);
    expect([2, 3].map(id => schedule(s, 1, id)).toSorted()).toEqual([0, 1]);
    expect(schedule(s, 0, 4)).not.toBe(NONE);
  });

  test('the draw among equals does not depend on indices or on the order of registration', () => {
    const run = (indexOf: (id: number) => number, order: (ids: number[]) => number[]) => {
      const s = createScheduler(config([pod(100, 100)]));
      for (const id of order(Array.from({ length: 30 }, (_, i) => i))) {
        addNode(s, indexOf(id), id, node(4000, 8000));
        setReady(s, indexOf(id), true);
      }
      const idOf = new Map(Array.from({ length: 30 }, (_, id) => [indexOf(id), id]));
      return Array.from({ length: 60 }, (_, podId) => idOf.get(schedule(s, 0, podId)));
    };
    const straight = run(id => id, ids => ids);
    expect(run(id => 63 - id, ids => ids)).toEqual(straight);
    expect(run(id => (id * 7) % 64, ids => ids.toReversed())).toEqual(straight);
  });

  test('a class that was not asked for through thousands of changes sees all of them', () => {
    const s = cluster(Array.from({ length: 40 }, () => node(4000, 8000)), [pod(100, 100), pod(3000, 100)]);
    expect(schedule(s, 1, 0)).not.toBe(NONE);
    for (let round = 0; round < 12; round++) for (let n = 0; n < 40; n++) if (n !== 17) bind(s, n, 0);
    for (let i = 0; i < 5000; i++) {
      bind(s, 3, 0);
      release(s, 3, 0);
    }
    expect(schedule(s, 1, 1)).toBe(17);
    checkScheduler(s);
  });

  test.each([16, 17, 255, 256, 257, 4096, 5000])('with %i equal nodes every one is reached', count => {
    const s = createScheduler(config([pod(1000, 1000)], { nodeCapacity: count }));
    for (let n = 0; n < count; n++) {
      addNode(s, n, n, node(1000, 1000));
      setReady(s, n, true);
    }
    const chosen = new Set(Array.from({ length: count }, (_, podId) => schedule(s, 0, podId)));
    expect(chosen.size).toBe(count);
    expect(schedule(s, 0, count)).toBe(NONE);
  });
});

describe('what keeps a pod from a node', () => {
  test('an exact fit fits, one more of anything does not', () => {
    const exact = node(1000, 1000, { gpuMilli: 500, pods: 1 });
    const ask = (p: PodClass) => schedule(cluster([exact], [p]), 0, 1);
    expect(ask(pod(1000, 1000, { gpuMilli: 500 }))).toBe(0);
    expect(ask(pod(1001, 1000, { gpuMilli: 500 }))).toBe(NONE);
    expect(ask(pod(1000, 1001, { gpuMilli: 500 }))).toBe(NONE);
    expect(ask(pod(1000, 1000, { gpuMilli: 501 }))).toBe(NONE);
    expect(schedule(cluster([node(1000, 1000, { pods: 0 })], [pod(0, 0)]), 0, 1)).toBe(NONE);
  });

  test('zone, node group and taints', () => {
    const nodes = [node(4000, 8000), node(4000, 8000, { zone: 2 }), node(4000, 8000, { group: 1 }), node(4000, 8000, { zone: 1, taintClass: 1 })];
    const s = cluster(nodes, [pod(1, 1, { zone: 2 }), pod(1, 1, { group: 1 }), pod(1, 1, { zone: 1 }), pod(1, 1, { zone: 1, tolerates: [1] })]);
    expect([0, 1, 2, 3].map(c => schedule(s, c, c))).toEqual([1, 2, NONE, 3]);
  });

  test('a node that is not ready, cordoned or gone', () => {
    const s = cluster([node(4000, 8000)], [pod(1, 1)]);
    setReady(s, 0, false);
    expect(schedule(s, 0, 1)).toBe(NONE);
    setReady(s, 0, true);
    setCordoned(s, 0, true);
    expect(schedule(s, 0, 1)).toBe(NONE);
    setCordoned(s, 0, false);
    expect(schedule(s, 0, 1)).toBe(0);
    removeNode(s, 0);
    expect(schedule(s, 0, 2)).toBe(NONE);
    addNode(s, 0, 9, node(4000, 8000));
    expect(podCountOf(s, 0)).toBe(0);
    setReady(s, 0, true);
    expect(schedule(s, 0, 3)).toBe(0);
  });

  test('is told in kube-scheduler\'s words', () => {
    const nodes = [
      node(100, 8000), node(100, 10), node(4000, 8000, { pods: 0 }), node(4000, 8000, { taintClass: 1 }), node(4000, 8000, { group: 1 }),
      node(4000, 8000), node(4000, 8000),
    ];
    const s = cluster(nodes, [pod(500, 500, { group: 0 })]);
    setCordoned(s, 5, true);
    setReady(s, 6, false);
    expect(schedule(s, 0, 1)).toBe(NONE);
    expect(unschedulableMessage(s, 0)).toBe("0/7 nodes are available: 1 Insufficient memory, 1 Too many pods, 1 node(s) didn't match Pod's node "
      + 'affinity/selector, 1 node(s) had untolerated taint {dedicated: gpu}, 1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }, '
      + '1 node(s) were unschedulable, 2 Insufficient cpu.');
  });
});

describe('DaemonSets', () => {
  const awsNode = pod(50, 0, { tolerates: 'all' });
  const gpuPlugin = pod(100, 100, { group: 1 });

  test('take their place when a node registers and count in its pods', () => {
    const s = createScheduler(config([pod(100, 100)], { daemonSets: [awsNode, gpuPlugin] }));
    expect(addNode(s, 0, 0, node(1000, 1000, { pods: 3 }))).toBe(0b01);
    expect(addNode(s, 1, 1, node(1000, 1000, { pods: 3, group: 1 }))).toBe(0b11);
    setReady(s, 0, true);
    setReady(s, 1, true);
    expect([1, 2, 3].map(id => schedule(s, 0, id)).toSorted()).toEqual([0, 0, 1]);
    expect(schedule(s, 0, 4)).toBe(NONE);
    expect(unschedulableMessage(s, 0)).toBe('0/2 nodes are available: 2 Too many pods.');
    expect(podCountOf(s, 0)).toBe(2);
  });

  test('one that does not fit gets no pod', () => {
    const s = createScheduler(config([], { daemonSets: [pod(600, 0), pod(600, 0), pod(400, 0)] }));
    expect(addNode(s, 0, 0, node(1000, 1000))).toBe(0b101);
  });

  test('their pods cannot be released as others', () => {
    const s = createScheduler(config([pod(50, 0)], { daemonSets: [awsNode] }));
    addNode(s, 0, 0, node(1000, 1000));
    expect(() => release(s, 0, 0)).toThrow('no pod but those of DaemonSets');
  });
});

describe('pods that wait', () => {
  test('are placed in the order of their creation, over all classes, as far as room goes', () => {
    const s = cluster([node(1000, 1000)], [pod(1000, 100), pod(500, 100)]);
    bind(s, 0, 0);
    enqueue(s, 1, 12, 30);
    enqueue(s, 0, 10, 10);
    enqueue(s, 1, 11, 20);
    enqueue(s, 1, 9, 20);
    const out = placements(8);
    expect(takePending(s, out)).toBe(0);
    release(s, 0, 0);
    expect(takePending(s, out)).toBe(1);
    expect(out.podId[0]).toBe(10);
    release(s, 0, 0);
    expect(takePending(s, out)).toBe(2);
    expect([...out.podId.subarray(0, 2)]).toEqual([9, 11]);
    expect(pendingCount(s)).toBe(1);
    checkScheduler(s);
  });

  test('a pod that does not fit does not keep smaller ones waiting', () => {
    const s = cluster([node(1000, 1000)], [pod(2000, 100), pod(500, 100)]);
    enqueue(s, 0, 1, 1);
    enqueue(s, 1, 2, 2);
    const out = placements(8);
    expect(takePending(s, out)).toBe(1);
    expect(out.podId[0]).toBe(2);
  });

  test('are tried again when a node becomes ready, is uncordoned or added', () => {
    const s = createScheduler(config([pod(100, 100)]));
    const out = placements(8);
    enqueue(s, 0, 1, 1);
    expect(takePending(s, out)).toBe(0);
    addNode(s, 3, 0, node(1000, 1000));
    setCordoned(s, 3, true);
    setReady(s, 3, true);
    expect(takePending(s, out)).toBe(0);
    setCordoned(s, 3, false);
    expect(takePending(s, out)).toBe(1);
    expect(out.node[0]).toBe(3);
  });

  test('a full answer is continued by the next call', () => {
    const s = cluster([node(1000, 1000)], [pod(1, 1)]);
    for (let id = 0; id < 5; id++) enqueue(s, 0, id, id);
    const out = placements(2);
    expect([1, 2, 3, 4].map(() => takePending(s, out))).toEqual([2, 2, 1, 0]);
  });

  test('one that is deleted leaves the queue', () => {
    const s = cluster([node(1000, 1000)], [pod(1, 1)]);
    const rows = [0, 1, 2].map(id => enqueue(s, 0, id, id));
    cancelPending(s, rows[1]);
    checkScheduler(s);
    const out = placements(4);
    expect(takePending(s, out)).toBe(2);
    expect([...out.podId.subarray(0, 2)]).toEqual([0, 2]);
    expect(() => cancelPending(s, rows[0])).toThrow('the row is free');
  });
});

describe('against a scan of all nodes', () => {
  const CLASSES = [
    pod(500, 500), pod(500, 500), pod(0, 0), pod(250, 1000, { zone: 1 }), pod(1000, 200, { tolerates: [1] }), pod(100, 100, { group: 1, tolerates: 'all' }),
    pod(700, 300, { gpuMilli: 400 }),
  ];
  const DAEMONS = [pod(50, 0, { tolerates: 'all' }), pod(0, 64, { group: 1 })];
  const SPECS = [
    node(2000, 2000), node(2000, 2000), node(2010, 2000, { zone: 1 }), node(4000, 3000, { zone: 1, pods: 6 }),
    node(3000, 4000, { group: 1, taintClass: 1, gpuMilli: 1000 }), node(2000, 4000, { zone: 2, group: 1, gpuMilli: 2000, pods: 5 }),
  ];
  type Step = { what: number; a: number; b: number };
  const CAPACITY = 40;

  /** Plays one history to both and compares every answer. */
  function play(seed: number, scoring: SchedulerConfig['scoring'], steps: readonly Step[]): void {
    const shared = config(CLASSES, { seed, scoring, daemonSets: DAEMONS, nodeCapacity: CAPACITY, waitingCapacity: steps.length });
    const real = createScheduler(shared);
    const naive = new NaiveScheduler(shared);
    const running: { node: number; podClass: number }[] = [];
    const rows = new Map<number, number>();
    const out = placements(steps.length);
    let nextId = 1000;
    const ids = new Set<number>();
    const free = () => Array.from({ length: CAPACITY }, (_, i) => i).filter(i => !naive.nodes.some(n => n.index === i));
    for (const [time, { what, a, b }] of steps.entries()) {
      const present = naive.nodes.map(n => n.index);
      const some = present[a % present.length];
      const podClass = a % CLASSES.length;
      if (what < 3 && free().length > 0) {
        const index = free()[b % free().length];
        const late = b % 5 === 0 ? b : nextId++; // now and then an id that is not the greatest
        if (ids.has(late)) continue;
        ids.add(late);
        const spec = SPECS[a % SPECS.length];
        expect(addNode(real, index, late, spec)).toBe(naive.add(index, late, spec));
        if (b % 3 !== 0) {
          setReady(real, index, true);
          naive.node(index).ready = true;
        }
      } else if (what === 3 && present.length > 0) {
        setReady(real, some, b % 2 === 0);
        naive.node(some).ready = b % 2 === 0;
      } else if (what === 4 && present.length > 0) {
        setCordoned(real, some, b % 2 === 0);
        naive.node(some).cordoned = b % 2 === 0;
      } else if (what === 5 && present.length > 3 && b % 3 === 0) {
        removeNode(real, some);
        naive.remove(some);
        for (let i = running.length - 1; i >= 0; i--) if (running[i].node === some) running.splice(i, 1);
      } else if (what <= 8 && running.length > 0) {
        const [gone] = running.splice(a % running.length, 1);
        release(real, gone.node, gone.podClass);
        naive.release(gone.node, gone.podClass);
      } else if (what === 9 && rows.size > 0) {
        const podId = [...rows.keys()][a % rows.size];
        cancelPending(real, rows.get(podId)!);
        rows.delete(podId);
        naive.waiting = naive.waiting.filter(w => w.podId !== podId);
      } else if (what <= 11) {
        const expected = naive.takePending();
        expect(takePending(real, out)).toBe(expected.length);
        expect(expected.map((_, i) => [out.podId[i], out.podClass[i], out.createdAt[i], out.node[i]]))
          .toEqual(expected.map(w => [w.podId, w.podClass, w.createdAt, w.node]));
        for (const w of expected) {
          rows.delete(w.podId);
          running.push(w);
        }
      } else {
        const chosen = schedule(real, podClass, time);
        expect(chosen).toBe(naive.schedule(podClass, time));
        const createdAt = b % 50;
        if (chosen !== NONE) running.push({ node: chosen, podClass });
        else {
          rows.set(time, enqueue(real, podClass, time, createdAt));
          naive.waiting.push({ podClass, podId: time, createdAt });
        }
      }
      if (time % 16 === 0) checkScheduler(real);
    }
    checkScheduler(real);
    expect(pendingCount(real)).toBe(naive.waiting.length);
  }

  const step = fc.record({ what: fc.integer({ min: 0, max: 24 }), a: fc.nat(1000), b: fc.nat(1000) });

  test.each(['leastAllocated', 'mostAllocated'] as const)('%s: every history puts every pod on the same node', scoring => {
    const history = fc.array(step, { maxLength: 250, size: 'max' });
    expect(() => fc.assert(fc.property(fc.nat(), history, (seed, steps) => play(seed, scoring, steps)), { numRuns: 60 })).not.toThrow();
  });

  // data/traces/openb: 8,152 pods, 1,523 nodes, 151 distinct request vectors (Alibaba GPU cluster trace v2023).
  const OPENB = new URL('../../../data/traces/openb/', import.meta.url);
  test.skipIf(!existsSync(OPENB))('the openb pods on the openb nodes: the same node for every pod', () => {
    const rows = (text: string) => text.trim().split('\n').slice(1).map(line => line.split(','));
    const nodes = rows(readFileSync(new URL('nodes.csv', OPENB), 'utf8'))
      .map(([, cpu, memory, gpu]) => node(Number(cpu), Number(memory), { gpuMilli: Number(gpu) * 1000 }));
    const pods = rows(gunzipSync(readFileSync(new URL('pods.csv.gz', OPENB))).toString());
    const classOf = new Map<string, number>();
    const podClasses: PodClass[] = [];
    const asked = pods.map(([, , , cpu, memory, gpu]) => {
      const key = [cpu, memory, gpu].join(' ');
      if (!classOf.has(key)) {
        classOf.set(key, podClasses.length);
        podClasses.push(pod(Number(cpu), Number(memory), { gpuMilli: Math.round(Number(gpu) * 1000) }));
      }
      return classOf.get(key)!;
    });
    expect([pods.length, nodes.length, podClasses.length]).toEqual([8152, 1523, 151]);
    const shared = config(podClasses, { nodeCapacity: nodes.length });
    const real = createScheduler(shared);
    const naive = new NaiveScheduler(shared);
    for (const [i, spec] of nodes.entries()) {
      addNode(real, i, i, spec);
      naive.add(i, i, spec);
      setReady(real, i, true);
      naive.node(i).ready = true;
    }
    // All pods stay, so the cluster fills until most GPUs are gone; every fourth of the first half leaves half-way.
    const placed: number[] = [];
    for (const [podId, podClass] of asked.entries()) {
      const n = schedule(real, podClass, podId);
      if (n !== naive.schedule(podClass, podId)) expect.fail(`pod ${podId} goes to node ${n}`);
      placed.push(n);
      if (podId !== 4000) continue;
      for (let i = 0; i < podId; i += 4) {
        if (placed[i] === NONE) continue;
        release(real, placed[i], asked[i]);
        naive.release(placed[i], asked[i]);
      }
    }
    expect(placed.filter(n => n === NONE).length).toBeGreaterThan(0);
    checkScheduler(real);
  }, 120_000);
});
