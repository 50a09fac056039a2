/**
 * Build: a scenario -> the plan of its run. The border where names become numbers.
 *
 * Shape   Nodes are numbered group by group, shape by shape, in launch order; a NodeId counts launches over the groups in name order, so adding a
 *         group at the end of that order moves no one's draws.
 */
import { ENI_MANAGE, ENI_NO_MANAGE, type Dims } from '../core/node.ts';
import type { Distribution } from '../core/quantiles.ts';
import { NONE, PREFIX_SIZE } from '../core/units.ts';
import { ACTIONS } from '../engine/actions.ts';
import { createSampler, sample } from '../engine/aws/sampler.ts';
import { SUBNET_TAG, type Fault } from '../engine/ec2/server.ts';
import type { Restarts, Sampler } from '../engine/thread.ts';
import { errorCode, type ErrorName } from '../engine/ipamd/calls.ts';
import { createSettings, type Settings, type SettingsInput } from '../engine/ipamd/settings.ts';
import type { ChurnPlan, Ec2Plan, GroupPlan, HeldChange, NodesPlan, OtherEni, Plan } from '../engine/plan.ts';
import { mix, STREAM, streamKey } from '../core/random.ts';
import type { PodClass } from '../engine/scheduler/state.ts';
import type { SourcePlan, StagePlan } from '../engine/stage/plan.ts';
import type { EnvValues } from './environment.ts';
import { layOut } from './nodes.ts';
import type { TracePods } from './traces.ts';
import { FOREVER, type ChurnWorkload, type DaemonSetWorkload, type Ec2Action, type NodeGroup, type NodeShape, type Placement, type Resources, type Scenario, type TimedEntry } from './scenario.ts';

export interface Built {
  readonly plan: Plan;
  /** Null: no pod is scheduled. */
  readonly stage: StagePlan | null;
  /** Workload (index in the scenario) of each source of the stage. */
  readonly sourceWorkloads: readonly number[];
  /** By NodeIndex. */
  readonly nodeName: (node: number) => string;
  readonly nodeGroupOf: Int32Array;
  readonly shapeOf: readonly NodeShape[];
  readonly zoneOf: Int32Array;
}

const never = (ms: number) => (ms >= FOREVER ? Number.POSITIVE_INFINITY : ms);

/** Entries of ipamd's release cache that a node keeps; the newest ones. */
const CACHE_ROWS = 64;
/** Pods of one scheduling window. */
const INBOX_ROWS = 1 << 18;

