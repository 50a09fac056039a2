/**
 * Attached: the ENIs of an instance as EC2 knows them and as its metadata service lists them.
 *
 * Shape   Rows sorted by ENI number (creation order on this node), without holes; an address or prefix is a slot that is empty, held, or
 *         freed but still listed for a while (`attachedUntil`).
 * Why     Kept beside ipamd's store in the same block, so reading instance metadata is reading neighbours.
 */
import { assert } from './assert.ts';
import { ENI_PRIMARY, N, type Blocks } from './node.ts';
import { FOREVER, NEVER, NONE, type Block, type Ms } from './units.ts';

export type AttachedRow = number;

export function findAttached({ w, at }: Blocks, n: Block, number: number): AttachedRow {
  for (let a = 0; a < at.enis; a++) if (w[n + at.attachedNumber + a] === number) return a;
  return NONE;
}

export function attachedCount({ w, at }: Blocks, n: Block): number {
  let a = 0;
  while (a < at.enis && w[n + at.attachedNumber + a] !== NONE) a++;
  return a;
}

const fields = (at: Blocks['at']) => [
  [at.attachedNumber, 1], [at.attachedFlags, 1], [at.attachedDevice, 1], [at.attachedSubnet, 1], [at.attachedPrimaryIp, 1],
  [at.attachedVisibleAt, 1], [at.attachedAddress, at.attachedSlots], [at.attachedUntil, at.attachedSlots], [at.attachedPrefix, at.attachedMaskWords],
] as const;

function move({ w, at }: Blocks, n: Block, from: number, end: number, delta: 1 | -1): void {
  for (const [offset, width] of fields(at)) {
    w.copyWithin(n + offset + (from + delta) * width, n + offset + from * width, n + offset + end * width);
  }
}

/** The lowest device number not in use. */
export function freeDevice({ w, at }: Blocks, n: Block): number {
  for (let device = 0; ; device++) {
    let used = false;
    for (let a = 0; a < at.enis; a++) if (w[n + at.attachedNumber + a] !== NONE && w[n + at.attachedDevice + a] === device) used = true;
    if (!used) return device;
  }
}

export function attach(
  b: Blocks, n: Block, number: number, device: number, flags: number, subnet: number, primaryIp: number, visibleAt: Ms,
): AttachedRow {
  const { w, at } = b;
  const count = attachedCount(b, n);
  assert(count < at.enis, 'attach: the instance has a free row');
  let a = count;
  while (a > 0 && w[n + at.attachedNumber + a - 1] > number) a--;
  move(b, n, a, count, 1);
  w[n + at.attachedNumber + a] = number;
  w[n + at.attachedFlags + a] = flags;
  w[n + at.attachedDevice + a] = device;
  w[n + at.attachedSubnet + a] = subnet;
  w[n + at.attachedPrimaryIp + a] = primaryIp;
  w[n + at.attachedVisibleAt + a] = visibleAt;
  w.fill(NEVER, n + at.attachedUntil + a * at.attachedSlots, n + at.attachedUntil + (a + 1) * at.attachedSlots);
  w.fill(0, n + at.attachedPrefix + a * at.attachedMaskWords, n + at.attachedPrefix + (a + 1) * at.attachedMaskWords);
  if (number >= w[n + N.eniNumberNext]) w[n + N.eniNumberNext] = number + 1;
  return a;
}

export function detach(b: Blocks, n: Block, a: AttachedRow): void {
  const count = attachedCount(b, n);
  move(b, n, a + 1, count, -1);
  b.w[n + b.at.attachedNumber + count - 1] = NONE;
}

export const isAttachedPrefix = ({ w, at }: Blocks, n: Block, a: AttachedRow, slot: number) =>
  ((w[n + at.attachedPrefix + a * at.attachedMaskWords + (slot >> 5)] >>> (slot & 31)) & 1) === 1;

export const isHeld = ({ w, at }: Blocks, n: Block, a: AttachedRow, slot: number) =>
  w[n + at.attachedUntil + a * at.attachedSlots + slot] === FOREVER;

/** Does instance metadata, read at `when`, list the slot? Prefixes of the primary ENI are the caller's affair. */
export const isListed = ({ w, at }: Blocks, n: Block, a: AttachedRow, slot: number, when: Ms) =>
  w[n + at.attachedUntil + a * at.attachedSlots + slot] > when;

/** Secondary addresses and prefixes that EC2 counts on the ENI. */
export function heldCount(b: Blocks, n: Block, a: AttachedRow): number {
  let count = 0;
  for (let slot = 0; slot < b.at.attachedSlots; slot++) if (isHeld(b, n, a, slot)) count++;
  return count;
}

export function findHeld(b: Blocks, n: Block, a: AttachedRow, ip: number, prefix: boolean): number {
  const { w, at } = b;
  for (let slot = 0; slot < at.attachedSlots; slot++) {
    if (w[n + at.attachedAddress + a * at.attachedSlots + slot] === ip && isHeld(b, n, a, slot) && isAttachedPrefix(b, n, a, slot) === prefix) return slot;
  }
  return NONE;
}

/** EC2 gives the ENI an address or prefix. A listing of the same one that was about to vanish ends; an old one may be dropped for room. */
export function hold(b: Blocks, n: Block, a: AttachedRow, ip: number, prefix: boolean): void {
  const { w, at } = b;
  const first = a * at.attachedSlots;
  let free = NONE, oldest = NONE;
  for (let slot = 0; slot < at.attachedSlots; slot++) {
    const until = w[n + at.attachedUntil + first + slot];
    if (until === FOREVER) continue;
    if (until !== NEVER && w[n + at.attachedAddress + first + slot] === ip && isAttachedPrefix(b, n, a, slot) === prefix) { free = slot; break; }
    if (until === NEVER) { if (free === NONE) free = slot; }
    else if (oldest === NONE || until < w[n + at.attachedUntil + first + oldest]) oldest = slot;
  }
  const slot = free !== NONE ? free : oldest;
  assert(slot !== NONE, 'hold: the ENI has a slot');
  w[n + at.attachedAddress + first + slot] = ip;
  w[n + at.attachedUntil + first + slot] = FOREVER;
  const mask = n + at.attachedPrefix + a * at.attachedMaskWords + (slot >> 5);
  if (prefix) w[mask] |= 1 << (slot & 31);
  else w[mask] &= ~(1 << (slot & 31));
}

/** EC2 takes the address or prefix away; metadata goes on listing it before `listedUntil`. */
export function unhold(b: Blocks, n: Block, a: AttachedRow, slot: number, listedUntil: Ms): void {
  b.w[n + b.at.attachedUntil + a * b.at.attachedSlots + slot] = listedUntil;
}

export const isPrimaryEni = ({ w, at }: Blocks, n: Block, a: AttachedRow) => (w[n + at.attachedFlags + a] & ENI_PRIMARY) !== 0;
