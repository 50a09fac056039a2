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
import { assert } from '../core/assert.ts';
import { createHeap, firstTime, pop, push, remove, type Heap } from '../core/heap.ts';
import { N } from '../core/node.ts';
import { draw, exponential, exponentialMs, STREAM, streamKey } from '../core/random.ts';
import { FOREVER, NONE, type Ms, type NodeIndex } from '../core/units.ts';
import type { Distribution } from '../core/quantiles.ts';
import { PHASE } from './agentLoop.ts';
import { createSampler, sample } from './aws/sampler.ts';
import { DAEMON_LIFE, graceOf } from './kubelet.ts';
import { addRow, type PodRows } from './log.ts';
import type { Plan } from './plan.ts';
import { addNode, release, removeNode, schedule, setCordoned, setReady } from './scheduler.ts';
import { cancelPending, enqueue, takePending, type Placements } from './scheduler/pending.ts';
import { createScheduler, isPresent, type PodClass, type Scheduler } from './scheduler/state.ts';
import { blockOf, NEWS, type News, type Sampler, type World } from './thread.ts';

export type SourcePlan =
  | { readonly kind: 'trace'; readonly created: Float64Array; readonly deleted: Float64Array; readonly podClass: Int32Array }
  | {
      readonly kind: 'churn'; readonly podClass: number; readonly meanGapMs: number; readonly batchMean: number; readonly life: Distribution;
      readonly fromStart: boolean; readonly initial: number; readonly atMs: Ms; readonly untilMs: Ms;
    }
  | { readonly kind: 'replicas'; readonly podClass: number; readonly count: number; readonly atMs: Ms; readonly untilMs: Ms };

export interface StagePlan {
  readonly sources: readonly SourcePlan[];
  readonly podClasses: readonly PodClass[];
  /** DaemonSets: how much each takes of a node, and whether its pods have an address of their own. */
  readonly daemonSets: readonly PodClass[];
  readonly daemonAddressed: readonly boolean[];
  readonly zoneCount: number;
  readonly taintTexts: readonly string[];
  readonly scoring: 'leastAllocated' | 'mostAllocated';
  readonly delay: Distribution;
  readonly watchDelay: Distribution;
  readonly waitingCapacity: number;
  /** By NodeIndex. */
  readonly cpuMilli: Int32Array;
  readonly memoryMib: Int32Array;
  readonly gpuMilli: Int32Array;
  readonly taintClass: Int32Array;
}

const KIND = { end: 0, node: 1, attempt: 2, cancel: 3 } as const;
/** States of a row. */
const STATE = { free: 0, attempt: 1, pending: 2, bound: 3 } as const;

interface Change { readonly at: number; readonly node: NodeIndex; readonly what: 'ready' | 'cordon' | 'uncordon' | 'drain' | 'terminate' }
interface Source { readonly plan: SourcePlan; next: number; nextAt: number; left: number; drawn: number; readonly key: number }

interface Binds {
  count: number;
  readonly at: Float64Array; readonly node: Int32Array; readonly podId: Int32Array; readonly life: Int32Array; readonly created: Float64Array; readonly deleteAt: Float64Array;
}

export interface Stage {
  readonly world: World;
  readonly plan: StagePlan;
  readonly scheduler: Scheduler;
  readonly delay: Sampler;
  readonly watch: Sampler;
  readonly sources: Source[];
  readonly lives: readonly (Sampler | null)[];
  clock: Ms;
  /** Events to come, by row. */
  readonly events: Heap;
  readonly state: Uint8Array;
  readonly podId: Int32Array;
  readonly podClass: Int32Array;
  readonly source: Int32Array;
  readonly node: Int32Array;
  readonly waiting: Int32Array;
  readonly life: Int32Array;
  readonly created: Float64Array;
  readonly deleteAt: Float64Array;
  /** 1: the row has an event to come. */
  readonly inHeap: Uint8Array;
  readonly freeRows: Int32Array;
  freeCount: number;
  /** Rows of closed-loop pods and of pending pods, by pod id. */
  readonly rowOf: Map<number, number>;
  nextPod: number;
  /** Source of each pod and its number there, for names; kept when pods are logged. */
  readonly origin: { source: Int32Array; number: Int32Array } | null;
  /** Changes of nodes that the plan names, in the order of time; and nodes that have become Ready, by the moment the scheduler hears of it. */
  readonly planned: Change[];
  plannedDone: number;
  readonly ready: Heap;
  /** Room has appeared since pending pods were last tried. */
  dirty: boolean;
  readonly placed: Placements;
  /** Binds of the window, in the order of time. Copies: a short-lived pod's row may be another's before the window ends. */
  readonly binds: Binds;
  readonly perNode: Int32Array;
  /** By bin: pods created, and the change of the number of pending pods. */
  readonly createdIn: Float64Array;
  readonly pendingIn: Float64Array;
  readonly endedIn: Float64Array;
  readonly log: PodRows | null;
  readonly closedLoop: boolean;
  /** Nodes whose readiness is still to come. */
  starting: number;
  neverBound: number;
}

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
    clock: 0, events: createHeap(rows), state: new Uint8Array(rows), podId: new Int32Array(rows), podClass: new Int32Array(rows), source: new Int32Array(rows),
    node: new Int32Array(rows), waiting: new Int32Array(rows), life: new Int32Array(rows), created: new Float64Array(rows), deleteAt: new Float64Array(rows), inHeap: new Uint8Array(rows),
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

