/**
 * Trunks: what the resource controller knows of the trunk ENIs of all nodes, their VLAN ids, their branch ENIs and who has them.
 *
 * Shape   A trunk is a row; its VLAN ids are 120 bits. A branch ENI is a row of its own, and lists of branches (a pod's, the delete queue, one
 *         that an activity has in hand) are chains of links, as the program's slices hold pointers: one branch may stand in two lists, and a
 *         time stamp put on it is seen in both. `refs` counts the links and hands on a branch; at 0 its row is free.
 *
 *           trunk ─► pods (ascending uid) ─► links ─► branch ◄─ links ◄─ queue: head … tail
 *
 * Order   Where the program walks a hash map (leaked pods, all pods of a node) the order is ascending by uid.
 * Source  amazon-vpc-resource-controller-k8s b8d4251 pkg/provider/branch/trunk/trunk.go, pkg/aws/ec2/instance.go; branch-eni-spec §2, §4, §5.
 */
import { assert } from '../../core/assert.ts';
import { chain, columns, type Columns, type Schema } from '../../core/columns.ts';
import { NONE, type Ms } from '../../core/units.ts';

declare const brand: unique symbol;
/** A row of the trunk table. */
export type TrunkRow = number & { readonly [brand]?: 'trunk' };
/** A row of the branch table. */
export type BranchRow = number & { readonly [brand]?: 'branch' };
/** An element of a list of branches. */
export type LinkRow = number & { readonly [brand]?: 'link' };
/** The uid of a pod, as a number: the order of uids is that of these numbers. */
export type PodUid = number & { readonly [brand]?: 'uid' };

/** VLAN ids of a trunk are 1..120; 0 is never given. */
export const VLAN_COUNT = 120;
export const VLAN_WORDS = 4;
/** The time stamp of a branch that may be deleted at once. */
export const NOT_STAMPED = Number.NEGATIVE_INFINITY;

const TRUNK = {
  /** The trunk ENI; NONE before it is created or found. */
  eni: 'i32', instance: 'i32', branchLimit: 'i32',
  /** Device slots; 0 until the instance and its subnet are loaded. */
  deviceCount: 'i32', slotCount: 'i32', devicesLow: 'u32', devicesHigh: 'u32',
  /** The instance's own subnet, the one that an ENIConfig names (NONE: no custom networking), and the one in force; likewise groups. */
  instanceSubnet: 'i32', customSubnet: 'i32', currentSubnet: 'i32', primaryGroups: 'i32', customGroups: 'i32', currentGroups: 'i32',
  firstPod: 'i32', queueHead: 'i32', queueTail: 'i32', queued: 'i32', recorded: 'i32', users: 'i32', nextTrunk: 'i32',
} as const satisfies Schema;
const VLANS = { vlans: 'u32' } as const satisfies Schema; // row trunk * VLAN_WORDS + word
const POD = { uid: 'i32', podHead: 'i32', podTail: 'i32', nextPod: 'i32' } as const satisfies Schema;
const BRANCH = {
  stampedAt: 'f64', branchEni: 'i32', vlan: 'i32', association: 'i32', ip: 'i32', subnet: 'i32', owner: 'i32', deleteFailures: 'i32', refs: 'i32', nextBranch: 'i32',
} as const satisfies Schema;
const LINK = { linked: 'i32', nextLink: 'i32' } as const satisfies Schema;

export interface Trunks extends Columns<typeof TRUNK>, Columns<typeof VLANS>, Columns<typeof POD>, Columns<typeof BRANCH>, Columns<typeof LINK> {
  readonly trunkCount: number;
  readonly podCount: number;
  readonly branchCount: number;
  readonly linkCount: number;
  freeTrunk: number;
  freePod: number;
  freeBranch: number;
  freeLink: number;
  /** The cool-down period in force, read anew for every branch. */
  cooldownMs: Ms;
}

/** Bounds on what is alive at once. A branch needs a link in its pod's list, one in the queue, and one in an activity's hand. */
export interface TrunkBounds { readonly trunks: number; readonly pods: number; readonly branches: number }

export function createTrunks({ trunks, pods, branches }: TrunkBounds, cooldownMs: Ms): Trunks {
  const links = branches * 3 + 8;
  const t: Trunks = {
    ...columns(TRUNK, trunks), ...columns(VLANS, trunks * VLAN_WORDS), ...columns(POD, pods), ...columns(BRANCH, branches), ...columns(LINK, links),
    trunkCount: trunks, podCount: pods, branchCount: branches, linkCount: links, freeTrunk: 0, freePod: 0, freeBranch: 0, freeLink: 0, cooldownMs,
  };
  chain(t.nextTrunk);
  chain(t.nextPod);
  chain(t.nextBranch);
  chain(t.nextLink);
  return t;
}

