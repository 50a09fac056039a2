/**
 * Thread: what one thread needs to run nodes, and where it puts what it sees.
 *
 * Shape   The world is the same for all threads (its arrays lie in shared memory); outboxes, time bins and logs are a thread's own and are
 *         merged by their keys, so it does not matter which thread ran a node.
 */
import type { Blocks } from '../core/node.ts';
import type { Histogram } from '../core/histogram.ts';
import type { Block, Ms, NodeIndex } from '../core/units.ts';
import type { Settings } from './ipamd/settings.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';

/** A distribution as a thread draws from it. `fixed` is its value when it has only one, else -1. */
export interface Sampler { readonly table: Float64Array; readonly fixed: Ms; readonly min: Ms }

/** Pods that arrive at each node by itself (workload kind churn, placed per-node). */
export interface PerNodeChurn {
  readonly meanGapMs: number;
  readonly batchMean: number;
  /** Mean of an exponential life, or 0: take `life`. */
  readonly meanLifeMs: number;
  readonly life: Sampler;
  readonly atMs: Ms;
  readonly untilMs: Ms;
  readonly podsPerNode: number;
}

/** Nodes of one shape, contiguous in NodeIndex. */
export interface Group {
  readonly blocks: Blocks;
  readonly firstNode: NodeIndex;
  readonly nodeCount: number;
  readonly churn: PerNodeChurn | null;
}

export interface World {
  readonly seed: number;
  readonly durationMs: Ms;
  readonly binMs: Ms;
  readonly binCount: number;
  readonly groups: readonly Group[];
  /** Settings by the number that a node's block holds. */
  readonly settings: readonly Settings[];
  readonly nodeCount: number;
  /** The group of each node. */
  readonly groupOf: Uint8Array;
  /** Absolute time of the next thing that can happen on the node; Infinity: nothing. */
  readonly nextAt: Float64Array;
  /** One word: absolute time of the blocks' moment 0. */
  readonly origin: Float64Array;
  /** By action. */
  readonly latency: readonly Sampler[];
  readonly refusal: readonly Sampler[];
  readonly addDelay: Sampler;
  readonly retryDelay: Sampler;
  readonly containerStart: Sampler;
  readonly grace: Sampler;
  /** Is each subnet excluded from pods' addresses by its tags? Written by the coordinator only. */
  readonly subnetExcluded: Uint8Array;
  /** Rows of the nodes table: 1 for nodes in the sample. */
  readonly sampled: Uint8Array;
  readonly inbox: Inbox;
  readonly restarts: Restarts;
}

/** Restarts of ipamd that the plan names: node i's are [first[i], first[i + 1]), in the order of time. */
export interface Restarts {
  readonly first: Int32Array;
  /** Absolute ms. */
  readonly at: Float64Array;
  /** Settings of the new process, or NONE: as before. */
  readonly settings: Int32Array;
  /** From the old process's end to the new one's nodeInit. */
  readonly downMs: Int32Array;
}

/** Pods bound by the scheduler, sorted by node and time; a node's part is [N.inbox, N.inboxEnd). */
export interface Inbox {
  readonly boundAt: Float64Array;
  readonly podId: Int32Array;
  readonly deleteAt: Float64Array;
  readonly life: Int32Array;
  readonly createdAt: Float64Array;
}

/**
 * Fields of a time bin. The first five are changes of a level, the others counts, a sum and a maximum. What follows from them is not kept: waiting =
 * bound - addressed - neverAddressed, running = addressed - released - lost, ADD requests = addressed + noAvailable, summed up to the bin.
 */
export const BIN = {
  total: 0, cooling: 1, enis: 2, prefixes: 3, ready: 4, bound: 5, addressed: 6, released: 7, lost: 8, ended: 9, failed: 10, neverAddressed: 11,
  noAvailable: 12, waitSum: 13, waitMax: 14, dropped: 15, ipamdErrors: 16, forceRemovedEnis: 17, forceRemovedIps: 18, eniReconcileAdds: 19, eniReconcileDels: 20,
  ipReconcileDels: 21, firstFailures: 22,
} as const;
export const BIN_FIELDS = 23;
/** Fields that are counters of ipamd: what an act of the agent adds to those of its node. */
export const COUNTERS = ['ipamdErrors', 'forceRemovedEnis', 'forceRemovedIps', 'eniReconcileAdds', 'eniReconcileDels', 'ipReconcileDels'] as const satisfies readonly (keyof typeof BIN)[];

/** EC2 requests that nodes have sent and the coordinator has not seen. `count` is one shared word. */
export interface Outbox { readonly count: Int32Array; readonly node: Int32Array; readonly at: Float64Array; readonly lookAt: Float64Array }

export interface Thread {
  readonly world: World;
  readonly bins: Float64Array;
  readonly waits: Histogram;
  readonly outbox: Outbox;
  readonly news: News;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Shared counters of work: visits of nodes. */
  readonly work: Float64Array;
  /**
   * What the running node's pods have done in its present bin, by field of BIN, not in `bins` yet: an addition to a small whole number is a third of one
   * to a shared double whose place must be looked up.
   */
  readonly tally: Int32Array;
  /** Rank of the pod event that was taken last: RANK.add or RANK.retry. */
  rank: number;
  /** Where the running node's present bin begins in `bins`, and when it ends by the block's clock. */
  bin: number;
  binEnd: Ms;
}

/** What the scheduler learns from nodes: pods whose end is known now, nodes that became Ready. */
export interface News {
  readonly count: Int32Array; readonly kind: Int32Array; readonly at: Float64Array; readonly node: Int32Array; readonly pod: Int32Array;
}
export const NEWS = { podEnds: 1, nodeReady: 2 } as const;

export function blockOf(world: World, node: NodeIndex): { readonly group: Group; readonly n: Block } {
  const group = world.groups[world.groupOf[node]];
  return { group, n: (node - group.firstNode) * group.blocks.at.stride };
}

export const WORK = { visits: 0 } as const;
