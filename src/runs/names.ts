/** Names of what the engine numbers: nodes, pods, actions, codes. */
import { ACTIONS } from '../engine/actions.ts';
import { ERRORS } from '../engine/ipamd/calls.ts';
import type { Stage } from '../engine/stage/state.ts';
import type { Built } from '../scenarios/build.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import type { TracePods } from '../scenarios/traces.ts';

export interface Names {
  readonly node: (node: number) => string;
  /** A pod of the scheduler's, by its id; -1 asks for a DaemonSet's. */
  readonly pod: (pod: number) => string;
  readonly workload: (pod: number) => number;
  readonly workloads: readonly string[];
}

/** Names of scheduled pods come from their workload: the trace's own name, or a number. */
export function createNames(scenario: Scenario, built: Built, traces: ReadonlyMap<string, TracePods>, stage: Stage | null): Names {
  const origin = stage?.origin ?? null;
  const daemon = scenario.workloads.findIndex(w => w.kind === 'daemonset' && !w.hostNetwork);
  const workloadOf = (pod: number) => {
    const source = origin === null ? -1 : origin.source[pod];
    return source < 0 ? daemon : built.sourceWorkloads[source];
  };
  return {
    node: built.nodeName,
    workloads: scenario.workloads.map(({ name }) => name),
    workload: workloadOf,
    pod: pod => {
      const workload = scenario.workloads[workloadOf(pod)];
      const number = origin === null ? pod : origin.number[pod];
      return workload.kind === 'trace' ? traces.get(workload.name)!.nameOf(number) : `${workload.name}-${origin !== null && origin.source[pod] < 0 ? pod : number}`;
    },
  };
}

export const ACTION_NAMES: readonly string[] = ACTIONS;
export const CODE_NAMES: readonly string[] = ERRORS;