export interface InstanceSpec {
  readonly instance: number;
  readonly branchLimit: number;
  /** Interfaces of the default card, or of the type if that is fewer. */
  readonly devices: number;
  readonly customSubnet?: number;
  readonly customGroups?: number;
}

/** A trunk object for an instance of which nothing is loaded yet. Its creator is its first user. */
export function openTrunk(t: Trunks, { instance, branchLimit, devices, customSubnet = NONE, customGroups = NONE }: InstanceSpec): TrunkRow {
  const k = t.freeTrunk;
  assert(k !== NONE, 'openTrunk: the table of trunks is full');
  assert(devices <= 64, 'openTrunk: an instance has at most 64 device slots');
  t.freeTrunk = t.nextTrunk[k];
  t.instance[k] = instance;
  t.branchLimit[k] = branchLimit;
  t.deviceCount[k] = 0;
  t.slotCount[k] = devices;
  t.devicesLow[k] = 0;
  t.devicesHigh[k] = 0;
  t.instanceSubnet[k] = NONE;
  t.currentSubnet[k] = NONE;
  t.primaryGroups[k] = NONE;
  t.currentGroups[k] = NONE;
  t.customSubnet[k] = customSubnet;
  t.customGroups[k] = customGroups;
  t.users[k] = 1;
  t.queueHead[k] = NONE;
  t.firstPod[k] = NONE;
  clearTrunk(t, k);
  return k;
}

/** A new trunk object for the same instance: what was known of branches is forgotten, the instance's slots and subnets are not. */
export function renewTrunk(t: Trunks, k: TrunkRow): void {
  while (t.firstPod[k] !== NONE) {
    const p = t.firstPod[k];
    freeLinks(t, t.podHead[p]);
    t.firstPod[k] = t.nextPod[p];
    givePod(t, p);
  }
  freeLinks(t, t.queueHead[k]);
  clearTrunk(t, k);
}

function clearTrunk(t: Trunks, k: TrunkRow): void {
  t.eni[k] = NONE;
  t.vlans.fill(0, k * VLAN_WORDS, (k + 1) * VLAN_WORDS);
  t.vlans[k * VLAN_WORDS] = 1; // VLAN id 0
  t.firstPod[k] = NONE;
  t.queueHead[k] = NONE;
  t.queueTail[k] = NONE;
  t.queued[k] = 0;
  t.recorded[k] = 0;
}

export function useTrunk(t: Trunks, k: TrunkRow): void {
  t.users[k]++;
}

/** One user fewer; with the last the object is gone. */
export function leaveTrunk(t: Trunks, k: TrunkRow): void {
  if (--t.users[k] > 0) return;
  renewTrunk(t, k);
  t.nextTrunk[k] = t.freeTrunk;
  t.freeTrunk = k;
}

// ---------------------------------------------------------------- the instance

export const isDeviceTaken = (t: Trunks, k: TrunkRow, device: number): boolean =>
  (((device < 32 ? t.devicesLow[k] : t.devicesHigh[k]) >>> (device & 31)) & 1) === 1;

/** The instance was described anew. */
export function clearDevices(t: Trunks, k: TrunkRow): void {
  t.devicesLow[k] = 0;
  t.devicesHigh[k] = 0;
}

export function markDevice(t: Trunks, k: TrunkRow, device: number): void {
  const words = device < 32 ? t.devicesLow : t.devicesHigh;
  words[k] |= 1 << (device & 31);
}

/** The highest free device slot, since ipamd takes the lowest; it stays taken whatever comes of it. NONE: ipamd has filled the node. */
export function takeHighestDevice(t: Trunks, k: TrunkRow): number {
  for (let device = t.deviceCount[k] - 1; device >= 0; device--) {
    if (isDeviceTaken(t, k, device)) continue;
    markDevice(t, k, device);
    return device;
  }
  return NONE;
}

/** Whether the subnet in force must be looked up: custom networking names another. Without a look-up the rest is in force at once. */
export function needsSubnet(t: Trunks, k: TrunkRow): boolean {
  if (t.customSubnet[k] === NONE) {
    t.currentSubnet[k] = t.instanceSubnet[k];
    t.currentGroups[k] = t.primaryGroups[k];
    return false;
  }
  t.currentGroups[k] = t.customGroups[k] === NONE ? t.primaryGroups[k] : t.customGroups[k];
  return t.customSubnet[k] !== t.currentSubnet[k];
}

