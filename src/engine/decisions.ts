/**
 * Decisions: what ipamd's own tests say just before a turn, and what came of it, for the decisions table and for explanations.
 *
 * Shape   A row is complete when its turn has ended, and bears the moment at which it began. A turn that did two kinds of things has a row for each.
 */
import { N, type Blocks } from '../core/node.ts';
import { NEVER, NONE, type Block, type Ms } from '../core/units.ts';
import { CALL, OK } from './ipamd/calls.ts';
import type { Settings } from './ipamd/settings.ts';
import { decreaseHeld, growthPaused, isHigh, isLow, mayRemoveEni, over, short, statsOf } from './ipamd/targets.ts';
import { addRow } from './log.ts';
import type { Thread, World } from './thread.ts';

export interface Decision {
  readonly low: boolean; readonly high: boolean; readonly hold: boolean; readonly short: number; readonly over: number; readonly remove: boolean; readonly paused: boolean;
}

export function decisionOf(b: Blocks, n: Block, c: Settings, now: Ms): Decision {
  const stats = statsOf(b, n);
  return {
    low: isLow(b, n, c, stats), high: isHigh(b, n, c, stats), hold: decreaseHeld(b, n, now), short: short(b, n, c, stats), over: over(b, n, c, stats),
    remove: mayRemoveEni(b, n, c, stats), paused: growthPaused(b, n, now),
  };
}

/** What a turn did. */
export const DID = { none: 0, assign: 1, createEni: 2, release: 3, freeEni: 4, paused: 7 } as const;
const FLAGS = ['low', 'high', 'hold', 'remove', 'paused'] as const;
const DID_BY_CALL: Readonly<Record<number, number>> = {
  [CALL.allocIps]: DID.assign, [CALL.allocEni]: DID.createEni, [CALL.deallocIps]: DID.release, [CALL.deallocPrefixes]: DID.release, [CALL.freeEni]: DID.freeEni,
};

/** A turn begins: what it sees is kept until it ends, for its rows. */
export function decide(b: Blocks, n: Block, c: Settings, now: Ms): void {
  const { w } = b;
  const decision = decisionOf(b, n, c, now);
  w[n + N.decidedAt] = now;
  w[n + N.decidedFlags] = FLAGS.reduce((mask, flag, i) => mask | (Number(decision[flag]) << i), 0);
  w[n + N.decidedShort] = decision.short;
  w[n + N.decidedOver] = decision.over;
  doing(b, n, decision.low && decision.paused ? DID.paused : DID.none);
}

function doing({ w }: Blocks, n: Block, action: number): void {
  w[n + N.didAction] = action;
  w[n + N.didEni] = NONE;
  w[n + N.didRequested] = 0;
  w[n + N.didGranted] = 0;
  w[n + N.didError] = OK;
}

/** A call of the turn has been answered, on the part m of the node. Calls of one kind are one row: their counts add up, the last error stays. */
export function noteCall(x: Thread, b: Blocks, n: Block, m: Block): void {
  const { w } = b;
  const action = DID_BY_CALL[w[m + N.call]];
  if (w[n + N.decidedAt] === NEVER || action === undefined) return;
  if (w[n + N.didAction] !== action) {
    if (w[n + N.didAction] !== DID.none && w[n + N.didAction] !== DID.paused) addDecision(x, b, n);
    doing(b, n, action);
  }
  const error = w[m + N.replyError];
  const requested = action === DID.release ? w[m + N.listLength] : action === DID.freeEni ? 0 : w[m + N.callCount];
  const granted = error !== OK ? 0 : action === DID.release ? requested : action === DID.createEni ? w[m + N.newEniCount] : action === DID.freeEni ? 0 : w[m + N.replyCount];
  w[n + N.didEni] = action === DID.createEni && error !== OK ? NONE : w[m + N.callEni];
  w[n + N.didRequested] += requested;
  w[n + N.didGranted] += granted;
  w[n + N.didError] = error;
}

function addDecision(x: Thread, { w }: Blocks, n: Block): void {
  const rows = x.log.decisions;
  if (rows === null) return;
  const i = addRow(rows);
  const r = rows.columns;
  r.at[i] = x.world.origin[0] + w[n + N.decidedAt];
  r.node[i] = w[n + N.index];
  r.number[i] = w[n + N.decisionNumber]++;
  for (const [k, flag] of FLAGS.entries()) r[flag][i] = (w[n + N.decidedFlags] >> k) & 1;
  r.short[i] = w[n + N.decidedShort];
  r.over[i] = w[n + N.decidedOver];
  const action = w[n + N.didAction];
  const counts = action === DID.assign || action === DID.createEni || action === DID.release;
  r.action[i] = action;
  r.eni[i] = w[n + N.didEni];
  r.requested[i] = counts ? w[n + N.didRequested] : NONE;
  r.granted[i] = counts ? w[n + N.didGranted] : NONE;
  r.error[i] = w[n + N.didError] === OK ? NONE : w[n + N.didError];
}

/** The turn has ended, or its process has. */
export function endDecision(x: Thread, b: Blocks, n: Block): void {
  if (b.w[n + N.decidedAt] === NEVER) return;
  addDecision(x, b, n);
  b.w[n + N.decidedAt] = NEVER;
}

/** Rows of decisions before this moment (absolute ms) are all there: the beginning of the earliest turn that is still under way. */
export function decisionsUntil({ groups, origin }: World, clock: Ms): Ms {
  let until = clock;
  for (const { blocks: { w, at }, nodeCount } of groups) {
    for (let i = 0; i < nodeCount; i++) {
      const began = w[i * at.stride + N.decidedAt];
      if (began !== NEVER && origin[0] + began < until) until = origin[0] + began;
    }
  }
  return until;
}

/** At the end of the run: rows of the turns under way. */
export function closeDecisions({ groups }: World, x: Thread): void {
  for (const { blocks: b, nodeCount } of groups) for (let i = 0; i < nodeCount; i++) endDecision(x, b, i * b.at.stride);
}
