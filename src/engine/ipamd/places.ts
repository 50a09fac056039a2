/**
 * Places: where ipamd's state machine may stand, and how a step stops at a call.
 *
 * Shape   A step is a function (b, n, c, now) -> the next place, or WAIT when it has asked for a call; the machine then goes on at
 *         N.place when the answer is in the block. Steps that others use (growing, setting up an ENI) return to N.back / N.setupBack.
 * Why     ADD and DEL go on while ipamd waits, and a checkpoint can be cut anywhere: a place and a few words in the block are all there
 *         is. What a step reads after a call is read live from the block; what it must remember it keeps in a field, named there.
 */
import { N, type Blocks } from '../../core/node.ts';
import type { Block, Ms } from '../../core/units.ts';
import { CALL } from './calls.ts';
import type { Settings } from './settings.ts';

export const WAIT = -1;

export const PLACE = {
  idle: 0,
  // nodeInit
  initDescribed: 1, initNextEni: 2, initTagged: 3, initSetUp: 4, initRetry: 5, initRestored: 6, initNextExcluded: 7, initNextSwitch: 8, initReleased: 9,
  initRefreshed: 10, initFilled: 11,
  // one turn: grow or shrink
  tickGrown: 20, tickReleased: 21, tickFreed: 22,
  // increaseDatastorePool
  grow: 30, growNext: 31, growAnswered: 32, growAnsweredOne: 33, growDescribed: 34, allocEni: 35, allocAnswered: 36, allocWaited: 37, allocSetUp: 38,
  // decreaseDatastorePool
  releaseNext: 40, releasedPrefixes: 41, releasedAddresses: 42,
  // setupENI
  setup: 50, setupChecked: 51, setupLinked: 52, setupIpv6Listed: 53, setupIpv6Assigned: 54,
  // nodeIPPoolReconcile
  reconcileListed: 60, reconcileDescribed: 61, reconcileNext: 62, reconcileTagged: 63, reconcileSetUp: 64, reconcileAddresses: 65,
  reconcileFetched: 66, reconcileMark: 67, reconcileVerified: 68, reconcileSweep: 69,
} as const;

export type Step = (b: Blocks, n: Block, c: Settings, now: Ms) => number;

/** What an activity ended with: N.result. */
export const RESULT = { ok: 0, failed: 1, gated: 2 } as const;

/** Asks the AWS layer for `call`; the machine goes on at `next` with the answer. */
export function ask({ w }: Blocks, n: Block, call: number, next: number, eni = 0, count = 0, subnet = 0): typeof WAIT {
  w[n + N.call] = call;
  w[n + N.callEni] = eni;
  w[n + N.callCount] = count;
  w[n + N.callSubnet] = subnet;
  w[n + N.replyError] = 0;
  w[n + N.replyCount] = 0;
  w[n + N.place] = next;
  return WAIT;
}

/** Reads of instance metadata show what is listed at this moment, however long the caller takes over them. */
export function askListing(b: Blocks, n: Block, call: number, next: number, now: Ms, eni = 0, count = 0): typeof WAIT {
  b.w[n + N.walkAt] = now;
  return ask(b, n, call, next, eni, count);
}

export const sleep = (b: Blocks, n: Block, ms: Ms, next: number) => ask(b, n, CALL.sleep, next, 0, ms);