export function buildPlan(scenario: Scenario, traces: ReadonlyMap<string, TracePods> = new Map()): Built {
  const scheduled = scenario.workloads.some(w => w.kind === 'trace' || w.kind === 'replicas' || (w.kind === 'churn' && w.placed === 'scheduler') || (w.kind === 'daemonset' && !w.hostNetwork));
  const podLog = scenario.outputs.tables.pods ? 1 : 0;
  const settings: SettingsInput[] = [];
  const groups: GroupPlan[] = [];
  const rows: NodeRow[] = [];
  const shapes: NodeShape[] = [];
  let id = 0;
  for (const [g, group] of scenario.nodeGroups.entries()) {
    const total = group.count + addedNodes(scenario, g);
    const layout = layOut(group, total);
    const registered = createSampler(group.launch.registered), agentStart = createSampler(group.launch.agentStart);
    for (const [k, shape] of group.shapes.entries()) {
      const members = [...layout.shape.keys()].filter(i => layout.shape[i] === k);
      if (members.length === 0) continue;
      const versions = settingsVersions(scenario, g, group, shape);
      const firstSettings = settings.length;
      settings.push(...versions);
      const daemons = scenario.workloads.filter((w): w is DaemonSetWorkload => w.kind === 'daemonset' && placedOn(w.placement.nodeGroups, g));
      groups.push({
        dims: dimsOf(versions.map(input => createSettings(input)), shape, scheduled ? 1 : 0, podLog, restartsOf(scenario, g).length > 0 ? 1 : 0), nodeCount: members.length,
        churn: churnOf(scenario.workloads.find((w): w is ChurnWorkload => w.kind === 'churn' && w.placed === 'per-node' && placedOn(w.placement.nodeGroups, g))),
      });
      for (const launch of members) {
        const zone = group.zones[layout.zoneShare[launch]];
        rows.push({
          id: id + launch, settings: firstSettings, maxPods: shape.maxPods, zone: zone.zone, primarySubnet: layout.subnet[launch],
          eniConfigSubnet: zone.eniConfig === NONE ? NONE : scenario.eniConfigs[zone.eniConfig].subnet,
          sweeps: Number(versions[0].provisioning && !group.env.DISABLE_LEAKED_ENI_CLEANUP && !group.env.ENABLE_IPv6),
          interfaces: g, hostPods: daemons.filter(d => d.hostNetwork).length, daemonPods: daemons.filter(d => !d.hostNetwork).length,
          ...lifeOf(scenario, g, group, launch, registered, agentStart, zone.zone), restarts: nodeRestarts(scenario, g, launch, total, firstSettings), name: `${group.name}-${launch}`, group: g, shape: shapes.length,
        });
      }
      shapes.push(shape);
    }
    id += total;
  }
  const column = (field: keyof NodesPlan) => rows.map(row => row[field]);
  const words = (field: keyof NodesPlan) => Int32Array.from(column(field));
  const moments = (field: keyof NodesPlan) => Float64Array.from(column(field));
  const nodes: NodesPlan = {
    id: words('id'), settings: words('settings'), maxPods: words('maxPods'), zone: words('zone'), primarySubnet: words('primarySubnet'),
    eniConfigSubnet: words('eniConfigSubnet'), hostPods: words('hostPods'), daemonPods: words('daemonPods'), launchAt: moments('launchAt'),
    startDelay: moments('startDelay'), cordonAt: moments('cordonAt'), uncordonAt: moments('uncordonAt'), terminateAt: moments('terminateAt'), drainAt: moments('drainAt'), lost: words('lost'), sweeps: words('sweeps'), interfaces: words('interfaces'),
  };
  const { tables, nodeSample, binMs } = scenario.outputs;
  const podRows = groups.reduce((sum, { dims, nodeCount }) => sum + dims.pods * nodeCount, 0);
  const stage = scheduled ? stageOf(scenario, traces, rows, shapes) : null;
  const plan: Plan = {
    seed: scenario.seed, durationMs: scenario.durationMs, binMs, groups, settings, subnetCount: scenario.subnets.length, nodes, restarts: flatten(rows), interfaces: scenario.nodeGroups.map(otherEnis), ec2: ec2Of(scenario),
    nodeSample: tables.nodes ? nodeSample : 0,
    latency: byAction(scenario.ec2.latency), refusal: byAction(scenario.ec2.refusalLatency),
    addDelay: scenario.kubelet.addDelay, retryDelay: scenario.kubelet.retryDelay, containerStart: scenario.kubelet.containerStart,
    grace: scenario.kubelet.terminationGrace,
    tables: { nodes: tables.nodes, pods: tables.pods, decisions: tables.decisions },
    inboxSize: stage === null ? 0 : 2 * Math.min(INBOX_ROWS, podRows) + stage.atOnce, newsSize: rows.length + (scheduled ? 2 * podRows : 0),
  };
  return {
    plan, stage, nodeName: node => rows[node].name, nodeGroupOf: Int32Array.from(rows, row => row.group), shapeOf: rows.map(row => shapes[row.shape]),
    zoneOf: nodes.zone, sourceWorkloads: stage?.workloads ?? [],
  };
}

/** Pods that wait at most; a trace cannot have more than its own. */
const WAITING_ROWS = 1 << 20;

