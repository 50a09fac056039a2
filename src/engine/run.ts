/**
 * Run: rounds of nodes running alone and EC2 serving what they asked, until a horizon.
 *
 *     nodes run to their stops ──► requests, in (time, tie, NodeId) order ──► EC2 serves those before B ──► the answered nodes run on ──► ...
 *
 *     B = the lowest moment up to which every client has run:
 *         the horizon; of a node with an open request the earliest moment of its answer; of an answered node the moment of its answer.
 *
 * Why     Exact, and without a clock that all share: a request is served only when no earlier one can still come. The result does not depend on
 *         threads, partitions or horizons; cutting a run at any millisecond changes nothing (a property test).
 * Source  DESIGN §2: conservative parallel discrete-event simulation with lookahead, synchronised on demand.
 */
import { createHeap, firstTime, pop, push, remove, type Heap } from '../core/heap.ts';
import { N } from '../core/node.ts';
import { rebase } from '../core/block.ts';
import type { Ms, NodeIndex } from '../core/units.ts';
import { assert } from '../core/assert.ts';
import { serve, tieOf, type Ec2 } from './ec2/server.ts';
import { sampleNode } from './agentLoop.ts';
import { runNode } from './node.ts';
import { blockOf, type News, type Outbox, type Thread, type World } from './thread.ts';

/** Runs nodes somewhere: in this thread, or in several at once. Returns when all have come to their stops. */
export interface Executor {
  readonly outboxes: readonly Outbox[];
  readonly news: readonly News[];
  /** Every node whose next event lies before `horizon`. */
  runAll(horizon: number): void;
  /** These nodes. */
  runSome(nodes: Int32Array, count: number, horizon: number): void;
}

export interface Run {
  readonly world: World;
  readonly ec2: Ec2;
  readonly executor: Executor;
  /** Up to here everything has happened. */
  clock: Ms;
  readonly requests: Heap;
  readonly looks: Heap;
  readonly answered: Int32Array;
}

export function createRun(world: World, ec2: Ec2, executor: Executor): Run {
  return {
    world, ec2, executor, clock: 0,
    requests: createHeap(world.nodeCount), looks: createHeap(world.nodeCount), answered: new Int32Array(world.nodeCount),
  };
}

/** Runs one thread's nodes [from, end) to their stops. */
export function runRange(x: Thread, from: NodeIndex, end: NodeIndex, horizon: number): void {
  const { world } = x;
  const { nextAt } = world;
  for (let node = from; node < end; node++) {
    if (nextAt[node] >= horizon) continue;
    const group = world.groups[world.groupOf[node]];
    nextAt[node] = runNode(x, group, (node - group.firstNode) * group.blocks.at.stride, horizon);
  }
}

export function runList(x: Thread, nodes: Int32Array, from: number, end: number, horizon: number): void {
  const { world } = x;
  for (let i = from; i < end; i++) {
    const { group, n } = blockOf(world, nodes[i]);
    world.nextAt[nodes[i]] = runNode(x, group, n, horizon);
  }
}

/** Writes the nodes table's rows of a thread's sampled nodes up to `horizon`. */
export function sampleRange(x: Thread, from: NodeIndex, end: NodeIndex, horizon: Ms): void {
  const { world } = x;
  for (let node = from; node < end; node++) {
    if (world.sampled[node] === 0) continue;
    const { group, n } = blockOf(world, node);
    sampleNode(x, group.blocks, n, world.settings[group.blocks.w[n + N.settings]], Math.floor(horizon / world.binMs));
  }
}

/** Takes the requests out of the outboxes into the order of their arrival. */
function collect(run: Run): void {
  const { world, requests, looks } = run;
  for (const { count, node, at, lookAt } of run.executor.outboxes) {
    for (let i = 0; i < count[0]; i++) {
      const { group, n } = blockOf(world, node[i]);
      push(requests, node[i], at[i], tieOf(world.seed, at[i], group.blocks.w[n + N.id]));
      push(looks, node[i], lookAt[i], 0);
    }
    count[0] = 0;
  }
}

/**
 * Everything before `horizon` happens. Afterwards no request is open, and every node stands at the horizon.
 */
export function advance(run: Run, horizon: Ms): void {
  const { world, ec2, executor, requests, looks, answered } = run;
  assert(horizon > run.clock, 'advance: the horizon lies ahead');
  shiftOrigin(run, horizon);
  executor.runAll(horizon);
  collect(run);
  while (requests.count > 0) {
    let answeredCount = 0;
    let earliestAnswer = horizon;
    for (;;) {
      const bound = Math.min(earliestAnswer, firstTime(looks));
      if (firstTime(requests) >= bound) break;
      const node = pop(requests);
      const answerAt = serve(ec2, world, node, requests.time[node]);
      remove(looks, node);
      if (answerAt < world.nextAt[node]) world.nextAt[node] = answerAt;
      if (answerAt < earliestAnswer) earliestAnswer = answerAt;
      if (answerAt < horizon || world.nextAt[node] < horizon) answered[answeredCount++] = node;
    }
    executor.runSome(answered, answeredCount, horizon);
    collect(run);
  }
  run.clock = horizon;
}

/** Moves the origin of all blocks when 32 bits of milliseconds would not reach the horizon and what it schedules. */
const ORIGIN_SPAN_MS = 1 << 30;

function shiftOrigin({ world, clock }: Run, horizon: Ms): void {
  const [origin] = world.origin;
  if (horizon - origin < ORIGIN_SPAN_MS) return;
  const by = Math.floor((clock - origin) / world.binMs) * world.binMs;
  for (const { blocks, nodeCount } of world.groups) {
    for (let i = 0; i < nodeCount; i++) rebase(blocks.w, blocks.d, i * blocks.at.stride, blocks.at.times, by);
  }
  world.origin[0] = origin + by;
}
