/**
 * Subnets: who holds each IPv4 address of the VPC's subnets, and which address or /28 EC2 would give next.
 *
 * Why     EC2 picks a single address at random, a prefix only where an aligned /28 is wholly free. Fragmentation therefore has to be
 *         kept address by address, and the pick must not scan 65,536 of them.
 * Shape   One byte of use per address. Above it what may be picked is counted per /28, per /24, per /20 and per subnet, so the k-th
 *         pickable address is found by three scans of at most 16 counts and one look into a 16-bit word:
 *
 *           subnet  ─► up to 16 × /20 ─► 16 × /24 ─► 16 × /28 ─► 16 bits          (take and release touch one count a level)
 *
 *         The same tree, without its last level, holds the wholly free /28s, once for the general pool and once for the blocks inside
 *         CIDR reservations of type prefix. An offset is an address less the subnet's base.
 *         "Pickable" is free and outside every reservation: what EC2 may give without being asked for that very address.
 * Errors  Taking what is not there is the world's outcome: -1 or false. Releasing what is not held is our bug.
 * Source  AWS VPC user guide: subnet-sizing (first four addresses and the last are reserved), subnet-cidr-reservation (types prefix
 *         and explicit); the order reservation, then general pool: amazon-vpc-cni-k8s#2749. With several prefix reservations the choice is
 *         random; here it is uniform over all their free blocks, since how EC2 weighs them is not published.
 */
import { assert } from './assert.ts';
import { columns, tableSize, type Columns, type Schema } from './columns.ts';
import { mix } from './random.ts';

declare const brand: unique symbol;
/** A row of the subnet table. */
export type SubnetIndex = number & { readonly [brand]?: 'subnet' };

/** What an address is used for. `others`: held by something that is not modelled by itself. */
export const USE = { free: 0, reserved: 1, others: 2, eniPrimary: 3, secondary: 4, prefix: 5, branch: 6, loadBalancer: 7 } as const;
export type Use = (typeof USE)[keyof typeof USE];
/** What a single address can be taken for: prefixes come in sixteens, the five reserved addresses at creation. */
export type SingleUse = Exclude<Use, 0 | 1 | 5>;
const USES = 8;

/** In place of a draw: the numerically lowest address or block, as replays of ipamd traces want it. */
export const LOWEST = -1;
/** In place of an offset: there is none. */
export const NO_OFFSET = -1;

export interface ReservationSpec {
  readonly base: number;
  /** Up to 32; a prefix reservation up to 28. */
  readonly prefixLength: number;
  readonly type: 'prefix' | 'explicit';
}

export interface SubnetSpec {
  /** The CIDR's first address, as uint32. */
  readonly base: number;
  /** 16..28. */
  readonly prefixLength: number;
  readonly reservations?: readonly ReservationSpec[];
}

/** Which tree of free /28s a block belongs to; WITHHELD touches an explicit reservation and gives no prefix at all. */
const GENERAL = 0;
const RESERVATION = 1;
const WITHHELD = 2;
const POOLS = 2;

const SUBNET = { base: 'u32', size: 'u32', firstAddress: 'u32', first28: 'u32', first24: 'u32', first20: 'u32', pickable: 'u32' } as const satisfies Schema;
const USE_COUNT = { useCount: 'u32' } as const satisfies Schema; // row s * USES + use
const PREFIX_COUNT = { prefixes: 'u32' } as const satisfies Schema; // row pool * subnets + s
const BLOCK28 = { pickable28: 'u8', free28: 'u8', pool28: 'u8', pickableBits: 'u16', withheldBits: 'u16' } as const satisfies Schema;
const BLOCK24 = { pickable24: 'u16' } as const satisfies Schema;
const BLOCK20 = { pickable20: 'u16' } as const satisfies Schema;
const PREFIX24 = { prefixes24: 'u8', prefixBits: 'u16' } as const satisfies Schema; // row pool * blocks24 + block24
const PREFIX20 = { prefixes20: 'u16' } as const satisfies Schema; // row pool * blocks20 + block20
const ADDRESS = { use: 'u8' } as const satisfies Schema;

export interface Subnets extends
  Columns<typeof SUBNET>, Columns<typeof USE_COUNT>, Columns<typeof PREFIX_COUNT>, Columns<typeof BLOCK28>, Columns<typeof BLOCK24>,
  Columns<typeof BLOCK20>, Columns<typeof PREFIX24>, Columns<typeof PREFIX20>, Columns<typeof ADDRESS> {
  readonly buffer: ArrayBufferLike;
  readonly subnetCount: number;
  readonly blocks24: number;
  readonly blocks20: number;
}

