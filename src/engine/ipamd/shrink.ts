/**
 * decreaseDatastorePool and tryFreeENI: give back what is over the targets, then an ENI that nobody needs.
 *
 * Why     A release takes any CIDR without owner, cooling ones too, from the first ENIs of the walk; it does not try to empty one ENI.
 * Errors  A failed call is only logged: store and EC2 disagree until a reconcile. An ENI leaves the store before EC2 is asked.
 * Source  ipamd-spec §3.7, §3.8 (pkg/ipamd/ipamd.go: tryUnassignCidrsFromAll, tryFreeENI).
 */
import { N, S, type Blocks } from '../../core/node.ts';
import { draw } from '../../core/random.ts';
import { NONE, type Block, type EniRow, type Ms } from '../../core/units.ts';
import { rememberReleased } from './cache.ts';
import { CALL, OK } from './calls.ts';
import { isFreeable, isPrefix, isUnneeded, oldEnoughAt, removeCidr, removeEni } from './datastore.ts';
import { chooseStart, chooseStartOfCopy, rowAt, startOfSlots, walkLength } from './maporder.ts';
import { ask, PLACE, type Step } from './places.ts';
import type { Settings } from './settings.ts';
import { enisFrozen } from './targets.ts';

/** Starts a release of `over` slots; ends at PLACE.tickReleased. */
export function decrease(b: Blocks, n: Block, c: Settings, overBy: number): number {
  b.w[n + N.over] = overBy;
  chooseStartOfCopy(b, n, c);
  return PLACE.releaseNext;
}

export const releaseNext: Step = (b, n, c, now) => {
  const { w, at } = b;
  while (w[n + N.over] > 0 && w[n + N.cursor] < walkLength(at)) {
    const e = rowAt(b, n, w[n + N.cursor]++);
    if (e === NONE || !takeOut(b, n, c, e, now)) continue;
    return askRelease(b, n, w[n + at.eniNumber + e], PLACE.releasedPrefixes, PLACE.releasedAddresses);
  }
  return PLACE.tickReleased;
};

/**
 * Removes up to N.over slots without owner from ENI e and from N.over, into the node's list: prefixes, then addresses.
 * Returns false when the ENI had none.
 */
function takeOut(b: Blocks, n: Block, c: Settings, e: EniRow, now: Ms): boolean {
  const { w, at } = b;
  let prefixes = 0, addresses = 0;
  let slot = c.lowestFirst ? 0 : startOfSlots(b, n, e, draw(w[n + N.orderKey], w[n + N.orders]++) >>> 16);
  for (let left = at.slots; left > 0 && w[n + N.over] > 0; left--) {
    if (slot >= at.slots) slot = 0;
    if (!isFreeable(b, n, e, slot)) { slot++; continue; }
    const ip = w[n + at.slotAddress + e * at.slots + slot];
    const prefix = isPrefix(b, n, e, slot);
    removeCidr(b, n, c, e, slot, false);
    rememberReleased(b, n, ip, prefix, now);
    if (prefix) {
      w.copyWithin(n + at.list + prefixes + 1, n + at.list + prefixes, n + at.list + prefixes + addresses);
      w[n + at.list + prefixes++] = ip;
    } else w[n + at.list + prefixes + addresses++] = ip;
    w[n + N.over] -= 1;
    if (!c.lowestFirst) slot++; // lowest-first closes the gap: the next slot is here now
  }
  w[n + N.listLength] = prefixes;
  w[n + N.listMore] = addresses;
  return prefixes + addresses > 0;
}

/** One Unassign call for the prefixes of the list, one for its addresses; calls with nothing to say are not made. */
export function askRelease(b: Blocks, n: Block, eni: number, afterPrefixes: number, afterAddresses: number): number {
  const { w } = b;
  if (w[n + N.listLength] > 0) return ask(b, n, CALL.deallocPrefixes, afterPrefixes, eni);
  return askAddresses(b, n, eni, afterAddresses);
}

function askAddresses(b: Blocks, n: Block, eni: number, next: number): number {
  const { w, at } = b;
  const prefixes = w[n + N.listLength];
  const addresses = w[n + N.listMore];
  w.copyWithin(n + at.list, n + at.list + prefixes, n + at.list + prefixes + addresses);
  w[n + N.listLength] = addresses;
  w[n + N.listMore] = 0;
  return addresses > 0 ? ask(b, n, CALL.deallocIps, next, eni) : next;
}

export const releasedPrefixes: Step = (b, n) => {
  noteFailure(b, n);
  return askAddresses(b, n, b.w[n + N.callEni], PLACE.releasedAddresses);
};

export const releasedAddresses: Step = (b, n) => {
  noteFailure(b, n);
  return PLACE.releaseNext;
};

/** EC2 still has what the store has let go: a reconcile will find it. */
export function noteFailure({ w }: Blocks, n: Block): void {
  if (w[n + N.replyError] !== OK) w[n + S.drift] = 1;
}

/** The first ENI of the walk that may be deleted at `now`, or NONE (getDeletableENI). */
export function deletableEni(b: Blocks, n: Block, c: Settings, now: Ms): EniRow {
  const { w, at } = b;
  const may = (e: EniRow) => w[n + at.eniNumber + e] !== NONE && oldEnoughAt(b, n, c, e) <= now && isUnneeded(b, n, c, e);
  let any = false;
  for (let e = 0; e < at.enis && !any; e++) any = may(e);
  if (!any) return NONE; // a turn that frees nothing takes no draw, so that it can be skipped
  chooseStart(b, n, c);
  for (let k = 0; k < walkLength(at); k++) {
    const e = rowAt(b, n, k);
    if (e !== NONE && may(e)) return e;
  }
  return NONE;
}

/** tryFreeENI: one ENI per turn, out of the store first. Ends at PLACE.tickFreed. */
export function freeEni(b: Blocks, n: Block, c: Settings, now: Ms): number {
  if (enisFrozen(b, n, c)) return PLACE.tickFreed;
  const e = deletableEni(b, n, c, now);
  if (e === NONE) return PLACE.tickFreed;
  const number = b.w[n + b.at.eniNumber + e];
  removeEni(b, n, c, e);
  return ask(b, n, CALL.freeEni, PLACE.tickFreed, number);
}