function createSource(plan: SourcePlan, key: number): Source {
  switch (plan.kind) {
    case 'trace':
      return { plan, next: 0, nextAt: plan.created.length === 0 ? Number.POSITIVE_INFINITY : plan.created[0], left: plan.created.length, drawn: 0, key };
    case 'replicas':
      return { plan, next: 0, nextAt: plan.count === 0 ? Number.POSITIVE_INFINITY : plan.atMs, left: plan.count, drawn: 0, key };
    case 'churn': {
      const source: Source = { plan, next: 0, nextAt: plan.atMs, left: Math.round(plan.initial), drawn: 0, key };
      if (source.left === 0) nextBatch(source, plan.atMs);
      return source;
    }
  }
}

/** The next arrival of scheduled churn: when, and how many pods. */
function nextBatch(source: Source, now: Ms): void {
  const { plan, key } = source;
  if (plan.kind !== 'churn') return;
  source.nextAt = now + exponentialMs(key, source.drawn++, plan.meanGapMs);
  source.left = 1;
  if (plan.batchMean > 1) source.left += Math.floor(exponential(draw(key, source.drawn++)) * (plan.batchMean - 0.5));
  if (source.nextAt >= plan.untilMs) source.nextAt = Number.POSITIVE_INFINITY;
}

function beginStageNodes(s: Stage, plan: Plan): void {
  const { nodes } = plan;
  const order = Int32Array.from(nodes.id.keys()).sort((a, b) => nodes.id[a] - nodes.id[b]);
  for (const node of order) {
    const settled = Number.isNaN(nodes.launchAt[node]);
    if (settled) {
      const { group, n } = blockOf(s.world, node);
      register(s, plan, node);
      if (group.blocks.w[n + N.phase] === PHASE.ready) setReady(s.scheduler, node, true);
      else s.starting++;
    } else if (nodes.launchAt[node] < plan.durationMs) s.starting++;
    for (const [what, at] of [['cordon', nodes.cordonAt[node]], ['uncordon', nodes.uncordonAt[node]], ['drain', nodes.drainAt[node]], ['terminate', nodes.terminateAt[node]]] as const) {
      if (at < plan.durationMs) s.planned.push({ at, node, what });
    }
  }
  s.planned.sort((a, b) => a.at - b.at || a.node - b.node);
}

/** The node's kubelet has registered: the scheduler knows it, and its DaemonSet pods are on it. */
function register(s: Stage, plan: Plan, node: NodeIndex): void {
  const { cpuMilli, memoryMib, gpuMilli, taintClass, daemonAddressed } = s.plan;
  const daemons = addNode(s.scheduler, node, plan.nodes.id[node], {
    cpuMilli: cpuMilli[node], memoryMib: memoryMib[node], gpuMilli: gpuMilli[node], pods: plan.nodes.maxPods[node], zone: plan.nodes.zone[node], group: 0,
    taintClass: taintClass[node],
  });
  for (let i = 0; i < daemonAddressed.length; i++) {
    if ((daemons >> i & 1) === 0 || !daemonAddressed[i]) continue;
    const row = takeRow(s, s.clock, NONE, 0);
    s.deleteAt[row] = Number.POSITIVE_INFINITY;
    s.life[row] = DAEMON_LIFE;
    s.podClass[row] = NONE;
    bind(s, row, node, s.clock);
  }
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
      schedule1(s, row, KIND.end, at[i] + watchDelay(s, pod[i]));
    }
    count[0] = 0;
  }
}

const watchDelay = (s: Stage, pod: number): Ms => sample(s.watch, streamKey(s.world.seed, STREAM.backoff, pod), 0);