/**
 * All subnets, empty but for the five reserved addresses of each. About 1.6 bytes per address.
 * @param memory gives the buffer of the size asked for; a private one is as good as a shared one.
 */
export function createSubnets(
  specs: readonly SubnetSpec[], memory: (bytes: number) => ArrayBufferLike = bytes => new SharedArrayBuffer(bytes),
): Subnets {
  const subnetCount = specs.length;
  const sizes = specs.map(({ base, prefixLength }) => {
    assert(prefixLength >= 16 && prefixLength <= 28, 'createSubnets: a subnet is between /16 and /28');
    const size = 2 ** (32 - prefixLength);
    assert(base >= 0 && base % size === 0 && base + size <= 2 ** 32, 'createSubnets: the base is not the first address of its CIDR');
    return size;
  });
  const blocksOf = (span: number) => sizes.reduce((sum, size) => sum + Math.ceil(size / span), 0);
  const blocks24 = blocksOf(256);
  const blocks20 = blocksOf(4096);
  const tables: [Schema, number][] = [
    [SUBNET, subnetCount], [USE_COUNT, subnetCount * USES], [PREFIX_COUNT, subnetCount * POOLS], [BLOCK28, blocksOf(16)],
    [BLOCK24, blocks24], [BLOCK20, blocks20], [PREFIX24, blocks24 * POOLS], [PREFIX20, blocks20 * POOLS], [ADDRESS, blocksOf(1)],
  ];
  const buffer = memory(tables.reduce((bytes, [schema, rows]) => bytes + tableSize(schema, rows), 0));
  let start = 0;
  const views = tables.map(([schema, rows]) => {
    const view = columns(schema, rows, buffer, start);
    start += tableSize(schema, rows);
    return view;
  });
  const fields = Object.fromEntries<unknown>(views.flatMap(view => Object.entries(view))); // for the reason given in columns.ts
  const t = { ...fields, buffer, subnetCount, blocks24, blocks20 } as Subnets;
  let address = 0;
  let block24 = 0;
  let block20 = 0;
  for (const [s, spec] of specs.entries()) {
    const size = sizes[s];
    t.base[s] = spec.base;
    t.size[s] = size;
    t.firstAddress[s] = address;
    t.first28[s] = address >>> 4;
    t.first24[s] = block24;
    t.first20[s] = block20;
    address += size;
    block24 += Math.ceil(size / 256);
    block20 += Math.ceil(size / 4096);
    withhold(t, s, spec);
    open(t, s);
    for (const offset of [0, 1, 2, 3, size - 1]) mark(t, s, offset, USE.reserved);
  }
  return t;
}

function withhold(t: Subnets, s: SubnetIndex, { base, reservations = [] }: SubnetSpec): void {
  for (const reservation of reservations) {
    const from = reservation.base - base;
    const size = 2 ** (32 - reservation.prefixLength);
    assert(from >= 0 && from % size === 0 && from + size <= t.size[s], 'createSubnets: a reservation lies outside its subnet or is not a CIDR');
    assert(reservation.type === 'explicit' || size >= 16, 'createSubnets: a prefix reservation is smaller than a /28');
    for (let offset = from; offset < from + size; offset++) {
      const b = t.first28[s] + (offset >> 4);
      const bit = 1 << (offset & 15);
      assert((t.withheldBits[b] & bit) === 0, 'createSubnets: two reservations overlap');
      t.withheldBits[b] |= bit;
      t.pool28[b] = reservation.type === 'prefix' ? RESERVATION : WITHHELD;
    }
  }
}

/** Counts all that an empty subnet offers, the reserved addresses included: they are taken like others afterwards. */
function open(t: Subnets, s: SubnetIndex): void {
  for (let local = 0; local < t.size[s] >> 4; local++) {
    const b = t.first28[s] + local;
    t.free28[b] = 16;
    t.pickableBits[b] = ~t.withheldBits[b];
    countPickable(t, s, local, bitCount(t.pickableBits[b]));
    countPrefix(t, s, local, 1);
  }
  t.useCount[s * USES + USE.free] = t.size[s];
}

/**
 * Takes one pickable address, each with the same chance.
 * @param draw a uniform uint32, or LOWEST
 * @returns its offset, or -1: no address outside the reservations is free
 */