/** The scheduler's side: sources of pods, classes of requests, what each node offers. */
function stageOf(scenario: Scenario, traces: ReadonlyMap<string, TracePods>, rows: readonly NodeRow[], shapes: readonly NodeShape[]) {
  const classes = new Map<string, number>();
  const podClasses: PodClass[] = [];
  const classOf = (requests: Resources, placement: Placement): number => {
    const tolerates = scenario.nodeGroups.flatMap((group, g) => (placedOn(placement.nodeGroups, g) && toleratesAll(placement, group) ? [g] : []));
    const key = JSON.stringify([requests, tolerates]);
    const known = classes.get(key);
    if (known !== undefined) return known;
    classes.set(key, podClasses.length);
    return podClasses.push({ ...requests, zone: NONE, group: NONE, tolerates }) - 1;
  };
  const sources: SourcePlan[] = [];
  const workloads: number[] = [];
  let waiting = 0, atOnce = 0;
  for (const [i, w] of scenario.workloads.entries()) {
    if (w.kind === 'trace') {
      const pods = traces.get(w.name);
      if (pods === undefined) continue;
      sources.push({
        kind: 'trace', created: pods.createdMs, deleted: pods.deletedMs,
        podClass: Int32Array.from(pods.cpuMilli, (cpuMilli, row) => classOf({ cpuMilli, memoryMib: pods.memoryMib[row], gpuMilli: pods.gpuMilli[row] }, w.placement)),
      });
      waiting += pods.count;
      atOnce += largestBatch(pods.createdMs);
    } else if (w.kind === 'replicas') {
      sources.push({ kind: 'replicas', podClass: classOf(w.requests, w.placement), count: w.count, atMs: w.atMs, untilMs: never(w.untilMs) });
      waiting += w.count;
      atOnce += w.count;
    } else if (w.kind === 'churn' && w.placed === 'scheduler') {
      const initial = Math.round(w.podsPerNode * rows.length);
      sources.push({
        kind: 'churn', podClass: classOf(w.requests, w.placement), meanGapMs: w.meanGapMs, batchMean: w.batchMean, life: w.lifetime,
        fromStart: w.lifetimeFrom === 'start', initial, atMs: w.atMs, untilMs: never(w.untilMs),
      });
      waiting += WAITING_ROWS;
      atOnce += initial + 1000;
    } else continue;
    workloads.push(i);
  }
  const daemons = scenario.workloads.filter(w => w.kind === 'daemonset');
  const words = (of: (row: NodeRow) => number) => Int32Array.from(rows, of);
  const plan: StagePlan = {
    sources, podClasses,
    daemonSets: daemons.map(w => ({ ...w.requests, zone: NONE, group: NONE, tolerates: scenario.nodeGroups.flatMap((_, g) => (placedOn(w.placement.nodeGroups, g) ? [g] : [])) })),
    daemonAddressed: daemons.map(w => !w.hostNetwork),
    zoneCount: scenario.zones.length,
    taintTexts: scenario.nodeGroups.map(({ taints, name }) => (taints.length > 0 ? `{${taints.map(({ key, value }) => `${key}: ${value}`).join(', ')}}` : `{node group: ${name}}`)),
    scoring: scenario.scheduler.scoring === 'least-allocated' ? 'leastAllocated' : 'mostAllocated',
    delay: scenario.scheduler.delay, watchDelay: scenario.scheduler.watchDelay, waitingCapacity: Math.min(waiting + 1, 4 * WAITING_ROWS),
    cpuMilli: words(row => shapes[row.shape].cpuMilli), memoryMib: words(row => shapes[row.shape].memoryMib),
    gpuMilli: words(row => shapes[row.shape].gpuMilli), taintClass: words(row => row.group),
  };
  return { ...plan, workloads, atOnce: atOnce + daemons.length * rows.length };
}

/** Pods that share one moment, at most: they must fit one window. */
function largestBatch(created: Float64Array): number {
  let largest = 0;
  for (let i = 0, from = 0; i < created.length; i++) {
    if (created[i] !== created[from]) from = i;
    largest = Math.max(largest, i - from + 1);
  }
  return largest;
}

const toleratesAll = ({ tolerations }: Placement, { taints }: NodeGroup) =>
  tolerations.includes('*') || taints.every(({ key, effect }) => effect === 'PreferNoSchedule' || tolerations.includes(key));

type NodeRow = { readonly [F in keyof NodesPlan]: number } & { readonly restarts: readonly NodeRestart[]; readonly name: string; readonly group: number; readonly shape: number };

const placedOn = (nodeGroups: readonly number[], group: number) => nodeGroups.length === 0 || nodeGroups.includes(group);

const addedNodes = ({ at }: Scenario, group: number, until = FOREVER) =>
  at.reduce((sum, entry) => sum + (entry.kind === 'add' && entry.nodeGroup === group && entry.atMs <= until ? entry.count : 0), 0);

