/** S.drift: does the data store differ from EC2, so that the next reconcile has to be carried out? Traces do not show it; a run that skips trusts it. */
import { describe, expect, it } from 'vitest';
import { attach, hold, unhold } from '../../../src/core/attached.ts';
import { ENI_EFA, ENI_PRIMARY, ENI_UNMANAGED, N, S } from '../../../src/core/node.ts';
import { NEVER, NONE } from '../../../src/core/units.ts';
import { startReconcile, startTick } from '../../../src/engine/ipamd/agent.ts';
import { rememberReleased } from '../../../src/engine/ipamd/cache.ts';
import { CALL, E_THROTTLED, OK } from '../../../src/engine/ipamd/calls.ts';
import { addCidr, addEni, findCidr, findEni } from '../../../src/engine/ipamd/datastore.ts';
import { agreesWithMetadata } from '../../../src/engine/ipamd/reconcile.ts';
import { drive, type TestNode } from './drive.ts';
import { testNode } from './node.ts';

const IP = 0x0a000000;

/** A primary ENI with .5 and .6 and an ENI 1 with .15, in the store as in EC2. */
function agreed(...args: Parameters<typeof testNode>): TestNode {
  const node = testNode(...args);
  const { b, n, c } = node;
  for (const [number, flags, ips] of [[0, ENI_PRIMARY, [5, 6]], [1, 0, [15]]] as const) {
    addEni(b, n, c, number, number, flags, 0, IP + 4 + 10 * number, 0);
    const a = attach(b, n, number, number, flags, 0, IP + 4 + 10 * number, 0);
    for (const ip of ips) {
      addCidr(b, n, c, findEni(b, n, number), IP + ip, false);
      hold(b, n, a, IP + ip, false);
    }
  }
  return node;
}

describe('the store agrees with EC2', () => {
  it('when both have the same', () => {
    const { b, n, c } = agreed();
    expect(agreesWithMetadata(b, n, c, 1000)).toBe(true);
  });

  it.each<[string, (node: TestNode) => void]>([
    ['an ENI of EC2 is not in the store', ({ b, n }) => { attach(b, n, 2, 2, 0, 0, IP + 24, 0); }],
    ['an ENI of the store is not in EC2', ({ b, n, c }) => { addEni(b, n, c, 2, 2, 0, 0, IP + 24, 0); }],
    ['EC2 has an address more', ({ b, n }) => hold(b, n, 1, IP + 16, false)],
    ['EC2 has a prefix more', ({ b, n }) => hold(b, n, 1, IP + 32, true)],
    ['EC2 has an address less', ({ b, n }) => unhold(b, n, 0, 1, NEVER)],
    ['an address is on its way out, metadata still lists it', ({ b, n }) => unhold(b, n, 0, 1, 5000)],
    ['EC2 has another address', ({ b }) => { b.w[b.at.attachedAddress] = IP + 7; }],
    ['an address was released lately and is back', ({ b, n }) => rememberReleased(b, n, IP + 15, false, 0)],
  ])('not when %s', (_, change) => {
    const node = agreed();
    change(node);
    expect(agreesWithMetadata(node.b, node.n, node.c, 1000)).toBe(false);
  });

  it.each([['EFA-only', ENI_EFA], ['tagged no_manage', ENI_UNMANAGED]])('whatever is on an ENI that is %s', (_, flags) => {
    const { b, n, c } = agreed();
    hold(b, n, attach(b, n, 2, 2, flags, 0, IP + 24, 0), IP + 25, false);
    expect(agreesWithMetadata(b, n, c, 1000)).toBe(true);
  });

  it('under custom networking whatever prefixes the primary ENI has, not those of others', () => {
    const { b, n, c } = agreed({ customNetworking: true }, { attachedSlots: 6 });
    hold(b, n, 0, IP + 32, true);
    expect(agreesWithMetadata(b, n, c, 1000)).toBe(true);
    hold(b, n, 1, IP + 48, true);
    expect(agreesWithMetadata(b, n, c, 1000)).toBe(false);
    expect(agreesWithMetadata(b, n, { ...c, customNetworking: false }, 1000)).toBe(false);
  });
});

