/**
 * Plan: a run as plain data, and the world that threads build from it over shared memory.
 *
 * Why     A worker cannot be sent functions or views of its own making. It gets the plan (structured clone) and the buffers, and opens the same
 *         world over them.
 * Shape   Nodes are numbered by index: groups one after the other. Everything that grows with nodes lies in `memory`.
 */
import type { Distribution } from '../core/quantiles.ts';
import { createBlocks, createLayout, type Dims } from '../core/node.ts';
import { createHistogram } from '../core/histogram.ts';
import type { SubnetSpec } from '../core/subnet.ts';
import type { Ms } from '../core/units.ts';
import type { BucketRule } from './ec2/buckets.ts';
import type { Fault } from './ec2/server.ts';
import { ACTIONS } from './actions.ts';
import { createSampler } from './aws/sampler.ts';
import { createSettings, type SettingsInput } from './ipamd/settings.ts';
import { METRICS_BYTES, openMetrics } from './metrics.ts';
import { createRows, DECISION_ROW, NODE_ROW, POD_ROW } from './log.ts';
import { BIN_FIELDS, type Restarts, type Thread, type World } from './thread.ts';

export interface ChurnPlan {
  readonly meanGapMs: number; readonly batchMean: number; readonly life: Distribution; readonly atMs: Ms; readonly untilMs: Ms; readonly podsPerNode: number;
}
/** What nodes are, by index. Moments are absolute ms, Infinity for never. */
export interface NodesPlan {
  /** Stable: by group name order, then launch number. Keys random draws and breaks ties. */
  readonly id: Int32Array;
  readonly settings: Int32Array;
  readonly maxPods: Int32Array;
  readonly zone: Int32Array;
  readonly primarySubnet: Int32Array;
  /** The ENIConfig's subnet, or NONE: no such ENIConfig. */
  readonly eniConfigSubnet: Int32Array;
  /** NaN: the node exists at moment 0, settled. Else the moment at which its instance is asked for, and the delays of its start. */
  readonly launchAt: Float64Array;
  readonly startDelay: Float64Array;
  readonly cordonAt: Float64Array;
  readonly uncordonAt: Float64Array;
  readonly terminateAt: Float64Array;
  readonly drainAt: Float64Array;
  /** 1: the instance is lost with its zone, and its ENIs stay where they are. */
  readonly lost: Int32Array;
  /** 1: the node's agent looks for leaked ENIs every hour. */
  readonly sweeps: Int32Array;
  /** Which of the plan's `interfaces` its instance is launched with. */
  readonly interfaces: Int32Array;
  /** Pods on the host network, which count against max pods; and DaemonSet pods with an address of their own. */
  readonly hostPods: Int32Array;
  readonly daemonPods: Int32Array;
}

/** An ENI that others attach at launch: flags of `attachedFlags`, secondary addresses. */
export interface OtherEni { readonly flags: number; readonly secondaryIps: number }

/** EC2 and the VPC, as the coordinator sees them. */
export interface Ec2Plan {
  readonly subnets: readonly SubnetSpec[];
  readonly subnetTag: readonly number[];
  readonly subnetZone: readonly number[];
  /** By action number. */
  readonly buckets: readonly (BucketRule | null)[];
  readonly smallDescribe: BucketRule | null;
  readonly describeByIdIsSmall: boolean;
  readonly refusedCosts: boolean;
  readonly enisPerRegion: number;
  readonly lowestFree: boolean;
  readonly createWithoutFreeBlock: number;
  readonly appears: Distribution;
  readonly vanishes: Distribution;
  readonly ready: Distribution;
  readonly faults: readonly Fault[];
  /** What a subnet's tags say from a moment on: SUBNET_TAG. */
  readonly tagChanges: readonly { readonly at: Ms; readonly subnet: number; readonly tag: number }[];
  /** Addresses that others take (count > 0) or give back (< 0), by time; `at` 0 is before the nodes. Offsets when they are named. */
  readonly held: readonly HeldChange[];
}
export interface HeldChange {
  readonly at: Ms; readonly subnet: number; readonly holder: number; readonly count: number; readonly lowest: boolean; readonly offsets: readonly number[] | null;
}

export interface GroupPlan { readonly dims: Dims; readonly nodeCount: number; readonly churn: ChurnPlan | null }

export interface Plan {
  readonly seed: number;
  readonly durationMs: Ms;
  readonly binMs: Ms;
  readonly groups: readonly GroupPlan[];
  readonly settings: readonly SettingsInput[];
  readonly subnetCount: number;
  readonly nodes: NodesPlan;
  readonly restarts: Restarts;
  readonly interfaces: readonly (readonly OtherEni[])[];
  readonly ec2: Ec2Plan;
  /** Number of sampled nodes at most. */
  readonly nodeSample: number;
  /** By action number. */
  readonly latency: readonly Distribution[];
  readonly refusal: readonly Distribution[];
  readonly addDelay: Distribution;
  readonly retryDelay: Distribution;
  readonly containerStart: Distribution;
  readonly grace: Distribution;
  readonly tables: { readonly nodes: boolean; readonly pods: boolean; readonly decisions: boolean };
  /** Pods that the scheduler may bind in one window. */
  readonly inboxSize: number;
  readonly newsSize: number;
}