function schedule1(s: Stage, row: number, kind: number, at: number): void {
  s.inHeap[row] = 1;
  push(s.events, row, at, kind * 0x10000000 + (s.podId[row] & 0xfffffff));
}

const binAt = ({ world }: Stage, at: Ms) => Math.min(Math.floor(at / world.binMs), world.binCount);

function takeRow(s: Stage, created: Ms, source: number, number: number): number {
  assert(s.freeCount > 0, 'stage: more pods are alive or pending than there are rows');
  const row = s.freeRows[--s.freeCount];
  s.podId[row] = s.nextPod++;
  s.created[row] = created;
  s.source[row] = source;
  s.node[row] = NONE;
  s.createdIn[binAt(s, created)] += 1;
  s.pendingIn[binAt(s, created)] += 1;
  if (s.origin !== null) {
    if (s.podId[row] >= s.origin.source.length) {
      for (const field of ['source', 'number'] as const) {
        const grown = new Int32Array(s.origin[field].length * 2);
        grown.set(s.origin[field]);
        s.origin[field] = grown;
      }
    }
    s.origin.source[s.podId[row]] = source;
    s.origin.number[s.podId[row]] = number;
  }
  return row;
}

function freeRow(s: Stage, row: number): void {
  s.state[row] = STATE.free;
  s.freeRows[s.freeCount++] = row;
}

/** The earliest creation of all sources. */
function earliestSource(s: Stage): Source | null {
  let best: Source | null = null;
  for (const source of s.sources) if (source.nextAt !== Number.POSITIVE_INFINITY && (best === null || source.nextAt < best.nextAt)) best = source;
  return best;
}

/** Creates the source's next pod and moves the source on. */
function createPod(s: Stage, source: Source): void {
  const { plan } = source;
  const at = source.nextAt;
  const row = takeRow(s, at, s.sources.indexOf(source), source.next);
  s.life[row] = 0;
  switch (plan.kind) {
    case 'trace':
      s.podClass[row] = plan.podClass[source.next];
      s.deleteAt[row] = plan.deleted[source.next];
      source.next++;
      source.nextAt = source.next < plan.created.length ? plan.created[source.next] : Number.POSITIVE_INFINITY;
      break;
    case 'replicas':
      s.podClass[row] = plan.podClass;
      s.deleteAt[row] = plan.untilMs;
      source.next++;
      if (--source.left === 0) source.nextAt = Number.POSITIVE_INFINITY;
      break;
    case 'churn': {
      const life = Math.max(1, sample(s.lives[s.source[row]]!, streamKey(s.world.seed, STREAM.lifetime, s.podId[row]), 0));
      s.podClass[row] = plan.podClass;
      s.deleteAt[row] = plan.fromStart ? Number.POSITIVE_INFINITY : at + life;
      s.life[row] = plan.fromStart ? life : 0;
      source.next++;
      if (--source.left === 0) nextBatch(source, at);
      break;
    }
  }
  s.state[row] = STATE.attempt;
  schedule1(s, row, KIND.attempt, at + sample(s.delay, streamKey(s.world.seed, STREAM.placement, s.podId[row]), 0));
}

/** The pod goes to a node. */
function bind(s: Stage, row: number, node: NodeIndex, at: Ms): void {
  s.state[row] = STATE.bound;
  s.node[row] = node;
  s.pendingIn[binAt(s, at)] -= 1;
  const i = s.binds.count++;
  assert(i < s.binds.at.length, 'stage: the binds of one window fit the inbox');
  s.binds.at[i] = at;
  s.binds.node[i] = node;
  s.binds.podId[i] = s.podId[row];
  s.binds.life[i] = s.life[row];
  s.binds.created[i] = s.created[row];
  s.binds.deleteAt[i] = s.deleteAt[row];
  if (s.life[row] > 0) s.rowOf.set(s.podId[row], row);
  else if (s.deleteAt[row] !== Number.POSITIVE_INFINITY) {
    schedule1(s, row, KIND.end, s.deleteAt[row] + graceOf(s, s.podId[row]) + watchDelay(s, s.podId[row]));
  }
}

/** A pending pod is placed: it is not waiting for its deletion any more. */
function forgetCancel(s: Stage, row: number): void {
  if (s.inHeap[row] === 0) return;
  remove(s.events, row);
  s.inHeap[row] = 0;
}

/** Places what waits, as far as room goes. */
function placePending(s: Stage, at: Ms): void {
  s.dirty = false;
  for (;;) {
    const count = takePending(s.scheduler, s.placed);
    for (let i = 0; i < count; i++) {
      const pod = s.placed.podId[i];
      const row = s.rowOf.get(pod)!;
      s.rowOf.delete(pod);
      forgetCancel(s, row);
      bind(s, row, s.placed.node[i], at);
    }
    if (count < s.placed.node.length) return;
  }
}

