/**
 * Random streams: a draw is a function of (seed, stream, owner, counter) and of nothing else.
 *
 * Why     A draw must not depend on who drew before it, on threads, or on how a run was cut. Counters live with their owner.
 * Shape   `streamKey(seed, stream, owner)` gives a 32-bit key; `draw(key, counter)` a uniform uint32.
 * Source  The finaliser is lowbias32 (C. Wellons, hash-prospector); two rounds over (counter, key). Exponential variates use an own
 *         logarithm from + - * / only: Math.log may differ in its last bit between engines.
 */
import { FOREVER, type Ms } from './units.ts';

/** Purposes of draws. The numbers are part of the meaning of a seed: never renumber, only append. */
export const STREAM = {
  loopPhase: 1, arrival: 2, batch: 3, lifetime: 4, retryDelay: 5, grace: 6, latency: 7, sdkRetry: 8, mapOrder: 9, sweepDelay: 10,
  addressPick: 11, tie: 12, nodeStart: 13, placement: 14, backoff: 15, podChurn: 16, containerStart: 17, background: 18, held: 19,
} as const;

/** Avalanche of 32 bits (lowbias32). */
export function mix(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}

/** The key of one owner's stream, as a signed 32-bit word. */
export function streamKey(seed: number, stream: number, owner: number): number {
  return mix(mix(mix(seed) + Math.imul(stream, 0x9e3779b9)) + owner) | 0;
}

/** Uniform uint32. */
export function draw(key: number, counter: number): number {
  return mix(mix(Math.imul(counter, 0x9e3779b9) + key) + key);
}

/** Uniform integer in [0, n), n at most 2^32. */
export function drawBelow(key: number, counter: number, n: number): number {
  return Math.floor((draw(key, counter) * n) / 4294967296);
}

/**
 * Standard exponential variate (mean 1) of 32 uniform bits, signed or not: -ln((u|1) / 2^32).
 * The mantissa's log is an atanh series of six terms, good to 1e-9 of the mean.
 */
export function exponential(u: number): number {
  const word = u | 1;
  const zeros = Math.clz32(word);
  const mantissa = ((word << zeros) >>> 0) * 4.656612873077393e-10;
  const s = (mantissa - 1.4142135623730951) / (mantissa + 1.4142135623730951);
  const z = s * s;
  const log =
    2 * s * (1 + z * (0.3333333333333333 + z * (0.2 + z * (0.14285714285714285 + z * (0.1111111111111111 + z * (0.09090909090909091 + z * 0.07692307692307693))))));
  return (zeros + 1) * 0.6931471805599453 - 0.34657359027997264 - log;
}

/**
 * Exponential gap in whole ms, at least 1, of one draw. The draw stays a signed word all the way: as a uint32 above 2^31 it would be a heap
 * number at each call that is not inlined (W1: 9 % of the run).
 */
export function exponentialMs(key: number, counter: number, mean: Ms): Ms {
  let x = Math.imul(counter, 0x9e3779b9) + key;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  x = (x ^ (x >>> 16)) + key;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  const ms = exponential(x ^ (x >>> 16)) * mean;
  return ms < FOREVER ? 1 + (ms | 0) : 1 + Math.floor(ms);
}
