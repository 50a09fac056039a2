/**
 * Summarise: the run's answers at a glance, each number from the same counts as the tables.
 */
import { createHistogram, histogramCount, histogramMax, mergeHistogram, quantile, type Histogram } from '../core/histogram.ts';
import { N } from '../core/node.ts';
import { PHASE } from '../engine/agentLoop.ts';
import { E_CIDR_BLOCKS, E_FREE_ADDRESSES, E_PARAMETER, E_THROTTLED, OK } from '../engine/ipamd/calls.ts';
import { ACTION, ACTIONS } from '../engine/actions.ts';
import type { Run } from '../engine/run.ts';
import { blockOf, type Thread } from '../engine/thread.ts';
import type { RunIdentity } from '../results/identity.ts';
import type { ActionSummary, Extreme, RunSummary, SubnetSummary } from '../results/summary.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import type { ClusterSeries, Ec2Bins } from './levels.ts';
import type { SubnetRows } from './simulate.ts';

/** What the coordinator notes of EC2's answers as they are given. */
export interface Watched extends Ec2Bins {
  readonly watch: (at: number, action: number, code: number, subnet: number) => void;
  /** First moment, by subnet, of either code; NaN: never. */
  readonly noAddresses: Float64Array;
  readonly noBlocks: Float64Array;
  /** By action: throttled since, last, count of the present stretch; and the longest one. */
  readonly stretch: readonly { from: number; last: number; count: number; bestFrom: number; bestTo: number }[];
}

export function watchEc2(binCount: number, binMs: number, subnetCount: number): Watched {
  const requests = new Float64Array(binCount + 1), throttled = new Float64Array(binCount + 1), errors = new Float64Array(binCount + 1);
  const noAddresses = new Float64Array(subnetCount).fill(Number.NaN), noBlocks = new Float64Array(subnetCount).fill(Number.NaN);
  const stretch = ACTIONS.map(() => ({ from: 0, last: 0, count: 0, bestFrom: 0, bestTo: -1 }));
  const end = (s: Watched['stretch'][number]) => {
    if (s.count >= 2 && s.last - s.from > s.bestTo - s.bestFrom) { s.bestFrom = s.from; s.bestTo = s.last; }
    s.count = 0;
  };
  return {
    requests, throttled, errors, noAddresses, noBlocks, stretch,
    watch: (at, action, code, subnet) => {
      const bin = Math.min(Math.floor(at / binMs), binCount);
      requests[bin] += 1;
      const s = stretch[action];
      if (code === OK) { end(s); return; }
      if (code === E_THROTTLED) {
        throttled[bin] += 1;
        if (s.count++ === 0) s.from = at;
        s.last = at;
        return;
      }
      errors[bin] += 1;
      if (subnet < 0) return;
      if (code === E_FREE_ADDRESSES && Number.isNaN(noAddresses[subnet])) noAddresses[subnet] = at;
      const noBlock = code === E_CIDR_BLOCKS || (code === E_PARAMETER && action === ACTION.create);
      if (noBlock && Number.isNaN(noBlocks[subnet])) noBlocks[subnet] = at;
    },
  };
}

const last = (column: Float64Array) => (column.length === 0 ? 0 : column[column.length - 1]);
const total = (column: Float64Array) => column.reduce((sum, x) => sum + x, 0);

/** The highest level at the end of a bin, and the first such moment. */
function peak(column: Float64Array, time: Float64Array): Extreme {
  let best = 0;
  for (let i = 1; i < column.length; i++) if (column[i] > column[best]) best = i;
  return column.length === 0 ? { value: 0, atMs: 0 } : { value: column[best], atMs: time[best] };
}

const orNull = (at: number) => (Number.isNaN(at) ? null : at);

