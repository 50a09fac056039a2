/**
 * Leftovers: what a DEL starts besides freeing the address. Both need a restart of ipamd before: one with other settings leaves CIDRs of the
 * mode that was, one after a change of subnet tags leaves pods on an ENI that is excluded now.
 *
 * Source  ipamd-spec §2.4, §6, §8.2, §17 (pkg/ipamd/rpc_handler.go: DelNetwork; ipamd.go: tryUnassignPrefixFromENI; data_store.go:
 *         UnassignPodIPAddress, deallocateEmptyCIDR).
 */
import { ENI_EXCLUDED, N, S, type Blocks } from '../../core/node.ts';
import { FOREVER, NONE, PREFIX_BITS, type AddressRef, type Block, type Ms } from '../../core/units.ts';
import { assert } from '../../core/assert.ts';
import { eniOfRef, findCidr, findEni, forgetEmptied, isPrefix, ownedOfSlot } from './datastore.ts';
import { takeOutKind } from './init.ts';
import type { Settings } from './settings.ts';

const CLEAN_UP_DELAY_MS = 5_000;

/**
 * After a DEL that freed `ref`, which is not valid any more afterwards. Returns true when the AWS layer is asked to release N.rpcCount prefixes
 * of ENI N.rpcEni, in rpcList; that call is the DEL's own, beside whatever ipamd's loop waits for.
 */
export function tidyAfterDel(b: Blocks, n: Block, c: Settings, ref: AddressRef, now: Ms): boolean {
  const { w, at } = b;
  if (at.restarts === 0) return false;
  const row = ref >> PREFIX_BITS;
  const e = eniOfRef(b, ref);
  const slot = row - e * at.slots;
  const prefix = isPrefix(b, n, e, slot);
  if ((w[n + at.eniFlags + e] & ENI_EXCLUDED) !== 0 && ownedOfSlot(b, n, row) === 0) rememberEmptied(b, n, e, w[n + at.slotAddress + row], prefix, now);
  if (c.prefixMode || !prefix) return false; // in prefix mode the condition that should release a leftover address never holds (surprise 12.8)
  w[n + N.rpcEni] = w[n + at.eniNumber + e];
  w[n + N.rpcCount] = takeOutKind(b, n, c, e, true, n + at.rpcList);
  return w[n + N.rpcCount] > 0;
}

function rememberEmptied({ w, at }: Blocks, n: Block, e: number, ip: number, prefix: boolean, now: Ms): void {
  const count = w[n + S.cleanCount];
  assert(count < at.cooling, 'rememberEmptied: the ring has room');
  const place = (w[n + S.cleanHead] + count) % at.cooling;
  w[n + at.cleanAt + place] = now + CLEAN_UP_DELAY_MS;
  w[n + at.cleanEni + place] = w[n + at.eniNumber + e];
  w[n + at.cleanAddress + place] = ip;
  w[n + at.cleanKind + place] = Number(prefix);
  w[n + S.cleanCount] = count + 1;
}

/** When the next emptied CIDR of an excluded ENI is due, or FOREVER. */
export const cleanUpAt = ({ w, at }: Blocks, n: Block): Ms =>
  at.restarts === 1 && w[n + S.cleanCount] > 0 ? w[n + at.cleanAt + w[n + S.cleanHead]] : FOREVER;

/** Takes the next emptied CIDR out of the data store, if it is there and still empty. Returns false when nothing changed. */
export function cleanUpEmptied(b: Blocks, n: Block, c: Settings): boolean {
  const { w, at } = b;
  const place = w[n + S.cleanHead];
  w[n + S.cleanHead] = (place + 1) % at.cooling;
  w[n + S.cleanCount] -= 1;
  const e = findEni(b, n, w[n + at.cleanEni + place]);
  if (e === NONE || (w[n + at.eniFlags + e] & ENI_EXCLUDED) === 0) return false;
  const slot = findCidr(b, n, e, w[n + at.cleanAddress + place], w[n + at.cleanKind + place] === 1);
  if (slot === NONE || ownedOfSlot(b, n, e * at.slots + slot) > 0) return false;
  forgetEmptied(b, n, c, e, slot);
  w[n + S.drift] = 1; // EC2 still has it: a reconcile takes it back in
  return true;
}
