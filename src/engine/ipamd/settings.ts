/**
 * Settings: aws-node's environment and the instance type, as ipamd holds them after start-up.
 *
 * Shape   One frozen object for all nodes that share it; a node's block has its index. A changed setting is a new object.
 * Source  ipamd-spec §0, §3.3, §9 (amazon-vpc-cni-k8s v1.23.1 pkg/ipamd/ipamd.go: New, isConfigValid).
 */
import { PREFIX_SIZE, type Ms } from '../../core/units.ts';

export interface SettingsInput {
  readonly warmEniTarget: number;
  readonly warmIpTarget: number;
  readonly minimumIpTarget: number;
  readonly warmPrefixTarget: number;
  /** MAX_ENI; below 1 means not set. */
  readonly maxEni: number;
  readonly prefixDelegation: boolean;
  readonly customNetworking: boolean;
  readonly subnetDiscovery: boolean;
  readonly podEni: boolean;
  readonly manageUntaggedEni: boolean;
  readonly manageEnisNonSchedulable: boolean;
  /** False with DISABLE_NETWORK_RESOURCE_PROVISIONING. */
  readonly provisioning: boolean;
  readonly cooldownMs: Ms;
  /** Of the instance type. */
  readonly eniLimit: number;
  readonly ipv4PerEni: number;
  readonly prefixCapable: boolean;
  readonly trunkingCompatible: boolean;
  /** True: walk ENIs by number and CIDRs by address, as the golden traces do. False: as Go walks its maps. */
  readonly lowestFirst: boolean;
  /** Work of one turn of the pool manager's loop: 0 in replays, 1 ms in runs (ipamd-spec §0). */
  readonly turnWorkMs: Ms;
  /** Every turn and every reconcile is run, those that decide nothing too: what tests compare skipping with. */
  readonly everyTurn?: boolean;
  /** ENABLE_IPv6: one /80 on the primary ENI serves every pod; there is no pool to manage (ipamd-spec §8.3). */
  readonly ipv6?: boolean;
  /** Network cards that ipamd manages: one data store each. More than 1 only with ENABLE_MULTI_NIC. */
  readonly cards?: number;
}

export interface Settings extends SettingsInput {
  /** E: ENIs that ipamd may have, MAX_ENI considered. */
  readonly eniMax: number;
  /** S: slots per ENI. */
  readonly slotsPerEni: number;
  /** The mode in force: prefix delegation asked for and possible on this type. */
  readonly prefixMode: boolean;
  /** M: pod addresses of a full ENI. */
  readonly addressesPerEni: number;
  /** Addresses of one slot in the present mode. */
  readonly slotSize: number;
  /** WARM_IP_TARGET or MINIMUM_IP_TARGET rule. */
  readonly ipTargets: boolean;
  /** Which network card these settings are for. */
  readonly card: number;
  /** Settings of cards 1 and up: WARM_IP_TARGET and MINIMUM_IP_TARGET are 1 there, whatever the environment says (ipamd-spec §7.3). */
  readonly otherCards: readonly Settings[];
}

export function createSettings(input: SettingsInput, card = 0): Settings {
  const slotsPerEni = input.ipv4PerEni - 1;
  const prefixMode = input.prefixDelegation && input.prefixCapable;
  const slotSize = prefixMode ? PREFIX_SIZE : 1;
  return Object.freeze({
    ...input,
    eniMax: input.maxEni >= 1 && input.maxEni < input.eniLimit ? input.maxEni : input.eniLimit,
    slotsPerEni, prefixMode, slotSize,
    addressesPerEni: slotsPerEni * slotSize,
    ipTargets: input.warmIpTarget > 0 || input.minimumIpTarget > 0,
    card,
    otherCards: card > 0 ? [] : Array.from({ length: (input.cards ?? 1) - 1 }, (_, k) => createSettings({ ...input, warmIpTarget: 1, minimumIpTarget: 1 }, k + 1)),
  });
}