export function summarise(
  run: Run, threads: readonly Thread[], s: ClusterSeries, subnets: SubnetRows, watched: Watched, scenario: Scenario, identity: RunIdentity, podEvents: number,
): RunSummary {
  const waits = waitsOf(threads, total(s.addressed));
  const warm = s.total.map((x, i) => x - s.assigned[i] - s.cooling[i]);
  const levels = { held: s.total, assigned: s.assigned, warm, cooling: s.cooling };
  const each = <T>(of: (column: Float64Array) => T) => ({ held: of(levels.held), assigned: of(levels.assigned), warm: of(levels.warm), cooling: of(levels.cooling) });
  const { fullNodes, hostPods } = atEnd(run);
  return {
    run: identity, simulatedMs: run.clock, podEvents,
    pods: {
      created: total(s.created), bound: total(s.bound), addressed: total(s.addressed), hostNetwork: hostPods, ended: total(s.ended),
      neverBound: (run.stage?.neverBound ?? 0) + last(s.podsPending), neverAddressed: total(s.neverAddressed) + last(s.podsWaiting),
    },
    wait: { p50Ms: quantile(waits, 0.5), p90Ms: quantile(waits, 0.9), p99Ms: quantile(waits, 0.99), maxMs: histogramMax(waits) },
    failedSandboxes: { count: total(s.noAvailable), pods: total(s.firstFailures) },
    nodes: { atEnd: last(s.nodes), readyAtEnd: last(s.nodesReady), peak: peak(s.nodes, s.time) },
    addresses: { atEnd: each(last), peak: each(column => peak(column, s.time)) },
    enis: { atEnd: last(s.enis), peak: peak(s.enis, s.time) },
    prefixes: { atEnd: last(s.prefixes), peak: peak(s.prefixes, s.time) },
    subnets: scenario.subnets.map((_, i) => subnetOf(scenario, i, subnets, watched)),
    ec2: actionsOf(run, watched),
    maxPods: { fullNodesAtEnd: fullNodes, podsTurnedAway: total(s.dropped) },
  };
}

/** Waits of all threads. A wait of 0 is counted by the bins alone. */
function waitsOf(threads: readonly Thread[], addressed: number): Histogram {
  const waits = createHistogram();
  for (const thread of threads) mergeHistogram(waits, thread.waits);
  const zero = addressed - histogramCount(waits);
  const zeros = createHistogram();
  zeros[0] = zero; // count
  zeros[4] = zero; // the bucket of value 0
  mergeHistogram(waits, zeros);
  return waits;
}

function atEnd({ world }: Run) {
  let fullNodes = 0, hostPods = 0;
  for (let node = 0; node < world.nodeCount; node++) {
    const { group, n } = blockOf(world, node);
    const { w } = group.blocks;
    if (w[n + N.phase] === PHASE.absent || w[n + N.phase] === PHASE.gone) continue;
    if (w[n + N.podCount] >= w[n + N.maxPods]) fullNodes++;
    hostPods += w[n + N.podHost];
  }
  return { fullNodes, hostPods };
}

function subnetOf({ subnets, zones }: Scenario, i: number, rows: SubnetRows, watched: Watched): SubnetSummary {
  const subnet = subnets[i];
  const own = rows.values.filter(row => row[0] === i);
  let lowest = 0;
  for (let k = 1; k < own.length; k++) if (own[k][1] < own[lowest][1]) lowest = k;
  const exhausted = own.findIndex(row => row[1] === 0);
  const end = own.at(-1);
  const reserved = subnet.reservations.reduce((sum, r) => sum + r.cidr.size, 0);
  return {
    subnetId: subnet.id, availabilityZone: zones[subnet.zone].name, cidrBlock: subnet.cidr.text, usable: subnet.cidr.size - 5 - reserved,
    availableAtEnd: end?.[1] ?? 0, lowestAvailable: { value: own[lowest]?.[1] ?? 0, atMs: rows.time[lowest] ?? 0 },
    exhaustedAtMs: exhausted < 0 ? null : rows.time[exhausted], firstInsufficientFreeAddressesAtMs: orNull(watched.noAddresses[i]),
    firstInsufficientCidrBlocksAtMs: orNull(watched.noBlocks[i]), availablePrefixesAtEnd: end?.[8] ?? 0,
  };
}

function actionsOf({ ec2 }: Run, { stretch }: Watched): ActionSummary[] {
  const summaries: ActionSummary[] = [];
  for (const [action, name] of ACTIONS.entries()) {
    if (action === ACTION.none || ec2.requests[action] === 0) continue;
    const { from, last: to, count, bestFrom, bestTo } = stretch[action];
    const present = count >= 2 && to - from > bestTo - bestFrom;
    const longest = present ? { fromMs: from, toMs: to } : bestTo > bestFrom ? { fromMs: bestFrom, toMs: bestTo } : null;
    summaries.push({
      action: name, requests: ec2.requests[action], granted: ec2.requests[action] - ec2.throttled[action] - ec2.errors[action], throttled: ec2.throttled[action],
      errors: ec2.errors[action], longestThrottled: longest,
    });
  }
  return summaries;
}
