/**
 * EC2 as a server: takes requests in the order of their arrival, refuses or carries out, and answers each exactly once.
 *
 * Why     Everything that nodes share meets here: the account's request rates and the subnets. It runs in the coordinator, so there is one order:
 *         (time, hash of seed, time and NodeId, NodeId). The hash keeps low node numbers from always winning at the limiter.
 * Shape   A request's arguments are in the node's block; its effect and its answer go there too. Bucket and effect happen at arrival, the answer
 *         comes the drawn latency later.
 * Source  DESIGN §2; vpc-ec2-model §2; ipamd-spec §3.10, §7.1.
 */
import { CANDIDATES, ENI_DETACHED, N, NODE_ABANDONED, S, type Blocks } from '../../core/node.ts';
import { detach, findAttached, isAttachedPrefix, isHeld } from '../../core/attached.ts';
import { draw, mix, STREAM, streamKey } from '../../core/random.ts';
import { freeCount } from '../../core/subnet.ts';
import { FOREVER, NONE, type Block, type Ms, type NodeIndex } from '../../core/units.ts';
import { assert } from '../../core/assert.ts';
import { ACTION } from '../actions.ts';
import { sample } from '../aws/sampler.ts';
import { AWS, EC2_TRIES } from '../aws/awsutils.ts';
import { isRetryable, MAX_ATTEMPTS } from '../aws/request.ts';
import { cardBlock, cardSettings } from '../ipamd/cards.ts';
import { CALL, E_THROTTLED, errorCode, OK } from '../ipamd/calls.ts';
import { RECONCILE_INTERVAL_MS } from '../ipamd/reconcile.ts';
import type { Settings } from '../ipamd/settings.ts';
import { addRow, type CallRows } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { blockOf, type Sampler, type World } from '../thread.ts';
import { take, type Bucket } from './buckets.ts';
import { assignAddresses, attachInterface, createInterface, deleteInterface, releaseList, deleteNewInterface, unassignAddresses, type Ec2World } from './effects.ts';

/** How a subnet stands to the choice of a new ENI's subnet, by its tags (ipamd-spec §7.1). */
export const SUBNET_TAG = { none: 0, usable: 1, excluded: 2 } as const;

export interface Ec2 extends Ec2World {
  /** By action. */
  readonly buckets: readonly Bucket[];
  /** For Describe calls with neither filter nor paging. */
  readonly smallDescribe: Bucket;
  readonly describeByIdIsSmall: boolean;
  readonly refusedCosts: boolean;
  readonly enisPerRegion: number;
  eniCount: number;
  readonly subnetTag: Uint8Array;
  readonly subnetZone: Int32Array;
  readonly appears: Sampler;
  readonly vanishes: Sampler;
  readonly ready: Sampler;
  /** Requests by action: all, refused by the limiter, refused otherwise. */
  readonly requests: Float64Array;
  readonly throttled: Float64Array;
  readonly errors: Float64Array;
  readonly log: CallRows | null;
  /** Of calls that the coordinator makes itself. */
  readonly metrics: Metrics;
  readonly faults: readonly Fault[];
  /** ENIs that belong to no instance any more and hold addresses all the same. */
  readonly leaked: LeakedEni[];
  /** Told of every outcome, for series and summaries. */
  readonly watch: (at: number, action: number, code: number, subnet: number) => void;
}

/** A fault that the scenario injects: requests of an action (NONE: of any) are answered with a code. */
export interface Fault { readonly action: number; readonly code: number; readonly from: Ms; readonly until: Ms; readonly share: number; readonly key: number }

export interface LeakedEni { readonly node: NodeIndex; readonly subnet: number; readonly ip: number; readonly addresses: Int32Array; readonly prefixes: Int32Array; readonly since: Ms }

/** The code of the fault that meets this request, or 0. */
export function faultOf({ faults }: Ec2, action: number, at: Ms, nodeId: number): number {
  for (const { action: met, code, from, until, share, key } of faults) {
    if ((met === action || met === NONE) && at >= from && at < until && (share >= 1 || draw(streamKey(key, STREAM.tie, nodeId), at % 4294967296) < share * 4294967296)) return code;
  }
  return 0;
}

