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
 *         What others do to subnets, launches and terminations of instances are happenings: known moments that take their place in that order.
 * Source  DESIGN §2: conservative parallel discrete-event simulation with lookahead, synchronised on demand.
 */
import { createHeap, firstTime, pop, push, remove, type Heap } from '../core/heap.ts';
import { N } from '../core/node.ts';
import { rebase } from '../core/block.ts';
import type { Ms, NodeIndex } from '../core/units.ts';
import { assert } from '../core/assert.ts';
import { serve, serveRelease, tieOf, type Ec2 } from './ec2/server.ts';
import { createSweeps, sweep, type Sweeps } from './ec2/sweep.ts';
import type { Plan } from './plan.ts';
import { advanceStage, hearNews, stageLimit } from './stage/stage.ts';
import type { Stage } from './stage/state.ts';
import { sampleNode } from './sample.ts';
import { runNode } from './node.ts';
import { blockOf, type News, type Outbox, type Thread, type World } from './thread.ts';

/** Runs nodes somewhere: in this thread, or in several at once. Returns when all have come to their stops. */
export interface Executor {
  readonly outboxes: readonly Outbox[];
  readonly news: readonly News[];
  /** Every node of this piece (of so many equal ones) whose next event lies before `horizon`. */
  runAll(horizon: number, piece: number, pieces: number): void;
  /** These nodes. */
  runSome(nodes: Int32Array, count: number, horizon: number): void;
}

/** Something that happens in the account at a known moment, beside requests. At one moment it comes before them. */
export interface Happening { readonly at: Ms; readonly order: number; readonly act: (run: Run) => NodeIndex }

export interface Run {
  readonly world: World;
  readonly plan: Plan;
  readonly ec2: Ec2;
  readonly executor: Executor;
  readonly stage: Stage | null;
  /** Up to here everything has happened. */
  clock: Ms;
  readonly requests: Heap;
  readonly looks: Heap;
  readonly answered: Int32Array;
  readonly happenings: Happening[];
  happened: number;
  readonly sweeps: Sweeps;
  /** The origin of all blocks moves when the horizon is further from it than this. */
  readonly originSpanMs: Ms;
}

/** Beyond it 32 bits of milliseconds might not reach the horizon and what is scheduled after it. */
const ORIGIN_SPAN_MS = 1 << 30;

export function createRun(
  world: World, plan: Plan, ec2: Ec2, stage: Stage | null, executor: Executor, happenings: readonly Happening[], originSpanMs = ORIGIN_SPAN_MS,
): Run {
  return {
    world, plan, ec2, executor, stage, clock: 0, originSpanMs,
    requests: createHeap(2 * world.nodeCount), looks: createHeap(2 * world.nodeCount), answered: new Int32Array(2 * world.nodeCount),
    happenings: [...happenings].sort((a, b) => a.at - b.at || a.order - b.order), happened: 0, sweeps: createSweeps(plan),
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
      const { group, n } = blockOf(world, node[i] % world.nodeCount); // beyond nodeCount: the release of a DEL
      push(requests, node[i], at[i], tieOf(world.seed, at[i], group.blocks.w[n + N.id]));
      push(looks, node[i], lookAt[i], 0);
    }
    count[0] = 0;
  }
}

/**
 * Everything before `horizon` happens, window by window of the scheduler. Afterwards no request is open, and every node stands at the horizon.
 */
export function advance(run: Run, horizon: Ms): void {
  for (const _ of advancing(run, horizon)) void _;
}

/** Nodes of a piece: few enough to be run to a far horizon between two looks at the clock, so a visit finds many events in one node. */
const PIECE_NODES = 1024;

/**
 * The same, stopping now and then so that the caller may see to other things. Between two stops the run must be left alone.
 */
export function* advancing(run: Run, horizon: Ms): Generator<void, void> {
  assert(horizon > run.clock, 'advance: the horizon lies ahead');
  const { stage, plan, executor } = run;
  shiftOrigin(run, horizon);
  while (run.clock < horizon) {
    let until = horizon;
    if (stage !== null) {
      if (stage.clock <= run.clock) advanceStage(stage, plan, Math.min(horizon, stageLimit(stage, run.clock)));
      until = Math.min(horizon, stage.clock);
    }
    yield* advanceNodes(run, until);
    if (stage !== null) hearNews(stage, plan, executor.news);
    else for (const { count } of executor.news) count[0] = 0;
  }
}

function* advanceNodes(run: Run, horizon: Ms): Generator<void, void> {
  const { world, ec2, executor, requests, looks, answered, happenings } = run;
  const pieces = Math.ceil(world.nodeCount / (PIECE_NODES * executor.outboxes.length));
  for (let piece = 0; piece < pieces; piece++) {
    executor.runAll(horizon, piece, pieces);
    yield;
  }
  collect(run);
  for (;;) {
    let answeredCount = 0;
    let earliestAnswer = horizon;
    for (;;) {
      const bound = Math.min(earliestAnswer, firstTime(looks));
      const request = firstTime(requests);
      const happening = run.happened < happenings.length ? happenings[run.happened].at : Number.POSITIVE_INFINITY;
      const sweepAt = firstTime(run.sweeps.due);
      if (Math.min(request, happening, sweepAt) >= bound) break;
      if (sweepAt < Math.min(request, happening)) {
        sweep(run.sweeps, ec2, world, sweepAt);
        continue;
      }
      let node: NodeIndex;
      let wakesAt: number;
      if (happening <= request) {
        node = happenings[run.happened++].act(run);
        if (node < 0) continue;
        wakesAt = world.nextAt[node];
      } else {
        const row = pop(requests);
        remove(looks, row);
        node = row % world.nodeCount;
        wakesAt = row === node ? serve(ec2, world, node, request) : serveRelease(ec2, world, node, request);
        if (wakesAt < world.nextAt[node]) world.nextAt[node] = wakesAt;
      }
      if (wakesAt < earliestAnswer) earliestAnswer = wakesAt;
      if (world.nextAt[node] < horizon) answered[answeredCount++] = node;
    }
    if (answeredCount === 0) break;
    executor.runSome(answered, answeredCount, horizon);
    collect(run);
    yield;
  }
  assert(requests.count === 0, 'advance: every request before the horizon is served');
  run.clock = horizon;
}

/** Moves the origin of all blocks when the horizon is too far from it. */
function shiftOrigin({ world, clock, originSpanMs }: Run, horizon: Ms): void {
  const [origin] = world.origin;
  if (horizon - origin < originSpanMs) return;
  const by = Math.floor((clock - origin) / world.binMs) * world.binMs;
  for (const { blocks, nodeCount } of world.groups) {
    for (let part = 0; part < nodeCount * blocks.at.cards; part++) rebase(blocks.w, blocks.d, part * blocks.at.cardStride, blocks.at.times, by);
  }
  world.origin[0] = origin + by;
}
