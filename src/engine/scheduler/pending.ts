/**
 * Pods that wait for room: a queue per demand, in the order (created, pod id), and one pass over them when room may have appeared.
 *
 * Why     Pods of one demand fit or do not fit together, so only the head of each queue is tried. A demand that found nothing is not
 *         tried again before a node was added, became ready, was uncordoned or lost a pod: the queueing hints of kube-scheduler.
 * Order   Over all demands by (created, pod id). kube-scheduler sorts by priority and the time of the last try, and keeps a pod away for 1 to
 *         10 s after a failure; neither is modelled here.
 * Errors  A full table is our bug: `waitingCapacity` bounds the pods alive.
 * Source  kubernetes pkg/scheduler/backend/queue/scheduling_queue.go.
 */
import { assert } from '../../core/assert.ts';
import { NONE, type Ms } from '../../core/units.ts';
import { schedule } from '../scheduler.ts';
import { COUNTER, type DemandIndex, type PodClassIndex, type Scheduler, type WaitingRow } from './state.ts';

/** Where `takePending` writes; all columns of one length. */
export interface Placements {
  readonly podId: Float64Array;
  readonly podClass: Int32Array;
  readonly createdAt: Float64Array;
  readonly node: Int32Array;
}

/** Lets a pod wait. @returns its row, which `cancelPending` wants; it is free again once the pod was placed. */
export function enqueue(s: Scheduler, podClass: PodClassIndex, podId: number, createdAt: Ms): WaitingRow {
  const { wait, demand, counter } = s;
  const row = counter[COUNTER.freeRow];
  assert(row !== NONE, 'enqueue: more pods wait than waitingCapacity');
  counter[COUNTER.freeRow] = wait.next[row];
  counter[COUNTER.waitingCount]++;
  counter[COUNTER.unchecked] = 1;
  const d = s.demandOf[podClass];
  wait.podId[row] = podId;
  wait.createdAt[row] = createdAt;
  wait.podClass[row] = podClass;
  // Pods come in the order of their creation but for a few, so the search from the tail is short.
  let before = demand.tail[d];
  while (before !== NONE && isBefore(s, row, before)) before = wait.previous[before];
  const after = before === NONE ? demand.head[d] : wait.next[before];
  link(s, d, before, row);
  link(s, d, row, after);
  demand.waiting[d]++;
  return row;
}

/** The pod was deleted while it waited. */
export function cancelPending(s: Scheduler, row: WaitingRow): void {
  unlink(s, s.demandOf[s.wait.podClass[row]], row);
}

/**
 * Places pods that wait, in order, as far as room goes.
 * @returns how many were written to `out`; as many as it holds means: call again
 */
export function takePending(s: Scheduler, out: Placements): number {
  const { demand, heap, counter, wait } = s;
  if (counter[COUNTER.waitingCount] === 0) return 0;
  const openings = counter[COUNTER.openings];
  if (counter[COUNTER.unchecked] === 0 && counter[COUNTER.checkedAt] === openings) return 0;
  let size = 0;
  for (let d = 0; d < s.demandCount; d++) if (demand.waiting[d] > 0 && demand.blockedAt[d] !== openings) heap[size++] = d;
  for (let i = (size >> 1) - 1; i >= 0; i--) siftDown(s, i, size);
  let placed = 0;
  while (size > 0 && placed < out.node.length) {
    const d = heap[0];
    const row = demand.head[d];
    const n = schedule(s, wait.podClass[row], wait.podId[row]);
    if (n !== NONE) {
      out.podId[placed] = wait.podId[row];
      out.podClass[placed] = wait.podClass[row];
      out.createdAt[placed] = wait.createdAt[row];
      out.node[placed] = n;
      placed++;
      unlink(s, d, row);
    }
    if (n === NONE || demand.head[d] === NONE) heap[0] = heap[--size]; // nothing is released meanwhile, so it stays blocked
    siftDown(s, 0, size);
  }
  counter[COUNTER.checkedAt] = openings;
  counter[COUNTER.unchecked] = size > 0 ? 1 : 0;
  return placed;
}

export const pendingCount = (s: Scheduler) => s.counter[COUNTER.waitingCount];

function isBefore({ wait }: Scheduler, a: WaitingRow, b: WaitingRow): boolean {
  return wait.createdAt[a] < wait.createdAt[b] || (wait.createdAt[a] === wait.createdAt[b] && wait.podId[a] < wait.podId[b]);
}

function link({ wait, demand }: Scheduler, d: DemandIndex, before: WaitingRow, after: WaitingRow): void {
  if (before === NONE) demand.head[d] = after;
  else wait.next[before] = after;
  if (after === NONE) demand.tail[d] = before;
  else wait.previous[after] = before;
}

function unlink(s: Scheduler, d: DemandIndex, row: WaitingRow): void {
  const { wait, counter } = s;
  assert(wait.podClass[row] !== NONE, 'pending: the row is free');
  link(s, d, wait.previous[row], wait.next[row]);
  s.demand.waiting[d]--;
  wait.podClass[row] = NONE;
  wait.next[row] = counter[COUNTER.freeRow];
  counter[COUNTER.freeRow] = row;
  counter[COUNTER.waitingCount]--;
}

/** The heap holds demands, the one whose head is first on top. Heads differ in pod id, so there are no ties. */
function siftDown(s: Scheduler, from: number, size: number): void {
  const { heap, demand } = s;
  let at = from;
  for (;;) {
    let first = 2 * at + 1;
    if (first >= size) return;
    if (first + 1 < size && isBefore(s, demand.head[heap[first + 1]], demand.head[heap[first]])) first++;
    if (!isBefore(s, demand.head[heap[first]], demand.head[heap[at]])) return;
    const d = heap[at];
    heap[at] = heap[first];
    heap[first] = d;
    at = first;
  }
}

/** What must hold between any two events. */
export function checkPending(s: Scheduler): void {
  let total = 0;
  for (let d = 0; d < s.demandCount; d++) {
    let count = 0;
    let last = NONE;
    for (let row = s.demand.head[d]; row !== NONE; row = s.wait.next[row]) {
      assert(s.demandOf[s.wait.podClass[row]] === d, 'pending: a pod waits in the queue of another demand');
      assert(last === NONE ? s.wait.previous[row] === NONE : isBefore(s, last, row), 'pending: a queue is out of order');
      last = row;
      count++;
    }
    assert(s.demand.tail[d] === last, 'pending: the tail is not the last');
    assert(s.demand.waiting[d] === count, 'pending: a queue is miscounted');
    total += count;
  }
  let free = 0;
  for (let row = s.counter[COUNTER.freeRow]; row !== NONE; row = s.wait.next[row]) free++;
  assert(total === s.counter[COUNTER.waitingCount], 'pending: the total is wrong');
  assert(total + free === s.waitingCapacity, 'pending: a row is lost');
}
