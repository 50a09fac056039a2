/**
 * Effects: what EC2's calls on ENIs do to subnets and to an instance, the moment they take place.
 *
 * Shape   Each function is one call's effect, all or nothing, and returns an error code (0 = done). Addresses it grants stand in the node's
 *         `list`, with N.replyCount. An ENI that is created but not attached yet lives in fields of its own while N.newEniOpen is 1: N.newEni,
 *         N.newEniSubnet, N.newEniIp, N.newEniCount and `newEniList`.
 * Why     Runs and replays share these: they differ in when a call arrives, in how addresses are picked, and in one error code.
 * Source  vpc-ec2-model §1.4, golden/ipamd README §4 (which the random pick replaces in runs).
 */
import { assert } from '../../core/assert.ts';
import { attach, attachedCount, detach, findAttached, findHeld, heldCount, hold, isAttachedPrefix, isHeld, unhold } from '../../core/attached.ts';
import { ENI_TAGGED, N, type Blocks } from '../../core/node.ts';
import { draw, STREAM, streamKey } from '../../core/random.ts';
import {
  freeCount, LOWEST, NO_OFFSET, pickableCount, release, releasePrefix, takeAddress, takeAddresses, takePrefixes, USE, type Subnets,
} from '../../core/subnet.ts';
import { NONE, type Block, type Ms } from '../../core/units.ts';
import {
  E_ATTACHMENT_LIMIT, E_CIDR_BLOCKS, E_ENI_NOT_FOUND, E_FREE_ADDRESSES, E_IP_LIMIT, E_PARAMETER, E_SUBNET_NOT_FOUND, OK,
} from '../ipamd/calls.ts';

export interface Ec2World {
  readonly subnets: Subnets;
  /** lowest-free in replays, random in runs. */
  readonly lowestFree: boolean;
  /** What CreateNetworkInterface answers when prefixes are asked for and no /28 is free. */
  readonly createWithoutFreeBlock: number;
}

/** One draw per call, of the node's own stream: nobody else's calls move it. */
const pick = ({ lowestFree }: Ec2World, { w }: Blocks, n: Block) =>
  lowestFree ? LOWEST : draw(streamKey(w[n + N.key], STREAM.addressPick, 0), w[n + N.picks]++);

/** The list holds offsets as taken; turn them into addresses, ascending, so that a new ENI's slots come in order. */
function toAddresses({ subnets }: Ec2World, { w, at }: Blocks, n: Block, subnet: number, count: number): void {
  const list = w.subarray(n + at.list, n + at.list + count);
  list.sort();
  for (let i = 0; i < count; i++) list[i] = (subnets.base[subnet] + list[i]) | 0;
}

const offsetOf = ({ subnets }: Ec2World, subnet: number, ip: number) => (ip >>> 0) - subnets.base[subnet];

/** CreateNetworkInterface with `count` secondary addresses or prefixes. The ENI's number is used up only when it succeeds. */
export function createInterface(e: Ec2World, b: Blocks, n: Block, subnet: number, count: number, prefixes: boolean): number {
  const { w, at } = b;
  const t = e.subnets;
  if (subnet < 0 || subnet >= t.subnetCount) return E_SUBNET_NOT_FOUND;
  if (freeCount(t, subnet) < (prefixes ? 1 : 1 + count)) return E_FREE_ADDRESSES;
  const chance = pick(e, b, n);
  const primary = takeAddress(t, subnet, USE.eniPrimary, chance);
  if (primary === NO_OFFSET) return E_FREE_ADDRESSES;
  const second = e.lowestFree ? LOWEST : (chance * 0x9e3779b1) >>> 0;
  const granted = prefixes
    ? takePrefixes(t, subnet, count, second, w, n + at.list)
    : takeAddresses(t, subnet, USE.secondary, count, second, w, n + at.list);
  if (!granted) {
    release(t, subnet, primary);
    return prefixes ? e.createWithoutFreeBlock : E_FREE_ADDRESSES;
  }
  toAddresses(e, b, n, subnet, count);
  w[n + N.replyCount] = count;
  w[n + N.newEniCount] = count;
  w.copyWithin(n + at.newEniList, n + at.list, n + at.list + count);
  w[n + N.newEni] = w[n + N.eniNumberNext]++;
  w[n + N.newEniSubnet] = subnet;
  w[n + N.newEniPrefixes] = Number(prefixes);
  w[n + N.newEniOpen] = 1;
  w[n + N.newEniIp] = (t.base[subnet] + primary) | 0;
  return OK;
}

