/**
 * Scheduler: which node a pod goes to. A process of the coordinator; it knows nothing of time but the order of its calls.
 *
 * Rule    The best score among *all* nodes that fit (percentageOfNodesToScore 100), and among equals the k-th in the order of node ids,
 *         k = floor(draw(seed, pod id) * equals / 2^32). The choice depends on the state of the nodes, the seed and the pod's id; not on how
 *         that state came about, nor on indices.
 * Cost    O(log nodes) for a pod, plus 20 ns per change of a node and demand in use (best.ts).
 * Files   scheduler/state.ts memory, score.ts fit and score, best.ts the k-th best, pending.ts pods that wait, reasons.ts why they do, check.ts.
 * Source  kubernetes pkg/scheduler: schedule_one.go selectHost (one of the highest, at random). The default profile's other score
 *         plugins and its sampling of nodes (numFeasibleNodesToFind) are not modelled.
 */
import { assert } from '../core/assert.ts';
import { draw } from '../core/random.ts';
import { NONE, type NodeIndex } from '../core/units.ts';
import { findBest, noteChange } from './scheduler/best.ts';
import { fits } from './scheduler/score.ts';
import {
  ABSENT, AMOUNT_END, COMPATIBLE, CORDONED, COUNTER, isPresent, NODE, OPEN, PRESENT, READY, RECORD_BITS, type NodeSpec, type PodClassIndex, type Scheduler,
} from './scheduler/state.ts';

/**
 * Registers a node, not ready, with the DaemonSet pods that match its kind and fit, in the order of the DaemonSets. They count in its
 * resources and pods until it is removed; on the host network or not makes no difference here.
 * @param nodeIndex a free index below `nodeCapacity`; it may be one of a removed node
 * @param nodeId unique, below 2^31; ids that grow from node to node cost nothing, others one sort at the next placement
 * @returns a mask: bit i is set if DaemonSet i got its pod
 */
export function addNode(s: Scheduler, nodeIndex: NodeIndex, nodeId: number, spec: NodeSpec): number {
  const { nodes, counter } = s;
  assert(nodeIndex >= 0 && nodeIndex < s.nodeCapacity, 'addNode: the index is beyond nodeCapacity');
  assert(!isPresent(s, nodeIndex), 'addNode: the index is in use');
  assert(Number.isInteger(nodeId) && nodeId >= 0 && nodeId < 2 ** 31, 'addNode: the id does not fit its word');
  assert(spec.cpuMilli > 0 && spec.memoryMib > 0, 'addNode: a node has CPU and memory');
  for (const amount of [spec.cpuMilli, spec.memoryMib, spec.gpuMilli, spec.pods]) {
    assert(Number.isInteger(amount) && amount >= 0 && amount < AMOUNT_END, 'addNode: an allocatable is not a whole number below 2^30');
  }
  assert(spec.zone >= 0 && spec.zone < s.zoneCount, 'addNode: the zone is not known');
  assert(spec.group >= 0 && spec.group < s.groupCount, 'addNode: the group is not known');
  assert(spec.taintClass >= 0 && spec.taintClass < s.taintTexts.length, 'addNode: the taint class is not known');
  const r = nodeIndex << RECORD_BITS;
  nodes[r + NODE.cpu] = nodes[r + NODE.freeCpu] = nodes[r + NODE.scoreFreeCpu] = spec.cpuMilli;
  nodes[r + NODE.memory] = nodes[r + NODE.freeMemory] = nodes[r + NODE.scoreFreeMemory] = spec.memoryMib;
  nodes[r + NODE.gpu] = nodes[r + NODE.freeGpu] = spec.gpuMilli;
  nodes[r + NODE.pods] = nodes[r + NODE.freePods] = spec.pods;
  nodes[r + NODE.kind] = (spec.zone * s.groupCount + spec.group) * s.taintTexts.length + spec.taintClass;
  nodes[r + NODE.flags] = PRESENT;
  nodes[r + NODE.id] = nodeId;
  nodes[r + NODE.position] = NONE;
  nodes[r + NODE.daemons] = nodes[r + NODE.daemonPods] = 0;
  counter[COUNTER.nodeCount]++;
  const position = counter[COUNTER.positionEnd];
  if (position < s.positionCapacity && nodeId > counter[COUNTER.lastId] && counter[COUNTER.orderLost] === 0) {
    nodes[r + NODE.position] = position;
    s.nodeAt[position] = nodeIndex;
    counter[COUNTER.positionEnd]++;
    counter[COUNTER.lastId] = nodeId;
  } else counter[COUNTER.orderLost] = 1;
  for (let i = 0; i < s.daemonSetCount; i++) {
    const daemonClass = s.podClassCount + i;
    const d = s.demandOf[daemonClass];
    if (s.match[d * s.kinds + nodes[r + NODE.kind]] !== COMPATIBLE || !fits(s, d, nodeIndex)) continue;
    occupy(s, nodeIndex, daemonClass, 1);
    nodes[r + NODE.daemons] |= 1 << i;
    nodes[r + NODE.daemonPods]++;
  }
  changed(s, nodeIndex);
  return nodes[r + NODE.daemons];
}

