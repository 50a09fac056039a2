/**
 * The trunk's operations that call EC2, as one resumable machine: load, refresh, init, create, the pass over the delete queue, delete all.
 *
 * Shape   `start…` and `resume` run to the next call and give false, or to the end and give true; the outcome is in `result`. Three pieces are
 *         shared, like procedures, with the place to go on in `after` or `afterBranch` and their outcome in `error`:
 *           wait for an attachment   calls at 0, 1, 3, 7, 15, 31, 63 s; an error of the call ends it at once
 *           delete an ENI            calls at 0, 0.1, 0.4, 1.3, 4.0 s, and 8.1 s more of waiting before it gives up; every error is tried again
 *           delete a branch          disassociate (errors are ignored), then delete; "not found" counts as deleted; its VLAN id is free
 * Live    What an operation reads after a call (subnet, period, queue, pods) is what is there then; its list of branches is its own.
 * Source  amazon-vpc-resource-controller-k8s b8d4251 pkg/provider/branch/trunk/trunk.go, pkg/aws/ec2/api/helper.go, pkg/aws/ec2/instance.go.
 */
import { NONE, type Ms } from '../../core/units.ts';
import { E_ENI_NOT_FOUND, OK } from '../ipamd/calls.ts';
import { ask, askSleep, ATTACHMENT, CALL, end, RESULT, type Activities, type ActivityRow } from './activities.ts';
import {
  addPod, clearDevices, copyLinks, findPod, freeVlan, hasCapacity, isCooledDown, leaveBranch, markDevice, markVlan, needsSubnet, openBranch, openLink,
  popQueue, pushFront, pushTail, takeHighestDevice, takeLinked, takeVlan, type BranchRow, type PodUid,
} from './trunks.ts';

/** Delete passes that may fail for one branch before it is forgotten. */
export const DELETE_PASSES = 3;
const DELETE_WAITS_MS = [100, 300, 900, 2700, 8100] as const;
const STATUS_CALLS = 7;
const STATUS_FIRST_WAIT_MS = 1000;

const P = {
  loadInstance: 1, loadSubnet: 2, customSubnet: 3,
  initInstance: 10, initAdopted: 11, initCreated: 12, initPermitted: 13, initAttached: 14, initModified: 15, initWaited: 16, initDetached: 17,
  initDetachWaited: 18, initUndone: 19, initBranches: 20,
  branchCreated: 30, branchPermitted: 31, branchAssociated: 32,
  passNext: 40, passDeleted: 41, allNext: 42, allDeleted: 43,
  statusAsked: 50, statusSlept: 51, deleteAsked: 52, deleteSlept: 53, branchDisassociated: 54, branchDeleted: 55,
} as const;

/** LoadDetails: the instance, its subnet, and the ENIConfig's if that is in force. */
export function startLoad(s: Activities, a: ActivityRow): boolean {
  return ask(s, a, CALL.describeInstance, P.loadInstance);
}

/** After the ENIConfig changed: its subnet is looked up, unless it is the current one. */
export function startRefresh(s: Activities, a: ActivityRow): boolean {
  return refresh(s, a);
}

/**
 * InitTrunk: adopts the trunk ENI and what hangs on it, or makes one.
 * @param claims what running pods' annotations say, flat: uid, ENI, VLAN id, association (or NONE), address
 */
export function startInit(s: Activities, a: ActivityRow, claims: ArrayLike<number>): boolean {
  const t = s.trunks;
  let tail = NONE;
  for (let i = 0; i < claims.length; i += 5) {
    const b = openBranch(t, claims[i + 1], claims[i + 2], claims[i + 3], claims[i + 4], NONE);
    t.owner[b] = claims[i];
    const l = openLink(t, b);
    if (tail === NONE) s.claims[a] = l;
    else t.nextLink[tail] = l;
    tail = l;
  }
  return ask(s, a, CALL.describeInstance, P.initInstance);
}

/** CreateAndAssociateBranchENIs: `count` branches for a pod, with the groups of `groups` or, if NONE, the node's. */
export function startCreate(s: Activities, a: ActivityRow, uid: PodUid, groups: number, count: number): boolean {
  const t = s.trunks;
  const k = s.trunk[a];
  s.pod[a] = uid;
  s.remaining[a] = count;
  if (findPod(t, k, uid) !== NONE) return end(s, a, RESULT.alreadyExists);
  if (!hasCapacity(t, k)) return end(s, a, RESULT.atMaxCapacity); // tested once, however many are asked for
  s.groups[a] = groups === NONE ? t.currentGroups[k] : groups;
  return nextBranch(s, a);
}

/** DeleteCooledDownENIs: one pass over the delete queue. */
export function startPass(s: Activities, a: ActivityRow, now: Ms): boolean {
  s.place[a] = P.passNext;
  return resume(s, a, now);
}

