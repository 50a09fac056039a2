/**
 * Surprises: behaviour of ipamd that one would not guess and that a faithful simulator must show, each as one scenario on one node.
 *
 * Source  Found in ipamd v1.23.1 and reproduced by driving it in virtual time; the numbers are those of the list in docs/fidelity.md.
 * Limits  Not here: 5 (several network cards with prefixes), which this harness has not. Of 16 the minutes of delete retries, which are the AWS layer's own.
 */
import { describe, expect, it } from 'vitest';
import { N } from '../../src/core/node.ts';
import { Node, settled, timeline, type Spec } from './harness.ts';

const PREFIXES = { ENABLE_PREFIX_DELEGATION: true } as const;
const verbs = (node: Node, from = 0) => node.events.slice(from).map(({ text }) => text);

it('1. An outage of DescribeSubnets while ipamd restarts loses the addresses of running pods, and gives them to others', () => {
  const node = new Node({
    type: 'm5.large', env: { ENABLE_SUBNET_DISCOVERY: true }, faults: [{ call: 'IsSubnetExcluded', from: 3, to: 14, err: 'RequestLimitExceeded' }],
  });
  const [old] = node.add(1);
  node.idle(30);
  expect(node.state().enis).toBe(2); // the check was reached once for each
  node.restart();
  expect(node.started).toBe(true); // after 6 tries an ENI, 50 s each, it goes on with empty ones
  expect(verbs(node).slice(-1)).toEqual(['assign 9 PrivateIpAddressLimitExceeded']); // EC2 says they are full: all addresses are back, as free ones
  expect(node.state().assigned).toBe(0);
  const [young] = node.add(1);
  expect(node.addresses.get(young)).toBe(node.addresses.get(old));
});

it('2. "Available" includes addresses that cool: after a mass delete nothing is low, nothing grows, and pods wait out 30 s', () => {
  const node = settled({ type: 'm5.large' }, 27);
  node.del([...node.addresses.keys()]);
  const before = node.events.length;
  node.add(5);
  expect(node.state()).toMatchObject({ free: 27, cooling: 27, waiting: 5 });
  expect(node.verdicts().low).toBe(false);
  node.idle(30);
  expect(node.waiting).toHaveLength(5);
  node.idle(10);
  expect(node.waiting).toHaveLength(0);
  expect(verbs(node, before).filter(text => !text.startsWith('delete'))).toEqual([]);
});

describe('3. WARM_ENI_TARGET 0 thrashes', () => {
  const cycle = (node: Node) => {
    const times = node.events.filter(({ text }) => text.startsWith('create')).map(({ t }) => t);
    return times.slice(1).map((t, i) => Math.round(t - times[i]));
  };

  it('on a node that is exactly full: every 68 s', () => {
    const node = new Node({ type: 'm5.large', env: { WARM_ENI_TARGET: 0 } });
    node.add(9);
    expect(cycle(node.until(300))).toEqual([68, 68, 68, 68]);
  });

  it('under custom networking on an idle one', () => {
    const node = new Node({ type: 'm5.large', env: { WARM_ENI_TARGET: 0, AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: true } }).until(300);
    expect(cycle(node).length).toBeGreaterThanOrEqual(3);
    expect(node.state().assigned).toBe(0);
  });
});

it('4. One pod pins an ENI: 116 addresses for 4 pods, for ever', () => {
  const node = new Node({ type: 'm5.4xlarge', env: { MAX_ENI: 4 } }).until(60);
  const pods = node.add(116);
  node.until(400);
  const onEni = (k: number) => pods[29 * k];
  node.del(pods.filter(pod => ![0, 1, 2, 3].map(onEni).includes(pod)));
  const before = node.events.length;
  node.idle(3600);
  expect(node.state()).toMatchObject({ enis: 4, total: 116, assigned: 4 });
  expect(node.verdicts().removal).toBe(true); // each turn looks for an ENI to free, and finds none
  expect(node.events.length).toBe(before);
});

