/**
 * State of the scheduler: nodes, demands, the trees of best nodes, the pods that wait. One buffer, made before the first event.
 *
 * Words   A *demand* is a distinct (requests, constraints): pod classes that ask for the same share one, and with it a tree and a queue.
 *         A *kind* is a (zone, group, taint class): all that a node has for constraints, so that they cost one look-up.
 *         A *position* is a node's place in the order of node ids. Ties are broken in that order, not by index: an index is recycled
 *         and would let the history into the choice.
 * Shape   A node is one record of 16 words, one cache line, since a placement reads all of it. What is left is kept, not what is used.
 * Units   CPU in thousandths of a core, memory in MiB, GPUs in thousandths of one GPU (a node's sum; which GPU is not modelled).
 * Bytes   64 per node, then 1.5 per demand and node, 28 per waiting pod: 100,000 nodes and 200 demands take 37 MB.
 */
import { assert } from '../../core/assert.ts';
import { chain, columns, tableSize, type Columns, type Schema } from '../../core/columns.ts';
import { STREAM, streamKey } from '../../core/random.ts';
import { NONE, type NodeIndex } from '../../core/units.ts';

declare const brand: unique symbol;
export type PodClassIndex = number & { readonly [brand]?: 'podClass' };
export type DemandIndex = number & { readonly [brand]?: 'demand' };
/** A row of the waiting pods. */
export type WaitingRow = number & { readonly [brand]?: 'waiting' };

export interface PodClass {
  /** Requests; 0 means none given, which scores as kube-scheduler's default request. */
  readonly cpuMilli: number;
  readonly memoryMib: number;
  readonly gpuMilli: number;
  /** The only zone, or NONE for any. */
  readonly zone: number;
  /** The only node group, or NONE for any. */
  readonly group: number;
  /** Taint classes that do not keep these pods away. */
  readonly tolerates: readonly number[] | 'all';
}

export interface SchedulerConfig {
  readonly seed: number;
  readonly scoring: 'leastAllocated' | 'mostAllocated';
  /** Bounds on what is alive at once. */
  readonly nodeCapacity: number;
  readonly waitingCapacity: number;
  readonly zoneCount: number;
  readonly groupCount: number;
  /** How each taint class reads in a message, `{dedicated: gpu}`; class 0 is a node without taints. */
  readonly taintTexts: readonly string[];
  readonly podClasses: readonly PodClass[];
  /** At most 31; each node gets one pod of each that matches and fits when it registers. */
  readonly daemonSets: readonly PodClass[];
}

export interface NodeSpec {
  readonly cpuMilli: number;
  readonly memoryMib: number;
  readonly gpuMilli: number;
  readonly pods: number;
  readonly zone: number;
  readonly group: number;
  readonly taintClass: number;
}

/** Words of a node's record; it starts at `nodeIndex << RECORD_BITS`. `id` and the allocatable ones stay while the node is there. */
export const NODE = {
  cpu: 0, memory: 1, gpu: 2, pods: 3, freeCpu: 4, freeMemory: 5, freeGpu: 6, freePods: 7, scoreFreeCpu: 8, scoreFreeMemory: 9,
  kind: 10, flags: 11, id: 12, position: 13, daemons: 14, daemonPods: 15,
} as const;
export const RECORD_BITS = 4;

export const ABSENT = 0;
export const PRESENT = 1;
export const READY = 2;
export const CORDONED = 4;
/** The flags of a node that takes pods. */
export const OPEN = PRESENT | READY;

/** Why a kind does not take a demand; the numbers are in the order in which kube-scheduler's filters ask. */
export const COMPATIBLE = 0;
export const TAINTED = 1;
export const ELSEWHERE = 2;

/** Children of a block at every level of a tree. */
export const FAN_BITS = 4;
const FAN = 1 << FAN_BITS;

const RECORD = { nodes: 'i32' } as const satisfies Schema; // row node << RECORD_BITS + field
const POSITION = { nodeAt: 'i32' } as const satisfies Schema;
const CHANGE = { changes: 'i32' } as const satisfies Schema; // ring of positions
const DEMAND = {
  cpu: 'i32', memory: 'i32', gpu: 'i32', scoreCpu: 'i32', scoreMemory: 'i32',
  /** What must be free: the request, or NOT_ASKED. */
  needCpu: 'i32', needMemory: 'i32', needGpu: 'i32',
  /** Changes seen by the tree, as a count from the start; NONE: the tree is to be built. */
  seen: 'f64',
  /** The number of openings at which no node took it. */
  blockedAt: 'f64',
  head: 'i32', tail: 'i32', waiting: 'u32',
} as const satisfies Schema;
const CLASS = { demandOf: 'i32' } as const satisfies Schema; // pod classes, then DaemonSets
const MATCH = { match: 'u8' } as const satisfies Schema; // row demand * kinds + kind
const LEAF = { score: 'u8' } as const satisfies Schema; // row demand * leaves + position
const UPPER = { best: 'u8', bestCount: 'i32' } as const satisfies Schema; // row demand * uppers + levelStart + block
const WAITING = { podId: 'f64', createdAt: 'f64', podClass: 'i32', next: 'i32', previous: 'i32' } as const satisfies Schema;
const HEAP = { heap: 'i32' } as const satisfies Schema;
const COUNTERS = { counter: 'f64' } as const satisfies Schema;