/** The node is gone with all its pods; they are not released one by one. Its index is free again. */
export function removeNode(s: Scheduler, nodeIndex: NodeIndex): void {
  assert(isPresent(s, nodeIndex), 'removeNode: there is no such node');
  const r = nodeIndex << RECORD_BITS;
  const position = s.nodes[r + NODE.position];
  s.nodes[r + NODE.flags] = ABSENT;
  s.counter[COUNTER.nodeCount]--;
  if (position === NONE) return;
  s.nodeAt[position] = NONE;
  noteChange(s, position);
}

/** A node that is not ready takes no pod, whatever the pod tolerates. */
export const setReady = (s: Scheduler, nodeIndex: NodeIndex, ready: boolean) => setFlag(s, nodeIndex, READY, ready);
/** Neither does a cordoned one; a DaemonSet pod stays. */
export const setCordoned = (s: Scheduler, nodeIndex: NodeIndex, cordoned: boolean) => setFlag(s, nodeIndex, CORDONED, cordoned);

function setFlag(s: Scheduler, nodeIndex: NodeIndex, flag: number, on: boolean): void {
  assert(isPresent(s, nodeIndex), 'scheduler: a flag of a node that is not there');
  const at = (nodeIndex << RECORD_BITS) + NODE.flags;
  const flags = on ? s.nodes[at] | flag : s.nodes[at] & ~flag;
  if (flags === s.nodes[at]) return;
  s.nodes[at] = flags;
  changed(s, nodeIndex);
  if (flags === OPEN) s.counter[COUNTER.openings]++;
}

/**
 * Places one pod. Call `takePending` first when something was released since: pods that waited for the same are before it.
 * @param podId a whole number, at most 2^53; it keys the draw among equals
 * @returns the node's index, or NONE: nothing fits, and nothing will until a node gets room (`enqueue` then)
 */
export function schedule(s: Scheduler, podClass: PodClassIndex, podId: number): NodeIndex {
  const d = s.demandOf[podClass];
  const openings = s.counter[COUNTER.openings];
  if (s.demand.blockedAt[d] === openings) return NONE;
  const n = findBest(s, d, placementDraw(s, podId));
  if (n === NONE) s.demand.blockedAt[d] = openings;
  else bind(s, n, podClass);
  return n;
}

/** Uniform uint32 of a pod. */
const placementDraw = ({ drawKey }: Scheduler, podId: number) => draw(drawKey + Math.floor(podId / 4294967296), podId);

/** Puts a pod on a node without asking whether it fits: pods that ran before the start. */
export function bind(s: Scheduler, nodeIndex: NodeIndex, podClass: PodClassIndex): void {
  assert(isPresent(s, nodeIndex), 'bind: there is no such node');
  occupy(s, nodeIndex, podClass, 1);
  changed(s, nodeIndex);
}

/** The pod is gone from the node. */
export function release(s: Scheduler, nodeIndex: NodeIndex, podClass: PodClassIndex): void {
  assert(podCountOf(s, nodeIndex) > 0, 'release: the node has no pod but those of DaemonSets');
  occupy(s, nodeIndex, podClass, -1);
  changed(s, nodeIndex);
  s.counter[COUNTER.openings]++;
}

/** Pods on the node, those of DaemonSets not counted. */
export function podCountOf({ nodes }: Scheduler, nodeIndex: NodeIndex): number {
  const r = nodeIndex << RECORD_BITS;
  return nodes[r + NODE.flags] === ABSENT ? 0 : nodes[r + NODE.pods] - nodes[r + NODE.freePods] - nodes[r + NODE.daemonPods];
}

function occupy({ nodes, demand, demandOf }: Scheduler, n: NodeIndex, podClass: PodClassIndex, pods: 1 | -1): void {
  const r = n << RECORD_BITS;
  const d = demandOf[podClass];
  nodes[r + NODE.freeCpu] -= pods * demand.cpu[d];
  nodes[r + NODE.freeMemory] -= pods * demand.memory[d];
  nodes[r + NODE.freeGpu] -= pods * demand.gpu[d];
  nodes[r + NODE.freePods] -= pods;
  nodes[r + NODE.scoreFreeCpu] -= pods * demand.scoreCpu[d];
  nodes[r + NODE.scoreFreeMemory] -= pods * demand.scoreMemory[d];
}

function changed(s: Scheduler, n: NodeIndex): void {
  const position = s.nodes[(n << RECORD_BITS) + NODE.position];
  if (position !== NONE) noteChange(s, position);
}
