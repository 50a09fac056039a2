/**
 * The ConfigMap `kube-system/amazon-vpc-cni` as the controller reads it for Windows nodes.
 *
 * Source  amazon-vpc-resource-controller-k8s b8d4251 pkg/config/loader.go (ParseWinIPTargetConfigs, LoadResourceConfigFromConfigMap),
 *         pkg/condition/conditions.go, pkg/pool/utils.go (GetWinWarmPoolConfig).
 */
import { PREFIX_DEFAULTS, SECONDARY_DEFAULTS, type Targets } from './pool.ts';

/** Absent: there is no ConfigMap, or it has no data. */
export type ConfigMapData = Readonly<Record<string, string>> | undefined;

/** Go's strconv.ParseBool; what it cannot read is false here. */
const isTrue = (text: string | undefined): boolean => text !== undefined && ['1', 't', 'T', 'true', 'TRUE', 'True'].includes(text);

export const isWindowsIpamEnabled = (data: ConfigMapData): boolean => isTrue(data?.['enable-windows-ipam']);
/** The controller's own feature flag is taken to be on, as it is in EKS. */
export const isPrefixDelegationEnabled = (data: ConfigMapData): boolean => isWindowsIpamEnabled(data) && isTrue(data?.['enable-windows-prefix-delegation']);

/** Go's strconv.Atoi: undefined for a text that is no integer; what does not fit stops at the end. */
function integer(text: string): number | undefined {
  if (!/^[+-]?[0-9]+$/.test(text)) return undefined;
  return Math.max(-0x7fffffff, Math.min(0x7fffffff, Number(text))); // far beyond every capacity
}

/** The targets of a pool. Each mode has its own defaults; a ConfigMap sets those of the mode that its own flag names, and only those. */
export function targetsOf(data: ConfigMapData, forPrefixes: boolean): Targets {
  const defaults = forPrefixes ? PREFIX_DEFAULTS : SECONDARY_DEFAULTS;
  if (data === undefined) return defaults; // the parser's 3 and 3 are those of secondary mode
  const prefixes = isTrue(data['enable-windows-prefix-delegation']);
  const text = (key: string) => data[key] ?? data[`windows-${key}`];
  const value = (key: string) => integer(text(key) ?? '') ?? 0;
  let warmIp = value('warm-ip-target');
  let minIp = value('minimum-ip-target');
  const warmPrefix = prefixes ? value('warm-prefix-target') : 0;
  if (!prefixes && warmIp === 0 && integer(text('warm-ip-target') ?? '') === 0) warmIp = 1; // an explicit 0: the pool must never be empty
  if (warmIp === 0 && minIp === 0 && (!prefixes || warmPrefix === 0)) ({ warmIp, minIp } = prefixes ? PREFIX_DEFAULTS : SECONDARY_DEFAULTS);
  if (prefixes !== forPrefixes) return defaults;
  return forPrefixes ? { ...defaults, warmIp, minIp, warmPrefix } : { ...defaults, warmIp, minIp };
}
