/**
 * Metrics: the awscni_* series of ipamd at the end of a run, as its metrics endpoint would give them.
 *
 * Shape   Each series once for all nodes, without a `node` label, and once for each node of the sample, with one. What only sums are kept of (EC2 calls,
 *         errors by function, starts) is there for all nodes alone.
 * Limits  Counters begin at moment 0 or with the node, and go on over a restart of ipamd. Not there: awscni_assigned_ip_per_cidr (a series for each
 *         address ever assigned), awscni_ipamd_startup_duration_seconds (it covers more than nodeInit), and what no run can move.
 * Source  ipamd-spec §10 (amazon-vpc-cni-k8s v1.23.1 utils/prometheusmetrics/prometheusmetrics.go).
 */
import { N, S, type Blocks } from '../core/node.ts';
import { NONE, type Block } from '../core/units.ts';
import { ACTIONS } from '../engine/actions.ts';
import { ERRORS, OK } from '../engine/ipamd/calls.ts';
import { cardBlock, sumOverCards } from '../engine/ipamd/cards.ts';
import type { Settings } from '../engine/ipamd/settings.ts';
import { BUCKETS_MS, callCount, callTimeMs, initOf, IPAMD_ERRORS, sumMetrics, UTILS_ERRORS, utilsErrorCount, type Metrics } from '../engine/metrics.ts';
import type { Run } from '../engine/run.ts';
import { eniMax, exists, inProgress, ipMax, reconcileAdds } from '../engine/sample.ts';
import { blockOf, type Thread, type World } from '../engine/thread.ts';
import type { Labels, MetricFamily, MetricSample } from '../results/prometheus.ts';

/** A series that every node has: its labels beside `node`, and its value. */
interface NodeSeries { readonly labels: Labels; readonly of: (b: Blocks, n: Block, c: Settings, now: number) => number }
interface NodeFamily { readonly name: string; readonly type: 'counter' | 'gauge'; readonly help: string; readonly series: readonly NodeSeries[] }

const word = (field: number): NodeSeries['of'] => (b, n, c) => sumOverCards(b, n, c, field);
const one = (of: NodeSeries['of']): NodeSeries[] => [{ labels: {}, of }];
const inProgressOf = (fn: string): NodeSeries => ({ labels: { fn }, of: (b, n) => (inProgress(b, n) === fn ? 1 : 0) });

const NODE_FAMILIES: readonly NodeFamily[] = [
  { name: 'awscni_add_ip_req_count', type: 'counter', help: 'CNI ADD requests', series: one(word(N.addRequests)) },
  { name: 'awscni_assigned_ip_addresses', type: 'gauge', help: 'Addresses that pods own', series: one(word(S.rawAssigned)) },
  { name: 'awscni_del_ip_req_count', type: 'counter', help: 'CNI DEL requests', series: [{ labels: { reason: 'PodDeleted' }, of: word(N.delRequests) }] },
  { name: 'awscni_eni_allocated', type: 'gauge', help: 'ENIs in the data store', series: one(word(S.eniCount)) },
  { name: 'awscni_eni_max', type: 'gauge', help: 'ENIs that ipamd may have', series: one(eniMax) },
  { name: 'awscni_force_removed_enis', type: 'counter', help: 'ENIs removed from the data store with pods on them', series: one(word(N.forceRemovedEnis)) },
  { name: 'awscni_force_removed_ips', type: 'counter', help: 'Addresses removed from the data store with a pod', series: one(word(N.forceRemovedIps)) },
  { name: 'awscni_ip_max', type: 'gauge', help: 'Addresses of all ENIs that ipamd may have, full', series: one(ipMax) },
  {
    name: 'awscni_ipamd_action_inprogress', type: 'gauge', help: 'What ipamd is about',
    series: ['nodeInit', 'increaseDatastorePool', 'decreaseDatastorePool', 'nodeIPPoolReconcile'].map(inProgressOf),
  },
  { name: 'awscni_no_available_ip_addresses', type: 'counter', help: 'ADD requests that found no assignable address', series: one(word(N.noAvailable)) },
  {
    name: 'awscni_reconcile_count', type: 'counter', help: 'What reconciles added, removed, or found as it was',
    series: [
      { labels: { fn: 'eniReconcileAdd' }, of: word(N.eniReconcileAdds) },
      { labels: { fn: 'eniReconcileDel' }, of: word(N.eniReconcileDels) },
      { labels: { fn: 'eniIPPoolReconcileDel' }, of: word(N.reconcileDels) },
      { labels: { fn: 'eniDataStorePoolReconcileAdd' }, of: reconcileAdds },
    ],
  },
  { name: 'awscni_total_ip_addresses', type: 'gauge', help: 'Addresses in the data store', series: one(word(S.rawTotal)) },
  { name: 'awscni_total_ipv4_prefixes', type: 'gauge', help: 'Prefixes of /28 in the data store', series: one(word(S.rawPrefixes)) },
];

