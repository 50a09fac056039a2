/**
 * Turns: when ipamd's loop next does something other than nothing.
 *
 *     ...─ sleep 2.5 s ─ adjust ─ sleep 2.5 s ─ reconcile ─ sleep 2.5 s ─ adjust ─...        one turn: 5 s and `turnWorkMs`
 *
 * Why     Almost every turn of almost every node decides nothing. Those are not run: N.loopAt is the moment of some coming adjust, the others lie a
 *         whole number of turns further on. A test runs every turn and compares.
 * Shape   `quiet` compares four numbers, so the hot path asks it after each pod; `scheduleTurn` finds the exact turn when it says no.
 * Source  ipamd-spec §3.1-3.3, §4 (pkg/ipamd/ipamd.go: StartNodeIPPoolManager).
 */
import { ENI_EXCLUDED, ENI_PRIMARY, ENI_TRUNK, N, NODE_SGP_FEATURE, S, type Blocks } from '../core/node.ts';
import { FOREVER, NEVER, NONE, PREFIX_SIZE, type Block, type Ms } from '../core/units.ts';
import { cardBlock, cardCount, cardSettings, carryTo, sumOverCards } from './ipamd/cards.ts';
import { isUnneeded, oldEnoughAt } from './ipamd/datastore.ts';
import { RECONCILE_INTERVAL_MS } from './ipamd/reconcile.ts';
import type { Settings } from './ipamd/settings.ts';
import {
  DECREASE_INTERVAL_MS, enisFrozen, hasRoomForEni, INSUFFICIENT_PAUSE_MS, isHigh, isLow, mayRemoveEni, statsOf, trunkWanted,
} from './ipamd/targets.ts';

export const HALF_TURN_MS = 2500;
const ALWAYS = FOREVER;

export const turnMs = (c: Settings): Ms => 2 * HALF_TURN_MS + c.turnWorkMs;

/**
 * The bounds between which no adjust can act, from what only growth and release change: F in [lowBelow, highFrom), at most
 * `quietPrefixes` free prefixes and `quietEnis` idle ENIs. Conservative where it is not exact.
 */
export function setBand(b: Blocks, n: Block, c: Settings): void {
  const { w } = b;
  const total = w[n + S.total];
  const full = total >= w[n + N.maxPods] || !canGrow(b, n, c);
  let low: number, high: number, prefixes: number = ALWAYS, enis: number = ALWAYS;
  if (c.ipTargets) {
    low = total < c.minimumIpTarget ? ALWAYS : c.warmIpTarget;
    high = c.prefixMode || total <= c.minimumIpTarget ? ALWAYS : c.warmIpTarget + 1;
    if (c.prefixMode) prefixes = 0;
    enis = 0;
  } else if (c.prefixMode) {
    low = Math.max(1, PREFIX_SIZE * c.warmPrefixTarget);
    high = (c.warmPrefixTarget + 1) * c.addressesPerEni;
    prefixes = c.warmPrefixTarget;
    enis = 0;
  } else {
    low = Math.max(1, c.addressesPerEni * c.warmEniTarget);
    high = (c.warmEniTarget + 1) * c.addressesPerEni;
  }
  if (c.ipv6 === true) { high = ALWAYS; prefixes = ALWAYS; enis = ALWAYS; }
  w[n + S.lowBelow] = c.otherCards.length > 0 || c.everyTurn === true ? ALWAYS : full || c.ipv6 === true ? 0 : low; // several cards: never quiet
  w[n + S.highFrom] = high;
  w[n + S.quietPrefixes] = prefixes;
  w[n + S.quietEnis] = enis;
}

export function quiet({ w }: Blocks, n: Block): boolean {
  const available = w[n + S.total] - w[n + S.assigned];
  return available >= w[n + S.lowBelow] && available < w[n + S.highFrom] && w[n + S.freePrefixes] <= w[n + S.quietPrefixes] && w[n + S.idleEnis] <= w[n + S.quietEnis];
}

/** The first turn of the grid through `on` at or after t. */
const gridFrom = (on: Ms, period: Ms, t: Ms): Ms => (t <= on ? on : on + Math.ceil((t - on) / period) * period);

/** Could an increase do anything but nothing: a slot to fill, or room for an ENI? */
function canGrow(b: Blocks, n: Block, c: Settings): boolean {
  const { w, at } = b;
  if (hasRoomForEni(b, n, c)) return !(c.customNetworking && w[n + N.eniConfigSubnet] === NONE);
  const barred = ENI_TRUNK | ENI_EXCLUDED | (c.customNetworking ? ENI_PRIMARY : 0);
  for (let e = 0; e < at.enis; e++) {
    if (w[n + at.eniNumber + e] !== NONE && (w[n + at.eniFlags + e] & barred) === 0 && w[n + at.eniSlotCount + e] < c.slotsPerEni) return true;
  }
  return false;
}

