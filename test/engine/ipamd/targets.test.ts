import { describe, expect, it } from 'vitest';
import { S } from '../../../src/core/node.ts';
import { createSettings } from '../../../src/engine/ipamd/settings.ts';
import { isHigh, over, overIpTargets, short, shortOfIpTargets, trunkWanted } from '../../../src/engine/ipamd/targets.ts';
import { SETTINGS, testNode } from './node.ts';

const PREFIXES = { prefixDelegation: true, podEni: true, warmIpTarget: 1 } as const;

describe('on network cards behind the first', () => {
  it('prefixes are counted as addresses: an idle card with its only prefix is over its targets by 15, a card without is short by 1 (surprise 12.5)', () => {
    const { b, n } = testNode(PREFIXES);
    const other = createSettings({ ...SETTINGS, ...PREFIXES, cards: 2 }).otherCards[0];
    expect(short(b, n, other, { total: 0, assigned: 0 })).toBe(1);
    expect(shortOfIpTargets({ ...other, minimumIpTarget: 20 }, 0, 0)).toBe(20);
    b.w[n + S.rawPrefixes] = b.w[n + S.freePrefixes] = 1;
    expect(over(b, n, other, { total: 16, assigned: 0 })).toBe(15);
    expect(isHigh(b, n, other, { total: 16, assigned: 0 })).toBe(true);
  });

  it('on the first the same prefix is just right, and 20 addresses are 2 prefixes', () => {
    const { b, n, c } = testNode({ ...PREFIXES, minimumIpTarget: 1 });
    b.w[n + S.rawPrefixes] = b.w[n + S.freePrefixes] = 1;
    expect(over(b, n, c, { total: 16, assigned: 0 })).toBe(0);
    expect(shortOfIpTargets({ ...c, minimumIpTarget: 20 }, 0, 0)).toBe(2);
  });

  it('no trunk is wanted', () => {
    const { b, n, c } = testNode({ ...PREFIXES, cards: 2 });
    expect([trunkWanted(b, n, c), trunkWanted(b, n, c.otherCards[0])]).toEqual([true, false]);
  });
});

it('without IP targets a pool is neither short of them nor over', () => {
  const { b, n, c } = testNode();
  expect([shortOfIpTargets(c, 10, 0), overIpTargets(b, n, c, 10, 0)]).toEqual([0, 0]);
});
