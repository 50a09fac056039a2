/**
 * Pools: the addresses that the controller holds ready for the Windows pods of a node, as secondary IPs or out of /28 prefixes.
 *
 * Shape   A pool is a row. Its resources are addresses; they stand in one of three lists: warm (by group), used (by pod), cooling (oldest first).
 *         A group is what EC2 gives and takes: the address itself, or the /28. An emptied group stays as an entry until something deletes it.
 *         An id is twice the address, plus 1 if its text has a mask; only addresses whose release failed have none.
 * Order   Where the program walks a hash map of groups the order is ascending by id.
 * Errors  ASSIGN and FREE say why not; a job says what is to be done with EC2.
 * Source  amazon-vpc-resource-controller-k8s b8d4251 pkg/pool/pool.go; branch-eni-spec §8.
 */
import { assert } from '../../core/assert.ts';
import { chain, columns, type Columns, type Schema } from '../../core/columns.ts';
import { NONE, PREFIX_SIZE, seconds, type Ms } from '../../core/units.ts';

export type PoolRow = number;
export type ResourceRow = number;
/** An address or a group, see Shape. */
export type ResourceId = number;

export const idOf = (ip: number): ResourceId => (ip >>> 0) * 2 + 1;
/** The id of the same address without its mask. */
export const withoutMask = (id: ResourceId): ResourceId => id - (id % 2);
export const ipOf = (id: ResourceId): number => Math.floor(id / 2);

export const COOLDOWN_MS: Ms = seconds(30);
export const ASSIGN = { ok: 0, alreadyAssigned: 1, atMaxCapacity: 2, coolingDown: 3, beingCreated: 4, empty: 5, insufficientCidrBlocks: 6 } as const;
export const FREE = { ok: 0, doesNotExist: 1, wrongOwner: 2 } as const;
export const JOB = { none: 0, create: 1, delete: 2, resync: 3, pass: 4 } as const;

/** Defaults of the product: pkg/config/loader.go. */
export const SECONDARY_DEFAULTS: Targets = { desired: 3, warmIp: 3, minIp: 3, warmPrefix: 0, maxDeviation: 0 };
export const PREFIX_DEFAULTS: Targets = { desired: 1, warmIp: 1, minIp: 3, warmPrefix: 0, maxDeviation: 0 };
export const DRAINED: Targets = { desired: 0, warmIp: 0, minIp: 0, warmPrefix: 0, maxDeviation: 0 };

export interface Targets {
  readonly desired: number;
  readonly warmIp: number;
  readonly minIp: number;
  readonly warmPrefix: number;
  readonly maxDeviation: number;
}

const POOL = {
  capacity: 'i32', isPrefix: 'u8', desired: 'i32', warmIp: 'i32', minIp: 'i32', warmPrefix: 'i32', maxDeviation: 'i32',
  firstGroup: 'i32', warm: 'i32', firstUsed: 'i32', used: 'i32', firstCooling: 'i32', lastCooling: 'i32', cooling: 'i32',
  pendingCreate: 'i32', pendingDelete: 'i32', resyncRequired: 'u8', prefixAvailable: 'u8', nextPool: 'i32',
} as const satisfies Schema;
const GROUP = { groupId: 'f64', groupHead: 'i32', groupTail: 'i32', groupCount: 'i32', nextGroup: 'i32' } as const satisfies Schema;
const RESOURCE = { resourceId: 'f64', resourceGroup: 'f64', freedAt: 'f64', holder: 'i32', nextResource: 'i32' } as const satisfies Schema;

export interface Pools extends Columns<typeof POOL>, Columns<typeof GROUP>, Columns<typeof RESOURCE> {
  readonly poolCount: number;
  readonly groupTotal: number;
  readonly resourceTotal: number;
  freePool: number;
  freeGroup: number;
  freeResource: number;
  /** Groups of the last job to delete, `listLength` of them. */
  readonly list: Float64Array;
  listLength: number;
  /** The last job's count: addresses or prefixes to create, groups to delete. */
  jobCount: number;
}

export interface PoolBounds { readonly pools: number; readonly groups: number; readonly resources: number }

