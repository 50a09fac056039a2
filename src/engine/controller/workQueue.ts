/**
 * The controller's work queue: jobs that merge while they wait, run one at a time, and come back later when they failed.
 *
 * Why     The order of jobs decides who gets the last branch ENI, so the queue is client-go's, ties included: jobs that become ready at the
 *         same moment leave its heap in the order in which Go's container/heap gives them up, which is neither that of arrival nor of names.
 * Shape   A job is a row: kind, subject (a pod, a node), count. Equal keys share a row; a job without a key never merges.
 *
 *           submit ─► dirty, in line ─► get: processing ─► done ─► gone, or in line again if it was submitted meanwhile
 *                         ▲                    │
 *                         └── ready ◄─ heap ◄──┘ submitAfter, retry (5 ms × 2^failures)
 *
 * Source  k8s.io/client-go util/workqueue: queue.go (Add, Get, Done), delaying_queue.go (insert, waitingLoop), default_rate_limiters.go;
 *         amazon-vpc-resource-controller-k8s b8d4251 pkg/worker/worker.go (processNextItem).
 */
import { assert } from '../../core/assert.ts';
import { chain, columns, type Columns, type Schema } from '../../core/columns.ts';
import { NONE, type Ms } from '../../core/units.ts';

const JOB = {
  readyAt: 'f64', key: 'f64', kind: 'i32', subject: 'i32', count: 'i32', failures: 'i32', dirty: 'u8', processing: 'u8', next: 'i32', heapPlace: 'i32',
} as const satisfies Schema;

/** A row of the queue. */
export type JobRow = number;

/** In place of a key: this job is like no other. */
export const NO_KEY = -1;

const RETRY_FIRST_MS = 5;
const RETRY_CAP_MS = 1_000_000;
const MERGE_COUNTS = 128;
const MERGE_KINDS = 16;

export interface WorkQueue extends Columns<typeof JOB> {
  readonly capacity: number;
  /** Jobs that failed this often are dropped. */
  readonly retries: number;
  /** The limiter over all retries together: one more each so many ms, after a burst; 0 = none, as in replays. */
  readonly retryEveryMs: Ms;
  readonly retryBurst: number;
  retriesPaidUntil: Ms;
  first: number;
  last: number;
  lineLength: number;
  free: number;
  heapCount: number;
  readonly heap: Int32Array;
  readonly rowOfKey: Map<number, JobRow>;
}

export interface WorkQueueOptions { readonly capacity: number; readonly retries?: number; readonly retryEveryMs?: Ms; readonly retryBurst?: number }

export function createWorkQueue({ capacity, retries = 5, retryEveryMs = 0, retryBurst = 100 }: WorkQueueOptions): WorkQueue {
  const q: WorkQueue = {
    ...columns(JOB, capacity), capacity, retries, retryEveryMs, retryBurst, retriesPaidUntil: Number.NEGATIVE_INFINITY,
    first: NONE, last: NONE, lineLength: 0, free: 0, heapCount: 0, heap: new Int32Array(capacity), rowOfKey: new Map(),
  };
  chain(q.next);
  q.heapPlace.fill(NONE);
  return q;
}

/** The key under which equal jobs meet. */
export function jobKey(kind: number, subject: number, count: number): number {
  assert(kind < MERGE_KINDS && count < MERGE_COUNTS && subject >= 0, 'jobKey: the job does not fit its key');
  return (subject * MERGE_KINDS + kind) * MERGE_COUNTS + count;
}

/** The row of this job, a new one if it is unknown. */
export function jobRow(q: WorkQueue, kind: number, subject: number, count: number, key: number): JobRow {
  const known = key === NO_KEY ? undefined : q.rowOfKey.get(key);
  if (known !== undefined) return known;
  const j = q.free;
  assert(j !== NONE, 'jobRow: the work queue is full');
  q.free = q.next[j];
  q.kind[j] = kind;
  q.subject[j] = subject;
  q.count[j] = count;
  q.key[j] = key;
  q.failures[j] = 0;
  q.next[j] = NONE;
  if (key !== NO_KEY) q.rowOfKey.set(key, j);
  return j;
}

/** Adds the job to the end of the line, unless it stands there; one that is running runs once more afterwards. */
export function submit(q: WorkQueue, j: JobRow): void {
  if (q.dirty[j] === 1) return;
  q.dirty[j] = 1;
  if (q.processing[j] === 0) enqueue(q, j);
}

function enqueue(q: WorkQueue, j: JobRow): void {
  q.next[j] = NONE;
  if (q.last === NONE) q.first = j;
  else q.next[q.last] = j;
  q.last = j;
  q.lineLength++;
}

