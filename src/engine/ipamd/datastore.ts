/**
 * Data store: which addresses ipamd holds on one node, and which pod has which.
 *
 * Shape   ENI rows and their slots, in the node's block (core/node.ts). One word per slot says the state of its 16 addresses, two
 *         bits each, A in the low half and B in the high half:
 *
 *             A B
 *             0 0  fresh    never used, or its record was dropped
 *             1 0  owned    by a pod
 *             1 1  cooling  released, elapsed <= cooldown
 *             0 1  cooled   released long enough ago; the record is still there
 *
 *         The hosts 1..15 of a secondary IP do not exist and are cooling for ever, so both kinds of slot run the same code.
 *         When an address cools is in the node's ring: the cooldown is one constant, so addresses leave it in the order they entered.
 * Order   lowest-first keeps ENI rows sorted by number and slots by address, without holes. go-map keeps Go's own: a new entry takes the
 *         lowest empty place, and a walk starts anywhere (maporder.ts).
 * Source  ipamd-spec §2 (pkg/ipamd/datastore/data_store.go). Oddities of the original are kept and named.
 */
import { assert } from '../../core/assert.ts';
import { eniOfRow, ENI_EFA, ENI_EXCLUDED, ENI_LARGE_MAP, ENI_PRIMARY, ENI_TRUNK, N, S, type Blocks } from '../../core/node.ts';
import { NEVER, NONE, PREFIX_BITS, PREFIX_SIZE, type AddressRef, type Block, type EniRow, type Ms, type SlotRow } from '../../core/units.ts';
import { insertBit, nextBit, removeBit } from '../../core/bits.ts';
import { draw, mix } from '../../core/random.ts';
import type { Settings } from './settings.ts';
import { SMALL_MAP, startOfSlots, startOfWalk } from './maporder.ts';

const FRESH_IP = 0xfffefffe | 0;
const FRESH_PREFIX = 0;
const HOSTS = 0xffff;

export const ownedHosts = (state: number) => state & ~(state >>> 16) & HOSTS;
const assignableHosts = (state: number) => ~state & HOSTS;
const cooledHosts = (state: number) => (state >>> 16) & ~state & HOSTS;

