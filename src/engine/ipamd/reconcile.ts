/**
 * nodeIPPoolReconcile: compares the data store with instance metadata, and with EC2 where they differ, and mends the store.
 *
 * Shape   For each listed ENI: addresses, then prefixes: mark what is attached (adding what is new), sweep what is not. Then ENIs that are
 *         gone. Metadata is read once (N.walkAt); a describe is the truth of its moment.
 * Source  ipamd-spec §4 (pkg/ipamd/ipamd.go: nodeIPPoolReconcile, eniIPPoolReconcile, verifyAndAddIPsToDatastore).
 */
import { attachedCount, findAttached, findHeld, isAttachedPrefix, isHeld, isListed } from '../../core/attached.ts';
import { ENI_EFA, ENI_TRUNK, ENI_UNMANAGED, N, S, type Blocks } from '../../core/node.ts';
import { FOREVER, NONE, type Block, type EniRow, type Ms } from '../../core/units.ts';
import { findCached, forgetCached, isRecent } from './cache.ts';
import { CALL, OK } from './calls.ts';
import { addCidr, findCidr, findEni, isPrefix, isTaken, removeCidr, removeEni } from './datastore.ts';
import { ask, askListing, PLACE, RESULT, type Step } from './places.ts';
import type { Settings } from './settings.ts';
import { classify, countUnmanaged, hidesPrefixes, isManaged, setUpEni } from './setup.ts';
import { trunkWanted } from './targets.ts';

export const RECONCILE_INTERVAL_MS = 60_000;

/** Bits of N.flags during a reconcile: now at prefixes; the list is EC2's own; metadata of this ENI was verified. */
const PREFIXES = 1;
const FROM_EC2 = 2;
const VERIFIED = 4;

/** Within 60 s of the last change of the pool nothing is compared, unless a trunk is wanted and missing. */
export const reconcileGated = (b: Blocks, n: Block, c: Settings, now: Ms) =>
  now - b.w[n + N.lastAction] <= RECONCILE_INTERVAL_MS && !trunkWanted(b, n, c);

export function beginReconcile(b: Blocks, n: Block, c: Settings, now: Ms): number {
  if (reconcileGated(b, n, c, now)) {
    b.w[n + N.result] = RESULT.gated;
    return PLACE.idle;
  }
  return askListing(b, n, CALL.getAttachedEnis, PLACE.reconcileListed, now);
}

function end({ w }: Blocks, n: Block): number {
  w[n + N.result] = RESULT.ok;
  return PLACE.idle;
}

export const reconcileListed: Step = (b, n, _c, now) => {
  const { w, at } = b;
  const count = attachedCount(b, n);
  if (w[n + N.replyError] !== OK || count === 0) return end(b, n);
  countUnmanaged(b, n);
  w[n + N.cursor] = 0;
  for (let a = 0; a < count; a++) {
    if (isManaged(b, n, a) && findEni(b, n, w[n + at.attachedNumber + a]) === NONE) {
      return askListing(b, n, CALL.describeAllEnis, PLACE.reconcileDescribed, now);
    }
  }
  return PLACE.reconcileNext;
};

export const reconcileDescribed: Step = (b, n, c) => {
  if (b.w[n + N.replyError] !== OK) return end(b, n);
  classify(b, n, c);
  countUnmanaged(b, n);
  return PLACE.reconcileNext;
};

export const reconcileNext: Step = (b, n, c) => {
  const { w, at } = b;
  const count = attachedCount(b, n);
  for (; w[n + N.cursor] < count; w[n + N.cursor]++) {
    const a = w[n + N.cursor];
    if (!isManaged(b, n, a)) continue;
    const number = w[n + at.attachedNumber + a];
    w[n + N.setupEni] = number;
    if (findEni(b, n, number) !== NONE) {
      w[n + N.flags] = 0;
      return PLACE.reconcileAddresses;
    }
    if ((w[n + at.attachedFlags + a] & ENI_TRUNK) === 0 && c.provisioning) return ask(b, n, CALL.tagEni, PLACE.reconcileTagged, number);
    return setUpEni(b, n, number, PLACE.reconcileSetUp);
  }
  return PLACE.reconcileSweep;
};

