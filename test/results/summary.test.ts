import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { humanCount, humanShare, humanSpan } from '../../src/results/human.ts';
import { summaryJson, summaryText, type RunSummary, type SubnetSummary } from '../../src/results/summary.ts';
import { RUN } from './sample.ts';

const HOUR = 3_600_000;

const subnet = (id: string, over: Partial<SubnetSummary> = {}): SubnetSummary => ({
  subnetId: `subnet-${id}`, availabilityZone: `us-east-1${id}`, cidrBlock: '10.0.0.0/20', usable: 4091, availableAtEnd: 900, lowestAvailable: { value: 412, atMs: 3 * HOUR },
  exhaustedAtMs: null, firstInsufficientFreeAddressesAtMs: null, firstInsufficientCidrBlocksAtMs: null, availablePrefixesAtEnd: 12, ...over,
});

const BUSY: RunSummary = {
  run: RUN, simulatedMs: 4 * HOUR, podEvents: 801_234,
  pods: { created: 400_900, bound: 400_840, addressed: 398_120, hostNetwork: 2_000, ended: 390_000, neverBound: 60, neverAddressed: 720 },
  wait: { p50Ms: 0, p90Ms: 1_240, p99Ms: 94_200, maxMs: 312_000 },
  failedSandboxes: { count: 12_345, pods: 3_210 },
  nodes: { atEnd: 1_000, readyAtEnd: 998, peak: { value: 1_024, atMs: 2 * HOUR } },
  addresses: {
    atEnd: { held: 18_000, assigned: 9_120, warm: 8_000, cooling: 880 },
    peak: { held: { value: 19_500, atMs: 2 * HOUR }, assigned: { value: 12_000, atMs: 7_512_000 }, warm: { value: 9_000, atMs: 60_000 }, cooling: { value: 2_000, atMs: 7_560_000 } },
  },
  enis: { atEnd: 2_000, peak: { value: 2_150, atMs: 2 * HOUR } },
  prefixes: { atEnd: 0, peak: { value: 0, atMs: 0 } },
  subnets: [subnet('a'), subnet('b', { exhaustedAtMs: 3_725_000, lowestAvailable: { value: 0, atMs: 3_725_000 }, firstInsufficientCidrBlocksAtMs: 2_700_000 }), subnet('c', { firstInsufficientCidrBlocksAtMs: HOUR })],
  ec2: [
    { action: 'AssignPrivateIpAddresses', requests: 90_000, granted: 60_000, throttled: 29_000, errors: 1_000, longestThrottled: { fromMs: 180_000, toMs: 912_000 } },
    { action: 'CreateNetworkInterface', requests: 2_300, granted: 2_150, throttled: 0, errors: 150, longestThrottled: null },
    { action: 'AttachNetworkInterface', requests: 2_150, granted: 2_150, throttled: 0, errors: 0, longestThrottled: null },
  ],
  maxPods: { fullNodesAtEnd: 123, podsTurnedAway: 40 },
};

const QUIET: RunSummary = {
  ...BUSY,
  pods: { ...BUSY.pods, neverBound: 0, neverAddressed: 0 }, failedSandboxes: { count: 0, pods: 0 },
  subnets: [subnet('a')], ec2: [BUSY.ec2[2]], maxPods: { fullNodesAtEnd: 0, podsTurnedAway: 0 },
};