describe('drift', () => {
  it('ends with a reconcile that leaves nothing to do', () => {
    const node = agreed();
    const { b, n, c } = node;
    hold(b, n, 1, IP + 16, false);
    b.w[n + N.lastAction] = NEVER;
    b.w[n + S.drift] = 1;
    expect(drive(node, startReconcile, 1000)).toEqual([CALL.getAttachedEnis, CALL.getIpv4s]);
    expect(findCidr(b, n, findEni(b, n, 1), IP + 16, false)).not.toBe(NONE);
    expect(b.w[n + S.drift]).toBe(0);
    expect(agreesWithMetadata(b, n, c, 1000)).toBe(true);
  });

  it('stays where metadata still lists an address on its way out', () => {
    const node = agreed();
    const { b, n } = node;
    unhold(b, n, 0, 1, 5000);
    b.w[n + N.lastAction] = NEVER;
    drive(node, startReconcile, 1000);
    expect(b.w[n + S.drift]).toBe(1);
  });

  it.each([['fails', E_THROTTLED, 1], ['succeeds', OK, 0]])('is there after a turn whose release of an address %s', (_, error, drift) => {
    const node = agreed({ warmIpTarget: 2 });
    node.b.w[N.lastDecrease] = NEVER;
    const calls = drive(node, startTick, 1000, () => { node.b.w[N.replyError] = error; });
    expect(calls).toEqual([CALL.deallocIps]);
    expect(node.b.w[S.drift]).toBe(drift);
  });

  it.each([['fails', E_THROTTLED, 1], ['succeeds', OK, 0]])('is there after a turn whose release of a prefix %s', (_, error, drift) => {
    const node = testNode({ prefixDelegation: true, warmPrefixTarget: 1 });
    const { b, n, c } = node;
    addEni(b, n, c, 0, 0, ENI_PRIMARY, 0, IP + 4, 0);
    for (const ip of [16, 32]) addCidr(b, n, c, 0, IP + ip, true);
    b.w[n + N.lastDecrease] = NEVER;
    expect(drive(node, startTick, 1000, () => { b.w[n + N.replyError] = error; })).toEqual([CALL.deallocPrefixes]);
    expect(b.w[n + S.drift]).toBe(drift);
  });

  it.each([['fails', E_THROTTLED, 1], ['succeeds', OK, 0]])('is there after a turn whose deletion of an ENI %s', (_, error, drift) => {
    const node = agreed({ warmIpTarget: 2, minimumIpTarget: 3 });
    const { b, n, c } = node;
    addEni(b, n, c, 2, 2, 0, 0, IP + 24, 0);
    b.w[n + N.lastDecrease] = NEVER;
    expect(drive(node, startTick, 100_000, () => { b.w[n + N.replyError] = error; })).toEqual([CALL.freeEni]);
    expect(b.w[n + S.drift]).toBe(drift);
    expect(b.w[n + S.eniCount]).toBe(2);
    expect(b.w[n + N.callEni]).toBe(2);
  });

  it.each([['was released less than 60 s ago', IP + 7, 1], ['is new', IP + 8, 0]])('is there after growth by an address that %s', (_, ip, drift) => {
    const node = agreed({ warmIpTarget: 4 });
    const { b, n } = node;
    rememberReleased(b, n, IP + 7, false, 0);
    b.w[n + N.lastInsufficient] = NEVER;
    const calls = drive(node, startTick, 1000, () => {
      b.w[n + N.replyCount] = 1;
      b.w[n + b.at.list] = ip;
    });
    expect(calls).toEqual([CALL.allocIps]);
    expect(b.w[n + S.drift]).toBe(drift);
  });

  it.each([
    ['asking for it fails', CALL.allocEni, [CALL.allocEni]],
    ['it does not show up in metadata', CALL.waitForEni, [CALL.allocEni, CALL.waitForEni]],
    ['it cannot be set up', CALL.setupEniNetwork, [CALL.allocEni, CALL.waitForEni, CALL.setupEniNetwork]],
    ['all goes well', CALL.none, [CALL.allocEni, CALL.waitForEni, CALL.setupEniNetwork]],
  ])('is there after growth by an ENI when %s', (_, failing, calls) => {
    const node = agreed({ warmEniTarget: 4, subnetDiscovery: false, ipv4PerEni: 2 });
    const { b, n } = node;
    b.w[n + N.lastInsufficient] = NEVER;
    expect(drive(node, startTick, 1000, call => {
      if (call === failing) b.w[n + N.replyError] = E_THROTTLED;
      if (call === CALL.allocEni) b.w[n + N.callEni] = 2;
      if (call === CALL.waitForEni) hold(b, n, attach(b, n, 2, 2, 0, 0, IP + 24, 0), IP + 25, false);
    })).toEqual(calls);
    expect(b.w[n + S.drift]).toBe(Number(failing !== CALL.none));
    expect(findEni(b, n, 2) === NONE).toBe(failing !== CALL.none);
    expect(b.w[n + N.lastAction] === 1000).toBe(failing === CALL.none);
  });

  it('is not there after a turn that asked for nothing, whatever the call before it came to', () => {
    const node = agreed({ warmIpTarget: 3 });
    node.b.w[N.replyError] = E_THROTTLED;
    expect(drive(node, startTick, 1000)).toEqual([]);
    expect(node.b.w[S.drift]).toBe(0);
  });
});
