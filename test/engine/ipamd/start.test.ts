/** A process of ipamd starts: nodeInit and setupENI where no trace leads. */
import { describe, expect, it } from 'vitest';
import { attach, hold } from '../../../src/core/attached.ts';
import {
  ENI_EFA, ENI_MANAGE, ENI_NO_MANAGE, ENI_PRIMARY, ENI_TAGGED, ENI_TRUNK, ENI_UNMANAGED, N, NODE_CORDONED, NODE_CUSTOM_FEATURE, NODE_SGP_FEATURE, NODE_TERMINATING, S,
} from '../../../src/core/node.ts';
import { NEVER, NONE } from '../../../src/core/units.ts';
import { resume, startInit } from '../../../src/engine/ipamd/agent.ts';
import { CALL, E_THROTTLED } from '../../../src/engine/ipamd/calls.ts';
import { findEni } from '../../../src/engine/ipamd/datastore.ts';
import { PLACE, RESULT } from '../../../src/engine/ipamd/places.ts';
import { addNetwork, branchIsServed, branchNeedsListing, delNetwork } from '../../../src/engine/ipamd/rpc.ts';
import { drive, type TestNode } from './drive.ts';
import { testNode } from './node.ts';

const IP = 0x0a000000;
const { describeAllEnis, tagEni, isSubnetExcluded, setupEniNetwork, refreshSecurityGroups, getIpv6Prefixes, allocIpv6Prefix, sleep } = CALL;

/** ENIs 0 (primary), 1, ... attached, three addresses on each; nothing in the store. */
function attached(flags: readonly number[], ...args: Parameters<typeof testNode>): TestNode {
  const node = testNode(...args);
  const { b, n } = node;
  b.w[n + N.eniConfigSubnet] = NONE;
  for (const [number, each] of flags.entries()) {
    const a = attach(b, n, number, number, each, 0, IP + 4 + 256 * number, 0);
    for (const ip of [5, 6, 7]) hold(b, n, a, IP + 256 * number + ip, false);
  }
  return node;
}

const failing = ({ b, n }: TestNode, failed: number) => (call: number) => { if (call === failed) b.w[n + N.replyError] = E_THROTTLED; };

