/**
 * Skipping is exact: running every turn and every reconcile of every node, those that decide nothing too, gives the same pods, calls, pools and counters.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { N } from '../../../src/core/node.ts';
import { DOING, PHASE } from '../../../src/engine/agentLoop.ts';
import { DID } from '../../../src/engine/decisions.ts';
import { bookReconciles } from '../../../src/engine/turns.ts';
import { firstDifference, openSession, outcomeOf, runWhole, wordName, type Session } from './session.ts';
import { scenarios } from './scenarios.ts';

/** ENISIM_RUNS histories in place of these. */
const RUNS = Number(process.env.ENISIM_RUNS ?? 20);

/** Words that say when the loop is next run, or what the last turn looked at: a turn that decides nothing writes them too. */
const OF_THE_LOOP: ReadonlySet<string> = new Set([
  'tickAt', 'reconcileAt', 'loopAt', 'walkAt', 'cursor', 'orderStart', 'flags', 'snapTotal', 'snapAssigned', 'result', 'call', 'callEni', 'callCount', 'callSubnet',
  'replyError', 'replyCount', 'setupEni', 'tries', 'back', 'wanted', 'decisionNumber', 'decidedFlags', 'decidedShort', 'decidedOver', 'didAction', 'didEni', 'didRequested', 'didGranted', 'didError', 'awsPlace', 'awsTry', 'unmanagedEnis',
  'lowBelow', 'highFrom', 'quietPrefixes', 'quietEnis', 'eniSeen',
]);

function comparable(session: Session) {
  const { run: { world, clock } } = session;
  for (const { blocks: b, nodeCount } of world.groups) {
    for (let i = 0; i < nodeCount; i++) {
      const n = i * b.at.stride;
      const { w } = b;
      if (w[n + N.phase] === PHASE.ready && w[n + N.doing] === DOING.nothing) bookReconciles(b, n, world.settings[w[n + N.settings]], clock - world.origin[0]);
    }
  }
  const { decisions, nextAt: _, ...outcome } = outcomeOf(session);
  const acts = decisions.filter(row => row.action !== DID.none && row.action !== DID.paused).map(({ number: __, ...row }) => row);
  for (const [g, words] of outcome.blocks.entries()) {
    const { at } = world.groups[g].blocks;
    const ignored = Array.from({ length: at.cardStride }, (_, offset) => OF_THE_LOOP.has(/: (?:S\.)?(\w+)\[/.exec(wordName(session, g, offset))![1]));
    for (let word = 0; word < words.length; word++) if (ignored[word % at.cardStride]) words[word] = 0;
  }
  return { ...outcome, acts };
}

/** Null: the two sessions are alike in all that matters. */
export function skippingDifference(skipping: Session, every: Session): string | null {
  const difference = firstDifference(comparable(skipping), comparable(every));
  const word = /^\.blocks\.(\d+)\[(\d+)\]/.exec(difference ?? '');
  return word === null ? difference : `${wordName(skipping, Number(word[1]), Number(word[2]))} ${difference}`;
}

it.each([
  ['of all kinds', scenarios(), RUNS], ['with busy agents', scenarios({ busy: true, minutes: { min: 3, max: 8 } }), RUNS],
])('a run of every turn and every reconcile gives what skipping gives: histories %s', (_, histories, numRuns) => {
  fc.assert(fc.property(histories, ({ scenario, files }) => {
    const skipping = runWhole(openSession(scenario, { files }));
    const every = runWhole(openSession(scenario, { files, everyTurn: true }));
    expect(skippingDifference(skipping, every)).toBeNull();
  }), { numRuns });
}, 60_000 + 5000 * RUNS);
