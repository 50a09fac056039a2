/**
 * nodeInit: a process of ipamd starts, finds the instance's ENIs, restores the pods it knew, and fills the pool by one step.
 *
 * Errors  N.result failed: the process exits; kubelet starts another. What a failed start half built stays until then.
 * Source  ipamd-spec §1.3 (pkg/ipamd/ipamd.go: nodeInit).
 */
import { attachedCount } from '../../core/attached.ts';
import { ENI_EXCLUDED, ENI_TRUNK, ENI_UNMANAGED, N, NODE_CUSTOM_FEATURE, NODE_TERMINATING, S, type Blocks } from '../../core/node.ts';
import { draw, drawBelow } from '../../core/random.ts';
import { NEVER, NONE, type Block, type EniRow, type Ms, type PodRow } from '../../core/units.ts';
import { CALL, OK } from './calls.ts';
import { announceSecurityGroupsForPods } from './cninode.ts';
import { clearStore, eniOfRef, isFreeable, removeCidr, restoreAddress, TWICE } from './datastore.ts';
import { increase } from './grow.ts';
import { SMALL_MAP } from './maporder.ts';
import { ask, askListing, PLACE, RESULT, sleep, type Step } from './places.ts';
import type { Settings } from './settings.ts';
import { classify, countUnmanaged, isManaged, setUpEni } from './setup.ts';
import { isLow, statsOf } from './targets.ts';
import { askRelease } from './shrink.ts';

const SETUP_RETRY_MS = 10_000;
export const SETUP_TRIES = 6;

/** What a process does not outlive: the store, the three times, the release cache, the list of unmanaged ENIs, SIGTERM. */
export function beginInit(b: Blocks, n: Block, c: Settings, now: Ms): number {
  const { w, at } = b;
  clearStore(b, n);
  for (const field of ['lastAction', 'lastDecrease', 'lastInsufficient'] as const) w[n + N[field]] = NEVER;
  w[n + N.nodeFlags] &= ~NODE_TERMINATING;
  w[n + N.unmanagedEnis] = 0;
  for (let a = 0; a < at.enis; a++) w[n + at.attachedFlags + a] &= ~ENI_UNMANAGED;
  if (c.card > 0) { // the agent has described them all when it began with card 0
    w[n + N.walkAt] = now;
    w[n + N.replyError] = OK;
    return PLACE.initDescribed;
  }
  return askListing(b, n, CALL.describeAllEnis, PLACE.initDescribed, now);
}

function fail({ w }: Blocks, n: Block): number {
  w[n + N.result] = RESULT.failed;
  return PLACE.idle;
}

export const initDescribed: Step = (b, n, c) => {
  const { w } = b;
  if (w[n + N.replyError] !== OK) return fail(b, n);
  classify(b, n, c);
  countUnmanaged(b, n);
  w[n + N.cursor] = 0;
  w[n + N.orderStart] = 0;
  if (!c.lowestFirst) {
    const place = drawBelow(w[n + N.orderKey], w[n + N.orders]++, Math.max(SMALL_MAP, attachedCount(b, n)));
    if (place < attachedCount(b, n)) w[n + N.orderStart] = place;
  }
  return PLACE.initNextEni;
};

/**
 * Row of the k-th ENI that nodeInit sets up. Instance metadata lists ENIs by MAC address, which has nothing to do with their age; the list goes through a Go
 * map, which rotates it.
 */
function listedRow(b: Blocks, n: Block, c: Settings, k: number): number {
  const { w, at } = b;
  const count = attachedCount(b, n);
  if (c.lowestFirst) return k;
  const mac = (a: number) => draw(w[n + N.orderKey], ~w[n + at.attachedNumber + a]);
  const rank = (w[n + N.orderStart] + k) % count;
  for (let a = 0; a < count; a++) {
    let before = 0;
    for (let other = 0; other < count; other++) if (mac(other) < mac(a) || (mac(other) === mac(a) && other < a)) before++;
    if (before === rank) return a;
  }
  return k;
}

export const initNextEni: Step = (b, n, c) => {
  const { w, at } = b;
  const count = attachedCount(b, n);
  for (; w[n + N.cursor] < count; w[n + N.cursor]++) {
    const a = listedRow(b, n, c, w[n + N.cursor]);
    if (!isManaged(b, n, a)) continue;
    w[n + N.tries] = 0;
    const number = w[n + at.attachedNumber + a];
    w[n + N.setupEni] = number;
    if ((w[n + at.attachedFlags + a] & ENI_TRUNK) === 0 && c.provisioning) return ask(b, n, CALL.tagEni, PLACE.initTagged, number);
    return setUpEni(b, n, number, PLACE.initSetUp);
  }
  return PLACE.initRestored;
};

export const initTagged: Step = (b, n) => {
  const { w } = b;
  return w[n + N.replyError] === OK ? setUpEni(b, n, w[n + N.setupEni], PLACE.initSetUp) : fail(b, n);
};

export const initSetUp: Step = (b, n) => {
  const { w } = b;
  if (w[n + N.result] === RESULT.failed && ++w[n + N.tries] < SETUP_TRIES) return sleep(b, n, SETUP_RETRY_MS, PLACE.initRetry);
  w[n + N.cursor]++;
  return PLACE.initNextEni;
};

export const initRetry: Step = (b, n) => setUpEni(b, n, b.w[n + N.setupEni], PLACE.initSetUp);