it('6. With WARM_IP_TARGET the surplus leaves in one turn, cooling or not, from whichever ENI; an ENI may keep all and stay', () => {
  const node = settled({ type: 'm5.large', env: { WARM_IP_TARGET: 2, MINIMUM_IP_TARGET: 4 } }, 15);
  node.del([...node.addresses.keys()]);
  expect(node.state().cooling).toBe(15);
  node.turn();
  expect(node.state()).toMatchObject({ total: 4, perEni: [{ eni: 0, slots: 0 }, { eni: 1, slots: 4 }] });
  node.idle(3600);
  expect(node.state().enis).toBe(2);
});

describe('7. Empty ENIs that cannot go, with prefixes', () => {
  const shrunk = (warmPrefixTarget: number, keep: readonly number[]) => {
    const env = { ...PREFIXES, WARM_IP_TARGET: 1, MINIMUM_IP_TARGET: 1, WARM_PREFIX_TARGET: warmPrefixTarget };
    const node = new Node({ type: 't3.small', maxPods: 110, env }).until(60);
    const pods = node.add(58);
    node.until(400);
    expect(node.state()).toMatchObject({ enis: 2, prefixes: 4 });
    return node.del(pods.filter((_, i) => !keep.includes(i))).idle(3600).state();
  };
  const range = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);

  it('WARM_IP_TARGET 1 counts as 16: 6 free addresses elsewhere do not let the empty ENI go', () => {
    expect(shrunk(0, range(0, 10))).toMatchObject({ prefixes: 1, free: 6, perEni: [{ slots: 1 }, { slots: 0 }] });
  });

  it('16 do, unless WARM_PREFIX_TARGET 1 (the chart sets it) asks for a free prefix, although WARM_IP_TARGET rules', () => {
    const twoHalves = [...range(0, 8), ...range(16, 8)];
    expect(shrunk(0, twoHalves)).toMatchObject({ enis: 1, prefixes: 2, free: 16 });
    expect(shrunk(1, twoHalves)).toMatchObject({ enis: 2, prefixes: 2, free: 16 });
  });
});

it('8. Secondary IPs left from before prefix delegation are not given back when their pods go, but at the next release or restart', () => {
  const node = new Node({ type: 'm5.large', maxPods: 110 }).until(60);
  const pods = node.add(3);
  node.idle(60);
  const env = { ...PREFIXES, WARM_PREFIX_TARGET: 1 };
  node.restart(0, { env });
  expect(node.state().perEni[0]).toMatchObject({ slots: 4, owned: 3 }); // its free ones went; a prefix came
  const before = node.events.length;
  node.del(pods);
  expect(node.events.length).toBe(before);
  expect(node.state().perEni[0].slots).toBe(4);
  node.idle(40);
  expect(node.state().perEni[0].slots).toBe(4);
  node.restart(0, { env });
  expect(node.state().perEni[0].slots).toBe(1);
});

it('9. While a trunk is wanted and missing, an address that comes back within a minute is swept from the pod that got it', () => {
  const node = new Node({ type: 'm5.large', env: { ENABLE_POD_ENI: true, WARM_IP_TARGET: 1 } }).until(60);
  const pods = node.add(8);
  node.idle(200);
  expect(node.state()).toMatchObject({ enis: 1, total: 9, assigned: 8 });
  node.del(pods.slice(0, 4)).turn(); // 4 addresses go back
  expect(node.state().total).toBe(5);
  const swept = node.counter('forceRemovedIps');
  node.add(1);
  node.adjust(); // the lowest free one comes back, which is one of the 4
  node.add(1);
  expect(node.state()).toMatchObject({ total: 6, assigned: 6 });
  node.reconcile(); // as every turn
  expect(node.counter('forceRemovedIps')).toBe(swept + 1);
  expect(node.state()).toMatchObject({ total: 5, assigned: 5 });
  node.idle(30); // the store asks for what EC2 says the ENI has
  expect(node.events.some(({ text }) => text.endsWith('PrivateIpAddressLimitExceeded'))).toBe(true);
  node.idle(90);
  expect(node.state()).toMatchObject({ total: 6, assigned: 5 });
});

it('10. The prefix counter drifts when an ENI is taken away by force: 2 instead of 4', () => {
  const node = settled({ type: 't3.small', maxPods: 110, env: { ...PREFIXES, WARM_PREFIX_TARGET: 1 } }, 58);
  expect(node.state()).toMatchObject({ prefixes: 5, perEni: [{ slots: 3 }, { slots: 2 }] });
  node.outside({ kind: 'detach', eni: 1 }).idle(120);
  const { perEni, prefixes } = node.state();
  expect(perEni.reduce((sum, { slots }) => sum + slots, 0)).toBe(4);
  expect(prefixes).toBe(2);
});

