/** Pods between creation and their node: attempts, waiting, the end of those that never found one. */
import { has, remove } from '../../core/calendar.ts';
import { NONE, type Ms } from '../../core/units.ts';
import { addRow } from '../log.ts';
import { release, schedule } from '../scheduler.ts';
import { cancelPending, enqueue, takePending } from '../scheduler/pending.ts';
import { binAt, bind, freeRow, KIND, scheduleEvent, STATE, type Stage } from './state.ts';

/** A pending pod is placed: it is not waiting for its deletion any more. */
export function forgetCancel(s: Stage, row: number): void {
  if (has(s.events, row)) remove(s.events, row);
}

/** Places what waits, as far as room goes. */
export function placePending(s: Stage, at: Ms): void {
  s.dirty = false;
  for (;;) {
    const count = takePending(s.scheduler, s.placed);
    for (let i = 0; i < count; i++) {
      const pod = s.placed.podId[i];
      const row = s.rowOf.get(pod)!;
      s.rowOf.delete(pod);
      forgetCancel(s, row);
      bind(s, row, s.placed.node[i], at);
    }
    if (count < s.placed.node.length) return;
  }
}

export function happen(s: Stage, row: number, at: Ms): void {
  switch (s.state[row]) {
    case STATE.attempt: {
      if (s.deleteAt[row] <= at) { neverBound(s, row, at); return; }
      if (s.dirty) placePending(s, at);
      const node = schedule(s.scheduler, s.podClass[row], s.podId[row]);
      if (node !== NONE) { bind(s, row, node, at); return; }
      s.state[row] = STATE.pending;
      s.waiting[row] = enqueue(s.scheduler, s.podClass[row], s.podId[row], s.created[row]);
      s.rowOf.set(s.podId[row], row);
      if (s.deleteAt[row] !== Number.POSITIVE_INFINITY) scheduleEvent(s, row, KIND.cancel, s.deleteAt[row]);
      return;
    }
    case STATE.pending: // deleted while it waited
      cancelPending(s.scheduler, s.waiting[row]);
      s.rowOf.delete(s.podId[row]);
      neverBound(s, row, at);
      return;
    default: // its end has been seen
      release(s.scheduler, s.node[row], s.podClass[row]);
      s.dirty = true;
      freeRow(s, row);
  }
}

export function neverBound(s: Stage, row: number, at: Ms): void {
  s.neverBound++;
  s.pendingIn[binAt(s, at)] -= 1;
  s.endedIn[binAt(s, at)] += 1;
  logNeverBound(s, row, at);
  freeRow(s, row);
}

/** A pod's row without a node; `at` is NaN for one that is still pending at the end. */
export function logNeverBound(s: Stage, row: number, at: number): void {
  if (s.log === null) return;
  const i = addRow(s.log);
  const r = s.log.columns;
  r.pod[i] = s.podId[row];
  r.node[i] = NONE;
  r.created[i] = s.created[row];
  r.bound[i] = Number.NaN;
  r.addressed[i] = Number.NaN;
  r.ended[i] = at;
  r.retries[i] = 0;
  r.ip[i] = 0;
  r.eni[i] = NONE;
  r.prefix[i] = 0;
  r.reason[i] = 2;
}

/** At the end of the run: rows of the pods that never found a node. */
export function logPending(s: Stage): void {
  for (let row = 0; row < s.state.length; row++) {
    if (s.state[row] === STATE.pending || s.state[row] === STATE.attempt) logNeverBound(s, row, Number.NaN);
  }
}