/** Number of ones of a 16-bit or 32-bit word. */
export function ones(x: number): number {
  x -= (x >>> 1) & 0x55555555;
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  return Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

// ---------------------------------------------------------------- slots

export const isPrefix = ({ w, at }: Blocks, n: Block, e: EniRow, slot: number) =>
  ((w[n + at.eniPrefix + e * at.maskWords + (slot >> 5)] >>> (slot & 31)) & 1) === 1;

export const isTaken = ({ w, at }: Blocks, n: Block, e: EniRow, slot: number) =>
  ((w[n + at.eniTaken + e * at.maskWords + (slot >> 5)] >>> (slot & 31)) & 1) === 1;

/** Does the slot count in the statistics and serve pods: its kind is the mode's and its ENI is not excluded? */
const counts = (b: Blocks, n: Block, c: Settings, e: EniRow, slot: number) =>
  isPrefix(b, n, e, slot) === c.prefixMode && (b.w[n + b.at.eniFlags + e] & ENI_EXCLUDED) === 0;

export const ownedOfSlot = ({ w, at }: Blocks, n: Block, row: SlotRow) => ones(ownedHosts(w[n + at.slotState + row]));

function setAssignable({ w, at }: Blocks, n: Block, e: EniRow, slot: number): void {
  w[n + at.eniAssignable + e * at.maskWords + (slot >> 5)] |= 1 << (slot & 31);
  w[n + S.pickable] |= 1 << e;
}

function clearAssignable({ w, at }: Blocks, n: Block, e: EniRow, slot: number): void {
  const first = n + at.eniAssignable + e * at.maskWords;
  w[first + (slot >> 5)] &= ~(1 << (slot & 31));
  for (let i = first; i < first + at.maskWords; i++) if (w[i] !== 0) return;
  w[n + S.pickable] &= ~(1 << e);
}

/** The slot of `ip` on ENI e, or NONE. */
export function findCidr(b: Blocks, n: Block, e: EniRow, ip: number, prefix: boolean): number {
  const { w, at } = b;
  for (let slot = 0; slot < at.slots; slot++) {
    if (w[n + at.slotAddress + e * at.slots + slot] === ip && isTaken(b, n, e, slot) && isPrefix(b, n, e, slot) === prefix) return slot;
  }
  return NONE;
}

/** Adds delta to all references from pods and the cooldown ring to slot rows in [from, end). */
function shiftRefs({ w, at }: Blocks, n: Block, from: SlotRow, end: SlotRow, delta: number): void {
  for (let i = n + at.podAddress; i < n + at.podAddress + at.pods; i++) {
    const row = w[i] >> PREFIX_BITS;
    if (w[i] !== NONE && row >= from && row < end) w[i] += delta << PREFIX_BITS;
  }
  const count = w[n + S.coolCount];
  for (let i = 0, place = w[n + S.coolHead]; i < count; i++, place++) {
    if (place === at.cooling) place = 0;
    const row = w[n + at.coolRef + place] >> PREFIX_BITS;
    if (row >= from && row < end) w[n + at.coolRef + place] += delta << PREFIX_BITS;
  }
}

/** Order of CIDRs in a lowest-first walk: by address, a /32 before a /28 with the same address. */
const comesBefore = (ipA: number, prefixA: boolean, ipB: number, prefixB: boolean) =>
  ipA !== ipB ? ipA >>> 0 < ipB >>> 0 : !prefixA && prefixB;

/**
 * AddIPv4CidrToStore: the ENI has one more secondary IP or prefix. An address already there is left alone.
 * Returns false if it was there.
 */
export function addCidr(b: Blocks, n: Block, c: Settings, e: EniRow, ip: number, prefix: boolean): boolean {
  const { w, at } = b;
  if (findCidr(b, n, e, ip, prefix) !== NONE) return false;
  const count = w[n + at.eniSlotCount + e];
  assert(count < at.slots, 'addCidr: the ENI has a free slot');
  const base = n + at.slotAddress + e * at.slots;
  const states = n + at.slotState + e * at.slots;
  const taken = n + at.eniTaken + e * at.maskWords;
  const masks = [taken, n + at.eniPrefix + e * at.maskWords, n + at.eniAssignable + e * at.maskWords, n + at.eniSeen + e * at.maskWords];
  let slot = 0;
  if (c.lowestFirst) {
    slot = count;
    while (slot > 0 && comesBefore(ip, prefix, w[base + slot - 1], isPrefix(b, n, e, (slot - 1)))) slot--;
    if (slot < count) {
      w.copyWithin(base + slot + 1, base + slot, base + count);
      w.copyWithin(states + slot + 1, states + slot, states + count);
      for (const mask of masks) insertBit(w, mask, at.maskWords, slot);
      shiftRefs(b, n, e * at.slots + slot, e * at.slots + at.slots, 1);
    }
  } else {
    while (isTaken(b, n, e, slot)) slot++;
    if (count + 1 > SMALL_MAP) w[n + at.eniFlags + e] |= ENI_LARGE_MAP;
  }
  w[base + slot] = ip;
  w[states + slot] = prefix ? FRESH_PREFIX : FRESH_IP;
  w[masks[0] + (slot >> 5)] |= 1 << (slot & 31);
  if (prefix) w[masks[1] + (slot >> 5)] |= 1 << (slot & 31);
  else w[masks[1] + (slot >> 5)] &= ~(1 << (slot & 31));
  w[masks[3] + (slot >> 5)] |= 1 << (slot & 31); // a running reconcile has just seen it
  w[n + at.eniSlotCount + e] = count + 1;
  const size = prefix ? PREFIX_SIZE : 1;
  w[n + S.rawTotal] += size;
  w[n + S.stored] += size;
  if (prefix) { w[n + S.rawPrefixes] += 1; w[n + S.freePrefixes] += 1; }
  if (counts(b, n, c, e, slot)) {
    w[n + S.total] += size;
    setAssignable(b, n, e, slot);
  } else w[n + S.uncounted] += 1;
  return true;
}

/** Forgets ring entries of slot rows in [from, end), and sets each touched ENI's last release anew. */
function forgetCooling({ w, at, dropped }: Blocks, n: Block, from: SlotRow, end: SlotRow): void {
  const count = w[n + S.coolCount];
  if (count === 0) return;
  const head = w[n + S.coolHead];
  let kept = 0;
  let lastOfEni = NEVER;
  const e = Math.floor(from / at.slots);
  for (let i = 0, place = head, to = head; i < count; i++, place = place + 1 === at.cooling ? 0 : place + 1) {
    const ref = w[n + at.coolRef + place];
    const row = ref >> PREFIX_BITS;
    if (row >= from && row < end) {
      dropped.at[dropped.count++] = w[n + at.coolAt + place];
      continue;
    }
    if (row >= e * at.slots && row < (e + 1) * at.slots) lastOfEni = w[n + at.coolAt + place];
    w[n + at.coolRef + to] = ref;
    w[n + at.coolAt + to] = w[n + at.coolAt + place];
    to = to + 1 === at.cooling ? 0 : to + 1;
    kept++;
  }
  if (kept === count) return;
  w[n + S.coolCount] = kept;
  w[n + at.eniLastFreedAt + e] = lastOfEni;
}

/** Takes the addresses of slot rows in [from, end) from their pods. No cooldown starts. Returns how many pods lost theirs. */
function disown({ w, at }: Blocks, n: Block, from: SlotRow, end: SlotRow): number {
  let lost = 0;
  for (let i = n + at.podAddress; i < n + at.podAddress + at.pods; i++) {
    const row = w[i] >> PREFIX_BITS;
    if (w[i] === NONE || row < from || row >= end) continue;
    w[i] = NONE;
    if (at.restarts === 1) w[i - at.podAddress + at.podCheckpoint] = 0;
    lost++;
  }
  return lost;
}

/**
 * DelIPv4CidrFromStore: drops the slot with its cooling records. Without `force` an owned slot stays and the answer is false; with it
 * the pods lose their addresses, no cooldown starts, and awscni_force_removed_ips counts them.
 */
export function removeCidr(b: Blocks, n: Block, c: Settings, e: EniRow, slot: number, force: boolean): boolean {
  const { w, at } = b;
  const row = e * at.slots + slot;
  const owned = ownedOfSlot(b, n, row);
  if (owned > 0 && !force) return false;
  const prefix = isPrefix(b, n, e, slot);
  const size = prefix ? PREFIX_SIZE : 1;
  const counted = counts(b, n, c, e, slot);
  if (owned > 0) {
    w[n + N.forceRemovedIps] += disown(b, n, row, row + 1);
    w[n + S.rawAssigned] -= owned;
    countOwned(b, n, e, -owned);
    if (counted) w[n + S.assigned] -= owned;
  } else if (prefix) w[n + S.freePrefixes] -= 1;
  forgetCooling(b, n, row, row + 1);
  w[n + S.rawTotal] -= size;
  w[n + S.stored] -= size;
  if (prefix) w[n + S.rawPrefixes] -= 1;
  if (counted) w[n + S.total] -= size;
  else w[n + S.uncounted] -= 1;
  clearAssignable(b, n, e, slot);
  dropSlot(b, n, c, e, slot);
  return true;
}

/**
 * deallocateEmptyCIDR: takes an ownerless slot out of an excluded ENI, of the store only: EC2 keeps the CIDR.
 * Oddity kept: the running counters do not learn of it (ipamd-spec §2.4).
 */
export function forgetEmptied(b: Blocks, n: Block, c: Settings, e: EniRow, slot: number): void {
  const row = e * b.at.slots + slot;
  if (isPrefix(b, n, e, slot)) b.w[n + S.freePrefixes] -= 1;
  forgetCooling(b, n, row, row + 1);
  clearAssignable(b, n, e, slot);
  dropSlot(b, n, c, e, slot);
}

function dropSlot(b: Blocks, n: Block, c: Settings, e: EniRow, slot: number): void {
  const { w, at } = b;
  const count = w[n + at.eniSlotCount + e];
  const masks = [at.eniTaken, at.eniPrefix, at.eniAssignable, at.eniSeen].map(offset => n + offset + e * at.maskWords);
  if (c.lowestFirst) {
    const base = n + at.slotAddress + e * at.slots;
    const states = n + at.slotState + e * at.slots;
    w.copyWithin(base + slot, base + slot + 1, base + count);
    w.copyWithin(states + slot, states + slot + 1, states + count);
    for (const mask of masks) removeBit(w, mask, at.maskWords, slot);
    shiftRefs(b, n, e * at.slots + slot + 1, e * at.slots + at.slots, -1);
  } else {
    for (const mask of masks) w[mask + (slot >> 5)] &= ~(1 << (slot & 31));
  }
  w[n + at.eniSlotCount + e] = count - 1;
}

// ---------------------------------------------------------------- ENIs

export function findEni({ w, at }: Blocks, n: Block, number: number): EniRow {
  for (let e = 0; e < at.enis; e++) if (w[n + at.eniNumber + e] === number) return e;
  return NONE;
}

/** Fields of an ENI row with the words each takes: what moves when a row moves. */
const eniFields = (at: Blocks['at']) => [
  [at.eniNumber, 1], [at.eniFlags, 1], [at.eniCreatedAt, 1], [at.eniLastFreedAt, 1], [at.eniDevice, 1], [at.eniSubnet, 1],
  [at.eniPrimaryIp, 1], [at.eniOwned, 1], [at.eniSlotCount, 1], [at.eniTaken, at.maskWords], [at.eniPrefix, at.maskWords],
  [at.eniAssignable, at.maskWords], [at.eniSeen, at.maskWords], [at.slotAddress, at.slots], [at.slotState, at.slots],
] as const;

/** Moves ENI rows [from, end) by one place up (delta 1) or down (delta -1). */
function shiftEnis(b: Blocks, n: Block, from: EniRow, end: EniRow, delta: 1 | -1): void {
  if (from >= end) return;
  const { w, at } = b;
  for (const [offset, width] of eniFields(at)) {
    w.copyWithin(n + offset + (from + delta) * width, n + offset + from * width, n + offset + end * width);
  }
  shiftRefs(b, n, from * at.slots, end * at.slots, delta * at.slots);
}

/**
 * AddENI: the row of a new ENI; its addresses come later. An ENI that is there keeps everything, its age included.
 */
export function addEni(
  b: Blocks, n: Block, c: Settings, number: number, device: number, flags: number, subnet: number, primaryIp: number, now: Ms,
): EniRow {
  const { w, at } = b;
  const there = findEni(b, n, number);
  if (there !== NONE) return there;
  const count = w[n + S.eniCount];
  assert(count < at.enis, 'addEni: the data store has a free row');
  let e = 0;
  if (c.lowestFirst) {
    while (e < count && w[n + at.eniNumber + e] < number) e++;
    shiftEnis(b, n, e, count, 1);
    w[n + S.pickable] = (w[n + S.pickable] & ((1 << e) - 1)) | ((w[n + S.pickable] >>> e) << (e + 1));
  } else {
    while (w[n + at.eniNumber + e] !== NONE) e++;
  }
  for (const [offset, width] of eniFields(at)) w.fill(0, n + offset + e * width, n + offset + (e + 1) * width);
  w[n + at.eniNumber + e] = number;
  w[n + at.eniFlags + e] = flags;
  w[n + at.eniCreatedAt + e] = now;
  w[n + at.eniLastFreedAt + e] = NEVER;
  w[n + at.eniDevice + e] = device;
  w[n + at.eniSubnet + e] = subnet;
  w[n + at.eniPrimaryIp + e] = primaryIp;
  w[n + S.eniCount] = count + 1;
  if ((flags & KEPT) === 0) w[n + S.idleEnis] += 1;
  if (count + 1 > SMALL_MAP) w[n + S.eniEverOver8] = 1;
  return e;
}

/** Sums over one ENI: sizes and prefixes of all its slots, sizes and owned addresses of those that count. */
function sumsOf(b: Blocks, n: Block, c: Settings, e: EniRow) {
  const { w, at } = b;
  let size = 0, prefixes = 0, freePrefixes = 0, countedSize = 0, countedOwned = 0, uncounted = 0;
  for (let slot = 0; slot < at.slots; slot++) {
    if (!isTaken(b, n, e, slot)) continue;
    const prefix = isPrefix(b, n, e, slot);
    const owned = ones(ownedHosts(w[n + at.slotState + e * at.slots + slot]));
    const slotSize = prefix ? PREFIX_SIZE : 1;
    size += slotSize;
    if (prefix) { prefixes++; if (owned === 0) freePrefixes++; }
    if (counts(b, n, c, e, slot)) { countedSize += slotSize; countedOwned += owned; } else uncounted++;
  }
  return { uncounted, size, prefixes, freePrefixes, countedSize, countedOwned };
}

/**
 * RemoveENIFromDataStore with force, or RemoveUnusedENIFromStore without pods on it. Pods lose their addresses.
 * Oddity kept: with pods on it, the running counters lose the ENI's sizes and prefixes twice (ipamd-spec §2.8).
 */
export function removeEni(b: Blocks, n: Block, c: Settings, e: EniRow): void {
  const { w, at } = b;
  const sums = sumsOf(b, n, c, e);
  const owned = w[n + at.eniOwned + e];
  const first = e * at.slots;
  const times = owned > 0 ? 2 : 1;
  if (owned > 0) {
    w[n + N.forceRemovedEnis] += 1;
    w[n + N.forceRemovedIps] += owned;
    disown(b, n, first, first + at.slots);
    w[n + S.rawAssigned] -= owned;
    w[n + S.assigned] -= sums.countedOwned;
  }
  else if ((w[n + at.eniFlags + e] & KEPT) === 0) w[n + S.idleEnis] -= 1;
  forgetCooling(b, n, first, first + at.slots);
  w[n + S.rawTotal] -= times * sums.size;
  w[n + S.stored] -= sums.size;
  w[n + S.rawPrefixes] -= times * sums.prefixes;
  w[n + S.total] -= sums.countedSize;
  w[n + S.freePrefixes] -= sums.freePrefixes;
  w[n + S.uncounted] -= sums.uncounted;
  const count = w[n + S.eniCount];
  const pickable = w[n + S.pickable];
  if (c.lowestFirst) {
    shiftEnis(b, n, e + 1, count, -1);
    w[n + at.eniNumber + count - 1] = NONE;
    const low = (1 << e) - 1;
    w[n + S.pickable] = (pickable & low) | ((pickable >>> 1) & ~low);
  } else {
    w[n + at.eniNumber + e] = NONE;
    w[n + S.pickable] = pickable & ~(1 << e);
  }
  w[n + S.eniCount] = count - 1;
}

/** Marks the ENI's subnet as excluded; done before it has addresses, so no count changes. */
export function excludeEni({ w, at }: Blocks, n: Block, e: EniRow): void {
  w[n + at.eniFlags + e] |= ENI_EXCLUDED;
}

/** Empties the data store, as a new process finds it. Pods keep nothing. */
export function clearStore(b: Blocks, n: Block): void {
  const { w, at } = b;
  w.fill(NONE, n + at.eniNumber, n + at.eniNumber + at.enis);
  for (let i = n + at.podAddress; i < n + at.podAddress + at.pods; i++) if (w[i] >= 0) w[i] = NONE; // free rows keep their links
  for (const field of [
    'rawTotal', 'rawAssigned', 'rawPrefixes', 'total', 'assigned', 'freePrefixes', 'eniCount', 'idleEnis', 'uncounted', 'stored', 'eniEverOver8', 'pickable', 'coolHead', 'coolCount',
    'cacheCount', 'cacheNext', 'cleanHead', 'cleanCount',
  ] as const) w[n + S[field]] = 0;
}

// ---------------------------------------------------------------- addresses

/** ENIs that are never freed for want of pods. */
const KEPT = ENI_PRIMARY | ENI_TRUNK | ENI_EFA;

/** The ENI has `by` more owned addresses; keeps the count of ENIs without any. */
function countOwned({ w, at }: Blocks, n: Block, e: EniRow, by: number): void {
  const before = w[n + at.eniOwned + e];
  w[n + at.eniOwned + e] = before + by;
  if ((before === 0) !== (before + by === 0) && (w[n + at.eniFlags + e] & KEPT) === 0) w[n + S.idleEnis] += by > 0 ? -1 : 1;
}

/** Ends the cooldown of all addresses released more than the cooldown ago. Equal is still cooling. */
export function endCooldowns(b: Blocks, n: Block, c: Settings, now: Ms): void {
  const { w, at } = b;
  const before = now - c.cooldownMs;
  let count = w[n + S.coolCount];
  let head = w[n + S.coolHead];
  if (count === 0 || w[n + at.coolAt + head] >= before) return;
  const allCount = w[n + S.uncounted] === 0;
  let pickable = w[n + S.pickable];
  do {
    const ref = w[n + at.coolRef + head];
    const row = ref >> PREFIX_BITS;
    w[n + at.slotState + row] &= ~(1 << (ref & 15));
    const e = eniOfRow(at, row);
    const slot = row - e * at.slots;
    if (allCount || counts(b, n, c, e, slot)) {
      w[n + at.eniAssignable + e * at.maskWords + (slot >> 5)] |= 1 << (slot & 31);
      pickable |= 1 << e;
    }
    if (++head === at.cooling) head = 0;
  } while (--count > 0 && w[n + at.coolAt + head] < before);
  w[n + S.pickable] = pickable;
  w[n + S.coolHead] = head;
  w[n + S.coolCount] = count;
}

/**
 * Mask of the hosts from the record on at which a walk over the records of a CIDR starts. Up to 8 of them: one of 8 places, of which the last ones may be
 * empty. Approximate: records stand by host, and whether there ever were more than 8 is not kept (maporder.ts).
 */
function fromRecord(records: number, chance: number): number {
  const count = ones(records);
  let place = count <= SMALL_MAP ? chance >>> 29 : Math.floor((chance * count) / 4294967296);
  if (place >= count) return HOSTS;
  while (place-- > 0) records &= records - 1;
  return -(records & -records);
}

/**
 * AssignPodIPv4Address: an address for a pod, or NONE (and the count of awscni_no_available_ip_addresses).
 * Inside a CIDR: the first used and cooled address, all such records being dropped; else the lowest without a record.
 */
export function assignAddress(b: Blocks, n: Block, c: Settings, now: Ms): AddressRef {
  const { w, at } = b;
  endCooldowns(b, n, c, now);
  const pickable = w[n + S.pickable];
  if (pickable === 0) {
    w[n + N.noAvailable] += 1;
    return NONE;
  }
  let e = 31 - Math.clz32(pickable & -pickable);
  let slot: number;
  let chance = 0;
  if (c.lowestFirst) {
    slot = nextBit(w, n + at.eniAssignable + e * at.maskWords, at.maskWords, 0);
  } else {
    chance = draw(w[n + N.orderKey], w[n + N.orders]++);
    const eniStart = startOfWalk(chance >>> 16, w[n + S.eniCount], w[n + S.eniEverOver8] === 1, w, n + at.eniNumber, at.enis);
    const later = eniStart < 32 ? pickable & (-1 << eniStart) : 0;
    if (later !== 0) e = 31 - Math.clz32(later & -later);
    const first = n + at.eniAssignable + e * at.maskWords;
    const slotStart = startOfSlots(b, n, e, chance & HOSTS);
    slot = slotStart < at.slots ? nextBit(w, first, at.maskWords, slotStart) : NONE;
    if (slot === NONE) slot = nextBit(w, first, at.maskWords, 0);
  }
  const row = e * at.slots + slot;
  const state = w[n + at.slotState + row];
  const cooled = cooledHosts(state);
  let host: number;
  let next: number;
  if (cooled !== 0) {
    let candidates = cooled;
    if (!c.lowestFirst) candidates = cooled & fromRecord((state | (state >>> 16)) & HOSTS, mix(chance)) || cooled;
    host = 31 - Math.clz32(candidates & -candidates);
    next = (state & ~(cooled << 16)) | (1 << host);
  } else {
    const fresh = assignableHosts(state);
    host = 31 - Math.clz32(fresh & -fresh);
    next = state | (1 << host);
  }
  w[n + at.slotState + row] = next;
  if ((next & HOSTS) === HOSTS) clearAssignable(b, n, e, slot);
  countOwned(b, n, e, 1);
  w[n + S.rawAssigned] += 1;
  w[n + S.assigned] += 1;
  if (c.prefixMode && ownedHosts(state) === 0) w[n + S.freePrefixes] -= 1;
  return (row << PREFIX_BITS) | host;
}

/** UnassignPodIPAddress: the pod's address starts to cool. */
export function releaseAddress(b: Blocks, n: Block, c: Settings, ref: AddressRef, now: Ms): void {
  const { w, at } = b;
  const row = ref >> PREFIX_BITS;
  const e = eniOfRow(at, row);
  const state = w[n + at.slotState + row] | (0x10000 << (ref & 15));
  w[n + at.slotState + row] = state;
  if (w[n + S.coolCount] === at.cooling) endCooldowns(b, n, c, now);
  const count = w[n + S.coolCount];
  assert(count < at.cooling, 'releaseAddress: the cooldown ring has room');
  let place = w[n + S.coolHead] + count;
  if (place >= at.cooling) place -= at.cooling;
  w[n + at.coolAt + place] = now;
  w[n + at.coolRef + place] = ref;
  w[n + S.coolCount] = count + 1;
  w[n + at.eniLastFreedAt + e] = now;
  countOwned(b, n, e, -1);
  w[n + S.rawAssigned] -= 1;
  const plain = w[n + S.uncounted] === 0;
  if (plain || counts(b, n, c, e, row - e * at.slots)) w[n + S.assigned] -= 1;
  if ((plain ? c.prefixMode : isPrefix(b, n, e, row - e * at.slots)) && ownedHosts(state) === 0) w[n + S.freePrefixes] += 1;
}

/** In place of a reference: the address has a pod already. */
export const TWICE = -2;

/** Gives a pod the address it had before a restart, wherever an enclosing CIDR is (any kind). NONE: no CIDR has it. */
export function restoreAddress(b: Blocks, n: Block, c: Settings, ip: number): AddressRef {
  const { w, at } = b;
  for (let e = 0; e < at.enis; e++) {
    if (w[n + at.eniNumber + e] === NONE) continue;
    for (let slot = 0; slot < at.slots; slot++) {
      if (!isTaken(b, n, e, slot)) continue;
      const base = w[n + at.slotAddress + e * at.slots + slot];
      const prefix = isPrefix(b, n, e, slot);
      if (prefix ? (base ^ ip) >>> PREFIX_BITS !== 0 : base !== ip) continue;
      const host = prefix ? ip & 15 : 0;
      const row = e * at.slots + slot;
      const state = w[n + at.slotState + row];
      if (((ownedHosts(state) >>> host) & 1) === 1) return TWICE;
      if (prefix && ownedHosts(state) === 0) w[n + S.freePrefixes] -= 1;
      const next = state | (1 << host);
      w[n + at.slotState + row] = next;
      if ((next & HOSTS) === HOSTS) clearAssignable(b, n, e, slot);
      countOwned(b, n, e, 1);
      w[n + S.rawAssigned] += 1;
      if (counts(b, n, c, e, slot)) w[n + S.assigned] += 1;
      return (row << PREFIX_BITS) | host;
    }
  }
  return NONE;
}

/** The IPv4 address a reference stands for. */
export function addressOf({ w, at }: Blocks, n: Block, ref: AddressRef): number {
  return w[n + at.slotAddress + (ref >> PREFIX_BITS)] + (ref & 15);
}

export const eniOfRef = ({ at }: Blocks, ref: AddressRef): EniRow => eniOfRow(at, ref >> PREFIX_BITS);

// ---------------------------------------------------------------- what may go

/** A slot without owner, cooling included; `kind` narrows it to addresses (false) or prefixes (true). */
export function isFreeable(b: Blocks, n: Block, e: EniRow, slot: number, kind?: boolean): boolean {
  return isTaken(b, n, e, slot) && (kind === undefined || isPrefix(b, n, e, slot) === kind) && ownedOfSlot(b, n, e * b.at.slots + slot) === 0;
}

export function freeableCount(b: Blocks, n: Block, e: EniRow): number {
  let count = 0;
  for (let slot = 0; slot < b.at.slots; slot++) if (isFreeable(b, n, e, slot)) count++;
  return count;
}

/** How many addresses are cooling at `when`, at or after the last event. */
export function coolingAt({ w, at }: Blocks, n: Block, c: Settings, when: Ms): number {
  let count = w[n + S.coolCount];
  for (let place = w[n + S.coolHead]; count > 0 && w[n + at.coolAt + place] < when - c.cooldownMs; count--) if (++place === at.cooling) place = 0;
  return count;
}

/** Is an address of the ENI cooling at `now`? The last one released decides: all cool equally long. */
export const hasCooling = ({ w, at }: Blocks, n: Block, c: Settings, e: EniRow, now: Ms) =>
  now - w[n + at.eniLastFreedAt + e] <= c.cooldownMs;

export const MIN_ENI_LIFE_MS = 60_000;

/** getDeletableENI's tests that time does not change: not primary, no owner, targets met by the others, no trunk, no EFA. */
export function isUnneeded(b: Blocks, n: Block, c: Settings, e: EniRow): boolean {
  const { w, at } = b;
  if ((w[n + at.eniFlags + e] & KEPT) !== 0 || w[n + at.eniOwned + e] > 0) return false;
  const prefixGuard = c.prefixMode && c.warmPrefixTarget > 0;
  if (!c.ipTargets && !prefixGuard) return true;
  let free = 0, size = 0, ownerless = 0;
  for (let other = 0; other < at.enis; other++) {
    if (other === e || w[n + at.eniNumber + other] === NONE || (w[n + at.eniFlags + other] & ENI_EXCLUDED) !== 0) continue;
    const sums = sumsOf(b, n, c, other);
    free += sums.countedSize - sums.countedOwned;
    size += sums.countedSize;
    ownerless += freeableCount(b, n, other);
  }
  const rounded = (target: number) => (c.prefixMode ? Math.ceil(target / PREFIX_SIZE) * PREFIX_SIZE : target);
  if (c.warmIpTarget !== 0 && free < rounded(c.warmIpTarget)) return false;
  if (c.minimumIpTarget !== 0 && size < rounded(c.minimumIpTarget)) return false;
  return !(prefixGuard && ownerless < c.warmPrefixTarget);
}

/** The moment from which ENI e may be deleted, as far as age and cooldown go. */
export const oldEnoughAt = ({ w, at }: Blocks, n: Block, c: Settings, e: EniRow): Ms =>
  Math.max(w[n + at.eniCreatedAt + e] + MIN_ENI_LIFE_MS, w[n + at.eniLastFreedAt + e] + c.cooldownMs + 1);

/** CheckFreeableENIexists: not primary, without owners, no trunk, no EFA; no test of age, cooldown or targets. */
export const freeableEniExists = ({ w }: Blocks, n: Block): boolean => w[n + S.idleEnis] > 0;

export function trunkRow({ w, at }: Blocks, n: Block): EniRow {
  for (let e = 0; e < at.enis; e++) if (w[n + at.eniNumber + e] !== NONE && (w[n + at.eniFlags + e] & ENI_TRUNK) !== 0) return e;
  return NONE;
}
