/** Limits and max pods by who is asked: known answers, modes, EC2's own answer merged over the table. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  BELIEVERS, casesText, checkCases, densities, densityText, limitsText, mergeInstanceTypes, selectTypes, type DensityOptions, type PodMode,
} from '../../src/index.ts';

const ask = (types: string, mode: PodMode, options: Partial<DensityOptions> = {}) =>
  densities(selectTypes(types.split(' ')).types, { mode, cniVersion: '1.23.1', reservedEnis: 0, believe: BELIEVERS, ...options });
const numbers = (types: string, mode: PodMode, options: Partial<DensityOptions> = {}) =>
  ask(types, mode, options).map(({ maxPods }) => BELIEVERS.map(believer => maxPods[believer]));

describe('who says what', () => {
  // 29: eni-max-pods.txt; 110 and 250: EKS user guide, "recommended" max pods; 20: the example of custom networking in the CNI's README.
  it.each([
    ['m5.large', 'secondary', {}, [29, 29, 29, 29]], ['m5.large', 'prefix', {}, [29, 110, 29, 29]], ['m5.large', 'custom', {}, [29, 20, 29, 29]],
    ['m5.large', 'custom', { reservedEnis: 1 }, [29, 20, 29, 20]], ['m5.24xlarge', 'prefix', {}, [737, 250, 737, 737]],
    ['m5.large', 'prefix', { cniVersion: '1.8.0' }, [29, 29, 29, 29]], ['m5.large', 'prefix', { cniVersion: 'v1.9' }, [29, null, 29, 29]],
    ['i3.metal', 'secondary', {}, [737, 110, 110, 737]], ['m4.large', 'prefix', {}, [20, 20, 20, 20]],
  ] as const)('%s %s %j: %j', (type, mode, options, expected) => expect(numbers(type, mode, options)).toEqual([expected]));

  it('a trunk costs one ENI of addresses and gives the branch ENIs', () => {
    expect(ask('m5.large', 'sgp')[0]).toMatchObject({ addresses: 20, branchEnis: 9, why: [] });
    expect(ask('t3.large', 'sgp')[0].why).toEqual(['t3.large has no trunk: no pod gets its own security groups']);
  });

  it('where all agree nothing is explained; where one stands alone it is', () => {
    expect(ask('m5.large', 'secondary')[0].why).toEqual([]);
    expect(ask('c5.4xlarge', 'secondary')[0].why).toEqual(['ami-script stops at 110 (up to 30 vCPU)']);
    expect(ask('m5.large', 'custom')[0].why).toEqual([
      'ami-script: under custom networking the primary ENI gives no addresses', 'cni, nodeadm, karpenter: more than there are addresses for in this mode, 20',
    ]);
    expect(ask('m5.metal', 'prefix')[0].why).toContain('ami-script takes bare metal for a type without prefixes; ipamd does not');
  });

  it('every answer that differs from the formula, of every type in every mode, has its reason', () => {
    for (const mode of ['secondary', 'prefix', 'custom', 'custom+prefix', 'sgp'] as const) {
      for (const { type, maxPods, why } of ask('*', mode)) {
        if (new Set(Object.values(maxPods)).size > 1) expect(why, `${type} ${mode}`).not.toEqual([]);
      }
    }
  });
});

describe('cases', () => {
  const text = readFileSync(new URL('../data/max-pods-cases.json', import.meta.url), 'utf8');
  it('all recorded ones agree', () => expect(casesText(checkCases(text))).toBe('300 of 300 cases agree'));
  it('one that was changed is told', () => {
    const file = JSON.parse(text) as { cases: { tool: string; maxPods: number | null }[] };
    file.cases[0].maxPods = 1;
    file.cases[1].tool = 'oracle';
    const report = checkCases(JSON.stringify(file.cases));
    expect(report).toMatchObject({ count: 300, agreeing: 298 });
    expect(casesText(report)).toMatch(/^case 0: .*expected 1, ours is \d+\ncase 1: oracle, .*ours is unknown\n298 of 300 cases agree$/);
  });
  it('what is no file of cases is refused', () => {
    expect(() => checkCases('{}')).toThrow('expected a list of cases');
    expect(() => checkCases('[')).toThrow('not JSON');
  });
});

describe('describe-instance-types', () => {
  const described = (name: string) => JSON.stringify({ InstanceTypes: [{
    InstanceType: name, Hypervisor: 'nitro', VCpuInfo: { DefaultVCpus: 4 }, MemoryInfo: { SizeInMiB: 8192 }, ProcessorInfo: { SupportedArchitectures: ['arm64'] },
    NetworkInfo: { MaximumNetworkInterfaces: 8, Ipv4AddressesPerInterface: 20, NetworkCards: [{ NetworkCardIndex: 0, MaximumNetworkInterfaces: 5 }] },
  }] });

  it('of a known type counts, but for the branch limits, which it does not have', () => {
    expect(mergeInstanceTypes(described('m5.large')).get('m5.large')).toMatchObject({ enis: 5, enisTotal: 8, ipv4PerEni: 20, arch: 'arm64', branchInterfaces: 9, trunking: { resourceController: true } });
  });

  it('of a new type: ipamd takes it for compatible, the controller refuses it', () => {
    const table = mergeInstanceTypes(described('m99.large'));
    expect(table.get('m99.large')).toMatchObject({ branchInterfaces: null, trunking: { ipamd: true, resourceController: null, karpenter: null } });
    const [answer] = densities(selectTypes(['m99.large'], table).types, { mode: 'secondary', cniVersion: '1.23.1', reservedEnis: 0, believe: BELIEVERS });
    expect(answer.maxPods).toEqual({ cni: 97, 'ami-script': 97, nodeadm: 97, karpenter: 97 });
  });

  it.each([['{', 'not JSON'], ['{}', 'no "InstanceTypes"'], ['{"InstanceTypes":[{}]}', 'InstanceTypes[0] has no InstanceType'],
    ['{"InstanceTypes":[{"InstanceType":"a.b"}]}', '(a.b): NetworkInfo lacks']])('refuses %s', (json, why) => expect(() => mergeInstanceTypes(json)).toThrow(why));
});

describe('tables', () => {
  it('fit the width, whatever is said below them', () => {
    const every = selectTypes(['*']).types;
    for (const width of [80, 100]) {
      for (const text of [limitsText(every, width), densityText(ask('*', 'custom+prefix'), BELIEVERS, false, width), densityText(ask('*', 'sgp'), BELIEVERS, true, width)]) {
        expect(text.split('\n').filter(line => line.length > width)).toEqual([]);
      }
    }
  });

  it('patterns are patterns, dots are dots', () => {
    expect(selectTypes(['m5.*large']).types.map(([name]) => name)).toContain('m5.24xlarge');
    expect(selectTypes(['m5*large']).types.map(([name]) => name)).toContain('m5dn.large');
    expect(selectTypes(['m5.xlarg', 'x.*']).unknown).toEqual([{ name: 'm5.xlarg', suggestion: 'm5.xlarge' }, { name: 'x.*', suggestion: undefined }]);
  });

  it('mark what is disputed', () => {
    const text = limitsText(selectTypes(['m5.large', 'hpc6a.48xlarge']).types, 100);
    expect(text).toMatch(/^m5\.large +3 /m);
    expect(text).toMatch(/^hpc6a\.48xlarge \* +2 /m);
    expect(text).toContain('the resource controller does not know it');
  });
});
