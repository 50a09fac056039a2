/** Node groups: types, counts, subnets, max pods and ENIConfigs of a scenario's nodes, checked against each other. */
import { resolveOverrides } from './agent.ts';
import { didYouMean } from './closest.ts';
import { ec2Defaults } from './defaults.ts';
import type { EnvTexts, EnvValues } from './environment.ts';
import { findLimits, suggestType, type InstanceLimits } from './limits.ts';
import { allocatable, maxPodsByExpression, maxPodsOfCni, maxPodsOfKarpenter, maxPodsOfNodeadm, maxPodsOfScript } from './maxPods.ts';
import { byName, indexOf, reportTwins, type Items } from './network.ts';
import type { Path, Report } from './problems.ts';
import { FOREVER, type EniConfig, type Launch, type NodeGroup, type NodeShape, type OtherInterface, type Subnet, type ZoneShare } from './scenario.ts';
import type { Section } from './schema.ts';
import { RESERVED_ADDRESSES } from './cidr.ts';
import { layOut } from './nodes.ts';

type GroupInput = Section<'nodeGroups'>[number];
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What groups refer to. `names` hold what could not be read too, so that it is not missed twice. */
export type Around = {
  readonly zones: readonly { readonly name: string }[];
  readonly subnets: readonly Subnet[];
  readonly subnetNames: readonly string[];
  readonly eniConfigs: readonly EniConfig[];
  readonly eniConfigNames: readonly string[];
  readonly texts: EnvTexts;
  readonly cniVersion: string;
};

/** Groups sorted by name. */
export function resolveNodeGroups(input: Items<GroupInput>, around: Around, report: Report): NodeGroup[] {
  reportTwins(input.read.map(({ item, index }) => ({ name: item.name, path: ['nodeGroups', index, 'name'] })), 'node group', report);
  const groups = input.read.map(({ item, index }) => resolveGroup(item, ['nodeGroups', index], around, report));
  checkPrimaryAddresses(groups, around.subnets, report);
  return groups.sort(byName);
}

function resolveGroup(input: GroupInput, path: (string | number)[], around: Around, report: Report): NodeGroup {
  const { env, overrides } = resolveOverrides(around.texts, input.env, [...path, 'env'], report);
  const shapes = resolveShapes(input, path, env, around.cniVersion, report);
  const zones = resolveZones(input, path, around, report);
  if (env.AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG) for (const zone of zones) zone.eniConfig = resolveEniConfig(input, path, zone, shapes, env, around, report);
  return {
    name: input.name,
    shapes,
    zones,
    count: zones.reduce((sum, zone) => sum + zone.count, 0),
    labels: input.labels,
    annotations: input.annotations,
    taints: input.taints,
    env,
    overrides,
    launch: resolveLaunch(input.launch, path, report),
    interfaces: resolveInterfaces(input, path, shapes, report),
    cordonAtMs: input.cordonAt ?? FOREVER,
    terminateAtMs: input.terminateAt ?? FOREVER,
  };
}

function resolveLaunch(input: GroupInput['launch'], path: Path, report: Report): Launch {
  const defaults = ec2Defaults().launch;
  const state = input.state ?? (input.at > 0 || input.pace !== undefined ? 'launching' : 'settled');
  if (state === 'settled' && input.at > 0) report([...path, 'launch', 'at'], { found: 'a launch time of nodes that exist from the start', expected: 'state: launching beside at' });
  if (state === 'settled' && input.pace !== undefined) report([...path, 'launch', 'pace'], { found: 'a launch pace of nodes that exist from the start', expected: 'state: launching beside pace' });
  return { state, atMs: input.at, pacePerMinute: input.pace ?? FOREVER, registered: input.registered ?? defaults.registered, agentStart: input.agentStart ?? defaults.agentStart };
}

/** Decides whether ipamd manages an ENI (awsutils.go: eniNoManageTagKey). */
const NO_MANAGE_TAG = 'node.k8s.amazonaws.com/no_manage';