it('11. MINIMUM_IP_TARGET without WARM_IP_TARGET is a ceiling', () => {
  const node = settled({ type: 'm5.large', env: { MINIMUM_IP_TARGET: 10 } }, 12).idle(3600);
  expect(node.state()).toMatchObject({ total: 10, assigned: 10, waiting: 2 });
});

describe('12. WARM_IP_TARGET larger than an ENI', () => {
  it('fills several ENIs, in several turns', () => {
    const node = new Node({ type: 'm5.large', env: { WARM_IP_TARGET: 20 } }).until(60);
    expect(timeline(node)).toEqual(['0 assign 9', '5.5 create ENI with 9', '13.5 create ENI with 2']);
  });

  it('and larger than the node stays low for ever, without a call', () => {
    const node = new Node({ type: 'm5.large', maxPods: 110, env: { WARM_IP_TARGET: 40 } }).until(400);
    const before = node.events.length;
    node.idle(3600);
    expect(node.state().total).toBe(27);
    expect(node.verdicts().low).toBe(true);
    expect(node.events.length).toBe(before);
  });

  it('with prefixes 16 idles at one, 17 at two', () => {
    const idle = (target: number) => settled({ type: 'm5.large', maxPods: 110, env: { ...PREFIXES, WARM_IP_TARGET: target } }, 0).state().prefixes;
    expect([idle(16), idle(17)]).toEqual([1, 2]);
  });
});

describe('13. K stops growth, not its size', () => {
  const spec: Spec = { type: 'm5.large', maxPods: 29, env: { ...PREFIXES, WARM_PREFIX_TARGET: 1 } };

  it('the last prefix goes beyond it', () => {
    expect(settled(spec, 17).state()).toMatchObject({ total: 32, prefixes: 2 });
  });

  it('and pods wait for cooling addresses although the pool is below its target', () => {
    const node = settled(spec, 29);
    const before = node.events.length;
    node.del([...node.addresses.keys()].slice(0, 16));
    node.add(16);
    expect(node.state()).toMatchObject({ total: 32, waiting: 13 });
    node.idle(20);
    expect(node.state().waiting).toBe(13);
    node.idle(30);
    expect(node.state().waiting).toBe(0);
    expect(node.events.length).toBe(before);
  });
});

describe('14. A subnet that is nearly empty', () => {
  const subnets = [{ id: 'a', cidr: '10.0.0.0/28', used: ['10.0.0.10+4'] }, { id: 'pods', cidr: '10.0.16.0/20' }];

  it('is drained one address a turn, two calls each; then all growth is silent for 120 s', () => {
    const node = new Node({ type: 'm5.large', subnets }).until(140);
    expect(node.state().total).toBe(5);
    expect(node.events.length).toBe(12);
    expect(node.events.filter(({ t }) => t > 22.5)).toEqual([]);
  });

  it('with subnet discovery and no room for an ENI there is no silence: two failing calls every turn, 24 a minute', () => {
    const node = new Node({ type: 'm5.large', subnets: subnets.slice(0, 1), env: { ENABLE_SUBNET_DISCOVERY: true, MAX_ENI: 1 } }).until(60);
    const before = node.events.length;
    node.idle(60);
    expect(node.events.length - before).toBe(24);
    expect(node.events.at(-1)?.text).toBe('assign 1 InsufficientFreeAddressesInSubnet');
  });
});

describe('15. Throttling is met by no back-off', () => {
  const throttled = (from: number, to: number) => [{ call: 'AssignPrivateIpAddresses', from, to, err: 'RequestLimitExceeded' }];

  it('of the loop: it asks again every 5 s', () => {
    const node = new Node({ type: 'm5.large', env: { WARM_IP_TARGET: 2 }, faults: throttled(2, 13) }).until(60);
    node.add(1);
    node.until(100);
    const times = [...new Set(node.events.filter(({ text }) => text.endsWith('RequestLimitExceeded')).map(({ t }) => t))];
    expect(times).toEqual([62.5, 67.5, 72.5, 77.5, 82.5, 87.5]);
    expect(node.state()).toMatchObject({ total: 3 });
  });

  it('at start it ends the process', () => {
    const node = new Node({ type: 'm5.large', faults: throttled(1, 2) });
    expect(node.started).toBe(false);
    expect(node.restart(10)).toBe(true);
  });
});