/**
 * Runs to `until`, or to the moment at which the window's inbox is as full as it may be. Returns the moment reached; everything before it
 * has happened, and its binds are in the inbox.
 */
export function advanceStage(s: Stage, plan: Plan, until: Ms): Ms {
  const roomy = s.binds.at.length >> 1;
  let reached = until;
  for (;;) {
    const source = earliestSource(s);
    const created = source === null ? Number.POSITIVE_INFINITY : source.nextAt;
    const event = firstTime(s.events);
    const plannedAt = s.plannedDone < s.planned.length ? s.planned[s.plannedDone].at : Number.POSITIVE_INFINITY;
    const change = Math.min(plannedAt, firstTime(s.ready));
    const at = Math.min(created, event, change);
    if (at >= until) break;
    if (s.binds.count >= roomy && at > s.clock) { reached = at; break; }
    if (at > s.clock) {
      if (s.dirty) { // a pod that is placed now has another event to come
        placePending(s, s.clock);
        continue;
      }
      s.clock = at;
    }
    // creations first: they only put attempts into the order of events
    if (created === at) { createPod(s, source!); continue; }
    if (change === at && (event > at || s.events.tie[s.events.rows[0]] >= KIND.node * 0x10000000)) {
      changeNode(s, plan, plannedAt === at ? s.planned[s.plannedDone++] : { at, node: pop(s.ready), what: 'ready' });
      continue;
    }
    const row = pop(s.events);
    s.inHeap[row] = 0;
    happen(s, row, at);
  }
  if (s.dirty) placePending(s, s.clock);
  s.clock = reached;
  deliver(s);
  return reached;
}

function happen(s: Stage, row: number, at: Ms): void {
  switch (s.state[row]) {
    case STATE.attempt: {
      if (s.deleteAt[row] <= at) { neverBound(s, row, s.deleteAt[row]); return; }
      if (s.dirty) placePending(s, at);
      const node = schedule(s.scheduler, s.podClass[row], s.podId[row]);
      if (node !== NONE) { bind(s, row, node, at); return; }
      s.state[row] = STATE.pending;
      s.waiting[row] = enqueue(s.scheduler, s.podClass[row], s.podId[row], s.created[row]);
      s.rowOf.set(s.podId[row], row);
      if (s.deleteAt[row] !== Number.POSITIVE_INFINITY) schedule1(s, row, KIND.cancel, s.deleteAt[row]);
      return;
    }
    case STATE.pending: // deleted while it waited
      cancelPending(s.scheduler, s.waiting[row]);
      s.rowOf.delete(s.podId[row]);
      neverBound(s, row, at);
      return;
    default: // its end has been seen
      release(s.scheduler, s.node[row], s.podClass[row]);
      s.dirty = true;
      freeRow(s, row);
  }
}

function neverBound(s: Stage, row: number, at: Ms): void {
  s.neverBound++;
  s.pendingIn[binAt(s, at)] -= 1;
  s.endedIn[binAt(s, at)] += 1;
  logNeverBound(s, row, at);
  freeRow(s, row);
}

/** A pod's row without a node; `at` is NaN for one that is still pending at the end. */
function logNeverBound(s: Stage, row: number, at: number): void {
  if (s.log === null) return;
  const i = addRow(s.log);
  const r = s.log.columns;
  r.pod[i] = s.podId[row];
  r.node[i] = NONE;
  r.created[i] = s.created[row];
  r.bound[i] = Number.NaN;
  r.addressed[i] = Number.NaN;
  r.ended[i] = at;
  r.retries[i] = 0;
  r.ip[i] = 0;
  r.eni[i] = NONE;
  r.prefix[i] = 0;
  r.reason[i] = 2;
}

/** At the end of the run: rows of the pods that never found a node. */
export function logPending(s: Stage): void {
  for (let row = 0; row < s.state.length; row++) {
    if (s.state[row] === STATE.pending || s.state[row] === STATE.attempt) logNeverBound(s, row, Number.NaN);
  }
}

