/** Growth and release in turns where pods come and go between two calls, or as Go walks its maps. */
import { describe, expect, it } from 'vitest';
import { ENI_PRIMARY, N, S } from '../../../src/core/node.ts';
import { NEVER } from '../../../src/core/units.ts';
import { startTick } from '../../../src/engine/ipamd/agent.ts';
import { rememberReleased } from '../../../src/engine/ipamd/cache.ts';
import { CALL, E_FREE_ADDRESSES, E_IP_LIMIT, E_THROTTLED } from '../../../src/engine/ipamd/calls.ts';
import { checkStore } from '../../../src/engine/ipamd/check.ts';
import { addCidr, addEni, findEni } from '../../../src/engine/ipamd/datastore.ts';
import { addNetwork, delNetwork } from '../../../src/engine/ipamd/rpc.ts';
import { drive, type TestNode } from './drive.ts';
import { testNode } from './node.ts';

const IP = 0x0a000000;
const KEYS = Array.from({ length: 200 }, (_, key) => key);

/** ENIs 0 (primary), 1, ... with as many addresses as told, .1, .2, ... of their own /24. */
function pool(counts: readonly number[], ...[changes, dims]: Parameters<typeof testNode>): TestNode {
  const node = testNode({ maxEni: counts.length, ...changes }, dims);
  const { b, n, c } = node;
  for (const [number, count] of counts.entries()) {
    addEni(b, n, c, number, number, number === 0 ? ENI_PRIMARY : 0, 0, 0, 0);
    for (let i = 1; i <= count; i++) addCidr(b, n, c, findEni(b, n, number), IP + 256 * number + i, false);
  }
  for (const field of ['lastAction', 'lastDecrease', 'lastInsufficient'] as const) b.w[n + N[field]] = NEVER;
  return node;
}

const listOf = ({ b, n }: TestNode) => Array.from(b.w.subarray(n + b.at.list, n + b.at.list + b.w[n + N.listLength]), ip => ip - IP);

describe('growth', () => {
  it('by one address that meets a full ENI describes it, too', () => {
    const node = pool([2], { warmIpTarget: 3 });
    const { b, n } = node;
    let tries = 0;
    const calls = drive(node, startTick, 1000, call => {
      if (call === CALL.allocIps) b.w[n + N.replyError] = tries++ === 0 ? E_THROTTLED : E_IP_LIMIT;
      else expect(b.w[n + N.callEni]).toBe(0);
    });
    expect(calls).toEqual([CALL.allocIps, CALL.allocIps, CALL.getIpv4s]);
  });

  it('asks for no ENI when pods that went in the meantime left enough, and counts as an action', () => {
    const node = pool([2], { warmIpTarget: 1, maxEni: 3 });
    const { b, n, c } = node;
    for (const p of [0, 1]) addNetwork(b, n, c, p, 0);
    const calls = drive(node, startTick, 1000, () => {
      delNetwork(b, n, c, 0, 1000);
      b.w[n + N.replyError] = E_FREE_ADDRESSES; // of this subnet: the walk goes on, to a new ENI
    });
    expect(calls).toEqual([CALL.allocIps, CALL.allocIps]);
    expect([b.w[n + N.lastAction], b.w[n + N.lastInsufficient]]).toEqual([1000, NEVER]);
  });

  it('remembers drift for the second address of a grant as for the first', () => {
    const node = pool([1], { warmIpTarget: 3 });
    const { b, n } = node;
    rememberReleased(b, n, IP + 3, false, 0);
    drive(node, startTick, 1000, () => { b.w.set([IP + 2, IP + 3], n + b.at.list); b.w[n + N.replyCount] = 2; });
    expect([b.w[n + S.total], b.w[n + S.drift]]).toEqual([3, 1]);
  });

  it('takes one draw to choose among ENIs, none where all are full, and never asks for an empty place', () => {
    for (const key of KEYS) {
      const node = pool([3, 2], { lowestFirst: false, warmIpTarget: 6 });
      node.b.w[N.orderKey] = key;
      expect(drive(node, startTick, 1000)).toEqual([CALL.allocIps]);
      expect([node.b.w[N.callEni], node.b.w[N.orders]]).toEqual([1, 1]);
    }
    const full = pool([3, 3], { lowestFirst: false, warmIpTarget: 7 });
    expect(drive(full, startTick, 1000)).toEqual([]);
    expect(full.b.w[N.orders]).toBe(0);
  });
});

