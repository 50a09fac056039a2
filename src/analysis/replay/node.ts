/**
 * The one node of a trace: its block, its subnets, and the simulated AWS around it, as the trace's header says.
 *
 * Shape   Roomy: a store may hold more than an ENI's slots while metadata lists what EC2 has taken back, and no bound may decide an outcome.
 */
import { attach, hold } from '../../core/attached.ts';
import { clearBlock, createBlocks, ENI_PRIMARY, ENI_TAGGED, N, type Blocks } from '../../core/node.ts';
import {
  createSubnets, freeCount, freePrefixCount, LOWEST, pickableCount, release, takeAddress, takePrefix, takeSpecific, USE, useAt, type SingleUse, type SubnetIndex,
} from '../../core/subnet.ts';
import { assert } from '../../core/assert.ts';
import { NEVER, NONE, seconds, type Block, type Ms, type PodRow } from '../../core/units.ts';
import { E_CIDR_BLOCKS } from '../../engine/ipamd/calls.ts';
import { createSettings, type Settings } from '../../engine/ipamd/settings.ts';
import type { Ec2World } from '../../engine/ec2/effects.ts';
import { parseAddresses, parseIp } from './addresses.ts';
import type { Call, EnvironmentTexts, Fault, Header, Line } from './trace.ts';

/** aws-node's variables after parsing, as far as a trace can set them. */
export interface Environment {
  readonly WARM_ENI_TARGET: number;
  readonly WARM_IP_TARGET: number;
  readonly MINIMUM_IP_TARGET: number;
  readonly WARM_PREFIX_TARGET: number;
  readonly MAX_ENI: number;
  readonly IP_COOLDOWN_PERIOD: number;
  readonly ENABLE_PREFIX_DELEGATION: boolean;
  readonly AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: boolean;
  readonly ENABLE_SUBNET_DISCOVERY: boolean;
  readonly ENABLE_POD_ENI: boolean;
  readonly MANAGE_UNTAGGED_ENI: boolean;
  readonly AWS_MANAGE_ENIS_NON_SCHEDULABLE: boolean;
  readonly DISABLE_NETWORK_RESOURCE_PROVISIONING: boolean;
}

/** What a trace does not say and somebody else knows. */
export interface ReplayOptions {
  /** May the instance type have prefixes: is its hypervisor nitro, or is it bare metal? */
  readonly isPrefixCapable: (instanceType: string) => boolean;
  /** ipamd's reading of its environment. */
  readonly parseEnvironment: (texts: EnvironmentTexts) => Environment;
  /** The resource controller's limits: branch ENIs, and the device slots of the default card, which a header's count of all interfaces is not. */
  readonly controllerLimits?: (instanceType: string) => { readonly branchLimit: number; readonly devices: number } | undefined;
  /** Recount the engine's tables after every line. */
  readonly verify?: boolean;
  /** Walk as Go walks its maps, which no trace does: for tests of that order, where only what holds in any order can be checked. */
  readonly goMap?: boolean;
}

export interface Replay {
  readonly header: Header;
  readonly options: ReplayOptions;
  readonly b: Blocks;
  readonly n: Block;
  readonly world: Ec2World;
  /** Names by index; an ENIConfig may name one that does not exist, behind the others. */
  readonly subnetIds: readonly string[];
  readonly cniTags: (string | undefined)[];
  /** By subnet, addresses outside it that others "take": the recorded scripts do, and the simulated EC2 counted them all the same. */
  readonly strays: readonly Set<number>[];
  readonly faults: readonly Fault[];
  /** How often each fault point was reached. */
  readonly reached: Map<string, number>;
  settings: Settings;
  now: Ms;
  /** The calls of the running operation. */
  calls: Call[];
  readonly podRows: Map<string, PodRow>;
  /** Addresses that the annotation of branch pods has. */
  readonly branchIps: Map<string, string>;
}

export function createReplay(header: Header, lines: readonly Line[], options: ReplayOptions): Replay {
  const slots = header.limits.ipv4PerEni - 1;
  const roomy = 4 * slots + 8;
  const b = createBlocks({
    enis: 32, slots: roomy, attachedSlots: roomy, podLog: 0, scheduled: 0, restarts: 1,
    pods: Math.max(1, Math.min(1024, new Set(lines.map(({ pod }) => pod)).size)),
    cooling: 1 + lines.filter(({ op }) => op === 'del').length,
    cache: 16 + releasedCount(lines),
  }, 1);
  const n: Block = 0;
  clearBlock(b, n);
  const subnets = createSubnets(header.subnets.map(({ cidr }) => {
    const [base, length] = cidr.split('/');
    return { base: parseIp(base), prefixLength: Number(length) };
  }));
  const ids = header.subnets.map(({ id }) => id);
  const strange = Object.values(header.eniConfigs ?? {}).filter(id => !ids.includes(id));
  const replay: Replay = {
    header, options, b, n,
    world: { subnets, lowestFree: true, createWithoutFreeBlock: E_CIDR_BLOCKS },
    subnetIds: [...ids, ...new Set(strange)],
    cniTags: header.subnets.map(({ cniTag }) => cniTag),
    strays: header.subnets.map(() => new Set()),
    faults: header.faults ?? [],
    reached: new Map(),
    settings: settingsOf(header, header.env, options),
    now: 0,
    calls: [],
    podRows: new Map(),
    branchIps: new Map(),
  };
  setUp(replay);
  return replay;
}