export function takeAddress(t: Subnets, s: SubnetIndex, use: SingleUse, draw: number): number {
  const n = t.pickable[s];
  if (n === 0) return NO_OFFSET;
  const { pickable20, pickable24, pickable28 } = t;
  let rank = rankOf(draw, n);
  // Each scan ends inside its sixteen: the level above says that there are more than `rank`.
  let at = t.first20[s];
  for (let c = pickable20[at]; rank >= c; c = pickable20[at]) {
    rank -= c;
    at++;
  }
  at = t.first24[s] + ((at - t.first20[s]) << 4);
  for (let c = pickable24[at]; rank >= c; c = pickable24[at]) {
    rank -= c;
    at++;
  }
  const first28 = t.first28[s];
  at = first28 + ((at - t.first24[s]) << 4);
  for (let c = pickable28[at]; rank >= c; c = pickable28[at]) {
    rank -= c;
    at++;
  }
  const offset = ((at - first28) << 4) + selectBit(t.pickableBits[at], rank);
  mark(t, s, offset, use);
  return offset;
}

/**
 * Takes one aligned, wholly free /28: from the prefix reservations while they have one, then from the general pool.
 * @param draw a uniform uint32, or LOWEST
 * @returns the offset of its first address, or -1: `InsufficientCidrBlocks`
 */
export function takePrefix(t: Subnets, s: SubnetIndex, draw: number): number {
  const pool = t.prefixes[RESERVATION * t.subnetCount + s] > 0 ? RESERVATION : GENERAL;
  const n = t.prefixes[pool * t.subnetCount + s];
  if (n === 0) return NO_OFFSET;
  const { prefixes20, prefixes24 } = t;
  let rank = rankOf(draw, n);
  const first20 = pool * t.blocks20 + t.first20[s];
  let at = first20;
  for (let c = prefixes20[at]; rank >= c; c = prefixes20[at]) {
    rank -= c;
    at++;
  }
  const first24 = pool * t.blocks24 + t.first24[s];
  at = first24 + ((at - first20) << 4);
  for (let c = prefixes24[at]; rank >= c; c = prefixes24[at]) {
    rank -= c;
    at++;
  }
  const local = ((at - first24) << 4) + selectBit(t.prefixBits[at], rank);
  markPrefix(t, s, local);
  return local << 4;
}

/** Takes this very address, reservation or not. False if it is not free. */
export function takeSpecific(t: Subnets, s: SubnetIndex, offset: number, use: SingleUse): boolean {
  assert(offset >= 0 && offset < t.size[s], 'takeSpecific: the offset lies outside the subnet');
  if (t.use[t.firstAddress[s] + offset] !== USE.free) return false;
  mark(t, s, offset, use);
  return true;
}

/** Takes this very /28, reservation or not. False if one of its addresses is not free. */
export function takeSpecificPrefix(t: Subnets, s: SubnetIndex, offset: number): boolean {
  assert(offset >= 0 && offset < t.size[s] && offset % 16 === 0, 'takeSpecificPrefix: not the first address of a /28 of the subnet');
  if (t.free28[t.first28[s] + (offset >> 4)] !== 16) return false;
  markPrefix(t, s, offset >> 4);
  return true;
}

/**
 * Takes `count` pickable addresses or none. The offsets go to `out[outAt..]` in the order of the picks.
 * @param draw one uniform uint32 for all of them, or LOWEST
 */
export function takeAddresses(
  t: Subnets, s: SubnetIndex, use: SingleUse, count: number, draw: number, out: Int32Array, outAt: number,
): boolean {
  if (t.pickable[s] < count) return false;
  for (let i = 0; i < count; i++) out[outAt + i] = takeAddress(t, s, use, nthDraw(draw, i));
  return true;
}

/** Takes `count` prefixes or none, as `takeAddresses` does. */
export function takePrefixes(t: Subnets, s: SubnetIndex, count: number, draw: number, out: Int32Array, outAt: number): boolean {
  if (freePrefixCount(t, s) < count) return false;
  for (let i = 0; i < count; i++) out[outAt + i] = takePrefix(t, s, nthDraw(draw, i));
  return true;
}

/** Gives back one address; it is free at once, for everybody. */
export function release(t: Subnets, s: SubnetIndex, offset: number): void {
  const a = t.firstAddress[s] + offset;
  const use = t.use[a];
  assert(offset >= 0 && offset < t.size[s], 'release: the offset lies outside the subnet');
  assert(use !== USE.free, 'release: the address is free');
  assert(use !== USE.reserved, 'release: the address is one of the five reserved');
  assert(use !== USE.prefix, 'release: the address is part of a prefix');
  t.use[a] = USE.free;
  t.useCount[s * USES + use]--;
  t.useCount[s * USES + USE.free]++;
  const local = offset >> 4;
  const b = t.first28[s] + local;
  const bit = 1 << (offset & 15);
  if ((t.withheldBits[b] & bit) === 0) {
    t.pickableBits[b] |= bit;
    countPickable(t, s, local, 1);
  }
  if (++t.free28[b] === 16) countPrefix(t, s, local, 1);
}

