import { describe, expect, it } from 'vitest';
import { attach, hold } from '../../../src/core/attached.ts';
import { ENI_EFA, ENI_EXCLUDED, ENI_PRIMARY, ENI_TRUNK, N, S, type Blocks } from '../../../src/core/node.ts';
import { STREAM, streamKey } from '../../../src/core/random.ts';
import { NEVER, NONE } from '../../../src/core/units.ts';
import { resume, startInit } from '../../../src/engine/ipamd/agent.ts';
import { CALL, E_FREE_ADDRESSES, OK } from '../../../src/engine/ipamd/calls.ts';
import { checkStore } from '../../../src/engine/ipamd/check.ts';
import {
  addCidr, addEni, addressOf, clearStore, eniOfRef, excludeEni, findCidr, findEni, freeableCount, freeableEniExists, hasCooling, isUnneeded, oldEnoughAt,
  removeCidr, removeEni, restoreAddress,
} from '../../../src/engine/ipamd/datastore.ts';
import { cleanUpAt, cleanUpEmptied, tidyAfterDel } from '../../../src/engine/ipamd/leftovers.ts';
import { RESULT } from '../../../src/engine/ipamd/places.ts';
import { reconcileGated } from '../../../src/engine/ipamd/reconcile.ts';
import { addNetwork, delNetwork } from '../../../src/engine/ipamd/rpc.ts';
import type { Settings } from '../../../src/engine/ipamd/settings.ts';
import { deletableEni } from '../../../src/engine/ipamd/shrink.ts';
import { decreaseHeld, growthPaused } from '../../../src/engine/ipamd/targets.ts';
import { testNode } from './node.ts';

const IP = 0x0a000000;

/** A node with a primary ENI and an ENI 1, two secondary IPs each: .5 and .6, .15 and .16. */
function twoEnis(...args: Parameters<typeof testNode>) {
  const node = testNode(...args);
  const { b, n, c } = node;
  addEni(b, n, c, 0, 0, ENI_PRIMARY, 0, IP + 4, 0);
  addEni(b, n, c, 1, 1, 0, 0, IP + 14, 0);
  for (const [e, ip] of [[0, 5], [0, 6], [1, 15], [1, 16]]) addCidr(b, n, c, e, IP + ip, false);
  return node;
}

/** A node with a primary ENI that has the prefix .16/28 and, behind it, .32/28. */
function twoPrefixes(...[changes, dims]: Parameters<typeof testNode>) {
  const node = testNode({ prefixDelegation: true, ...changes }, dims);
  const { b, n, c } = node;
  addEni(b, n, c, 0, 0, ENI_PRIMARY, 0, IP + 4, 0);
  for (const ip of [32, 16]) addCidr(b, n, c, 0, IP + ip, true);
  return node;
}

/** The last byte of the address that pod p gets, or NONE. */
function add({ b, n, c }: ReturnType<typeof testNode>, p: number, now: number): number {
  const ref = addNetwork(b, n, c, p, now);
  checkStore(b, n, c);
  return ref === NONE ? NONE : addressOf(b, n, ref) - IP;
}

function del({ b, n, c }: ReturnType<typeof testNode>, p: number, now: number): number {
  const ref = delNetwork(b, n, c, p, now);
  checkStore(b, n, c);
  return ref === NONE ? NONE : addressOf(b, n, ref) - IP;
}

describe('an address for a pod', () => {
  it('is the lowest of the first ENI, then of the next, then there is none', () => {
    const node = twoEnis();
    expect([0, 1, 2, 3, 4].map(p => add(node, p, 0))).toEqual([5, 6, 15, 16, NONE]);
    expect(node.b.w[N.noAvailable]).toBe(1);
  });

  it('is the one it has when ADD is repeated', () => {
    const node = twoEnis();
    expect([add(node, 7, 0), add(node, 7, 0), add(node, 8, 0)]).toEqual([5, 5, 6]);
    expect(node.b.w[S.assigned]).toBe(2);
  });

  it('comes from the primary ENI too under custom networking, never from an excluded one', () => {
    expect(add(twoEnis({ customNetworking: true }), 0, 0)).toBe(5);
    const node = testNode();
    const { b, n, c } = node;
    addEni(b, n, c, 0, 0, ENI_PRIMARY, 0, IP + 4, 0);
    excludeEni(b, n, 0);
    addCidr(b, n, c, 0, IP + 5, false);
    expect(add(node, 0, 0)).toBe(NONE);
    expect([b.w[S.total], b.w[S.rawTotal]]).toEqual([0, 1]);
  });

  it('is of the kind of the mode', () => {
    const node = twoPrefixes();
    const { b, n, c } = node;
    addCidr(b, n, c, 0, IP + 5, false);
    expect(add(node, 0, 0)).toBe(16);
    expect([b.w[S.total], b.w[S.rawTotal], b.w[S.rawPrefixes]]).toEqual([32, 33, 2]);
  });

  it('of a prefix is .0, .1, .2, and all sixteen are usable', () => {
    const node = twoPrefixes();
    expect(Array.from({ length: 33 }, (_, p) => add(node, p, 0))).toEqual([...Array.from({ length: 32 }, (_, i) => 16 + i), NONE]);
  });
});

