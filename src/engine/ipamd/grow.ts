/**
 * increaseDatastorePool: fill slots of ENIs that have some; only when none could take anything, one more ENI.
 *
 * Errors  Out-of-addresses codes pause all growth for 120 s and count as success. Others return N.result failed: the loop ignores that,
 *         nodeInit ends the process. A failed new ENI is swallowed.
 * Source  ipamd-spec §3.5, §3.6, §17 (pkg/ipamd/ipamd.go: increaseDatastorePool, tryAssignIPs, tryAssignPrefixes, tryAllocateENI).
 */
import { findAttached, isAttachedPrefix, isHeld } from '../../core/attached.ts';
import { ENI_EXCLUDED, ENI_PRIMARY, ENI_TRUNK, N, S, type Blocks } from '../../core/node.ts';
import { NONE, type Block, type EniRow, type Ms } from '../../core/units.ts';
import { CALL, E_IP_LIMIT, isInsufficient, OK } from './calls.ts';
import { addCidr, findEni } from './datastore.ts';
import { chooseStart, rowAt, walkLength } from './maporder.ts';
import { ask, askListing, PLACE, RESULT, type Step } from './places.ts';
import type { Settings } from './settings.ts';
import { setUpEni } from './setup.ts';
import { enisFrozen, growthPaused, hasRoomForEni, shortOfIpTargets } from './targets.ts';
import { findCached } from './cache.ts';

/** Starts a growth step; the machine returns to `back`. */
export function increase({ w }: Blocks, n: Block, back: number): number {
  w[n + N.back] = back;
  return PLACE.grow;
}

function end({ w }: Blocks, n: Block, result: number): number {
  w[n + N.result] = result;
  return w[n + N.back];
}

function grew(b: Blocks, n: Block, now: Ms): number {
  b.w[n + N.lastAction] = now;
  return end(b, n, RESULT.ok);
}

function failed(b: Blocks, n: Block, now: Ms): number {
  if (!isInsufficient(b.w[n + N.replyError])) return end(b, n, RESULT.failed);
  b.w[n + N.lastInsufficient] = now;
  return end(b, n, RESULT.ok);
}

/** Slots to ask for: SIP a whole ENI's worth or what is short; PD at least one prefix (getPrefixesNeeded). */
function slotsWanted({ w }: Blocks, n: Block, c: Settings): number {
  const lacking = shortOfIpTargets(c, w[n + S.total], w[n + S.assigned]);
  if (!c.prefixMode) return c.ipTargets ? lacking : c.addressesPerEni;
  return Math.max(1, c.ipTargets ? lacking : c.warmPrefixTarget - w[n + S.freePrefixes]);
}

export const grow: Step = (b, n, c, now) => {
  if (enisFrozen(b, n, c) || growthPaused(b, n, now)) return end(b, n, RESULT.ok);
  const wanted = slotsWanted(b, n, c);
  b.w[n + N.wanted] = wanted;
  if (wanted <= 0) return PLACE.allocEni;
  for (let e = 0; e < b.at.enis; e++) {
    if (b.w[n + b.at.eniNumber + e] === NONE || !isAllocatable(b, n, c, e)) continue;
    chooseStart(b, n, c); // no draw where there is nothing to walk to: a turn that cannot grow may be skipped
    return PLACE.growNext;
  }
  return PLACE.allocEni;
};

/** GetAllocatableENIs: fewer CIDRs of either kind than slots, no trunk, not excluded, not the primary under custom networking. */
function isAllocatable({ w, at }: Blocks, n: Block, c: Settings, e: EniRow): boolean {
  const flags = w[n + at.eniFlags + e];
  if ((flags & (ENI_TRUNK | ENI_EXCLUDED)) !== 0 || (c.customNetworking && (flags & ENI_PRIMARY) !== 0)) return false;
  return w[n + at.eniSlotCount + e] < c.slotsPerEni;
}

export const growNext: Step = (b, n, c) => {
  const { w, at } = b;
  for (; w[n + N.cursor] < walkLength(at); w[n + N.cursor]++) {
    const e = rowAt(b, n, w[n + N.cursor]);
    if (e === NONE || !isAllocatable(b, n, c, e)) continue;
    const count = Math.min(c.slotsPerEni - w[n + at.eniSlotCount + e], w[n + N.wanted]);
    return ask(b, n, CALL.allocIps, PLACE.growAnswered, w[n + at.eniNumber + e], count);
  }
  return PLACE.allocEni;
};