/** Takes the first job in line, which is running from now on; NONE if nobody waits. */
export function getJob(q: WorkQueue): JobRow | typeof NONE {
  const j = q.first;
  if (j === NONE) return NONE;
  q.first = q.next[j];
  if (q.first === NONE) q.last = NONE;
  q.lineLength--;
  q.dirty[j] = 0;
  q.processing[j] = 1;
  return j;
}

/** The job has ended; whatever brings it back was said before. */
export function doneJob(q: WorkQueue, j: JobRow): void {
  assert(q.processing[j] === 1, 'doneJob: the job is running');
  q.processing[j] = 0;
  if (q.dirty[j] === 1) enqueue(q, j);
  else freeIfIdle(q, j);
}

function freeIfIdle(q: WorkQueue, j: JobRow): void {
  if (q.dirty[j] === 1 || q.processing[j] === 1 || q.heapPlace[j] !== NONE || q.failures[j] > 0) return;
  if (q.key[j] !== NO_KEY) q.rowOfKey.delete(q.key[j]);
  q.next[j] = q.free;
  q.free = j;
}

/** Success, or failure for good: the count of failures starts anew. */
export function forgetFailures(q: WorkQueue, j: JobRow): void {
  q.failures[j] = 0;
}

/** A failed job: comes back after its back-off. False: it failed too often and is dropped. */
export function retryJob(q: WorkQueue, j: JobRow, now: Ms): boolean {
  if (q.failures[j] >= q.retries) {
    q.failures[j] = 0;
    return false;
  }
  const backoff = Math.min(RETRY_FIRST_MS * 2 ** q.failures[j]++, RETRY_CAP_MS);
  submitAfter(q, j, now, Math.max(backoff, overallDelay(q, now)));
  return true;
}

/** The token bucket over all retries: a token is paid for even if it has to be waited for. */
function overallDelay(q: WorkQueue, now: Ms): Ms {
  if (q.retryEveryMs === 0) return 0;
  q.retriesPaidUntil = Math.max(q.retriesPaidUntil, now - q.retryBurst * q.retryEveryMs) + q.retryEveryMs;
  return Math.max(0, q.retriesPaidUntil - now);
}

/** The job is submitted `delay` later; of two such wishes the earlier counts. */
export function submitAfter(q: WorkQueue, j: JobRow, now: Ms, delay: Ms): void {
  if (delay <= 0) return submit(q, j);
  const readyAt = now + delay;
  if (q.heapPlace[j] === NONE) {
    q.readyAt[j] = readyAt;
    place(q, q.heapCount++, j);
    rise(q, q.heapCount - 1);
  } else if (q.readyAt[j] > readyAt) {
    q.readyAt[j] = readyAt;
    rise(q, q.heapPlace[j]); // it can only have become earlier
  }
}

/** When the next delayed job becomes ready; Infinity if none waits. */
export const nextReady = (q: WorkQueue): Ms => (q.heapCount === 0 ? Number.POSITIVE_INFINITY : q.readyAt[q.heap[0]]);

/** Moves the jobs that are ready to the line. */
export function submitReady(q: WorkQueue, now: Ms): void {
  while (q.heapCount > 0 && q.readyAt[q.heap[0]] <= now) {
    const j = q.heap[0];
    q.heapCount--;
    place(q, 0, q.heap[q.heapCount]);
    if (q.heapCount > 0) sink(q);
    q.heapPlace[j] = NONE;
    submit(q, j);
    freeIfIdle(q, j);
  }
}

// ---------------------------------------------------------------- Go's container/heap, move by move

function place(q: WorkQueue, i: number, j: JobRow): void {
  q.heap[i] = j;
  q.heapPlace[j] = i;
}

function swap(q: WorkQueue, i: number, k: number): void {
  const j = q.heap[i];
  place(q, i, q.heap[k]);
  place(q, k, j);
}

const isBefore = ({ heap, readyAt }: WorkQueue, i: number, k: number) => readyAt[heap[i]] < readyAt[heap[k]];

function rise(q: WorkQueue, from: number): void {
  for (let i = from; i > 0;) {
    const parent = (i - 1) >> 1;
    if (!isBefore(q, i, parent)) return;
    swap(q, i, parent);
    i = parent;
  }
}

function sink(q: WorkQueue): void {
  for (let i = 0; ;) {
    let child = 2 * i + 1;
    if (child >= q.heapCount) return;
    if (child + 1 < q.heapCount && isBefore(q, child + 1, child)) child++;
    if (!isBefore(q, child, i)) return;
    swap(q, i, child);
    i = child;
  }
}
