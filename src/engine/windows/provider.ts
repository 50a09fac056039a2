/**
 * The Windows providers: the secondary IP provider and the prefix provider, each with its work queue and workers, over the pools of all Windows
 * nodes; and the handler that gives pods their address.
 *
 * Shape   As the branch provider: an activity stops at a call, stands in `asked`, and goes on with `goOn`. A node has a pool and an ENI manager with
 *         either provider; the inactive one drains. Pods are served at once (`createPod`, `deletePod`): only jobs and node set-up call EC2.
 *         These nodes are few and their jobs are rare, so a job keeps its lists as arrays.
 * Source  amazon-vpc-resource-controller-k8s b8d4251 pkg/provider/ip/provider.go, pkg/provider/prefix/provider.go, pkg/handler/warm.go,
 *         controllers/core/pod_controller.go (updateResourceName), pkg/aws/ec2/api/helper.go (AssignIPv4ResourcesAndWaitTillReady).
 */
import { assert } from '../../core/assert.ts';
import { NONE, PREFIX_SIZE, seconds, type Ms } from '../../core/units.ts';
import {
  createWorkQueue, doneJob, forgetFailures, getJob, jobRow, NO_KEY, nextReady, submit, submitAfter, submitReady, type WorkQueue, type WorkQueueOptions,
} from '../controller/workQueue.ts';
import { E_CIDR_BLOCKS, OK } from '../ipamd/calls.ts';
import { isPrefixDelegationEnabled, targetsOf, type ConfigMapData } from './config.ts';
import { addEni, book, byEntry, createEniManager, entryWithRoom, unbook, type EniManager } from './eniManager.ts';
import {
  addFromStart, ASSIGN, assign, closePool, createPools, DRAINED, FREE, free, holdFromStart, idOf, ipOf, JOB, openPool, processCooldown, reconcile, reconcilesAfter, resourceOf,
  resync, setToActive, setToDraining, updatePool, withoutMask, type PoolBounds, type PoolRow, type Pools, type ResourceId,
} from './pool.ts';

export const WINDOWS_WORKERS = 2;
export const PASS_EVERY_MS: Ms = seconds(30);
/** When the caller of a pod that got no address tries again. */
export const REQUEUE_MS = { empty: 600, cooling: seconds(20), noPrefix: seconds(120) } as const;

export const CALL = { none: 0, describeInstance: 1, describeSubnet: 2, assign: 3, describeEni: 4, unassign: 5, sleep: 6 } as const;
export const EVENT = { allocated: 0, allocationFailed: 1, insufficientCidrBlocks: 2, capacity: 3, unsupported: 4 } as const;
export const KIND = { secondary: 0, prefix: 1 } as const;

const VISIBLE_CALLS = 7;
const VISIBLE_FIRST_WAIT_MS = 250;

/** An ENI of an instance, as DescribeInstances tells it. */
export interface DescribedEni { readonly eni: number; readonly secondaryIps: readonly number[]; readonly prefixes: readonly number[] }

/** A running job, or a node being set up: its question to EC2, and the answer. */
export interface Activity {
  readonly node: number;
  /** The provider it works for; node set-up goes from one to the other. */
  kind: number;
  readonly row: number;
  readonly isSetUp: boolean;
  readonly job: Job;
  stage: number;
  call: number;
  callEni: number;
  callCount: number;
  /** Addresses, or the first ones of prefixes. */
  callList: readonly number[];
  callMs: Ms;
  replyError: number;
  /** From describeInstance. */
  replyEnis: readonly DescribedEni[];
  /** From assign: what was granted; from describeEni: what of `callList` is visible. */
  replyList: readonly number[];
  entry: number;
  attempt: number;
  made: number[];
  failed: number[];
  parts: { readonly entry: number; readonly resources: readonly number[] }[];
  error: number;
}

interface Job { readonly op: number; readonly node: number; readonly count: number; readonly groups: readonly ResourceId[] }

