/**
 * Node: the declaration of a node's block: what the kubelet, ipamd and EC2 each know of it.
 *
 * Shape   [ node scalars | store scalars | arrays ]. The scalars of the data store stand at fixed offsets, so the hot path
 *         reads them without a shape. ENI fields have `enis` rows, slot fields `enis * slots` rows.
 * Why     EC2's view ("attached") and ipamd's view ("eni", "slot") are two tables: what ipamd believes and what is true differ after
 *         failed calls and outside changes, and reconcile exists to compare them.
 * Source  amazon-vpc-cni-k8s v1.23.1 pkg/ipamd (ipamd.go, datastore/data_store.go).
 */
import { assert } from './assert.ts';
import { arrayOffsets, scalarOffsets, scalarTimes, type ArrayFields, type Offsets, type ScalarFields, type TimeRange } from './block.ts';
import { FOREVER, NEVER, NONE, type Block, type EniRow, type SlotRow } from './units.ts';

const NODE_FIELDS = {
  // who it is
  id: 'word', key: 'word', arrivalKey: 'word', lifetimeKey: 'word', orderKey: 'word', index: 'word', settings: 'word', maxPods: 'word', phase: 'word', zone: 'word',
  primarySubnet: 'word', eniConfigSubnet: 'word', eniConfigNamed: 'word',
  // the agent's state machine: where it is, what it asked of the AWS layer, what came back
  place: 'word', doing: 'word', activeCard: 'word', back: 'word', setupBack: 'word', setupEni: 'word', result: 'word',
  call: 'word', callEni: 'word', callCount: 'word', callSubnet: 'word', listLength: 'word', listMore: 'word', replyError: 'word', replyCount: 'word',
  cursor: 'word', orderStart: 'word', tries: 'word', wanted: 'word', over: 'word', flags: 'word', walkAt: 'time',
  // the pool manager's memory
  lastAction: 'time', lastDecrease: 'time', lastInsufficient: 'time', unmanagedEnis: 'word', nodeFlags: 'word',
  snapTotal: 'word', snapAssigned: 'word',
  // the turn under way, for the decisions table: what was seen, what has been done since
  decidedAt: 'time', decidedFlags: 'word', decidedShort: 'word', decidedOver: 'word', didAction: 'word', didEni: 'word', didRequested: 'word', didGranted: 'word', didError: 'word',
  ipv6Prefix: 'word',
  // its clock in a run: phase of the loop, next turn that may act, wake-up of a sleep or a call
  loopAt: 'time', tickAt: 'time', reconcileAt: 'time', wakeAt: 'time', lookAt: 'time', rpcLookAt: 'time', rpcAt: 'time', bindAt: 'time', plannedAt: 'time', cordonAt: 'time', uncordonAt: 'time', terminateAt: 'time', drainAt: 'time', restartAt: 'time', restartNext: 'word',
  // the AWS layer (awsutils and the SDK's retryer): the call's step, its tries; the EC2 request under way
  awsPlace: 'word', awsTry: 'word', awsSubnet: 'word', awsCursor: 'word', awsDevice: 'word', awsError: 'word',
  ec2Action: 'word', ec2Attempt: 'word', ec2Error: 'word', ec2Number: 'word', ec2LatencyOk: 'word', ec2LatencyRefused: 'word', ec2Count: 'word',
  ec2RequestedAt: 'time', ec2CalledAt: 'time', ec2Settings: 'word', sdkTokens: 'word',
  // what a DEL asks of the AWS layer while ipamd's loop may wait for a call of its own: prefixes of one ENI to release, in rpcList
  rpcEni: 'word', rpcCount: 'word', rpcNumber: 'word',
  eniNumberNext: 'word', newEni: 'word', newEniSubnet: 'word', newEniIp: 'word', newEniPrefixes: 'word', newEniOpen: 'word', newEniCount: 'word', picks: 'word',
  // the kubelet
  podCount: 'word', podWaiting: 'word', podFirstFree: 'word', podQueued: 'word', podInitial: 'word', podHost: 'word', arrivalAt: 'time', inbox: 'word', inboxEnd: 'word',
  // counters of random draws, one per stream
  arrivals: 'word', podNumber: 'word', delays: 'word', lifetimes: 'word', retries: 'word', orders: 'word', latencies: 'word', jitters: 'word', graces: 'word',
  // awscni_* counters
  addRequests: 'word', delRequests: 'word', noAvailable: 'word', forceRemovedEnis: 'word', forceRemovedIps: 'word', reconcileAdds: 'word', reconcileDels: 'word', eniReconcileAdds: 'word',
  eniReconcileDels: 'word', ipamdErrors: 'word', decisionNumber: 'word', readyAt: 'time', initAt: 'time',
  // rows of the nodes table: the bin that is written next, and the counters at the end of the one before
  sampleBin: 'word', sampledAdds: 'word', sampledFailed: 'word', sampledDels: 'word',
} as const satisfies ScalarFields;

