/** What comes in goes out or is there: pods, waits, calls, ENIs and addresses of random histories, each counted in two places. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { histogramCount, histogramSum } from '../../../src/core/histogram.ts';
import { countByUse, USE } from '../../../src/core/subnet.ts';
import { ACTION, ACTIONS } from '../../../src/engine/actions.ts';
import { DID } from '../../../src/engine/decisions.ts';
import { E_THROTTLED, OK } from '../../../src/engine/ipamd/calls.ts';
import { BIN, BIN_FIELDS } from '../../../src/engine/thread.ts';
import { DECISION_ACTIONS } from '../../../src/results/schema.ts';
import { KEYS, openSession, rowsOf, runWhole, type Session } from './session.ts';
import { scenarios } from './scenarios.ts';

/** ENISIM_RUNS histories in place of these. */
const RUNS = Number(process.env.ENISIM_RUNS ?? 15);

const sum = ({ pool: { threads: [{ bins }] } }: Session, field: number) => {
  let total = 0;
  for (let i = field; i < bins.length; i += BIN_FIELDS) total += bins[i];
  return total;
};
const used = ({ run: { ec2: { subnets: t } } }: Session, use: typeof USE.secondary | typeof USE.prefix) =>
  Array.from({ length: t.subnetCount }, (_, s) => countByUse(t, s, use)).reduce((a, b) => a + b, 0);

it('every pod is pending, never bound, on a node or gone, and has its row', () => {
  fc.assert(fc.property(scenarios(), ({ scenario, files }) => {
    const session = runWhole(openSession(scenario, { files }));
    const { run: { stage } } = session;
    const pods = rowsOf(session.logs.pods, KEYS.pods);
    const bound = pods.filter(row => !Number.isNaN(row.bound));
    const addressed = bound.filter(row => !Number.isNaN(row.addressed));
    expect(bound).toHaveLength(sum(session, BIN.bound));
    expect(addressed).toHaveLength(sum(session, BIN.addressed));
    expect(bound.filter(row => !Number.isNaN(row.ended))).toHaveLength(sum(session, BIN.ended));
    expect(bound.filter(row => Number.isNaN(row.addressed) && !Number.isNaN(row.ended))).toHaveLength(sum(session, BIN.neverAddressed));
    expect(bound.filter(row => row.retries > 0)).toHaveLength(sum(session, BIN.firstFailures));
    expect(bound.reduce((retries, row) => retries + row.retries, 0)).toBe(sum(session, BIN.noAvailable));
    if (stage !== null) expect(stage.nextPod).toBe(pods.length);
    // a wait of 0 is not in the histogram
    const waits = addressed.map(row => row.addressed - row.bound).filter(wait => wait > 0);
    const [{ waits: histogram }] = session.pool.threads;
    expect(histogramCount(histogram)).toBe(waits.length);
    expect(histogramSum(histogram)).toBe(waits.reduce((a, b) => a + b, 0));
    expect(sum(session, BIN.waitSum)).toBe(histogramSum(histogram));
  }), { numRuns: RUNS });
}, 60_000 + 5000 * RUNS);

it('the calls table has every request, and the account counts them alike', () => {
  fc.assert(fc.property(scenarios(), ({ scenario, files }) => {
    const session = runWhole(openSession(scenario, { files }));
    const calls = rowsOf(session.logs.calls, KEYS.calls);
    const { ec2 } = session.run;
    for (let action = 0; action < ACTIONS.length; action++) {
      const own = calls.filter(row => row.action === action);
      expect([action, own.length]).toEqual([action, ec2.requests[action]]);
      expect([action, own.filter(row => row.code === E_THROTTLED).length]).toEqual([action, ec2.throttled[action]]);
      expect([action, own.filter(row => row.code !== OK && row.code !== E_THROTTLED).length]).toEqual([action, ec2.errors[action]]);
    }
    expect(session.answers).toHaveLength(calls.length);
  }), { numRuns: RUNS });
}, 60_000 + 5000 * RUNS);

it('what EC2 granted is what nodes hold more, and what their decisions say', () => {
  let compared = 0;
  fc.assert(fc.property(scenarios({ busy: true, minutes: { min: 3, max: 8 } }), ({ scenario, files }) => {
    const session = openSession({ ...scenario, at: [] }, { files });
    const before = { enis: session.run.ec2.eniCount, secondary: used(session, USE.secondary), prefix: used(session, USE.prefix) };
    runWhole(session);
    const calls = rowsOf(session.logs.calls, KEYS.calls).filter(row => row.code === OK);
    const of = (action: number) => calls.filter(row => row.action === action);
    expect(session.run.ec2.eniCount - before.enis).toBe(of(ACTION.create).length - of(ACTION.delete).length);
    if (of(ACTION.delete).length > 0) return; // the calls do not say what went with an ENI
    compared++;
    const granted = (action: number) => of(action).reduce((total, row) => total + row.countGranted, 0);
    const grown = used(session, USE.secondary) - before.secondary + (used(session, USE.prefix) - before.prefix) / 16;
    expect(granted(ACTION.assign) + granted(ACTION.create) - granted(ACTION.unassign)).toBe(grown);
    const decisions = rowsOf(session.logs.decisions, KEYS.decisions);
    const decided = (did: number) => decisions.filter(row => row.action === did).reduce((total, row) => total + row.granted, 0);
    const openAtEnd = 2 * session.run.world.nodeCount * 40; // calls that nobody has heard the answer of
    const difference = granted(ACTION.assign) + granted(ACTION.create) - decided(DID.assign) - decided(DID.createEni);
    expect(difference).toBeGreaterThanOrEqual(0);
    expect(difference).toBeLessThanOrEqual(openAtEnd);
  }), { numRuns: 2 * RUNS });
  expect(compared).toBeGreaterThan(0);
}, 60_000 + 5000 * RUNS);

it('actions have the numbers of the table', () => {
  expect(Object.values(DID).map(number => DECISION_ACTIONS[number])).toEqual(['none', 'assign', 'create-eni', 'release', 'free-eni', 'paused']);
});
