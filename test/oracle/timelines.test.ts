/**
 * Timelines: which calls change the pool, and when, in seconds since the pool was filled.
 *
 * Source  Golden values of ipamd v1.23.1 in virtual time (docs/fidelity.md). A new ENI takes 3 s and is dated by its end.
 * Limits  The golden timeline of an idle node with two network cards and prefixes is a test of several cards, not of this harness, which has one.
 */
import { describe, expect, it } from 'vitest';
import { Node, timeline, type Spec } from './harness.ts';

describe('timelines', () => {
  it('m5.large, defaults: 10 pods at 30, all deleted at 166', () => {
    const node = new Node({ type: 'm5.large' }).until(30);
    const pods = node.add(10);
    expect(node.waiting).toEqual(['p9']);
    node.until(166).del(pods).until(300);
    expect(timeline(node)).toEqual([
      '0 assign 9',
      '35.5 create ENI with 9',
      '48.5 create ENI with 9',
      '168.5 delete ENI 2', // no pod was on it
      '198.5 delete ENI 1', // its last address cooled until 196
    ]);
  });

  it('m5.large, WARM_ENI_TARGET 0, 9 pods: an ENI comes and goes for ever', () => {
    const node = new Node({ type: 'm5.large', env: { WARM_ENI_TARGET: 0 } });
    node.add(9);
    node.until(150);
    expect(timeline(node)).toEqual([
      '0 assign 9', '5.5 create ENI with 9', '65.5 delete ENI 1', '73.5 create ENI with 9', '133.5 delete ENI 2', '141.5 create ENI with 9',
    ]);
  });

  it('WARM_IP_TARGET 2, MINIMUM_IP_TARGET 4: 15 pods, all deleted at 223', () => {
    const node = new Node({ type: 'm5.large', env: { WARM_IP_TARGET: 2, MINIMUM_IP_TARGET: 4 } }).until(60);
    const pods = node.add(15);
    node.until(223).del(pods);
    const grown = node.events.length;
    node.until(600);
    expect(node.events.map(({ text }) => text)).toEqual([
      'assign 4', 'assign 2', 'assign 2', 'assign 1', 'create ENI with 1', 'assign 2', 'assign 2', 'assign 2', 'assign 1',
      'release 9 of ENI 0', 'release 4 of ENI 1',
    ]);
    expect(node.events.slice(grown).map(({ t }) => t)).toEqual([225.5, 225.5]);
    expect(node.state()).toMatchObject({ enis: 2, total: 4 });
  });

  it('t3.small, WARM_PREFIX_TARGET 1: 60 pods, all deleted at 163', () => {
    const node = new Node({ type: 't3.small', maxPods: 110, env: { ENABLE_PREFIX_DELEGATION: true, WARM_PREFIX_TARGET: 1 } }).until(60);
    const pods = node.add(60);
    node.until(163).del(pods);
    const grown = node.events.length;
    node.until(600);
    expect(node.events.slice(0, grown).map(({ text }) => text)).toEqual(['assign 1', 'assign 1', 'assign 1', 'create ENI with 1', 'assign 1']);
    expect(timeline(node, 163)).toEqual(['165.5 release 3 of ENI 0', '165.5 release 1 of ENI 1']);
    expect(node.state()).toMatchObject({ enis: 2, prefixes: 1 }); // the last free prefix sits on the second ENI, which it therefore keeps
  });

  it('prefixes without any target: one comes and goes on an idle node, every 30 s', () => {
    const node = new Node({ type: 'm5.large', env: { ENABLE_PREFIX_DELEGATION: true } }).until(80);
    expect(timeline(node)).toEqual([
      '0 assign 1', '2.5 release 1 of ENI 0', '7.5 assign 1', '32.5 release 1 of ENI 0', '37.5 assign 1', '62.5 release 1 of ENI 0', '67.5 assign 1',
    ]);
  });

  it('m5.large in a subnet with 5 free addresses', () => {
    const subnets: Spec['subnets'] = [{ id: 'a', cidr: '10.0.0.0/28', used: ['10.0.0.10+4'] }, { id: 'pods', cidr: '10.0.16.0/20' }];
    const node = new Node({ type: 'm5.large', subnets }).until(270);
    const full = 'InsufficientFreeAddressesInSubnet';
    const asks = (t: number, n: number) => [`${t} assign ${n} ${full}`, `${t} assign 1`];
    const fails = (t: number) => [`${t} assign 4 ${full}`, `${t} assign 1 ${full}`];
    expect(timeline(node)).toEqual([
      ...asks(0, 9), ...asks(2.5, 8), ...asks(7.5, 7), ...asks(12.5, 6), ...asks(17.5, 5), ...fails(22.5), ...fails(142.5), ...fails(262.6),
    ]);
  });

  it('the wait for metadata fails once: a reconcile adopts the ENI', () => {
    const node = new Node({
      type: 'm5.large', faults: [{ call: 'WaitForENIAndIPsAttached', from: 1, to: 1, err: 'waitForENIAndIPsAttached' }], latency: { WaitForENIAndIPsAttached: 162 },
    });
    node.add(1);
    node.until(165);
    expect(timeline(node)).toEqual(['0 assign 9', '167.5 create ENI with 9', '167.5 WaitForENIAndIPsAttached waitForENIAndIPsAttached']);
    expect(node.replay.now).toBe(170_001);
    expect(node.state()).toMatchObject({ enis: 2, total: 18 });
  });
});
