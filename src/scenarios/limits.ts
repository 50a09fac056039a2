/**
 * Limits: what each EC2 instance type may have, as the programs that ask believe it.
 *
 * Why     One dated file, never numbers in code: the origin of each group of fields stands in it.
 * Shape   `data/instance-limits.json`: sources, count, types by name. Read once, when first asked.
 * Source  See `sources` in the file.
 */
import { existsSync, readFileSync } from 'node:fs';
import { closest } from './closest.ts';

export type InstanceLimits = {
  /** ENIs of the default network card: what ipamd and max-pods formulas use. */
  readonly enis: number;
  /** ENIs over all network cards: EC2's MaximumNetworkInterfaces. */
  readonly enisTotal: number;
  /** IPv4 addresses of an ENI, its own included. */
  readonly ipv4PerEni: number;
  readonly defaultNetworkCard: number;
  readonly networkCards: readonly { readonly index: number; readonly maxEnis: number }[];
  /** null: EC2 gives no hypervisor, as for bare metal. */
  readonly hypervisor: 'nitro' | 'xen' | 'unknown' | null;
  readonly bareMetal: boolean;
  /** ipamd: would reserve a slot for a trunk. resourceController: null = it does not know the type and refuses the node. */
  readonly trunking: { readonly ipamd: boolean; readonly resourceController: boolean | null; readonly karpenter: number | null };
  readonly branchInterfaces: number | null;
  readonly knownToResourceController: boolean;
  /** These four are null where Karpenter's document does not list the type. */
  readonly vcpus: number | null;
  readonly memoryMiB: number | null;
  readonly arch: 'amd64' | 'arm64' | null;
  readonly gpuCount?: number | null;
};

/** Path of a file in `data/`, from the sources (src/scenarios) and from the built program (dist) alike. */
export function dataFile(name: string): URL {
  const near = new URL(`../data/${name}`, import.meta.url);
  return existsSync(near) ? near : new URL(`../../data/${name}`, import.meta.url);
}

let types: Map<string, InstanceLimits> | undefined;

/** Every known type by name, in the file's order (alphabetical). */
export function instanceTypes(): ReadonlyMap<string, InstanceLimits> {
  if (!types) {
    const file = JSON.parse(readFileSync(dataFile('instance-limits.json'), 'utf8')) as { types: Record<string, InstanceLimits> };
    types = new Map(Object.entries(file.types));
  }
  return types;
}

/** The limits of one type, or undefined if no source knows it. */
export const findLimits = (instanceType: string): InstanceLimits | undefined => instanceTypes().get(instanceType);

/** ipamd's test for prefix delegation (ipamd.go: isConfigValid). A type that no source knows is newer than the table, and new types are nitro. */
export function isPrefixCapable(instanceType: string): boolean {
  const limits = findLimits(instanceType);
  return !limits || limits.hypervisor === 'nitro' || limits.bareMetal;
}

/** What the resource controller goes by: the branch ENIs it may create and the device slots it counts. Undefined: it refuses the node. */
export function controllerLimits(instanceType: string): { readonly branchLimit: number; readonly devices: number } | undefined {
  const limits = findLimits(instanceType);
  if (!limits?.trunking.resourceController || limits.branchInterfaces === null) return undefined;
  return { branchLimit: limits.branchInterfaces, devices: Math.min(limits.enis, limits.enisTotal) };
}

/** The type that a mistyped name most probably meant: of the same family and of the same size first. */
export function suggestType(instanceType: string): string | undefined {
  const [family, size] = instanceType.toLowerCase().split('.');
  const names = [...instanceTypes().keys()];
  return (
    closest(instanceType, names.filter(name => name.startsWith(`${family}.`))) ??
    closest(instanceType, names.filter(name => name.endsWith(`.${size}`))) ??
    closest(instanceType, names)
  );
}
