/** A node for tests of the data store: one block, settings of a small type, pods by row. */
import { clearBlock, createBlocks, N, type Blocks, type Dims } from '../../../src/core/node.ts';
import { createSettings, type Settings, type SettingsInput } from '../../../src/engine/ipamd/settings.ts';

export const SETTINGS: SettingsInput = {
  warmEniTarget: 1, warmIpTarget: 0, minimumIpTarget: 0, warmPrefixTarget: 0, maxEni: -1, prefixDelegation: false, customNetworking: false,
  subnetDiscovery: true, podEni: false, manageUntaggedEni: true, manageEnisNonSchedulable: false, provisioning: true, cooldownMs: 30_000,
  eniLimit: 3, ipv4PerEni: 4, prefixCapable: true, trunkingCompatible: true, lowestFirst: true, turnWorkMs: 0,
};

export function testNode(changes: Partial<SettingsInput> = {}, dims: Partial<Dims> = {}): { b: Blocks; n: number; c: Settings } {
  const b = createBlocks({ enis: 4, slots: 3, pods: 64, cooling: 64, cache: 8, attachedSlots: 6, podLog: 0, scheduled: 0, restarts: 1, ...dims }, 1);
  clearBlock(b, 0);
  b.w[N.maxPods] = 1000;
  return { b, n: 0, c: createSettings({ ...SETTINGS, ...changes }) };
}