/** When a node of a group starts, is cordoned, ends. `at:` entries touch the lowest launch numbers first; nodes added later come after them. */
function lifeOf(scenario: Scenario, g: number, group: NodeGroup, launch: number, registered: Sampler, agentStart: Sampler, zone: number) {
  const { state, atMs, pacePerMinute } = group.launch;
  let launchAt = Number.NaN;
  if (launch < group.count) {
    if (state === 'launching') launchAt = atMs + (pacePerMinute >= FOREVER ? 0 : Math.floor((launch * 60_000) / pacePerMinute));
  } else {
    let later = launch - group.count;
    for (const entry of scenario.at) {
      if (entry.kind !== 'add' || entry.nodeGroup !== g) continue;
      if (later < entry.count) { launchAt = entry.atMs + Math.floor((later * entry.overMs) / entry.count); break; }
      later -= entry.count;
    }
  }
  let cordonAt = never(group.cordonAtMs), uncordonAt = Number.POSITIVE_INFINITY, terminateAt = never(group.terminateAtMs), drainAt = Number.POSITIVE_INFINITY, lost = 0;
  for (const entry of scenario.at) {
    if (entry.kind === 'failZone' && entry.zone === zone && entry.atMs < terminateAt) {
      terminateAt = entry.atMs;
      lost = 1;
    }
    if (!isPart(entry) || entry.nodeGroup !== g) continue;
    const touched = Math.ceil(entry.share * (group.count + addedNodes(scenario, g, entry.atMs)));
    if (launch >= touched) continue;
    const moment = entry.atMs + Math.floor((launch * entry.overMs) / touched);
    if (launch >= group.count && launchAt > moment) continue;
    if (entry.kind === 'cordon') cordonAt = Math.min(cordonAt, moment);
    else if (entry.kind === 'uncordon') uncordonAt = Math.min(uncordonAt, moment);
    else if (entry.kind === 'drain') drainAt = Math.min(drainAt, moment);
    else if (moment < terminateAt) {
      terminateAt = moment;
      lost = 0;
    }
  }
  const key = streamKey(scenario.seed, STREAM.nodeStart, launch + g * 0x10000);
  const startDelay = sample(registered, key, 0) + sample(agentStart, key, 1);
  return { launchAt, startDelay: Math.max(1, startDelay), cordonAt, uncordonAt, terminateAt, drainAt, lost };
}

const isPart = (entry: TimedEntry): entry is Extract<TimedEntry, { share: number; overMs: number }> =>
  entry.kind === 'cordon' || entry.kind === 'uncordon' || entry.kind === 'drain' || entry.kind === 'terminate';

/** Entries that restart aws-node on nodes of this group, in the order of time. */
const restartsOf = ({ at }: Scenario, g: number) =>
  at.filter((entry): entry is Extract<TimedEntry, { batchMs: number }> => (entry.kind === 'set' || entry.kind === 'restart') && placedOn(entry.nodeGroups, g));

/** Settings of the group's agents: at the start, then after each `set`. What the group sets for itself stays. */
function settingsVersions(scenario: Scenario, g: number, group: NodeGroup, shape: NodeShape): SettingsInput[] {
  let env = group.env;
  const versions = [settingsOf(env, shape, scenario)];
  for (const entry of restartsOf(scenario, g)) {
    if (entry.kind !== 'set') continue;
    env = { ...env, ...Object.fromEntries(Object.entries(entry.values).filter(([name]) => !group.overrides.includes(name))) };
    versions.push(settingsOf(env, shape, scenario));
  }
  return versions;
}

interface NodeRestart { readonly at: number; readonly settings: number; readonly downMs: number }

/** When a node's aws-node is restarted: batches of the group in launch order, `maxUnavailable` at a time. */
function nodeRestarts(scenario: Scenario, g: number, launch: number, total: number, firstSettings: number): NodeRestart[] {
  let version = firstSettings;
  return restartsOf(scenario, g).map(entry => {
    if (entry.kind === 'set') version++;
    const batch = Math.max(1, Math.floor(total * entry.maxUnavailable));
    return { at: entry.atMs + Math.floor(launch / batch) * entry.batchMs, settings: entry.kind === 'set' ? version : NONE, downMs: entry.downMs };
  }).sort((a, b) => a.at - b.at);
}

