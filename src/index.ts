/** The library's door. */
export { ENGINE_VERSION as version } from './runs/version.ts';

export { simulate } from './runs/simulate.ts';
export type { Progress, RunOutcome, RunRequest } from './runs/types.ts';

export { readScenario, type ReadOptions, type ReadResult } from './scenarios/read.ts';
export { formatProblem, ScenarioError, type Problem } from './scenarios/problems.ts';
export { BUNDLED_TRACES, loaderBeside, type Load } from './scenarios/files.ts';
export { INITIAL_SCENARIO } from './scenarios/init.ts';
export { jsonSchema } from './scenarios/keys.ts';
export type { Scenario } from './scenarios/scenario.ts';
export { didYouMean } from './scenarios/closest.ts';
export { parseEnvironment } from './scenarios/environment.ts';
export { controllerLimits, isPrefixCapable } from './scenarios/limits.ts';
export { InstanceTypesError, mergeInstanceTypes, selectTypes, type InstanceTable, type Selection } from './scenarios/instanceTypes.ts';
export {
  BELIEVERS, CasesError, checkCases, densities, POD_MODES, type Believer, type CaseReport, type Density, type DensityOptions, type PodMode,
} from './scenarios/density.ts';
export { ecsTasks, type EcsDensity } from './scenarios/ecs.ts';
export { casesText, densityText, ecsText, limitsText } from './results/densityText.ts';

export { summaryJson, summaryText, type RunSummary } from './results/summary.ts';
export { FolderError, readFolder, type Manifest } from './results/folder.ts';
export { humanBytes, humanCount, humanShare, humanSpan, plural } from './results/human.ts';

export {
  conform, conformTrace, formatConformance, type ConformanceReport, type Difference, type Environment, type ReplayOptions, type TraceReport,
} from './analysis/conformance.ts';
export { Bug } from './core/assert.ts';