const STORE_FIELDS = {
  // the running counters of ipamd's data store, oddities included, and the statistics over what counts in the present mode
  rawTotal: 'word', rawAssigned: 'word', rawPrefixes: 'word', total: 'word', assigned: 'word', freePrefixes: 'word',
  eniCount: 'word', eniEverOver8: 'word',
  /** Bit e: ENI e has an address that a pod may get now. */
  pickable: 'word',
  /** F below `lowBelow`: the pool is low; F at or over `highFrom`: something may be released. Set by `setBand`. */
  lowBelow: 'word', highFrom: 'word', quietPrefixes: 'word', quietEnis: 'word',
  /** ENIs that hold no pod and could be freed: not primary, no trunk, no EFA. */
  idleEnis: 'word',
  /** Slots that do not count in the present mode: of the other kind, or on an excluded ENI. Almost always none. */
  uncounted: 'word',
  /** Addresses in the store, of every kind and ENI: what the node really holds, without the oddities of the running counters. */
  stored: 'word',
  coolHead: 'word', coolCount: 'word', cacheCount: 'word', cacheNext: 'word', drift: 'word',
  cleanHead: 'word', cleanCount: 'word',
} as const satisfies ScalarFields;

export const N = scalarOffsets(NODE_FIELDS);
/** Fields of the data store of network card 0, relative to the block like those of the node. */
export const S: Offsets<typeof STORE_FIELDS> = Object.freeze(
  Object.fromEntries(Object.keys(STORE_FIELDS).map((field, i) => [field, N.size + i])),
) as Offsets<typeof STORE_FIELDS>;
const SCALARS = N.size + Object.keys(STORE_FIELDS).length;

/** Bounds on what is alive at once on one node of a shape. */
export interface Dims {
  /** Rows for ENIs, those of others included; at most 32. */
  readonly enis: number;
  /** Slots per ENI: IPv4 addresses per ENI less the primary. */
  readonly slots: number;
  /** Pods that may be bound to the node at once. */
  readonly pods: number;
  /** Addresses that may cool at once. */
  readonly cooling: number;
  /** Entries of the cache of recently released CIDRs. */
  readonly cache: number;
  /** Slots per ENI in EC2's view: more than `slots` only where metadata may still list freed ones. */
  readonly attachedSlots: number;
  /** 1 when every pod's story is kept for the pods table. */
  readonly podLog: 0 | 1;
  /** 1 when a scheduler binds pods to the node. */
  readonly scheduled: 0 | 1;
  /** Parts of the block, one for each network card under management; 1 unless said. */
  readonly cards?: number;
  /** 1 when ipamd may restart, so that its checkpoint is kept. */
  readonly restarts: 0 | 1;
}

/** Subnets of one zone among which AllocENI chooses at most. */
export const CANDIDATES = 8;

export const maskWords = (slots: number) => (slots + 31) >> 5;

/** A power of two. */
export const LIVES_AHEAD = 8;

