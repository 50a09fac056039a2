/**
 * Density: the max pods of an instance type by every program that has an opinion, in one mode of networking, and why they differ.
 *
 * Why     The number that a node ends up with depends on who was asked, and most of those who are asked do not know the mode.
 * Shape   `cni`: the file in the CNI's repository; `ami-script`: max-pods-calculator.sh of the AL2 AMI; `nodeadm`: AL2023; `karpenter`.
 *         `addresses` is no opinion but a bound: what ipamd can give to pods in this mode, plus the two on the host network that every formula adds.
 * Source  As in maxPods.ts; the bounds from branch-eni-spec §7 (a trunk takes an ENI; under custom networking the primary gives no addresses).
 */
import { type InstanceLimits, instanceTypes } from './limits.ts';
import type { InstanceTable } from './instanceTypes.ts';
import { maxPodsByExpression, maxPodsOfCni, maxPodsOfKarpenter, maxPodsOfNodeadm, maxPodsOfScript } from './maxPods.ts';

export const BELIEVERS = ['cni', 'ami-script', 'nodeadm', 'karpenter'] as const;
export type Believer = (typeof BELIEVERS)[number];
export const POD_MODES = ['secondary', 'prefix', 'custom', 'custom+prefix', 'sgp'] as const;
export type PodMode = (typeof POD_MODES)[number];

export interface DensityOptions {
  readonly mode: PodMode;
  /** As the AMI script is told; prefixes count from 1.9 on. */
  readonly cniVersion: string;
  /** Karpenter's RESERVED_ENIS. */
  readonly reservedEnis: number;
  readonly believe: readonly Believer[];
}

export interface Density {
  readonly type: string;
  /** null: the program fails. */
  readonly maxPods: Readonly<Partial<Record<Believer, number | null>>>;
  /** Pods that ipamd can serve, with two on the host network. */
  readonly addresses: number;
  /** Branch ENIs besides, in mode sgp; null: unknown. */
  readonly branchEnis: number | null;
  /** Why the answers differ from each other or from what ipamd can serve; empty when all agree. */
  readonly why: readonly string[];
}

const usesPrefixes = (mode: PodMode) => mode === 'prefix' || mode === 'custom+prefix';
const isCustom = (mode: PodMode) => mode === 'custom' || mode === 'custom+prefix';

/** What ipamd can give: the default card's ENIs, less the primary under custom networking, less the trunk. */
function addressesOf({ enis, ipv4PerEni, hypervisor, bareMetal, trunking }: InstanceLimits, mode: PodMode): number {
  const taken = (isCustom(mode) ? 1 : 0) + (mode === 'sgp' && trunking.ipamd ? 1 : 0);
  const perSlot = usesPrefixes(mode) && (hypervisor === 'nitro' || bareMetal) ? 16 : 1;
  return Math.max(0, enis - taken) * (ipv4PerEni - 1) * perSlot;
}

function maxPodsOf(type: string, limits: InstanceLimits, believer: Believer, { mode, cniVersion, reservedEnis }: DensityOptions): number | null {
  switch (believer) {
    case 'cni': return maxPodsOfCni(limits);
    case 'ami-script': return maxPodsOfScript(limits, {
      prefixDelegation: usesPrefixes(mode), customNetworking: isCustom(mode), cniVersion, cniMaxEni: null, showMaxAllowed: false,
    });
    case 'nodeadm': return instanceTypes().has(type) ? maxPodsOfNodeadm(type) : maxPodsByExpression(limits, ''); // a type of EC2's answer: it asks EC2
    case 'karpenter': return maxPodsOfKarpenter(limits, reservedEnis);
  }
}

/** Every believer's answer for these types. */
export function densities(types: readonly (readonly [name: string, limits: InstanceLimits])[], options: DensityOptions): Density[] {
  return types.map(([type, limits]) => {
    const maxPods = Object.fromEntries(options.believe.map(believer => [believer, maxPodsOf(type, limits, believer, options)] as const));
    const addresses = addressesOf(limits, options.mode) + 2;
    const branchEnis = options.mode === 'sgp' ? limits.branchInterfaces : null;
    return { type, maxPods, addresses, branchEnis, why: reasons(type, limits, maxPods, addresses + (branchEnis ?? 0), options) };
  });
}

