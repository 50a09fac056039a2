/** Workloads: who brings pods, in terms of the scenario's node groups; and what happens at set times. */
import { byName, indexOf, reportTwins, type Items } from './network.ts';
import { show, type Report } from './problems.ts';
import { FOREVER, type DaemonSetWorkload, type NodeGroup, type Placement, type ResourceRule, type TimedEntry, type Workload } from './scenario.ts';
import { ERRORS } from '../engine/ipamd/calls.ts';
import { layer } from './agent.ts';
import { closest } from './closest.ts';
import { isEnvName, parseVariable } from './environment.ts';
import type { Section } from './schema.ts';

type WorkloadInput = Section<'workloads'>[number];
type Churn = Extract<WorkloadInput, { kind: 'churn' }>;

/** What a cluster has by itself. Requests: charts/aws-vpc-cni values.yaml (aws-node and node agent 25m each), EKS kube-proxy add-on (100m). */
const SYSTEM: readonly DaemonSetWorkload[] = (
  [['aws-node', 50], ['kube-proxy', 100]] as const
).map(([name, cpuMilli]) => ({ kind: 'daemonset', name, placement: { nodeGroups: [], tolerations: ['*'] }, hostNetwork: true, requests: { cpuMilli, memoryMib: 0, gpuMilli: 0 } }));

const SAME: ResourceRule = { times: 1, plus: 0, min: 0, max: Number.MAX_SAFE_INTEGER };

/** Workloads sorted by name, aws-node and kube-proxy among them; one of the scenario's with their name takes their place. */
export function resolveWorkloads(input: Items<WorkloadInput>, groups: readonly NodeGroup[], groupNames: readonly string[], report: Report): Workload[] {
  const numbers: Record<string, number> = {};
  const named = input.read.map(({ item, index }) => {
    numbers[item.kind] = (numbers[item.kind] ?? 0) + 1;
    return { item, index, name: item.name ?? `${item.kind}-${numbers[item.kind]}` };
  });
  reportTwins(named.map(({ name, index }) => ({ name, path: ['workloads', index, 'name'] })), 'workload', report);
  const own = named.map(({ item, index, name }) => resolveWorkload(item, name, ['workloads', index], groups, groupNames, report));
  return [...own, ...SYSTEM.filter(({ name }) => !named.some(other => other.name === name))].sort(byName);
}

function resolveWorkload(input: WorkloadInput, name: string, path: (string | number)[], groups: readonly NodeGroup[], groupNames: readonly string[], report: Report): Workload {
  const indices = (input.nodeGroups ?? []).map((group, g) => indexOf(group, groups, groupNames, 'node group', [...path, 'nodeGroups', g], report));
  const placement: Placement = { nodeGroups: [...new Set(indices)].filter(index => index >= 0).sort((a, b) => a - b), tolerations: input.tolerations };
  const untilMs = 'until' in input && input.until !== undefined ? input.until : FOREVER;
  if ('at' in input && untilMs <= input.at) report([...path, 'until'], { found: 'an end that is not after `at`', expected: 'until after at' });
  switch (input.kind) {
    case 'trace': {
      const to = input.window.to ?? FOREVER;
      if (to <= input.window.from) report([...path, 'window'], { found: 'a window without length', expected: 'to after from' });
      const { cpu = SAME, memory = SAME, gpu = SAME } = input.resources;
      for (const [resource, rule] of Object.entries({ cpu, memory, gpu })) if (rule.min > rule.max) report([...path, 'resources', resource], { found: 'min above max', expected: 'min not above max' });
      return {
        kind: 'trace', name, placement, file: input.file, format: input.format, atMs: input.at, scaleArrivals: input.scaleArrivals, repeat: input.repeat,
        windowFromMs: input.window.from, windowToMs: to, spreadMs: input.spread, resources: { cpu, memory, gpu }, skipNeverScheduled: input.skipNeverScheduled, owners: input.owners,
      };
    }
    case 'churn':
      return {
        kind: 'churn', name, placement, placed: input.placed, meanGapMs: meanGap(input, nodesOf(placement, groups), path, report), batchMean: input.arrivals.batchMean,
        lifetime: input.lifetime, lifetimeFrom: input.lifetimeFrom, podsPerNode: input.podsPerNode, atMs: input.at, untilMs, requests: requestsOf(input),
      };
    case 'replicas':
      return { kind: 'replicas', name, placement, count: input.count, atMs: input.at, untilMs, requests: requestsOf(input) };
    case 'daemonset':
      return { kind: 'daemonset', name, placement, hostNetwork: input.hostNetwork, requests: requestsOf(input) };
  }
}

