/** The work queue: merging, coming back, giving up, and the order of equals. */
import fc from 'fast-check';
import { expect, it, test } from 'vitest';
import {
  createWorkQueue, doneJob, forgetFailures, getJob, jobKey, jobRow, NO_KEY, nextReady, retryJob, submit, submitAfter, submitReady, type WorkQueue,
} from '../../../src/engine/controller/workQueue.ts';

const job = (q: WorkQueue, subject: number) => jobRow(q, 0, subject, 0, jobKey(0, subject, 0));
const drain = (q: WorkQueue) => {
  const subjects: number[] = [];
  for (let j = getJob(q); j >= 0; j = getJob(q)) {
    subjects.push(q.subject[j]);
    doneJob(q, j);
  }
  return subjects;
};

it('equal jobs merge while they wait; one that runs runs once more', () => {
  const q = createWorkQueue({ capacity: 8 });
  for (const subject of [1, 2, 1]) submit(q, job(q, subject));
  const first = getJob(q);
  submit(q, job(q, 1));
  submit(q, job(q, 1));
  expect(q.lineLength).toBe(1);
  doneJob(q, first);
  expect(drain(q)).toEqual([2, 1]);
});

it('a failed job comes back after 5, 10, 20, 40 and 80 ms and is then dropped', () => {
  const q = createWorkQueue({ capacity: 8 });
  submit(q, job(q, 1));
  const delays: number[] = [];
  for (let now = 0; ;) {
    const j = getJob(q);
    const again = retryJob(q, j, now);
    doneJob(q, j);
    if (!again) break;
    delays.push(nextReady(q) - now);
    now = nextReady(q);
    submitReady(q, now);
  }
  expect(delays).toEqual([5, 10, 20, 40, 80]);
  expect(q.rowOfKey.size).toBe(0);
});

it('a requeue that is no failure keeps the count, success clears it', () => {
  const q = createWorkQueue({ capacity: 8 });
  submit(q, job(q, 1));
  let j = getJob(q);
  retryJob(q, j, 0);
  doneJob(q, j);
  submitReady(q, 5);
  j = getJob(q);
  submitAfter(q, j, 5, 60_000);
  doneJob(q, j);
  submitReady(q, 60_005);
  j = getJob(q);
  retryJob(q, j, 60_005);
  expect(nextReady(q)).toBe(60_015);
  forgetFailures(q, j);
  expect(q.failures[j]).toBe(0);
});

it('of two wishes to come back the earlier counts', () => {
  const q = createWorkQueue({ capacity: 8 });
  submitAfter(q, job(q, 1), 0, 100);
  submitAfter(q, job(q, 1), 0, 50);
  submitAfter(q, job(q, 1), 0, 70);
  expect(nextReady(q)).toBe(50);
  submitReady(q, 50);
  expect([drain(q), nextReady(q)]).toEqual([[1], Number.POSITIVE_INFINITY]);
});

it('equals leave as Go\'s heap gives them up: after 58 came first, 55 does', () => {
  const q = createWorkQueue({ capacity: 8 });
  const P = 1;
  submitAfter(q, job(q, P), 0, 30_000);
  for (const pod of [55, 56, 57, 58]) submitAfter(q, job(q, pod), 0, 60_000);
  submitReady(q, 30_000);
  expect(drain(q)).toEqual([P]);
  submitAfter(q, job(q, P), 30_000, 30_000);
  submitReady(q, 60_000);
  expect(drain(q)).toEqual([58, P, 57, 56, 55]);
});

it('of two equals below a later one the left rises', () => {
  const q = createWorkQueue({ capacity: 8 });
  for (const [subject, at] of [[1, 10], [2, 20], [3, 20], [4, 30]]) submitAfter(q, job(q, subject), 0, at);
  submitReady(q, 10);
  submitReady(q, 20);
  expect(drain(q)).toEqual([1, 2, 3]);
});

it('after a burst of retries they are spread over time', () => {
  const q = createWorkQueue({ capacity: 8, retryEveryMs: 100, retryBurst: 2 });
  const at = [1, 2, 3, 4].map(subject => {
    submit(q, job(q, subject));
    const j = getJob(q);
    retryJob(q, j, 0);
    doneJob(q, j);
    return q.readyAt[j];
  });
  expect(at).toEqual([5, 5, 100, 200]);
});

test('jobs without a key never merge; rows are recycled; nothing is lost', () => {
  const wish = fc.tuple(fc.nat({ max: 3 }), fc.constantFrom(0, 1, 1, 2, 3), fc.boolean());
  fc.assert(fc.property(fc.array(wish, { maxLength: 60 }), wishes => {
    const q = createWorkQueue({ capacity: 64 });
    const due: { subject: number; at: number }[] = [];
    const ran: number[] = [];
    let now = 0;
    for (const [i, [subject, delay, isKeyed]] of wishes.entries()) {
      const j = isKeyed ? job(q, subject) : jobRow(q, 1, i, 0, NO_KEY);
      submitAfter(q, j, now, delay);
      // a wish for now does not take back one for later
      const known = isKeyed && delay > 0 ? due.find(entry => entry.subject === subject) : undefined;
      if (known) known.at = Math.min(known.at, now + delay);
      else due.push({ subject: isKeyed ? subject : 100 + i, at: now + delay });
      submitReady(q, ++now);
      const ready = new Set(due.filter(({ at }) => at <= now).map(entry => entry.subject)); // equal jobs in line are one
      due.splice(0, due.length, ...due.filter(({ at }) => at > now));
      for (let row = getJob(q); row >= 0; row = getJob(q)) {
        ran.push(q.kind[row] === 1 ? 100 + q.subject[row] : q.subject[row]);
        doneJob(q, row);
      }
      expect([...ran].sort()).toEqual([...ready].sort());
      ran.length = 0;
    }
    submitReady(q, now + 10);
    drain(q);
    let free = 0;
    for (let row = q.free; row >= 0; row = q.next[row]) free++;
    expect(free).toBe(64);
  }), { numRuns: 300 });
});