/** Restarts of all nodes in one column each, node by node. */
function flatten(rows: readonly NodeRow[]): Restarts {
  const all = rows.flatMap(row => row.restarts);
  const first = new Int32Array(rows.length + 1);
  rows.forEach((row, i) => { first[i + 1] = first[i] + row.restarts.length; });
  return { first, at: Float64Array.from(all, r => r.at), settings: Int32Array.from(all, r => r.settings), downMs: Int32Array.from(all, r => r.downMs) };
}

function settingsOf(env: EnvValues, shape: NodeShape, scenario: Scenario): SettingsInput {
  return {
    warmEniTarget: env.WARM_ENI_TARGET, warmIpTarget: env.WARM_IP_TARGET, minimumIpTarget: env.MINIMUM_IP_TARGET,
    warmPrefixTarget: env.WARM_PREFIX_TARGET, maxEni: env.MAX_ENI, prefixDelegation: env.ENABLE_PREFIX_DELEGATION,
    customNetworking: env.AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG, subnetDiscovery: env.ENABLE_SUBNET_DISCOVERY, podEni: env.ENABLE_POD_ENI,
    manageUntaggedEni: env.MANAGE_UNTAGGED_ENI, manageEnisNonSchedulable: env.AWS_MANAGE_ENIS_NON_SCHEDULABLE,
    provisioning: !(env.DISABLE_NETWORK_RESOURCE_PROVISIONING || env.ENABLE_IMDS_ONLY_MODE),
    cooldownMs: env.IP_COOLDOWN_PERIOD * 1000, eniLimit: shape.enis, ipv4PerEni: shape.ipv4PerEni,
    prefixCapable: shape.hypervisor === 'nitro' || shape.bareMetal, trunkingCompatible: shape.trunkCompatible,
    ipv6: env.ENABLE_IPv6, cards: env.ENABLE_MULTI_NIC && !env.ENABLE_IPv6 ? shape.networkCards.length : 1,
    lowestFirst: scenario.cni.order === 'lowest-first', turnWorkMs: scenario.cni.turnWorkMs,
  };
}

/** Bounds of a node's block. What prefix mode may hold follows from max pods: growth stops there, the last step may overshoot. */
function dimsOf(versions: readonly Settings[], shape: NodeShape, scheduled: 0 | 1, podLog: 0 | 1, restarts: 0 | 1): Dims {
  const slots = versions[0].slotsPerEni;
  const enis = Math.min(32, shape.enis);
  const step = Math.max(1, ...versions.map(c => Math.max(c.warmPrefixTarget, Math.ceil(Math.max(c.warmIpTarget, c.minimumIpTarget) / PREFIX_SIZE) + 1)));
  const prefixes = Math.min(enis * slots, Math.ceil(shape.maxPods / PREFIX_SIZE) + Math.min(slots, step));
  return {
    enis, slots, attachedSlots: slots, pods: Math.min(1024, shape.maxPods), cooling: Math.max(1, enis * slots, versions.some(c => c.prefixMode) ? prefixes * PREFIX_SIZE : 0),
    cache: versions.some(c => c.prefixMode || c.ipTargets) ? CACHE_ROWS : 0, podLog, restarts, scheduled, cards: Math.max(...versions.map(c => c.otherCards.length + 1)),
  };
}

function churnOf(w: ChurnWorkload | undefined): ChurnPlan | null {
  if (w === undefined) return null;
  return { meanGapMs: w.meanGapMs, batchMean: w.batchMean, life: w.lifetime, atMs: w.atMs, untilMs: never(w.untilMs), podsPerNode: Math.round(w.podsPerNode) };
}

const otherEnis = ({ interfaces }: NodeGroup): OtherEni[] =>
  interfaces.map(({ secondaryIps, noManage }) => ({ secondaryIps, flags: noManage === null ? 0 : noManage === 'true' ? ENI_NO_MANAGE : ENI_MANAGE }));

function byAction(of: Readonly<Record<Ec2Action, Distribution>>): Distribution[] {
  return ACTIONS.map(action => (action === 'none' ? { kind: 'fixed', ms: 1 } : of[action]));
}