/** Is this the last Delete that the agent tries: its twelfth try, and the SDK's last attempt of that? */
const givesUp = ({ w }: Blocks, n: Block, code: number) => w[n + N.awsTry] >= EC2_TRIES && (!isRetryable(code) || w[n + N.ec2Attempt] >= MAX_ATTEMPTS);

/** The ENI that was created by a process that has ended, or could not be deleted again: nobody knows it, its addresses stay taken. */
export function leakNew(e: Ec2, { w, at }: Blocks, n: Block, since: Ms): void {
  const list = w.slice(n + at.newEniList, n + at.newEniList + w[n + N.newEniCount]);
  const [addresses, prefixes] = w[n + N.newEniPrefixes] === 1 ? [NO_ADDRESSES, list] : [list, NO_ADDRESSES];
  e.leaked.push({ node: w[n + N.index], subnet: w[n + N.newEniSubnet], ip: w[n + N.newEniIp], addresses, prefixes, since });
  w[n + N.newEniOpen] = 0;
}

/** The detached ENI that could not be deleted. */
function leakDetached(e: Ec2, b: Blocks, n: Block, since: Ms): void {
  const { w, at } = b;
  const a = findAttached(b, n, w[n + N.callEni]);
  if (a === NONE || (w[n + at.attachedFlags + a] & ENI_DETACHED) === 0) return;
  const held = Array.from({ length: at.attachedSlots }, (_, slot) => slot).filter(slot => isHeld(b, n, a, slot));
  const of = (prefix: boolean) => Int32Array.from(held.filter(slot => isAttachedPrefix(b, n, a, slot) === prefix), slot => w[n + at.attachedAddress + a * at.attachedSlots + slot]);
  e.leaked.push({ node: w[n + N.index], subnet: w[n + at.attachedSubnet + a], ip: w[n + at.attachedPrimaryIp + a], addresses: of(false), prefixes: of(true), since });
  detach(b, n, a);
}

const NO_ADDRESSES = new Int32Array(0);

const E_ENI_QUOTA = errorCode('NetworkInterfaceLimitExceeded');

/** Breaks ties at the limiter. */
export const tieOf = (seed: number, at: Ms, nodeId: number) => mix(mix(seed + (at % 4294967296)) ^ Math.imul(nodeId + 1, 0x9e3779b9));

/** Carries out the open request of a node, sent at absolute time `at`. Returns the absolute time from which the node may send another. */
export function serve(e: Ec2, world: World, node: NodeIndex, at: Ms): number {
  const { group, n: main } = blockOf(world, node);
  const b = group.blocks;
  const { w } = b;
  const card = w[main + N.activeCard];
  const n = cardBlock(b.at, main, card);
  const action = w[n + N.ec2Action];
  assert(action > 0, 'serve: the node has an open request');
  const byId = action === ACTION.describeEnis && e.describeByIdIsSmall;
  const bucket = byId ? e.smallDescribe : e.buckets[action];
  w[n + N.replyCount] = 0;
  const undoes = action === ACTION.delete && w[n + N.awsPlace] === AWS.allocUndo;
  const fresh = w[n + N.newEni];
  const settings = cardSettings(world.settings[w[n + N.ec2Settings]], card); // a restart may have changed them meanwhile
  const code = faultOf(e, action, at, w[main + N.id]) || (take(bucket, at, e.refusedCosts) ? carryOut(e, world, b, n, settings, action, at) : E_THROTTLED);
  const latency = code === OK ? w[n + N.ec2LatencyOk] : w[n + N.ec2LatencyRefused];
  w[n + N.lookAt] = FOREVER;
  w[main + N.lookAt] = FOREVER;
  const abandoned = (w[main + N.nodeFlags] & NODE_ABANDONED) !== 0;
  w[n + N.ec2Error] = code;
  if (abandoned) w[main + N.nodeFlags] &= ~NODE_ABANDONED;
  else {
    w[n + N.wakeAt] = w[n + N.ec2RequestedAt] + latency;
    w[main + N.wakeAt] = w[n + N.wakeAt];
  }
  if (code !== OK && action === ACTION.delete && givesUp(b, n, code)) {
    if (undoes) leakNew(e, b, n, at);
    else leakDetached(e, b, n, at);
  }
  e.requests[action] += 1;
  if (code === E_THROTTLED) e.throttled[action] += 1;
  else if (code !== OK) e.errors[action] += 1;
  const subnet = subnetOf(b, n, action);
  e.watch(at, action, code, subnet);
  if (e.log !== null) logCall(e.log, b, n, node, at, latency, action, code, subnet, undoes ? fresh : action === ACTION.create ? w[n + N.newEni] : w[n + N.callEni]);
  const wakesAt = w[main + N.wakeAt] === FOREVER ? Number.POSITIVE_INFINITY : world.origin[0] + w[main + N.wakeAt];
  // where processes restart, a new one or a DEL may send a request before this one's answer is due
  return b.at.restarts === 1 ? Math.min(wakesAt, world.nextAt[node]) : wakesAt;
}