const ARRAYS = {
  // the pod table: one queue entry per pod, sorted with the earliest last
  podKey: ['key', d => d.pods],
  podAddress: ['word', d => d.pods],
  /** Moment of binding while the pod waits for an address; of its end once that is known. */
  podSince: ['time', d => d.pods],
  /** Scheduled pods: when the pod is deleted (open loop), or how long it lives from its start (closed loop), and its id. */
  podDeleteAt: ['time', d => d.pods * d.scheduled],
  podLife: ['word', d => d.pods * d.scheduled],
  /** The node's own pods: lives drawn and not given to a pod yet, the next one at place `lifetimes` modulo their number. */
  lifeAhead: ['word', d => LIVES_AHEAD * (1 - d.scheduled)],
  podId: ['word', d => d.pods * Math.max(d.scheduled, d.podLog)],
  podBoundAt: ['time', d => d.pods * d.podLog],
  podAddressedAt: ['time', d => d.pods * d.podLog],
  podCreatedAt: ['time', d => d.pods * d.podLog],
  podRetries: ['word', d => d.pods * d.podLog],
  /** ipamd's checkpoint file: the address of each pod, 0 for none, and the ENI it was on. Kept only where a process may restart. */
  podCheckpoint: ['word', d => d.pods * d.restarts],
  podCheckpointEni: ['word', d => d.pods * d.restarts],
  // what was released from a pod less than the cooldown ago, oldest first, as a ring
  coolAt: ['time', d => d.cooling],
  coolRef: ['word', d => d.cooling],
  // CIDRs that the last pod left on an excluded ENI, oldest first, as a ring. Only a restart puts pods on such an ENI.
  cleanAt: ['time', d => d.cooling * d.restarts],
  cleanEni: ['word', d => d.cooling * d.restarts],
  cleanAddress: ['word', d => d.cooling * d.restarts],
  cleanKind: ['word', d => d.cooling * d.restarts],
  // ipamd's data store
  eniNumber: ['word', d => d.enis],
  eniFlags: ['word', d => d.enis],
  eniCreatedAt: ['time', d => d.enis],
  eniLastFreedAt: ['time', d => d.enis],
  eniDevice: ['word', d => d.enis],
  eniSubnet: ['word', d => d.enis],
  eniPrimaryIp: ['word', d => d.enis],
  eniOwned: ['word', d => d.enis],
  eniSlotCount: ['word', d => d.enis],
  /** Masks over an ENI's slots: taken, taken by a prefix, with an address for a pod now, seen by the running reconcile. */
  eniTaken: ['word', d => d.enis * maskWords(d.slots)],
  eniPrefix: ['word', d => d.enis * maskWords(d.slots)],
  eniAssignable: ['word', d => d.enis * maskWords(d.slots)],
  eniSeen: ['word', d => d.enis * maskWords(d.slots)],
  slotAddress: ['word', d => d.enis * d.slots],
  slotState: ['word', d => d.enis * d.slots],
  // CIDRs released by the pool manager, which reconcile ignores for a while
  cacheAddress: ['word', d => d.cache],
  cacheKind: ['word', d => d.cache],
  cacheUntil: ['time', d => d.cache],
  // EC2's view
  attachedNumber: ['word', d => d.enis],
  attachedFlags: ['word', d => d.enis],
  attachedDevice: ['word', d => d.enis],
  attachedSubnet: ['word', d => d.enis],
  attachedPrimaryIp: ['word', d => d.enis],
  attachedVisibleAt: ['time', d => d.enis],
  attachedAddress: ['word', d => d.enis * d.attachedSlots],
  /** Empty (NEVER), held (FOREVER), or freed but listed by instance metadata before this moment. */
  attachedUntil: ['time', d => d.enis * d.attachedSlots],
  attachedPrefix: ['word', d => d.enis * maskWords(d.attachedSlots)],
  /** Subnets that AllocENI tries, in this order. */
  candidate: ['word', () => CANDIDATES],
  /** Addresses that a call names or an answer brings. */
  list: ['word', d => Math.max(d.slots, 1)],
  /** Addresses of the ENI that is created and not attached yet: EC2's own, whatever becomes of the process that asked. */
  newEniList: ['word', d => d.slots],
  /** Prefixes that a DEL asks to release; only a restart out of prefix mode leaves any. */
  rpcList: ['word', d => d.slots * d.restarts],
} as const satisfies ArrayFields<Dims>;

export type ArrayField = keyof typeof ARRAYS;

/** Where everything is in a block of one shape. */
export interface Layout extends Offsets<typeof ARRAYS> {
  readonly dims: Dims;
  readonly enis: number;
  readonly slots: number;
  readonly pods: number;
  readonly cooling: number;
  readonly cache: number;
  readonly attachedSlots: number;
  readonly podLog: number;
  readonly restarts: number;
  readonly scheduled: number;
  readonly maskWords: number;
  readonly attachedMaskWords: number;
  /** 2^22 / slots, rounded up: `eniOfRow` multiplies by it instead of dividing. */
  readonly slotsInverse: number;
  readonly cards: number;
  /** Words from one card's part to the next, and from one node to the next. */
  readonly cardStride: number;
  readonly stride: number;
  readonly times: readonly TimeRange[];
}

