import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  HISTOGRAM_SIZE, HISTOGRAM_VALUE_MAX, addValue, bucketEnd, bucketOf, createHistogram, histogramCount, histogramMax, histogramSum, mergeHistogram, quantile,
  type Histogram,
} from '../../src/core/histogram.ts';

const of = (values: readonly number[]): Histogram => {
  const histogram = createHistogram();
  for (const value of values) addValue(histogram, value);
  return histogram;
};
/** All sizes alike: a uniform draw would hardly ever be small. */
const value = fc.tuple(fc.nat({ max: 41 }), fc.nat({ max: 2 ** 31 - 1 })).map(([bits, n]) => Math.floor((n / 2 ** 31) * 2 ** bits));
const values = fc.array(value, { minLength: 1, maxLength: 200 });
const share = fc.integer({ min: 0, max: 1000 }).map(n => n / 1000);

/** What nobody could get wrong: sort, and count from below in whole thousandths. */
const sortedQuantile = (all: readonly number[], p: number) =>
  all.toSorted((a, b) => a - b)[Math.max(1, Math.ceil((Math.round(p * 1000) * all.length) / 1000)) - 1];

describe('histogram', () => {
  it('gives every value a bucket whose neighbours touch, with no gap and no overlap', () => {
    let start = 0;
    for (let bucket = 0; bucket < HISTOGRAM_SIZE - 4; bucket++) {
      const end = bucketEnd(bucket);
      expect(bucketOf(start)).toBe(bucket);
      expect(bucketOf(end)).toBe(bucket);
      start = end + 1;
    }
    expect(start - 1).toBe(HISTOGRAM_VALUE_MAX);
  });

  it('keeps values below 1,024 exactly, and larger ones to 0.2 % upwards', () => {
    fc.assert(fc.property(value, v => {
      const end = bucketEnd(bucketOf(v));
      expect(end).toBeGreaterThanOrEqual(v);
      expect(end - v).toBeLessThanOrEqual(v < 1024 ? 0 : v / 512);
    }));
  });

  it('answers a quantile as sorting does, within the width of a bucket and never above the maximum', () => {
    fc.assert(fc.property(values, share, (all, p) => {
      const expected = sortedQuantile(all, p);
      const got = quantile(of(all), p);
      expect(got).toBeGreaterThanOrEqual(expected);
      expect(got - expected).toBeLessThanOrEqual(expected / 512);
      expect(got).toBeLessThanOrEqual(Math.max(...all));
    }));
  });

  it('knows count, sum and maximum exactly', () => {
    fc.assert(fc.property(values, all => {
      const histogram = of(all);
      expect(histogramCount(histogram)).toBe(all.length);
      expect(histogramSum(histogram)).toBe(all.reduce((sum, v) => sum + v, 0));
      expect(histogramMax(histogram)).toBe(Math.max(...all));
    }));
  });

  it('is the same, word for word, merged from any parts', () => {
    fc.assert(fc.property(values, fc.nat({ max: 200 }), (all, cut) => {
      const merged = of(all.slice(cut));
      mergeHistogram(merged, of(all.slice(0, cut)));
      expect(merged).toEqual(of(all));
    }));
  });

  it('takes a share for what it means, although 0.07 * 100 is a little more than 7', () => {
    expect(quantile(of(Array.from({ length: 100 }, (_, i) => i + 1)), 0.07)).toBe(7);
  });

  it('says 0 when it is empty, and counts a value beyond its range as the largest', () => {
    expect(quantile(createHistogram(), 0.5)).toBe(0);
    expect(histogramMax(createHistogram())).toBe(0);
    expect(quantile(of([2 ** 50]), 0.5)).toBe(HISTOGRAM_VALUE_MAX);
  });
});
