/**
 * The branch provider: trunks by node, the work queue and its workers, and what a job does before and after the trunk's own operation.
 *
 * Shape   `submit…` puts jobs in line; free workers take them at once. An activity that has stopped at a call is told to `asked`; the driver
 *         answers with `goOn`. Delayed jobs are moved by `runReady`, due at `nextDue`. Node set-up and changes of the ENIConfig run outside the
 *         workers (the node manager has its own), by the same machine.
 *
 *           pod created ─► create ─► read the pod ─► trunk's create ─► annotate ─► recorded
 *           pod gone    ─► deleted ─► into the delete queue;     every 30 s a node ─► pass over its queue;     node gone, 60 s later ─► delete node
 *
 * Source  amazon-vpc-resource-controller-k8s b8d4251 pkg/provider/branch/provider.go, pkg/worker/worker.go, pkg/handler/on_demand.go.
 */
import { assert } from '../../core/assert.ts';
import { columns, type Columns, type Schema } from '../../core/columns.ts';
import { NONE, seconds, type Ms } from '../../core/units.ts';
import {
  createWorkQueue, doneJob, forgetFailures, getJob, jobKey, jobRow, nextReady, retryJob, submit, submitAfter, submitReady, type JobRow, type WorkQueue,
  type WorkQueueOptions,
} from '../controller/workQueue.ts';
import { OK } from '../ipamd/calls.ts';
import { ask, CALL, closeActivity, createActivities, dropLists, end, openActivity, RESULT, setTrunk, type Activities, type ActivityRow } from './activities.ts';
import { resume, startCreate, startDeleteAll, startInit, startLoad, startPass, startRefresh } from './machine.ts';
import { createTrunks, discardPod, leaveTrunk, releaseLeaked, releasePod, useTrunk, type PodUid, type TrunkBounds, type TrunkRow, type Trunks } from './trunks.ts';

export const BRANCH_WORKERS = 30;
export const PASS_EVERY_MS: Ms = seconds(30);
export const NODE_DELETE_DELAY_MS: Ms = seconds(60);

export const JOB = { create: 0, deleted: 1, pass: 2, deleteNode: 3 } as const;

/** What the controller tells Kubernetes: events on pods and nodes, and the capacity it advertises. */
export const EVENT = {
  groupsRequested: 0, nodeGroupsRequested: 1, allocationFailed: 2, annotationFailed: 3, allocated: 4, trunkCreationFailed: 5, nodeInitFailed: 6,
  nodeInitiated: 7, capacity: 8, unsupported: 9,
} as const;

/** Places of the provider's own, apart from those of the trunk's machine. */
const P = { podRead: 101, creating: 102, annotated: 103, passing: 104, deletingAll: 105, loading: 106, initialising: 107, refreshing: 108 } as const;

const POD = { podNode: 'i32', podGroups: 'i32', podExists: 'u8', podAnnotated: 'u8' } as const satisfies Schema;
const STAGE = { stage: 'i32' } as const satisfies Schema;

export interface Provider extends Columns<typeof POD>, Columns<typeof STAGE> {
  readonly trunks: Trunks;
  readonly activities: Activities;
  readonly queue: WorkQueue;
  /** By node: its trunk object, or NONE. */
  readonly trunkOfNode: Int32Array;
  readonly workers: number;
  busy: number;
  /** Activities that have stopped at a call since the driver last looked. */
  readonly asked: ActivityRow[];
  /** Activities outside the workers that have ended: their result can be read until the driver closes them. */
  readonly ended: ActivityRow[];
  /** The error by which the API says that a pod is not there. */
  readonly notFound: number;
  /** Told of every event, with the activity that causes it. */
  readonly tell: (event: number, subject: number, at: Ms) => void;
  /** What the annotations of a node's running pods say, as `startInit` wants it. */
  readonly claimsOf: (node: number) => ArrayLike<number>;
}

export interface ProviderSpec {
  readonly nodes: number;
  readonly pods: number;
  readonly trunks: TrunkBounds;
  readonly workers?: number;
  /** Activities outside the workers at once: node workers. */
  readonly outside?: number;
  readonly queue: WorkQueueOptions;
  readonly cooldownMs: Ms;
  readonly notFound: number;
  readonly tell: Provider['tell'];
  readonly claimsOf: Provider['claimsOf'];
}

export function createProvider(spec: ProviderSpec): Provider {
  const workers = spec.workers ?? BRANCH_WORKERS;
  const trunks = createTrunks(spec.trunks, spec.cooldownMs);
  const activityCount = workers + (spec.outside ?? 10);
  const p: Provider = {
    ...columns(POD, spec.pods), ...columns(STAGE, activityCount),
    trunks, activities: createActivities(trunks, activityCount), queue: createWorkQueue(spec.queue), trunkOfNode: new Int32Array(spec.nodes).fill(NONE),
    workers, busy: 0, asked: [], ended: [], notFound: spec.notFound, tell: spec.tell, claimsOf: spec.claimsOf,
  };
  p.podNode.fill(NONE);
  p.podGroups.fill(NONE);
  return p;
}

