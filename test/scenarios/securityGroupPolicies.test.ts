/** Which groups a pod gets: the controller's rules, one by one. */
import { describe, expect, it } from 'vitest';
import { matchesLabels, securityGroupsOf, type LabelSelector } from '../../src/scenarios/securityGroupPolicies.ts';

const labels = { app: 'shop', tier: 'web' };

describe('a selector', () => {
  it.each<[LabelSelector, boolean]>([
    [{}, true], [{ matchLabels: { app: 'shop' } }, true], [{ matchLabels: { app: 'shop', tier: 'db' } }, false], [{ matchLabels: { toString: 'x' } }, false],
    [{ matchExpressions: [{ key: 'tier', operator: 'In', values: ['web', 'db'] }] }, true], [{ matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['web'] }] }, false],
    [{ matchExpressions: [{ key: 'zone', operator: 'NotIn', values: ['a'] }] }, true], [{ matchExpressions: [{ key: 'app', operator: 'Exists' }] }, true],
    [{ matchExpressions: [{ key: 'zone', operator: 'DoesNotExist' }] }, true], [{ matchExpressions: [{ key: 'app', operator: 'In' }] }, false],
    [{ matchExpressions: [{ key: 'app', operator: 'Exists', values: ['shop'] }] }, false], [{ matchExpressions: [{ key: 'app', operator: 'Like', values: ['s*'] }] }, false],
  ])('%j: %s', (selector, expected) => expect(matchesLabels(selector, labels)).toBe(expected));
});

describe('policies', () => {
  it('all that match count, in their order, each group once', () => {
    expect(securityGroupsOf([
      { podSelector: { matchLabels: { app: 'shop' } }, securityGroups: ['sg-2', 'sg-1'] },
      { podSelector: { matchLabels: { app: 'bank' } }, securityGroups: ['sg-9'] },
      { podSelector: {}, securityGroups: ['sg-1', 'sg-3'] },
    ], labels, {})).toEqual(['sg-2', 'sg-1', 'sg-3']);
  });

  it('each selector that is there must match', () => {
    const both = { podSelector: { matchLabels: { app: 'shop' } }, serviceAccountSelector: { matchLabels: { team: 'a' } }, securityGroups: ['sg-1'] };
    expect(securityGroupsOf([both], labels, { team: 'a' })).toEqual(['sg-1']);
    expect(securityGroupsOf([both], labels, { team: 'b' })).toEqual([]);
    expect(securityGroupsOf([{ ...both, podSelector: null }], {}, { team: 'a' })).toEqual(['sg-1']);
  });

  it('one without a selector, or without groups, is invalid', () => {
    expect(securityGroupsOf([{ securityGroups: ['sg-1'] }, { podSelector: {}, securityGroups: [] }], labels, {})).toEqual([]);
  });
});