export const reconcileTagged: Step = (b, n) => {
  const { w } = b;
  if (w[n + N.replyError] === OK) return setUpEni(b, n, w[n + N.setupEni], PLACE.reconcileSetUp);
  w[n + N.cursor]++;
  return PLACE.reconcileNext;
};

export const reconcileSetUp: Step = (b, n) => {
  const { w } = b;
  if (w[n + N.result] === RESULT.ok) w[n + N.eniReconcileAdds] += 1;
  w[n + N.cursor]++;
  return PLACE.reconcileNext;
};

const kindOf = ({ w }: Blocks, n: Block) => (w[n + N.flags] & PREFIXES) !== 0;

/** Is the slot of EC2's table in the list under comparison: metadata's, or EC2's own? */
function isInList(b: Blocks, n: Block, c: Settings, a: number, slot: number): boolean {
  const prefix = kindOf(b, n);
  if (isAttachedPrefix(b, n, a, slot) !== prefix) return false;
  if ((b.w[n + N.flags] & FROM_EC2) !== 0) return isHeld(b, n, a, slot);
  return isListed(b, n, a, slot, b.w[n + N.walkAt]) && !(prefix && hidesPrefixes(b, n, c, a));
}

/** Starts the comparison of one kind on the ENI at N.cursor. */
export const reconcileAddresses: Step = (b, n, c) => {
  const { w, at } = b;
  const a = w[n + N.cursor];
  const e = findEni(b, n, w[n + N.setupEni]);
  const prefix = kindOf(b, n);
  for (let i = 0; i < at.maskWords; i++) w[n + at.eniSeen + e * at.maskWords + i] = 0;
  w[n + N.tries] = 0;
  let listed = 0, stored = 0, known = true;
  for (let slot = 0; slot < at.attachedSlots; slot++) {
    if (!isInList(b, n, c, a, slot)) continue;
    listed++;
    if (findCidr(b, n, e, w[n + at.attachedAddress + a * at.attachedSlots + slot], prefix) === NONE) known = false;
  }
  for (let slot = 0; slot < at.slots; slot++) if (isTaken(b, n, e, slot) && isPrefix(b, n, e, slot) === prefix) stored++;
  if (listed === stored && known) return PLACE.reconcileMark;
  return ask(b, n, prefix ? CALL.getPrefixes : CALL.getIpv4s, PLACE.reconcileFetched, w[n + N.setupEni]);
};

export const reconcileFetched: Step = (b, n) => {
  const { w } = b;
  if (w[n + N.replyError] !== OK) return nextKind(b, n);
  w[n + N.flags] |= FROM_EC2;
  return PLACE.reconcileMark;
};

function nextKind({ w }: Blocks, n: Block): number {
  if ((w[n + N.flags] & PREFIXES) === 0) {
    w[n + N.flags] = PREFIXES;
    return PLACE.reconcileAddresses;
  }
  w[n + N.cursor]++;
  return PLACE.reconcileNext;
}

/** Marks and adds what the list has, from slot N.tries on; stops to verify metadata with EC2 where a released CIDR shows up again. */
export const reconcileMark: Step = (b, n, c, now) => {
  const { w, at } = b;
  const a = findAttached(b, n, w[n + N.setupEni]);
  const e = findEni(b, n, w[n + N.setupEni]);
  const prefix = kindOf(b, n);
  if (a === NONE) return sweepSlots(b, n, c, e);
  for (; w[n + N.tries] < at.attachedSlots; w[n + N.tries]++) {
    const slot = w[n + N.tries];
    if (!isInList(b, n, c, a, slot)) continue;
    const ip = w[n + at.attachedAddress + a * at.attachedSlots + slot];
    const cached = findCached(b, n, ip, prefix);
    if (cached !== NONE) {
      if (isRecent(b, n, cached, now)) continue; // not marked: the sweep takes it out, even from a pod (surprise 12.9)
      if ((w[n + N.flags] & (FROM_EC2 | VERIFIED)) === 0) {
        return ask(b, n, prefix ? CALL.getPrefixes : CALL.getIpv4s, PLACE.reconcileVerified, w[n + N.setupEni]);
      }
      if (findHeld(b, n, a, ip, prefix) === NONE) continue;
      forgetCached(b, n, cached);
    }
    mark(b, n, c, e, ip, prefix);
  }
  return sweepSlots(b, n, c, e);
};

