/** What must hold between any two events, at many horizons of random histories. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkWorld } from '../../../src/engine/check.ts';
import { openSession, runWhole } from './session.ts';
import { scenarios } from './scenarios.ts';

/** ENISIM_RUNS histories in place of these. */
const RUNS = Number(process.env.ENISIM_RUNS ?? 12);

it('the world adds up after every horizon', () => {
  let worlds = 0;
  fc.assert(fc.property(scenarios(), fc.integer({ min: 500, max: 60_000 }), ({ scenario, files }, every) => {
    // right after EC2 has done something, and when the answer is there
    const answers = runWhole(openSession(scenario, { files })).answers.slice(0, 40).flatMap(([at]) => [at + 1, at + 100]);
    const session = openSession(scenario, { files });
    const cuts = Array.from({ length: Math.min(60, Math.floor(session.plan.durationMs / every)) }, (_, i) => (i + 1) * every);
    for (let at = 60_000; at < session.plan.durationMs; at += 60_000) cuts.push(at);
    runWhole(session, [...cuts, ...answers], ({ run, pool, base }) => { checkWorld(run, pool.threads, base); worlds++; });
  }), { numRuns: RUNS });
  expect(worlds).toBeGreaterThan(RUNS);
}, 60_000 + 5000 * RUNS);