/** DeleteAllBranchENIs: every pod's branches, then the queue; neither list is emptied. */
export function startDeleteAll(s: Activities, a: ActivityRow, now: Ms): boolean {
  s.place[a] = P.allNext;
  s.cursor[a] = NONE;
  s.remaining[a] = 1; // the queue is still to come
  return resume(s, a, now);
}

/** Goes on with the answer. */
export function resume(s: Activities, a: ActivityRow, now: Ms): boolean {
  const t = s.trunks;
  const k = s.trunk[a];
  for (;;) {
    const error = s.replyError[a];
    switch (s.place[a]) {
      // ---------------------------------------------------------------- the instance
      case P.loadInstance:
        if (error !== OK) return end(s, a, error);
        t.instanceSubnet[k] = s.replySubnet[a];
        clearDevices(t, k);
        for (let i = 0; i < s.replyCount[a]; i++) markDevice(t, k, s.list[3 * i + 1]);
        s.callSubnet[a] = t.instanceSubnet[k];
        return ask(s, a, CALL.describeSubnet, P.loadSubnet);
      case P.loadSubnet:
        if (error !== OK) return end(s, a, error);
        t.deviceCount[k] = t.slotCount[k];
        if (t.primaryGroups[k] === NONE) t.primaryGroups[k] = s.replyGroups[a]; // read once, never refreshed
        return refresh(s, a);
      case P.customSubnet:
        if (error === OK) t.currentSubnet[k] = t.customSubnet[k];
        return end(s, a, error);

      // ---------------------------------------------------------------- init
      case P.initInstance: {
        if (error !== OK) return end(s, a, error);
        s.eni[a] = trunkOf(s, s.replyCount[a]);
        if (s.eni[a] !== NONE) return waitForStatus(s, a, ATTACHMENT.attached, P.initAdopted);
        s.callDevice[a] = takeHighestDevice(t, k);
        if (s.callDevice[a] === NONE) return end(s, a, RESULT.noFreeDevice);
        s.callSubnet[a] = t.currentSubnet[k];
        s.callGroups[a] = t.currentGroups[k];
        s.callVlan[a] = NONE;
        return ask(s, a, CALL.createEni, P.initCreated);
      }
      case P.initCreated:
        if (error !== OK) return end(s, a, error);
        s.eni[a] = s.callEni[a] = s.replyEni[a];
        return ask(s, a, CALL.createPermission, P.initPermitted);
      case P.initPermitted:
        if (error === OK) return ask(s, a, CALL.attach, P.initAttached);
        s.saved[a] = RESULT.trunkPermissionFailed;
        return deleteEni(s, a, P.initUndone);
      case P.initAttached:
        if (error === OK) return ask(s, a, CALL.modify, P.initModified);
        s.saved[a] = error;
        return deleteEni(s, a, P.initUndone);
      case P.initModified:
        if (error === OK) return waitForStatus(s, a, ATTACHMENT.attached, P.initWaited);
        s.saved[a] = error;
        return ask(s, a, CALL.detach, P.initDetached);
      case P.initWaited:
        if (s.error[a] === OK) {
          t.eni[k] = s.eni[a];
          return end(s, a, RESULT.ok);
        }
        s.saved[a] = s.error[a];
        return ask(s, a, CALL.detach, P.initDetached);
      case P.initDetached:
        if (error !== OK) return end(s, a, RESULT.undoFailed);
        return waitForStatus(s, a, ATTACHMENT.detached, P.initDetachWaited);
      case P.initDetachWaited:
        if (s.error[a] !== OK) return end(s, a, RESULT.undoFailed);
        return deleteEni(s, a, P.initUndone);
      case P.initUndone:
        return end(s, a, s.error[a] === OK ? s.saved[a] : RESULT.undoFailed);
      case P.initAdopted:
        if (s.error[a] !== OK) return end(s, a, RESULT.trunkNotAttached);
        t.eni[k] = s.eni[a];
        s.callSubnet[a] = t.currentSubnet[k];
        s.callPage[a] = 0;
        return ask(s, a, CALL.describeBranches, P.initBranches);
      case P.initBranches:
        if (error !== OK) return end(s, a, error);
        addFound(s, a);
        if (s.replyMore[a] === 0 || s.replyCount[a] === 0) return adopt(s, a, now);
        s.callPage[a]++;
        return ask(s, a, CALL.describeBranches, P.initBranches);

      // ---------------------------------------------------------------- create
      case P.branchCreated:
        if (error !== OK) {
          freeVlan(t, k, s.callVlan[a]);
          return rollBack(s, a, error);
        }
        s.callEni[a] = s.replyEni[a];
        append(s, a, openBranch(t, s.replyEni[a], s.callVlan[a], NONE, s.replyIp[a], t.currentSubnet[k]));
        return ask(s, a, CALL.createPermission, P.branchPermitted);
      case P.branchPermitted:
        if (error !== OK) return rollBack(s, a, RESULT.branchPermissionFailed);
        return ask(s, a, CALL.associate, P.branchAssociated);
      case P.branchAssociated:
        if (error !== OK) return rollBack(s, a, error);
        t.association[t.linked[s.tail[a]]] = s.replyAssociation[a];
        s.remaining[a]--;
        return nextBranch(s, a);

      // ---------------------------------------------------------------- the delete queue, and everything
      case P.passNext: {
        const b = popQueue(t, k);
        if (b === NONE) return end(s, a, RESULT.ok);
        if (!isCooledDown(t, b, now)) {
          pushFront(t, k, openLink(t, b));
          return end(s, a, RESULT.ok); // those behind it are taken to be younger, which they need not be
        }
        return deleteBranch(s, a, b, P.passDeleted);
      }
      case P.passDeleted: {
        const b = s.branch[a];
        s.branch[a] = NONE;
        s.place[a] = P.passNext;
        if (s.error[a] === OK || ++t.deleteFailures[b] >= DELETE_PASSES) leaveBranch(t, b); // a forgotten one keeps its VLAN id
        else pushFront(t, k, openLink(t, b));
        break;
      }
      case P.allNext: {
        if (s.head[a] === NONE && !refill(s, a)) return end(s, a, RESULT.ok);
        const l = s.head[a];
        if (l === NONE) break; // a pod without branches
        s.head[a] = t.nextLink[l];
        return deleteBranch(s, a, takeLinked(t, l), P.allDeleted);
      }
      case P.allDeleted:
        leaveBranch(t, s.branch[a]);
        s.branch[a] = NONE;
        s.place[a] = P.allNext;
        break;

      // ---------------------------------------------------------------- procedures
      case P.statusAsked:
        if (error !== OK) finish(s, a, error);
        else if (s.replyStatus[a] === s.wanted[a]) finish(s, a, OK);
        else if (++s.attempt[a] === STATUS_CALLS) finish(s, a, RESULT.attachTimeout);
        else return askSleep(s, a, STATUS_FIRST_WAIT_MS * 2 ** (s.attempt[a] - 1), P.statusSlept);
        break;
      case P.statusSlept:
        return ask(s, a, CALL.describeEni, P.statusAsked);
      case P.deleteAsked:
        if (error === OK) {
          finish(s, a, OK);
          break;
        }
        s.error[a] = error;
        return askSleep(s, a, DELETE_WAITS_MS[s.attempt[a]++], P.deleteSlept);
      case P.deleteSlept:
        if (s.attempt[a] < DELETE_WAITS_MS.length) return ask(s, a, CALL.delete, P.deleteAsked);
        s.place[a] = s.after[a]; // the last error stands
        break;
      case P.branchDisassociated:
        return deleteEni(s, a, P.branchDeleted);
      case P.branchDeleted:
        if (s.error[a] === E_ENI_NOT_FOUND) s.error[a] = OK;
        if (s.error[a] === OK) freeVlan(t, k, t.vlan[s.branch[a]]);
        s.place[a] = s.afterBranch[a];
        break;
      default:
        throw new Error(`trunk: there is no place ${s.place[a]}`);
    }
  }
}

