/**
 * ADD and DEL: what the CNI plugin asks of ipamd for one pod.
 *
 * Why     ADD never makes the pool grow and never waits: it gets an address that is there or fails, and kubelet tries again.
 *         A pod with security groups of its own has a branch ENI, which a controller writes on the pod; ipamd only reads it.
 * Source  ipamd-spec §8.1, §8.2, §17 (pkg/ipamd/rpc_handler.go: AddNetwork, DelNetwork).
 */
import { findAttached } from '../../core/attached.ts';
import { N, S, type Blocks } from '../../core/node.ts';
import { NONE, type AddressRef, type Block, type Ms, type PodRow } from '../../core/units.ts';
import { addressOf, assignAddress, eniOfRef, releaseAddress, trunkRow } from './datastore.ts';
import { assignOnOtherCards, IPV6_REF, releaseElsewhere } from './cards.ts';
import { PLACE } from './places.ts';
import type { Settings } from './settings.ts';
import { trunkWanted } from './targets.ts';

/** ADD: the pod's address, the one it has or a new one; NONE when there is none (the plugin's "failed to assign an IP address"). */
export function addNetwork(b: Blocks, n: Block, c: Settings, p: PodRow, now: Ms): AddressRef {
  const { w, at } = b;
  const has = w[n + at.podAddress + p];
  if (has !== NONE) return has;
  const ref = c.ipv6 === true ? assignIpv6(b, n) : assignAddress(b, n, c, now);
  w[n + at.podAddress + p] = ref;
  if (ref === NONE) return c.otherCards.length > 0 ? (w[n + at.podAddress + p] = assignOnOtherCards(b, n, c, p, now)) : NONE;
  if (at.restarts === 1) checkpoint(b, n, p, ref);
  return ref;
}

function checkpoint(b: Blocks, n: Block, p: PodRow, ref: AddressRef): void {
  const { w, at } = b;
  if (ref === IPV6_REF) {
    w[n + at.podCheckpoint + p] = NONE; // one row, an address that IPv4 has not
    return;
  }
  w[n + at.podCheckpoint + p] = addressOf(b, n, ref);
  w[n + at.podCheckpointEni + p] = w[n + at.eniNumber + eniOfRef(b, ref)];
}

/** An IPv6 address: 2^48 of them, so which one is of no interest. NONE before the ENI has its prefix. */
function assignIpv6({ w }: Blocks, n: Block): AddressRef {
  if (w[n + N.ipv6Prefix] === 0 || w[n + N.place] !== PLACE.idle) return NONE;
  w[n + S.rawAssigned] += 1;
  return IPV6_REF;
}

/**
 * ADD of a pod that asks for a branch ENI, with ENABLE_POD_ENI on. Without a trunk in the data store it fails at once; else instance metadata
 * is listed, before the annotation is looked at, to find the trunk's link: the answer to that is `branchIsServed`.
 */
export const branchNeedsListing = (b: Blocks, n: Block, c: Settings): boolean => !trunkWanted(b, n, c);

/** Is the trunk in the listing, so that the pod gets what its annotation says, if it has one? */
export function branchIsServed(b: Blocks, n: Block, annotated: boolean): boolean {
  const trunk = trunkRow(b, n);
  return trunk !== NONE && findAttached(b, n, b.w[n + b.at.eniNumber + trunk]) !== NONE && annotated;
}

/**
 * DEL: the address it gives back, which starts to cool; NONE for a pod the data store does not know. With ENABLE_POD_ENI such a pod succeeds all
 * the same if it has the annotation of a branch ENI. `tidyAfterDel` (leftovers.ts) says what else begins.
 */
export function delNetwork(b: Blocks, n: Block, c: Settings, p: PodRow, now: Ms): AddressRef {
  const { w, at } = b;
  const ref = w[n + at.podAddress + p];
  if (ref === NONE) return NONE;
  w[n + at.podAddress + p] = NONE;
  if (at.restarts === 1) w[n + at.podCheckpoint + p] = 0;
  if (ref >= IPV6_REF) releaseElsewhere(b, n, c, p, ref, now);
  else releaseAddress(b, n, c, ref, now);
  return ref;
}
