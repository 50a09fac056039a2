/**
 * Stage: where pods come from and where they are put: workloads, the scheduler, and what it knows of nodes.
 *
 *     sources ─ created ─► attempt (after the scheduler's delay) ─► bound ─► the node's inbox
 *                              │ nothing fits                                   │ the pod's end, known or told by the node
 *                              └─► pending ◄──── room: an end, a ready node ◄───┘ (after the watch delay)
 *
 * Why     A process of its own with its own clock. It runs ahead of the nodes as far as nothing that a node may still do can reach it: without limit
 *         when all ends are known from the start (open loop) and no node is starting, else by the watch delay.
 * Shape   Time order is (time, kind, pod id): ends, then changes of nodes, then attempts. Binds of one window are sorted by node into the inbox.
 */
import { createCalendar, firstTie, firstTime, pop } from '../../core/calendar.ts';
import { createHeap, firstTime as heapTime, pop as heapPop, push } from '../../core/heap.ts';
import { STREAM, streamKey } from '../../core/random.ts';
import type { Ms } from '../../core/units.ts';
import { createSampler, sample } from '../aws/sampler.ts';
import type { PodRows } from '../log.ts';
import type { Plan } from '../plan.ts';
import { createScheduler } from '../scheduler/state.ts';
import { NEWS, type News, type World } from '../thread.ts';
import { deliver } from './deliver.ts';
import { beginStageNodes, changeNode } from './nodes.ts';
import type { StagePlan } from './plan.ts';
import { happen, placePending } from './pods.ts';
import { createPod, createSource, earliestSource } from './sources.ts';
import { KIND, scheduleEvent, watchDelay, type Stage } from './state.ts';

export function createStage(world: World, plan: Plan, stage: StagePlan, log: PodRows | null): Stage {
  const podRows = world.groups.reduce((sum, { blocks, nodeCount }) => sum + blocks.at.pods * nodeCount, 0);
  const rows = podRows + stage.waitingCapacity;
  const scheduler = createScheduler({
    seed: plan.seed, scoring: stage.scoring, nodeCapacity: world.nodeCount, waitingCapacity: stage.waitingCapacity, zoneCount: stage.zoneCount,
    groupCount: 1, taintTexts: stage.taintTexts, podClasses: stage.podClasses, daemonSets: stage.daemonSets,
  });
  const window = plan.inboxSize;
  const s: Stage = {
    world, plan: stage, scheduler, delay: createSampler(stage.delay), watch: createSampler(stage.watchDelay),
    sources: stage.sources.map((source, i) => createSource(source, streamKey(plan.seed, STREAM.podChurn, i))),
    lives: stage.sources.map(source => (source.kind === 'churn' ? createSampler(source.life) : null)),
    clock: 0, events: createCalendar(rows), state: new Uint8Array(rows), podId: new Int32Array(rows), podClass: new Int32Array(rows), source: new Int32Array(rows),
    node: new Int32Array(rows), waiting: new Int32Array(rows), life: new Int32Array(rows), created: new Float64Array(rows), deleteAt: new Float64Array(rows),
    freeRows: Int32Array.from({ length: rows }, (_, i) => rows - 1 - i), freeCount: rows, rowOf: new Map(), nextPod: 0,
    origin: log === null ? null : { source: new Int32Array(1024), number: new Int32Array(1024) },
    planned: [], plannedDone: 0, ready: createHeap(world.nodeCount), dirty: false,
    placed: { podId: new Float64Array(256), podClass: new Int32Array(256), createdAt: new Float64Array(256), node: new Int32Array(256) },
    binds: {
      count: 0, at: new Float64Array(window), node: new Int32Array(window), podId: new Int32Array(window), life: new Int32Array(window),
      created: new Float64Array(window), deleteAt: new Float64Array(window),
    }, perNode: new Int32Array(world.nodeCount + 1),
    createdIn: new Float64Array(world.binCount + 1), pendingIn: new Float64Array(world.binCount + 1), endedIn: new Float64Array(world.binCount + 1), log,
    closedLoop: stage.sources.some(source => source.kind === 'churn' && source.fromStart), starting: 0, neverBound: 0,
  };
  beginStageNodes(s, plan);
  return s;
}

/** How far the stage may run when every node stands at `nodesAt`. */
export function stageLimit(s: Stage, nodesAt: Ms): Ms {
  return s.closedLoop || s.starting > 0 ? nodesAt + s.watch.min : Number.POSITIVE_INFINITY;
}

/** Takes in what nodes have told. */
export function hearNews(s: Stage, plan: Plan, news: readonly News[]): void {
  for (const { count, kind, at, node, pod } of news) {
    for (let i = 0; i < count[0]; i++) {
      if (kind[i] === NEWS.nodeReady) {
        const heard = at[i] + sample(s.watch, streamKey(plan.seed, STREAM.nodeStart, 0x40000000 + plan.nodes.id[node[i]]), 0);
        push(s.ready, node[i], heard, 0);
        continue;
      }
      const row = s.rowOf.get(pod[i]);
      if (row === undefined) continue; // the pod's node was terminated meanwhile
      s.rowOf.delete(pod[i]);
      scheduleEvent(s, row, KIND.end, at[i] + watchDelay(s, pod[i]));
    }
    count[0] = 0;
  }
}

/**
 * Runs to `until`, or to the moment at which the window's inbox is as full as it may be. Returns the moment reached; everything before it
 * has happened, and its binds are in the inbox.
 */
export function advanceStage(s: Stage, plan: Plan, until: Ms): Ms {
  const roomy = s.binds.at.length >> 1;
  const from = s.clock;
  let reached = until;
  for (;;) {
    const source = earliestSource(s);
    const created = source === null ? Number.POSITIVE_INFINITY : source.nextAt;
    const event = firstTime(s.events);
    const plannedAt = s.plannedDone < s.planned.length ? s.planned[s.plannedDone].at : Number.POSITIVE_INFINITY;
    const change = Math.min(plannedAt, heapTime(s.ready));
    const at = Math.min(created, event, change);
    if (at >= until) break;
    if (s.binds.count >= roomy && at > s.clock) { reached = at; break; }
    if (s.closedLoop && at > from && plannedAt === at && s.planned[s.plannedDone].what === 'drain') { reached = at; break; } // nodes may have told of ends before it
    if (at > s.clock) {
      if (s.dirty) { // a pod that is placed now has another event to come
        placePending(s, s.clock);
        continue;
      }
      s.clock = at;
    }
    // creations first: they only put attempts into the order of events
    if (created === at) { createPod(s, source!); continue; }
    if (change === at && (event > at || firstTie(s.events) >= KIND.node * 0x10000000)) {
      changeNode(s, plan, plannedAt === at ? s.planned[s.plannedDone++] : { at, node: heapPop(s.ready), what: 'ready' });
      continue;
    }
    const row = pop(s.events);
    happen(s, row, at);
  }
  if (s.dirty) placePending(s, s.clock);
  s.clock = reached;
  deliver(s);
  return reached;
}
