/** Check: what must hold of the stage between any two windows, and the pods that it has on each node. */
import { has, sizeOf } from '../../core/calendar.ts';
import { assert } from '../../core/assert.ts';
import { NONE, type NodeIndex } from '../../core/units.ts';
import { STATE, type Stage } from './state.ts';

/** Pods that the stage has on each node: ids of all, and how many of them no DaemonSet made. */
export function boundRows(s: Stage): Map<NodeIndex, { readonly pods: Set<number>; ofWorkloads: number }> {
  const byNode = new Map<NodeIndex, { readonly pods: Set<number>; ofWorkloads: number }>();
  for (let row = 0; row < s.state.length; row++) {
    if (s.state[row] !== STATE.bound) continue;
    const own = byNode.get(s.node[row]) ?? { pods: new Set<number>(), ofWorkloads: 0 };
    own.pods.add(s.podId[row]);
    if (s.source[row] !== NONE) own.ofWorkloads++;
    byNode.set(s.node[row], own);
  }
  return byNode;
}

/** What must hold between any two windows. */
export function checkStage(s: Stage): void {
  let free = 0, unbound = 0, due = 0;
  for (let row = 0; row < s.state.length; row++) {
    if (s.state[row] === STATE.free) free++;
    if (s.state[row] === STATE.attempt || s.state[row] === STATE.pending) unbound++;
    if (!has(s.events, row)) continue;
    due++;
    assert(s.state[row] !== STATE.free, 'stage: a row with an event to come is free');
  }
  assert(free === s.freeCount, 'stage: its count of free rows is wrong');
  assert(due === sizeOf(s.events), 'stage: its count of events to come is wrong');
  const sum = (column: Float64Array) => column.reduce((total, x) => total + x, 0);
  assert(sum(s.pendingIn) === unbound, 'stage: the bins have other pending pods than the rows');
  assert(sum(s.createdIn) === s.nextPod, 'stage: the bins have other created pods than there are ids');
}