function reasons(
  type: string, limits: InstanceLimits, maxPods: Density['maxPods'], bound: number, { mode, cniVersion, reservedEnis }: DensityOptions,
): string[] {
  const why: string[] = [];
  const formula = maxPodsOfCni(limits);
  const script = maxPods['ami-script'];
  if (script === null) why.push(`ami-script fails: it cannot read --cni-version ${cniVersion}`);
  else if (script !== undefined && script !== formula) {
    const ceiling = (limits.vcpus ?? 0) > 30 ? 250 : 110;
    const uncapped = maxPodsOfScript(limits, { prefixDelegation: usesPrefixes(mode), customNetworking: isCustom(mode), cniVersion, cniMaxEni: null, showMaxAllowed: true });
    if (isCustom(mode)) why.push('ami-script: under custom networking the primary ENI gives no addresses');
    if (usesPrefixes(mode) && uncapped !== null && uncapped > formula) why.push('ami-script counts 16 addresses a slot');
    if (uncapped !== null && uncapped > ceiling) why.push(`ami-script stops at ${ceiling} (${ceiling === 110 ? 'up to 30 vCPU' : 'above 30 vCPU'})`);
  }
  if (usesPrefixes(mode) && script !== undefined && limits.bareMetal) why.push('ami-script takes bare metal for a type without prefixes; ipamd does not');
  if (maxPods.nodeadm !== undefined && maxPods.nodeadm !== formula) why.push(`nodeadm's table lacks ${type}: kubelet's default holds`);
  if (maxPods.karpenter !== undefined && maxPods.karpenter !== formula) why.push(`karpenter leaves out ${reservedEnis} reserved ENI${reservedEnis === 1 ? '' : 's'}`);
  const blind = (['cni', 'nodeadm', 'karpenter'] as const).filter(believer => (maxPods[believer] ?? 0) > bound);
  if (blind.length > 0) why.push(`${blind.join(', ')}: more than there are addresses for in this mode, ${bound}`);
  if (mode === 'sgp' && !limits.trunking.ipamd) why.push(`${type} has no trunk: no pod gets its own security groups`);
  return why;
}

// ---------------------------------------------------------------- cases

/** A case as test files have it: what a real program answered. */
interface Case {
  readonly tool: string;
  readonly type: string;
  readonly maxPods: number | null;
  readonly expression?: string;
  readonly reservedEnis?: number;
  readonly prefixDelegation?: boolean;
  readonly customNetworking?: boolean;
  readonly cniVersion?: string;
  readonly cniMaxEni?: number | null;
  readonly showMaxAllowed?: boolean;
}

export interface CaseDifference { readonly index: number; readonly tool: string; readonly type: string; readonly expected: number | null; readonly actual: number | null | undefined }
export interface CaseReport { readonly count: number; readonly agreeing: number; readonly differences: readonly CaseDifference[] }

export class CasesError extends Error {
  override name = 'CasesError';
}

/** Compares a file of cases (a list, or an object with `cases`) with our answers. A tool or type that we do not know counts as a difference. */
export function checkCases(json: string, table: InstanceTable = instanceTypes()): CaseReport {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch (error) {
    throw new CasesError(`not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const list = Array.isArray(parsed) ? parsed : typeof parsed === 'object' && parsed !== null && 'cases' in parsed ? parsed.cases : undefined;
  if (!Array.isArray(list)) throw new CasesError('expected a list of cases, or an object with "cases"');
  const cases = list as Case[];
  const differences = cases.flatMap((each, index): CaseDifference[] => {
    const actual = answer(each, table);
    return actual === each.maxPods ? [] : [{ index, tool: each.tool, type: each.type, expected: each.maxPods, actual }];
  });
  return { count: cases.length, agreeing: cases.length - differences.length, differences };
}

function answer(each: Case, table: InstanceTable): number | null | undefined {
  if (each.tool === 'nodeadm') return maxPodsOfNodeadm(each.type, each.expression);
  const limits = table.get(each.type);
  if (!limits) return undefined;
  if (each.tool === 'karpenter') return maxPodsOfKarpenter(limits, each.reservedEnis);
  if (each.tool !== 'max-pods-calculator') return undefined;
  const { prefixDelegation = false, customNetworking = false, cniVersion = '', cniMaxEni = null, showMaxAllowed = false } = each;
  return maxPodsOfScript(limits, { prefixDelegation, customNetworking, cniVersion, cniMaxEni, showMaxAllowed });
}
