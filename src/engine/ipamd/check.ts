/**
 * Check: what must hold of a node's data store between any two events, recounted from the slots' words. Run by tests and on request.
 *
 * Limits  The running counters of total addresses and prefixes may differ from a recount: ipamd's own do (ipamd-spec §2.4, §2.8). Only what
 *         the oddities leave alone is checked of them.
 */
import { assert } from '../../core/assert.ts';
import { ENI_EFA, ENI_EXCLUDED, ENI_PRIMARY, ENI_TRUNK, S, type Blocks } from '../../core/node.ts';
import { NONE, PREFIX_BITS, PREFIX_SIZE, type Block, type EniRow } from '../../core/units.ts';
import { addressOf, isPrefix, isTaken, ones, ownedHosts } from './datastore.ts';
import type { Settings } from './settings.ts';

const HOSTS = 0xffff;
/** Hosts 1..15 of a secondary IP: they do not exist. */
const NO_HOSTS = 0xfffe;

const bitOf = (w: Int32Array, first: number, bit: number) => (w[first + (bit >> 5)] >>> (bit & 31)) & 1;

export function checkStore(b: Blocks, n: Block, c: Settings): void {
  const { w, at } = b;
  const sums = { enis: 0, idle: 0, pickable: 0, owned: 0, total: 0, assigned: 0, freePrefixes: 0, cooling: 0 };
  for (let e = 0; e < at.enis; e++) {
    if (w[n + at.eniNumber + e] === NONE) {
      assert(((w[n + S.pickable] >>> e) & 1) === 0, 'store: a row without ENI is pickable');
      continue;
    }
    sums.enis++;
    checkEni(b, n, c, e, sums);
  }
  const recounted: [field: number, value: number, what: string][] = [
    [S.eniCount, sums.enis, 'ENIs'], [S.idleEnis, sums.idle, 'ENIs without pods'], [S.pickable, sums.pickable, 'the mask of pickable ENIs'],
    [S.rawAssigned, sums.owned, 'owned addresses'], [S.total, sums.total, 'counted addresses'], [S.assigned, sums.assigned, 'counted owned addresses'],
    [S.freePrefixes, sums.freePrefixes, 'free prefixes'], [S.coolCount, coolingEntries(b, n), 'cooling addresses'],
  ];
  for (const [field, value, what] of recounted) assert(w[n + field] === value, `store: its count of ${what} is ${w[n + field]}, a recount gives ${value}`);
  assert(w[n + S.coolCount] === sums.cooling, 'store: an address cools without being in the ring, or the other way round');
  assert(w[n + S.eniCount] <= 8 || w[n + S.eniEverOver8] === 1, 'store: a large map of ENIs was not noticed');
  if (c.lowestFirst) checkEniOrder(b, n);
  checkPods(b, n, sums.owned);
}

interface Sums { enis: number; idle: number; pickable: number; owned: number; total: number; assigned: number; freePrefixes: number; cooling: number }

function checkEni(b: Blocks, n: Block, c: Settings, e: EniRow, sums: Sums): void {
  const { w, at } = b;
  const flags = w[n + at.eniFlags + e];
  const mask = (field: number, slot: number) => bitOf(w, n + field + e * at.maskWords, slot) === 1;
  let taken = 0, owned = 0, assignable = 0;
  for (let slot = 0; slot < at.slots; slot++) {
    if (!isTaken(b, n, e, slot)) {
      assert(!mask(at.eniPrefix, slot) && !mask(at.eniAssignable, slot), 'store: an empty slot is a prefix or assignable');
      assert(!c.lowestFirst || slot >= w[n + at.eniSlotCount + e], 'store: the slots of an ENI have a hole');
      continue;
    }
    taken++;
    const row = e * at.slots + slot;
    const state = w[n + at.slotState + row];
    const prefix = isPrefix(b, n, e, slot);
    if (prefix) assert((w[n + at.slotAddress + row] & (PREFIX_SIZE - 1)) === 0, 'store: a prefix does not begin at a multiple of 16');
    else assert((state & NO_HOSTS) === NO_HOSTS && ((state >>> 16) & NO_HOSTS) === NO_HOSTS, 'store: hosts that a secondary IP does not have are in use');
    const hosts = prefix ? HOSTS : HOSTS & ~NO_HOSTS;
    const ownedHere = ones(ownedHosts(state));
    const counted = prefix === c.prefixMode && (flags & ENI_EXCLUDED) === 0;
    const open = counted && (~state & HOSTS) !== 0;
    assert(mask(at.eniAssignable, slot) === open, 'store: the mask of assignable slots is wrong');
    if (open) assignable++;
    owned += ownedHere;
    sums.cooling += ones(state & (state >>> 16) & hosts);
    if (counted) {
      sums.total += prefix ? PREFIX_SIZE : 1;
      sums.assigned += ownedHere;
    }
    if (prefix && ownedHere === 0) sums.freePrefixes++;
  }
  assert(w[n + at.eniSlotCount + e] === taken, 'store: the slot count of an ENI is wrong');
  assert(w[n + at.eniOwned + e] === owned, 'store: the owned count of an ENI is wrong');
  if (owned === 0 && (flags & (ENI_PRIMARY | ENI_TRUNK | ENI_EFA)) === 0) sums.idle++;
  if (assignable > 0) sums.pickable |= 1 << e;
  sums.owned += owned;
  checkSlotOrder(b, n, c, e, taken);
}