export function createPools({ pools, groups, resources }: PoolBounds): Pools {
  const t: Pools = {
    ...columns(POOL, pools), ...columns(GROUP, groups), ...columns(RESOURCE, resources), poolCount: pools, groupTotal: groups, resourceTotal: resources,
    freePool: 0, freeGroup: 0, freeResource: 0, list: new Float64Array(groups), listLength: 0, jobCount: 0,
  };
  chain(t.nextPool);
  chain(t.nextGroup);
  chain(t.nextResource);
  return t;
}

export function openPool(t: Pools, capacity: number, isPrefix: boolean, targets: Targets): PoolRow {
  const p = t.freePool;
  assert(p !== NONE, 'openPool: the table of pools is full');
  t.freePool = t.nextPool[p];
  t.capacity[p] = capacity;
  t.isPrefix[p] = Number(isPrefix);
  t.firstGroup[p] = NONE;
  t.firstUsed[p] = NONE;
  t.firstCooling[p] = NONE;
  t.lastCooling[p] = NONE;
  for (const counter of [t.warm, t.used, t.cooling, t.pendingCreate, t.pendingDelete, t.resyncRequired, t.prefixAvailable]) counter[p] = 0;
  setTargets(t, p, targets);
  return p;
}

export function closePool(t: Pools, p: PoolRow): void {
  while (t.firstGroup[p] !== NONE) deleteGroup(t, p, t.firstGroup[p]);
  for (const first of [t.firstUsed[p], t.firstCooling[p]]) {
    for (let r = first; r !== NONE;) {
      const next = t.nextResource[r];
      giveResource(t, r);
      r = next;
    }
  }
  t.nextPool[p] = t.freePool;
  t.freePool = p;
}

function setTargets(t: Pools, p: PoolRow, { desired, warmIp, minIp, warmPrefix, maxDeviation }: Targets): void {
  t.desired[p] = desired;
  t.warmIp[p] = warmIp;
  t.minIp[p] = minIp;
  t.warmPrefix[p] = warmPrefix;
  t.maxDeviation[p] = maxDeviation;
}

// ---------------------------------------------------------------- groups and resources

function openResource(t: Pools, id: ResourceId, group: ResourceId): ResourceRow {
  const r = t.freeResource;
  assert(r !== NONE, 'openResource: the table of resources is full');
  t.freeResource = t.nextResource[r];
  t.resourceId[r] = id;
  t.resourceGroup[r] = group;
  t.holder[r] = NONE;
  t.nextResource[r] = NONE;
  return r;
}

function giveResource(t: Pools, r: ResourceRow): void {
  t.nextResource[r] = t.freeResource;
  t.freeResource = r;
}

/** The entry of a group, a new one in its place if there is none. */
function groupOf(t: Pools, p: PoolRow, id: ResourceId): number {
  let before = NONE;
  let g = t.firstGroup[p];
  while (g !== NONE && t.groupId[g] < id) {
    before = g;
    g = t.nextGroup[g];
  }
  if (g !== NONE && t.groupId[g] === id) return g;
  const fresh = t.freeGroup;
  assert(fresh !== NONE, 'groupOf: the table of groups is full');
  t.freeGroup = t.nextGroup[fresh];
  t.groupId[fresh] = id;
  t.groupHead[fresh] = NONE;
  t.groupTail[fresh] = NONE;
  t.groupCount[fresh] = 0;
  t.nextGroup[fresh] = g;
  if (before === NONE) t.firstGroup[p] = fresh;
  else t.nextGroup[before] = fresh;
  return fresh;
}

function deleteGroup(t: Pools, p: PoolRow, g: number): void {
  t.warm[p] -= t.groupCount[g];
  for (let r = t.groupHead[g]; r !== NONE;) {
    const next = t.nextResource[r];
    giveResource(t, r);
    r = next;
  }
  let before = NONE;
  for (let i = t.firstGroup[p]; i !== g; i = t.nextGroup[i]) before = i;
  if (before === NONE) t.firstGroup[p] = t.nextGroup[g];
  else t.nextGroup[before] = t.nextGroup[g];
  t.nextGroup[g] = t.freeGroup;
  t.freeGroup = g;
}

