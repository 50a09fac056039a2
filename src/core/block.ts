/**
 * Block: the words of one node, laid out from a declaration.
 *
 * Why     A node is run alone, so all its state should be one stretch of memory: one visit, one walk through L1.
 * Shape   Scalars come first, at offsets that no shape changes; arrays follow, at offsets that depend on the shape's dimensions
 *         only. A 'key' is one Float64 (two words, 8-byte aligned) holding `time * KEY_SCALE + low bits`.
 * Units   'time' is Int32 ms relative to the run's origin; NEVER and FOREVER do not move.
 * Errors  A layout whose dimensions do not fit its encodings is refused by `assert`.
 */
import { FOREVER, NEVER, type Ms } from './units.ts';

export type Kind = 'word' | 'time' | 'key';
export type ScalarFields = Readonly<Record<string, Kind>>;
export type ArrayFields<Dims> = Readonly<Record<string, readonly [kind: Kind, length: (dims: Dims) => number]>>;
export type Offsets<F> = { readonly [Field in keyof F]: number };

/** Low part of a key: 4,096 values for (rank, row). Times up to 2^31 leave a key exact in 53 bits. */
export const KEY_SCALE = 4096;
export const LAST_KEY = FOREVER * KEY_SCALE;

const wordsOf = (kind: Kind) => (kind === 'key' ? 2 : 1);

/** Offsets of scalar fields, in the order of their declaration. Keys are not allowed among scalars, so nothing needs padding. */
export function scalarOffsets<F extends ScalarFields>(fields: F): Offsets<F> & { readonly size: number } {
  const offsets: Record<string, number> = {};
  let at = 0;
  for (const field of Object.keys(fields)) offsets[field] = at++;
  offsets.size = at;
  // the spread matters: an object filled by computed keys is a hash table to V8, its copy is not, and every event reads these
  return Object.freeze({ ...offsets }) as Offsets<F> & { readonly size: number };
}

export interface TimeRange { readonly kind: 'time' | 'key'; readonly from: number; readonly length: number }

/** Offsets of array fields from `start`, the words used, and where moments are kept. Keys are placed first, on even words. */
export function arrayOffsets<Dims, F extends ArrayFields<Dims>>(
  fields: F, dims: Dims, start: number,
): { readonly at: Offsets<F>; readonly end: number; readonly times: readonly TimeRange[] } {
  const at: Record<string, number> = {};
  const times: TimeRange[] = [];
  let end = start + (start & 1);
  const ordered = Object.entries(fields).sort(([, [a]], [, [b]]) => wordsOf(b) - wordsOf(a));
  for (const [field, [kind, lengthOf]] of ordered) {
    const length = lengthOf(dims);
    at[field] = end;
    if (kind !== 'word') times.push({ kind, from: end, length });
    end += length * wordsOf(kind);
  }
  return { at: at as Offsets<F>, end: end + (end & 1), times };
}

/** The moments among scalar fields, as ranges for `rebase`. */
export function scalarTimes(fields: ScalarFields, start: number): readonly TimeRange[] {
  return Object.values(fields).flatMap((kind, i) => (kind === 'time' ? [{ kind: 'time' as const, from: start + i, length: 1 }] : []));
}

/** Moves the origin of a block's moments forward by `by` ms. What lies further back than a block can say becomes NEVER. */
export function rebase(w: Int32Array, d: Float64Array, block: number, times: readonly TimeRange[], by: Ms): void {
  for (const { kind, from, length } of times) {
    if (kind === 'key') {
      const first = (block + from) >> 1;
      for (let i = first; i < first + length; i++) if (d[i] !== LAST_KEY) d[i] -= by * KEY_SCALE;
    } else {
      for (let i = block + from; i < block + from + length; i++) {
        const t = w[i];
        if (t !== NEVER && t !== FOREVER) w[i] = Math.max(t - by, NEVER);
      }
    }
  }
}
