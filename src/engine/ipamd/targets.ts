/**
 * Targets: is the pool low, is it high, may an ENI go; and by how much.
 *
 * Units   `short` and `over` count addresses, or prefixes with prefix delegation.
 * Source  ipamd-spec §3.3 (pkg/ipamd/ipamd.go: isDatastorePoolTooLow, isDatastorePoolTooHigh, datastoreTargetState,
 *         shouldRemoveExtraENIs).
 */
import { N, NODE_CORDONED, NODE_TERMINATING, S, type Blocks } from '../../core/node.ts';
import { NONE, PREFIX_SIZE, type Block, type Ms } from '../../core/units.ts';
import { freeableEniExists, trunkRow } from './datastore.ts';
import type { Settings } from './settings.ts';

export const DECREASE_INTERVAL_MS = 30_000;
export const INSUFFICIENT_PAUSE_MS = 120_000;

const atLeast0 = (x: number) => (x > 0 ? x : 0);

/** Total and assigned of one moment. Decisions of a turn use the turn's first look, not what the turn has changed since. */
export interface Stats { readonly total: number; readonly assigned: number }

export const statsOf = ({ w }: Blocks, n: Block): Stats => ({ total: w[n + S.total], assigned: w[n + S.assigned] });

/** How far below its IP targets the pool is. 0 when none is set. */
export function shortOfIpTargets(c: Settings, total: number, assigned: number): number {
  if (!c.ipTargets) return 0;
  const short = Math.max(atLeast0(c.warmIpTarget - (total - assigned)), c.minimumIpTarget - total);
  return c.prefixMode && c.card === 0 ? Math.ceil(short / PREFIX_SIZE) : short; // oddity kept: on other cards prefixes are counted as addresses
}

/** How far above its IP targets the pool is. 0 when none is set. */
export function overIpTargets({ w }: Blocks, n: Block, c: Settings, total: number, assigned: number): number {
  if (!c.ipTargets) return 0;
  if (!c.prefixMode || c.card > 0) return atLeast0(Math.min(total - assigned - c.warmIpTarget, total - c.minimumIpTarget));
  const prefixes = w[n + S.rawPrefixes];
  const spare = Math.min(w[n + S.freePrefixes], prefixes - Math.ceil((assigned + c.warmIpTarget) / PREFIX_SIZE));
  return atLeast0(Math.min(atLeast0(spare), prefixes - Math.ceil(c.minimumIpTarget / PREFIX_SIZE)));
}

/** What the pool lacks against the targets in force, as the program reports it. */
export function short(b: Blocks, n: Block, c: Settings, { total, assigned }: Stats): number {
  if (c.ipTargets) return shortOfIpTargets(c, total, assigned);
  return c.prefixMode ? atLeast0(c.warmPrefixTarget - b.w[n + S.freePrefixes]) : 0;
}

export function over(b: Blocks, n: Block, c: Settings, { total, assigned }: Stats): number {
  if (c.ipTargets) return overIpTargets(b, n, c, total, assigned);
  return c.prefixMode ? atLeast0(b.w[n + S.freePrefixes] - c.warmPrefixTarget) : 0;
}

export function isLow(b: Blocks, n: Block, c: Settings, { total, assigned }: Stats): boolean {
  if (total >= b.w[n + N.maxPods]) return false;
  if (c.ipTargets) return shortOfIpTargets(c, total, assigned) > 0;
  const available = total - assigned;
  const warm = c.prefixMode ? c.warmPrefixTarget : c.warmEniTarget;
  const unit = c.prefixMode ? PREFIX_SIZE : c.addressesPerEni;
  return available < unit * warm || (warm === 0 && available === 0);
}

export function isHigh(b: Blocks, n: Block, c: Settings, { total, assigned }: Stats): boolean {
  if (c.ipTargets) return overIpTargets(b, n, c, total, assigned) > 0;
  return c.prefixMode && b.w[n + S.freePrefixes] > c.warmPrefixTarget;
}

export function mayRemoveEni(b: Blocks, n: Block, c: Settings, { total, assigned }: Stats): boolean {
  if (c.ipTargets) return true;
  const available = total - assigned;
  if (c.prefixMode) return available >= (c.warmPrefixTarget + 1) * c.addressesPerEni || freeableEniExists(b, n);
  return available >= (c.warmEniTarget + 1) * c.addressesPerEni;
}

/** shouldSkipDataStorePoolDecrease: releases are at least 30 s apart. */
export const decreaseHeld = ({ w }: Blocks, n: Block, now: Ms) => now - w[n + N.lastDecrease] <= DECREASE_INTERVAL_MS;

/** Growth of every kind pauses for 120 s after EC2 had no addresses. */
export const growthPaused = ({ w }: Blocks, n: Block, now: Ms) => now - w[n + N.lastInsufficient] <= INSUFFICIENT_PAUSE_MS;

/** isNodeNonSchedulable or terminating: ENIs are neither added nor removed. Releases of addresses go on. */
export function enisFrozen({ w }: Blocks, n: Block, c: Settings): boolean {
  const flags = w[n + N.nodeFlags];
  return (flags & NODE_TERMINATING) !== 0 || ((flags & NODE_CORDONED) !== 0 && !c.manageEnisNonSchedulable);
}

/** Security groups for pods are on and no trunk ENI is in the data store. */
export const trunkWanted = (b: Blocks, n: Block, c: Settings) => c.podEni && c.card === 0 && trunkRow(b, n) === NONE;

/** hasRoomForEni: ENI slots not taken, not unmanaged, and not held back for a trunk that is still to come. */
export function hasRoomForEni(b: Blocks, n: Block, c: Settings): boolean {
  const reserved = c.trunkingCompatible && trunkWanted(b, n, c) ? 1 : 0;
  return b.w[n + S.eniCount] < c.eniMax - b.w[n + N.unmanagedEnis] - reserved;
}