export interface Side {
  readonly isPrefix: boolean;
  readonly queue: WorkQueue;
  /** By row of the queue. */
  readonly jobs: (Job | undefined)[];
  busy: number;
  /** By node: its pool, or NONE; its ENI manager; whether prefixes were delegated when it was last updated. */
  readonly poolOf: Int32Array;
  readonly managerOf: (EniManager | undefined)[];
  /** By node: the jobs that want its ENI manager, the first of which has it: the product locks it over EC2's calls, so a node has one at a time. */
  readonly users: Activity[][];
  readonly wasPrefixMode: boolean[];
}

export interface WindowsNodeSpec { readonly ipv4PerEni: number; readonly isNitro: boolean }

export interface Windows {
  readonly pools: Pools;
  readonly sides: readonly [secondary: Side, prefix: Side];
  readonly nodes: readonly WindowsNodeSpec[];
  readonly workers: number;
  configMap: ConfigMapData;
  /** EC2's error texts begin with their code. The present SDK puts a prefix before it, so "no free /28" is not recognised. */
  readonly isErrorTextBare: boolean;
  readonly asked: Activity[];
  /** Node set-ups that have ended. */
  readonly ended: Activity[];
  readonly tell: (event: number, subject: number, at: Ms, value: number) => void;
  /** What the annotations of a node's running pods say: pod and address. */
  readonly claimsOf: (node: number) => readonly { readonly pod: number; readonly ip: number }[];
}

export interface WindowsSpec {
  readonly nodes: readonly WindowsNodeSpec[];
  readonly pools: PoolBounds;
  readonly queue: WorkQueueOptions;
  readonly workers?: number;
  readonly configMap: ConfigMapData;
  readonly isErrorTextBare?: boolean;
  readonly tell: Windows['tell'];
  readonly claimsOf?: Windows['claimsOf'];
}

export function createWindows(spec: WindowsSpec): Windows {
  const side = (isPrefix: boolean): Side => ({
    isPrefix, queue: createWorkQueue(spec.queue), jobs: [], busy: 0, poolOf: new Int32Array(spec.nodes.length).fill(NONE),
    managerOf: spec.nodes.map(() => undefined), users: spec.nodes.map(() => []), wasPrefixMode: spec.nodes.map(() => false),
  });
  return {
    pools: createPools(spec.pools), sides: [side(false), side(true)], nodes: spec.nodes, workers: spec.workers ?? WINDOWS_WORKERS, configMap: spec.configMap,
    isErrorTextBare: spec.isErrorTextBare ?? false, asked: [], ended: [], tell: spec.tell, claimsOf: spec.claimsOf ?? (() => []),
  };
}

/** Addresses that a node may have: the primary ENI's slots, or sixteen for each. */
export const capacityOf = ({ ipv4PerEni }: WindowsNodeSpec, isPrefix: boolean): number => (ipv4PerEni - 1) * (isPrefix ? PREFIX_SIZE : 1);

// ---------------------------------------------------------------- pods

export interface PodOutcome {
  /** ASSIGN: why there is no address. */
  readonly outcome: number;
  /** The address given, to be written on the pod. */
  readonly id: ResourceId;
  /** After how long the caller tries again; 0: it does not. */
  readonly requeueMs: Ms;
  /** The provider that gave it. */
  readonly kind: number;
  readonly shouldReconcile: boolean;
}

/** A pod asks for an address. If it gets one the caller writes it on the pod and then says `annotated`. */
export function createPod(w: Windows, node: number, pod: number, now: Ms): PodOutcome {
  const kind = isPrefixDelegationEnabled(w.configMap) && w.nodes[node].isNitro ? KIND.prefix : KIND.secondary;
  const side = w.sides[kind];
  const p = poolAt(side, node);
  const outcome = assign(w.pools, p, pod);
  const shouldReconcile = reconcilesAfter(outcome);
  const id = outcome === ASSIGN.ok ? w.pools.resourceId[resourceOf(w.pools, p, pod)] : NONE;
  if (outcome === ASSIGN.ok) return { outcome, id, requeueMs: 0, kind, shouldReconcile };
  if (shouldReconcile) submitReconcile(w, side, node, now);
  const requeueMs = requeueAfter(outcome);
  if (requeueMs > 0) w.tell(EVENT.allocationFailed, pod, now, 0);
  return { outcome, id, requeueMs, kind, shouldReconcile };
}

