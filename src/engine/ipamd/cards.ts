/**
 * Cards: an instance with several network cards has a data store, and a part of its block, for each card that ipamd manages.
 *
 * Shape   Card k's part is a whole block of its own at `n + k * cardStride`: the same fields, the same functions. The node's own fields (pods, clock,
 *         flags) count in the part of card 0 only; the three times of the pool manager are the agent's and are carried from part to part.
 *         A pod with an address on card k > 0 has a mark in card 0's pod table and its reference in the same row of card k's.
 * Source  ipamd-spec §7.3, §8.1 (pkg/ipamd/ipamd.go: InitializeDataStores; rpc_handler.go: AddNetwork). No trace covers several cards.
 */
import { N, NODE_CORDONED, NODE_TERMINATING, S, type Blocks, type Layout } from '../../core/node.ts';
import { NONE, type AddressRef, type Block, type Ms, type PodRow } from '../../core/units.ts';
import { addressOf, assignAddress, eniOfRef, releaseAddress } from './datastore.ts';
import type { Settings } from './settings.ts';

/** References that are no slot of card 0: an IPv6 address, or the number of the card that has the address. */
export const IPV6_REF = 1 << 28;
const CARD_REF = 1 << 29;

export const cardBlock = (at: Layout, n: Block, k: number): Block => n + k * at.cardStride;
export const cardSettings = (c: Settings, k: number): Settings => (k === 0 ? c : c.otherCards[k - 1]);
/** Cards under management. */
export const cardCount = (c: Settings): number => 1 + c.otherCards.length;

/** Sum of a store's field over the node's cards. */
export function sumOverCards({ w, at }: Blocks, n: Block, c: Settings, field: number): number {
  let sum = w[n + field];
  for (let k = 1; k < cardCount(c); k++) sum += w[cardBlock(at, n, k) + field];
  return sum;
}

/** What the agent knows is the same whichever card it works on. */
export function carryTo({ w, at }: Blocks, n: Block, k: number): void {
  const m = cardBlock(at, n, k);
  for (const field of [N.settings, N.lastAction, N.lastDecrease, N.lastInsufficient, N.maxPods, N.eniConfigSubnet, N.loopAt, N.readyAt]) w[m + field] = w[n + field];
  w[m + N.nodeFlags] = w[n + N.nodeFlags] & (NODE_CORDONED | NODE_TERMINATING);
}

export function carryBack({ w, at }: Blocks, n: Block, k: number): void {
  const m = cardBlock(at, n, k);
  for (const field of [N.lastAction, N.lastDecrease, N.lastInsufficient]) if (w[m + field] > w[n + field]) w[n + field] = w[m + field];
}

/** The pod gets an address of the first further card that has one: ordinary pods spill over when card 0 has none. */
export function assignOnOtherCards(b: Blocks, n: Block, c: Settings, p: PodRow, now: Ms): AddressRef {
  const { w, at } = b;
  for (let k = 1; k < cardCount(c); k++) {
    const m = cardBlock(at, n, k);
    const ref = assignAddress(b, m, cardSettings(c, k), now);
    if (ref === NONE) continue;
    w[m + at.podAddress + p] = ref;
    if (at.restarts === 1) w[m + at.podCheckpoint + p] = addressOf(b, m, ref);
    return CARD_REF | k;
  }
  return NONE;
}

/** An address that is not of card 0 goes back. */
export function releaseElsewhere(b: Blocks, n: Block, c: Settings, p: PodRow, ref: AddressRef, now: Ms): void {
  const { w, at } = b;
  if (ref === IPV6_REF) {
    w[n + S.rawAssigned] -= 1;
    return;
  }
  const k = ref & ~CARD_REF;
  const m = cardBlock(at, n, k);
  const own = w[m + at.podAddress + p];
  w[m + at.podAddress + p] = NONE;
  if (at.restarts === 1) w[m + at.podCheckpoint + p] = 0;
  if (own !== NONE) releaseAddress(b, m, cardSettings(c, k), own, now);
}

/** Card k has read its checkpoint: marks its pods in card 0's table. */
export function markPods({ w, at }: Blocks, n: Block, k: number): void {
  const m = cardBlock(at, n, k);
  for (let p = 0; p < at.pods; p++) if (w[m + at.podAddress + p] >= 0) w[n + at.podAddress + p] = CARD_REF | k;
}

/** Where the pod's address is: the IPv4 address (0: none, or IPv6) and the number of its ENI (NONE: none). */
export function placeOfPod(b: Blocks, n: Block, p: PodRow): { readonly ip: number; readonly eni: number } {
  const { w, at } = b;
  const ref = w[n + at.podAddress + p];
  if (ref < 0 || ref === IPV6_REF) return { ip: 0, eni: NONE };
  const m = ref >= CARD_REF ? cardBlock(at, n, ref & ~CARD_REF) : n;
  const own = w[m + at.podAddress + p];
  return own < 0 ? { ip: 0, eni: NONE } : { ip: addressOf(b, m, own), eni: w[m + at.eniNumber + eniOfRef(b, own)] };
}
