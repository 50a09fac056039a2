/**
 * State of the stage: a row for each pod that is waiting or bound, and the events to come.
 *
 * Shape   Struct of arrays by row; rows are recycled. `events` orders rows by (time, kind, pod id). What a node must be told of a bind is copied at once,
 *         since a short-lived pod's row may be another's before the window ends.
 */
import { assert } from '../../core/assert.ts';
import { push, type Calendar } from '../../core/calendar.ts';
import type { Heap } from '../../core/heap.ts';
import { STREAM, streamKey } from '../../core/random.ts';
import { NONE, type Ms, type NodeIndex } from '../../core/units.ts';
import { sample } from '../aws/sampler.ts';
import { graceOf } from '../kubelet.ts';
import type { PodRows } from '../log.ts';
import type { Placements } from '../scheduler/pending.ts';
import type { Scheduler } from '../scheduler/state.ts';
import type { Sampler, World } from '../thread.ts';
import type { SourcePlan, StagePlan } from './plan.ts';

export const KIND = { end: 0, node: 1, attempt: 2, cancel: 3 } as const;

/** States of a row. */
export const STATE = { free: 0, attempt: 1, pending: 2, bound: 3 } as const;

export interface Change { readonly at: number; readonly node: NodeIndex; readonly what: 'ready' | 'cordon' | 'uncordon' | 'drain' | 'terminate' }

export interface Source { readonly plan: SourcePlan; next: number; nextAt: number; left: number; drawn: number; readonly key: number }

export interface Binds {
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
  readonly events: Calendar;
  readonly state: Uint8Array;
  readonly podId: Int32Array;
  readonly podClass: Int32Array;
  readonly source: Int32Array;
  readonly node: Int32Array;
  readonly waiting: Int32Array;
  readonly life: Int32Array;
  readonly created: Float64Array;
  readonly deleteAt: Float64Array;
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

export const binAt = ({ world }: Stage, at: Ms) => Math.min(Math.floor(at / world.binMs), world.binCount);

export const watchDelay = (s: Stage, pod: number): Ms => sample(s.watch, streamKey(s.world.seed, STREAM.backoff, pod), 0);

export function scheduleEvent(s: Stage, row: number, kind: number, at: number): void {
  push(s.events, row, at, kind * 0x10000000 + (s.podId[row] & 0xfffffff));
}

export function takeRow(s: Stage, created: Ms, source: number, number: number): number {
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

export function freeRow(s: Stage, row: number): void {
  s.state[row] = STATE.free;
  s.freeRows[s.freeCount++] = row;
}

/** The pod goes to a node. */
export function bind(s: Stage, row: number, node: NodeIndex, at: Ms): void {
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
    scheduleEvent(s, row, KIND.end, s.deleteAt[row] + graceOf(s, s.podId[row]) + watchDelay(s, s.podId[row]));
  }
}

/** A created pod is tried after the scheduler's delay; one that is deleted before is never tried. */
export function scheduleAttempt(s: Stage, row: number): void {
  s.state[row] = STATE.attempt;
  const at = s.created[row] + sample(s.delay, streamKey(s.world.seed, STREAM.placement, s.podId[row]), 0);
  if (s.deleteAt[row] > at) scheduleEvent(s, row, KIND.attempt, at);
  else scheduleEvent(s, row, KIND.cancel, Math.max(s.created[row], s.deleteAt[row]));
}
