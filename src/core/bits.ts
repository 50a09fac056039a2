/** Bits: masks over the slots of an ENI, one or more words each, lowest bit first. */
import { NONE } from './units.ts';

/** The lowest set bit at or after `from` of the mask of `words` words at w[first], or NONE. */
export function nextBit(w: Int32Array, first: number, words: number, from: number): number {
  let i = from >> 5;
  if (i >= words) return NONE;
  let bits = w[first + i] & (-1 << (from & 31));
  while (bits === 0) {
    if (++i === words) return NONE;
    bits = w[first + i];
  }
  return (i << 5) + 31 - Math.clz32(bits & -bits);
}

/** Makes room for a new zero bit at `bit`: the bits from there on move up by one. */
export function insertBit(w: Int32Array, first: number, words: number, bit: number): void {
  const i = bit >> 5;
  for (let k = words - 1; k > i; k--) w[first + k] = (w[first + k] << 1) | (w[first + k - 1] >>> 31);
  const low = (1 << (bit & 31)) - 1;
  w[first + i] = (w[first + i] & low) | ((w[first + i] & ~low) << 1);
}

/** Takes the bit at `bit` out: the bits after it move down by one. */
export function removeBit(w: Int32Array, first: number, words: number, bit: number): void {
  const i = bit >> 5;
  const low = (1 << (bit & 31)) - 1;
  w[first + i] = (w[first + i] & low) | ((w[first + i] >>> 1) & ~low);
  for (let k = i + 1; k < words; k++) {
    w[first + k - 1] = (w[first + k - 1] & 0x7fffffff) | (w[first + k] << 31);
    w[first + k] >>>= 1;
  }
}
