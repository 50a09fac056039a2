/**
 * Fit and score of one node for one demand, as kube-scheduler's NodeResourcesFit has them.
 *
 * Shape   0 does not fit; 1..101 is the score 0..100 plus one, so that a tree can take the greatest of either.
 * Limits  CPU and memory weigh one each, the default. NodeResourcesBalancedAllocation and the other score plugins are not modelled.
 * Source  kubernetes pkg/scheduler/framework/plugins/noderesources: fit.go fitsRequest; least_allocated.go leastRequestedScore;
 *         most_allocated.go mostRequestedScore; resource_allocation.go. Go's int64 divisions: each resource's, then the mean's. The pod itself is
 *         counted as placed, and where it gives no request, with the default one.
 */
import type { NodeIndex } from '../../core/units.ts';
import { COMPATIBLE, NODE, OPEN, RECORD_BITS, type DemandIndex, type Scheduler } from './state.ts';

export const UNFIT = 0;

export function scoreOf(s: Scheduler, d: DemandIndex, n: NodeIndex): number {
  const { nodes, demand } = s;
  const r = n << RECORD_BITS;
  if (nodes[r + NODE.flags] !== OPEN || s.match[d * s.kinds + nodes[r + NODE.kind]] !== COMPATIBLE) return UNFIT;
  return fits(s, d, n) ? 1 + shareOf(s, nodes[r + NODE.cpu], nodes[r + NODE.scoreFreeCpu], demand.scoreCpu[d], nodes[r + NODE.memory],
    nodes[r + NODE.scoreFreeMemory], demand.scoreMemory[d]) : UNFIT;
}

/** Room for the requests and for one more pod; a resource that is not asked for may be overdrawn. */
export function fits({ nodes, demand }: Scheduler, d: DemandIndex, n: NodeIndex): boolean {
  const r = n << RECORD_BITS;
  const cpu = demand.cpu[d];
  const memory = demand.memory[d];
  const gpu = demand.gpu[d];
  return nodes[r + NODE.freePods] > 0
    && (cpu === 0 || cpu <= nodes[r + NODE.freeCpu])
    && (memory === 0 || memory <= nodes[r + NODE.freeMemory])
    && (gpu === 0 || gpu <= nodes[r + NODE.freeGpu]);
}

/** Mean of two percentages, all rounded down. The doubles are exact enough: values below 2^39, quotients at most 100. */
function shareOf(
  { mostAllocated }: Scheduler, cpu: number, freeCpu: number, askedCpu: number, memory: number, freeMemory: number, askedMemory: number,
): number {
  // What is left once the pod is there; requests by default may overdraw it.
  const leftCpu = Math.max(freeCpu - askedCpu, 0);
  const leftMemory = Math.max(freeMemory - askedMemory, 0);
  return mostAllocated
    ? ((((cpu - leftCpu) * 100) / cpu | 0) + (((memory - leftMemory) * 100) / memory | 0)) >> 1
    : (((leftCpu * 100) / cpu | 0) + ((leftMemory * 100) / memory | 0)) >> 1;
}