function changeNode(s: Stage, plan: Plan, { at, node, what }: Change): void {
  switch (what) {
    case 'ready':
      s.starting--;
      if (plan.nodes.terminateAt[node] <= at) return;
      if (!Number.isNaN(plan.nodes.launchAt[node])) register(s, plan, node);
      setReady(s.scheduler, node, true);
      if (plan.nodes.cordonAt[node] <= at && plan.nodes.uncordonAt[node] > at) setCordoned(s.scheduler, node, true);
      s.dirty = true;
      return;
    case 'cordon':
    case 'uncordon':
      if (isKnown(s, node)) setCordoned(s.scheduler, node, what === 'cordon');
      s.dirty = true;
      return;
    case 'drain':
      if (isKnown(s, node)) drain(s, node);
      return;
    case 'terminate':
      if (isKnown(s, node)) terminate(s, node);
  }
}

const isKnown = (s: Stage, node: NodeIndex) => isPresent(s.scheduler, node);

/** The pods of a node that belong to a workload, not to a DaemonSet. */
function podsOn(s: Stage, node: NodeIndex): number[] {
  const rows: number[] = [];
  for (let row = 0; row < s.state.length; row++) if (s.state[row] === STATE.bound && s.node[row] === node && s.source[row] !== NONE) rows.push(row);
  return rows.sort((a, b) => s.podId[a] - s.podId[b]);
}

/** Takes a bound pod's end out of what is to come, wherever it was going to come from. */
function forgetEnd(s: Stage, row: number): void {
  if (s.life[row] > 0 && s.rowOf.delete(s.podId[row])) return;
  if (s.inHeap[row] === 1) { remove(s.events, row); s.inHeap[row] = 0; }
}

/** The pod's controller makes another in its place: the same requests, the same end if that was set. */
function recreate(s: Stage, row: number): void {
  const at = s.clock + Math.max(1, s.watch.min);
  if (s.deleteAt[row] <= at) return;
  const source = s.source[row];
  const { plan } = s.sources[source];
  const number = plan.kind === 'trace' ? (s.origin?.number[s.podId[row]] ?? 0) : s.sources[source].next++; // a recorded pod keeps its name
  const made = takeRow(s, at, source, number);
  s.podClass[made] = s.podClass[row];
  s.deleteAt[made] = s.deleteAt[row];
  s.life[made] = s.life[row];
  s.state[made] = STATE.attempt;
  schedule1(s, made, KIND.attempt, at + sample(s.delay, streamKey(s.world.seed, STREAM.placement, s.podId[made]), 0));
}

/** The node is gone with its pods; their controllers make others. */
function terminate(s: Stage, node: NodeIndex): void {
  removeNode(s.scheduler, node);
  for (const row of podsOn(s, node)) {
    forgetEnd(s, row);
    recreate(s, row);
    freeRow(s, row);
  }
}

/** Every pod of the node but those of DaemonSets is evicted: it ends after its grace, and its controller makes another at once. */
function drain(s: Stage, node: NodeIndex): void {
  setCordoned(s.scheduler, node, true);
  for (const row of podsOn(s, node)) {
    const end = s.clock + graceOf(s, s.podId[row]) + watchDelay(s, s.podId[row]);
    if (s.inHeap[row] === 1 && s.events.time[row] <= end) continue; // it was ending anyway
    forgetEnd(s, row);
    recreate(s, row);
    schedule1(s, row, KIND.end, end);
  }
}

/** Sorts the window's binds by node, in the order of time, into the inbox, and tells the nodes. */
function deliver(s: Stage): void {
  const { world, binds, perNode } = s;
  const { inbox } = world;
  if (binds.count === 0) return;
  perNode.fill(0);
  for (let i = 0; i < binds.count; i++) perNode[binds.node[i] + 1]++;
  for (let node = 0; node < world.nodeCount; node++) {
    const first = perNode[node];
    const end = first + perNode[node + 1];
    perNode[node + 1] = end;
    if (first === end) continue;
    const { group, n } = blockOf(world, node);
    group.blocks.w[n + N.inbox] = first;
    group.blocks.w[n + N.inboxEnd] = end;
  }
  for (let i = 0; i < binds.count; i++) {
    const to = perNode[binds.node[i]]++;
    inbox.boundAt[to] = binds.at[i];
    inbox.podId[to] = binds.podId[i];
    inbox.deleteAt[to] = binds.deleteAt[i];
    inbox.life[to] = binds.life[i];
    inbox.createdAt[to] = binds.created[i];
  }
  for (let i = 0; i < binds.count; i++) {
    const node = binds.node[i];
    const { group, n } = blockOf(world, node);
    const first = inbox.boundAt[group.blocks.w[n + N.inbox]];
    group.blocks.w[n + N.bindAt] = Math.min(first - world.origin[0], FOREVER);
    if (first < world.nextAt[node]) world.nextAt[node] = first;
  }
  binds.count = 0;
}