/** Puts a resource behind the others of its group. */
function addWarm(t: Pools, p: PoolRow, r: ResourceRow): void {
  const g = groupOf(t, p, t.resourceGroup[r]);
  t.nextResource[r] = NONE;
  if (t.groupTail[g] === NONE) t.groupHead[g] = r;
  else t.nextResource[t.groupTail[g]] = r;
  t.groupTail[g] = r;
  t.groupCount[g]++;
  t.warm[p]++;
}

/** The resources of a group, as EC2 gave it. */
export function addGroup(t: Pools, p: PoolRow, group: ResourceId): void {
  if (t.isPrefix[p] === 0) return addWarm(t, p, openResource(t, group, group));
  for (let i = 0; i < PREFIX_SIZE; i++) addWarm(t, p, openResource(t, group + 2 * i, group));
}

function takeFirst(t: Pools, p: PoolRow, g: number): ResourceRow {
  const r = t.groupHead[g];
  t.groupHead[g] = t.nextResource[r];
  if (t.groupHead[g] === NONE) t.groupTail[g] = NONE;
  t.groupCount[g]--;
  t.warm[p]--;
  return r;
}

// ---------------------------------------------------------------- pods

/** The resource that a pod has, or NONE. */
export function resourceOf(t: Pools, p: PoolRow, pod: number): ResourceRow {
  for (let r = t.firstUsed[p]; r !== NONE; r = t.nextResource[r]) if (t.holder[r] === pod) return r;
  return NONE;
}

/** Whether a failed assignment asks for a reconcile at once; a granted one always does. */
export const reconcilesAfter = (outcome: number): boolean => outcome === ASSIGN.ok || outcome === ASSIGN.empty;

/** Gives a warm resource to a pod: of the group with the fewest left, in prefix mode. `resourceOf` tells which. */
export function assign(t: Pools, p: PoolRow, pod: number): number {
  if (resourceOf(t, p, pod) !== NONE) return ASSIGN.alreadyAssigned;
  const taken = t.used[p] + t.cooling[p];
  if (t.used[p] === t.capacity[p]) return ASSIGN.atMaxCapacity;
  if (taken === t.capacity[p]) return ASSIGN.coolingDown;
  if (taken + t.pendingCreate[p] + t.pendingDelete[p] === t.capacity[p]) return ASSIGN.beingCreated;
  // An emptied group is an entry, so after the first assignment this is as good as never true.
  if (t.firstGroup[p] === NONE) return t.isPrefix[p] === 1 && t.prefixAvailable[p] === 0 ? ASSIGN.insufficientCidrBlocks : ASSIGN.empty;
  const g = t.isPrefix[p] === 1 ? fullestUsed(t, p) : firstWarm(t, p);
  if (g === NONE) return ASSIGN.empty;
  hold(t, p, takeFirst(t, p, g), pod);
  return ASSIGN.ok;
}

function firstWarm(t: Pools, p: PoolRow): number {
  let g = t.firstGroup[p];
  while (g !== NONE && t.groupCount[g] === 0) g = t.nextGroup[g];
  return g;
}

/** The prefix with the fewest addresses left. */
function fullestUsed(t: Pools, p: PoolRow): number {
  let best = NONE;
  for (let g = t.firstGroup[p]; g !== NONE; g = t.nextGroup[g]) {
    if (t.groupCount[g] > 0 && (best === NONE || t.groupCount[g] < t.groupCount[best])) best = g;
  }
  return best;
}

function hold(t: Pools, p: PoolRow, r: ResourceRow, pod: number): void {
  t.holder[r] = pod;
  t.nextResource[r] = t.firstUsed[p];
  t.firstUsed[p] = r;
  t.used[p]++;
}

