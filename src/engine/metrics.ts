/**
 * Metrics: what ipamd's own counters count of acts that are rare: EC2 calls, errors, starts. Sums over the nodes that a thread runs.
 *
 * Why     The counters of a pod's ADD and DEL stand in the node's block. These have labels of many values and move only when EC2 answers, so one
 *         table a thread is enough.
 * Shape   Whole numbers, added up in any order.
 * Source  ipamd-spec §10 (utils/prometheusmetrics/prometheusmetrics.go, pkg/ipamd/ipamd.go: ipamdErrInc, pkg/awsutils/awsutils.go: awsUtilsErrInc).
 */
import { N, type Blocks } from '../core/node.ts';
import type { Block, Ms } from '../core/units.ts';
import { ACTIONS } from './actions.ts';
import { ERRORS, isInsufficient, OK } from './ipamd/calls.ts';
import { SETUP_TRIES } from './ipamd/init.ts';
import { PLACE } from './ipamd/places.ts';

/** Label `fn` of awscni_ipamd_error_count; those that a run can reach. */
export const IPAMD_ERRORS = [
  'waitENIAttachedMaxRetryExceeded', 'increaseIPPoolAllocENI', 'increaseIPPoolAllocIPAddressesFailed', 'increaseIPPoolwaitENIAttachedFailed',
  'increaseIPPoolsetupENIFailed', 'increaseIPPoolGetENIaddressesFailed', 'decreaseIPPoolFreeENIFailed', 'eniReconcileAdd',
] as const;
/** Label `fn` of awscni_aws_utils_error_count. */
export const UTILS_ERRORS = ['FreeENIDeleteErr', 'AllocENIDeleteErr', 'getENIAttachmentIDFailed', 'ENICleanupUponModifyNetworkErr', 'cleanUpLeakedENIDeleteErr'] as const;
/** Upper bounds of a Prometheus histogram, in ms, when nothing else is said. */
export const BUCKETS_MS = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000];

export interface Metrics {
  /** Calls of the SDK, all their attempts together, by action and code: [action * codes + code]; and the time they took. */
  readonly calls: Float64Array;
  readonly callMs: Float64Array;
  readonly ipamdErrors: Float64Array;
  /** [fn * codes + code] */
  readonly utilsErrors: Float64Array;
  /** nodeInits that failed, then that succeeded: count, sum of ms, and count within each bucket. */
  readonly inits: Float64Array;
}

const CODES = ERRORS.length;
const INIT_FIELDS = 2 + BUCKETS_MS.length;
const SIZES = [ACTIONS.length * CODES, ACTIONS.length * CODES, IPAMD_ERRORS.length, UTILS_ERRORS.length * CODES, 2 * INIT_FIELDS] as const;
export const METRICS_BYTES = 8 * SIZES.reduce((sum, size) => sum + size, 0);

export function openMetrics(buffer: ArrayBufferLike = new ArrayBuffer(METRICS_BYTES)): Metrics {
  let at = 0;
  const [calls, callMs, ipamdErrors, utilsErrors, inits] = SIZES.map(size => {
    const part = new Float64Array(buffer, at, size);
    at += 8 * size;
    return part;
  });
  return { calls, callMs, ipamdErrors, utilsErrors, inits };
}

/** The sum of several. */
export function sumMetrics(parts: readonly Metrics[]): Metrics {
  const sum = openMetrics();
  for (const part of parts) {
    for (const key of ['calls', 'callMs', 'ipamdErrors', 'utilsErrors', 'inits'] as const) part[key].forEach((value, i) => { sum[key][i] += value; });
  }
  return sum;
}

export const callCount = ({ calls }: Metrics, action: number, code: number) => calls[action * CODES + code];
export const callTimeMs = ({ callMs }: Metrics, action: number, code: number) => callMs[action * CODES + code];
export const utilsErrorCount = ({ utilsErrors }: Metrics, fn: number, code: number) => utilsErrors[fn * CODES + code];
export const initOf = ({ inits }: Metrics, succeeded: 0 | 1) => inits.subarray(succeeded * INIT_FIELDS, (succeeded + 1) * INIT_FIELDS);

export function bookCall({ calls, callMs }: Metrics, action: number, code: number, ms: Ms): void {
  calls[action * CODES + code] += 1;
  callMs[action * CODES + code] += ms;
}

export function bookUtilsError({ utilsErrors }: Metrics, fn: (typeof UTILS_ERRORS)[number], code: number): void {
  utilsErrors[UTILS_ERRORS.indexOf(fn) * CODES + code] += 1;
}

export function bookInit(metrics: Metrics, succeeded: boolean, ms: Ms): void {
  const init = initOf(metrics, succeeded ? 1 : 0);
  init[0] += 1;
  init[1] += ms;
  BUCKETS_MS.forEach((bound, i) => { if (ms <= bound) init[2 + i] += 1; });
}

/** A call of ipamd has been answered: what it counts as an error, by the place that the answer goes to. */
export function bookIpamdError(m: Metrics, { w }: Blocks, n: Block): void {
  const error = w[n + N.replyError];
  if (error === OK) return;
  const fns = errorsOf(w[n + N.place], w[n + N.setupBack], error, w[n + N.tries]);
  for (const fn of fns) m.ipamdErrors[IPAMD_ERRORS.indexOf(fn)] += 1;
  w[n + N.ipamdErrors] += fns.length;
}

type IpamdError = (typeof IPAMD_ERRORS)[number];

function errorsOf(place: number, setupBack: number, error: number, tries: number): readonly IpamdError[] {
  switch (place) {
    case PLACE.growAnsweredOne:
      return ['increaseIPPoolAllocIPAddressesFailed'];
    case PLACE.growDescribed:
      return ['increaseIPPoolGetENIaddressesFailed'];
    case PLACE.allocAnswered:
      return isInsufficient(error) ? ['increaseIPPoolAllocENI', 'increaseIPPoolAllocIPAddressesFailed'] : ['increaseIPPoolAllocENI'];
    case PLACE.allocWaited:
      return ['increaseIPPoolwaitENIAttachedFailed'];
    case PLACE.tickFreed:
      return ['decreaseIPPoolFreeENIFailed'];
    case PLACE.reconcileTagged:
      return ['eniReconcileAdd'];
    case PLACE.setupChecked:
    case PLACE.setupLinked:
      if (setupBack === PLACE.allocSetUp) return ['increaseIPPoolsetupENIFailed'];
      if (setupBack === PLACE.reconcileSetUp) return ['eniReconcileAdd'];
      return setupBack === PLACE.initSetUp && tries + 1 >= SETUP_TRIES ? ['waitENIAttachedMaxRetryExceeded'] : [];
    default:
      return [];
  }
}