describe('a released address cools', () => {
  it.each([
    ['one ms before the end of the cooldown', 29_999, 6],
    ['at exactly 30 s', 30_000, 6],
    ['one ms later it is given again', 30_001, 5],
  ])('%s', (_, elapsed, expected) => {
    const node = twoEnis();
    add(node, 0, 0);
    del(node, 0, 1000);
    expect(add(node, 1, 1000 + elapsed)).toBe(expected);
  });

  it('with a cooldown of zero for that very moment', () => {
    const node = twoEnis({ cooldownMs: 0 });
    add(node, 0, 5);
    del(node, 0, 5);
    expect([add(node, 1, 5), add(node, 2, 6)]).toEqual([6, 5]);
  });

  it('and counts as available all the while', () => {
    const node = twoEnis();
    add(node, 0, 0);
    del(node, 0, 0);
    expect([node.b.w[S.total], node.b.w[S.assigned]]).toEqual([4, 0]);
  });

  it('and of several that have cooled in a prefix the lowest is given, the records of the others being dropped', () => {
    const node = twoPrefixes();
    for (const p of [0, 1, 2, 3]) add(node, p, 0);
    for (const p of [3, 1, 2]) del(node, p, 1000);
    expect(add(node, 4, 32_000)).toBe(17); // .18 and .19 are as if never used
    del(node, 4, 32_000);
    expect([add(node, 5, 32_000), add(node, 6, 32_000), add(node, 7, 32_000)]).toEqual([18, 19, 20]);
    expect(add(node, 8, 63_000)).toBe(17); // now it is the used one, and first
  });
});

describe('an ENI goes', () => {
  const deletable = (node: ReturnType<typeof testNode>, now: number) => deletableEni(node.b, node.n, node.c, now);

  it.each([['one ms before 60 s not', 59_999, NONE], ['at exactly 60 s', 60_000, 1]])('when it is not young any more: %s', (_, age, row) => {
    expect(deletable(twoEnis(), age)).toBe(row);
  });

  it.each([['at exactly 30 s not', 30_000, NONE], ['one ms later', 30_001, 1]])('when none of its addresses cools: %s', (_, elapsed, row) => {
    const node = twoEnis();
    for (const p of [0, 1, 2]) add(node, p, 0);
    del(node, 2, 100_000);
    expect(hasCooling(node.b, node.n, node.c, 1, 100_000 + elapsed)).toBe(row === NONE);
    expect(deletable(node, 100_000 + elapsed)).toBe(row);
  });

  it('when no pod is on it', () => {
    const node = twoEnis();
    for (const p of [0, 1, 2]) add(node, p, 0);
    expect(deletable(node, 100_000)).toBe(NONE);
    expect(freeableEniExists(node.b, node.n)).toBe(false);
  });

  it.each([['trunk', ENI_TRUNK], ['EFA', ENI_EFA], ['primary', ENI_PRIMARY]])('unless it is a %s', (_, flags) => {
    const node = testNode();
    addEni(node.b, node.n, node.c, 0, 0, flags, 0, IP + 4, 0);
    expect(deletable(node, 100_000)).toBe(NONE);
    expect(freeableEniExists(node.b, node.n)).toBe(false);
  });

  it.each([
    ['WARM_IP_TARGET', { warmIpTarget: 2 }, true], ['WARM_IP_TARGET', { warmIpTarget: 3 }, false],
    ['MINIMUM_IP_TARGET', { minimumIpTarget: 2 }, true], ['MINIMUM_IP_TARGET', { minimumIpTarget: 3 }, false],
    ['WARM_PREFIX_TARGET without prefixes', { warmPrefixTarget: 9 }, true],
  ])('if the others meet %s: %j', (_, targets, expected) => {
    const { b, n, c } = twoEnis(targets);
    expect(isUnneeded(b, n, c, 1)).toBe(expected);
  });

  it.each([
    ['rounded up to whole prefixes', { warmIpTarget: 1, warmPrefixTarget: 0 }, 0, false],
    ['rounded up to whole prefixes', { warmIpTarget: 16, warmPrefixTarget: 0 }, 1, true],
    ['rounded up to whole prefixes', { warmIpTarget: 17, warmPrefixTarget: 0 }, 1, false],
    ['rounded up to whole prefixes', { minimumIpTarget: 17, warmPrefixTarget: 0 }, 1, false],
    ['the warm-prefix guard holds beside IP targets', { warmIpTarget: 1, warmPrefixTarget: 2 }, 1, false],
    ['the warm-prefix guard counts ownerless prefixes', { warmPrefixTarget: 1 }, 1, true],
  ])('with prefixes: %s, %j', (_, targets, prefixesOfOthers, expected) => {
    const { b, n, c } = testNode({ prefixDelegation: true, ...targets });
    addEni(b, n, c, 0, 0, ENI_PRIMARY, 0, IP + 4, 0);
    addEni(b, n, c, 1, 1, 0, 0, IP + 14, 0);
    for (let i = 0; i < prefixesOfOthers; i++) addCidr(b, n, c, 0, IP + 32 + 16 * i, true);
    addCidr(b, n, c, 1, IP + 128, true);
    expect(isUnneeded(b, n, c, 1)).toBe(expected);
  });

  it('is as old as its first entry into the store, whatever sets it up again', () => {
    const { b, n, c } = twoEnis();
    expect(addEni(b, n, c, 1, 1, 0, 0, IP + 14, 50_000)).toBe(1);
    expect(oldEnoughAt(b, n, c, 1)).toBe(60_000);
  });
});