/** Gives back a prefix, by the offset of its first address. */
export function releasePrefix(t: Subnets, s: SubnetIndex, offset: number): void {
  assert(offset >= 0 && offset < t.size[s] && offset % 16 === 0, 'releasePrefix: not the first address of a /28 of the subnet');
  const a = t.firstAddress[s] + offset;
  const local = offset >> 4;
  const b = t.first28[s] + local;
  // A prefix is taken and given back whole, so its first address speaks for all sixteen; checkSubnets compares them.
  assert(t.use[a] === USE.prefix, 'releasePrefix: the block is not a prefix');
  for (let i = a; i < a + 16; i++) t.use[i] = USE.free;
  t.useCount[s * USES + USE.prefix] -= 16;
  t.useCount[s * USES + USE.free] += 16;
  t.free28[b] = 16;
  t.pickableBits[b] = ~t.withheldBits[b];
  countPickable(t, s, local, bitCount(t.pickableBits[b]));
  countPrefix(t, s, local, 1);
}

/** Addresses that nobody holds, those inside reservations included. */
export const freeCount = (t: Subnets, s: SubnetIndex) => t.useCount[s * USES + USE.free];
/** Addresses that `takeAddress` can give: free and outside every reservation. */
export const pickableCount = (t: Subnets, s: SubnetIndex) => t.pickable[s];
/** Blocks that `takePrefix` can give. */
export const freePrefixCount = (t: Subnets, s: SubnetIndex) =>
  t.prefixes[GENERAL * t.subnetCount + s] + t.prefixes[RESERVATION * t.subnetCount + s];
/** Addresses used so; a prefix counts its sixteen. */
export const countByUse = (t: Subnets, s: SubnetIndex, use: Use) => t.useCount[s * USES + use];
/** What the address at this offset is used for. */
export const useAt = (t: Subnets, s: SubnetIndex, offset: number) => t.use[t.firstAddress[s] + offset] as Use;

/** The longest run of consecutive free addresses, in any pool. Reads the whole subnet: for samples, not for decisions. */
export function largestFreeRun(t: Subnets, s: SubnetIndex): number {
  let longest = 0;
  let run = 0;
  for (let local = 0; local < t.size[s] >> 4; local++) {
    if (t.free28[t.first28[s] + local] === 16) {
      run += 16;
      continue;
    }
    const a = t.firstAddress[s] + (local << 4);
    for (let i = a; i < a + 16; i++) {
      if (t.use[i] === USE.free) {
        run++;
        continue;
      }
      if (run > longest) longest = run;
      run = 0;
    }
  }
  return run > longest ? run : longest; // the last address is reserved, so a run ends before it
}

/** What must hold between any two events: all counts, recounted from the bytes of use. */
export function checkSubnets(t: Subnets): void {
  const pickable20 = new Uint32Array(t.blocks20);
  const pickable24 = new Uint32Array(t.blocks24);
  const prefixes20 = new Uint32Array(t.blocks20 * POOLS);
  const prefixBits = new Uint32Array(t.blocks24 * POOLS);
  for (let s = 0; s < t.subnetCount; s++) {
    const uses = new Uint32Array(USES);
    const prefixes = [0, 0];
    let pickable = 0;
    for (let local = 0; local < t.size[s] >> 4; local++) {
      const b = t.first28[s] + local;
      const block24 = t.first24[s] + (local >> 4);
      const block20 = t.first20[s] + (local >> 8);
      let freeBits = 0;
      let inPrefix = 0;
      for (let i = 0; i < 16; i++) {
        const use = t.use[t.firstAddress[s] + (local << 4) + i];
        uses[use]++;
        if (use === USE.free) freeBits |= 1 << i;
        if (use === USE.prefix) inPrefix++;
      }
      const pickableBits = freeBits & ~t.withheldBits[b];
      assert(inPrefix === 0 || inPrefix === 16, 'subnet: a prefix is not a whole /28');
      assert(t.free28[b] === bitCount(freeBits), 'subnet: the free count of a /28 is wrong');
      assert(t.pickableBits[b] === pickableBits, 'subnet: the bits of a /28 do not tell its pickable addresses');
      assert(t.pickable28[b] === bitCount(pickableBits), 'subnet: the pickable count of a /28 is wrong');
      pickable += bitCount(pickableBits);
      pickable24[block24] += bitCount(pickableBits);
      pickable20[block20] += bitCount(pickableBits);
      const pool = t.pool28[b];
      if (freeBits === 0xffff && pool !== WITHHELD) {
        prefixes[pool]++;
        prefixes20[pool * t.blocks20 + block20]++;
        prefixBits[pool * t.blocks24 + block24] |= 1 << (local & 15);
      }
    }
    assert(t.pickable[s] === pickable, 'subnet: its pickable count is wrong');
    assert(uses.every((n, use) => t.useCount[s * USES + use] === n), 'subnet: a count by use is wrong');
    assert(uses[USE.reserved] === 5, 'subnet: five addresses are reserved');
    assert(prefixes.every((n, pool) => t.prefixes[pool * t.subnetCount + s] === n), 'subnet: its count of free /28s is wrong');
  }
  assert(pickable24.every((n, i) => t.pickable24[i] === n), 'subnet: the pickable count of a /24 is wrong');
  assert(pickable20.every((n, i) => t.pickable20[i] === n), 'subnet: the pickable count of a /20 is wrong');
  assert(prefixBits.every((bits, i) => t.prefixBits[i] === bits), 'subnet: the bits of a /24 do not tell its free /28s');
  assert(prefixBits.every((bits, i) => t.prefixes24[i] === bitCount(bits)), 'subnet: the count of free /28s of a /24 is wrong');
  assert(prefixes20.every((n, i) => t.prefixes20[i] === n), 'subnet: the count of free /28s of a /20 is wrong');
}