function requeueAfter(outcome: number): Ms {
  switch (outcome) {
    case ASSIGN.coolingDown: return REQUEUE_MS.cooling;
    case ASSIGN.beingCreated: case ASSIGN.empty: return REQUEUE_MS.empty;
    case ASSIGN.insufficientCidrBlocks: return REQUEUE_MS.noPrefix;
    default: return 0;
  }
}

/** The address was written on the pod, or could not be: then it cools down again. The event says "allocated" either way. */
export function annotated(w: Windows, node: number, pod: number, { kind, id }: PodOutcome, isWritten: boolean, now: Ms): void {
  if (!isWritten) free(w.pools, poolAt(w.sides[kind], node), pod, id, now);
  w.tell(EVENT.allocated, pod, now, id);
  submitReconcile(w, w.sides[kind], node, now);
}

/** A pod is gone, or has ended. `id` is what its annotation says; without one the pool's own entry counts. */
export function deletePod(w: Windows, node: number, pod: number, id: ResourceId | undefined, now: Ms): void {
  const prefixPool = w.sides[KIND.prefix].poolOf[node];
  const side = w.sides[prefixPool !== NONE && resourceOf(w.pools, prefixPool, pod) !== NONE ? KIND.prefix : KIND.secondary];
  const p = side.poolOf[node];
  if (p === NONE) return;
  const r = resourceOf(w.pools, p, pod);
  if (id === undefined && r === NONE) return;
  if (free(w.pools, p, pod, id ?? w.pools.resourceId[r], now) === FREE.ok) submitReconcile(w, side, node, now);
}

function poolAt({ poolOf }: Side, node: number): PoolRow {
  assert(poolOf[node] !== NONE, 'windows: the node has a pool');
  return poolOf[node];
}

// ---------------------------------------------------------------- nodes

/** Sets up a node: its instance and subnet, then either provider. In `ended` when done. */
export function startNode(w: Windows, node: number): Activity {
  const a = openActivity(node, KIND.secondary, NONE, { op: JOB.none, node, count: 0, groups: [] }, true);
  ask(a, CALL.describeInstance, S.loadInstance);
  w.asked.push(a);
  return a;
}

/** After the ConfigMap changed, and at every event of the node: targets, draining, and the advertised capacity. */
export function updateNode(w: Windows, node: number, now: Ms): void {
  const isPrefixMode = isPrefixDelegationEnabled(w.configMap);
  const { isNitro } = w.nodes[node];
  const [secondary, prefix] = w.sides;
  if (secondary.poolOf[node] !== NONE && !(isNitro && isPrefixMode && secondary.wasPrefixMode[node])) {
    if (isNitro && isPrefixMode) drain(w, secondary, node, now);
    else activate(w, secondary, node, now, isPrefixMode && isNitro);
  }
  if (prefix.poolOf[node] !== NONE && (prefix.wasPrefixMode[node] || isPrefixMode)) {
    if (isPrefixMode) activate(w, prefix, node, now, true);
    else drain(w, prefix, node, now);
  }
}

function drain(w: Windows, side: Side, node: number, now: Ms): void {
  side.wasPrefixMode[node] = !side.isPrefix;
  submitPoolJob(w, side, node, setToDraining(w.pools, side.poolOf[node]), now);
}

function activate(w: Windows, side: Side, node: number, now: Ms, forPrefixes: boolean): void {
  side.wasPrefixMode[node] = side.isPrefix;
  submitPoolJob(w, side, node, setToActive(w.pools, side.poolOf[node], targetsOf(w.configMap, forPrefixes)), now);
  w.tell(EVENT.capacity, node, now, capacityOf(w.nodes[node], side.isPrefix));
}