/** A pod's resource cools down before it is warm again. */
export function free(t: Pools, p: PoolRow, pod: number, id: ResourceId, now: Ms): number {
  const r = resourceOf(t, p, pod);
  if (r === NONE) return FREE.doesNotExist;
  if (t.resourceId[r] !== id) return FREE.wrongOwner;
  if (t.firstUsed[p] === r) t.firstUsed[p] = t.nextResource[r];
  else {
    let before = t.firstUsed[p];
    while (t.nextResource[before] !== r) before = t.nextResource[before];
    t.nextResource[before] = t.nextResource[r];
  }
  t.used[p]--;
  t.holder[r] = NONE;
  t.freedAt[r] = now;
  t.nextResource[r] = NONE;
  if (t.lastCooling[p] === NONE) t.firstCooling[p] = r;
  else t.nextResource[t.lastCooling[p]] = r;
  t.lastCooling[p] = r;
  t.cooling[p]++;
  return FREE.ok;
}

/** At a start: a running pod's annotation names a resource of this group. */
export function holdFromStart(t: Pools, p: PoolRow, pod: number, id: ResourceId, group: ResourceId): void {
  hold(t, p, openResource(t, id, group), pod);
}

/** At a start: what no pod has is warm. */
export function addFromStart(t: Pools, p: PoolRow, id: ResourceId, group: ResourceId): void {
  addWarm(t, p, openResource(t, id, group));
}

/** Moves what has cooled down (exactly at the end of its period it has) to the end of its group. Whether something still cools. */
export function processCooldown(t: Pools, p: PoolRow, now: Ms): boolean {
  while (t.firstCooling[p] !== NONE) {
    const r = t.firstCooling[p];
    if (now - t.freedAt[r] < COOLDOWN_MS) return true;
    t.firstCooling[p] = t.nextResource[r];
    if (t.firstCooling[p] === NONE) t.lastCooling[p] = NONE;
    t.cooling[p]--;
    addWarm(t, p, r);
  }
  return false;
}

// ---------------------------------------------------------------- targets

/** What the pool wants done: a JOB, with `jobCount` and, for deletes, `list`. */
export function reconcile(t: Pools, p: PoolRow): number {
  const pending = t.pendingCreate[p] + t.pendingDelete[p];
  if (t.resyncRequired[p] === 1) return t.pendingCreate[p] !== 0 || t.pendingDelete[p] !== 0 ? JOB.none : JOB.resync;
  const busy = t.used[p] + pending + t.cooling[p];
  if (busy === t.capacity[p]) return JOB.none;
  const wanted = t.isPrefix[p] === 1 ? prefixDeviation(t, p) : secondaryDeviation(t, p);
  if (wanted > t.maxDeviation[p]) {
    const room = t.capacity[p] - (busy + t.warm[p]);
    if (room === 0) return JOB.none;
    const count = Math.min(wanted, room);
    t.pendingCreate[p] += count;
    t.jobCount = t.isPrefix[p] === 1 ? Math.trunc(count / PREFIX_SIZE) : count;
    return JOB.create;
  }
  return -wanted > t.maxDeviation[p] && deleteFreeGroups(t, p, -wanted) ? JOB.delete : JOB.none;
}

/** Takes out groups that are wholly free until so many resources are gone. Whether there was one. */
function deleteFreeGroups(t: Pools, p: PoolRow, count: number): boolean {
  const whole = t.isPrefix[p] === 1 ? PREFIX_SIZE : 1;
  t.listLength = 0;
  let left = count;
  for (let g = t.firstGroup[p]; g !== NONE && left > 0;) {
    const next = t.nextGroup[g];
    if (t.groupCount[g] === whole) {
      t.list[t.listLength++] = t.groupId[g];
      left -= whole;
      t.pendingDelete[p] += whole;
      deleteGroup(t, p, g);
    }
    g = next;
  }
  t.jobCount = t.listLength;
  return t.listLength > 0;
}

function drainTargets(t: Pools, p: PoolRow): void {
  t.warmIp[p] = 0;
  t.minIp[p] = 0;
  t.warmPrefix[p] = 0;
}

