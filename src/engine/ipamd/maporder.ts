/**
 * Map order: where a walk over a Go map starts.
 *
 * Shape   A map that never held more than 8 entries is one group of 8 places, and a walk starts at a uniformly random place of the 8 and goes
 *         round. A larger one has a fixed circular order.
 * Exact   ENIs and CIDRs of maps that never held more than 8: places are rows of our tables, a new entry takes the lowest empty one.
 * Approx  A larger map starts at a uniformly random entry, in order of rows: Go hashes entries into groups of 8 by a seed of the process, so that there
 *         the entry behind the holes comes first more often. Records of a /28 stand in order of hosts, which is that of insertion until one is
 *         reused (datastore.ts: assignAddress). Neither moves a count of secondary IPs: those of an ENI are worth the same.
 * Source  ipamd-spec §14, measured on Go 1.26.
 */
import { ENI_LARGE_MAP, N, S, type Blocks, type Layout } from '../../core/node.ts';
import { draw } from '../../core/random.ts';
import { NONE, type Block, type EniRow } from '../../core/units.ts';
import type { Settings } from './settings.ts';

/** Entries up to which a map is one group of as many places. */
export const SMALL_MAP = 8;

/** Start row of a walk over `rows` rows with `count` entries, from 16 bits of chance; an entry is a row whose word is not NONE. */
export function startOfWalk(chance: number, count: number, everOver8: boolean, w: Int32Array, first: number, rows: number): number {
  if (!everOver8) return chance >>> 13;
  let k = (chance * count) >>> 16;
  for (let row = 0; row < rows; row++) if (w[first + row] !== NONE && k-- === 0) return row;
  return 0;
}

/** Begins a walk over the ENIs of the data store: N.cursor counts places, `rowAt` turns the count into a row. */
export function chooseStart(b: Blocks, n: Block, c: Settings): void {
  const { w, at } = b;
  w[n + N.cursor] = 0;
  w[n + N.orderStart] = c.lowestFirst
    ? 0
    : startOfWalk(draw(w[n + N.orderKey], w[n + N.orders]++) >>> 16, w[n + S.eniCount], w[n + S.eniEverOver8] === 1, w, n + at.eniNumber, at.enis);
}

/**
 * The same over the copy that GetENIInfos makes, for releases: the walk that copies rotates the entries into places 0, 1, ... of a new map, whose own
 * walk rotates again. Of two ENIs the older comes first in 50 of 64 walks.
 */
export function chooseStartOfCopy(b: Blocks, n: Block, c: Settings): void {
  const { w, at } = b;
  chooseStart(b, n, c);
  if (c.lowestFirst || w[n + S.eniEverOver8] === 1) return; // uniform twice is uniform
  let skip = draw(w[n + N.orderKey], w[n + N.orders]++) >>> 29;
  if (skip >= w[n + S.eniCount]) return; // starts in the empty places behind the last entry
  let k = 0;
  while (rowAt(b, n, k) === NONE || skip-- > 0) k++;
  w[n + N.orderStart] = (w[n + N.orderStart] + k) % walkLength(at);
}

/** Slot at which a walk over the CIDRs of ENI e starts, from 16 bits of chance. It may be an empty one, or lie behind the table. */
export const startOfSlots = ({ w, at }: Blocks, n: Block, e: EniRow, chance: number): number =>
  (w[n + at.eniFlags + e] & ENI_LARGE_MAP) === 0 ? chance & (SMALL_MAP - 1) : (chance * w[n + at.eniSlotCount + e]) >>> 16;

/** Places of a walk: rows of the table, at least the 8 of a small map. */
export const walkLength = (at: Layout) => Math.max(at.enis, SMALL_MAP);

/** The ENI row at the k-th place of the walk, or NONE for an empty place. */
export function rowAt({ w, at }: Blocks, n: Block, k: number): EniRow {
  const row = (w[n + N.orderStart] + k) % walkLength(at);
  return row < at.enis && w[n + at.eniNumber + row] !== NONE ? row : NONE;
}
