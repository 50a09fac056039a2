import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { evaluateCel, toInt } from '../../src/scenarios/cel.ts';
import { findLimits, suggestType } from '../../src/scenarios/limits.ts';
import { allocatable, kubeReservedMemoryMib, maxPodsOfKarpenter, maxPodsOfNodeadm, maxPodsOfScript, type ScriptOptions } from '../../src/scenarios/maxPods.ts';

type Case = ScriptOptions & {
  tool: 'max-pods-calculator' | 'nodeadm' | 'karpenter';
  type: string;
  maxPods: number | null;
  expression?: string;
  reservedEnis?: number;
  kubeReservedMemoryMiB?: number;
  cpuAllocatable?: string;
  memoryAllocatable?: string;
  vcpus?: number;
  memoryMiB?: number;
  arch?: 'amd64' | 'arm64';
};
// Origin: the programs themselves, run; see `note` in the file.
const { cases } = JSON.parse(readFileSync(new URL('../data/max-pods-cases.json', import.meta.url), 'utf8')) as { cases: Case[] };

function answer(c: Case): number | null {
  if (c.tool === 'nodeadm') return maxPodsOfNodeadm(c.type, c.expression);
  const limits = findLimits(c.type)!;
  return c.tool === 'karpenter' ? maxPodsOfKarpenter(limits, c.reservedEnis) : maxPodsOfScript(limits, c);
}

describe('max pods', () => {
  it('is what the real programs answer in all 300 recorded cases', () => {
    expect(cases).toHaveLength(300);
    expect(cases.map(c => ({ ...c, maxPods: answer(c) }))).toEqual(cases);
  });

  it('reserves the memory that nodeadm reserves', () => {
    const recorded = cases.filter(c => c.kubeReservedMemoryMiB !== undefined);
    expect(recorded.map(c => kubeReservedMemoryMib(c.maxPods!))).toEqual(recorded.map(c => c.kubeReservedMemoryMiB));
  });

  it('leaves the CPU and memory that Karpenter prints', () => {
    const recorded = cases.filter(c => c.tool === 'karpenter');
    const ours = recorded.map(c => allocatable(c.vcpus!, c.memoryMiB!, c.arch!, c.maxPods!));
    expect(ours.map(o => `${o.cpuMilli}m ${o.memoryMib}Mi`)).toEqual(recorded.map(c => `${c.cpuAllocatable} ${c.memoryAllocatable}`));
  });

  it('is what Karpenter prints for every type of its document', () => {
    const file = JSON.parse(readFileSync(new URL('../../data/instance-limits.json', import.meta.url), 'utf8')) as {
      types: Record<string, { enis: number; ipv4PerEni: number; vcpus: number; memoryMiB: number; arch: 'amd64' | 'arm64'; karpenter?: { pods: number; cpuAllocatable: string; memoryAllocatable: string } }>;
    };
    const differing = Object.entries(file.types).filter(([, t]) => {
      if (!t.karpenter) return false;
      const { cpuMilli, memoryMib } = allocatable(t.vcpus, t.memoryMiB, t.arch, t.karpenter.pods);
      return `${maxPodsOfKarpenter(t)} ${cpuMilli}m ${memoryMib}Mi` !== `${t.karpenter.pods} ${t.karpenter.cpuAllocatable} ${t.karpenter.memoryAllocatable}`;
    });
    expect(differing).toEqual([]);
  });

  it('is 0 for Karpenter when every ENI is reserved', () => {
    expect([0, 1, 2, 3, 4].map(reserved => maxPodsOfKarpenter({ enis: 3, ipv4PerEni: 10 }, reserved))).toEqual([29, 20, 11, 0, 0]);
  });
});

describe('CEL', () => {
  const variables = { default_enis: 3, ips_per_eni: 10, max_pods: 29 };
  const value = (expression: string) => {
    try {
      return Number(toInt(evaluateCel(expression, variables)));
    } catch (error) {
      return (error as Error).name;
    }
  };
  it.each([
    ['max_pods', 29], ['-max_pods', -29], ['- -5', 5], ['2 + 3 * 4 % 5', 4], ['(2 + 3) * 4', 20], ['-7 / 2', -3], ['-7 % 2', -1],
    ['0x10', 16], ['7u', 7], ['1e2', 100], ['.5 + .5', 1], ['-2.9', -2], ['"42"', 42], ["'0x2a'", 'CelError'], ['" 42"', 'CelError'],
    ['max_pods > 10 && default_enis < 4 ? 1 : 2', 1], ['!(max_pods > 10) ? 1 : 2', 2], ['default_enis in [1, 2, 3] ? 1 : 2', 1],
    ['[1, 2, 3][1]', 2], ['[1][5]', 'CelError'], ['size([1, 2])', 2], ['size("äb")', 2], ['"ab".size()', 2], ['int("7") + 1', 8],
    ['true || 1 / 0 == 1 ? 4 : 5', 4], ['1 / 0 == 1 || true ? 4 : 5', 4], ['false || 1 / 0 == 1 ? 4 : 5', 'CelError'],
    ['true ? 1 : "a"', 'CelError'], ['true ? 1 : 2.0', 'CelError'], ['1 + 1.0', 'CelError'], ['1 < 1.5 ? 1 : 2', 1], ['1 == 1.0 ? 1 : 2', 'CelError'],
    ['9223372036854775807 + 1', 'CelError'], ['-9223372036854775808 < 0 ? 1 : 2', 1], ['9223372036854775808', 'CelError'],
    ['true', 'CelError'], ['null', 'CelError'], ['[1]', 'CelError'], ['unknown', 'CelError'], ['1 2', 'CelError'], ['', 'CelError'], ['(', 'CelError'],
    ['double(max_pods) * 0.75', 21], ['1.0 / 0.0', 'CelError'], ['max_pods.foo()', 'CelError'], ['"a" + "b"', 'CelError'],
  ])('%s is %s', (expression, expected) => expect(value(expression)).toBe(expected));

  it('ends on nesting without end', () => expect(value('('.repeat(100_000))).toBe('CelError'));
});

describe('instance types', () => {
  it.each([
    ['m5.lrage', 'm5.large'], ['m5.Large', 'm5.large'], ['m55.large', 'm5.large'], ['c5n.18xlage', 'c5n.18xlarge'], ['nonsense', undefined],
  ])('%s suggests %s', (mistyped, meant) => expect(suggestType(mistyped)).toBe(meant));
});