/** Addresses short (positive) or over. Rewrites targets that say nothing. */
function secondaryDeviation(t: Pools, p: PoolRow): number {
  if (t.desired[p] === 0) drainTargets(t, p);
  if (t.minIp[p] < 0) t.minIp[p] = SECONDARY_DEFAULTS.minIp;
  if (t.warmIp[p] < 0) t.warmIp[p] = SECONDARY_DEFAULTS.warmIp;
  const available = t.warm[p] + t.pendingCreate[p];
  const total = t.used[p] + available + t.cooling[p];
  const short = Math.max(t.warmIp[p] - available, 0, t.minIp[p] - total);
  const over = Math.max(Math.min(Math.max(available - t.warmIp[p], 0), total - t.minIp[p]), 0);
  return short - over;
}

const prefixesFor = (addresses: number) => Math.ceil(addresses / PREFIX_SIZE);

function freePrefixCount(t: Pools, p: PoolRow): number {
  let count = 0;
  for (let g = t.firstGroup[p]; g !== NONE; g = t.nextGroup[g]) if (t.groupCount[g] === PREFIX_SIZE) count++;
  return count;
}

/** As `secondaryDeviation`, in whole prefixes of addresses. A warm prefix target counts only if neither IP target is set. */
function prefixDeviation(t: Pools, p: PoolRow): number {
  let isWarmPrefixOnly = false;
  if (t.desired[p] === 0) drainTargets(t, p);
  else {
    const hasWarm = t.warmIp[p] > 0;
    const hasMin = t.minIp[p] > 0;
    const hasPrefix = t.warmPrefix[p] > 0;
    if (!hasWarm && (hasMin || !hasPrefix)) t.warmIp[p] = PREFIX_DEFAULTS.warmIp;
    if (!hasMin && (hasWarm || !hasPrefix)) t.minIp[p] = PREFIX_DEFAULTS.minIp;
    isWarmPrefixOnly = !hasWarm && !hasMin && hasPrefix;
  }
  const whole = freePrefixCount(t, p);
  if (isWarmPrefixOnly) return PREFIX_SIZE * (t.warmPrefix[p] - whole - prefixesFor(t.pendingCreate[p]));
  const current = prefixesFor(t.used[p] + t.pendingCreate[p] + t.warm[p] + t.cooling[p]);
  const wanted = Math.max(prefixesFor(t.used[p] + t.warmIp[p]), prefixesFor(t.minIp[p])) - current;
  return wanted < 0 && whole === 0 ? 0 : PREFIX_SIZE * wanted;
}

export function setToDraining(t: Pools, p: PoolRow): number {
  setTargets(t, p, DRAINED);
  return reconcile(t, p);
}

export function setToActive(t: Pools, p: PoolRow, targets: Targets): number {
  setTargets(t, p, targets);
  return reconcile(t, p);
}

// ---------------------------------------------------------------- EC2's answers

export interface JobOutcome {
  /** JOB.create or JOB.delete. */
  readonly job: number;
  /** As in the job: the pending counter falls by it, whatever came of the job. */
  readonly count: number;
  readonly ok: boolean;
  readonly prefixAvailable: boolean;
}

/** A job has ended: `groups` were created, or could not be deleted. Whether the pool must be reconciled. */
export function updatePool(t: Pools, p: PoolRow, { job, count, ok, prefixAvailable }: JobOutcome, groups: ArrayLike<ResourceId>): boolean {
  if (!ok) t.resyncRequired[p] = 1;
  if (t.isPrefix[p] === 1) t.prefixAvailable[p] = Number(prefixAvailable);
  for (let i = 0; i < groups.length; i++) addGroup(t, p, groups[i]);
  const resources = count * (t.isPrefix[p] === 1 ? PREFIX_SIZE : 1);
  if (job === JOB.create) t.pendingCreate[p] -= resources;
  else t.pendingDelete[p] -= resources;
  return !ok;
}