// ---------------------------------------------------------------- pieces

function refresh(s: Activities, a: ActivityRow): boolean {
  const k = s.trunk[a];
  if (!needsSubnet(s.trunks, k)) return end(s, a, RESULT.ok);
  s.callSubnet[a] = s.trunks.customSubnet[k];
  return ask(s, a, CALL.describeSubnet, P.customSubnet);
}

/** The trunk ENI among the instance's interfaces, or NONE. */
function trunkOf({ list }: Activities, count: number): number {
  for (let i = 0; i < count; i++) if (list[3 * i + 2] === 1) return list[3 * i];
  return NONE;
}

function waitForStatus(s: Activities, a: ActivityRow, wanted: number, then: number): false {
  s.callEni[a] = s.eni[a];
  s.wanted[a] = wanted;
  s.attempt[a] = 0;
  s.after[a] = then;
  return ask(s, a, CALL.describeEni, P.statusAsked);
}

/** Deletes `callEni`. */
function deleteEni(s: Activities, a: ActivityRow, then: number): false {
  s.attempt[a] = 0;
  s.after[a] = then;
  return ask(s, a, CALL.delete, P.deleteAsked);
}

/** Takes the branch in hand and begins to delete it. Never ends at once. */
function deleteBranch(s: Activities, a: ActivityRow, b: BranchRow, then: number): false {
  s.branch[a] = b;
  s.afterBranch[a] = then;
  s.callEni[a] = s.trunks.branchEni[b];
  s.callAssociation[a] = s.trunks.association[b];
  return s.callAssociation[a] === NONE ? deleteEni(s, a, P.branchDeleted) : ask(s, a, CALL.disassociate, P.branchDisassociated);
}