function logCall(rows: CallRows, b: Blocks, n: Block, node: NodeIndex, at: Ms, latency: Ms, action: number, code: number, subnet: number, eni: number): void {
  const { w } = b;
  const i = addRow(rows);
  const r = rows.columns;
  r.requested[i] = at;
  r.latency[i] = latency;
  r.action[i] = action;
  r.node[i] = node;
  r.number[i] = w[n + N.ec2Number] - 1;
  r.attempt[i] = w[n + N.ec2Attempt];
  r.code[i] = code;
  r.subnet[i] = subnet;
  r.eni[i] = (action === ACTION.create || action === ACTION.attach) && code !== OK ? NONE : eni;
  r.countRequested[i] = requestedOf(b, n, action);
  r.countGranted[i] = code === OK ? grantedOf(b, n, action) : 0;
}

function carryOut(e: Ec2, world: World, b: Blocks, n: Block, c: Settings, action: number, at: Ms): number {
  const { w } = b;
  const moment = at - world.origin[0];
  switch (action) {
    case ACTION.assign:
      return assignAddresses(e, b, n, w[n + N.callEni], w[n + N.ec2Count], c.prefixMode, c.slotsPerEni);
    case ACTION.unassign: {
      const late = moment + imds(e.vanishes, b, n);
      if (late > moment + RECONCILE_INTERVAL_MS) w[n + S.drift] = 1; // a reconcile may still see it
      return unassignAddresses(e, b, n, w[n + N.callEni], w[n + N.call] === CALL.deallocPrefixes, late);
    }
    case ACTION.create: {
      if (e.eniCount >= e.enisPerRegion) return E_ENI_QUOTA;
      const code = createInterface(e, b, n, w[n + N.awsSubnet], Math.min(w[n + N.callCount], c.slotsPerEni), c.prefixMode);
      if (code === OK) e.eniCount++;
      return code;
    }
    case ACTION.attach: {
      const visible = moment + w[n + N.ec2LatencyOk] + imds(e.appears, b, n) + imds(e.ready, b, n);
      return attachInterface(b, n, c.eniLimit, w[n + N.awsDevice], visible);
    }
    case ACTION.detach: {
      const a = findAttached(b, n, w[n + N.callEni]);
      if (a === NONE) return OK;
      w[n + b.at.attachedFlags + a] |= ENI_DETACHED;
      w[n + b.at.attachedVisibleAt + a] = FOREVER;
      return OK;
    }
    case ACTION.delete:
      if (w[n + N.awsPlace] === AWS.allocUndo) deleteNewInterface(e, b, n);
      else if (findAttached(b, n, w[n + N.callEni]) !== NONE) deleteInterface(e, b, n, w[n + N.callEni]);
      else return OK;
      e.eniCount--;
      return OK;
    case ACTION.describeSubnets:
      if (w[n + N.awsPlace] === AWS.allocSubnets) w[n + N.ec2Count] = candidates(e, b, n, c);
      else w[n + N.ec2Count] = world.subnetExcluded[w[n + N.callSubnet]];
      return OK;
    default:
      return OK;
  }
}

function imds(sampler: Sampler, { w }: Blocks, n: Block): Ms {
  return sampler.fixed >= 0 ? sampler.fixed : sample(sampler, streamKey(w[n + N.key], STREAM.latency, 1), w[n + N.latencies]++);
}

