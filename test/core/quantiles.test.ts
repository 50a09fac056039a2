import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atQuantile, exp, ln, minimumOf, normalQuantile, quantileTable, type Distribution } from '../../src/core/quantiles.ts';

describe('quantiles', () => {
  it.each([
    // Origin: tables of the standard normal distribution.
    [0.5, 0], [0.75, 0.6744897501960817], [0.9, 1.2815515655446004], [0.99, 2.3263478740408408], [0.999, 3.090232306167813], [0.01, -2.3263478740408408], [1 / 4096, -3.4874],
  ])('the normal quantile at %s is %s', (p, z) => expect(normalQuantile(p)).toBeCloseTo(z, p === 1 / 4096 ? 3 : 7));

  it('ln and exp are those of Math, to 1e-12', () => {
    fc.assert(fc.property(fc.double({ min: 1e-9, max: 1e9, noNaN: true }), x => void expect(Math.abs(ln(x) - Math.log(x))).toBeLessThan(1e-12 * (1 + Math.abs(Math.log(x))))));
    fc.assert(fc.property(fc.double({ min: -40, max: 40, noNaN: true }), x => void expect(Math.abs(exp(x) / Math.exp(x) - 1)).toBeLessThan(1e-12)));
  });

  it('a lognormal has the median and the p99 that were asked', () => {
    const table = quantileTable({ kind: 'lognormal', medianMs: 750, p99Ms: 2500, minMs: 1 });
    expect(table[128]).toBe(750);
    const p99 = atQuantile(table, Math.floor(0.99 * 2 ** 32));
    expect(Math.abs(p99 - 2500)).toBeLessThan(25);
  });

  it('an exponential has its mean, to one in a hundred', () => {
    const table = quantileTable({ kind: 'exponential', meanMs: 300_000, minMs: 0 });
    let sum = 0;
    for (let i = 0; i < 4096; i++) sum += atQuantile(table, (i + 0.5) * 2 ** 20);
    expect(sum / 4096 / 300_000).toBeCloseTo(1, 2);
  });

  it('uniform and fixed are exact', () => {
    const uniform = quantileTable({ kind: 'uniform', minMs: 6000, maxMs: 12_000 });
    expect([0, 2 ** 31, 2 ** 32 - 1].map(u => atQuantile(uniform, u))).toEqual([6000, 9000, 11_999]);
    expect(atQuantile(quantileTable({ kind: 'fixed', ms: 7 }), 0xffffffff)).toBe(7);
  });

  it('every draw is a whole number, never below the minimum, and grows with u', () => {
    const ms = fc.integer({ min: 1, max: 1_000_000 });
    const any: fc.Arbitrary<Distribution> = fc.oneof(
      fc.record({ kind: fc.constant('fixed' as const), ms }),
      fc.tuple(ms, ms).map(([a, b]) => ({ kind: 'uniform' as const, minMs: Math.min(a, b), maxMs: Math.max(a, b) })),
      fc.tuple(ms, ms, ms).map(([a, b, minMs]) => ({ kind: 'lognormal' as const, medianMs: Math.min(a, b), p99Ms: Math.max(a, b), minMs })),
      fc.record({ kind: fc.constant('exponential' as const), meanMs: ms, minMs: ms }),
    );
    const u32 = fc.integer({ min: 0, max: 0xffffffff });
    fc.assert(
      fc.property(any, u32, u32, (distribution, a, b) => {
        const table = quantileTable(distribution);
        const [low, high] = [Math.min(a, b), Math.max(a, b)].map(u => atQuantile(table, u));
        expect([low, high].every(Number.isInteger)).toBe(true);
        expect(low).toBeGreaterThanOrEqual(minimumOf(distribution));
        expect(high).toBeGreaterThanOrEqual(low);
      }),
    );
  });
});