/** Everything, families by name. */
export function finalMetrics({ world, ec2, clock }: Run, threads: readonly Thread[], nodeName: (node: number) => string, cniVersion: string): MetricFamily[] {
  const sums = sumMetrics([...threads.map(({ metrics }) => metrics), ec2.metrics]);
  const now = clock - world.origin[0];
  const families: MetricFamily[] = [
    ...NODE_FAMILIES.map(family => nodeFamily(family, world, now, nodeName)),
    assignedPerEni(world, nodeName),
    ipamdErrors(sums, world, nodeName),
    ...ec2Families(sums),
    utilsErrors(sums),
    nodeInits(sums),
    { name: 'awscni_build_info', type: 'gauge', help: 'Version of the CNI', samples: [{ labels: { version: cniVersion }, value: 1 }] },
  ];
  return families.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function nodeFamily({ name, type, help, series }: NodeFamily, world: World, now: number, nodeName: (node: number) => string): MetricFamily {
  const totals = series.map(() => 0);
  const single: MetricSample[] = [];
  for (let node = 0; node < world.nodeCount; node++) {
    const { group: { blocks }, n } = blockOf(world, node);
    if (type === 'gauge' && !exists(blocks, n)) continue; // its counters still count
    const settings = world.settings[blocks.w[n + N.settings]];
    series.forEach(({ labels, of }, i) => {
      const value = of(blocks, n, settings, now);
      totals[i] += value;
      if (world.sampled[node] === 1) single.push({ labels: { ...labels, node: nodeName(node) }, value });
    });
  }
  return { name, type, help, samples: [...series.map(({ labels }, i) => ({ labels, value: totals[i] })), ...single] };
}

function assignedPerEni(world: World, nodeName: (node: number) => string): MetricFamily {
  const samples: MetricSample[] = [];
  for (let node = 0; node < world.nodeCount; node++) {
    if (world.sampled[node] === 0) continue;
    const { group: { blocks: { w, at } }, n } = blockOf(world, node);
    for (let k = 0; k < at.cards; k++) {
      const m = cardBlock(at, n, k);
      for (let e = 0; e < at.enis; e++) {
        const number = w[m + at.eniNumber + e];
        if (number !== NONE) samples.push({ labels: { eni: k === 0 ? String(number) : `card ${k}: ${number}`, node: nodeName(node) }, value: w[m + at.eniOwned + e] });
      }
    }
  }
  return { name: 'awscni_assigned_ip_per_eni', type: 'gauge', help: 'Addresses that pods own, by the number of the ENI on its node', samples };
}

function ipamdErrors({ ipamdErrors: counts }: Metrics, world: World, nodeName: (node: number) => string): MetricFamily {
  const samples: MetricSample[] = IPAMD_ERRORS.map((fn, i) => ({ labels: { fn }, value: counts[i] }));
  for (let node = 0; node < world.nodeCount; node++) {
    if (world.sampled[node] === 0) continue;
    const { group: { blocks }, n } = blockOf(world, node);
    samples.push({ labels: { node: nodeName(node) }, value: sumOverCards(blocks, n, world.settings[blocks.w[n + N.settings]], N.ipamdErrors) });
  }
  return { name: 'awscni_ipamd_error_count', type: 'counter', help: 'Errors of ipamd: by function for all nodes, in total for single ones', samples };
}

/** Actions that were called, each with the codes that it was answered with. */
function ec2Families(sums: Metrics): MetricFamily[] {
  const answers = ACTIONS.flatMap((api, action) => ERRORS.flatMap((status, code) => {
    const count = callCount(sums, action, code);
    return count === 0 ? [] : [{ api, status, code, count, ms: callTimeMs(sums, action, code) }];
  }));
  const called = ACTIONS.filter(api => answers.some(answer => answer.api === api));
  const sumOf = (api: string, failedOnly: boolean) => answers.reduce((sum, answer) => sum + (answer.api === api && (answer.code !== OK || !failedOnly) ? answer.count : 0), 0);
  const failed = answers.filter(({ code }) => code !== OK);
  return [
    { name: 'awscni_ec2api_req_count', type: 'counter', help: 'EC2 calls, each with all its attempts', samples: called.map(fn => ({ labels: { fn }, value: sumOf(fn, false) })) },
    { name: 'awscni_ec2api_error_count', type: 'counter', help: 'EC2 calls that failed', samples: called.map(fn => ({ labels: { fn }, value: sumOf(fn, true) })) },
    { name: 'awscni_aws_api_error_count', type: 'counter', help: 'EC2 calls that failed, by error code', samples: failed.map(({ api, status, count }) => ({ labels: { api, error: status }, value: count })) },
    {
      name: 'awscni_aws_api_latency_ms', type: 'summary', help: 'Time of EC2 calls, from the first attempt to the last answer',
      samples: answers.flatMap(({ api, status, code, count, ms }): MetricSample[] => {
        const labels = { api, error: String(code !== OK), status: code === OK ? '200' : status };
        return [{ suffix: '_sum', labels, value: ms }, { suffix: '_count', labels, value: count }];
      }),
    },
  ];
}

function utilsErrors(sums: Metrics): MetricFamily {
  const samples = UTILS_ERRORS.flatMap((fn, i) => ERRORS.flatMap((error, code) => {
    const value = utilsErrorCount(sums, i, code);
    return value === 0 ? [] : [{ labels: { fn, error }, value }];
  }));
  return { name: 'awscni_aws_utils_error_count', type: 'counter', help: 'Errors of awsutils', samples };
}

function nodeInits(sums: Metrics): MetricFamily {
  const samples = ([1, 0] as const).flatMap((succeeded): MetricSample[] => {
    const [count, ms, ...within] = initOf(sums, succeeded);
    if (count === 0) return [];
    const labels = { success: String(succeeded === 1) };
    const buckets = BUCKETS_MS.map((bound, i): MetricSample => ({ suffix: '_bucket', labels: { ...labels, le: String(bound / 1000) }, value: within[i] }));
    return [...buckets, { suffix: '_bucket', labels: { ...labels, le: '+Inf' }, value: count }, { suffix: '_sum', labels, value: ms / 1000 }, { suffix: '_count', labels, value: count }];
  });
  return { name: 'awscni_ipamd_node_initialization_duration_seconds', type: 'histogram', help: 'Time of nodeInit, failed ones apart', samples };
}