it('16. An ENI that others attached makes ipamd create, fail to attach and delete one every turn, until a reconcile sees it', () => {
  const node = settled({ type: 'm5.large' }, 1);
  node.turn();
  node.outside({ kind: 'attach', eni: 2, dev: 2, sub: 'a', ip: '10.0.1.1', ips: [], noManage: true });
  const before = node.events.length;
  node.add(12);
  node.idle(20);
  expect(verbs(node, before)).toEqual(Array.from({ length: node.events.length - before }, () => 'create ENI with 9 AttachmentLimitExceeded'));
  expect(node.events.length - before).toBeGreaterThanOrEqual(2);
  node.idle(120);
  const after = node.events.length;
  node.idle(300);
  expect(node.events.length).toBe(after);
});

it('17. Whole ENIs: the first pod of a node with 29 addresses asks for 29 more', () => {
  expect(settled({ type: 'm5.4xlarge' }, 0).state()).toMatchObject({ enis: 1, total: 29 });
  expect(settled({ type: 'm5.4xlarge' }, 1).state()).toMatchObject({ enis: 2, total: 58 });
});

it('18. Upstream\'s tables for prefixes are not the program: 3 pods on p3dn.24xlarge need one ENI, an idle t3.small with 7/20 holds 2 prefixes', () => {
  expect(settled({ type: 'p3dn.24xlarge', env: { ...PREFIXES, WARM_PREFIX_TARGET: 1 } }, 3).state()).toMatchObject({ enis: 1, prefixes: 2 });
  const env = { ...PREFIXES, WARM_IP_TARGET: 7, MINIMUM_IP_TARGET: 20 };
  expect(settled({ type: 't3.small', maxPods: 110, env }, 0).state()).toMatchObject({ prefixes: 2, free: 32 });
});

describe('19. A restart', () => {
  it('forgets cooldowns', () => {
    const node = settled({ type: 'm5.large' }, 27);
    node.del([...node.addresses.keys()]);
    node.restart();
    node.add(27);
    expect(node.waiting).toEqual([]);
  });

  it('makes ENIs young for 60 s', () => {
    const node = settled({ type: 'm5.large' }, 19);
    const [first, ...others] = node.addresses.keys();
    expect(first).toBe('p0');
    node.del(others);
    node.restart();
    const from = node.time;
    node.idle(120);
    const deletions = node.events.filter(({ t, text }) => t >= from && text.startsWith('delete')).map(({ t }) => t - from);
    expect(deletions[0]).toBeGreaterThan(60);
    expect(deletions[0]).toBeLessThan(66);
  });

  it('forgets the 120 s pause', () => {
    const node = new Node({ type: 'm5.large', subnets: [{ id: 'a', cidr: '10.0.0.0/28', used: ['10.0.0.10+4'] }, { id: 'pods', cidr: '10.0.16.0/20' }] }).until(60);
    const before = node.events.length;
    node.restart();
    expect(verbs(node, before)).toEqual(['assign 4 InsufficientFreeAddressesInSubnet', 'assign 1 InsufficientFreeAddressesInSubnet']);
  });

  const restarted = (key: number) => {
    const node = new Node({ type: 'm5.large', key }).until(60);
    node.add(1);
    node.idle(60).restart();
    return node;
  };

  it('reshuffles the ENIs: the primary one need not come first any more', () => {
    const firsts = Array.from({ length: 40 }, (_, key) => {
      const { b: { w, at }, n } = restarted(key).replay;
      return w[n + at.eniNumber]; // of the first row
    });
    expect(new Set(firsts)).toEqual(new Set([0, 1]));
  });
});

