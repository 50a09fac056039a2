/**
 * Agent: ipamd's state machine on one node. An activity (nodeInit, a turn, a reconcile) is begun, runs to its first call, and is resumed with
 * each answer until it ends.
 *
 *     begin(INIT|TICK|RECONCILE) ──► step ─► step ─► WAIT: N.call says what is asked
 *                                      ▲                │  the AWS layer answers into the block
 *                                      └──── resume ◄───┘
 *     ... PLACE.idle: N.result says how it ended
 */
import { N, type Blocks } from '../../core/node.ts';
import type { Block, Ms } from '../../core/units.ts';
import { assert } from '../../core/assert.ts';
import { CALL } from './calls.ts';
import * as grow from './grow.ts';
import * as init from './init.ts';
import { PLACE, WAIT, type Step } from './places.ts';
import * as reconcile from './reconcile.ts';
import type { Settings } from './settings.ts';
import * as setup from './setup.ts';
import * as shrink from './shrink.ts';
import * as tick from './tick.ts';

const STEPS: Record<string, Step> = { ...grow, ...init, ...reconcile, ...setup, ...shrink, ...tick } as never;

/** Step by place. Names of places and of the functions that act there are the same. */
const STEP_AT: Step[] = [];
for (const [name, place] of Object.entries(PLACE)) {
  if (name === 'idle') continue;
  assert(typeof STEPS[name] === 'function', `agent: a step is named ${name}`);
  STEP_AT[place] = STEPS[name];
}

function run(b: Blocks, n: Block, c: Settings, now: Ms, place: number): boolean {
  const { w } = b;
  while (place !== PLACE.idle) {
    if (place === WAIT) return false;
    place = STEP_AT[place](b, n, c, now);
  }
  w[n + N.place] = PLACE.idle;
  w[n + N.call] = CALL.none;
  return true;
}

/** Each returns true when the activity has ended, false when it waits for the answer to N.call. */
export const startInit = (b: Blocks, n: Block, c: Settings, now: Ms): boolean => run(b, n, c, now, init.beginInit(b, n, c, now));
export const startTick = (b: Blocks, n: Block, c: Settings, now: Ms): boolean => run(b, n, c, now, tick.beginTick(b, n, c, now));
export const startReconcile = (b: Blocks, n: Block, c: Settings, now: Ms): boolean =>
  run(b, n, c, now, reconcile.beginReconcile(b, n, c, now));

/** Goes on after the answer to N.call, whose fields are in the block. */
export const resume = (b: Blocks, n: Block, c: Settings, now: Ms): boolean => run(b, n, c, now, b.w[n + N.place]);