/** Rows of `counter`: all scalars that change. */
export const COUNTER = {
  nodeCount: 0, positionEnd: 1, lastId: 2, orderLost: 3, changeCount: 4, openings: 5, waitingCount: 6, freeRow: 7, unchecked: 8, checkedAt: 9,
} as const;

type Rows<S extends Schema> = Columns<S>;
export interface Scheduler extends
  Rows<typeof RECORD>, Rows<typeof POSITION>, Rows<typeof CHANGE>, Rows<typeof CLASS>, Rows<typeof MATCH>, Rows<typeof LEAF>,
  Rows<typeof UPPER>, Rows<typeof HEAP>, Rows<typeof COUNTERS> {
  readonly demand: Columns<typeof DEMAND>;
  readonly wait: Columns<typeof WAITING>;
  readonly buffer: ArrayBufferLike;
  readonly drawKey: number;
  readonly mostAllocated: boolean;
  readonly nodeCapacity: number;
  readonly positionCapacity: number;
  readonly waitingCapacity: number;
  readonly zoneCount: number;
  readonly groupCount: number;
  readonly taintTexts: readonly string[];
  readonly kinds: number;
  readonly demandCount: number;
  readonly podClassCount: number;
  readonly daemonSetCount: number;
  readonly changeMask: number;
  readonly leaves: number;
  readonly uppers: number;
  /** First block of each level above the leaves, within a tree; the last level has one block. */
  readonly levelStart: Int32Array;
}

/** kube-scheduler's stand-ins for requests that are not given. pkg/scheduler/util, DefaultMilliCPURequest and DefaultMemoryRequest (200 MiB). */
const SCORE_CPU_DEFAULT = 100;
const SCORE_MEMORY_DEFAULT = 200;

/** Bound on requests and allocatables, so that their differences stay in a word. */
export const AMOUNT_END = 2 ** 30;
/** A need that is met however far a node is overdrawn. */
const NOT_ASKED = -AMOUNT_END;

const roundUp = (n: number) => Math.ceil(n / FAN) * FAN;

function keyOf({ cpuMilli, memoryMib, gpuMilli, zone, group, tolerates }: PodClass): string {
  const tolerated = tolerates === 'all' ? 'all' : [...new Set(tolerates)].toSorted((a, b) => a - b).join();
  return [cpuMilli, memoryMib, gpuMilli, zone, group, tolerated].join(' ');
}