// ---------------------------------------------------------------- VLAN ids

export const isVlanTaken = (t: Trunks, k: TrunkRow, vlan: number): boolean =>
  ((t.vlans[k * VLAN_WORDS + (vlan >> 5)] >>> (vlan & 31)) & 1) === 1;

/** The lowest free VLAN id, or NONE. */
export function takeVlan(t: Trunks, k: TrunkRow): number {
  for (let vlan = 1; vlan <= VLAN_COUNT; vlan++) {
    if (isVlanTaken(t, k, vlan)) continue;
    markVlan(t, k, vlan);
    return vlan;
  }
  return NONE;
}

/** Ids outside the table would end the real program; here they mark nothing. */
export function markVlan(t: Trunks, k: TrunkRow, vlan: number): void {
  if (vlan > 0 && vlan <= VLAN_COUNT) t.vlans[k * VLAN_WORDS + (vlan >> 5)] |= 1 << (vlan & 31);
}

export function freeVlan(t: Trunks, k: TrunkRow, vlan: number): void {
  if (vlan > 0 && vlan <= VLAN_COUNT) t.vlans[k * VLAN_WORDS + (vlan >> 5)] &= ~(1 << (vlan & 31));
}

// ---------------------------------------------------------------- branches and lists of them

/** A branch in its creator's hand. */
export function openBranch(t: Trunks, eni: number, vlan: number, association: number, ip: number, subnet: number): BranchRow {
  const b = t.freeBranch;
  assert(b !== NONE, 'openBranch: the table of branches is full');
  t.freeBranch = t.nextBranch[b];
  t.branchEni[b] = eni;
  t.vlan[b] = vlan;
  t.association[b] = association;
  t.ip[b] = ip;
  t.subnet[b] = subnet;
  t.owner[b] = NONE;
  t.stampedAt[b] = NOT_STAMPED;
  t.deleteFailures[b] = 0;
  t.refs[b] = 1;
  return b;
}

/** Lets go of a branch; the last to do so frees its row. */
export function leaveBranch(t: Trunks, b: BranchRow): void {
  if (--t.refs[b] > 0) return;
  t.nextBranch[b] = t.freeBranch;
  t.freeBranch = b;
}

/** A link that takes over the caller's hold on the branch. */
export function openLink(t: Trunks, b: BranchRow): LinkRow {
  const l = t.freeLink;
  assert(l !== NONE, 'openLink: the table of links is full');
  t.freeLink = t.nextLink[l];
  t.linked[l] = b;
  t.nextLink[l] = NONE;
  return l;
}

/** Frees a link; the hold on its branch goes to the caller. */
export function takeLinked(t: Trunks, l: LinkRow): BranchRow {
  const b = t.linked[l];
  t.nextLink[l] = t.freeLink;
  t.freeLink = l;
  return b;
}

export function freeLinks(t: Trunks, head: LinkRow): void {
  for (let l = head; l !== NONE;) {
    const next = t.nextLink[l];
    leaveBranch(t, takeLinked(t, l));
    l = next;
  }
}

/** The same branches in a list of its own. */
export function copyLinks(t: Trunks, head: LinkRow): LinkRow {
  let first: LinkRow = NONE;
  let last: LinkRow = NONE;
  for (let l = head; l !== NONE; l = t.nextLink[l]) {
    t.refs[t.linked[l]]++;
    const copy = openLink(t, t.linked[l]);
    if (last === NONE) first = copy;
    else t.nextLink[last] = copy;
    last = copy;
  }
  return first;
}

export const lastLink = (t: Trunks, head: LinkRow): LinkRow => {
  let l = head;
  while (l !== NONE && t.nextLink[l] !== NONE) l = t.nextLink[l];
  return l;
};

export function countLinks(t: Trunks, head: LinkRow): number {
  let count = 0;
  for (let l = head; l !== NONE; l = t.nextLink[l]) count++;
  return count;
}

// ---------------------------------------------------------------- pods

/** The entry of a pod, or NONE. */
export function findPod(t: Trunks, k: TrunkRow, uid: PodUid): number {
  for (let p = t.firstPod[k]; p !== NONE && t.uid[p] <= uid; p = t.nextPod[p]) if (t.uid[p] === uid) return p;
  return NONE;
}