describe('a release', () => {
  it('that fails is remembered though the next one succeeds', () => {
    const addresses = pool([2, 2], { warmIpTarget: 1 });
    let calls = 0;
    const failFirst = ({ b }: TestNode) => () => { b.w[N.replyError] = calls++ === 0 ? E_THROTTLED : 0; };
    expect(drive(addresses, startTick, 1000, failFirst(addresses))).toEqual([CALL.deallocIps, CALL.deallocIps]);
    expect(addresses.b.w[S.drift]).toBe(1);
    const prefixes = pool([0, 0], { prefixDelegation: true, warmPrefixTarget: 0 });
    for (const e of [0, 1]) addCidr(prefixes.b, prefixes.n, prefixes.c, e, IP + 16 * (e + 1), true);
    calls = 0;
    expect(drive(prefixes, startTick, 1000, failFirst(prefixes)).slice(0, 2)).toEqual([CALL.deallocPrefixes, CALL.deallocPrefixes]);
    expect(prefixes.b.w[S.drift]).toBe(1);
  });

  it('of both kinds names the prefixes in one call and the addresses in the next, of the same ENI, in order', () => {
    const node = pool([0, 0], { prefixDelegation: true, warmPrefixTarget: 0 }, { slots: 8, cooling: 64, attachedSlots: 8 });
    const { b, n, c } = node;
    for (const ip of [5, 50]) addCidr(b, n, c, 1, IP + ip, false);
    for (const ip of [16, 32, 64, 80]) addCidr(b, n, c, 1, IP + ip, true); // four are over: .5, .16/28, .32/28, .50
    const lists: number[][] = [];
    expect(drive(node, startTick, 1000, call => {
      if (call !== CALL.freeEni) lists.push([b.w[n + N.callEni], ...listOf(node)]);
    })).toEqual([CALL.deallocPrefixes, CALL.deallocIps]);
    expect(lists).toEqual([[1, 16, 32], [1, 5, 50]]);
    checkStore(b, n, c);
  });

  it('ends with the walk when pods have taken the rest in the meantime', () => {
    const node = pool([1, 1], { warmIpTarget: 1 });
    const { b, n, c } = node;
    addCidr(b, n, c, 1, IP + 300, false);
    expect(drive(node, startTick, 1000, () => { for (const p of [0, 1]) addNetwork(b, n, c, p, 1000); })).toEqual([CALL.deallocIps]);
    expect(b.w[n + S.total]).toBe(2);
  });

  it('in the order of Go\'s maps begins at any address and takes three draws', () => {
    const seen = new Set<number>();
    for (const key of KEYS) {
      const node = pool([3], { lowestFirst: false, warmIpTarget: 1 });
      const { b, n, c } = node;
      b.w[n + N.orderKey] = key;
      addNetwork(b, n, c, 0, 0);
      const orders = b.w[n + N.orders];
      const [owned] = Array.from({ length: 3 }, (_, i) => i + 1).filter(i => IP + i === b.w[n + b.at.podCheckpoint]);
      expect(drive(node, startTick, 1000)).toEqual([CALL.deallocIps]);
      const [gone, ...more] = listOf(node);
      expect([more, gone === owned, b.w[n + S.total], b.w[n + N.orders] - orders]).toEqual([[], false, 2, 3]);
      seen.add(gone);
      checkStore(b, n, c);
    }
    expect([...seen].sort()).toEqual([1, 2, 3]);
  });

  it('in the order of Go\'s maps can take all of an ENI, wherever it begins', () => {
    for (const key of KEYS) {
      const node = pool([3, 3], { lowestFirst: false, minimumIpTarget: 3 });
      const { b, n, c } = node;
      b.w[n + N.orderKey] = key;
      for (const p of [0, 1, 2, 3, 4, 5]) addNetwork(b, n, c, p, 0);
      for (const p of [0, 1, 2, 3, 4, 5]) if (b.w[n + b.at.podCheckpointEni + p] === 1) delNetwork(b, n, c, p, 0);
      expect(drive(node, startTick, 1000)).toEqual([CALL.deallocIps]);
      expect([b.w[n + N.callEni], ...listOf(node).sort((x, y) => x - y)]).toEqual([1, 257, 258, 259]);
      checkStore(b, n, c);
    }
  });
});

describe('the ENI that goes', () => {
  it('in the order of Go\'s maps is any that may, by one draw; where none may, none is taken', () => {
    const seen = new Set<number>();
    for (const key of KEYS) {
      const node = pool([1, 0, 0], { lowestFirst: false, warmIpTarget: 1 });
      node.b.w[N.orderKey] = key;
      expect(drive(node, startTick, 60_000)).toEqual([CALL.freeEni]);
      seen.add(node.b.w[N.callEni]);
      expect(node.b.w[N.orders]).toBe(1);
    }
    expect([...seen].sort()).toEqual([1, 2]);
    const young = pool([1, 0, 0], { lowestFirst: false, warmIpTarget: 1 });
    expect(drive(young, startTick, 59_999)).toEqual([]);
    expect(young.b.w[N.orders]).toBe(0);
  });
});

it('a turn says that it went well, whatever the start before it came to', () => {
  const node = pool([1], { warmIpTarget: 1 });
  node.b.w[N.result] = 1;
  drive(node, startTick, 1000);
  expect(node.b.w[N.result]).toBe(0);
});
