export const version = '0.1.0';

export {
  conform, conformTrace, formatConformance, type ConformanceReport, type Difference, type Environment, type ReplayOptions, type TraceReport,
} from './analysis/conformance.ts';
export { parseEnvironment } from './scenarios/environment.ts';
export { isPrefixCapable } from './scenarios/limits.ts';