describe('the summary on the terminal', () => {
  it('says first whether pods wait, then addresses, subnets, EC2, and last how to make it again', () => {
    expect(summaryText(BUSY)).toMatchInlineSnapshot(`
      "sample: 4 h simulated, 1,000 nodes, 801,234 pod events

      Pods
        wait        p50 0 ms, p90 1.2 s, p99 1 min 34 s, max 5 min 12 s
        sandboxes   12,345 failed, of 3,210 pods (0.8 % of those bound)
        without     720 bound pods never got an address, 60 pods never bound
        pods        400,900 created, 400,840 bound, 398,120 addressed, 390,000 ended
      Addresses       at the end   of held        peak
        held              18,000     100 %      19,500  at 2 h
        assigned           9,120    50.7 %      12,000  at 2 h 05 min
        warm               8,000    44.4 %       9,000  at 1 min
        cooling              880     4.9 %       2,000  at 2 h 06 min
        ENIs               2,000                 2,150  at 2 h
      Subnets, 1 of 3 ran out
        subnet-b 10.0.0.0/20: ran out at 1 h 02 min; no /28 from 45 min
        subnet-c 10.0.0.0/20: lowest 412 of 4,091 available, at 3 h; no /28 from 1 h
        subnet-a 10.0.0.0/20: lowest 412 of 4,091 available, at 3 h
      EC2                                   requests   throttled      errors
        all                                   94,450      29,000       1,150
        AssignPrivateIpAddresses              90,000      29,000       1,000
        CreateNetworkInterface                 2,300           0         150
        AttachNetworkInterface                 2,150           0           0
        nothing granted for 12 min 12 s, from 3 min: AssignPrivateIpAddresses
      Max pods: 123 of 1,000 nodes full at the end, 40 pods turned away

      Make it again (enisim 1.2.3, scenario abababababab, seed 7):
      enisim run sample.yaml --seed 7
      "
    `);
  });

  it('leaves out what did not happen', () => {
    expect(summaryText(QUIET)).toMatchInlineSnapshot(`
      "sample: 4 h simulated, 1,000 nodes, 801,234 pod events

      Pods
        wait        p50 0 ms, p90 1.2 s, p99 1 min 34 s, max 5 min 12 s
        sandboxes   no failed sandbox
        pods        400,900 created, 400,840 bound, 398,120 addressed, 390,000 ended
      Addresses       at the end   of held        peak
        held              18,000     100 %      19,500  at 2 h
        assigned           9,120    50.7 %      12,000  at 2 h 05 min
        warm               8,000    44.4 %       9,000  at 1 min
        cooling              880     4.9 %       2,000  at 2 h 06 min
        ENIs               2,000                 2,150  at 2 h
      Subnets, 0 of 1 ran out
        subnet-a 10.0.0.0/20: lowest 412 of 4,091 available, at 3 h
      EC2                                   requests   throttled      errors
        all                                    2,150           0           0
        AttachNetworkInterface                 2,150           0           0

      Make it again (enisim 1.2.3, scenario abababababab, seed 7):
      enisim run sample.yaml --seed 7
      "
    `);
  });

  it('names the worst subnets: out first, then without a /28 first, then lowest', () => {
    const at = (value: number) => ({ lowestAvailable: { value, atMs: 0 } });
    const subnets = [subnet('a', at(900)), subnet('b', { exhaustedAtMs: 9_000, ...at(0) }), subnet('c', at(5)), subnet('d', { firstInsufficientCidrBlocksAtMs: 1 }), subnet('e', { exhaustedAtMs: 8_000, ...at(0) })];
    const shown = (all: SubnetSummary[]) => summaryText({ ...QUIET, subnets: all }).match(/subnet-./g);
    expect(shown(subnets)).toEqual(['subnet-e', 'subnet-b', 'subnet-d']);
    expect(shown([subnets[0], subnets[2]])).toEqual(['subnet-c', 'subnet-a']);
    expect(summaryText({ ...QUIET, subnets })).toContain('  and 2 more');
  });

  it('does not let a long name hide what happened', () => {
    const text = summaryText({ ...QUIET, subnets: [subnet('x'.repeat(90), { exhaustedAtMs: 1_000 })] });
    expect(text).toContain('… 10.0.0.0/20: ran out at 1 s');
  });

  it('colours only what is bad or a heading, and only on request', () => {
    const painted = summaryText(BUSY, { colour: true });
    // oxlint-disable-next-line no-control-regex -- ANSI colours begin with ESC
    expect(painted.replaceAll(/\x1b\[\d+m/g, '')).toBe(summaryText(BUSY));
    expect(painted).toContain('\x1b[31m720 bound pods never got an address');
    expect(summaryText(QUIET, { colour: true })).not.toContain('\x1b[31m');
  });

  it('has at most 30 lines of 80 columns, whatever the names and numbers', () => {
    const n = fc.oneof(fc.nat(), fc.nat({ max: 3 }), fc.nat({ max: 2 ** 31 - 1 }).map(x => x * 100_000));
    const moment = fc.option(n);
    const extreme = fc.record({ value: n, atMs: n });
    const name = fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme-ascii' });
    const summaries: fc.Arbitrary<RunSummary> = fc.record({
      run: fc.record({ engineVersion: name, scenario: name, scenarioHash: name, seed: n, start: fc.constant(0), command: fc.constant('enisim run a.yaml') }),
      simulatedMs: n, podEvents: n,
      pods: fc.record({ created: n, bound: n, addressed: n, hostNetwork: n, ended: n, neverBound: n, neverAddressed: n }),
      wait: fc.record({ p50Ms: n, p90Ms: n, p99Ms: n, maxMs: n }),
      failedSandboxes: fc.record({ count: n, pods: n }),
      nodes: fc.record({ atEnd: n, readyAtEnd: n, peak: extreme }),
      addresses: fc.record({ atEnd: fc.record({ held: n, assigned: n, warm: n, cooling: n }), peak: fc.record({ held: extreme, assigned: extreme, warm: extreme, cooling: extreme }) }),
      enis: fc.record({ atEnd: n, peak: extreme }), prefixes: fc.record({ atEnd: n, peak: extreme }),
      subnets: fc.array(fc.record({
        subnetId: name, availabilityZone: name, cidrBlock: fc.constant('100.100.100.0/24'), usable: n, availableAtEnd: n, lowestAvailable: extreme, exhaustedAtMs: moment,
        firstInsufficientFreeAddressesAtMs: moment, firstInsufficientCidrBlocksAtMs: moment, availablePrefixesAtEnd: n,
      }), { maxLength: 8 }),
      ec2: fc.array(fc.record({ action: name, requests: n, granted: n, throttled: n, errors: n, longestThrottled: fc.option(fc.record({ fromMs: n, toMs: n })) }), { maxLength: 8 }),
      maxPods: fc.record({ fullNodesAtEnd: n, podsTurnedAway: n }),
    });
    fc.assert(fc.property(summaries, summary => {
      const lines = summaryText(summary).trimEnd().split('\n');
      expect(lines.length).toBeLessThanOrEqual(30);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
    }));
  });
});

describe('summary.json', () => {
  it('loses no key', () => {
    expect(JSON.parse(summaryJson(BUSY))).toEqual({ summaryVersion: 1, ...BUSY });
  });

  it('has the same bytes in whatever order its objects were built', () => {
    const reversed = (value: unknown): unknown =>
      Array.isArray(value) ? value.map(reversed)
        : value && typeof value === 'object' ? Object.fromEntries(Object.entries(value).reverse().map(([key, inner]) => [key, reversed(inner)])) : value;
    expect(summaryJson(reversed(BUSY) as RunSummary)).toBe(summaryJson(BUSY));
    expect(summaryJson(BUSY)).toMatch(/^\{\n {2}"summaryVersion": 1,\n {2}"run": \{\n {4}"engineVersion": "1.2.3"/);
  });
});

describe('numbers for people', () => {
  it('group thousands, and shorten from ten million on', () => {
    expect([0, 999, 1_000, 1_234_567, 9_999_999, 12_345_678, 123_456_789, 98_765_432_100].map(humanCount))
      .toEqual(['0', '999', '1,000', '1,234,567', '9,999,999', '12.3 M', '123 M', '98.8 G']);
  });

  it('give spans two units at most, and carry over instead of saying 60 s', () => {
    expect([0, 999, 1_000, 12_340, 59_949, 59_950, 60_000, 312_000, 3_599_499, 3_599_500, 3_631_000, 11_100_000, 86_399_999, 183_600_000].map(humanSpan))
      .toEqual(['0 ms', '999 ms', '1 s', '12.3 s', '59.9 s', '1 min', '1 min', '5 min 12 s', '59 min 59 s', '1 h', '1 h 01 min', '3 h 05 min', '1 d', '2 d 03 h']);
  });

  it('never call something nothing, or a part the whole', () => {
    expect([humanShare(0, 10), humanShare(1, 10_000), humanShare(1, 8), humanShare(9_999, 10_000), humanShare(10, 10), humanShare(0, 0)])
      .toEqual(['0 %', '< 0.1 %', '12.5 %', '> 99.9 %', '100 %', '0 %']);
  });
});