function ec2Of({ ec2, subnets, cni, durationMs, at, seed }: Scenario): Ec2Plan {
  return {
    subnets: subnets.map(({ cidr, reservations }) => ({
      base: cidr.first, prefixLength: cidr.bits, reservations: reservations.map(r => ({ base: r.cidr.first, prefixLength: r.cidr.bits, type: r.type })),
    })),
    subnetTag: subnets.map(({ tags }) => subnetTagOf(tags, cni.env.CLUSTER_NAME)),
    subnetZone: subnets.map(({ zone }) => zone),
    buckets: ACTIONS.map(action => {
      const bucket = action === 'none' ? null : ec2.buckets[action];
      return bucket === null ? null : { ...bucket, backgroundPerSecond: ec2.backgroundPerSecond[action as Ec2Action] };
    }),
    smallDescribe: ec2.smallDescribeBucket === null ? null : { ...ec2.smallDescribeBucket, backgroundPerSecond: 0 },
    describeByIdIsSmall: ec2.describeByIdUsesSmallBucket, refusedCosts: ec2.throttledCostsToken, enisPerRegion: ec2.quotas.enisPerRegion,
    lowestFree: ec2.pick === 'lowest-free', createWithoutFreeBlock: errorCode(ec2.createWithoutFreeBlock as ErrorName),
    appears: ec2.imds.eniAppears, ready: ec2.imds.addressesAppear, faults: faultsOf(at, seed), tagChanges: tagChangesOf(at, subnets, cni.env.CLUSTER_NAME), vanishes: ec2.imds.vanishes, held: heldOf(subnets, durationMs),
  };
}

/** What a subnet's tags say of it to subnet discovery (ipamd-spec §7.1, §7.2). */
function subnetTagOf(tags: Readonly<Record<string, string>>, cluster: string): number {
  const role = tags['kubernetes.io/role/cni'];
  const clusters = Object.keys(tags).filter(key => key.startsWith('cni.networking.k8s.aws/cluster/'));
  const foreign = cluster !== '' && clusters.length > 0 && !clusters.includes(`cni.networking.k8s.aws/cluster/${cluster}`);
  if (role === '0' || (role !== undefined && role !== '' && foreign)) return SUBNET_TAG.excluded;
  return role === undefined || role === '' ? SUBNET_TAG.none : SUBNET_TAG.usable;
}

/** Changes of tags in the order of time; each subnet's tags add up. */
function tagChangesOf(at: Scenario['at'], subnets: Scenario['subnets'], cluster: string): Ec2Plan['tagChanges'] {
  const tags = subnets.map(subnet => ({ ...subnet.tags }));
  return at.flatMap(entry => {
    if (entry.kind !== 'tag') return [];
    if (entry.value === null) delete tags[entry.subnet][entry.key];
    else tags[entry.subnet][entry.key] = entry.value;
    return [{ at: entry.atMs, subnet: entry.subnet, tag: subnetTagOf(tags[entry.subnet], cluster) }];
  });
}

const faultsOf = (at: Scenario['at'], seed: number): Fault[] => at.flatMap((entry, i) =>
  entry.kind !== 'fault' ? [] : [{
    action: entry.action === 'any' ? NONE : (ACTIONS as readonly string[]).indexOf(entry.action), code: errorCode(entry.code as ErrorName), from: entry.atMs,
    until: entry.untilMs, share: entry.share, key: mix(seed + i),
  }]);

/** Everything that others take and give back, in the order of time. */
function heldOf(subnets: Scenario['subnets'], durationMs: number): HeldChange[] {
  const changes: HeldChange[] = [];
  let holder = 0;
  for (const [s, { held, cidr }] of subnets.entries()) {
    for (const { what, atMs, untilMs, perHour } of held) {
      const lowest = what.kind === 'count' && what.placement === 'lowest';
      const offsets = what.kind === 'addresses' ? what.addresses.map(a => a - cidr.first) : null;
      const count = what.kind === 'count' ? what.count : what.addresses.length;
      changes.push({ at: atMs, subnet: s, holder, count, lowest, offsets });
      if (untilMs < FOREVER) changes.push({ at: untilMs, subnet: s, holder, count: -Number.MAX_SAFE_INTEGER, lowest, offsets: null });
      for (let k = 1; perHour !== 0; k++) {
        const at = atMs + Math.floor((k * 3_600_000) / Math.abs(perHour));
        if (at > durationMs || at >= untilMs) break;
        changes.push({ at, subnet: s, holder, count: perHour > 0 ? 1 : -1, lowest, offsets: null });
      }
      holder++;
    }
  }
  return changes.sort((a, b) => a.at - b.at);
}

