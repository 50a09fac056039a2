/**
 * CNINode: the object by which ipamd asks the resource controller for a trunk ENI.
 *
 * Source  ipamd-spec §1.8 (pkg/ipamd/ipamd.go: tryEnableSecurityGroupsForPods, AddFeatureToCNINode).
 */
import { N, NODE_SGP_FEATURE, S, type Blocks } from '../../core/node.ts';
import type { Block } from '../../core/units.ts';
import type { Settings } from './settings.ts';

/** Writes the feature while the instance has an ENI slot left, whatever the type. Writing it again changes nothing. */
export function announceSecurityGroupsForPods({ w }: Blocks, n: Block, c: Settings): void {
  if (w[n + S.eniCount] < c.eniMax - w[n + N.unmanagedEnis]) w[n + N.nodeFlags] |= NODE_SGP_FEATURE;
}
