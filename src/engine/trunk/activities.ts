/**
 * Activities: what the controller is doing, each as a place and its locals; and the calls at which it stops.
 *
 * Why     Thirty workers are thirty state machines. One that stops at a call leaves its question in its row and goes on when the answer stands
 *         there. A replay answers by the trace's rule; a run sends the call through the controller's limiter and EC2.
 * Shape   Question: call, and what the call's line below names. Answer: replyError (0, or the code of an EC2 error), and what is named there.
 *         Lists go through `list`, which is read at once: DescribeInstances gives (ENI, device, is a trunk) for each interface, a page of
 *         branches gives (ENI, VLAN id of its tag or NONE), ascending.
 */
import { assert } from '../../core/assert.ts';
import { chain, columns, type Columns, type Schema } from '../../core/columns.ts';
import { NONE, type Ms } from '../../core/units.ts';
import { freeLinks, leaveTrunk, type TrunkRow, type Trunks, useTrunk } from './trunks.ts';

/** A row of the activity table. */
export type ActivityRow = number;

export const CALL = {
  none: 0,
  describeInstance: 1, // -> list, replyCount, replySubnet, replyGroups
  describeSubnet: 2, // callSubnet
  createEni: 3, // callSubnet, callGroups, callVlan (NONE: the trunk) -> replyEni, replyIp
  createPermission: 4, // callEni
  attach: 5, // callEni, callDevice
  modify: 6, // callEni
  describeEni: 7, // callEni -> replyStatus
  describeBranches: 8, // callSubnet, callPage -> list, replyCount, replyMore
  associate: 9, // callEni, callVlan -> replyAssociation
  disassociate: 10, // callAssociation
  delete: 11, // callEni
  detach: 12, // callEni
  sleep: 13, // callMs; the real program adds up to a tenth
  readPod: 14, // the pod as the API server has it -> replyError (missing), replyCount: 1 if it has its annotation
  annotate: 15, // writes the activity's branches on the pod
} as const;

/** An attachment as DescribeNetworkInterfaces tells it. */
export const ATTACHMENT = { none: 0, attaching: 1, attached: 2, detaching: 3, detached: 4 } as const;

/** How an operation ended: 0, the code of an EC2 error that the program passes on, or one of its own errors. */
export const RESULT = {
  ok: 0, atMaxCapacity: -1, alreadyExists: -2, noFreeVlan: -3, noFreeDevice: -4, branchPermissionFailed: -5, trunkPermissionFailed: -6,
  trunkNotAttached: -7, attachTimeout: -8, undoFailed: -9, noTrunk: -10,
} as const;

const ACTIVITY = {
  inUse: 'u8', place: 'i32', trunk: 'i32', job: 'i32', node: 'i32', pod: 'i32', groups: 'i32', remaining: 'i32', claims: 'i32',
  head: 'i32', tail: 'i32', branch: 'i32', eni: 'i32', saved: 'i32', error: 'i32', wanted: 'i32', attempt: 'i32', after: 'i32', afterBranch: 'i32', cursor: 'i32',
  result: 'i32',
  call: 'i32', callEni: 'i32', callSubnet: 'i32', callGroups: 'i32', callVlan: 'i32', callAssociation: 'i32', callDevice: 'i32', callPage: 'i32', callMs: 'i32',
  replyError: 'i32', replyEni: 'i32', replyIp: 'i32', replyStatus: 'i32', replyAssociation: 'i32', replyCount: 'i32', replyMore: 'i32', replySubnet: 'i32',
  replyGroups: 'i32', nextActivity: 'i32',
} as const satisfies Schema;

export interface Activities extends Columns<typeof ACTIVITY> {
  readonly trunks: Trunks;
  readonly activityCount: number;
  free: number;
  /** Lists of answers. */
  readonly list: Int32Array;
}

/** Words of `list`: 120 branches on a page of two words, or 64 interfaces of three, with room. */
const LIST_WORDS = 2048;

export function createActivities(trunks: Trunks, count: number): Activities {
  const s: Activities = { ...columns(ACTIVITY, count), trunks, activityCount: count, free: 0, list: new Int32Array(LIST_WORDS) };
  chain(s.nextActivity);
  return s;
}

export function openActivity(s: Activities): ActivityRow {
  const a = s.free;
  assert(a !== NONE, 'openActivity: the table of activities is full');
  s.free = s.nextActivity[a];
  s.inUse[a] = 1;
  s.place[a] = 0;
  s.trunk[a] = NONE;
  s.job[a] = NONE;
  s.node[a] = NONE;
  s.pod[a] = NONE;
  s.groups[a] = NONE;
  s.claims[a] = NONE;
  s.head[a] = NONE;
  s.tail[a] = NONE;
  s.branch[a] = NONE;
  s.call[a] = CALL.none;
  s.result[a] = RESULT.ok;
  return a;
}

/** The activity works on this trunk object, which cannot go while it does. */
export function setTrunk(s: Activities, a: ActivityRow, k: TrunkRow): void {
  useTrunk(s.trunks, k);
  s.trunk[a] = k;
}

/** An activity that has ended lets go of all it holds. */
export function closeActivity(s: Activities, a: ActivityRow): void {
  assert(s.inUse[a] === 1, 'closeActivity: the activity is open');
  dropLists(s, a);
  if (s.trunk[a] !== NONE) leaveTrunk(s.trunks, s.trunk[a]);
  s.inUse[a] = 0;
  s.nextActivity[a] = s.free;
  s.free = a;
}

export function dropLists(s: Activities, a: ActivityRow): void {
  freeLinks(s.trunks, s.head[a]);
  freeLinks(s.trunks, s.claims[a]);
  s.head[a] = NONE;
  s.tail[a] = NONE;
  s.claims[a] = NONE;
}

/** Stops at a call. Always false: the activity goes on when the answer is there. */
export function ask(s: Activities, a: ActivityRow, call: number, place: number): false {
  s.call[a] = call;
  s.place[a] = place;
  return false;
}

export function askSleep(s: Activities, a: ActivityRow, ms: Ms, place: number): false {
  s.callMs[a] = ms;
  return ask(s, a, CALL.sleep, place);
}

/** Ends an operation. Always true. */
export function end(s: Activities, a: ActivityRow, result: number): true {
  s.call[a] = CALL.none;
  s.result[a] = result;
  return true;
}