function resolveInterfaces({ interfaces }: GroupInput, path: Path, shapes: readonly NodeShape[], report: Report): OtherInterface[] {
  for (const { instanceType, networkCards, ipv4PerEni } of shapes) {
    if (interfaces.length >= networkCards[0]) report([...path, 'interfaces'], { found: `${interfaces.length} ENIs beside the primary one on ${instanceType}`, expected: `at most ${networkCards[0] - 1}` });
    interfaces.forEach(({ secondaryIps }, i) => {
      if (secondaryIps >= ipv4PerEni) report([...path, 'interfaces', i, 'secondaryIps'], { found: `${secondaryIps} secondary addresses on an ENI of ${instanceType}`, expected: `at most ${ipv4PerEni - 1}` });
    });
  }
  return interfaces.map(({ secondaryIps, tags }) => ({ secondaryIps, noManage: tags[NO_MANAGE_TAG] ?? null }));
}

// ---------------------------------------------------------------------------------------------------------------- shapes

function resolveShapes(input: GroupInput, path: Path, env: EnvValues, cniVersion: string, report: Report): NodeShape[] {
  const given = [input.instanceType, input.instanceTypes].filter(value => value !== undefined);
  if (given.length === 2) report([...path, 'instanceTypes'], { found: 'both instanceType and instanceTypes', expected: 'one of them' });
  const complete = input.limits?.cpu !== undefined && input.limits.memory !== undefined;
  if (given.length === 0 && !complete) report(path, { found: 'no instanceType', expected: 'instanceType, or instanceTypes, or limits with enis, ipv4PerEni, cpu and memory' });
  const types = input.instanceTypes ?? [{ type: input.instanceType ?? 'made-up', weight: 1 }];
  return types.flatMap(({ type, weight }, t) => {
    const at = input.instanceTypes ? [...path, 'instanceTypes', t] : input.instanceType === undefined ? path : [...path, 'instanceType'];
    const limits = findLimits(type);
    if (!limits && !complete) {
      const meant = given.length === 0 ? undefined : suggestType(type);
      if (given.length > 0) report(at, { found: JSON.stringify(type), expected: 'a known instance type', suggestion: meant === undefined ? undefined : `did you mean "${meant}"?` });
      return [];
    }
    const shape = shapeOf(type, weight, limits, input, at, path, env, cniVersion, report);
    return shape ? [shape] : [];
  });
}

function shapeOf(type: string, weight: number, limits: InstanceLimits | undefined, input: GroupInput, at: Path, path: Path, env: EnvValues, cniVersion: string, report: Report): NodeShape | null {
  const made = input.limits;
  const enis = made?.enis ?? limits?.enis ?? 0;
  const ipv4PerEni = made?.ipv4PerEni ?? limits?.ipv4PerEni ?? 0;
  const hypervisor = limits ? (limits.hypervisor ?? 'unknown') : 'nitro';
  const bareMetal = limits?.bareMetal ?? false;
  const vcpus = made?.cpu === undefined ? (limits?.vcpus ?? null) : Math.ceil(made.cpu / 1000);
  const partly = { enis, ipv4PerEni, hypervisor: limits?.hypervisor ?? (limits ? null : ('nitro' as const)), vcpus };
  const maxPods = resolveMaxPods(type, partly, made !== undefined, input.maxPods, env, cniVersion, path, report);
  if (maxPods === null) return null;
  const fromType = limits?.vcpus && limits.memoryMiB ? allocatable(limits.vcpus, limits.memoryMiB, limits.arch, maxPods.count) : null;
  if (!fromType && (made?.cpu === undefined || made.memory === undefined)) {
    report(at, { found: `${type}, whose CPU and memory are not published`, expected: 'limits with cpu and memory beside this type' });
    return null;
  }
  const shape: NodeShape = {
    instanceType: type,
    weight,
    enis,
    ipv4PerEni,
    networkCards: made || !limits ? [enis] : limits.networkCards.map(card => card.maxEnis),
    hypervisor,
    bareMetal,
    trunkCompatible: limits?.trunking.ipamd ?? true,
    branchEnis: limits?.trunking.resourceController ? (limits.branchInterfaces ?? 0) : 0,
    maxPods: maxPods.count,
    maxPodsSource: maxPods.source,
    cpuMilli: made?.cpu ?? fromType?.cpuMilli ?? 0,
    memoryMib: made?.memory ?? fromType?.memoryMib ?? 0,
    gpuMilli: made?.gpu ?? (limits?.gpuCount ?? 0) * 1000,
  };
  checkDensity(shape, vcpus, env, input.maxPods, path, report);
  if (env.ENABLE_PREFIX_DELEGATION && !supportsPrefixes(shape)) report(at, { found: `${type} with prefix delegation`, expected: 'a nitro or bare-metal type; ipamd falls back to secondary IPs without a word', severity: 'warning' });
  if (env.ENABLE_POD_ENI && limits && !limits.knownToResourceController) report(at, { found: `${type} with ENABLE_POD_ENI`, expected: 'a type that the resource controller knows; it refuses nodes of others', severity: 'warning' });
  return shape;
}

