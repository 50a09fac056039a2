/**
 * setupENI: an attached ENI enters the data store.
 *
 * Why     Addresses are added last, so an ENI whose exclusion check fails stays in the store empty (ipamd-spec §1.4, surprise 12.1).
 * Source  pkg/ipamd/ipamd.go: setupENI.
 */
import { attachedCount, findAttached, isAttachedPrefix, isListed } from '../../core/attached.ts';
import { ENI_EFA, ENI_MANAGE, ENI_NO_MANAGE, ENI_PRIMARY, ENI_TAGGED, ENI_TRUNK, ENI_UNMANAGED, N, type Blocks } from '../../core/node.ts';
import { NONE, type Block } from '../../core/units.ts';
import { CALL, OK } from './calls.ts';
import { addCidr, addEni, excludeEni, findEni, removeEni } from './datastore.ts';
import { ask, PLACE, RESULT, type Step } from './places.ts';
import type { Settings } from './settings.ts';

/** Starts setupENI of the ENI with this number; the machine returns to `back` with N.result ok or failed. */
export function setUpEni({ w }: Blocks, n: Block, number: number, back: number): number {
  w[n + N.setupEni] = number;
  w[n + N.setupBack] = back;
  return PLACE.setup;
}

function end({ w }: Blocks, n: Block, result: number): number {
  w[n + N.result] = result;
  return w[n + N.setupBack];
}

export const setup: Step = (b, n, c, now) => {
  const { w, at } = b;
  const number = w[n + N.setupEni];
  const a = findAttached(b, n, number);
  if (a === NONE) return end(b, n, RESULT.failed);
  const flags = w[n + at.attachedFlags + a] & (ENI_PRIMARY | ENI_TRUNK | ENI_EFA);
  addEni(b, n, c, number, w[n + at.attachedDevice + a], flags, w[n + at.attachedSubnet + a], w[n + at.attachedPrimaryIp + a], now);
  if (c.subnetDiscovery) return ask(b, n, CALL.isSubnetExcluded, PLACE.setupChecked, number, 0, w[n + at.attachedSubnet + a]);
  return linkOrAddresses(b, n, c, number, flags);
};

export const setupChecked: Step = (b, n, c) => {
  const { w, at } = b;
  const number = w[n + N.setupEni];
  if (w[n + N.replyError] !== OK) return end(b, n, RESULT.failed);
  const e = findEni(b, n, number);
  if (w[n + N.replyCount] === 1) excludeEni(b, n, e);
  return linkOrAddresses(b, n, c, number, w[n + at.eniFlags + e]);
};

/** The ENI's /80 is looked up, and asked for if it has none; its IPv4 addresses are of no use to pods. */
export const setupIpv6Listed: Step = (b, n) => {
  const { w } = b;
  if (w[n + N.replyError] !== OK) return end(b, n, RESULT.failed);
  if (w[n + N.ipv6Prefix] === 1) return end(b, n, RESULT.ok);
  return ask(b, n, CALL.allocIpv6Prefix, PLACE.setupIpv6Assigned, w[n + N.setupEni]);
};

export const setupIpv6Assigned: Step = (b, n) => {
  if (b.w[n + N.replyError] !== OK) return end(b, n, RESULT.failed);
  b.w[n + N.ipv6Prefix] = 1;
  return end(b, n, RESULT.ok);
};

function linkOrAddresses(b: Blocks, n: Block, c: Settings, number: number, flags: number): number {
  if (c.ipv6 === true && (flags & ENI_TRUNK) === 0) return ask(b, n, CALL.getIpv6Prefixes, PLACE.setupIpv6Listed, number);
  if ((flags & ENI_PRIMARY) === 0) return ask(b, n, CALL.setupEniNetwork, PLACE.setupLinked, number);
  return addAddresses(b, n, c, number);
}

export const setupLinked: Step = (b, n, c) => {
  const number = b.w[n + N.setupEni];
  if (b.w[n + N.replyError] === OK) return addAddresses(b, n, c, number);
  const e = findEni(b, n, number);
  if (e !== NONE) removeEni(b, n, c, e);
  return end(b, n, RESULT.failed);
};

/** Every secondary address, then every prefix that metadata lists, whatever the mode. */
function addAddresses(b: Blocks, n: Block, c: Settings, number: number): number {
  const { w, at } = b;
  const a = findAttached(b, n, number);
  const e = findEni(b, n, number);
  if (a !== NONE && e !== NONE) {
    for (const prefix of [false, true]) {
      if (prefix && hidesPrefixes(b, n, c, a)) continue;
      for (let slot = 0; slot < at.attachedSlots; slot++) {
        if (isListed(b, n, a, slot, w[n + N.walkAt]) && isAttachedPrefix(b, n, a, slot) === prefix) {
          addCidr(b, n, c, e, w[n + at.attachedAddress + a * at.attachedSlots + slot], prefix);
        }
      }
    }
  }
  return end(b, n, RESULT.ok);
}

/** With custom networking the prefixes of the primary ENI are not read from metadata (awsutils.go: getENIMetadata). */
export const hidesPrefixes = ({ w, at }: Blocks, n: Block, c: Settings, a: number) =>
  c.customNetworking && (w[n + at.attachedFlags + a] & ENI_PRIMARY) !== 0;

/** Is the row one that metadata shows and ipamd manages? */
export function isManaged({ w, at }: Blocks, n: Block, a: number): boolean {
  return (w[n + at.attachedFlags + a] & (ENI_EFA | ENI_UNMANAGED)) === 0 && w[n + at.attachedVisibleAt + a] <= w[n + N.walkAt];
}

/** setUnmanagedENIs: classifies by tags, first match wins; an ENI without any tags of ours is judged by MANAGE_UNTAGGED_ENI. */
export function classify({ w, at }: Blocks, n: Block, c: Settings): void {
  for (let a = 0; a < at.enis && w[n + at.attachedNumber + a] !== NONE; a++) {
    const flags = w[n + at.attachedFlags + a];
    const unmanaged =
      (flags & ENI_PRIMARY) !== 0 ? false
      : (flags & ENI_NO_MANAGE) !== 0 ? true
      : (flags & ENI_MANAGE) !== 0 ? false
      : (flags & ENI_TAGGED) !== 0 ? false
      : !c.manageUntaggedEni;
    w[n + at.attachedFlags + a] = unmanaged ? flags | ENI_UNMANAGED : flags & ~ENI_UNMANAGED;
  }
}

/** filterUnmanagedENIs: counts anew the listed ENIs that ipamd leaves alone, which take room on the instance all the same. */
export function countUnmanaged(b: Blocks, n: Block): void {
  const { w, at } = b;
  let count = 0;
  for (let a = 0, listed = attachedCount(b, n); a < listed; a++) {
    if (w[n + at.attachedVisibleAt + a] <= w[n + N.walkAt] && (w[n + at.attachedFlags + a] & (ENI_EFA | ENI_UNMANAGED)) !== 0) count++;
  }
  w[n + N.unmanagedEnis] = count;
}
