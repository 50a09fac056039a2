/**
 * ECS: tasks in awsvpc mode that an instance can hold, with and without the account setting `awsvpcTrunking`.
 *
 * Why     ECS uses the same trunk and branch ENIs as the resource controller, by its own rule. Without trunking each task takes an ENI; with it, the limit of
 *         attachments grows by the branches, and the instance and its trunk take two of it.
 * Source  Amazon ECS Developer Guide, "ENI trunking": c5.large holds 2 tasks, with trunking 10 (its limit is 12). The rule for other types is
 *         inferred from it: the limit is branch ENIs + ENIs. `isSourced` tells which is which.
 */
import type { InstanceLimits } from './limits.ts';

export interface EcsDensity {
  readonly withoutTrunking: number;
  /** null: the type has no trunk, or nobody knows its branch ENIs. */
  readonly withTrunking: number | null;
  /** The document has this number; else it is inferred. */
  readonly isSourced: boolean;
}

/** Tasks with trunking as the Developer Guide has them. */
const SOURCED: Readonly<Record<string, number>> = { 'c5.large': 10 };

export function ecsTasks(instanceType: string, { enis, branchInterfaces }: Pick<InstanceLimits, 'enis' | 'branchInterfaces'>): EcsDensity {
  const hasTrunk = branchInterfaces !== null && branchInterfaces > 0;
  return {
    withoutTrunking: enis - 1,
    withTrunking: hasTrunk ? branchInterfaces + enis - 2 : null,
    isSourced: Object.hasOwn(SOURCED, instanceType),
  };
}

/** The sourced numbers, for tests to hold the rule against. */
export const sourcedEcsTasks = (): readonly (readonly [instanceType: string, tasks: number])[] => Object.entries(SOURCED);
