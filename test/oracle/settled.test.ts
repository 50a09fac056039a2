/**
 * Settled states: what the pool is 400 s after so many pods came to an idle node. Every row of the table of golden values is a test.
 *
 * Source  Golden values of ipamd v1.23.1, driven in virtual time against a stub EC2 (docs/fidelity.md). But for one row they do not depend on the order of maps.
 */
import { describe, expect, it } from 'vitest';
import { PREFIX, SECONDARY } from './golden.ts';
import { settled } from './harness.ts';

describe.each(SECONDARY)('%s', (_, spec, ...rows) => {
  it.each(rows)('%i pods: %i ENIs, %i addresses of which %i free', (pods, enis, total, free) => {
    expect(settled(spec, pods).state()).toMatchObject({ enis, total, free });
  });
});

describe.each(PREFIX)('prefixes on %s', (_, spec, ...rows) => {
  it.each(rows)('%i pods: %i ENIs, %i prefixes, %i addresses free', (pods, enis, count, free) => {
    expect(settled(spec, pods).state()).toMatchObject({ enis, prefixes: count, free });
  });
});

it('m5.large, WARM_PREFIX_TARGET 2, 16 pods: the one published state that depends on the order of maps; lowest-first fills one prefix', () => {
  const node = settled({ type: 'm5.large', maxPods: 110, env: { ENABLE_PREFIX_DELEGATION: true, WARM_PREFIX_TARGET: 2 } }, 16);
  expect(node.state()).toMatchObject({ enis: 1, prefixes: 3, free: 32 }); // as Go walks: 4 and 48 in 88 % of runs, see distributions.test.ts
});

it.each([9, 18])('m5.large, WARM_ENI_TARGET 0 and %i pods never settles', pods => {
  const node = settled({ type: 'm5.large', env: { WARM_ENI_TARGET: 0 } }, pods);
  const before = node.events.length;
  node.idle(200);
  const changes = node.events.slice(before).map(({ text }) => text.split(' ')[0]);
  expect(changes.filter(verb => verb === 'create').length).toBeGreaterThanOrEqual(2);
  expect(changes.filter(verb => verb === 'delete').length).toBeGreaterThanOrEqual(2);
});
