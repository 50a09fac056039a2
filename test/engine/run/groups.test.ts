/** What a group of nodes draws depends on its own place in the order of names, not on the groups after it, nor on what they are called. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { openSession, rowsOf, KEYS, runWhole, type Session } from './session.ts';

const group = fc.record({ count: fc.integer({ min: 1, max: 4 }), enis: fc.integer({ min: 2, max: 4 }), ipv4PerEni: fc.integer({ min: 3, max: 8 }), maxPods: fc.integer({ min: 4, max: 30 }), launching: fc.boolean() });
type Group = typeof group extends fc.Arbitrary<infer T> ? T : never;
const base = fc.record({ seed: fc.nat(0xffffffff), warmIp: fc.constantFrom('0', '3'), order: fc.constantFrom('go-map', 'lowest-first') });

/** Each group has a zone and a subnet of its own, and EC2 has tokens for all: they share nothing. */
function scenario({ seed, warmIp, order }: { seed: number; warmIp: string; order: string }, groups: readonly (Group & { readonly name: string })[]) {
  return {
    apiVersion: 'enisim/v1', seed, duration: '5m', zones: groups.map((_, i) => `us-east-1${'abcd'[i]}`), vpc: { cidrs: ['10.0.0.0/16'] },
    subnets: groups.map((_, i) => ({ name: `s${i}`, cidr: `10.0.${4 * i}.0/24`, zone: `us-east-1${'abcd'[i]}` })), cni: { order, env: { WARM_IP_TARGET: warmIp } },
    nodeGroups: groups.map(({ name, count, maxPods, enis, ipv4PerEni, launching }, i) => ({
      name, count, maxPods, zones: [`us-east-1${'abcd'[i]}`], limits: { enis, ipv4PerEni, cpu: '4', memory: '8Gi' }, launch: launching ? { state: 'launching', at: '5s' } : {},
    })),
    ec2: { buckets: 'unlimited', smallDescribeBucket: 'unlimited' },
    workloads: [{ kind: 'churn', name: 'own', placed: 'per-node', arrivals: { meanGap: '15s', batchMean: 2 }, lifetime: { mean: '40s', distribution: 'exponential' } }],
  };
}

const of = ({ logs }: Session, nodes: number) => ({
  pods: rowsOf(logs.pods, KEYS.pods).filter(({ node }) => node < nodes), calls: rowsOf(logs.calls, KEYS.calls).filter(({ node }) => node < nodes),
});

it('a further group changes nothing for those before it', () => {
  fc.assert(fc.property(base, group, group, (b, first, more) => {
    const alone = runWhole(openSession(scenario(b, [{ ...first, name: 'a' }])));
    const both = runWhole(openSession(scenario(b, [{ ...first, name: 'a' }, { ...more, name: 'b' }])));
    const own = of(alone, first.count);
    expect(own.pods.length).toBeGreaterThan(0);
    expect(of(both, first.count)).toEqual(own);
  }), { numRuns: 15 });
});

it('other names in the same order change no number', () => {
  fc.assert(fc.property(base, group, group, (b, first, second) => {
    const named = (x: string, y: string) => of(runWhole(openSession(scenario(b, [{ ...first, name: x }, { ...second, name: y }]))), 100);
    expect(named('zoe', 'zora')).toEqual(named('a', 'b'));
  }), { numRuns: 10 });
});