describe('gates', () => {
  it.each([
    ['a release waits until more than 30 s after the last', 'lastDecrease', 30_000, decreaseHeld],
    ['growth pauses until more than 120 s after an out-of-addresses error', 'lastInsufficient', 120_000, growthPaused],
  ] as const)('%s', (_, field, bound, isHeld) => {
    const { b, n } = testNode();
    b.w[n + N[field]] = 7;
    expect([bound - 1, bound, bound + 1].map(elapsed => isHeld(b, n, 7 + elapsed))).toEqual([true, true, false]);
    b.w[n + N[field]] = NEVER;
    expect(isHeld(b, n, 0)).toBe(false);
  });

  it('reconcile waits until more than 60 s after the last action, unless a trunk is wanted', () => {
    const { b, n, c } = testNode();
    b.w[n + N.lastAction] = 7;
    expect([59_999, 60_000, 60_001].map(elapsed => reconcileGated(b, n, c, 7 + elapsed))).toEqual([true, true, false]);
    const { c: podEni } = testNode({ podEni: true });
    expect(reconcileGated(b, n, podEni, 7)).toBe(false);
  });
});

describe('what is taken away by force', () => {
  it('takes its pods\' addresses without a cooldown, and they are not in the checkpoint any more', () => {
    const node = twoEnis();
    const { b, n, c } = node;
    add(node, 0, 0);
    add(node, 1, 0);
    expect(removeCidr(b, n, c, 0, findCidr(b, n, 0, IP + 5, false), false)).toBe(false);
    expect(removeCidr(b, n, c, 0, findCidr(b, n, 0, IP + 5, false), true)).toBe(true);
    checkStore(b, n, c);
    expect([b.w[N.forceRemovedIps], b.w[S.total], b.w[S.assigned], b.w[S.rawAssigned]]).toEqual([1, 3, 1, 1]);
    expect([b.w[b.at.podAddress], b.w[b.at.podCheckpoint]]).toEqual([NONE, 0]);
    expect(del(node, 0, 0)).toBe(NONE);
    expect(del(node, 1, 0)).toBe(6);
  });

  it('an ENI with pods takes its sizes off the running counters twice; one without, once', () => {
    const busy = twoPrefixes();
    add(busy, 0, 0);
    removeEni(busy.b, busy.n, busy.c, 0);
    checkStore(busy.b, busy.n, busy.c);
    expect([S.rawTotal, S.rawPrefixes, S.rawAssigned, S.total].map(field => busy.b.w[field])).toEqual([-32, -2, 0, 0]);
    expect([busy.b.w[N.forceRemovedEnis], busy.b.w[N.forceRemovedIps]]).toEqual([1, 1]);
    const idle = twoPrefixes();
    removeEni(idle.b, idle.n, idle.c, 0);
    expect([S.rawTotal, S.rawPrefixes].map(field => idle.b.w[field])).toEqual([0, 0]);
  });

  it('an ENI in the middle leaves the others what they have', () => {
    const node = twoEnis();
    const { b, n, c } = node;
    addEni(b, n, c, 2, 2, 0, 0, IP + 24, 0);
    for (const ip of [25, 26]) addCidr(b, n, c, 2, IP + ip, false);
    expect([0, 1, 2, 3, 4].map(p => add(node, p, 0))).toEqual([5, 6, 15, 16, 25]);
    removeEni(b, n, c, findEni(b, n, 1));
    checkStore(b, n, c);
    expect([0, 1, 2, 3, 4].map(p => del(node, p, 9))).toEqual([5, 6, NONE, NONE, 25]);
    expect(add(node, 5, 9)).toBe(26);
  });
});

