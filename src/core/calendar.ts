/**
 * Calendar: rows ordered by (time, tie, row) like a heap, for many rows that lie far ahead.
 *
 *     now ──► heap of this bucket's rows │ bucket │ bucket │ … 4,096 buckets of 1 s … │ far: a list, looked through when the ring has gone round
 *
 * Why     A heap of all pods' ends is 17 levels of cache misses per pod at 200,000 pods. Here only the rows of one second are ever in a heap; putting a
 *         row into a bucket and taking it out touches its neighbours in the list alone.
 * Shape   Lists are doubly linked through columns by row, so any row can be taken out. Times before the present bucket's end go to the heap.
 */
import { assert } from './assert.ts';
import { createHeap, firstTime as heapTime, pop as heapPop, push as heapPush, remove as heapRemove, type Heap } from './heap.ts';
import { NONE, type Ms } from './units.ts';

const BUCKET_MS = 1000;
const BUCKETS = 4096;
/** `list` of a row that is in the heap, or nowhere. The list after the buckets is the far one. */
const IN_HEAP = -2;
const NOWHERE = -1;
const FAR = BUCKETS;

export interface Calendar {
  readonly heap: Heap;
  /** Rows in lists. */
  listed: number;
  /** The number of the present bucket since moment 0: rows before its end are in the heap. */
  bucket: number;
  readonly head: Int32Array;
  readonly next: Int32Array;
  readonly previous: Int32Array;
  readonly list: Int32Array;
}

export function createCalendar(capacity: number): Calendar {
  return {
    heap: createHeap(capacity), listed: 0, bucket: 0, head: new Int32Array(BUCKETS + 1).fill(NONE),
    next: new Int32Array(capacity), previous: new Int32Array(capacity), list: new Int32Array(capacity).fill(NOWHERE),
  };
}

export function push(c: Calendar, row: number, time: Ms, tie: number): void {
  assert(c.list[row] === NOWHERE, 'calendar: a row is in it once');
  const bucket = Math.floor(time / BUCKET_MS);
  if (bucket <= c.bucket) {
    c.list[row] = IN_HEAP;
    heapPush(c.heap, row, time, tie);
    return;
  }
  c.heap.time[row] = time;
  c.heap.tie[row] = tie;
  link(c, row, bucket - c.bucket < BUCKETS ? bucket % BUCKETS : FAR);
}

function link(c: Calendar, row: number, list: number): void {
  const first = c.head[list];
  c.list[row] = list;
  c.next[row] = first;
  c.previous[row] = NONE;
  if (first !== NONE) c.previous[first] = row;
  c.head[list] = row;
  c.listed++;
}

function unlink(c: Calendar, row: number): void {
  const { next, previous, head, list } = c;
  if (previous[row] === NONE) head[list[row]] = next[row];
  else next[previous[row]] = next[row];
  if (next[row] !== NONE) previous[next[row]] = previous[row];
  list[row] = NOWHERE;
  c.listed--;
}

/** Moves on until the heap has a row, or no row is left. */
function settle(c: Calendar): void {
  while (c.heap.count === 0 && c.listed > 0) {
    c.bucket++;
    const at = c.bucket % BUCKETS;
    if (at === 0) bringNear(c);
    for (let row = c.head[at]; row !== NONE; ) {
      const following = c.next[row];
      unlink(c, row);
      c.list[row] = IN_HEAP;
      heapPush(c.heap, row, c.heap.time[row], c.heap.tie[row]);
      row = following;
    }
  }
}

/** The ring has gone round: what was far may be near now. */
function bringNear(c: Calendar): void {
  for (let row = c.head[FAR]; row !== NONE; ) {
    const following = c.next[row];
    const bucket = Math.floor(c.heap.time[row] / BUCKET_MS);
    if (bucket - c.bucket < BUCKETS) {
      unlink(c, row);
      link(c, row, bucket % BUCKETS);
    }
    row = following;
  }
}

/** Time of the earliest row; Infinity when there is none. */
export function firstTime(c: Calendar): Ms {
  if (c.heap.count === 0) settle(c);
  return heapTime(c.heap);
}

/** Tie of the earliest row; there must be one. */
export const firstTie = ({ heap }: Calendar): number => heap.tie[heap.rows[0]];

export function pop(c: Calendar): number {
  if (c.heap.count === 0) settle(c);
  const row = heapPop(c.heap);
  c.list[row] = NOWHERE;
  return row;
}

/** Is the row in the calendar? */
export const has = ({ list }: Calendar, row: number): boolean => list[row] !== NOWHERE;

/** Rows in the calendar. */
export const sizeOf = ({ heap, listed }: Calendar): number => heap.count + listed;

/** Takes out a row that is in the calendar. */
export function remove(c: Calendar, row: number): void {
  assert(c.list[row] !== NOWHERE, 'calendar: the row is in it');
  if (c.list[row] === IN_HEAP) {
    heapRemove(c.heap, row);
    c.list[row] = NOWHERE;
  } else unlink(c, row);
}