describe('20. Freeing an ENI that fails', () => {
  const idleAgain = (call: string) => {
    const node = new Node({ type: 'm5.large', faults: [{ call, from: 1, to: 1, err: 'InternalError' }] }).until(60);
    const pods = node.add(1);
    node.idle(100);
    expect(node.state().enis).toBe(2);
    const free = node.freeAddresses();
    return { node: node.del(pods), free };
  };

  it('to detach comes back with all its addresses, and is young again', () => {
    const { node } = idleAgain('DetachNetworkInterface');
    node.idle(20);
    expect(verbs(node).at(-1)).toBe('delete ENI 1 unable to detach ENI');
    expect(node.state().enis).toBe(1);
    node.idle(60);
    expect(node.state()).toMatchObject({ enis: 2, total: 18 });
    node.idle(120);
    expect(node.state().enis).toBe(1);
  });

  it('to delete leaks with all its addresses', () => {
    const { node, free } = idleAgain('DeleteNetworkInterface');
    node.idle(600);
    expect(node.state().enis).toBe(1);
    expect(node.freeAddresses()).toBe(free);
  });
});

it('21. Excluded ENIs take the place of useful ones: a tag on the ENIConfig\'s subnet, and a running node adds one a turn until its limit', () => {
  const env = { AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: true, ENABLE_SUBNET_DISCOVERY: true };
  const node = new Node({ type: 'm5.4xlarge', env: { ...env, MAX_ENI: 5 } }).until(60);
  expect(node.state()).toMatchObject({ enis: 2, total: 29 });
  node.outside({ kind: 'tag', sub: 'pods', value: '0' });
  node.add(1);
  const before = node.events.length;
  node.idle(300);
  expect(verbs(node, before)).toEqual(['create ENI with 29', 'create ENI with 29', 'create ENI with 29']);
  expect(node.state()).toMatchObject({ enis: 5, total: 29 });
});

it('22. Reconcile starves: while the pool changes once a minute, what others did stays unseen', () => {
  const node = new Node({ type: 'm5.4xlarge', env: { WARM_IP_TARGET: 1 } }).until(70);
  const lost = '10.0.0.5';
  node.add(1);
  expect(node.addresses.get('p0')).toBe(lost);
  node.idle(10).outside({ kind: 'unassign', eni: 0, ips: [lost] }).outside({ kind: 'take', sub: 'a', ips: [lost] });
  for (let i = 0; i < 20; i++) {
    node.add(1);
    node.idle(50);
  }
  expect(node.counter('forceRemovedIps')).toBe(0);
  node.idle(70);
  expect(node.counter('forceRemovedIps')).toBe(1);
});

it('23. The counter of reconciled addresses grows while nothing changes: 9 addresses, 9 a minute', () => {
  const node = new Node({ type: 'm5.large' }).until(70);
  const before = node.counter('reconcileAdds');
  node.idle(600);
  expect(node.counter('reconcileAdds') - before).toBe(9 * 10);
});

it('24. A cordoned node gives back addresses and cannot grow again', () => {
  const node = settled({ type: 'm5.large', env: { WARM_IP_TARGET: 2 } }, 7);
  node.outside({ kind: 'cordon', on: true });
  const pods = [...node.addresses.keys()];
  node.del(pods.slice(0, 4)).idle(60);
  expect(node.state()).toMatchObject({ total: 5, assigned: 3 });
  node.add(4);
  node.idle(600);
  expect(node.state()).toMatchObject({ total: 5, waiting: 2 });
  node.outside({ kind: 'cordon', on: false }).idle(60);
  expect(node.state()).toMatchObject({ total: 9, waiting: 0 });
});

it('25. After prefix delegation was switched off the first pod that goes takes all free prefixes of its ENI along, its own still cooling', () => {
  const node = new Node({ type: 'm5.large', maxPods: 110, env: { ...PREFIXES, WARM_PREFIX_TARGET: 2 } }).until(60);
  const pods = node.add(17);
  node.idle(100);
  expect(node.state()).toMatchObject({ prefixes: 4 });
  node.restart(0, { env: {} });
  expect(node.state()).toMatchObject({ prefixes: 2 }); // the free ones went at the start
  node.del(pods.slice(0, 1));
  expect(node.state().prefixes).toBe(2);
  const before = node.events.length;
  node.del(pods.slice(16)); // alone in its prefix
  expect(verbs(node, before)).toEqual(['release 1 of ENI 0']);
  expect(node.state().prefixes).toBe(1);
  expect(node.replay.b.w[node.replay.n + N.rpcCount]).toBe(1);
});