/** How many CIDRs all release calls name: ipamd's cache of them has no bound. */
function releasedCount(lines: readonly Line[]): number {
  let count = 0;
  for (const { ec2 = [] } of lines) {
    for (const { ips } of ec2) if (Array.isArray(ips)) count += parseAddresses(ips).length;
  }
  return count;
}

export function settingsOf(header: Header, texts: EnvironmentTexts, { isPrefixCapable, parseEnvironment, goMap = false }: ReplayOptions): Settings {
  const env = parseEnvironment(texts);
  return createSettings({
    warmEniTarget: env.WARM_ENI_TARGET,
    warmIpTarget: env.WARM_IP_TARGET,
    minimumIpTarget: env.MINIMUM_IP_TARGET,
    warmPrefixTarget: env.WARM_PREFIX_TARGET,
    maxEni: env.MAX_ENI,
    prefixDelegation: env.ENABLE_PREFIX_DELEGATION,
    customNetworking: env.AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG,
    subnetDiscovery: env.ENABLE_SUBNET_DISCOVERY,
    podEni: env.ENABLE_POD_ENI,
    manageUntaggedEni: env.MANAGE_UNTAGGED_ENI,
    manageEnisNonSchedulable: env.AWS_MANAGE_ENIS_NON_SCHEDULABLE,
    provisioning: !env.DISABLE_NETWORK_RESOURCE_PROVISIONING,
    cooldownMs: seconds(env.IP_COOLDOWN_PERIOD),
    eniLimit: header.limits.enis,
    ipv4PerEni: header.limits.ipv4PerEni,
    prefixCapable: isPrefixCapable(header.instanceType),
    trunkingCompatible: header.trunkingCompatible,
    lowestFirst: !goMap,
    turnWorkMs: 0,
  });
}

/** The instance before ipamd's first start. */
function setUp(replay: Replay): void {
  const { header, b, n, world: { subnets }, subnetIds } = replay;
  const { w } = b;
  for (const [s, { used = [] }] of header.subnets.entries()) for (const ip of parseAddresses(used)) takeByOthers(replay, s, ip);
  w[n + N.maxPods] = header.maxPods;
  w[n + N.primarySubnet] = 0;
  const configName = header.eniConfig ?? 'default';
  const configSubnet = header.eniConfigs?.[configName];
  w[n + N.eniConfigNamed] = Number(configName !== 'default');
  w[n + N.eniConfigSubnet] = configSubnet === undefined ? NONE : subnetIds.indexOf(configSubnet);

  const take = (s: number, use: SingleUse) => {
    const offset = takeAddress(subnets, s, use, LOWEST);
    assert(offset >= 0, 'replay: the subnet has an address at the start');
    return (subnets.base[s] + offset) | 0;
  };
  const addEni = (number: number, flags: number, s: number) =>
    attach(b, n, number, number, flags, s, take(s, USE.eniPrimary), NEVER);
  const primary = addEni(0, ENI_PRIMARY, 0);
  for (const [i, { sub, ips, pfx }] of (header.preAttached ?? []).entries()) {
    const s = sub === '' ? 0 : subnetIds.indexOf(sub);
    const row = sub === '' && i === 0 ? primary : addEni(w[n + N.eniNumberNext], ENI_TAGGED, s);
    if (pickableCount(subnets, s) >= ips) for (let k = 0; k < ips; k++) hold(b, n, row, take(s, USE.secondary), false);
    if (freePrefixCount(subnets, s) < pfx) continue; // all or nothing, as everywhere
    for (let k = 0; k < pfx; k++) hold(b, n, row, (subnets.base[s] + takePrefix(subnets, s, LOWEST)) | 0, true);
  }
}

const isInside = ({ world: { subnets } }: Replay, s: SubnetIndex, ip: number) => ip >= subnets.base[s] && ip < subnets.base[s] + subnets.size[s];

/** Others take an address if it is free. */
export function takeByOthers(replay: Replay, s: SubnetIndex, ip: number): void {
  const { subnets } = replay.world;
  if (isInside(replay, s, ip)) takeSpecific(subnets, s, ip - subnets.base[s], USE.others);
  else replay.strays[s].add(ip);
}

/** Others give back an address if they hold it. */
export function releaseByOthers(replay: Replay, s: SubnetIndex, ip: number): void {
  const { subnets } = replay.world;
  if (!isInside(replay, s, ip)) replay.strays[s].delete(ip);
  else if (useAt(subnets, s, ip - subnets.base[s]) === USE.others) release(subnets, s, ip - subnets.base[s]);
}

/** free(subnet), which may fall below 0. */
export const countedFree = ({ world, strays }: Replay, s: SubnetIndex): number => freeCount(world.subnets, s) - strays[s].size;