/** The node is gone; what EC2 has goes with its instance. */
export function removeNode(w: Windows, node: number): void {
  for (const side of w.sides) {
    if (side.poolOf[node] !== NONE) closePool(w.pools, side.poolOf[node]);
    side.poolOf[node] = NONE;
    side.managerOf[node] = undefined;
  }
}

// ---------------------------------------------------------------- jobs

function submitReconcile(w: Windows, side: Side, node: number, now: Ms): void {
  submitPoolJob(w, side, node, reconcile(w.pools, poolAt(side, node)), now);
}

/** Submits what the pool wants done; its groups and count are still in the pool table. */
function submitPoolJob(w: Windows, side: Side, node: number, op: number, now: Ms): void {
  if (op === JOB.none) return;
  const { list, listLength, jobCount } = w.pools;
  addJob(w, side, { op, node, count: jobCount, groups: op === JOB.delete ? [...list.subarray(0, listLength)] : [] }, now);
}

function addJob(w: Windows, side: Side, job: Job, now: Ms): void {
  const j = jobRow(side.queue, job.op, job.node, 0, NO_KEY);
  side.jobs[j] = job;
  submit(side.queue, j);
  work(w, side, now);
}

export const nextDue = ({ sides: [a, b] }: Windows): Ms => Math.min(nextReady(a.queue), nextReady(b.queue));

export function runReady(w: Windows, now: Ms): void {
  for (const side of w.sides) {
    submitReady(side.queue, now);
    work(w, side, now);
  }
}

function work(w: Windows, side: Side, now: Ms): void {
  while (side.busy < w.workers) {
    const j = getJob(side.queue);
    if (j === NONE) return;
    const job = side.jobs[j];
    assert(job !== undefined, 'windows: a job in line is known');
    side.busy++;
    const a = openActivity(job.node, side.isPrefix ? KIND.prefix : KIND.secondary, j, job, false);
    begin(w, side, a, now);
  }
}

const S = {
  loadInstance: 1, loadSubnet: 2, setUp: 3, assigned: 4, visible: 5, visibleWaited: 6, unassigned: 7, resynced: 8,
} as const;

function openActivity(node: number, kind: number, row: number, job: Job, isSetUp: boolean): Activity {
  return {
    node, kind, row, isSetUp, job, stage: 0, call: CALL.none, callEni: NONE, callCount: 0, callList: [], callMs: 0, replyError: OK, replyEnis: [], replyList: [],
    entry: 0, attempt: 0, made: [], failed: [], parts: [], error: OK,
  };
}

function ask(a: Activity, call: number, stage: number): void {
  a.call = call;
  a.stage = stage;
}

function begin(w: Windows, side: Side, a: Activity, now: Ms): void {
  const { op, node } = a.job;
  if (side.managerOf[node] === undefined) return endJob(w, side, a, now);
  if (op !== JOB.pass) {
    if (side.users[node].push(a) === 1) useManager(w, side, a, now);
    return;
  }
  processCooldown(w.pools, poolAt(side, node), now);
  submitReconcile(w, side, node, now);
  submitAfter(side.queue, a.row, now, PASS_EVERY_MS);
  endJob(w, side, a, now);
}

/** The job has the node's ENI manager. */
function useManager(w: Windows, side: Side, a: Activity, now: Ms): void {
  const { op, node, groups } = a.job;
  const manager = side.managerOf[node];
  if (manager === undefined) return endJob(w, side, a, now);
  switch (op) {
    case JOB.create: return assignNext(w, side, a, manager, now);
    case JOB.delete:
      a.parts = byEntry(manager, groups.map(group => (side.isPrefix ? group : withoutMask(group))));
      return unassignNext(w, side, a, manager, now);
    case JOB.resync:
      ask(a, CALL.describeInstance, S.resynced);
      w.asked.push(a);
      return;
    default: throw new Error(`windows: there is no job ${op}`);
  }
}