export const reconcileVerified: Step = (b, n) => {
  const { w, at } = b;
  if (w[n + N.replyError] === OK) w[n + N.flags] |= VERIFIED;
  else {
    const a = findAttached(b, n, w[n + N.setupEni]);
    const e = findEni(b, n, w[n + N.setupEni]);
    see(b, n, e, w[n + at.attachedAddress + a * at.attachedSlots + w[n + N.tries]], kindOf(b, n)); // kept, and the cache entry too
    w[n + N.tries]++;
  }
  return PLACE.reconcileMark;
};

function see(b: Blocks, n: Block, e: EniRow, ip: number, prefix: boolean): void {
  const slot = findCidr(b, n, e, ip, prefix);
  if (slot !== NONE) b.w[n + b.at.eniSeen + e * b.at.maskWords + (slot >> 5)] |= 1 << (slot & 31);
}

/** The counter rises for every address present, each time (ipamd-spec §4.1). */
function mark(b: Blocks, n: Block, c: Settings, e: EniRow, ip: number, prefix: boolean): void {
  if (!addCidr(b, n, c, e, ip, prefix)) see(b, n, e, ip, prefix);
  b.w[n + N.reconcileAdds] += 1;
}

function sweepSlots(b: Blocks, n: Block, c: Settings, e: EniRow): number {
  const { w, at } = b;
  const prefix = kindOf(b, n);
  for (let slot = at.slots - 1; slot >= 0; slot--) {
    const seen = (w[n + at.eniSeen + e * at.maskWords + (slot >> 5)] >>> (slot & 31)) & 1;
    if (seen === 1 || !isTaken(b, n, e, slot) || isPrefix(b, n, e, slot) !== prefix) continue;
    removeCidr(b, n, c, e, slot, true);
    w[n + N.reconcileDels] += 1;
  }
  return nextKind(b, n);
}

/** ENIs of the store that metadata does not list are gone, with all their pods' addresses. */
export const reconcileSweep: Step = (b, n, c, now) => {
  const { w, at } = b;
  for (let e = at.enis - 1; e >= 0; e--) {
    const number = w[n + at.eniNumber + e];
    if (number === NONE) continue;
    const a = findAttached(b, n, number);
    if (a !== NONE && isManaged(b, n, a)) continue;
    removeEni(b, n, c, e);
    w[n + N.eniReconcileDels] += 1;
  }
  w[n + N.lastAction] = now;
  w[n + S.drift] = agreesWithMetadata(b, n, c, now) ? 0 : 1;
  return end(b, n);
};

/** Would a reconcile now find nothing to do or to ask? What lets a run skip it (and count its additions in closed form). */
export function agreesWithMetadata(b: Blocks, n: Block, c: Settings, now: Ms): boolean {
  const { w, at } = b;
  let managed = 0;
  for (let a = 0, count = attachedCount(b, n); a < count; a++) {
    const flags = w[n + at.attachedFlags + a];
    if ((flags & (ENI_EFA | ENI_UNMANAGED)) !== 0) continue;
    const e = findEni(b, n, w[n + at.attachedNumber + a]);
    if (e === NONE) return false;
    managed++;
    let held = 0;
    for (let slot = 0; slot < at.attachedSlots; slot++) {
      const until = w[n + at.attachedUntil + a * at.attachedSlots + slot];
      if (until <= now) continue; // never listed, or no more
      if (until !== FOREVER) return false; // listed for a while longer: who knows when the next look is
      const prefix = isAttachedPrefix(b, n, a, slot);
      if (prefix && hidesPrefixes(b, n, c, a)) continue;
      const ip = w[n + at.attachedAddress + a * at.attachedSlots + slot];
      if (findCidr(b, n, e, ip, prefix) === NONE || findCached(b, n, ip, prefix) !== NONE) return false;
      held++;
    }
    if (held !== w[n + at.eniSlotCount + e]) return false;
  }
  return managed === w[n + S.eniCount];
}
