/**
 * Cool-down: how long a released branch ENI waits before it is deleted.
 *
 * Source  amazon-vpc-resource-controller-k8s b8d4251 pkg/provider/branch/cooldown/cooldown.go; ConfigMap kube-system/amazon-vpc-cni,
 *         key `branch-eni-cooldown`.
 */
import type { Ms } from '../../core/units.ts';

export const COOLDOWN_DEFAULT_MS: Ms = 60_000;
export const COOLDOWN_FLOOR_MS: Ms = 30_000;

/** The text as the controller's integer of seconds (strconv.Atoi), or undefined: absent or none. */
export function parseCooldownSeconds(text: string | undefined): bigint | undefined {
  if (text === undefined || !/^[+-]?[0-9]+$/.test(text)) return undefined;
  const value = BigInt(text.replace('+', ''));
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

/** The period in force at the controller's start. Go's duration counts nanoseconds in 64 bits and wraps round. */
export function cooldownAtStart(text: string | undefined): Ms {
  const configured = parseCooldownSeconds(text);
  if (configured === undefined) return COOLDOWN_DEFAULT_MS;
  return Math.max(Number(BigInt.asIntN(64, configured * 1_000_000_000n)) / 1e6, COOLDOWN_FLOOR_MS);
}

/** The period after the ConfigMap changed while the controller ran: what cannot be read leaves it as it is. */
export const cooldownAfterChange = (text: string | undefined, current: Ms): Ms =>
  parseCooldownSeconds(text) === undefined ? current : cooldownAtStart(text);