/** The answer to the activity's call is in it. */
export function goOn(w: Windows, a: Activity, now: Ms): void {
  const side = w.sides[a.kind];
  const { stage } = a;
  const manager = side.managerOf[a.node];
  a.call = CALL.none;
  switch (stage) {
    case S.loadInstance: case S.loadSubnet: case S.setUp: return setUp(w, a, stage, now);
    case S.resynced:
      if (a.replyError === OK && manager) resync(w.pools, poolAt(side, a.node), describe(manager, a, side.isPrefix));
      return endJob(w, side, a, now);
    default:
  }
  if (manager === undefined) return endJob(w, side, a, now);
  switch (stage) {
    case S.assigned:
      if (a.replyError !== OK) return endCreate(w, side, a, [], a.replyError, now);
      a.callList = a.replyList;
      a.attempt = 0;
      return askAgain(w, a, CALL.describeEni, S.visible);
    case S.visibleWaited: return askAgain(w, a, CALL.describeEni, S.visible);
    case S.visible: return visible(w, side, a, manager, now);
    case S.unassigned: return unassigned(w, side, a, manager, now);
    default: throw new Error(`windows: there is no stage ${stage}`);
  }
}

function askAgain(w: Windows, a: Activity, call: number, stage: number): void {
  ask(a, call, stage);
  w.asked.push(a);
}

/** Asks the next ENI with room for what is still missing, or ends the job. */
function assignNext(w: Windows, side: Side, a: Activity, manager: EniManager, now: Ms): void {
  const missing = a.job.count - a.made.length;
  const entry = missing > 0 ? entryWithRoom(manager, a.entry) : -1;
  if (entry < 0) return endCreate(w, side, a, a.made, missing > 0 ? E_NOT_ALL : OK, now);
  a.entry = entry;
  a.callEni = manager.enis[entry];
  a.callCount = Math.min(manager.room[entry], missing);
  askAgain(w, a, CALL.assign, S.assigned);
}

/** In place of a code: fewer were created than asked for, and EC2 did not say why. */
const E_NOT_ALL = -1;

/** What was granted is booked once a describe shows it. What is not shown after seven calls is left to a re-sync. */
function visible(w: Windows, side: Side, a: Activity, manager: EniManager, now: Ms): void {
  const isComplete = a.replyError === OK && a.replyList.length === a.callList.length;
  if (a.replyError === OK && !isComplete && ++a.attempt < VISIBLE_CALLS) {
    a.callMs = VISIBLE_FIRST_WAIT_MS * 2 ** (a.attempt - 1);
    return askAgain(w, a, CALL.sleep, S.visibleWaited);
  }
  const seen = a.replyError === OK ? a.replyList : [];
  if (!isComplete && seen.length === 0) return endCreate(w, side, a, [], a.replyError === OK ? E_NOT_ALL : a.replyError, now);
  book(manager, a.entry, seen.map(resource => keyOf(side, resource)));
  a.made.push(...seen);
  a.entry++;
  assignNext(w, side, a, manager, now);
}

/** Resources are booked by group in prefix mode, by address without mask otherwise. */
const keyOf = ({ isPrefix }: Side, ip: number): number => (isPrefix ? idOf(ip) : withoutMask(idOf(ip)));

function endCreate(w: Windows, side: Side, a: Activity, made: readonly number[], error: number, now: Ms): void {
  const isNoPrefix = side.isPrefix && error === E_CIDR_BLOCKS && w.isErrorTextBare;
  if (isNoPrefix) w.tell(EVENT.insufficientCidrBlocks, a.node, now, 0);
  finish(w, side, a, error === OK || isNoPrefix, !isNoPrefix, made.map(idOf), now);
}

function unassignNext(w: Windows, side: Side, a: Activity, manager: EniManager, now: Ms): void {
  const part = a.parts[a.entry];
  if (part === undefined) return finish(w, side, a, a.error === OK, true, a.failed, now);
  a.callEni = manager.enis[part.entry];
  a.callList = part.resources.map(ipOf);
  askAgain(w, a, CALL.unassign, S.unassigned);
}