export function createLayout(dims: Dims): Layout {
  assert(dims.enis >= 1 && dims.enis <= 32, 'layout: an ENI mask is one word');
  assert(dims.slots >= 0 && dims.enis * dims.slots * 16 <= 1 << 20, 'layout: an address reference has 20 bits');
  assert(dims.pods >= 1 && dims.pods <= 1024, 'layout: a queue key has 10 bits for the pod row');
  const { at, end, times } = arrayOffsets(ARRAYS, dims, SCALARS);
  const all = [...scalarTimes(NODE_FIELDS, 0), ...scalarTimes(STORE_FIELDS, N.size), ...times];
  return Object.freeze({
    ...at, ...dims, dims, maskWords: maskWords(dims.slots), attachedMaskWords: maskWords(dims.attachedSlots),
    slotsInverse: dims.slots === 0 ? 0 : Math.ceil((1 << 22) / dims.slots), cards: dims.cards ?? 1, cardStride: end,
    stride: end * (dims.cards ?? 1), times: all,
  }) as Layout;
}

/** The ENI of a slot row. Exact: a row is below 32 * slots, so the product's error is far below 1 / slots. */
export const eniOfRow = (at: Layout, row: SlotRow): EniRow => (row * at.slotsInverse) >>> 22;

/** All nodes of one shape. */
export interface Blocks {
  readonly w: Int32Array;
  readonly d: Float64Array;
  readonly at: Layout;
  /** A thread's own note of when addresses began to cool that an act of the agent has just dropped. */
  readonly dropped: { count: number; readonly at: Int32Array };
}

export function createBlocks(dims: Dims, nodeCount: number, buffer?: ArrayBufferLike): Blocks {
  const at = createLayout(dims);
  const memory = buffer ?? new SharedArrayBuffer(nodeCount * at.stride * 4);
  return { w: new Int32Array(memory), d: new Float64Array(memory), at, dropped: { count: 0, at: new Int32Array(dims.cooling * at.cards) } };
}

/** Empties one card's part of a node's block: no ENI, no pod, nothing scheduled, all moments in the past. */
export function clearBlock(b: Blocks, n: Block): void {
  const { w, at } = b;
  w.fill(0, n, n + at.cardStride);
  for (const { kind, from, length } of at.times) if (kind === 'time') w.fill(NEVER, n + from, n + from + length);
  for (const field of ['tickAt', 'reconcileAt', 'wakeAt', 'lookAt', 'arrivalAt', 'bindAt', 'loopAt', 'plannedAt', 'cordonAt', 'uncordonAt', 'terminateAt', 'drainAt', 'restartAt', 'rpcLookAt'] as const) w[n + N[field]] = FOREVER;
  w.fill(NONE, n + at.eniNumber, n + at.eniNumber + at.enis);
  w.fill(NONE, n + at.attachedNumber, n + at.attachedNumber + at.enis);
  w.fill(NONE, n + at.podAddress, n + at.podAddress + at.pods);
}

/** Bits of `eniFlags` and `attachedFlags`. */
export const ENI_PRIMARY = 1;
export const ENI_TRUNK = 2;
export const ENI_EFA = 4;
/** ipamd: its subnet is excluded, so it gets and gives no addresses. */
export const ENI_EXCLUDED = 8;
/** ipamd: classified as not its own. Kept in `attachedFlags` because it outlives the data store's row. */
export const ENI_UNMANAGED = 16;
/** EC2: carries this instance's tag; tagged no_manage "true"; tagged no_manage with another value; no tags at all. */
export const ENI_TAGGED = 32;
export const ENI_NO_MANAGE = 64;
export const ENI_MANAGE = 128;
/** EC2: detached and not deleted yet. */
export const ENI_DETACHED = 256;
/** ipamd: its map of CIDRs has held more than 8 entries, which changes how Go walks it from then on. */
export const ENI_LARGE_MAP = 512;

/** Bits of `nodeFlags`. */
export const NODE_CORDONED = 1;
/** ipamd got SIGTERM: it neither grows nor frees ENIs any more. */
export const NODE_TERMINATING = 2;
/** CNINode carries the feature SecurityGroupsForPods / CustomNetworking. */
export const NODE_SGP_FEATURE = 4;
export const NODE_CUSTOM_FEATURE = 8;
/** The process that sent the open request has ended: EC2 carries it out, nobody hears the answer. */
export const NODE_ABANDONED = 16;
/** The node has been Ready: a further nodeInit is a restart of ipamd. */
export const NODE_WAS_READY = 32;