// ---------------------------------------------------------------- what happens to pods and nodes

/** The pod is in the controller's cache from now on. */
export function podAppears(p: Provider, uid: PodUid, node: number, groups: number): void {
  p.podNode[uid] = node;
  p.podGroups[uid] = groups;
  p.podExists[uid] = 1;
  p.podAnnotated[uid] = 0;
}

/** An event for a pod that asks for `count` branches. */
export function submitCreate(p: Provider, uid: PodUid, count: number, now: Ms): void {
  submit(p.queue, jobRow(p.queue, JOB.create, uid, count, jobKey(JOB.create, uid, count)));
  work(p, now);
}

/** The pod is gone, or has succeeded or failed, and the controller was told. */
export function submitDeleted(p: Provider, uid: PodUid, now: Ms): void {
  submit(p.queue, jobRow(p.queue, JOB.deleted, uid, 0, jobKey(JOB.deleted, uid, 0)));
  work(p, now);
}

/** The node is gone: its branches are deleted a minute later, so that its pods can go first. */
export function submitDeleteNode(p: Provider, node: number, now: Ms): void {
  submitAfter(p.queue, jobRow(p.queue, JOB.deleteNode, node, 0, jobKey(JOB.deleteNode, node, 0)), now, NODE_DELETE_DELAY_MS);
}

/** The leak check: whether branches were found whose pod does not exist. A node without a trunk counts as leaking, so it is looked at soon. */
export function reconcileNode(p: Provider, node: number, now: Ms): boolean {
  const k = p.trunkOfNode[node];
  return k === NONE || releaseLeaked(p.trunks, k, uid => p.podExists[uid] === 1 && p.podNode[uid] === node, now);
}

/**
 * Sets up a node on a trunk object of its own, opened by the caller, who gives up his hold on it. The result comes in `ended`. A node whose type
 * has no branch ENIs, as the controller believes, is loaded and no more.
 */
export function startNode(p: Provider, node: number, k: TrunkRow, now: Ms): ActivityRow {
  const a = openActivity(p.activities);
  p.activities.node[a] = node;
  setTrunk(p.activities, a, k);
  leaveTrunk(p.trunks, k);
  p.stage[a] = P.loading;
  step(p, a, startLoad(p.activities, a), now);
  return a;
}

/** After the ENIConfig of a node's trunk object changed. */
export function startNodeRefresh(p: Provider, node: number, now: Ms): ActivityRow {
  const a = openActivity(p.activities);
  assert(p.trunkOfNode[node] !== NONE, 'startNodeRefresh: the node has a trunk');
  p.activities.node[a] = node;
  setTrunk(p.activities, a, p.trunkOfNode[node]);
  p.stage[a] = P.refreshing;
  step(p, a, startRefresh(p.activities, a), now);
  return a;
}

// ---------------------------------------------------------------- the driver's side

/** When a delayed job is due; Infinity if none is. */
export const nextDue = (p: Provider): Ms => nextReady(p.queue);

export function runReady(p: Provider, now: Ms): void {
  submitReady(p.queue, now);
  work(p, now);
}

/** The answer to the activity's call is in its row. */
export function goOn(p: Provider, a: ActivityRow, now: Ms): void {
  const own = p.stage[a] === P.podRead || p.stage[a] === P.annotated;
  step(p, a, own || resume(p.activities, a, now), now);
  work(p, now);
}

/** Free workers take jobs. */
function work(p: Provider, now: Ms): void {
  while (p.busy < p.workers) {
    const j = getJob(p.queue);
    if (j === NONE) return;
    p.busy++;
    const a = openActivity(p.activities);
    p.activities.job[a] = j;
    step(p, a, begin(p, a, j, now), now);
  }
}

/** From one stage to the next until the activity stops at a call or its job has ended. */
function step(p: Provider, a: ActivityRow, ended: boolean, now: Ms): void {
  for (let isEnded = ended; isEnded;) {
    if (p.stage[a] === 0) return endActivity(p, a, now);
    isEnded = nextStage(p, a, now);
  }
  p.asked.push(a);
}

// ---------------------------------------------------------------- jobs

/** How a job ended, besides the results of the trunk: done, or to come back after a while. */
const DONE = 1 << 20;
const COME_BACK = DONE + 1;

