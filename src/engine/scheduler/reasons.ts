/**
 * Reasons: why no node takes a demand, in kube-scheduler's words.
 *
 * Limits  Reads every node: for messages and samples, not for decisions. What preemption would give is not said.
 * Source  kubernetes pkg/scheduler/framework/types.go FitError.Error (texts sorted as "count reason"); the texts and the order in which a
 *         node's first failing filter answers: plugins nodeunschedulable, tainttoleration, nodeaffinity, noderesources/fit.go (which names
 *         each resource that is short). A node that is not ready carries the taint node.kubernetes.io/not-ready.
 */
import { COMPATIBLE, COUNTER, CORDONED, NODE, PRESENT, READY, RECORD_BITS, TAINTED, type PodClassIndex, type Scheduler } from './state.ts';

const NOT_READY = 'node(s) had untolerated taint {node.kubernetes.io/not-ready: }';

/** `0/1500 nodes are available: 1200 Insufficient cpu, 300 Too many pods.` A node may be short of several things. */
export function unschedulableMessage(s: Scheduler, podClass: PodClassIndex): string {
  const counts = reasonCounts(s, podClass);
  const total = s.counter[COUNTER.nodeCount];
  if (total === 0) return 'no nodes available to schedule pods';
  const reasons = [...counts].map(([reason, nodes]) => `${nodes} ${reason}`).toSorted();
  return `0/${total} nodes are available: ${reasons.join(', ')}.`;
}

/** Nodes by the reason for which they do not take the pods of a class. */
export function reasonCounts(s: Scheduler, podClass: PodClassIndex): Map<string, number> {
  const { nodes, demand } = s;
  const d = s.demandOf[podClass];
  const counts = new Map<string, number>();
  const count = (reason: string) => counts.set(reason, (counts.get(reason) ?? 0) + 1);
  for (let n = 0; n < s.nodeCapacity; n++) {
    const r = n << RECORD_BITS;
    const flags = nodes[r + NODE.flags];
    if ((flags & PRESENT) === 0) continue;
    const kind = nodes[r + NODE.kind];
    const match = s.match[d * s.kinds + kind];
    if ((flags & CORDONED) !== 0) count('node(s) were unschedulable');
    else if ((flags & READY) === 0) count(NOT_READY);
    else if (match === TAINTED) count(`node(s) had untolerated taint ${s.taintTexts[kind % s.taintTexts.length]}`);
    else if (match !== COMPATIBLE) count("node(s) didn't match Pod's node affinity/selector");
    else {
      if (nodes[r + NODE.freePods] < 1) count('Too many pods');
      if (demand.cpu[d] > 0 && demand.cpu[d] > nodes[r + NODE.freeCpu]) count('Insufficient cpu');
      if (demand.memory[d] > 0 && demand.memory[d] > nodes[r + NODE.freeMemory]) count('Insufficient memory');
      if (demand.gpu[d] > 0 && demand.gpu[d] > nodes[r + NODE.freeGpu]) count('Insufficient nvidia.com/gpu');
    }
  }
  return counts;
}
