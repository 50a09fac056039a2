/**
 * Distributions as data, and their quantile functions as tables of whole milliseconds.
 *
 * Why     `Math.log`, `exp` and `sqrt` may differ in the last bit between engines. A table made here from + - * / alone is the same
 *         everywhere, and a draw from it is one look-up.
 * Shape   257 edges: `table[i]` is the quantile i/256, linear in between. A uniform or fixed distribution is exact. The outermost
 *         edges of an unbounded one are its quantiles 1/4096 and 4095/4096.
 * Source  Normal quantile: P. J. Acklam's rational approximation (relative error 1.15e-9).
 */
import { assert } from './assert.ts';
import type { Ms } from './units.ts';

/** A random duration. Every value is at least `minMs` (or the fixed value, or the uniform's lower end), and at least 1 where it is a delay. */
export type Distribution =
  | { readonly kind: 'fixed'; readonly ms: Ms }
  | { readonly kind: 'uniform'; readonly minMs: Ms; readonly maxMs: Ms }
  | { readonly kind: 'lognormal'; readonly medianMs: Ms; readonly p99Ms: Ms; readonly minMs: Ms }
  | { readonly kind: 'exponential'; readonly meanMs: Ms; readonly minMs: Ms };

export const QUANTILE_STEPS = 256;
const OUTERMOST = 1 / 4096;
const LN2 = 0.6931471805599453;
const NORMAL_P99 = 2.3263478740408408;

/** The smallest value that a draw can give: a request's lookahead before its draw is known. */
export function minimumOf(distribution: Distribution): Ms {
  return distribution.kind === 'fixed' ? distribution.ms : distribution.minMs;
}

/** The 257 edges of the quantile function. */
export function quantileTable(distribution: Distribution): Float64Array {
  const table = new Float64Array(QUANTILE_STEPS + 1);
  for (let i = 0; i <= QUANTILE_STEPS; i++) table[i] = quantile(distribution, i / QUANTILE_STEPS);
  return table;
}

/** The value at uniform uint32 `u`: an edge by its upper 8 bits, the way to the next by its lower 24. Whole milliseconds. */
export function atQuantile(table: Float64Array, u: number): Ms {
  const step = u >>> 24;
  return table[step] + Math.floor(((table[step + 1] - table[step]) * (u & 0xffffff)) / 0x1000000);
}

function quantile(distribution: Distribution, p: number): Ms {
  const inner = p < OUTERMOST ? OUTERMOST : p > 1 - OUTERMOST ? 1 - OUTERMOST : p;
  switch (distribution.kind) {
    case 'fixed':
      return distribution.ms;
    case 'uniform':
      return Math.round(distribution.minMs + (distribution.maxMs - distribution.minMs) * p);
    case 'exponential':
      return atLeast(distribution.minMs, -distribution.meanMs * ln(1 - (p < OUTERMOST ? p : inner)));
    case 'lognormal': {
      const { medianMs, p99Ms, minMs } = distribution;
      const spread = ln(p99Ms / medianMs) / NORMAL_P99;
      return atLeast(minMs, medianMs * exp(spread * normalQuantile(inner)));
    }
  }
}

const atLeast = (low: Ms, value: number): Ms => (value < low ? low : Math.round(value));

/** Natural logarithm: powers of two out, then an atanh series over [1/sqrt2, sqrt2]. */
export function ln(x: number): number {
  assert(x > 0, 'ln: the argument is not positive');
  let halvings = 0;
  while (x > 1.4142135623730951) {
    x /= 2;
    halvings++;
  }
  while (x < 0.7071067811865476) {
    x *= 2;
    halvings--;
  }
  const s = (x - 1) / (x + 1);
  const z = s * s;
  let sum = 0;
  for (let k = 21; k >= 1; k -= 2) sum = sum * z + 1 / k;
  return 2 * s * sum + halvings * LN2;
}

/** e^x: powers of two out, then the Taylor series. */
export function exp(x: number): number {
  const doublings = Math.round(x / LN2);
  const rest = x - doublings * LN2;
  let sum = 1;
  for (let k = 16; k >= 1; k--) sum = 1 + (sum * rest) / k;
  for (let k = 0; k < doublings; k++) sum *= 2;
  for (let k = 0; k > doublings; k--) sum /= 2;
  return sum;
}

/** Square root by Newton's steps; used on arguments of some units only, so eight are more than enough. */
function root(x: number): number {
  let r = x > 1 ? x / 2 + 0.5 : 1;
  for (let k = 0; k < 8; k++) r = (r + x / r) / 2;
  return r;
}

const A = [-39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716, 2.506628277459239];
const B = [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1];
const C = [-0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968, 2.938163982698783];
const D = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1];

const polynomial = (coefficients: readonly number[], x: number) => coefficients.reduce((sum, c) => sum * x + c, 0);

/** Quantile of the standard normal distribution, 0 < p < 1. */
export function normalQuantile(p: number): number {
  assert(p > 0 && p < 1, 'normalQuantile: the probability is not inside (0, 1)');
  if (p < 0.02425) {
    const q = root(-2 * ln(p));
    return polynomial(C, q) / polynomial(D, q);
  }
  if (p > 1 - 0.02425) return -normalQuantile(1 - p);
  const q = p - 0.5;
  const r = q * q;
  return (polynomial(A, r) * q) / polynomial(B, r);
}
