/**
 * Two samples, one distribution? What a published share of 200 runs says, and no more.
 *
 * Why     "64 % of 200 runs" has an error of its own of 3.4 points; ours comes on top. A test of the two samples has both, a tolerance in digits neither.
 * Shape   Level 0.001: of a thousand right programs one fails. Seeds are fixed, so that a test that passes goes on passing.
 */

/** 99.9 % points of chi-square, by degrees of freedom. */
const CHI_SQUARE_999 = [0, 10.828, 13.816, 16.266, 18.467, 20.515, 22.458, 24.322];
const LEVEL = 0.001;

const sum = (counts: readonly number[]) => counts.reduce((a, b) => a + b, 0);

/** Do counts fit the shares of a theory? */
export function fits(counts: readonly number[], shares: readonly number[]): boolean {
  const n = sum(counts);
  const statistic = sum(counts.map((count, i) => (count - n * shares[i]) ** 2 / (n * shares[i])));
  return statistic <= CHI_SQUARE_999[counts.length - 1];
}

/** Could the counts of two samples, cell by cell, come from one distribution? Two cells: Fisher's exact test; more: chi-square. */
export function agree(a: readonly number[], b: readonly number[]): boolean {
  if (a.length === 2) return fisher(a, b) > LEVEL;
  const all = sum(a) + sum(b);
  let statistic = 0;
  for (const sample of [a, b]) {
    for (const [i, count] of sample.entries()) {
      const expected = (sum(sample) * (a[i] + b[i])) / all;
      if (expected > 0) statistic += (count - expected) ** 2 / expected;
    }
  }
  return statistic <= CHI_SQUARE_999[a.length - 1];
}

/** Two-sided: the probability of all tables with the same margins that are no likelier than this one. */
function fisher([a, b]: readonly number[], [c, d]: readonly number[]): number {
  const logs = [0];
  for (let i = 1; i <= a + b + c + d; i++) logs.push(logs[i - 1] + Math.log(i));
  const choose = (n: number, k: number) => logs[n] - logs[k] - logs[n - k];
  const probability = (x: number) => Math.exp(choose(a + b, x) + choose(c + d, a + c - x) - choose(a + b + c + d, a + c));
  let p = 0;
  for (let x = Math.max(0, a - d); x <= Math.min(a + b, a + c); x++) if (probability(x) <= probability(a) * (1 + 1e-9)) p += probability(x);
  return p;
}

/** Percentages of a published sample as counts. */
export const published = (runs: number, ...percent: number[]): number[] => percent.map(share => Math.round((runs * share) / 100));

/** How often each of `cells` occurs; what is in none of them goes to the last. */
export function tally<T>(values: readonly T[], cells: readonly T[]): number[] {
  const counts = cells.map(() => 0);
  for (const value of values) {
    const i = cells.indexOf(value);
    counts[i < 0 ? cells.length - 1 : i]++;
  }
  return counts;
}