/**
 * ReadBackingStore: pods get back their addresses where a CIDR encloses them; the others' rows are dropped. No cooldown is known.
 *
 * Errors  Two rows with one address end the process, and the file stays as it is, so that every start ends so until one of the pods is gone. They come about
 *         when an address is taken off an ENI behind ipamd's back and given to another, before a reconcile.
 */
export const initRestored: Step = (b, n, c) => {
  const { w, at } = b;
  const rows = at.pods * at.restarts;
  for (let p = nextRow(b, n, NONE); p !== NONE; p = nextRow(b, n, p)) {
    const ref = restoreAddress(b, n, c, w[n + at.podCheckpoint + p]);
    if (ref === TWICE) return fail(b, n);
    w[n + at.podAddress + p] = ref;
  }
  for (let p = 0; p < rows; p++) {
    const ref = w[n + at.podAddress + p];
    if (ref === NONE) w[n + at.podCheckpoint + p] = 0; // a free row has a link instead
    else if (ref >= 0) w[n + at.podCheckpointEni + p] = w[n + at.eniNumber + eniOfRef(b, ref)];
  }
  w[n + N.cursor] = 0;
  return PLACE.initNextExcluded;
};

/** The pod row that comes after `last` in the checkpoint file, which is written ENI by ENI, in order of addresses. */
function nextRow(b: Blocks, n: Block, last: PodRow): PodRow {
  const { w, at } = b;
  let next = NONE;
  for (let p = 0; p < at.pods * at.restarts; p++) {
    if (w[n + at.podCheckpoint + p] === 0 || (last !== NONE && !isBefore(b, n, last, p))) continue;
    if (next === NONE || isBefore(b, n, p, next)) next = p;
  }
  return next;
}

function isBefore({ w, at }: Blocks, n: Block, p: PodRow, q: PodRow): boolean {
  const eni = w[n + at.podCheckpointEni + p] - w[n + at.podCheckpointEni + q];
  return eni !== 0 ? eni < 0 : w[n + at.podCheckpoint + p] >>> 0 < w[n + at.podCheckpoint + q] >>> 0;
}

/** Takes all free slots of one kind out of ENI e; their addresses go to the words at `to`. Returns how many. The release cache does not learn of them. */
export function takeOutKind(b: Blocks, n: Block, c: Settings, e: EniRow, prefix: boolean, to: number): number {
  const { w, at } = b;
  let count = 0;
  for (let slot = 0; slot < at.slots; ) {
    if (!isFreeable(b, n, e, slot, prefix)) { slot++; continue; }
    w[to + count++] = w[n + at.slotAddress + e * at.slots + slot];
    removeCidr(b, n, c, e, slot, false);
    if (!c.lowestFirst) slot++;
  }
  return count;
}

/** Gives back all free slots of one kind of ENI e; goes on at `next`. */
function releaseKind(b: Blocks, n: Block, c: Settings, e: EniRow, prefix: boolean, next: number): number {
  const { w, at } = b;
  const count = takeOutKind(b, n, c, e, prefix, n + at.list);
  w[n + N.listLength] = prefix ? count : 0;
  w[n + N.listMore] = prefix ? 0 : count;
  return askRelease(b, n, w[n + at.eniNumber + e], next, next);
}

/** Excluded ENIs give back the free slots of the present mode. */
export const initNextExcluded: Step = (b, n, c) => {
  const { w, at } = b;
  while (w[n + N.cursor] < at.enis) {
    const e = w[n + N.cursor]++;
    if (w[n + at.eniNumber + e] === NONE || (w[n + at.eniFlags + e] & ENI_EXCLUDED) === 0) continue;
    const next = releaseKind(b, n, c, e, c.prefixMode, PLACE.initNextExcluded);
    if (next !== PLACE.initNextExcluded) return next;
  }
  w[n + N.cursor] = 0;
  return PLACE.initNextSwitch;
};

/** Every ENI gives back the free slots of the other mode. */
export const initNextSwitch: Step = (b, n, c) => {
  const { w, at } = b;
  while (w[n + N.cursor] < at.enis) {
    const e = w[n + N.cursor]++;
    if (w[n + at.eniNumber + e] === NONE) continue;
    const next = releaseKind(b, n, c, e, !c.prefixMode, PLACE.initNextSwitch);
    if (next !== PLACE.initNextSwitch) return next;
  }
  return PLACE.initReleased;
};

export const initReleased: Step = (b, n, c) =>
  c.provisioning && c.card === 0 ? ask(b, n, CALL.refreshSecurityGroups, PLACE.initRefreshed) : PLACE.initRefreshed;

export const initRefreshed: Step = (b, n, c) => {
  const { w } = b;
  if (c.provisioning && w[n + N.replyError] !== OK) return fail(b, n);
  if (c.customNetworking && c.podEni && w[n + N.eniConfigNamed] === 1) w[n + N.nodeFlags] |= NODE_CUSTOM_FEATURE;
  if (c.podEni) announceSecurityGroupsForPods(b, n, c);
  w[n + N.result] = RESULT.ok;
  if (!c.provisioning || c.ipv6 === true) return PLACE.idle; // IPv6 has no pool to fill
  return isLow(b, n, c, statsOf(b, n)) ? increase(b, n, PLACE.initFilled) : PLACE.initFilled;
};

export const initFilled: Step = (b, n, c) => {
  const { w } = b;
  if (w[n + N.result] === RESULT.failed) return fail(b, n);
  if (c.customNetworking && w[n + S.total] === 0) return fail(b, n); // "Failed to attach any ENIs for custom networking"
  w[n + N.result] = RESULT.ok;
  return PLACE.idle;
};
