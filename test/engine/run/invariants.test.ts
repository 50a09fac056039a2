/** What must hold between any two events, at many horizons of random histories. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkWorld } from '../../../src/engine/check.ts';
import { openSession, runWhole } from './session.ts';
import { scenarios } from './scenarios.ts';

/** ENISIM_RUNS histories in place of these. */
const RUNS = Number(process.env.ENISIM_RUNS ?? 30);

it('the world adds up after every horizon', () => {
  let worlds = 0;
  fc.assert(fc.property(scenarios(), fc.integer({ min: 500, max: 60_000 }), ({ scenario, files }, every) => {
    const session = openSession(scenario, { files });
    const cuts = Array.from({ length: Math.min(60, Math.floor(session.plan.durationMs / every)) }, (_, i) => (i + 1) * every);
    for (let at = 60_000; at < session.plan.durationMs; at += 60_000) cuts.push(at);
    runWhole(session, cuts, ({ run, pool, base }) => { checkWorld(run, pool.threads, base); worlds++; });
  }), { numRuns: RUNS });
  expect(worlds).toBeGreaterThan(RUNS);
}, 60_000 + 5000 * RUNS);