const requestsOf = ({ requests: { cpu, memory, gpu } }: { requests: { cpu: number; memory: number; gpu: number } }) => ({ cpuMilli: cpu, memoryMib: memory, gpuMilli: gpu });
const nodesOf = ({ nodeGroups }: Placement, groups: readonly NodeGroup[]) => groups.filter((_, g) => nodeGroups.length === 0 || nodeGroups.includes(g)).reduce((sum, { count }) => sum + count, 0);

/** On one node or of the whole workload, after how pods are placed; the other is over or under the nodes that the groups start with. */
function meanGap({ arrivals, placed }: Churn, nodes: number, path: (string | number)[], report: Report): number {
  const { meanGap: gap, ratePerMinute } = arrivals;
  if ((gap === undefined) === (ratePerMinute === undefined)) {
    report([...path, 'arrivals'], { found: gap === undefined ? 'neither meanGap nor ratePerMinute' : 'both meanGap and ratePerMinute', expected: 'one of them' });
    return FOREVER;
  }
  const ofAll = gap === undefined ? 60_000 / (ratePerMinute ?? 1) : gap / Math.max(1, nodes);
  return placed === 'scheduler' ? ofAll : (gap ?? ofAll * Math.max(1, nodes));
}

/** Names that timed entries use. */
export type TimedNames = { readonly groups: readonly NodeGroup[]; readonly groupNames: readonly string[]; readonly zones: readonly { readonly name: string }[]; readonly subnets: readonly { readonly name: string }[] };

/** Entries in order of time, at equal times of the file. */
export function resolveTimed(input: Items<Section<'at'>[number]>, { groups, groupNames, zones, subnets }: TimedNames, durationMs: number, report: Report): TimedEntry[] {
  const entries = input.read.flatMap(({ item, index }): TimedEntry[] => {
    const path = ['at', index];
    if (item.time >= durationMs) report([...path, 'time'], { found: 'a moment after the end of the run', expected: 'a time before `duration`', severity: 'warning' });
    const group = (name: string, verb: string) => indexOf(name, groups, groupNames, 'node group', [...path, verb, 'nodeGroup'], report);
    if (item.add) return [{ kind: 'add', atMs: item.time, nodeGroup: group(item.add.nodeGroup, 'add'), count: item.add.count, overMs: item.add.over }];
    const place = <T extends { readonly name: string }>(name: string, among: readonly T[], what: string, ...where: (string | number)[]) => indexOf(name, among, among.map(each => each.name), what, [...path, ...where], report);
    if (item.failZone !== undefined) return [{ kind: 'failZone', atMs: item.time, zone: place(item.failZone, zones, 'zone', 'failZone') }];
    if (item.tag) return [{ kind: 'tag', atMs: item.time, subnet: place(item.tag.subnet, subnets, 'subnet', 'tag', 'subnet'), key: item.tag.key, value: item.tag.value }];
    if (item.fault) {
      if (!(ERRORS as readonly string[]).includes(item.fault.code)) {
        const meant = closest(item.fault.code, ERRORS);
        report([...path, 'fault', 'code'], { found: show(item.fault.code), expected: 'an error code that the model knows (docs/scenario.md)', suggestion: meant === undefined ? undefined : `did you mean "${meant}"?` });
      }
      return [{ kind: 'fault', atMs: item.time, untilMs: item.time + item.fault.for, action: item.fault.action, code: item.fault.code, share: item.fault.share }];
    }
    const verb = item.set ? 'set' : 'restart';
    const change = item.set ?? item.restart;
    if (change) {
      const nodeGroups = (change.nodeGroups ?? []).map((name, i) => indexOf(name, groups, groupNames, 'node group', [...path, verb, 'nodeGroups', i], report));
      const pace = { atMs: item.time, nodeGroups, maxUnavailable: change.maxUnavailable, batchMs: change.batch, downMs: change.down };
      if (!item.set) return [{ kind: 'restart', ...pace }];
      const texts = layer({}, item.set.env, [...path, 'set', 'env'], report);
      const values = Object.fromEntries(Object.keys(item.set.env).filter(isEnvName).map(name => [name, parseVariable(name, texts[name]).value]));
      return [{ kind: 'set', ...pace, values }];
    }
    return (['cordon', 'uncordon', 'drain', 'terminate'] as const).flatMap((kind): TimedEntry[] => {
      const part = item[kind];
      return part ? [{ kind, atMs: item.time, nodeGroup: group(part.nodeGroup, kind), share: part.share, overMs: part.over }] : [];
    });
  });
  return entries.sort((a, b) => a.atMs - b.atMs);
}
