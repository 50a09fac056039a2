/**
 * ADD and DEL: what the CNI plugin asks of ipamd for one pod.
 *
 * Why     ADD never makes the pool grow and never waits: it gets an address that is there or fails, and kubelet tries again.
 * Source  ipamd-spec §8.1, §8.2 (pkg/ipamd/rpc_handler.go: AddNetwork, DelNetwork).
 */
import { type Blocks } from '../../core/node.ts';
import { NONE, type AddressRef, type Block, type Ms, type PodRow } from '../../core/units.ts';
import { addressOf, assignAddress, releaseAddress } from './datastore.ts';
import type { Settings } from './settings.ts';

/** ADD: the pod's address, the one it has or a new one; NONE when there is none (the plugin's "failed to assign an IP address"). */
export function addNetwork(b: Blocks, n: Block, c: Settings, p: PodRow, now: Ms): AddressRef {
  const { w, at } = b;
  const has = w[n + at.podAddress + p];
  if (has !== NONE) return has;
  const ref = assignAddress(b, n, c, now);
  w[n + at.podAddress + p] = ref;
  if (at.restarts === 1 && ref !== NONE) w[n + at.podCheckpoint + p] = addressOf(b, n, ref);
  return ref;
}

/** DEL: the address it gives back, which starts to cool; NONE for a pod the data store does not know. */
export function delNetwork(b: Blocks, n: Block, c: Settings, p: PodRow, now: Ms): AddressRef {
  const { w, at } = b;
  const ref = w[n + at.podAddress + p];
  if (ref === NONE) return NONE;
  w[n + at.podAddress + p] = NONE;
  if (at.restarts === 1) w[n + at.podCheckpoint + p] = 0;
  releaseAddress(b, n, c, ref, now);
  return ref;
}