describe('nodeInit', () => {
  it('describes, tags, checks and sets up every ENI, and refreshes security groups', () => {
    const node = attached([ENI_PRIMARY, 0]);
    expect(drive(node, startInit, 0)).toEqual([
      describeAllEnis, tagEni, isSubnetExcluded, tagEni, isSubnetExcluded, setupEniNetwork, refreshSecurityGroups,
    ]);
    expect([node.b.w[N.result], node.b.w[S.total]]).toEqual([RESULT.ok, 6]);
  });

  it('tags neither a trunk nor, without provisioning, anything; what is not managed it leaves alone', () => {
    const trunk = [describeAllEnis, tagEni, isSubnetExcluded, isSubnetExcluded, setupEniNetwork, refreshSecurityGroups];
    expect(drive(attached([ENI_PRIMARY, ENI_TRUNK]), startInit, 0)).toEqual(trunk);
    const still = attached([ENI_PRIMARY, ENI_EFA], { provisioning: false, warmEniTarget: 9 });
    expect(drive(still, startInit, 0)).toEqual([describeAllEnis, isSubnetExcluded]);
    expect([still.b.w[N.result], still.b.w[N.unmanagedEnis]]).toEqual([RESULT.ok, 1]);
  });

  it.each([['describing the ENIs', describeAllEnis], ['tagging', tagEni], ['refreshing security groups', refreshSecurityGroups]])('ends the process when %s fails', (_, failed) => {
    const node = attached([ENI_PRIMARY, 0]);
    expect(drive(node, startInit, 0, failing(node, failed)).at(-1)).toBe(failed);
    expect(node.b.w[N.result]).toBe(RESULT.failed);
  });

  it('goes on without an ENI that could not be set up in six tries, ten seconds apart', () => {
    const node = attached([ENI_PRIMARY, 0]);
    const calls = drive(node, startInit, 0, call => {
      failing(node, setupEniNetwork)(call);
      if (call === sleep) expect(node.b.w[N.callCount]).toBe(10_000);
    });
    expect([setupEniNetwork, sleep].map(call => calls.filter(each => each === call).length)).toEqual([6, 5]);
    expect([node.b.w[N.result], node.b.w[S.total], findEni(node.b, node.n, 1)]).toEqual([RESULT.ok, 3, NONE]);
  });

  it('forgets what the process before it knew, and not that the node is cordoned', () => {
    const node = attached([ENI_PRIMARY]);
    const { b, n } = node;
    for (const field of ['lastAction', 'lastDecrease', 'lastInsufficient'] as const) b.w[n + N[field]] = 5;
    b.w[n + N.nodeFlags] = NODE_TERMINATING | NODE_CORDONED;
    b.w[n + N.unmanagedEnis] = 2;
    b.w[b.at.attachedFlags] |= ENI_UNMANAGED;
    startInit(b, n, node.c, 1000);
    expect([b.w[n + N.walkAt], b.w[n + N.unmanagedEnis], b.w[b.at.attachedFlags]]).toEqual([1000, 0, ENI_PRIMARY]);
    expect((['lastAction', 'lastDecrease', 'lastInsufficient'] as const).map(field => b.w[n + N[field]])).toEqual([NEVER, NEVER, NEVER]);
    expect(b.w[n + N.nodeFlags]).toBe(NODE_CORDONED);
  });

  it('on a card behind the first describes nothing again and leaves security groups alone', () => {
    const { b, n, c } = attached([0], { cards: 2 });
    b.w[n + N.replyError] = E_THROTTLED;
    expect(drive({ b, n, c: c.otherCards[0] }, startInit, 1000)).toEqual([tagEni, isSubnetExcluded, setupEniNetwork]);
    expect([b.w[n + N.result], b.w[n + N.walkAt], b.w[n + S.total]]).toEqual([RESULT.ok, 1000, 3]);
  });

  it.each([
    ['with ENABLE_POD_ENI', { podEni: true }, 1, NODE_SGP_FEATURE],
    ['with ENABLE_POD_ENI and an ENIConfig', { podEni: true, customNetworking: true }, 1, NODE_SGP_FEATURE | NODE_CUSTOM_FEATURE],
    ['with ENABLE_POD_ENI and an ENIConfig not named', { podEni: true, customNetworking: true }, 0, NODE_SGP_FEATURE],
    ['with an ENIConfig alone', { customNetworking: true }, 1, 0],
  ])('writes the features of the CNINode: %s', (_, changes, named, features) => {
    const node = attached([ENI_PRIMARY, 0], changes);
    node.b.w[N.eniConfigNamed] = named;
    drive(node, startInit, 0);
    expect(node.b.w[N.nodeFlags]).toBe(features);
  });

  it('under custom networking fails without any address', () => {
    const start = (changes: Parameters<typeof testNode>[0], node = testNode(changes)) => {
      node.b.w[N.eniConfigSubnet] = NONE;
      attach(node.b, node.n, 0, 0, ENI_PRIMARY, 0, IP + 4, 0);
      drive(node, startInit, 0);
      return node.b.w[N.result];
    };
    expect([start({ customNetworking: true, warmEniTarget: 0 }), start({ warmEniTarget: 0 })]).toEqual([RESULT.failed, RESULT.ok]);
  });

  it('writes in the checkpoint on which ENI an address is now, and leaves free rows as they are', () => {
    const node = attached([ENI_PRIMARY, 0]);
    const { b, n } = node;
    for (const [p, ip] of [[1, 5], [2, 256 + 6]]) {
      b.w[n + b.at.podCheckpoint + p] = IP + ip;
      b.w[n + b.at.podCheckpointEni + p] = 9;
    }
    b.w[n + b.at.podAddress + 3] = -7; // a free row: its link to the next
    drive(node, startInit, 0);
    expect([1, 2].map(p => b.w[n + b.at.podCheckpointEni + p])).toEqual([0, 1]);
    expect(b.w[n + b.at.podAddress + 3]).toBe(-7);
  });

  it('without room for restarts ends all the same', () => {
    const node = attached([ENI_PRIMARY], {}, { restarts: 0 });
    drive(node, startInit, 0);
    expect(node.b.w[N.result]).toBe(RESULT.ok);
  });

  it('passes over an ENI that metadata does not show yet', () => {
    const node = attached([ENI_PRIMARY, 0]);
    node.b.w[node.b.at.attachedVisibleAt + 1] = 1;
    drive(node, startInit, 0);
    expect(findEni(node.b, node.n, 1)).toBe(NONE);
  });

  it.each([['not tagged', 0, false], ['tagged by a cluster', ENI_TAGGED, true], ['tagged manage', ENI_MANAGE, true], ['tagged no_manage', ENI_TAGGED | ENI_NO_MANAGE, false]])(
    'with MANAGE_UNTAGGED_ENI off looks at tags: an ENI that is %s', (_, flags, managed) => {
      const node = attached([ENI_PRIMARY, flags], { manageUntaggedEni: false });
      drive(node, startInit, 0);
      expect([findEni(node.b, node.n, 1) !== NONE, node.b.w[N.unmanagedEnis]]).toEqual([managed, managed ? 0 : 1]);
    });

  /** How often each order of setting up was taken by 500 starts of one node. */
  function orders(enis: number, lowestFirst: boolean): Map<string, number> {
    const node = attached(Array.from({ length: enis }, (_, i) => (i === 0 ? ENI_PRIMARY : 0)), { lowestFirst, eniLimit: enis }, { enis, cooling: 64 });
    const { b, n } = node;
    b.w[n + N.orderKey] = 77;
    const counts = new Map<string, number>();
    for (let start = 0; start < 500; start++) {
      const order: number[] = [];
      drive(node, startInit, 0, call => { if (call === tagEni) order.push(b.w[n + N.callEni]); });
      counts.set(order.join(), (counts.get(order.join()) ?? 0) + 1);
    }
    return counts;
  }

  it('takes ENIs by number in traces; in runs by MAC address from where Go begins: of 3 at the first in 6 of 8 starts, of 10 anywhere', () => {
    expect([...orders(3, true)]).toEqual([['0,1,2', 500]]);
    for (const [enis, first] of [[3, 0.75], [10, 0.1]] as const) {
      const counts = orders(enis, false);
      const rotations = [...counts.keys()];
      if (enis === 10) expect(rotations).not.toContain('0,1,2,3,4,5,6,7,8,9');
      const twice = `${rotations[0]},${rotations[0]}`;
      expect(rotations.every(order => twice.includes(order))).toBe(true);
      expect(rotations).toHaveLength(enis);
      const shares = [...counts.values()].map(count => count / 500).sort((x, y) => y - x);
      expect(shares[0]).toBeGreaterThan(first - 0.05);
      expect(shares[0]).toBeLessThan(first + 0.05);
      expect(shares.at(-1)).toBeGreaterThan((1 - first) / (enis - 1) - 0.05);
    }
  });
});