/** DeleteNetworkInterface of the ENI that was created and never attached. */
export function deleteNewInterface(e: Ec2World, { w, at }: Blocks, n: Block): void {
  const subnet = w[n + N.newEniSubnet];
  release(e.subnets, subnet, offsetOf(e, subnet, w[n + N.newEniIp]));
  for (let i = 0; i < w[n + N.newEniCount]; i++) giveBack(e, subnet, w[n + at.newEniList + i], w[n + N.newEniPrefixes] === 1);
  w[n + N.newEniOpen] = 0;
}

function giveBack(e: Ec2World, subnet: number, ip: number, prefix: boolean): void {
  if (prefix) releasePrefix(e.subnets, subnet, offsetOf(e, subnet, ip));
  else release(e.subnets, subnet, offsetOf(e, subnet, ip));
}

/** AttachNetworkInterface of the new ENI, with this instance's tag. Its number is N.callEni afterwards. */
export function attachInterface(b: Blocks, n: Block, eniLimit: number, device: number, visibleAt: Ms): number {
  const { w, at } = b;
  if (attachedCount(b, n) >= eniLimit) return E_ATTACHMENT_LIMIT;
  const a = attach(b, n, w[n + N.newEni], device, ENI_TAGGED, w[n + N.newEniSubnet], w[n + N.newEniIp], visibleAt);
  w[n + N.callEni] = w[n + N.newEni];
  w[n + N.newEniOpen] = 0;
  for (let i = 0; i < w[n + N.newEniCount]; i++) hold(b, n, a, w[n + at.newEniList + i], w[n + N.newEniPrefixes] === 1);
  return OK;
}

/** AssignPrivateIpAddresses: `count` addresses or prefixes for an attached ENI. */
export function assignAddresses(
  e: Ec2World, b: Blocks, n: Block, number: number, count: number, prefixes: boolean, slotsPerEni: number,
): number {
  const { w, at } = b;
  const a = findAttached(b, n, number);
  if (a === NONE) return E_ENI_NOT_FOUND;
  if (heldCount(b, n, a) + count > slotsPerEni) return E_IP_LIMIT;
  const subnet = w[n + at.attachedSubnet + a];
  const chance = pick(e, b, n);
  if (prefixes) {
    if (!takePrefixes(e.subnets, subnet, count, chance, w, n + at.list)) return E_CIDR_BLOCKS;
  } else if (pickableCount(e.subnets, subnet) < count || !takeAddresses(e.subnets, subnet, USE.secondary, count, chance, w, n + at.list)) {
    return E_FREE_ADDRESSES;
  }
  toAddresses(e, b, n, subnet, count);
  for (let i = 0; i < count; i++) hold(b, n, a, w[n + at.list + i], prefixes);
  w[n + N.replyCount] = count;
  return OK;
}

/** UnassignPrivateIpAddresses of the N.listLength entries of the node's list. If one is not on the ENI nothing happens. */
export const unassignAddresses = (e: Ec2World, b: Blocks, n: Block, number: number, prefixes: boolean, listedUntil: Ms): number =>
  releaseList(e, b, n, number, n + b.at.list, b.w[n + N.listLength], prefixes, listedUntil);

/** The same for the `count` addresses at w[first]. */
export function releaseList(
  e: Ec2World, b: Blocks, n: Block, number: number, first: number, count: number, prefixes: boolean, listedUntil: Ms,
): number {
  const { w, at } = b;
  const a = findAttached(b, n, number);
  if (a === NONE) return E_ENI_NOT_FOUND;
  for (let i = first; i < first + count; i++) if (findHeld(b, n, a, w[i], prefixes) === NONE) return E_PARAMETER;
  const subnet = w[n + at.attachedSubnet + a];
  for (let i = first; i < first + count; i++) {
    unhold(b, n, a, findHeld(b, n, a, w[i], prefixes), listedUntil);
    giveBack(e, subnet, w[i], prefixes);
  }
  return OK;
}

/** Gives back every address of an attached ENI and takes it off the instance: detach and delete, or the end of the instance. */
export function deleteInterface(e: Ec2World, b: Blocks, n: Block, number: number): void {
  const { w, at } = b;
  const a = findAttached(b, n, number);
  assert(a !== NONE, 'deleteInterface: the ENI is attached');
  const subnet = w[n + at.attachedSubnet + a];
  release(e.subnets, subnet, offsetOf(e, subnet, w[n + at.attachedPrimaryIp + a]));
  for (let slot = 0; slot < at.attachedSlots; slot++) {
    if (isHeld(b, n, a, slot)) giveBack(e, subnet, w[n + at.attachedAddress + a * at.attachedSlots + slot], isAttachedPrefix(b, n, a, slot));
  }
  detach(b, n, a);
}

/** Takes an ENI off the instance and leaves it to leak: its addresses stay taken. */
export function leakInterface(b: Blocks, n: Block, number: number): void {
  const a = findAttached(b, n, number);
  if (a !== NONE) detach(b, n, a);
}
