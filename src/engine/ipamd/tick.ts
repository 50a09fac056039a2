/**
 * updateIPPoolIfRequired: one turn's first half. Low: grow. Else high, and 30 s since the last release: give back. Then, by what the turn
 * saw at its start, perhaps free an ENI.
 *
 * Source  ipamd-spec §3.2 (pkg/ipamd/ipamd.go: updateIPPoolIfRequired).
 */
import { N, S, type Blocks } from '../../core/node.ts';
import type { Block, Ms } from '../../core/units.ts';
import { OK } from './calls.ts';
import { announceSecurityGroupsForPods } from './cninode.ts';
import { increase } from './grow.ts';
import { PLACE, RESULT, type Step } from './places.ts';
import type { Settings } from './settings.ts';
import { decrease, freeEni, noteFailure } from './shrink.ts';
import { decreaseHeld, isHigh, isLow, mayRemoveEni, over, statsOf, trunkWanted, type Stats } from './targets.ts';

/** Bits of N.flags during a turn. */
const RELEASED = 1;

const snapshot = ({ w }: Blocks, n: Block): Stats => ({ total: w[n + N.snapTotal], assigned: w[n + N.snapAssigned] });

export function beginTick(b: Blocks, n: Block, c: Settings, now: Ms): number {
  const { w } = b;
  if (trunkWanted(b, n, c)) announceSecurityGroupsForPods(b, n, c);
  w[n + N.flags] = 0;
  w[n + N.replyError] = OK; // of a call long answered
  w[n + N.snapTotal] = w[n + S.total];
  w[n + N.snapAssigned] = w[n + S.assigned];
  const stats = statsOf(b, n);
  if (isLow(b, n, c, stats)) return increase(b, n, PLACE.tickGrown);
  if (isHigh(b, n, c, stats) && !decreaseHeld(b, n, now)) {
    w[n + N.flags] = RELEASED;
    return decrease(b, n, c, over(b, n, c, stats));
  }
  return PLACE.tickReleased;
}

export const tickGrown: Step = () => PLACE.tickReleased;

export const tickReleased: Step = (b, n, c, now) =>
  mayRemoveEni(b, n, c, snapshot(b, n)) ? freeEni(b, n, c, now) : PLACE.tickFreed;

export const tickFreed: Step = (b, n, _c, now) => {
  const { w } = b;
  if (w[n + N.replyError] !== OK) noteFailure(b, n);
  if ((w[n + N.flags] & RELEASED) !== 0) {
    w[n + N.lastDecrease] = now;
    w[n + N.lastAction] = now;
  }
  w[n + N.result] = RESULT.ok;
  return PLACE.idle;
};