describe('IPv6', () => {
  const init = [describeAllEnis, tagEni, isSubnetExcluded, getIpv6Prefixes];

  it('the primary ENI gets its /80 unless it has one, its IPv4 addresses stay out, and no pool is filled', () => {
    const node = attached([ENI_PRIMARY], { ipv6: true, prefixDelegation: true });
    expect(drive(node, startInit, 0)).toEqual([...init, allocIpv6Prefix, refreshSecurityGroups]);
    expect([node.b.w[N.ipv6Prefix], node.b.w[S.total], node.b.w[N.result]]).toEqual([1, 0, RESULT.ok]);
    expect(drive(node, startInit, 0)).toEqual([...init, refreshSecurityGroups]);
  });

  it.each([['is not listed', getIpv6Prefixes, 0], ['is not granted', allocIpv6Prefix, 0]])('an ENI whose /80 %s is not set up', (_, failed, prefix) => {
    const node = attached([ENI_PRIMARY], { ipv6: true });
    const calls = drive(node, startInit, 0, failing(node, failed));
    expect(calls.filter(call => call === failed)).toHaveLength(6);
    expect(node.b.w[N.ipv6Prefix]).toBe(prefix);
  });

  it('a trunk is linked as ever', () => {
    const node = attached([ENI_TRUNK], { ipv6: true });
    expect(drive(node, startInit, 0)).toEqual([describeAllEnis, isSubnetExcluded, setupEniNetwork, refreshSecurityGroups]);
  });

  it('pods get an address once the /80 is there and ipamd waits for nothing, and give it back', () => {
    const node = attached([ENI_PRIMARY], { ipv6: true });
    const { b, n, c } = node;
    expect(addNetwork(b, n, c, 0, 0)).toBe(NONE);
    drive(node, startInit, 0);
    b.w[n + N.place] = PLACE.initTagged;
    expect(addNetwork(b, n, c, 0, 0)).toBe(NONE);
    b.w[n + N.place] = PLACE.idle;
    const ref = addNetwork(b, n, c, 0, 0);
    expect([ref === NONE, b.w[n + S.rawAssigned], b.w[b.at.podCheckpoint]]).toEqual([false, 1, NONE]);
    expect(delNetwork(b, n, c, 0, 9)).toBe(ref);
    expect([b.w[n + S.rawAssigned], b.w[n + S.coolCount], b.w[b.at.podCheckpoint], b.w[b.at.podAddress]]).toEqual([0, 0, 0, NONE]);
  });
});

describe('a pod with a branch ENI', () => {
  it('is served once the trunk is in the store and in metadata, and the annotation is there', () => {
    const node = attached([ENI_PRIMARY, ENI_TRUNK], { podEni: true });
    const { b, n, c } = node;
    expect([branchNeedsListing(b, n, c), branchIsServed(b, n, true)]).toEqual([false, false]);
    drive(node, startInit, 0);
    expect([branchNeedsListing(b, n, c), branchIsServed(b, n, true), branchIsServed(b, n, false)]).toEqual([true, true, false]);
    b.w[n + b.at.attachedNumber + 1] = NONE;
    expect([branchNeedsListing(b, n, c), branchIsServed(b, n, true)]).toEqual([true, false]);
  });
});

it('a start that waits for its first answer can go on with it', () => {
  const { b, n, c } = attached([ENI_PRIMARY]);
  expect(startInit(b, n, c, 0)).toBe(false);
  expect(resume(b, n, c, 0)).toBe(false);
  expect(b.w[n + N.call]).toBe(tagEni);
});
