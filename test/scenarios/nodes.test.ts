import fc from 'fast-check';
import { expect, it } from 'vitest';
import { layOut } from '../../src/scenarios/nodes.ts';

const shape = (weight: number) => ({ weight, instanceType: 'm5.large', enis: 3, ipv4PerEni: 10, networkCards: [3], hypervisor: 'nitro' as const, bareMetal: false, trunkCompatible: true, branchEnis: 9, maxPods: 29, maxPodsSource: 'nodeadm' as const, cpuMilli: 1930, memoryMib: 6903, gpuMilli: 0 });
const zone = (z: number, count: number, subnets: number[]) => ({ zone: z, count, subnets, eniConfig: -1 });
const times = (values: Iterable<number>) => [...values].reduce<Record<number, number>>((sums, value) => ({ ...sums, [value]: (sums[value] ?? 0) + 1 }), {});

it('nodes take zones in turn, subnets of a zone in turn, and shapes by weight', () => {
  const layout = layOut({ shapes: [shape(2), shape(1)], zones: [zone(0, 4, [5, 6]), zone(1, 2, [7])] }, 6);
  expect([...layout.zoneShare]).toEqual([0, 1, 0, 1, 0, 0]);
  expect([...layout.subnet]).toEqual([5, 7, 6, 7, 5, 6]);
  expect([...layout.shape]).toEqual([0, 0, 1, 1, 0, 0]);
});

it('every zone has its count, every shape its share, and a group that grows keeps what it had', () => {
  const groups = fc.record({ counts: fc.array(fc.nat(20), { minLength: 1, maxLength: 4 }), weights: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 3 }), more: fc.nat(30) });
  fc.assert(
    fc.property(groups, ({ counts, weights, more }) => {
      const group = { shapes: weights.map(shape), zones: counts.map((count, z) => zone(z, count, [z])) };
      const count = counts.reduce((a, b) => a + b, 0);
      const layout = layOut(group, count);
      counts.forEach((expected, z) => expect(times(layout.zoneShare)[z] ?? 0).toBe(expected));
      const total = weights.reduce((a, b) => a + b, 0);
      // Within a zone a share is off by less than one node for each other shape.
      weights.forEach((weight, s) => expect(Math.abs((times(layout.shape)[s] ?? 0) - (count * weight) / total)).toBeLessThanOrEqual(counts.length * weights.length));
      const grown = layOut(group, count + more);
      for (const field of ['shape', 'zoneShare', 'subnet'] as const) expect(grown[field].subarray(0, count)).toEqual(layout[field]);
    }),
  );
});
