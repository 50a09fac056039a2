/** Stage plan: workloads, classes of pods and what nodes offer, as plain data. */
import type { Distribution } from '../../core/quantiles.ts';
import type { Ms } from '../../core/units.ts';
import type { PodClass } from '../scheduler/state.ts';

export type SourcePlan =
  | { readonly kind: 'trace'; readonly created: Float64Array; readonly deleted: Float64Array; readonly podClass: Int32Array }
  | {
      readonly kind: 'churn'; readonly podClass: number; readonly meanGapMs: number; readonly batchMean: number; readonly life: Distribution;
      readonly fromStart: boolean; readonly initial: number; readonly atMs: Ms; readonly untilMs: Ms;
    }
  | { readonly kind: 'replicas'; readonly podClass: number; readonly count: number; readonly atMs: Ms; readonly untilMs: Ms };

export interface StagePlan {
  readonly sources: readonly SourcePlan[];
  readonly podClasses: readonly PodClass[];
  /** DaemonSets: how much each takes of a node, and whether its pods have an address of their own. */
  readonly daemonSets: readonly PodClass[];
  readonly daemonAddressed: readonly boolean[];
  readonly zoneCount: number;
  readonly taintTexts: readonly string[];
  readonly scoring: 'leastAllocated' | 'mostAllocated';
  readonly delay: Distribution;
  readonly watchDelay: Distribution;
  readonly waitingCapacity: number;
  /** By NodeIndex. */
  readonly cpuMilli: Int32Array;
  readonly memoryMib: Int32Array;
  readonly gpuMilli: Int32Array;
  readonly taintClass: Int32Array;
}