/** The earliest moment, at or after now, from which an adjust would act if nothing else happened; FOREVER: never. */
function actsFrom(b: Blocks, n: Block, c: Settings, now: Ms): Ms {
  const { w, at } = b;
  if (!c.provisioning || c.ipv6 === true) return FOREVER;
  const stats = statsOf(b, n);
  const frozen = enisFrozen(b, n, c);
  let from = FOREVER;
  if (isLow(b, n, c, stats)) {
    if (!frozen && canGrow(b, n, c)) from = Math.max(now, w[n + N.lastInsufficient] + INSUFFICIENT_PAUSE_MS + 1);
  } else if (isHigh(b, n, c, stats)) from = Math.max(now, w[n + N.lastDecrease] + DECREASE_INTERVAL_MS + 1);
  if (from > now && !frozen && mayRemoveEni(b, n, c, stats)) {
    for (let e = 0; e < at.enis; e++) {
      if (w[n + at.eniNumber + e] === NONE || w[n + at.eniOwned + e] > 0) continue;
      const old = Math.max(now, oldEnoughAt(b, n, c, e));
      if (old < from && isUnneeded(b, n, c, e)) from = old;
    }
  }
  if (c.podEni && from > now && trunkWanted(b, n, c) && (w[n + N.nodeFlags] & NODE_SGP_FEATURE) === 0 && hasRoomForEni(b, n, c)) from = now;
  return from;
}

/** Sets N.tickAt to the first adjust at or after now that may act. */
export function scheduleTurn(b: Blocks, n: Block, c: Settings, now: Ms): void {
  const { w } = b;
  let from = actsFrom(b, n, c, now);
  for (let k = 1; k < cardCount(c); k++) {
    carryTo(b, n, k);
    from = Math.min(from, actsFrom(b, cardBlock(b.at, n, k), cardSettings(c, k), now));
  }
  if (c.everyTurn === true && c.ipv6 !== true) from = now;
  w[n + N.tickAt] = from === FOREVER ? FOREVER : gridFrom(w[n + N.loopAt], turnMs(c), from);
}

/** Sets N.reconcileAt to the first reconcile at or after now that is not gated, if it would find anything. */
export function scheduleReconcile(b: Blocks, n: Block, c: Settings, now: Ms): void {
  const { w } = b;
  const wanted = c.podEni && trunkWanted(b, n, c);
  if (c.ipv6 === true) return; // no loop at all
  if (sumOverCards(b, n, c, S.drift) === 0 && !wanted && c.everyTurn !== true) {
    w[n + N.reconcileAt] = FOREVER;
    return;
  }
  const from = wanted || c.everyTurn === true ? now : Math.max(now, w[n + N.lastAction] + RECONCILE_INTERVAL_MS + 1);
  w[n + N.reconcileAt] = gridFrom(w[n + N.loopAt] - HALF_TURN_MS, turnMs(c), from);
}

/**
 * The reconciles before `now` that found nothing: each moved lastAction and counted every address present. In closed form: after the first, one
 * every so many whole turns. The agent is between two acts.
 */
function quietReconciles({ w }: Blocks, n: Block, c: Settings, now: Ms): { readonly count: number; readonly last: Ms } {
  if (w[n + S.drift] !== 0 || c.ipv6 === true) return { count: 0, last: NEVER };
  const period = turnMs(c);
  const phase = w[n + N.loopAt] - HALF_TURN_MS;
  const after = Math.max(w[n + N.lastAction] + RECONCILE_INTERVAL_MS + 1, w[n + N.readyAt] + 2 * HALF_TURN_MS);
  // the grid runs back from loopAt as well: no turn between the last action and now did anything
  const first = phase + Math.ceil((after - phase) / period) * period;
  if (first >= now) return { count: 0, last: NEVER };
  const every = Math.ceil((RECONCILE_INTERVAL_MS + 1) / period) * period;
  const more = Math.floor((now - 1 - first) / every);
  return { count: 1 + more, last: first + more * every };
}

/** Addresses that those reconciles counted. */
export function quietReconcileAdds(b: Blocks, n: Block, c: Settings, now: Ms): number {
  const { count } = quietReconciles(b, n, c, now);
  let slots = 0;
  for (let m = n; count > 0 && m < n + b.at.stride; m += b.at.cardStride) if (b.w[m + S.rawTotal] !== 0) slots += presentSlots(b, m);
  return count * slots;
}

/** Books them. */
export function bookReconciles(b: Blocks, n: Block, c: Settings, now: Ms): void {
  const { w } = b;
  const { count, last } = quietReconciles(b, n, c, now);
  if (count === 0) return;
  w[n + N.reconcileAdds] += quietReconcileAdds(b, n, c, now);
  w[n + N.lastAction] = last;
}

function presentSlots({ w, at }: Blocks, n: Block): number {
  let slots = 0;
  for (let e = 0; e < at.enis; e++) if (w[n + at.eniNumber + e] !== NONE) slots += w[n + at.eniSlotCount + e];
  return slots;
}