function begin(p: Provider, a: ActivityRow, j: JobRow, now: Ms): boolean {
  const s = p.activities;
  const subject = p.queue.subject[j];
  p.stage[a] = 0;
  switch (p.queue.kind[j]) {
    case JOB.create:
      if (p.podExists[subject] === 0) return end(s, a, p.notFound);
      if (p.podAnnotated[subject] === 1) return end(s, a, DONE);
      s.pod[a] = subject;
      p.stage[a] = P.podRead;
      return ask(s, a, CALL.readPod, 0);
    case JOB.deleted: {
      const k = p.podNode[subject] === NONE ? NONE : p.trunkOfNode[p.podNode[subject]];
      if (k !== NONE) releasePod(p.trunks, k, subject, now);
      return end(s, a, DONE);
    }
    case JOB.pass:
      if (p.trunkOfNode[subject] === NONE) return end(s, a, DONE);
      setTrunk(s, a, p.trunkOfNode[subject]);
      p.stage[a] = P.passing;
      return startPass(s, a, now);
    case JOB.deleteNode:
      if (p.trunkOfNode[subject] === NONE) return end(s, a, RESULT.noTrunk);
      setTrunk(s, a, p.trunkOfNode[subject]);
      p.stage[a] = P.deletingAll;
      return startDeleteAll(s, a, now);
    default:
      throw new Error(`provider: there is no job ${p.queue.kind[j]}`);
  }
}

/** What follows when a stage has ended. True: the next has ended, too; stage 0 ends the activity with `result`. */
function nextStage(p: Provider, a: ActivityRow, now: Ms): boolean {
  const s = p.activities;
  const stage = p.stage[a];
  p.stage[a] = 0;
  switch (stage) {
    case P.podRead: return create(p, a, now);
    case P.creating:
      if (s.result[a] === RESULT.atMaxCapacity) return end(s, a, COME_BACK);
      if (s.result[a] !== RESULT.ok) {
        p.tell(EVENT.allocationFailed, s.pod[a], now);
        return true;
      }
      p.stage[a] = P.annotated;
      return ask(s, a, CALL.annotate, 0);
    case P.annotated:
      if (s.replyError[a] !== OK) {
        discardPod(p.trunks, s.trunk[a], s.pod[a], s.head[a]);
        p.tell(EVENT.annotationFailed, s.pod[a], now);
        return end(s, a, s.replyError[a]);
      }
      p.tell(EVENT.allocated, s.pod[a], now);
      return end(s, a, DONE);
    case P.passing: return end(s, a, COME_BACK);
    case P.deletingAll: {
      const node = p.queue.subject[s.job[a]];
      const k = p.trunkOfNode[node];
      p.trunkOfNode[node] = NONE;
      if (k !== NONE) leaveTrunk(p.trunks, k);
      return end(s, a, DONE);
    }
    case P.loading:
      if (s.result[a] !== RESULT.ok) return true;
      if (p.trunks.branchLimit[s.trunk[a]] === 0) {
        p.tell(EVENT.unsupported, s.node[a], now);
        return true;
      }
      p.stage[a] = P.initialising;
      return startInit(s, a, p.claimsOf(s.node[a]));
    case P.initialising: return initialised(p, a, now);
    case P.refreshing: return true;
    default: throw new Error(`provider: there is no stage ${stage}`);
  }
}

function create(p: Provider, a: ActivityRow, now: Ms): boolean {
  const s = p.activities;
  const uid = s.pod[a];
  if (s.replyError[a] !== OK) return end(s, a, s.replyError[a]);
  if (s.replyCount[a] === 1) return end(s, a, DONE);
  p.tell(p.podGroups[uid] === NONE ? EVENT.nodeGroupsRequested : EVENT.groupsRequested, uid, now);
  const k = p.trunkOfNode[p.podNode[uid]];
  if (k === NONE) return end(s, a, RESULT.noTrunk);
  setTrunk(s, a, k);
  p.stage[a] = P.creating;
  return startCreate(s, a, uid, p.podGroups[uid], p.queue.count[s.job[a]]);
}

/** A trunk that is known already stays; the new object is dropped. */
function initialised(p: Provider, a: ActivityRow, now: Ms): true {
  const s = p.activities;
  const node = s.node[a];
  if (s.result[a] !== RESULT.ok) {
    if (s.result[a] > 0) p.tell(EVENT.trunkCreationFailed, node, now); // only what still carries EC2's code
    p.tell(EVENT.nodeInitFailed, node, now);
    return true;
  }
  if (p.trunkOfNode[node] === NONE) {
    useTrunk(p.trunks, s.trunk[a]);
    p.trunkOfNode[node] = s.trunk[a];
  }
  submit(p.queue, jobRow(p.queue, JOB.pass, node, 0, jobKey(JOB.pass, node, 0)));
  p.tell(EVENT.nodeInitiated, node, now);
  p.tell(EVENT.capacity, node, now);
  return true;
}

function endActivity(p: Provider, a: ActivityRow, now: Ms): void {
  const s = p.activities;
  const j = s.job[a];
  if (j === NONE) {
    dropLists(s, a);
    p.ended.push(a);
    return work(p, now);
  }
  const result = s.result[a];
  if (result === COME_BACK) submitAfter(p.queue, j, now, p.queue.kind[j] === JOB.pass ? PASS_EVERY_MS : p.trunks.cooldownMs);
  else if (result === DONE || result === p.notFound) forgetFailures(p.queue, j);
  else retryJob(p.queue, j, now);
  doneJob(p.queue, j);
  closeActivity(s, a);
  p.busy--;
}
