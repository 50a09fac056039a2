/**
 * Max pods: how many pods kubelet is told to accept, by the programs that decide it, and what they reserve of CPU and memory for it.
 *
 * Why     It is an input of ipamd, not a result: growth stops there. Each program has its own rule, and none of them but the old AMI
 *         script knows prefix delegation or custom networking.
 * Units   Milli-CPU, MiB.
 * Errors  maxPodsOfScript returns null where the script would end with an error.
 * Source  nodeadm: amazon-eks-ami v20260714 nodeadm/internal/kubelet/eni_max_pods.go (CalcMaxPods). Script: amazon-eks-ami
 *         files/max-pods-calculator.sh as last published. Karpenter: karpenter-provider-aws pkg/providers/instancetype/types.go
 *         (ENILimitedPods, kubeReservedResources, memory). CNI: amazon-vpc-cni-k8s v1.23.1 scripts/gen_vpc_ip_limits.go.
 */
import { CelError, evaluateCel, toInt } from './cel.ts';
import { findLimits, type InstanceLimits } from './limits.ts';

type Shape = Pick<InstanceLimits, 'enis' | 'ipv4PerEni'>;

const PREFIX = 16;
const KUBELET_DEFAULT = 110;
const INT32_MAX = 2 ** 31 - 1;

/** ENIs x (addresses per ENI - 1) + 2: what the CNI's own file holds, whatever the mode. */
export const maxPodsOfCni = ({ enis, ipv4PerEni }: Shape): number => enis * (ipv4PerEni - 1) + 2;

/** Types that nodeadm's own table lacks although EC2 has them; on a node it would ask EC2, and if that fails kubelet's 110 holds. */
const UNKNOWN_TO_NODEADM = /^(?:[cm](?:7g|8g)-flex\..*|m7g-flex\..*|c7i\.32xlarge|f1\..*|i3\.metal|p3\.(?:2|8|16)xlarge)$/;

/** nodeadm: the same formula, or a CEL expression over default_enis, ips_per_eni and max_pods; any error in it means the formula. */
export function maxPodsOfNodeadm(instanceType: string, expression = ''): number {
  const limits = findLimits(instanceType);
  if (!limits || UNKNOWN_TO_NODEADM.test(instanceType)) return KUBELET_DEFAULT;
  return maxPodsByExpression(limits, expression);
}

/** nodeadm's rule for a shape that it knows. */
export function maxPodsByExpression(shape: Shape, expression: string): number {
  const standard = maxPodsOfCni(shape);
  if (expression === '') return standard;
  try {
    const asked = toInt(evaluateCel(expression, { default_enis: shape.enis, ips_per_eni: shape.ipv4PerEni, max_pods: standard }));
    return asked > 0n && asked <= INT32_MAX ? Number(asked) : standard;
  } catch (error) {
    if (error instanceof CelError) return standard; // nodeadm logs a warning and goes on
    throw error;
  }
}

/** Karpenter: the formula over the ENIs that are not reserved; 0 if none is left. */
export function maxPodsOfKarpenter({ enis, ipv4PerEni }: Shape, reservedEnis = 0): number {
  const usable = Math.max(0, enis - reservedEnis);
  return usable === 0 ? 0 : usable * (ipv4PerEni - 1) + 2;
}

export type ScriptOptions = {
  readonly prefixDelegation: boolean;
  readonly customNetworking: boolean;
  /** Text after --cni-version. */
  readonly cniVersion: string;
  /** --cni-max-eni; null = not given. */
  readonly cniMaxEni: number | null;
  /** --show-max-allowed: without the ceiling of 110 (up to 30 vCPU) or 250. */
  readonly showMaxAllowed: boolean;
};

/** The AMI's max-pods-calculator.sh, or null where it fails. It counts the ENIs of the default network card, and prefixes on nitro only: not on bare metal. */
export function maxPodsOfScript(limits: Pick<InstanceLimits, 'enis' | 'ipv4PerEni' | 'hypervisor' | 'vcpus'>, options: ScriptOptions): number | null {
  const [major, minor] = options.cniVersion.split('.').map(part => (/^[0-9]+$/.test(part) ? Number(part) : NaN));
  // The shell reads a word such as v1 as the name of a variable, which is not set.
  if (Number.isNaN(major) || (!(major > 1) && major === 1 && (minor === undefined || Number.isNaN(minor)))) return null;
  if (options.cniVersion.split('.').length < 2) return null;
  const supportsPrefixes = major > 1 || (major === 1 && minor > 8);
  const capped = options.cniMaxEni === null ? limits.enis : Math.min(options.cniMaxEni, limits.enis);
  const enis = capped - (options.customNetworking ? 1 : 0);
  const prefixes = limits.hypervisor === 'nitro' && options.prefixDelegation && supportsPrefixes;
  const allowed = enis * (limits.ipv4PerEni - 1) * (prefixes ? PREFIX : 1) + 2;
  if (options.showMaxAllowed) return allowed;
  // Without a number of vCPUs its comparison fails, and so counts as not above 30.
  return Math.min(allowed, (limits.vcpus ?? 0) > 30 ? 250 : 110);
}

// ---------------------------------------------------------------------------------------------------------------- reserved resources

/** kube-reserved memory of nodeadm and Karpenter, in MiB. */
export const kubeReservedMemoryMib = (maxPods: number): number => 11 * maxPods + 255;

/** kube-reserved CPU: 6 % of the first core, 1 % of the second, 0.5 % of the next two, 0.25 % of the rest. In milli-CPU, rounded down. */
export function kubeReservedCpuMilli(cpuMilli: number): number {
  const bands: readonly (readonly [upTo: number, perTenThousand: number])[] = [[1000, 600], [2000, 100], [4000, 50], [Infinity, 25]];
  let from = 0;
  let sum = 0;
  for (const [upTo, share] of bands) {
    if (cpuMilli > from) sum += (Math.min(cpuMilli, upTo) - from) * share;
    from = upTo;
  }
  return Math.floor(sum / 10_000);
}

const EVICTION_MIB = 100;
const ARM_RESERVED_MIB = 64;

/**
 * What a node offers to pods: capacity less kube-reserved and the eviction threshold. Memory that EC2 names is more than the kernel sees: as
 * Karpenter, we take off a share (its VM_MEMORY_OVERHEAD_PERCENT, 0.075) and 64 MiB on arm64 before it.
 */
export function allocatable(vcpus: number, memoryMib: number, arch: 'amd64' | 'arm64' | null, maxPods: number, overhead = 0.075) {
  const cpuMilli = vcpus * 1000;
  const seen = memoryMib - (arch === 'arm64' ? ARM_RESERVED_MIB : 0);
  const visible = seen - Math.ceil(seen * overhead);
  return {
    cpuMilli: Math.max(0, cpuMilli - kubeReservedCpuMilli(cpuMilli)),
    memoryMib: Math.max(0, visible - kubeReservedMemoryMib(maxPods) - EVICTION_MIB),
  };
}