/** All shared buffers of a run. */
export interface Memory {
  readonly blocks: readonly SharedArrayBuffer[];
  readonly nextAt: SharedArrayBuffer;
  readonly groupOf: SharedArrayBuffer;
  readonly sampled: SharedArrayBuffer;
  readonly origin: SharedArrayBuffer;
  readonly subnetExcluded: SharedArrayBuffer;
  readonly inbox: SharedArrayBuffer;
  /** Per thread. */
  readonly threads: readonly ThreadMemory[];
}
export interface ThreadMemory { readonly bins: SharedArrayBuffer; readonly waits: SharedArrayBuffer; readonly outbox: SharedArrayBuffer; readonly news: SharedArrayBuffer; readonly work: SharedArrayBuffer; readonly metrics: SharedArrayBuffer }

export const nodeCountOf = (plan: Plan) => plan.groups.reduce((sum, group) => sum + group.nodeCount, 0);
export const binCountOf = (plan: Plan) => Math.ceil(plan.durationMs / plan.binMs);

export function allocate(plan: Plan, threadCount: number): Memory {
  const nodes = nodeCountOf(plan);
  const shared = (bytes: number) => new SharedArrayBuffer(Math.ceil(bytes / 8) * 8);
  return {
    blocks: plan.groups.map(({ dims, nodeCount }) => shared(createLayout(dims).stride * 4 * nodeCount)),
    nextAt: shared(nodes * 8),
    groupOf: shared(nodes),
    sampled: shared(nodes),
    origin: shared(8),
    subnetExcluded: shared(plan.subnetCount),
    inbox: shared(plan.inboxSize * 32),
    threads: Array.from({ length: threadCount }, () => ({
      bins: shared((binCountOf(plan) + 1) * BIN_FIELDS * 8),
      waits: shared(createHistogram().byteLength),
      outbox: shared(8 + 2 * nodes * 24),
      news: shared(8 + plan.newsSize * 24),
      work: shared(16),
      metrics: shared(METRICS_BYTES),
    })),
  };
}

export function openWorld(plan: Plan, memory: Memory): World {
  let firstNode = 0;
  const groups = plan.groups.map(({ dims, nodeCount, churn }, g) => {
    const group = {
      blocks: createBlocks(dims, nodeCount, memory.blocks[g]), firstNode, nodeCount,
      churn: churn === null ? null : { ...churn, life: createSampler(churn.life), meanLifeMs: churn.life.kind === 'exponential' ? churn.life.meanMs : 0 },
    };
    firstNode += nodeCount;
    return group;
  });
  const size = plan.inboxSize;
  return {
    seed: plan.seed, durationMs: plan.durationMs, binMs: plan.binMs, binCount: binCountOf(plan), groups, nodeCount: firstNode,
    settings: plan.settings.map(input => createSettings(input)),
    groupOf: new Uint8Array(memory.groupOf), nextAt: new Float64Array(memory.nextAt), origin: new Float64Array(memory.origin),
    sampled: new Uint8Array(memory.sampled), subnetExcluded: new Uint8Array(memory.subnetExcluded),
    latency: ACTIONS.map((_, action) => createSampler(plan.latency[action])),
    refusal: ACTIONS.map((_, action) => createSampler(plan.refusal[action])),
    addDelay: createSampler(plan.addDelay), retryDelay: createSampler(plan.retryDelay), containerStart: createSampler(plan.containerStart),
    grace: createSampler(plan.grace),
    restarts: plan.restarts,
    inbox: {
      boundAt: new Float64Array(memory.inbox, 0, size), deleteAt: new Float64Array(memory.inbox, size * 8, size),
      createdAt: new Float64Array(memory.inbox, size * 16, size), podId: new Int32Array(memory.inbox, size * 24, size),
      life: new Int32Array(memory.inbox, size * 28, size),
    },
  };
}

export function openThread(plan: Plan, memory: Memory, world: World, index: number): Thread {
  const own = memory.threads[index];
  const nodes = world.nodeCount;
  const news = plan.newsSize;
  return {
    world,
    bins: new Float64Array(own.bins),
    waits: new Float64Array(own.waits),
    outbox: {
      count: new Int32Array(own.outbox, 0, 1), at: new Float64Array(own.outbox, 8, 2 * nodes), lookAt: new Float64Array(own.outbox, 8 + nodes * 16, 2 * nodes),
      node: new Int32Array(own.outbox, 8 + nodes * 32, 2 * nodes),
    },
    news: {
      count: new Int32Array(own.news, 0, 1), at: new Float64Array(own.news, 8, news), node: new Int32Array(own.news, 8 + news * 8, news),
      pod: new Int32Array(own.news, 8 + news * 12, news), kind: new Int32Array(own.news, 8 + news * 16, news),
    },
    work: new Float64Array(own.work),
    metrics: openMetrics(own.metrics),
    tally: new Int32Array(BIN_FIELDS),
    rank: 0,
    bin: 0,
    binEnd: 0,
    log: {
      pods: plan.tables.pods ? createRows(POD_ROW) : null,
      nodes: plan.tables.nodes ? createRows(NODE_ROW) : null,
      decisions: plan.tables.decisions ? createRows(DECISION_ROW) : null,
    },
  };
}
