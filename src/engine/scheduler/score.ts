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

export function scoreOf({ nodes, match, kinds, demand, mostAllocated }: Scheduler, d: DemandIndex, n: NodeIndex): number {
  return scoreRecord(nodes, n << RECORD_BITS, match, d * kinds, demand.needCpu[d], demand.needMemory[d], demand.needGpu[d],
    demand.scoreCpu[d], demand.scoreMemory[d], mostAllocated);
}

/** The same for loops over nodes, which read the demand once. `r` is where the node's record starts, `row` the demand's row of `match`. */
export function scoreRecord(
  nodes: Int32Array, r: number, match: Uint8Array, row: number, needCpu: number, needMemory: number, needGpu: number,
  askedCpu: number, askedMemory: number, mostAllocated: boolean,
): number {
  if (nodes[r + NODE.flags] !== OPEN || match[row + nodes[r + NODE.kind]] !== COMPATIBLE) return UNFIT;
  if (((nodes[r + NODE.freePods] - 1) | (nodes[r + NODE.freeCpu] - needCpu) | (nodes[r + NODE.freeMemory] - needMemory)
    | (nodes[r + NODE.freeGpu] - needGpu)) < 0) return UNFIT;
  // What is left once the pod is there; requests by default may overdraw it. Quotients of values below 2^37 are exact enough.
  const cpu = nodes[r + NODE.cpu];
  const memory = nodes[r + NODE.memory];
  const leftCpu = Math.max(nodes[r + NODE.scoreFreeCpu] - askedCpu, 0);
  const leftMemory = Math.max(nodes[r + NODE.scoreFreeMemory] - askedMemory, 0);
  const shares = mostAllocated
    ? (((cpu - leftCpu) * 100) / cpu | 0) + (((memory - leftMemory) * 100) / memory | 0)
    : ((leftCpu * 100) / cpu | 0) + ((leftMemory * 100) / memory | 0);
  return 1 + (shares >> 1);
}

/** Room for the requests and for one more pod; what is not asked for may be overdrawn. One branch: four would each be a coin toss. */
export function fits({ nodes, demand }: Scheduler, d: DemandIndex, n: NodeIndex): boolean {
  const r = n << RECORD_BITS;
  return ((nodes[r + NODE.freePods] - 1)
    | (nodes[r + NODE.freeCpu] - demand.needCpu[d])
    | (nodes[r + NODE.freeMemory] - demand.needMemory[d])
    | (nodes[r + NODE.freeGpu] - demand.needGpu[d])) >= 0;
}
