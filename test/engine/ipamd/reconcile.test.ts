/** Reconciles to which no trace leads. */
import { describe, expect, it } from 'vitest';
import { attach, detach, hold, unhold } from '../../../src/core/attached.ts';
import { ENI_PRIMARY, ENI_UNMANAGED, N, S } from '../../../src/core/node.ts';
import { NEVER, NONE } from '../../../src/core/units.ts';
import { startReconcile } from '../../../src/engine/ipamd/agent.ts';
import { rememberReleased } from '../../../src/engine/ipamd/cache.ts';
import { CALL, E_THROTTLED } from '../../../src/engine/ipamd/calls.ts';
import { addCidr, addEni, findCidr, findEni } from '../../../src/engine/ipamd/datastore.ts';
import { drive } from './drive.ts';
import { testNode } from './node.ts';

const IP = 0x0a000000;
const { getAttachedEnis, describeAllEnis, tagEni, isSubnetExcluded, setupEniNetwork, getIpv4s, getPrefixes } = CALL;

/** ENIs 0 (primary) and 1 with `count` addresses each, in the store as in EC2; the last action was long ago. */
function agreed(count: number, ...[changes, dims]: Parameters<typeof testNode>) {
  const node = testNode({ ipv4PerEni: count + 1, ...changes }, { slots: count, ...dims });
  const { b, n, c } = node;
  for (const [number, flags] of [ENI_PRIMARY, 0].entries()) {
    addEni(b, n, c, number, number, flags, 0, 0, 0);
    const a = attach(b, n, number, number, flags, 0, 0, 0);
    for (let i = 1; i <= count; i++) {
      addCidr(b, n, c, findEni(b, n, number), IP + 256 * number + i, false);
      hold(b, n, a, IP + 256 * number + i, false);
    }
  }
  b.w[n + N.lastAction] = NEVER;
  return node;
}

describe('a reconcile', () => {
  it('passes over an ENI that cannot be tagged, to the next', () => {
    const node = agreed(1);
    const { b, n } = node;
    for (const number of [2, 3]) attach(b, n, number, number, 0, 0, 0, 0);
    let tags = 0;
    expect(drive(node, startReconcile, 1000, call => { if (call === tagEni && tags++ === 0) b.w[n + N.replyError] = E_THROTTLED; })).toEqual([
      getAttachedEnis, describeAllEnis, tagEni, tagEni, isSubnetExcluded, setupEniNetwork,
    ]);
    expect([findEni(b, n, 2) === NONE, findEni(b, n, 3) === NONE, b.w[n + N.eniReconcileAdds]]).toEqual([true, false, 1]);
  });

  it('that metadata shows no ENI at all takes nothing away', () => {
    const node = agreed(1);
    const { b, n } = node;
    for (const a of [1, 0]) detach(b, n, a);
    expect(drive(node, startReconcile, 1000)).toEqual([getAttachedEnis]);
    expect([b.w[n + S.eniCount], b.w[n + N.lastAction]]).toEqual([2, NEVER]);
  });

  it('looks at addresses before prefixes', () => {
    const node = agreed(3, {}, { slots: 5, attachedSlots: 5 });
    const { b, n } = node;
    hold(b, n, 1, IP + 300, false);
    hold(b, n, 1, IP + 512, true);
    expect(drive(node, startReconcile, 1000)).toEqual([getAttachedEnis, getIpv4s, getPrefixes]);
    expect([b.w[n + S.total], b.w[n + S.rawPrefixes]]).toEqual([7, 1]);
  });

  it('takes out what EC2 no longer has though an earlier one saw it, on ENIs of many addresses too', () => {
    const node = agreed(40, {}, { cooling: 128, attachedSlots: 48 });
    const { b, n } = node;
    drive(node, startReconcile, 100_000);
    for (const a of [1, 0]) {
      const slot = Array.from({ length: 48 }, (_, i) => i).find(i => b.w[n + b.at.attachedAddress + a * 48 + i] === IP + 256 * a + 40)!;
      unhold(b, n, a, slot, NEVER);
    }
    drive(node, startReconcile, 200_000);
    expect([b.w[n + S.total], b.w[n + N.reconcileDels]]).toEqual([78, 2]);
  });

  it('takes out an address released over 60 s ago that metadata still lists and EC2, asked, has not', () => {
    const node = agreed(3);
    const { b, n } = node;
    rememberReleased(b, n, IP + 3, false, 0);
    unhold(b, n, 0, 2, 200_000);
    expect(drive(node, startReconcile, 70_000)).toEqual([getAttachedEnis, getIpv4s]);
    expect([findCidr(b, n, 0, IP + 3, false), b.w[n + N.reconcileDels], b.w[n + S.cacheCount]]).toEqual([NONE, 1, 1]);
  });

  it.each([['the first', 0], ['the last', 1]])('drops %s ENI when metadata does not list it', (_, number) => {
    const node = agreed(1);
    const { b, n } = node;
    detach(b, n, number);
    drive(node, startReconcile, 1000);
    expect([findEni(b, n, number), b.w[n + S.eniCount], b.w[n + N.eniReconcileDels]]).toEqual([NONE, 1, 1]);
  });

  it('drops an ENI that is not managed any more', () => {
    const node = agreed(1);
    const { b, n } = node;
    b.w[n + b.at.attachedFlags + 1] |= ENI_UNMANAGED;
    expect(drive(node, startReconcile, 1000)).toEqual([getAttachedEnis]);
    expect([findEni(b, n, 1), b.w[n + N.unmanagedEnis], b.w[n + N.eniReconcileDels]]).toEqual([NONE, 1, 1]);
  });
});

it('a node without a release cache remembers nothing', () => {
  const { b, n } = testNode({}, { cache: 0 });
  const before = b.w.slice();
  rememberReleased(b, n, IP + 5, true, 7);
  expect(b.w).toEqual(before);
});
