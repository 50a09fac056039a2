import { describe, expect, it } from 'vitest';
import { N, NODE_SGP_FEATURE, S } from '../../../src/core/node.ts';
import { NONE } from '../../../src/core/units.ts';
import { findCached, forgetCached, isRecent, rememberReleased } from '../../../src/engine/ipamd/cache.ts';
import { announceSecurityGroupsForPods } from '../../../src/engine/ipamd/cninode.ts';
import { testNode } from './node.ts';

describe('the cache of released CIDRs', () => {
  it('holds an entry for less than 60 s as recent, and keeps it after that', () => {
    const { b, n } = testNode();
    rememberReleased(b, n, 5, false, 1000);
    const i = findCached(b, n, 5, false);
    expect([60_999, 61_000, 61_001].map(now => isRecent(b, n, i, now))).toEqual([true, false, false]);
    expect(b.w[n + S.cacheCount]).toBe(1);
  });

  it('tells an address from a prefix that begins with it', () => {
    const { b, n } = testNode();
    rememberReleased(b, n, 16, true, 0);
    expect(findCached(b, n, 16, false)).toBe(NONE);
    expect(findCached(b, n, 16, true)).toBe(0);
  });

  it('starts an entry anew when its CIDR is released again', () => {
    const { b, n } = testNode();
    rememberReleased(b, n, 5, false, 0);
    rememberReleased(b, n, 5, false, 30_000);
    expect(b.w[n + S.cacheCount]).toBe(1);
    expect(isRecent(b, n, 0, 89_999)).toBe(true);
  });

  it('when full gives up the oldest, again and again', () => {
    const { b, n } = testNode({}, { cache: 3 });
    for (let ip = 1; ip <= 8; ip++) rememberReleased(b, n, ip, false, ip);
    expect(b.w[n + S.cacheCount]).toBe(3);
    expect([5, 6, 7, 8].map(ip => findCached(b, n, ip, false) !== NONE)).toEqual([false, true, true, true]);
  });

  it('forgets one and keeps the others', () => {
    const { b, n } = testNode({}, { cache: 3 });
    for (let ip = 1; ip <= 5; ip++) rememberReleased(b, n, ip, ip === 5, ip);
    forgetCached(b, n, findCached(b, n, 4, false));
    expect([findCached(b, n, 3, false), findCached(b, n, 4, false), findCached(b, n, 5, true)].map(i => i !== NONE)).toEqual([true, false, true]);
    expect(isRecent(b, n, findCached(b, n, 5, true), 60_004)).toBe(true);
    rememberReleased(b, n, 6, false, 6);
    expect([3, 5, 6].filter(ip => findCached(b, n, ip, ip === 5) === NONE)).toEqual([]);
  });
});

describe('the CNINode feature for a trunk', () => {
  it.each([[0, 2, true], [0, 3, false], [1, 1, true], [1, 2, false]])('with %i unmanaged ENIs and %i in the store of a type with 3: %s', (unmanaged, enis, announced) => {
    const { b, n, c } = testNode({ podEni: true });
    b.w[n + N.unmanagedEnis] = unmanaged;
    b.w[n + S.eniCount] = enis;
    announceSecurityGroupsForPods(b, n, c);
    expect((b.w[n + N.nodeFlags] & NODE_SGP_FEATURE) !== 0).toBe(announced);
  });
});