describe('in the order of Go\'s maps', () => {
  /** How often each of the prefixes .16/28, .32/28, ... serves the first pod, over 8,000 keys. */
  function firstPicks(prefixes: number): number[] {
    const picks = Array.from({ length: prefixes }, () => 0);
    for (let key = 0; key < 8000; key++) {
      const { b, n, c } = testNode({ prefixDelegation: true, lowestFirst: false, ipv4PerEni: 15 }, { slots: 14, pods: 1, cooling: 1 });
      b.w[N.orderKey] = streamKey(key, STREAM.mapOrder, 0);
      addEni(b, n, c, 0, 0, ENI_PRIMARY, 0, IP + 4, 0);
      for (let i = 0; i < prefixes; i++) addCidr(b, n, c, 0, IP + 16 * (i + 1), true);
      picks[((addressOf(b, n, addNetwork(b, n, c, 0, 0)) - IP) >> 4) - 1]++;
    }
    return picks;
  }
  const near = (counts: number[], shares: number[]) => counts.every((count, i) => Math.abs(count / 8000 - shares[i]) < 0.02);

  it('of k CIDRs, at most 8, the first comes first with (9 - k) / 8, however many the ENI could hold', () => {
    expect(near(firstPicks(2), [0.875, 0.125])).toBe(true);
    expect(near(firstPicks(3), [0.75, 0.125, 0.125])).toBe(true);
    expect(near(firstPicks(8), Array.from({ length: 8 }, () => 1 / 8))).toBe(true);
  });

  it('a full ENI of more than 8 CIDRs is a uniform choice', () => {
    expect(near(firstPicks(14), Array.from({ length: 14 }, () => 1 / 14))).toBe(true);
  });
});

describe('a restart', () => {
  it('gives pods back what a CIDR of either kind encloses, without the cooldown they were in', () => {
    const node = twoEnis();
    const { b, n, c } = node;
    clearStore(b, n);
    addEni(b, n, c, 0, 0, ENI_PRIMARY, 0, IP + 4, 0);
    addCidr(b, n, c, 0, IP + 5, false);
    addCidr(b, n, c, 0, IP + 16, true);
    const of = (ip: number) => restoreAddress(b, n, c, IP + ip);
    expect(addressOf(b, n, of(19)) - IP).toBe(19);
    expect(eniOfRef(b, of(5))).toBe(0);
    expect(of(6)).toBe(NONE);
    expect([S.rawAssigned, S.assigned, S.freePrefixes].map(field => b.w[field])).toEqual([2, 1, 0]);
  });

  /** nodeInit with an AWS layer that grants nothing and fails nothing. */
  function answerAll(b: Blocks, n: number, c: Settings): void {
    for (let ended = startInit(b, n, c, 0); !ended; ended = resume(b, n, c, 0)) {
      b.w[n + N.replyError] = b.w[n + N.call] === CALL.allocIps ? E_FREE_ADDRESSES : OK;
    }
  }

  it('ends at once where the checkpoint has one address for two pods, and leaves the checkpoint as it is', () => {
    const { b, n, c } = testNode({ subnetDiscovery: false });
    attach(b, n, 0, 0, ENI_PRIMARY, 0, IP + 4, 0);
    for (const ip of [5, 6, 7]) hold(b, n, 0, IP + ip, false);
    const rows: [p: number, ip: number, eni: number][] = [[3, 6, 1], [1, 6, 0], [0, 7, 1], [2, 5, 0], [4, 99, 0]];
    for (const [p, ip, eni] of rows) {
      b.w[n + b.at.podCheckpoint + p] = IP + ip;
      b.w[n + b.at.podCheckpointEni + p] = eni;
    }
    answerAll(b, n, c);
    expect(b.w[N.result]).toBe(RESULT.failed);
    checkStore(b, n, c);
    // in the order of the file: .5, .6 and .99 of ENI 0, then .6 of ENI 1, where it ends before .7
    expect([2, 1, 4, 3, 0].map(p => b.w[n + b.at.podAddress + p] === NONE)).toEqual([false, false, true, true, true]);
    expect(rows.every(([p, ip]) => b.w[n + b.at.podCheckpoint + p] === IP + ip)).toBe(true);

    b.w[n + b.at.podCheckpoint + 3] = 0; // its host interface is gone
    answerAll(b, n, c);
    expect(b.w[N.result]).toBe(RESULT.ok);
    expect([2, 1, 0].map(p => addressOf(b, n, b.w[n + b.at.podAddress + p]) - IP)).toEqual([5, 6, 7]);
    expect(b.w[n + b.at.podCheckpoint + 4]).toBe(0); // no CIDR has it
  });
});

