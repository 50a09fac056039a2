/**
 * Histogram: how often whole numbers (waits in ms) occurred, in log-linear buckets, with exact count, sum and maximum.
 *
 * Why     A run cannot keep every wait, and a quantile must be the same for any number of threads and any order of adding. Counts are
 *         whole numbers, so merging is addition and has no order.
 * Shape   One Float64Array of HISTOGRAM_SIZE words: count, sum, max, unused, then the buckets. Below 1,024 a bucket is one value;
 *         above, each power of two is cut into 512 buckets, so a bucket's width is at most 1/512 of its values (0.2 %).
 *         Doubles hold whole numbers to 2^53; adding allocates nothing. Views may lie in a shared buffer.
 * Units   Those of the values; 0 to HISTOGRAM_VALUE_MAX, 2^42 - 1: 139 years in ms. Larger values count as the largest.
 * Source  The bucket scheme is HdrHistogram's (G. Tene) with 10 significant bits and no auto-ranging.
 */
const EXACT = 1024;
const STEPS = EXACT / 2; // buckets of one power of two
const POWERS = 32; // powers of two above EXACT: 2^10 .. 2^41
const COUNT = 0;
const SUM = 1;
const MAX = 2;
const BUCKETS = 4;

export const HISTOGRAM_VALUE_MAX = 4_398_046_511_103;
/** Words of a histogram: 17,408 buckets and the head, 139 kB. */
export const HISTOGRAM_SIZE = BUCKETS + EXACT + POWERS * STEPS;

/** 2^0 .. 2^POWERS, by doubling: exact. */
const POWER_OF_TWO = Float64Array.from({ length: POWERS + 1 }, (_, power) => {
  let value = 1;
  for (let i = 0; i < power; i++) value *= 2;
  return value;
});

export type Histogram = Float64Array;

export const createHistogram = (): Histogram => new Float64Array(HISTOGRAM_SIZE);

/** The bucket of a whole number in [0, HISTOGRAM_VALUE_MAX]. */
export function bucketOf(value: number): number {
  if (value < EXACT) return value;
  // The ten leading bits; for a value beyond 32 bits they are in the upper word.
  const upper = Math.floor(value / 4294967296);
  const bits = upper > 0 ? 64 - Math.clz32(upper) : 32 - Math.clz32(value);
  const power = bits - 11; // 0 for [1024, 2048)
  const step = Math.floor(value / POWER_OF_TWO[power + 1]) - STEPS;
  return EXACT + power * STEPS + step;
}

/** The largest value of a bucket. */
export function bucketEnd(bucket: number): number {
  if (bucket < EXACT) return bucket;
  const power = Math.floor((bucket - EXACT) / STEPS);
  const step = (bucket - EXACT) % STEPS;
  return (STEPS + step + 1) * POWER_OF_TWO[power + 1] - 1;
}

/** Counts one value; a whole number that is not negative. */
export function addValue(histogram: Histogram, value: number): void {
  const kept = value > HISTOGRAM_VALUE_MAX ? HISTOGRAM_VALUE_MAX : value;
  histogram[COUNT]++;
  histogram[SUM] += kept;
  if (kept > histogram[MAX]) histogram[MAX] = kept;
  histogram[BUCKETS + bucketOf(kept)]++;
}

/** Adds all that `from` counted to `into`. */
export function mergeHistogram(into: Histogram, from: Histogram): void {
  const max = into[MAX] > from[MAX] ? into[MAX] : from[MAX];
  for (let i = 0; i < HISTOGRAM_SIZE; i++) into[i] += from[i];
  into[MAX] = max;
}

export const histogramCount = (histogram: Histogram) => histogram[COUNT];
export const histogramSum = (histogram: Histogram) => histogram[SUM];
/** The largest value, exact; 0 when there is none. */
export const histogramMax = (histogram: Histogram) => histogram[MAX];

/**
 * The value that a share p of the values does not pass: of the sorted values the one at ceil(p * count), at least the first.
 * Exact below 1,024; above, at most 0.2 % too large, never too small and never above the maximum. 0 when there is none.
 */
export function quantile(histogram: Histogram, p: number): number {
  const rank = Math.max(1, Math.ceil(p * histogram[COUNT] - 1e-6)); // 0.07 * 100 is a little more than 7
  let seen = 0;
  for (let bucket = 0; bucket < HISTOGRAM_SIZE - BUCKETS; bucket++) {
    seen += histogram[BUCKETS + bucket];
    if (seen >= rank) return Math.min(bucketEnd(bucket), histogram[MAX]);
  }
  return histogram[MAX];
}