const supportsPrefixes = ({ hypervisor, bareMetal }: NodeShape) => hypervisor === 'nitro' || bareMetal;

type Counted = { readonly count: number; readonly source: NodeShape['maxPodsSource'] };

function resolveMaxPods(
  type: string, limits: Pick<InstanceLimits, 'enis' | 'ipv4PerEni' | 'hypervisor' | 'vcpus'>, madeUp: boolean, asked: GroupInput['maxPods'], env: EnvValues, cniVersion: string, path: Path, report: Report,
): Counted | null {
  if (typeof asked === 'number') return { count: asked, source: 'given' };
  if (asked === 'cni') return { count: maxPodsOfCni(limits), source: 'cni' };
  if (asked === 'nodeadm' || (typeof asked === 'object' && 'nodeadm' in asked)) {
    const expression = typeof asked === 'object' ? asked.nodeadm : '';
    return { count: madeUp ? maxPodsByExpression(limits, expression) : maxPodsOfNodeadm(type, expression), source: 'nodeadm' };
  }
  if (asked === 'karpenter' || typeof asked === 'object') {
    const count = maxPodsOfKarpenter(limits, typeof asked === 'object' ? asked.karpenter.reservedEnis : 0);
    if (count > 0) return { count, source: 'karpenter' };
    report([...path, 'maxPods'], { found: `every ENI of ${type} reserved`, expected: 'an ENI left for pods' });
    return null;
  }
  const cniMaxEni = env.MAX_ENI >= 1 ? env.MAX_ENI : null;
  const count = maxPodsOfScript(limits, { prefixDelegation: env.ENABLE_PREFIX_DELEGATION, customNetworking: env.AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG, cniVersion, cniMaxEni, showMaxAllowed: false });
  if (count !== null && count > 0) return { count, source: 'ami-script' };
  report([...path, 'maxPods'], { found: `no answer of the AMI script for ${type} and CNI ${cniVersion}`, expected: 'another source, or a number' });
  return null;
}

const HOST_NETWORK_PODS = 2;

/** Pods that find an address when every slot is in use, with the two on the host network that the formulas count. */
function density(shape: NodeShape, env: EnvValues): number {
  const enis = env.MAX_ENI >= 1 ? Math.min(env.MAX_ENI, shape.enis) : shape.enis;
  const usable = enis - (env.AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG ? 1 : 0) - (env.ENABLE_POD_ENI && shape.trunkCompatible ? 1 : 0);
  const perSlot = env.ENABLE_PREFIX_DELEGATION && supportsPrefixes(shape) ? 16 : 1;
  return Math.max(0, usable) * (shape.ipv4PerEni - 1) * perSlot + HOST_NETWORK_PODS;
}