export const growAnswered: Step = (b, n, c, now) => {
  const { w } = b;
  const error = w[n + N.replyError];
  if (error === OK) return addGranted(b, n, c, now);
  if (error === E_IP_LIMIT) return ask(b, n, c.prefixMode ? CALL.getPrefixes : CALL.getIpv4s, PLACE.growDescribed, w[n + N.callEni]);
  return ask(b, n, CALL.allocIps, PLACE.growAnsweredOne, w[n + N.callEni], 1);
};

export const growAnsweredOne: Step = (b, n, c, now) => {
  const { w } = b;
  const error = w[n + N.replyError];
  if (error === OK) return addGranted(b, n, c, now);
  if (error === E_IP_LIMIT) return ask(b, n, c.prefixMode ? CALL.getPrefixes : CALL.getIpv4s, PLACE.growDescribed, w[n + N.callEni]);
  if (isInsufficient(error) && c.subnetDiscovery) {
    w[n + N.cursor]++;
    return PLACE.growNext;
  }
  return failed(b, n, now);
};

function addGranted(b: Blocks, n: Block, c: Settings, now: Ms): number {
  const { w, at } = b;
  const e = findEni(b, n, w[n + N.callEni]);
  for (let i = 0; i < w[n + N.replyCount]; i++) {
    addCidr(b, n, c, e, w[n + at.list + i], c.prefixMode);
    if (findCached(b, n, w[n + at.list + i], c.prefixMode) !== NONE) w[n + S.drift] = 1; // reconcile will stumble over it
  }
  return grew(b, n, now);
}

/** EC2 says the ENI is full: take what it holds. Counts as growth even if nothing was new; the release cache is not asked. */
export const growDescribed: Step = (b, n, c, now) => {
  const { w, at } = b;
  if (w[n + N.replyError] !== OK) return failed(b, n, now);
  const e = findEni(b, n, w[n + N.callEni]);
  const a = findAttached(b, n, w[n + N.callEni]);
  for (let slot = 0; slot < at.attachedSlots; slot++) {
    if (isHeld(b, n, a, slot) && isAttachedPrefix(b, n, a, slot) === c.prefixMode) {
      addCidr(b, n, c, e, w[n + at.attachedAddress + a * at.attachedSlots + slot], c.prefixMode);
    }
  }
  return grew(b, n, now);
};

/** tryAllocateENI, if there is room for one. The new ENI is asked for with all the addresses it should bring. */
export const allocEni: Step = (b, n, c, now) => {
  const { w } = b;
  if (!hasRoomForEni(b, n, c)) return end(b, n, RESULT.ok);
  if (c.customNetworking && w[n + N.eniConfigSubnet] === NONE) return end(b, n, RESULT.ok); // ErrNoENIConfig, no call
  const count = Math.min(slotsWanted(b, n, c), c.slotsPerEni);
  if (count <= 0) return grew(b, n, now);
  return ask(b, n, CALL.allocEni, PLACE.allocAnswered, 0, count, c.customNetworking ? w[n + N.eniConfigSubnet] : NONE);
};

export const allocAnswered: Step = (b, n, _c, now) => {
  const { w } = b;
  if (w[n + N.replyError] !== OK) {
    w[n + S.drift] = 1; // it may be attached all the same
    if (isInsufficient(w[n + N.replyError])) w[n + N.lastInsufficient] = now;
    return end(b, n, RESULT.ok);
  }
  return askListing(b, n, CALL.waitForEni, PLACE.allocWaited, now, w[n + N.callEni], w[n + N.callCount]);
};

export const allocWaited: Step = (b, n) => {
  const { w } = b;
  if (w[n + N.replyError] !== OK) { // stays attached but unknown until a reconcile adopts it
    w[n + S.drift] = 1;
    return end(b, n, RESULT.ok);
  }
  return setUpEni(b, n, w[n + N.callEni], PLACE.allocSetUp);
};

export const allocSetUp: Step = (b, n, _c, now) => {
  if (b.w[n + N.result] === RESULT.ok) return grew(b, n, now);
  b.w[n + S.drift] = 1;
  return end(b, n, RESULT.ok);
};