describe('leftovers', () => {
  function excludedWithPods(changes: Parameters<typeof testNode>[0] = {}) {
    const node = testNode(changes);
    const { b, n, c } = node;
    addEni(b, n, c, 0, 0, ENI_PRIMARY, 0, IP + 4, 0);
    excludeEni(b, n, 0);
    for (const ip of [5, 6]) addCidr(b, n, c, 0, IP + ip, false);
    for (const [p, ip] of [[0, 5], [1, 6]]) {
      b.w[n + b.at.podAddress + p] = restoreAddress(b, n, c, IP + ip);
      b.w[n + b.at.podCheckpoint + p] = IP + ip;
    }
    return node;
  }

  it('a CIDR that the last pod left on an excluded ENI goes 5 s later, from the store only and unknown to its counters', () => {
    const { b, n, c } = excludedWithPods();
    expect(b.w[n + b.at.eniFlags] & ENI_EXCLUDED).toBe(ENI_EXCLUDED);
    expect(tidyAfterDel(b, n, c, delNetwork(b, n, c, 0, 1000), 1000)).toBe(false);
    expect(cleanUpAt(b, n)).toBe(6000);
    expect(cleanUpEmptied(b, n, c)).toBe(true);
    checkStore(b, n, c);
    expect([freeableCount(b, n, 0), b.w[S.rawTotal], findCidr(b, n, 0, IP + 5, false)]).toEqual([0, 2, NONE]);
    expect(cleanUpAt(b, n)).toBeGreaterThan(6000);
  });

  it('a CIDR that has gone in the meantime is no trouble', () => {
    const { b, n, c } = excludedWithPods();
    tidyAfterDel(b, n, c, delNetwork(b, n, c, 0, 1000), 1000);
    removeCidr(b, n, c, 0, findCidr(b, n, 0, IP + 5, false), false);
    expect(cleanUpEmptied(b, n, c)).toBe(false);
  });

  it('out of prefix mode the first DEL from a leftover prefix asks to release all free prefixes of the ENI, cooling ones too', () => {
    const { b, n, c } = twoPrefixes({ prefixDelegation: false });
    b.w[n + b.at.podAddress] = restoreAddress(b, n, c, IP + 33);
    expect(tidyAfterDel(b, n, c, delNetwork(b, n, c, 0, 5), 5)).toBe(true);
    checkStore(b, n, c);
    expect([b.w[N.rpcEni], b.w[N.rpcCount], b.w[b.at.rpcList] - IP, b.w[b.at.rpcList + 1] - IP]).toEqual([0, 2, 16, 32]);
    expect([b.w[S.rawPrefixes], b.w[S.freePrefixes], b.w[S.coolCount]]).toEqual([0, 0, 0]);
  });

  it('in prefix mode a leftover address is not released', () => {
    const node = twoPrefixes();
    const { b, n, c } = node;
    addCidr(b, n, c, 0, IP + 5, false);
    b.w[n + b.at.podAddress] = restoreAddress(b, n, c, IP + 5);
    expect(tidyAfterDel(b, n, c, delNetwork(b, n, c, 0, 5), 5)).toBe(false);
    expect(findCidr(b, n, 0, IP + 5, false)).not.toBe(NONE);
  });
});