/** Records the branches of a pod; the list may be empty. The links are the entry's from now on. */
export function addPod(t: Trunks, k: TrunkRow, uid: PodUid, head: LinkRow): void {
  const p = t.freePod;
  assert(p !== NONE, 'addPod: the table of pods is full');
  t.freePod = t.nextPod[p];
  t.uid[p] = uid;
  t.podHead[p] = head;
  t.podTail[p] = lastLink(t, head);
  t.recorded[k] += countLinks(t, head);
  let before = NONE;
  for (let i = t.firstPod[k]; i !== NONE && t.uid[i] < uid; i = t.nextPod[i]) before = i;
  if (before === NONE) {
    t.nextPod[p] = t.firstPod[k];
    t.firstPod[k] = p;
  } else {
    t.nextPod[p] = t.nextPod[before];
    t.nextPod[before] = p;
  }
}

function givePod(t: Trunks, p: number): void {
  t.nextPod[p] = t.freePod;
  t.freePod = p;
}

/** Takes a pod out; its links are the caller's. */
function removePod(t: Trunks, k: TrunkRow, p: number): void {
  let before = NONE;
  for (let i = t.firstPod[k]; i !== p; i = t.nextPod[i]) before = i;
  if (before === NONE) t.firstPod[k] = t.nextPod[p];
  else t.nextPod[before] = t.nextPod[p];
  t.recorded[k] -= countLinks(t, t.podHead[p]);
  givePod(t, p);
}

/** Whether another pod may have branches: recorded and queued ones are below the type's limit. One that is being deleted is neither. */
export const hasCapacity = (t: Trunks, k: TrunkRow): boolean => t.recorded[k] + t.queued[k] < t.branchLimit[k];

// ---------------------------------------------------------------- the delete queue

/** Appends a list; the links are the queue's from now on. */
export function pushTail(t: Trunks, k: TrunkRow, head: LinkRow): void {
  if (head === NONE) return;
  if (t.queueTail[k] === NONE) t.queueHead[k] = head;
  else t.nextLink[t.queueTail[k]] = head;
  t.queueTail[k] = lastLink(t, head);
  t.queued[k] += countLinks(t, head);
}

/** Puts a list before all others, in its order; the links are the queue's from now on. */
export function pushFront(t: Trunks, k: TrunkRow, head: LinkRow): void {
  if (head === NONE) return;
  t.queued[k] += countLinks(t, head);
  const last = lastLink(t, head);
  t.nextLink[last] = t.queueHead[k];
  t.queueHead[k] = head;
  if (t.queueTail[k] === NONE) t.queueTail[k] = last;
}

/** Takes the first branch into the caller's hand, or NONE. */
export function popQueue(t: Trunks, k: TrunkRow): BranchRow | typeof NONE {
  const l = t.queueHead[k];
  if (l === NONE) return NONE;
  t.queueHead[k] = t.nextLink[l];
  if (t.queueHead[k] === NONE) t.queueTail[k] = NONE;
  t.queued[k]--;
  return takeLinked(t, l);
}

/** Whether a queued branch may be deleted: no stamp, or the period has passed. Exactly at its end it has not. */
export const isCooledDown = (t: Trunks, b: BranchRow, now: Ms): boolean => t.stampedAt[b] === NOT_STAMPED || now > t.stampedAt[b] + t.cooldownMs;

/** The pod has ended: its branches go to the end of the queue, stamped. Nothing happens if it is unknown. */
export function releasePod(t: Trunks, k: TrunkRow, uid: PodUid, now: Ms): void {
  const p = findPod(t, k, uid);
  if (p === NONE) return;
  const head = t.podHead[p];
  removePod(t, k, p);
  for (let l = head; l !== NONE; l = t.nextLink[l]) t.stampedAt[t.linked[l]] = now;
  pushTail(t, k, head);
}

/** The annotation could not be written: these branches go to the head of the queue, and the pod is forgotten. */
export function discardPod(t: Trunks, k: TrunkRow, uid: PodUid, branches: LinkRow): void {
  const copy = copyLinks(t, branches);
  const p = findPod(t, k, uid);
  if (p !== NONE) {
    const head = t.podHead[p];
    removePod(t, k, p);
    freeLinks(t, head);
  }
  pushFront(t, k, copy);
}

/** Releases every recorded pod that does not exist. Whether there was any. */
export function releaseLeaked(t: Trunks, k: TrunkRow, exists: (uid: PodUid) => boolean, now: Ms): boolean {
  let leaked = false;
  for (let p = t.firstPod[k]; p !== NONE;) {
    const next = t.nextPod[p];
    if (!exists(t.uid[p])) {
      releasePod(t, k, t.uid[p], now);
      leaked = true;
    }
    p = next;
  }
  return leaked;
}