/** Subnets that a new ENI may use, in the order tried: with discovery all usable ones of the zone, the fullest last; else the primary's. */
export function candidates({ subnets, subnetTag, subnetZone }: Ec2, { w, at }: Blocks, n: Block, c: Settings): number {
  const primary = w[n + N.primarySubnet];
  let count = 0;
  if (!c.subnetDiscovery) {
    if (subnetTag[primary] !== SUBNET_TAG.excluded) w[n + at.candidate + count++] = primary;
    return count;
  }
  for (let s = 0; s < subnets.subnetCount; s++) {
    const usable = subnetTag[s] === SUBNET_TAG.usable || (s === primary && subnetTag[s] === SUBNET_TAG.none);
    if (!usable || subnetZone[s] !== w[n + N.zone]) continue;
    const free = freeCount(subnets, s);
    if (count === CANDIDATES && free <= freeCount(subnets, w[n + at.candidate + count - 1])) continue;
    let place = count < CANDIDATES ? count++ : count - 1;
    while (place > 0 && freeCount(subnets, w[n + at.candidate + place - 1]) < free) {
      w[n + at.candidate + place] = w[n + at.candidate + place - 1];
      place--;
    }
    w[n + at.candidate + place] = s;
  }
  return count;
}

function subnetOf(b: Blocks, n: Block, action: number): number {
  const { w, at } = b;
  if (action === ACTION.create) return w[n + N.awsSubnet];
  if (action !== ACTION.assign && action !== ACTION.unassign) return NONE;
  const a = findAttached(b, n, w[n + N.callEni]);
  return a === NONE ? NONE : w[n + at.attachedSubnet + a];
}

function requestedOf({ w }: Blocks, n: Block, action: number): number {
  if (action === ACTION.assign) return w[n + N.ec2Count];
  if (action === ACTION.unassign) return w[n + N.listLength];
  return action === ACTION.create ? w[n + N.callCount] : 0;
}

const grantedOf = ({ w }: Blocks, n: Block, action: number) =>
  action === ACTION.assign || action === ACTION.create ? w[n + N.replyCount] : action === ACTION.unassign ? w[n + N.listLength] : 0;

/** Numbers of DELs' releases, apart from those of the loop's own client. */
const FIRST_RELEASE = 0x20000000;

function logRelease(rows: CallRows, { latency, refusal }: World, { w }: Blocks, n: Block, node: NodeIndex, at: Ms, code: number): void {
  const i = addRow(rows);
  const r = rows.columns;
  const number = w[n + N.rpcNumber]++;
  r.requested[i] = at;
  r.latency[i] = sample((code === OK ? latency : refusal)[ACTION.unassign], streamKey(w[n + N.key], STREAM.latency, 2), number);
  r.action[i] = ACTION.unassign;
  r.node[i] = node;
  r.number[i] = FIRST_RELEASE + number;
  r.attempt[i] = 1;
  r.code[i] = code;
  r.subnet[i] = NONE;
  r.eni[i] = w[n + N.rpcEni];
  r.countRequested[i] = w[n + N.rpcCount];
  r.countGranted[i] = code === OK ? w[n + N.rpcCount] : 0;
}

/** Carries out the release that a DEL of the node has sent. A refusal is only logged there: a reconcile will find what EC2 still has. */
export function serveRelease(e: Ec2, world: World, node: NodeIndex, at: Ms): number {
  const { group, n } = blockOf(world, node);
  const b = group.blocks;
  const { w, at: layout } = b;
  const action = ACTION.unassign;
  const code = faultOf(e, action, at, w[n + N.id]) || (take(e.buckets[action], at, e.refusedCosts) ? releaseList(e, b, n, w[n + N.rpcEni], n + layout.rpcList, w[n + N.rpcCount], true, at - world.origin[0] + imds(e.vanishes, b, n)) : E_THROTTLED);
  if (code !== OK) w[n + S.drift] = 1;
  w[n + N.rpcLookAt] = FOREVER;
  e.requests[action] += 1;
  if (code === E_THROTTLED) e.throttled[action] += 1;
  else if (code !== OK) e.errors[action] += 1;
  e.watch(at, action, code, NONE);
  if (e.log !== null) logRelease(e.log, world, b, n, node, at, code);
  return at + 1;
}