function finish(s: Activities, a: ActivityRow, error: number): void {
  s.error[a] = error;
  s.place[a] = s.after[a];
}

function append(s: Activities, a: ActivityRow, b: BranchRow): void {
  const l = openLink(s.trunks, b);
  if (s.tail[a] === NONE) s.head[a] = l;
  else s.trunks.nextLink[s.tail[a]] = l;
  s.tail[a] = l;
}

/** The next branch of a create, or its end. */
function nextBranch(s: Activities, a: ActivityRow): boolean {
  const t = s.trunks;
  const k = s.trunk[a];
  if (s.remaining[a] === 0) {
    if (findPod(t, k, s.pod[a]) === NONE) addPod(t, k, s.pod[a], copyLinks(t, s.head[a]));
    return end(s, a, RESULT.ok);
  }
  s.callVlan[a] = takeVlan(t, k);
  if (s.callVlan[a] === NONE) return rollBack(s, a, RESULT.noFreeVlan);
  s.callSubnet[a] = t.currentSubnet[k];
  s.callGroups[a] = s.groups[a];
  return ask(s, a, CALL.createEni, P.branchCreated);
}

/** All that this create has made goes to the head of the queue, to be deleted by the next pass. */
function rollBack(s: Activities, a: ActivityRow, error: number): true {
  pushFront(s.trunks, s.trunk[a], s.head[a]);
  s.head[a] = NONE;
  s.tail[a] = NONE;
  return end(s, a, error);
}

function addFound(s: Activities, a: ActivityRow): void {
  for (let i = 0; i < s.replyCount[a]; i++) append(s, a, openBranch(s.trunks, s.list[2 * i], s.list[2 * i + 1], NONE, 0, NONE));
}

/** Takes the branch with this ENI out of the found ones. Whether it was there. */
function takeFound(s: Activities, a: ActivityRow, eni: number): boolean {
  const t = s.trunks;
  let before = NONE;
  for (let l = s.head[a]; l !== NONE; l = t.nextLink[l]) {
    if (t.branchEni[t.linked[l]] === eni) {
      if (before === NONE) s.head[a] = t.nextLink[l];
      else t.nextLink[before] = t.nextLink[l];
      leaveBranch(t, takeLinked(t, l));
      return true;
    }
    before = l;
  }
  return false;
}

/** The state as annotations and EC2 have it. A pod is recorded even if EC2 knows none of its branches. */
function adopt(s: Activities, a: ActivityRow, now: Ms): true {
  const t = s.trunks;
  const k = s.trunk[a];
  for (let l = s.claims[a]; l !== NONE;) {
    const uid = t.owner[t.linked[l]];
    let head = NONE;
    let tail = NONE;
    while (l !== NONE && t.owner[t.linked[l]] === uid) {
      const next = t.nextLink[l];
      const b = takeLinked(t, l);
      l = next;
      if (takeFound(s, a, t.branchEni[b])) {
        markVlan(t, k, t.vlan[b]);
        const kept = openLink(t, b);
        if (tail === NONE) head = kept;
        else t.nextLink[tail] = kept;
        tail = kept;
      } else leaveBranch(t, b);
    }
    addPod(t, k, uid, head);
  }
  s.claims[a] = NONE;
  for (let l = s.head[a]; l !== NONE;) {
    const next = t.nextLink[l];
    const b = takeLinked(t, l);
    l = next;
    if (t.vlan[b] === NONE) {
      leaveBranch(t, b); // without its tag it is ignored, and its VLAN id may be given again
      continue;
    }
    markVlan(t, k, t.vlan[b]);
    t.stampedAt[b] = now;
    pushTail(t, k, openLink(t, b));
  }
  s.head[a] = NONE;
  s.tail[a] = NONE;
  return end(s, a, RESULT.ok);
}

/** The next list to delete: of the next pod by uid, as it is now, and at last the queue as it is then. False: there is none. */
function refill(s: Activities, a: ActivityRow): boolean {
  const t = s.trunks;
  const k = s.trunk[a];
  if (s.remaining[a] === 0) return false;
  for (let p = t.firstPod[k]; p !== NONE; p = t.nextPod[p]) {
    if (t.uid[p] <= s.cursor[a]) continue;
    s.cursor[a] = t.uid[p];
    s.head[a] = copyLinks(t, t.podHead[p]);
    return true;
  }
  s.remaining[a] = 0;
  s.head[a] = copyLinks(t, t.queueHead[k]);
  return true;
}
