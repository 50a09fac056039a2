/**
 * Heap: rows ordered by (time, tie, row), earliest first; any row can be taken out.
 *
 * Shape   The keys lie in columns by row; the heap holds row numbers, and `place` says where a row stands. A row is in the heap at most once.
 */
export interface Heap {
  count: number;
  readonly rows: Int32Array;
  readonly place: Int32Array;
  readonly time: Float64Array;
  readonly tie: Uint32Array;
}

export function createHeap(capacity: number): Heap {
  return { count: 0, rows: new Int32Array(capacity), place: new Int32Array(capacity), time: new Float64Array(capacity), tie: new Uint32Array(capacity) };
}

const before = ({ time, tie }: Heap, a: number, b: number) =>
  time[a] !== time[b] ? time[a] < time[b] : tie[a] !== tie[b] ? tie[a] < tie[b] : a < b;

/** Lets `row` rise from place i to where it belongs. */
function rise(h: Heap, row: number, i: number): void {
  const { rows, place } = h;
  while (i > 0) {
    const parent = (i - 1) >> 1;
    const above = rows[parent];
    if (!before(h, row, above)) break;
    rows[i] = above;
    place[above] = i;
    i = parent;
  }
  rows[i] = row;
  place[row] = i;
}

/** Lets `row` sink from place i to where it belongs. */
function sink(h: Heap, row: number, i: number): void {
  const { rows, place, count } = h;
  for (;;) {
    let child = 2 * i + 1;
    if (child >= count) break;
    if (child + 1 < count && before(h, rows[child + 1], rows[child])) child++;
    const below = rows[child];
    if (!before(h, below, row)) break;
    rows[i] = below;
    place[below] = i;
    i = child;
  }
  rows[i] = row;
  place[row] = i;
}

export function push(h: Heap, row: number, time: number, tie: number): void {
  h.time[row] = time;
  h.tie[row] = tie;
  rise(h, row, h.count++);
}

/** Time of the earliest row; Infinity when there is none. */
export const firstTime = (h: Heap): number => (h.count === 0 ? Number.POSITIVE_INFINITY : h.time[h.rows[0]]);

export function pop(h: Heap): number {
  const row = h.rows[0];
  remove(h, row);
  return row;
}

/** Takes out a row that is in the heap. */
export function remove(h: Heap, row: number): void {
  const i = h.place[row];
  const last = h.rows[--h.count];
  if (last === row) return;
  rise(h, last, i);
  if (h.place[last] === i) sink(h, last, i);
}
