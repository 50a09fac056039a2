/**
 * Levels: the time series of the whole cluster, from what threads counted per bin.
 *
 * Why     Threads add up changes (difference arrays); levels are their running sums, from the state at moment 0. Sums of whole numbers do not
 *         depend on how nodes were shared out.
 */
import { N, S } from '../core/node.ts';
import { PHASE } from '../engine/agentLoop.ts';
import type { Plan } from '../engine/plan.ts';
import type { Stage } from '../engine/stage/state.ts';
import { BIN, BIN_FIELDS, blockOf, COUNTERS, type Thread, type World } from '../engine/thread.ts';

/** Totals over the nodes that are settled at moment 0. */
export interface Base { readonly total: number; readonly enis: number; readonly prefixes: number; readonly ready: number }

export function baseOf(world: World): Base {
  const base = { total: 0, enis: 0, prefixes: 0, ready: 0 };
  for (let node = 0; node < world.nodeCount; node++) {
    const { group, n } = blockOf(world, node);
    const { w } = group.blocks;
    for (let m = n; m < n + group.blocks.at.stride; m += group.blocks.at.cardStride) {
      base.total += w[m + S.stored];
      base.enis += w[m + S.eniCount];
      base.prefixes += w[m + S.rawPrefixes];
    }
    if (w[n + N.phase] === PHASE.ready) base.ready++;
  }
  return base;
}

/** EC2 per bin, as the coordinator saw it. */
export interface Ec2Bins { readonly requests: Float64Array; readonly throttled: Float64Array; readonly errors: Float64Array }

export type ClusterSeries = Readonly<Record<(typeof FIELDS)[number], Float64Array>> & { readonly bins: number };

const FIELDS = [
  'time', 'nodes', 'nodesReady', 'podsPending', 'podsWaiting', 'podsRunning', 'total', 'assigned', 'cooling', 'available', 'enis', 'prefixes', 'created', 'bound',
  'addressed', 'ended', 'failed', 'adds', 'noAvailable', 'dels', 'waitSum', 'waitMax', 'ec2Requests', 'ec2Throttled', 'ec2Errors', 'dropped', 'neverAddressed', 'firstFailures',
  ...COUNTERS,
] as const;

export function clusterSeries(world: World, plan: Plan, threads: readonly Thread[], stage: Stage | null, base: Base, ec2: Ec2Bins): ClusterSeries {
  const { binCount } = world;
  const series = Object.fromEntries(FIELDS.map(field => [field, new Float64Array(binCount)])) as Record<(typeof FIELDS)[number], Float64Array>;
  const sum = (bin: number, field: number) => threads.reduce((total, { bins }) => total + bins[bin * BIN_FIELDS + field], 0);
  const nodes = nodeLevels(world, plan);
  let pending = 0, waiting = 0, assigned = 0, total = base.total, cooling = 0, enis = base.enis, prefixes = base.prefixes, ready = base.ready;
  for (let bin = 0; bin < binCount; bin++) {
    const bound = sum(bin, BIN.bound), addressed = sum(bin, BIN.addressed), released = sum(bin, BIN.released), lost = sum(bin, BIN.lost);
    const never = sum(bin, BIN.neverAddressed), noAvailable = sum(bin, BIN.noAvailable);
    pending += stage?.pendingIn[bin] ?? 0;
    waiting += bound - addressed - never;
    assigned += addressed - released - lost;
    total += sum(bin, BIN.total);
    cooling += sum(bin, BIN.cooling);
    enis += sum(bin, BIN.enis);
    prefixes += sum(bin, BIN.prefixes);
    ready += sum(bin, BIN.ready);
    const counters = Object.fromEntries(COUNTERS.map(counter => [counter, sum(bin, BIN[counter])])) as Record<(typeof COUNTERS)[number], number>;
    const row: Record<(typeof FIELDS)[number], number> = {
      ...counters,
      time: Math.min((bin + 1) * world.binMs, world.durationMs), nodes: nodes.nodes[bin], nodesReady: ready - nodes.cordoned[bin], podsPending: pending,
      podsWaiting: waiting, podsRunning: assigned + nodes.hostPods[bin], total, assigned, cooling, available: total - assigned, enis, prefixes,
      created: stage === null ? bound : stage.createdIn[bin], bound, addressed, ended: sum(bin, BIN.ended) + (stage?.endedIn[bin] ?? 0),
      failed: sum(bin, BIN.failed) + (stage?.endedIn[bin] ?? 0), adds: addressed + noAvailable, noAvailable, dels: sum(bin, BIN.ended), waitSum: sum(bin, BIN.waitSum),
      waitMax: threads.reduce((max, { bins }) => Math.max(max, bins[bin * BIN_FIELDS + BIN.waitMax]), 0), ec2Requests: ec2.requests[bin],
      ec2Throttled: ec2.throttled[bin], ec2Errors: ec2.errors[bin], dropped: sum(bin, BIN.dropped), firstFailures: sum(bin, BIN.firstFailures), neverAddressed: never,
    };
    for (const field of FIELDS) series[field][bin] = row[field];
  }
  return { ...series, bins: binCount };
}

/** Nodes that exist, their pods on the host network, and those of them that are cordoned, at the end of each bin: all known from the plan. */
function nodeLevels({ nodeCount, binCount, binMs }: World, { nodes: { launchAt, terminateAt, cordonAt, uncordonAt, drainAt, hostPods } }: Plan) {
  const change = { nodes: new Float64Array(binCount + 1), hostPods: new Float64Array(binCount + 1), cordoned: new Float64Array(binCount + 1) };
  const binOf = (at: number) => Math.min(Math.max(0, Math.floor(at / binMs)), binCount);
  for (let node = 0; node < nodeCount; node++) {
    const from = binOf(Number.isNaN(launchAt[node]) ? 0 : launchAt[node]);
    const end = binOf(terminateAt[node]);
    change.nodes[from] += 1;
    change.nodes[end] -= 1;
    change.hostPods[from] += hostPods[node];
    change.hostPods[end] -= hostPods[node];
    const cordoned = Math.min(cordonAt[node], drainAt[node]);
    if (cordoned < terminateAt[node]) {
      change.cordoned[binOf(cordoned)] += 1;
      change.cordoned[binOf(Math.min(uncordonAt[node], terminateAt[node]))] -= 1;
    }
  }
  for (const levels of Object.values(change)) for (let bin = 1; bin <= binCount; bin++) levels[bin] += levels[bin - 1];
  return change;
}