function unassigned(w: Windows, side: Side, a: Activity, manager: EniManager, now: Ms): void {
  const { entry, resources } = a.parts[a.entry++];
  if (a.replyError === OK) unbook(manager, entry, resources);
  else {
    a.error = a.replyError;
    a.failed.push(...resources); // addresses come back without their mask
  }
  unassignNext(w, side, a, manager, now);
}

function finish(w: Windows, side: Side, a: Activity, ok: boolean, prefixAvailable: boolean, groups: readonly ResourceId[], now: Ms): void {
  const { op, node, count } = a.job;
  if (updatePool(w.pools, poolAt(side, node), { job: op, count, ok, prefixAvailable }, groups)) submitReconcile(w, side, node, now);
  endJob(w, side, a, now);
}

/** No job of these providers is ever tried again: a failed one makes the pool re-sync. */
function endJob(w: Windows, side: Side, a: Activity, now: Ms): void {
  const users = side.users[a.node];
  if (users[0] === a) users.shift();
  forgetFailures(side.queue, a.row);
  doneJob(side.queue, a.row);
  side.busy--;
  if (a.job.op !== JOB.pass && users.length > 0) useManager(w, side, users[0], now);
  work(w, side, now);
}

// ---------------------------------------------------------------- set-up

/** Notes the ENIs of the instance in the manager; gives the groups of the provider's kind. */
function describe(manager: EniManager, a: Activity, isPrefix: boolean): ResourceId[] {
  const groups: ResourceId[] = [];
  for (const { eni, secondaryIps, prefixes } of a.replyEnis) {
    addEni(manager, eni, 1 + secondaryIps.length, prefixes.map(idOf), secondaryIps.map(ip => withoutMask(idOf(ip))));
    groups.push(...(isPrefix ? prefixes : secondaryIps).map(idOf));
  }
  return groups;
}

function setUp(w: Windows, a: Activity, stage: number, now: Ms): void {
  const { node } = a;
  if (a.replyError !== OK) {
    a.error = a.replyError;
    w.ended.push(a);
    return;
  }
  if (stage === S.loadInstance) return askAgain(w, a, CALL.describeSubnet, S.loadSubnet);
  if (stage === S.loadSubnet) return askAgain(w, a, CALL.describeInstance, S.setUp);
  openSide(w, a, now);
  if (a.kind === KIND.secondary && w.nodes[node].isNitro) {
    a.kind = KIND.prefix;
    return askAgain(w, a, CALL.describeInstance, S.setUp);
  }
  if (!w.nodes[node].isNitro) w.tell(EVENT.unsupported, node, now, 0);
  updateNode(w, node, now);
  w.ended.push(a);
}

/** InitResource of one provider: its pool out of what the instance has and pods use. */
function openSide(w: Windows, a: Activity, now: Ms): void {
  const { node } = a;
  const side = w.sides[a.kind];
  const spec = w.nodes[node];
  const isPrefixMode = isPrefixDelegationEnabled(w.configMap);
  const manager = createEniManager(spec.ipv4PerEni);
  const groups = describe(manager, a, side.isPrefix);
  const isActive = isPrefixMode === side.isPrefix;
  const p = openPool(w.pools, capacityOf(spec, side.isPrefix), side.isPrefix, isActive ? targetsOf(w.configMap, isPrefixMode) : DRAINED);
  const podOf = new Map(w.claimsOf(node).map(({ pod, ip }) => [idOf(ip), pod]));
  for (const group of groups.sort((x, y) => x - y)) {
    for (let host = 0; host < (side.isPrefix ? PREFIX_SIZE : 1); host++) {
      const id = group + 2 * host;
      const pod = podOf.get(id);
      if (pod === undefined) addFromStart(w.pools, p, id, group);
      else holdFromStart(w.pools, p, pod, id, group);
    }
  }
  side.poolOf[node] = p;
  side.managerOf[node] = manager;
  side.wasPrefixMode[node] = isPrefixMode;
  submitReconcile(w, side, node, now);
  addJob(w, side, { op: JOB.pass, node, count: 0, groups: [] }, now);
}
