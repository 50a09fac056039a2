/**
 * Instance types as a user asks for them: by name or pattern, with a saved answer of EC2 merged over the table.
 *
 * Why     The table is dated; `aws ec2 describe-instance-types` is of today. It has no branch limits, so the table's stay; of a type that the table
 *         lacks they are unknown, which ipamd takes for "trunks", and for which the resource controller refuses the node.
 * Source  EC2 API, DescribeInstanceTypes: InstanceTypeInfo.
 */
import { type InstanceLimits, instanceTypes, suggestType } from './limits.ts';

export type InstanceTable = ReadonlyMap<string, InstanceLimits>;

interface DescribedType {
  readonly InstanceType: string;
  readonly Hypervisor?: string;
  readonly BareMetal?: boolean;
  readonly VCpuInfo?: { readonly DefaultVCpus?: number };
  readonly MemoryInfo?: { readonly SizeInMiB?: number };
  readonly ProcessorInfo?: { readonly SupportedArchitectures?: readonly string[] };
  readonly GpuInfo?: { readonly Gpus?: readonly { readonly Count?: number }[] };
  readonly NetworkInfo: {
    readonly MaximumNetworkInterfaces: number;
    readonly Ipv4AddressesPerInterface: number;
    readonly DefaultNetworkCardIndex?: number;
    readonly NetworkCards?: readonly { readonly NetworkCardIndex: number; readonly MaximumNetworkInterfaces: number }[];
  };
}

/** What is wrong with a saved answer, as the user can mend it. */
export class InstanceTypesError extends Error {
  override name = 'InstanceTypesError';
}

/** The table with the types of a saved `aws ec2 describe-instance-types --output json` in front. */
export function mergeInstanceTypes(json: string, base: InstanceTable = instanceTypes()): InstanceTable {
  const merged = new Map(base);
  for (const type of describedTypes(json)) merged.set(type.InstanceType, limitsOf(type, base.get(type.InstanceType)));
  return new Map([...merged].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function describedTypes(json: string): readonly DescribedType[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch (error) {
    throw new InstanceTypesError(`not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const list = typeof parsed === 'object' && parsed !== null && 'InstanceTypes' in parsed ? parsed.InstanceTypes : undefined;
  if (!Array.isArray(list)) throw new InstanceTypesError('no "InstanceTypes": expected what `aws ec2 describe-instance-types --output json` prints');
  return list.map((type: Partial<DescribedType>, i) => {
    const { InstanceType: name, NetworkInfo: network } = type;
    if (typeof name !== 'string') throw new InstanceTypesError(`InstanceTypes[${i}] has no InstanceType`);
    if (!isCount(network?.MaximumNetworkInterfaces) || !isCount(network.Ipv4AddressesPerInterface)) {
      throw new InstanceTypesError(`InstanceTypes[${i}] (${name}): NetworkInfo lacks MaximumNetworkInterfaces or Ipv4AddressesPerInterface`);
    }
    return type as DescribedType;
  });
}

const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value) && value > 0;

function limitsOf(type: DescribedType, known: InstanceLimits | undefined): InstanceLimits {
  const { NetworkInfo: network } = type;
  const defaultNetworkCard = network.DefaultNetworkCardIndex ?? 0;
  const networkCards = (network.NetworkCards ?? []).map(card => ({ index: card.NetworkCardIndex, maxEnis: card.MaximumNetworkInterfaces }));
  const architecture = type.ProcessorInfo?.SupportedArchitectures?.includes('arm64') ? 'arm64' : 'amd64';
  const gpus = (type.GpuInfo?.Gpus ?? []).reduce((sum, { Count: count = 0 }) => sum + count, 0);
  return {
    enis: networkCards.find(({ index }) => index === defaultNetworkCard)?.maxEnis ?? network.MaximumNetworkInterfaces,
    enisTotal: network.MaximumNetworkInterfaces,
    ipv4PerEni: network.Ipv4AddressesPerInterface,
    defaultNetworkCard,
    networkCards,
    hypervisor: type.Hypervisor === 'nitro' || type.Hypervisor === 'xen' ? type.Hypervisor : null,
    bareMetal: type.BareMetal ?? false,
    trunking: known?.trunking ?? { ipamd: true, resourceController: null, karpenter: null },
    branchInterfaces: known?.branchInterfaces ?? null,
    knownToResourceController: known?.knownToResourceController ?? false,
    vcpus: type.VCpuInfo?.DefaultVCpus ?? known?.vcpus ?? null,
    memoryMiB: type.MemoryInfo?.SizeInMiB ?? known?.memoryMiB ?? null,
    arch: architecture,
    gpuCount: gpus,
  };
}

export interface Selection {
  readonly types: readonly (readonly [name: string, limits: InstanceLimits])[];
  /** Names that are none, with what was probably meant. */
  readonly unknown: readonly { readonly name: string; readonly suggestion: string | undefined }[];
}

/** The types of these names and patterns (`m5.*`), in the order asked for, each once. */
export function selectTypes(names: readonly string[], table: InstanceTable = instanceTypes()): Selection {
  const types = new Map<string, InstanceLimits>();
  const unknown: { name: string; suggestion: string | undefined }[] = [];
  for (const name of names) {
    const found = name.includes('*') ? [...table].filter(([each]) => matcher(name).test(each)) : [...table].filter(([each]) => each === name);
    if (found.length === 0) unknown.push({ name, suggestion: name.includes('*') ? undefined : suggestType(name) });
    for (const [each, limits] of found) types.set(each, limits);
  }
  return { types: [...types], unknown };
}

const matcher = (pattern: string) => new RegExp(`^${pattern.split('*').map(part => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`)).join('.*')}$`);