/** No CIDR twice on an ENI; and lowest-first keeps them by address, an address before a prefix that begins with it. */
function checkSlotOrder(b: Blocks, n: Block, c: Settings, e: EniRow, taken: number): void {
  const { w, at } = b;
  const keys: number[] = [];
  for (let slot = 0; slot < at.slots; slot++) {
    if (isTaken(b, n, e, slot)) keys.push((w[n + at.slotAddress + e * at.slots + slot] >>> 0) * 2 + Number(isPrefix(b, n, e, slot)));
  }
  assert(new Set(keys).size === taken, 'store: an ENI has a CIDR twice');
  if (c.lowestFirst) assert(keys.every((key, i) => i === 0 || keys[i - 1] < key), 'store: the CIDRs of an ENI are out of order');
}

function checkEniOrder({ w, at }: Blocks, n: Block): void {
  for (let e = 0; e < at.enis; e++) {
    const number = w[n + at.eniNumber + e];
    assert((number === NONE) === (e >= w[n + S.eniCount]), 'store: the ENI rows have a hole');
    assert(e === 0 || number === NONE || w[n + at.eniNumber + e - 1] < number, 'store: the ENI rows are out of order');
  }
}

/** Entries of the cooldown ring that point to a cooling address, each in order of time; and each ENI remembers its last. */
function coolingEntries({ w, at }: Blocks, n: Block): number {
  const seen = new Set<number>();
  let before = -Infinity;
  for (let i = 0; i < w[n + S.coolCount]; i++) {
    const place = (w[n + S.coolHead] + i) % at.cooling;
    const ref = w[n + at.coolRef + place];
    const state = w[n + at.slotState + (ref >> PREFIX_BITS)];
    assert(w[n + at.coolAt + place] >= before, 'store: the cooldown ring is out of order');
    assert(((state & (state >>> 16)) >>> (ref & 15) & 1) === 1, 'store: the ring has an address that does not cool');
    const e = Math.floor((ref >> PREFIX_BITS) / at.slots);
    assert(w[n + at.eniLastFreedAt + e] >= w[n + at.coolAt + place], 'store: an ENI has forgotten its last release');
    before = w[n + at.coolAt + place];
    seen.add(ref);
  }
  return seen.size;
}

/** Every owned address has one pod, and the checkpoint says the same of it. */
function checkPods(b: Blocks, n: Block, owned: number): void {
  const { w, at } = b;
  const refs = new Set<number>();
  for (let p = 0; p < at.pods; p++) {
    const ref = w[n + at.podAddress + p];
    if (ref < 0) continue; // none, or a free row
    assert(!refs.has(ref), 'store: two pods have one address');
    refs.add(ref);
    assert((ownedHosts(w[n + at.slotState + (ref >> PREFIX_BITS)]) >>> (ref & 15) & 1) === 1, 'store: the address of a pod is not owned');
    assert(at.restarts === 0 || w[n + at.podCheckpoint + p] === addressOf(b, n, ref), 'store: the checkpoint has another address for a pod');
  }
  assert(refs.size === owned, 'store: an owned address has no pod');
}
