/**
 * One node alone: everything that happens on it from its last stop to its next.
 *
 * Why     Between two influences from outside a node depends on nothing else, so it is run alone, all its events before the next node's: its block
 *         stays in L1. The only influences are answers to its own requests and what the scheduler or an `at:` entry announced before.
 * Shape   Order within one millisecond: wake-up of the agent (an answer, the end of a sleep), a pod's DEL, its stop, its ADD, a bound pod,
 *         an arrival, the agent's turn (reconcile before adjust), an announced change. Never the order of insertion, which depends on how
 *         a run was cut.
 * Entry   The node is at a stop: nothing of it lies before its own clock. Exit: every event before `stop` has happened; if the agent waits
 *         for EC2, `stop` was the earliest moment at which the answer can come.
 */
import { KEY_SCALE, LAST_KEY } from '../core/block.ts';
import { N, type Blocks } from '../core/node.ts';
import { FOREVER, NEVER, type Block, type Ms } from '../core/units.ts';
import { PHASE, planned, turn, wake } from './agentLoop.ts';
import { sampleNode } from './sample.ts';
import { arrive, bindPod, endPod, stopPod, tryAdd } from './kubelet.ts';
import { PLACE } from './ipamd/places.ts';
import type { Settings } from './ipamd/settings.ts';
import { RANK, RANK_SHIFT, ROW_MASK, timeOfKey } from './pods.ts';
import { BIN_FIELDS, WORK, type Group, type Thread } from './thread.ts';
import { quiet, scheduleTurn } from './turns.ts';

/** Runs the node of block n to `horizon` (absolute) or to the moment from which it must know an answer. Returns its next event's absolute time. */
export function runNode(x: Thread, group: Group, n: Block, horizon: number): number {
  const { world } = x;
  const b = group.blocks;
  const { w } = b;
  const origin = world.origin[0];
  x.binEnd = NEVER;
  x.work[WORK.visits] += 1;
  for (;;) {
    // Pods come and go until the agent has something to do or the node must stop.
    const c = world.settings[w[n + N.settings]]; // a restart may change it
    const stop = Math.min(horizon - origin, w[n + N.lookAt], w[n + N.rpcLookAt]) | 0;
    const t = runPods(x, group, n, c, stop);
    if (t >= stop || t >= w[n + N.rpcLookAt]) {
      bookTally(x);
      return t === FOREVER ? Number.POSITIVE_INFINITY : origin + t;
    }
    if (t === w[n + N.wakeAt]) wake(x, b, n, c, t);
    else if (t === w[n + N.reconcileAt]) turn(x, b, n, c, t, true);
    else if (t === w[n + N.tickAt]) turn(x, b, n, c, t, false);
    else planned(x, b, n, c, t);
  }
}

/** Books what the node's pods have done since the last booking. */
function bookTally({ bins, bin, tally }: Thread): void {
  for (let f = 0; f < BIN_FIELDS; f++) {
    bins[bin + f] += tally[f];
    tally[f] = 0;
  }
}

/** Enters the bin of moment t, if it is another than the present one. */
function enterBin(x: Thread, b: Blocks, n: Block, c: Settings, t: Ms): void {
  bookTally(x);
  const { world } = x;
  const origin = world.origin[0];
  const bin = ((origin + t) / world.binMs) | 0;
  if (world.sampled[b.w[n + N.index]] === 1) sampleNode(x, b, n, c, bin);
  x.bin = bin * BIN_FIELDS;
  x.binEnd = (bin + 1) * world.binMs - origin;
}

/**
 * The node's pods, up to `stop` or to the agent's next act. Returns that moment; x.bin is its bin.
 * What is due next is kept in locals; after an event only what it can move is read again.
 */
function runPods(x: Thread, group: Group, n: Block, c: Settings, horizon: Ms): Ms {
  const b = group.blocks;
  const { w, d, at } = b;
  let stop = horizon;
  const lastKey = ((n + at.podKey) >> 1) - 1;
  const wakeAt = w[n + N.wakeAt];
  let turnAt = Math.min(w[n + N.reconcileAt], w[n + N.tickAt], w[n + N.plannedAt]);
  let bindAt = w[n + N.bindAt];
  let arrivalAt = w[n + N.arrivalAt];
  const idle = w[n + N.place] === PLACE.idle && w[n + N.phase] === PHASE.ready; // while its process is down the loop does not turn
  const noGrace = x.world.grace.fixed === 0; // a stop is the end
  for (;;) {
    const queued = w[n + N.podQueued];
    const key = queued > 0 ? d[lastKey + queued] : LAST_KEY;
    const others = bindAt < arrivalAt ? bindAt : arrivalAt;
    const isPod = key < (others + 1) * KEY_SCALE; // as a key, so that only moments that fit are cut to 32 bits
    const t = isPod ? timeOfKey(key) : others;
    if (wakeAt <= t || turnAt < t || t >= stop) {
      const next = Math.min(t, wakeAt, turnAt);
      if (next < stop && next >= x.binEnd) enterBin(x, b, n, c, next);
      return next;
    }
    if (t >= x.binEnd) enterBin(x, b, n, c, t);

    if (isPod) {
      w[n + N.podQueued] = queued - 1;
      const low = key - t * KEY_SCALE;
      const rank = low >> RANK_SHIFT;
      if (rank === RANK.stop && !noGrace) stopPod(x, b, n, c, low & ROW_MASK, t);
      else if (rank >= RANK.add) {
        x.rank = rank;
        tryAdd(x, group, n, c, low & ROW_MASK, t);
      }
      else endPod(x, b, n, c, low & ROW_MASK, t);
    } else if (t === bindAt) {
      bindPod(x, group, n, c, t);
      bindAt = w[n + N.bindAt];
    } else {
      arrive(x, group, n, c, t);
      arrivalAt = w[n + N.arrivalAt];
    }
    if (at.restarts === 1 && w[n + N.rpcLookAt] < stop) stop = w[n + N.rpcLookAt]; // a DEL has sent a request
    if (!idle) continue;
    // has the pod brought a turn nearer that acts, or taken the reason of one away?
    if (!quiet(b, n)) scheduleTurn(b, n, c, t);
    else if (w[n + N.tickAt] !== FOREVER) w[n + N.tickAt] = FOREVER;
    else continue;
    turnAt = Math.min(w[n + N.reconcileAt], w[n + N.tickAt], w[n + N.plannedAt]);
  }
}
