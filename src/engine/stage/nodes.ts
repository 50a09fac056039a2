/** Nodes as the scheduler knows them: registered, Ready, cordoned, drained, gone; and the pods that controllers make anew. */
import { has, remove } from '../../core/calendar.ts';
import { N } from '../../core/node.ts';
import { NONE, type NodeIndex } from '../../core/units.ts';
import { PHASE } from '../agentLoop.ts';
import { DAEMON_LIFE, graceOf } from '../kubelet.ts';
import type { Plan } from '../plan.ts';
import { addNode, removeNode, setCordoned, setReady } from '../scheduler.ts';
import { isPresent } from '../scheduler/state.ts';
import { blockOf } from '../thread.ts';
import { bind, freeRow, KIND, scheduleAttempt, scheduleEvent, STATE, takeRow, watchDelay, type Change, type Stage } from './state.ts';

export function beginStageNodes(s: Stage, plan: Plan): void {
  const { nodes } = plan;
  const order = Int32Array.from(nodes.id.keys()).sort((a, b) => nodes.id[a] - nodes.id[b]);
  for (const node of order) {
    const settled = Number.isNaN(nodes.launchAt[node]);
    if (settled) {
      const { group, n } = blockOf(s.world, node);
      register(s, plan, node);
      if (group.blocks.w[n + N.phase] === PHASE.ready) setReady(s.scheduler, node, true);
      else s.starting++;
    } else if (nodes.launchAt[node] < plan.durationMs) s.starting++;
    for (const [what, at] of [['cordon', nodes.cordonAt[node]], ['uncordon', nodes.uncordonAt[node]], ['drain', nodes.drainAt[node]], ['terminate', nodes.terminateAt[node]]] as const) {
      if (at < plan.durationMs) s.planned.push({ at, node, what });
    }
  }
  s.planned.sort((a, b) => a.at - b.at || a.node - b.node);
}

/** The node's kubelet has registered: the scheduler knows it, and its DaemonSet pods are on it. */
export function register(s: Stage, plan: Plan, node: NodeIndex): void {
  const { cpuMilli, memoryMib, gpuMilli, taintClass, daemonAddressed } = s.plan;
  const daemons = addNode(s.scheduler, node, plan.nodes.id[node], {
    cpuMilli: cpuMilli[node], memoryMib: memoryMib[node], gpuMilli: gpuMilli[node], pods: plan.nodes.maxPods[node], zone: plan.nodes.zone[node], group: 0,
    taintClass: taintClass[node],
  });
  for (let i = 0; i < daemonAddressed.length; i++) {
    if ((daemons >> i & 1) === 0 || !daemonAddressed[i]) continue;
    const row = takeRow(s, s.clock, NONE, 0);
    s.deleteAt[row] = Number.POSITIVE_INFINITY;
    s.life[row] = DAEMON_LIFE;
    s.podClass[row] = NONE;
    bind(s, row, node, s.clock);
  }
}

export function changeNode(s: Stage, plan: Plan, { at, node, what }: Change): void {
  switch (what) {
    case 'ready':
      s.starting--;
      if (plan.nodes.terminateAt[node] <= at) return;
      if (!Number.isNaN(plan.nodes.launchAt[node])) register(s, plan, node);
      setReady(s.scheduler, node, true);
      if (plan.nodes.cordonAt[node] <= at && plan.nodes.uncordonAt[node] > at) setCordoned(s.scheduler, node, true);
      s.dirty = true;
      return;
    case 'cordon':
    case 'uncordon':
      if (isKnown(s, node)) setCordoned(s.scheduler, node, what === 'cordon');
      s.dirty = true;
      return;
    case 'drain':
      if (isKnown(s, node)) drain(s, node);
      return;
    case 'terminate':
      if (isKnown(s, node)) terminate(s, node);
  }
}

export const isKnown = (s: Stage, node: NodeIndex) => isPresent(s.scheduler, node);

/** The pods of a node that belong to a workload, not to a DaemonSet. */
export function podsOn(s: Stage, node: NodeIndex): number[] {
  const rows: number[] = [];
  for (let row = 0; row < s.state.length; row++) if (s.state[row] === STATE.bound && s.node[row] === node && s.source[row] !== NONE) rows.push(row);
  return rows.sort((a, b) => s.podId[a] - s.podId[b]);
}

/** Takes a bound pod's end out of what is to come, wherever it was going to come from. */
export function forgetEnd(s: Stage, row: number): void {
  if (s.life[row] > 0 && s.rowOf.delete(s.podId[row])) return;
  if (has(s.events, row)) remove(s.events, row);
}

/** The pod's controller makes another in its place: the same requests, the same end if that was set. */
export function recreate(s: Stage, row: number): void {
  const at = s.clock + Math.max(1, s.watch.min);
  if (s.deleteAt[row] <= at) return;
  const source = s.source[row];
  const { plan } = s.sources[source];
  const number = plan.kind === 'trace' ? (s.origin?.number[s.podId[row]] ?? 0) : s.sources[source].next++; // a recorded pod keeps its name
  const made = takeRow(s, at, source, number);
  s.podClass[made] = s.podClass[row];
  s.deleteAt[made] = s.deleteAt[row];
  s.life[made] = s.life[row];
  scheduleAttempt(s, made);
}

/** The node is gone with its pods; their controllers make others. */
export function terminate(s: Stage, node: NodeIndex): void {
  removeNode(s.scheduler, node);
  for (const row of podsOn(s, node)) {
    forgetEnd(s, row);
    recreate(s, row);
    freeRow(s, row);
  }
}

/** Every pod of the node but those of DaemonSets is evicted: it ends after its grace, and its controller makes another at once. */
export function drain(s: Stage, node: NodeIndex): void {
  setCordoned(s.scheduler, node, true);
  for (const row of podsOn(s, node)) {
    const end = s.clock + graceOf(s, s.podId[row]) + watchDelay(s, s.podId[row]);
    if (has(s.events, row) && s.events.heap.time[row] <= end) continue; // it was ending anyway
    forgetEnd(s, row);
    recreate(s, row);
    scheduleEvent(s, row, KIND.end, end);
  }
}