function checkDensity(shape: NodeShape, vcpus: number | null, env: EnvValues, asked: GroupInput['maxPods'], path: Path, report: Report): void {
  if (env.ENABLE_IPv6) return;
  const at = [...path, 'maxPods'];
  const most = density(shape, env);
  const told = typeof asked === 'number' ? '' : ` (${shape.maxPodsSource})`;
  if (shape.maxPods > most)
    report(at, { found: `${shape.maxPods} pods${told} on ${shape.instanceType}, which has addresses for ${most - HOST_NETWORK_PODS}`, expected: `at most ${most}: pods beyond it wait for an address`, severity: 'warning' });
  const advised = Math.min(most, (vcpus ?? 0) > 30 ? 250 : 110);
  if (env.ENABLE_PREFIX_DELEGATION && supportsPrefixes(shape) && shape.maxPods <= maxPodsOfCni(shape) && shape.maxPods < advised)
    report(at, { found: `${shape.maxPods} pods${told} on ${shape.instanceType}, as for secondary IPs`, expected: `${advised}, or prefix delegation's density does not show`, suggestion: `maxPods: ${advised}`, severity: 'warning' });
}

// ---------------------------------------------------------------------------------------------------------------- zones and subnets

function resolveZones(input: GroupInput, path: (string | number)[], around: Around, report: Report): Mutable<ZoneShare>[] {
  const { zones, subnets } = around;
  const named = input.subnets?.map((name, s) => indexOf(name, subnets, around.subnetNames, 'subnet', [...path, 'subnets', s], report)).filter(index => index >= 0);
  named?.forEach((index, s) => {
    if (subnets[index].role === 'pod') report([...path, 'subnets', s], { found: `${subnets[index].name}, whose role is pod`, expected: 'a subnet of role node or shared' });
  });
  const inZone = (zone: number) => {
    if (named) return named.filter(index => subnets[index].zone === zone);
    const here = subnets.flatMap((subnet, index) => (subnet.zone === zone ? [index] : []));
    const nodes = here.filter(index => subnets[index].role === 'node');
    return nodes.length > 0 ? nodes : here.filter(index => subnets[index].role === 'shared');
  };
  const perZone = input.countPerZone;
  const wanted = input.zones
    ? input.zones.map((name, z) => indexOf(name, zones, [], 'zone', [...path, 'zones', z], report)).filter(zone => zone >= 0)
    : typeof perZone === 'object'
      ? Object.keys(perZone).map(name => indexOf(name, zones, [], 'zone', [...path, 'countPerZone', name], report)).filter(zone => zone >= 0)
      : zones.map((_, zone) => zone).filter(zone => inZone(zone).length > 0);
  const chosen = [...new Set(wanted)].sort((a, b) => a - b);

  if ((input.count === undefined) === (perZone === undefined)) report(path, { found: perZone === undefined ? 'no count' : 'both count and countPerZone', expected: 'one of count and countPerZone' });
  if (chosen.length === 0 && around.subnetNames.length === subnets.length && subnets.every(subnet => subnet.zone >= 0)) report(path, { found: 'no zone for its nodes', expected: 'a zone with a subnet of role node or shared' });
  if (typeof perZone === 'object') {
    for (const name of Object.keys(perZone)) if (input.zones && !input.zones.includes(name)) report([...path, 'countPerZone', name], { found: `a count for ${name}, which is not among the group's zones`, expected: input.zones.join(', '), suggestion: didYouMean(name, input.zones) });
  }
  return chosen.map((zone, z) => {
    const share: Mutable<ZoneShare> = { zone, count: 0, subnets: inZone(zone), eniConfig: -1 };
    if (perZone !== undefined) share.count = typeof perZone === 'number' ? perZone : (perZone[zones[zone].name] ?? 0);
    else share.count = Math.floor((input.count ?? 0) / chosen.length) + (z < (input.count ?? 0) % chosen.length ? 1 : 0);
    if (share.subnets.length === 0 && around.subnetNames.length === subnets.length) report(path, { found: `no subnet for nodes in ${zones[zone].name}`, expected: 'a subnet of role node or shared there' });
    return share;
  });
}

