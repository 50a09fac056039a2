/**
 * Cutting a run changes nothing: whole, in slices of any length, and with the origin of all blocks moved early and often.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { differenceOf, openSession, outcomeOf, runWhole } from './session.ts';
import { scenarios } from './scenarios.ts';

/** ENISIM_RUNS histories in place of these. */
const RUNS = Number(process.env.ENISIM_RUNS ?? 20);
const TIMEOUT_MS = 60_000 + 5000 * RUNS;

/** Cuts as shares of the run, some of them followed by slices of 1 ms; a moment is made from what happened in the whole run. */
const cutting = fc.record({ shares: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 }), near: fc.array(fc.nat(), { maxLength: 6 }), every: fc.constantFrom(0, 0, 2000, 7777, 60_000) });

it.each([
  ['of all kinds', scenarios(), RUNS], ['of nodes that fight for tokens', scenarios({ contended: true, minutes: { min: 2, max: 6 } }), RUNS],
])('a run in slices gives what the whole run gives: histories %s', (_, histories, numRuns) => {
  fc.assert(fc.property(histories, cutting, ({ scenario, files }, { shares, near, every }) => {
    const whole = runWhole(openSession(scenario, { files }));
    const { durationMs } = whole.plan;
    const expected = outcomeOf(whole);
    const moments = [...expected.calls.map(row => row.requested), ...expected.pods.flatMap(row => [row.created, row.bound, row.addressed, row.ended])].filter(at => at >= 0);
    const cuts = [
      ...shares.map(share => Math.round(share * durationMs)),
      ...near.flatMap(i => { const at = moments[i % Math.max(1, moments.length)] ?? 0; return [-2, -1, 0, 1, 2, 3].map(by => at + by); }),
      ...(every === 0 ? [] : Array.from({ length: Math.floor(durationMs / every) }, (_, i) => i * every)),
    ];
    expect(differenceOf(whole, runWhole(openSession(scenario, { files }), cuts))).toBeNull();
  }), { numRuns });
}, TIMEOUT_MS);

it('nor do windows that end because the inbox is full', () => {
  fc.assert(fc.property(scenarios({ scheduled: true }), ({ scenario, files }) => {
    const whole = runWhole(openSession(scenario, { files }));
    const together = new Map<number, number>(); // pods bound in one millisecond must fit half the inbox
    for (const { bound } of outcomeOf(whole).pods) together.set(bound, (together.get(bound) ?? 0) + 1);
    const inboxSize = 2 * Math.max(2, ...together.values());
    expect(differenceOf(whole, runWhole(openSession(scenario, { files, inboxSize })))).toBeNull();
  }), { numRuns: Math.ceil(RUNS / 3) });
}, TIMEOUT_MS);

it('moving the origin of all blocks changes nothing', () => {
  fc.assert(fc.property(scenarios(), fc.constantFrom(60_000, 333_000), ({ scenario, files }, originSpanMs) => {
    const whole = runWhole(openSession(scenario, { files }));
    const session = openSession(scenario, { files, originSpanMs });
    const cuts = Array.from({ length: Math.floor(session.plan.durationMs / 30_000) }, (_, i) => i * 30_000);
    const { durationMs, binMs } = runWhole(session, cuts).plan;
    expect(durationMs < originSpanMs + 2 * binMs || session.run.world.origin[0] > 0).toBe(true);
    expect(differenceOf(whole, session)).toBeNull();
  }), { numRuns: Math.ceil(RUNS / 3) });
}, TIMEOUT_MS);