/** [0, n) from a uniform uint32; n is below 2^17, so the product is exact. LOWEST gives 0. */
const rankOf = (draw: number, n: number) => (draw === LOWEST ? 0 : Math.floor((draw * n) / 4294967296));

const nthDraw = (draw: number, i: number) => (draw === LOWEST || i === 0 ? draw : mix(draw + Math.imul(i, 0x9e3779b9)));

function countPickable(t: Subnets, s: SubnetIndex, local28: number, by: number): void {
  t.pickable28[t.first28[s] + local28] += by;
  t.pickable24[t.first24[s] + (local28 >> 4)] += by;
  t.pickable20[t.first20[s] + (local28 >> 8)] += by;
  t.pickable[s] += by;
}

/** The /28 became wholly free (by = 1) or stopped being so (by = -1). */
function countPrefix(t: Subnets, s: SubnetIndex, local28: number, by: 1 | -1): void {
  const pool = t.pool28[t.first28[s] + local28];
  if (pool === WITHHELD) return;
  const block24 = pool * t.blocks24 + t.first24[s] + (local28 >> 4);
  t.prefixBits[block24] ^= 1 << (local28 & 15);
  t.prefixes24[block24] += by;
  t.prefixes20[pool * t.blocks20 + t.first20[s] + (local28 >> 8)] += by;
  t.prefixes[pool * t.subnetCount + s] += by;
}

/** A free address is held from now on. */
function mark(t: Subnets, s: SubnetIndex, offset: number, use: Use): void {
  t.use[t.firstAddress[s] + offset] = use;
  t.useCount[s * USES + USE.free]--;
  t.useCount[s * USES + use]++;
  const local = offset >> 4;
  const b = t.first28[s] + local;
  const bit = 1 << (offset & 15);
  if ((t.withheldBits[b] & bit) === 0) {
    t.pickableBits[b] ^= bit;
    countPickable(t, s, local, -1);
  }
  if (t.free28[b]-- === 16) countPrefix(t, s, local, -1);
}

/** A wholly free /28 is a prefix from now on. */
function markPrefix(t: Subnets, s: SubnetIndex, local28: number): void {
  const a = t.firstAddress[s] + (local28 << 4);
  const b = t.first28[s] + local28;
  for (let i = a; i < a + 16; i++) t.use[i] = USE.prefix;
  t.useCount[s * USES + USE.free] -= 16;
  t.useCount[s * USES + USE.prefix] += 16;
  countPickable(t, s, local28, -t.pickable28[b]);
  countPrefix(t, s, local28, -1);
  t.pickableBits[b] = 0;
  t.free28[b] = 0;
}

function bitCount(bits: number): number {
  let n = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) n++;
  return n;
}

/** Place of the k-th set bit, counted from 0; `bits` has more than k. */
function selectBit(bits: number, k: number): number {
  let rest = bits;
  for (let i = k; i > 0; i--) rest &= rest - 1;
  return 31 - Math.clz32(rest & -rest);
}