/** Brings the pool in line with the groups that EC2 has. Nothing that a pod uses is taken away. */
export function resync(t: Pools, p: PoolRow, upstream: ArrayLike<ResourceId>): void {
  if (t.resyncRequired[p] === 0) return;
  t.resyncRequired[p] = 0;
  const known = new Set<ResourceId>();
  const there = new Set<ResourceId>();
  const size = t.isPrefix[p] === 1 ? PREFIX_SIZE : 1;
  for (let i = 0; i < upstream.length; i++) for (let host = 0; host < size; host++) there.add(upstream[i] + 2 * host);
  for (const first of [t.firstUsed[p], t.firstCooling[p]]) for (let r = first; r !== NONE; r = t.nextResource[r]) known.add(t.resourceId[r]);
  for (let g = t.firstGroup[p]; g !== NONE; g = t.nextGroup[g]) for (let r = t.groupHead[g]; r !== NONE; r = t.nextResource[r]) known.add(t.resourceId[r]);
  for (let i = 0; i < upstream.length; i++) {
    for (let host = 0; host < size; host++) {
      const id = upstream[i] + 2 * host;
      if (!known.has(id)) addWarm(t, p, openResource(t, id, upstream[i]));
    }
  }
  dropGone(t, p, there);
}

function dropGone(t: Pools, p: PoolRow, there: ReadonlySet<ResourceId>): void {
  for (let g = t.firstGroup[p]; g !== NONE;) {
    const next = t.nextGroup[g];
    const before = t.groupCount[g];
    t.groupHead[g] = keepThere(t, t.groupHead[g], there, kept => {
      t.groupTail[g] = kept.last;
      t.groupCount[g] = kept.count;
    });
    t.warm[p] -= before - t.groupCount[g];
    if (t.groupCount[g] === 0 && before > 0) deleteGroup(t, p, g); // one that was empty before stays
    g = next;
  }
  t.firstCooling[p] = keepThere(t, t.firstCooling[p], there, kept => {
    t.lastCooling[p] = kept.last;
    t.cooling[p] = kept.count;
  });
}

/** The list without what is gone. */
function keepThere(
  t: Pools, head: ResourceRow, there: ReadonlySet<ResourceId>, tell: (kept: { last: ResourceRow; count: number }) => void,
): ResourceRow {
  let first: ResourceRow = NONE;
  let last: ResourceRow = NONE;
  let count = 0;
  for (let r = head; r !== NONE;) {
    const next = t.nextResource[r];
    if (there.has(t.resourceId[r])) {
      if (last === NONE) first = r;
      else t.nextResource[last] = r;
      t.nextResource[r] = NONE;
      last = r;
      count++;
    } else giveResource(t, r);
    r = next;
  }
  tell({ last, count });
  return first;
}

/** What must hold of a pool between any two events. */
export function checkPool(t: Pools, p: PoolRow, now: Ms): void {
  const count = (head: ResourceRow, visit: (r: ResourceRow) => void = () => undefined): number => {
    let n = 0;
    for (let r = head; r !== NONE; r = t.nextResource[r]) {
      assert(++n <= t.resourceTotal, 'pool: a list has no end');
      visit(r);
    }
    return n;
  };
  const holders = new Set<number>();
  assert(count(t.firstUsed[p], r => holders.add(t.holder[r])) === t.used[p], 'pool: its count of used resources is wrong');
  assert(holders.size === t.used[p], 'pool: a pod has two resources');
  let last = NONE;
  let at = Number.NEGATIVE_INFINITY;
  const cooling = count(t.firstCooling[p], r => {
    assert(t.freedAt[r] >= at && t.freedAt[r] <= now, 'pool: cooling resources stand in the order of their release');
    at = t.freedAt[r];
    last = r;
  });
  assert(cooling === t.cooling[p] && last === t.lastCooling[p], 'pool: its list of cooling resources is wrong');
  let warm = 0;
  let id = NONE;
  for (let g = t.firstGroup[p]; g !== NONE; g = t.nextGroup[g]) {
    assert(t.groupId[g] > id, 'pool: groups stand in ascending order');
    id = t.groupId[g];
    let tail = NONE;
    const n = count(t.groupHead[g], r => {
      assert(t.resourceGroup[r] === id, 'pool: a resource stands in another group than its own');
      tail = r;
    });
    assert(n === t.groupCount[g] && tail === t.groupTail[g], 'pool: a group is counted wrongly');
    warm += n;
  }
  assert(warm === t.warm[p], 'pool: its count of warm resources is wrong');
}