/** Nodes that are there at the start need an address of their own there. */
function checkPrimaryAddresses(groups: readonly NodeGroup[], subnets: readonly Subnet[], report: Report): void {
  const nodes = subnets.map(() => 0), addresses = subnets.map(() => 0);
  for (const group of groups) {
    if (group.launch.state !== 'settled' || group.zones.length === 0 || group.shapes.length === 0 || group.zones.some(zone => zone.subnets.length === 0)) continue;
    const own = group.interfaces.reduce((sum, { secondaryIps }) => sum + 1 + secondaryIps, 1);
    for (const subnet of layOut(group, group.count).subnet) {
      nodes[subnet]++;
      addresses[subnet] += own;
    }
  }
  subnets.forEach((subnet, s) => {
    const held = subnet.held.filter(entry => entry.atMs === 0).reduce((sum, { what }) => sum + (what.kind === 'count' ? what.count : what.addresses.length), 0);
    const room = subnet.cidr.size - RESERVED_ADDRESSES - held;
    const told = addresses[s] > nodes[s] ? `, ${addresses[s]} addresses with their other ENIs,` : '';
    if (addresses[s] > room) report(['nodeGroups'], { found: `${nodes[s]} nodes${told} at the start in subnet ${subnet.name}`, expected: `at most ${Math.max(0, room)}: ${subnet.cidr.text} has no more addresses` });
  });
}

// ---------------------------------------------------------------------------------------------------------------- ENIConfig

/** Decides whether subnet discovery may use a subnet (awsutils.go: ValidSubnetTagsMatchingClusterName). */
export const ROLE_TAG = 'kubernetes.io/role/cni';
const OVERRIDING_LABEL = 'vpc.amazonaws.com/externalEniConfig';

/** The index of the ENIConfig that nodes of this zone resolve to, by ipamd's rule (eniconfig.go: GetNodeSpecificENIConfigName). */
function resolveEniConfig(input: GroupInput, path: (string | number)[], share: ZoneShare, shapes: readonly NodeShape[], env: EnvValues, around: Around, report: Report): number {
  const zone = around.zones[share.zone].name;
  const labels: Record<string, string> = { 'topology.kubernetes.io/zone': zone, 'failure-domain.beta.kubernetes.io/zone': zone, ...input.labels };
  if (shapes.length === 1) labels['node.kubernetes.io/instance-type'] ??= shapes[0].instanceType;
  const [annotation, label] = [env.ENI_CONFIG_ANNOTATION_DEF, env.ENI_CONFIG_LABEL_DEF];
  const name = labels[OVERRIDING_LABEL] ?? input.annotations[annotation] ?? labels[label] ?? 'default';
  const index = around.eniConfigs.findIndex(config => config.name === name);
  if (index < 0) {
    if (!around.eniConfigNames.includes(name)) {
      const names = around.eniConfigs.map(config => config.name);
      report(path, {
        found: `no ENIConfig "${name}", which its nodes in ${zone} ask for`,
        expected: names.length > 0 ? `one of ${names.join(', ')}: by annotation ${annotation} or label ${label}` : 'an ENIConfig of that name in eniConfigs',
        suggestion: names.includes(zone) && label !== 'topology.kubernetes.io/zone' ? 'set cni.env.ENI_CONFIG_LABEL_DEF to topology.kubernetes.io/zone' : didYouMean(name, names),
      });
    }
    return -1;
  }
  const subnet = around.subnets[around.eniConfigs[index].subnet];
  if (subnet && subnet.zone >= 0 && subnet.zone !== share.zone)
    report(path, { found: `ENIConfig "${name}" with subnet ${subnet.name} of ${around.zones[subnet.zone].name} for nodes in ${zone}`, expected: "a subnet of the node's own zone: EC2 attaches no other" });
  if (subnet && env.ENABLE_SUBNET_DISCOVERY && subnet.tags[ROLE_TAG] === '0')
    report(path, { found: `ENIConfig "${name}" with subnet ${subnet.name}, tagged ${ROLE_TAG}=0`, expected: 'another subnet or no tag: with subnet discovery on its ENIs count as excluded and give no addresses', severity: 'warning' });
  return index;
}
