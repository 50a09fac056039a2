/** Decisions: what ipamd's own tests say just before a turn, for the decisions table and for explanations. */
import { N, type Blocks } from '../core/node.ts';
import { NONE, type Block, type Ms } from '../core/units.ts';
import type { Settings } from './ipamd/settings.ts';
import { decreaseHeld, growthPaused, isHigh, isLow, mayRemoveEni, over, short, statsOf } from './ipamd/targets.ts';
import { addRow } from './log.ts';
import type { Thread } from './thread.ts';

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

/** One row; what came of the decision is filled in when the turn's calls are known. */
export function decide(x: Thread, b: Blocks, n: Block, c: Settings, now: Ms): void {
  const rows = x.log.decisions;
  if (rows === null) return;
  const { w } = b;
  const decision = decisionOf(b, n, c, now);
  const i = addRow(rows);
  const r = rows.columns;
  r.at[i] = x.world.origin[0] + now;
  r.node[i] = w[n + N.index];
  r.number[i] = w[n + N.decisionNumber]++;
  for (const field of ['low', 'high', 'hold', 'short', 'over', 'remove', 'paused'] as const) r[field][i] = Number(decision[field]);
  for (const field of ['action', 'eni', 'requested', 'granted', 'error'] as const) r[field][i] = NONE;
}
