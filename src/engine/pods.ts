/**
 * Pods on one node: a row each, and one queue of what happens to them next.
 *
 * Shape   The queue is a sorted run of keys in the node's block, the earliest last: `time * KEY_SCALE + rank * 1024 + row`. A pod has at most one
 *         entry. Taking the earliest is free; inserting shifts the entries that come earlier. Free rows are a list through `podAddress`,
 *         as -2 - next, which no address reference can be.
 * Why     A sorted run beat a binary heap at 27 pods and equalled it at 110 (performance of the prototype); it has a total order.
 */
import { assert } from '../core/assert.ts';
import { KEY_SCALE } from '../core/block.ts';
import { N, type Blocks } from '../core/node.ts';
import { NONE, type Block, type Ms, type PodRow } from '../core/units.ts';

/** Order of a pod's own events within one millisecond. A retry is an ADD after one that failed. */
export const RANK = { del: 0, stop: 1, add: 2, retry: 3 } as const;
const RANK_SCALE = 1024;
const END_OF_LIST = 0x3fffffff;

/** The low part of a key, `key - timeOfKey(key) * KEY_SCALE`, is rank and row. */
export const ROW_MASK = RANK_SCALE - 1;
export const RANK_SHIFT = 10;

/** The moment of a key, if a block can say it (below 2^31). Cut to 32 bits it is a small integer wherever it goes, never a heap number. */
export const timeOfKey = (key: number): Ms => (key * (1 / KEY_SCALE)) | 0;
export const rowOfKey = (key: number): PodRow => (key - timeOfKey(key) * KEY_SCALE) & ROW_MASK;

export function createPods({ w, at }: Blocks, n: Block): void {
  for (let p = 0; p < at.pods; p++) w[n + at.podAddress + p] = -2 - (p + 1 < at.pods ? p + 1 : END_OF_LIST);
  w[n + N.podFirstFree] = 0;
  w[n + N.podQueued] = 0;
}

export function takePodRow({ w, at }: Blocks, n: Block): PodRow {
  const p = w[n + N.podFirstFree];
  assert(p !== END_OF_LIST, 'takePodRow: the node has a free pod row');
  w[n + N.podFirstFree] = -2 - w[n + at.podAddress + p];
  w[n + at.podAddress + p] = NONE;
  return p;
}

/** Rows that hold a pod, in order of row. */
export function podRows({ w, at }: Blocks, n: Block): PodRow[] {
  const free = new Set<PodRow>();
  for (let p = w[n + N.podFirstFree]; p !== END_OF_LIST; p = -2 - w[n + at.podAddress + p]) free.add(p);
  return Array.from({ length: at.pods }, (_, p) => p).filter(p => !free.has(p));
}

/** The rank of the pod's next event, or NONE. */
export function queuedRank({ w, d, at }: Blocks, n: Block, p: PodRow): number {
  const first = (n + at.podKey) >> 1;
  for (let i = first; i < first + w[n + N.podQueued]; i++) if (rowOfKey(d[i]) === p) return (d[i] - timeOfKey(d[i]) * KEY_SCALE) >> RANK_SHIFT;
  return NONE;
}

/** Takes the pod's next event out of the queue, if it has one. */
export function unqueuePod({ w, d, at }: Blocks, n: Block, p: PodRow): void {
  const first = (n + at.podKey) >> 1;
  const count = w[n + N.podQueued];
  for (let i = first; i < first + count; i++) {
    if (rowOfKey(d[i]) !== p) continue;
    d.copyWithin(i, i + 1, first + count);
    w[n + N.podQueued] = count - 1;
    return;
  }
}

export function freePodRow({ w, at }: Blocks, n: Block, p: PodRow): void {
  w[n + at.podAddress + p] = -2 - w[n + N.podFirstFree];
  w[n + N.podFirstFree] = p;
}

/** Puts the pod's next event into the queue. */
export function queuePod({ w, d, at }: Blocks, n: Block, time: Ms, rank: number, p: PodRow): void {
  const first = (n + at.podKey) >> 1;
  const key = time * KEY_SCALE + rank * RANK_SCALE + p;
  let i = first + w[n + N.podQueued];
  w[n + N.podQueued] += 1;
  while (i > first) {
    const earlier = d[i - 1];
    if (earlier > key) break;
    d[i] = earlier;
    i--;
  }
  d[i] = key;
}
