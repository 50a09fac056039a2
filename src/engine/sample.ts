/**
 * Sample: what can be read off a node between two of its events: rows of the nodes table, and ipamd's gauges and counters.
 *
 * Source  ipamd-spec §10 (utils/prometheusmetrics/prometheusmetrics.go).
 */
import { N, type Blocks } from '../core/node.ts';
import type { Block, Ms } from '../core/units.ts';
import { DOING, levels, PHASE } from './agentLoop.ts';
import { cardBlock, cardCount, cardSettings, sumOverCards } from './ipamd/cards.ts';
import { coolingAt } from './ipamd/datastore.ts';
import { PLACE } from './ipamd/places.ts';
import type { Settings } from './ipamd/settings.ts';
import { addRow } from './log.ts';
import { COUNTERS, type Thread } from './thread.ts';
import { quietReconcileAdds } from './turns.ts';

export const exists = ({ w }: Blocks, n: Block) => w[n + N.phase] !== PHASE.absent && w[n + N.phase] !== PHASE.gone;

/** awscni_ipamd_action_inprogress: the label `fn` of what the agent is in the middle of; '' between two acts. */
export function inProgress({ w, at }: Blocks, n: Block): string {
  if (w[n + N.doing] === DOING.init) return 'nodeInit';
  if (w[n + N.doing] === DOING.reconcile) return 'nodeIPPoolReconcile';
  const place = w[cardBlock(at, n, w[n + N.activeCard]) + N.place];
  if (place === PLACE.idle || place === PLACE.tickFreed) return '';
  return place >= PLACE.releaseNext && place <= PLACE.releasedAddresses ? 'decreaseDatastorePool' : 'increaseDatastorePool';
}

function overCards({ w, at }: Blocks, n: Block, c: Settings, of: (c: Settings, enis: number) => number): number {
  let sum = 0;
  for (let k = 0; k < cardCount(c); k++) {
    const own = cardSettings(c, k);
    sum += of(own, own.eniMax - w[cardBlock(at, n, k) + N.unmanagedEnis]);
  }
  return sum;
}

/** awscni_eni_max and awscni_ip_max: ENIs that ipamd may have, and addresses if all of them were full. */
export const eniMax = (b: Blocks, n: Block, c: Settings) => overCards(b, n, c, (_, enis) => enis);
export const ipMax = (b: Blocks, n: Block, c: Settings) => overCards(b, n, c, ({ addressesPerEni }, enis) => addressesPerEni * enis);

/** awscni_reconcile_count of addresses found present, with the reconciles that were skipped because they would find nothing else. */
export function reconcileAdds(b: Blocks, n: Block, c: Settings, now: Ms): number {
  const { w } = b;
  const skips = w[n + N.phase] === PHASE.ready && w[n + N.doing] === DOING.nothing;
  return sumOverCards(b, n, c, N.reconcileAdds) + (skips ? quietReconcileAdds(b, n, c, now) : 0);
}

/** Rows of the nodes table for the node's bins before `bin`: nothing has happened on it since the last of their events. */
export function sampleNode(x: Thread, b: Blocks, n: Block, c: Settings, bin: number): void {
  const rows = x.log.nodes;
  const { w } = b;
  if (rows === null || w[n + N.phase] === PHASE.absent) return;
  const { binMs, origin } = x.world;
  for (; w[n + N.sampleBin] < bin; w[n + N.sampleBin]++) {
    const end = (w[n + N.sampleBin] + 1) * binMs - origin[0];
    const i = addRow(rows);
    const r = rows.columns;
    r.bin[i] = w[n + N.sampleBin];
    r.node[i] = w[n + N.index];
    const held = levels(b, n);
    r.total[i] = held.total;
    r.assigned[i] = held.assigned;
    r.cooling[i] = coolingAt(b, n, c, end - 1); // as the bins count: what cools in the bin's last millisecond
    r.enis[i] = held.enis;
    r.prefixes[i] = held.prefixes;
    r.waiting[i] = w[n + N.podWaiting];
    r.adds[i] = w[n + N.addRequests] - w[n + N.sampledAdds];
    r.failedAdds[i] = w[n + N.noAvailable] - w[n + N.sampledFailed];
    r.dels[i] = w[n + N.delRequests] - w[n + N.sampledDels];
    r.eniMax[i] = exists(b, n) ? eniMax(b, n, c) : 0;
    r.ipMax[i] = exists(b, n) ? ipMax(b, n, c) : 0;
    for (const counter of COUNTERS) r[counter][i] = held[counter];
    r.reconcileAdds[i] = reconcileAdds(b, n, c, end);
    w[n + N.sampledAdds] = w[n + N.addRequests];
    w[n + N.sampledFailed] = w[n + N.noAvailable];
    w[n + N.sampledDels] = w[n + N.delRequests];
  }
}