/** An empty cluster: no node, nobody waits. All memory is taken here. */
export function createScheduler(
  config: SchedulerConfig, memory: (bytes: number) => ArrayBufferLike = bytes => new SharedArrayBuffer(bytes),
): Scheduler {
  const { nodeCapacity, waitingCapacity, zoneCount, groupCount, taintTexts, podClasses, daemonSets } = config;
  assert(nodeCapacity >= 1 && nodeCapacity <= 1 << 26, 'createScheduler: node records would pass 2^30 words');
  assert(daemonSets.length <= 31, 'createScheduler: the mask of a node has 31 bits for DaemonSets');
  assert(taintTexts.length >= 1, 'createScheduler: taint class 0 is the node without taints');
  const classes = [...podClasses, ...daemonSets];
  const demandOfKey = new Map<string, number>();
  for (const podClass of classes) if (!demandOfKey.has(keyOf(podClass))) demandOfKey.set(keyOf(podClass), demandOfKey.size);
  const demandCount = demandOfKey.size;
  const kinds = zoneCount * groupCount * taintTexts.length;
  // A node that leaves keeps its position until the order is written anew, which an eighth of spare positions makes rare.
  const positionCapacity = roundUp(nodeCapacity + Math.max(FAN, nodeCapacity >> 3));
  const levelStart: number[] = [];
  let uppers = 0;
  let blocks = positionCapacity;
  do {
    blocks = Math.ceil(blocks / FAN);
    levelStart.push(uppers);
    uppers += blocks === 1 ? 1 : roundUp(blocks);
  } while (blocks > 1);
  // Beyond half as many changes as nodes it is cheaper to build a tree than to catch up.
  const changeSize = 2 ** (32 - Math.clz32(Math.max(64, positionCapacity >> 1) - 1));
  assert(demandCount * positionCapacity < 2 ** 31 && demandCount * kinds < 2 ** 31, 'createScheduler: demands times nodes would pass 2^31');

  const plan = {
    record: [RECORD, nodeCapacity << RECORD_BITS], position: [POSITION, positionCapacity], change: [CHANGE, changeSize],
    demand: [DEMAND, demandCount], class: [CLASS, classes.length], match: [MATCH, demandCount * kinds],
    leaf: [LEAF, demandCount * positionCapacity], upper: [UPPER, demandCount * uppers], wait: [WAITING, waitingCapacity],
    heap: [HEAP, demandCount], counters: [COUNTERS, Object.keys(COUNTER).length],
  } as const;
  const buffer = memory(Object.values(plan).reduce((bytes, [schema, rows]) => bytes + tableSize(schema, rows), 0));
  let start = 0;
  const place = <S extends Schema>([schema, rows]: readonly [S, number]) => {
    const table = columns(schema, rows, buffer, start);
    start += tableSize(schema, rows);
    return table;
  };
  const { nodes } = place(plan.record);
  const { nodeAt } = place(plan.position);
  const { changes } = place(plan.change);
  const demand = place(plan.demand);
  const { demandOf } = place(plan.class);
  const { match } = place(plan.match);
  const { score } = place(plan.leaf);
  const { best, bestCount } = place(plan.upper);
  const wait = place(plan.wait);
  const { heap } = place(plan.heap);
  const { counter } = place(plan.counters);

  const s: Scheduler = {
    nodes, nodeAt, changes, demand, demandOf, match, score, best, bestCount, wait, heap, counter, buffer,
    drawKey: streamKey(config.seed, STREAM.placement, 0), mostAllocated: config.scoring === 'mostAllocated',
    nodeCapacity, positionCapacity, waitingCapacity, zoneCount, groupCount, taintTexts, kinds, demandCount,
    podClassCount: podClasses.length, daemonSetCount: daemonSets.length, changeMask: changeSize - 1,
    leaves: positionCapacity, uppers, levelStart: Int32Array.from(levelStart),
  };
  nodeAt.fill(NONE);
  demand.seen.fill(NONE);
  demand.blockedAt.fill(NONE);
  demand.head.fill(NONE);
  demand.tail.fill(NONE);
  wait.podClass.fill(NONE);
  counter[COUNTER.lastId] = NONE;
  chain(wait.next);
  counter[COUNTER.freeRow] = waitingCapacity > 0 ? 0 : NONE;
  for (const [c, podClass] of classes.entries()) {
    demandOf[c] = demandOfKey.get(keyOf(podClass)) ?? NONE;
    fillDemand(s, demandOf[c], podClass);
  }
  return s;
}

function fillDemand(s: Scheduler, d: DemandIndex, { cpuMilli, memoryMib, gpuMilli, zone, group, tolerates }: PodClass): void {
  for (const request of [cpuMilli, memoryMib, gpuMilli]) {
    assert(Number.isInteger(request) && request >= 0 && request < AMOUNT_END, 'createScheduler: a request is not a whole number below 2^30');
  }
  assert(zone >= NONE && zone < s.zoneCount, 'createScheduler: the zone of a pod class is not known');
  assert(group >= NONE && group < s.groupCount, 'createScheduler: the group of a pod class is not known');
  s.demand.cpu[d] = cpuMilli;
  s.demand.memory[d] = memoryMib;
  s.demand.gpu[d] = gpuMilli;
  s.demand.scoreCpu[d] = cpuMilli === 0 ? SCORE_CPU_DEFAULT : cpuMilli;
  s.demand.scoreMemory[d] = memoryMib === 0 ? SCORE_MEMORY_DEFAULT : memoryMib;
  s.demand.needCpu[d] = cpuMilli === 0 ? NOT_ASKED : cpuMilli;
  s.demand.needMemory[d] = memoryMib === 0 ? NOT_ASKED : memoryMib;
  s.demand.needGpu[d] = gpuMilli === 0 ? NOT_ASKED : gpuMilli;
  const taints = s.taintTexts.length;
  for (let kind = 0; kind < s.kinds; kind++) {
    const taint = kind % taints;
    const nodeGroup = Math.floor(kind / taints) % s.groupCount;
    const nodeZone = Math.floor(kind / (taints * s.groupCount));
    const tolerated = taint === 0 || tolerates === 'all' || tolerates.includes(taint);
    const wanted = (zone === NONE || zone === nodeZone) && (group === NONE || group === nodeGroup);
    s.match[d * s.kinds + kind] = !tolerated ? TAINTED : wanted ? COMPATIBLE : ELSEWHERE;
  }
}

export const isPresent = (s: Scheduler, n: NodeIndex) => s.nodes[(n << RECORD_BITS) + NODE.flags] !== ABSENT;
