/**
 * In the order of Go's maps: the published distributions, each as a test of two samples (statistics.ts), 200 runs against theirs of 200.
 *
 * Source  Measured on ipamd v1.23.1 in virtual time, 200 runs a case (docs/fidelity.md); the rules of Go 1.26's maps where a theory is named.
 */
import { describe, expect, it } from 'vitest';
import { ENI_PRIMARY, N } from '../../src/core/node.ts';
import { drawBelow } from '../../src/core/random.ts';
import { NONE } from '../../src/core/units.ts';
import { addEni } from '../../src/engine/ipamd/datastore.ts';
import { chooseStart, chooseStartOfCopy, rowAt } from '../../src/engine/ipamd/maporder.ts';
import { testNode } from '../engine/ipamd/node.ts';
import { Node, settled, type Spec } from './harness.ts';
import { agree, fits, published, tally } from './statistics.ts';

const RUNS = 200;
const run = <T>(one: (key: number) => T, runs = RUNS): T[] => Array.from({ length: runs }, (_, i) => one(i * 7919 + 13));

/** One pod every 10 s on an idle node, and a minute to settle. */
function ramp(spec: Spec, pods: number, key: number): { node: Node; names: string[] } {
  const node = new Node({ ...spec, key }).until(60);
  const names: string[] = [];
  for (let i = 0; i < pods; i++) {
    names.push(...node.add(1));
    node.idle(10);
  }
  node.idle(60);
  return { node, names };
}

/** A ramp, then all pods but `keep` random ones go at once, and ten minutes pass. */
function shrunk(spec: Spec, pods: number, keep: number, key: number): { node: Node; grownEvents: number } {
  const { node, names } = ramp(spec, pods, key);
  const grownEvents = node.events.length;
  for (let i = 0; i < keep; i++) names.splice(drawBelow(key, i, names.length), 1);
  node.del(names).idle(600);
  return { node, grownEvents };
}

describe('m5.xlarge shrinks to random survivors', () => {
  it('defaults, 20 pods to 2: 2 ENIs in 98 % of runs, else 3', () => {
    const enis = run(key => shrunk({ type: 'm5.xlarge' }, 20, 2, key).node.state().enis);
    expect(agree(tally(enis, [2, 3]), published(200, 98, 2))).toBe(true);
  });

  it('defaults, 40 pods to 4: 3 ENIs in 64 % of runs, 2 in 33 %, 4 in 3 %', () => {
    const enis = run(key => shrunk({ type: 'm5.xlarge' }, 40, 4, key).node.state().enis);
    expect(agree(tally(enis, [2, 3, 4]), published(200, 33, 64, 3))).toBe(true);
  });

  it('WARM_IP_TARGET 5, MINIMUM_IP_TARGET 10, 40 pods to 4: always 10 addresses, on 3 ENIs in 46 % of runs, 4 in 42 %, 2 in 12 %', () => {
    const runs = run(key => shrunk({ type: 'm5.xlarge', env: { WARM_IP_TARGET: 5, MINIMUM_IP_TARGET: 10 } }, 40, 4, key));
    expect(runs.every(({ node }) => node.state().total === 10)).toBe(true);
    expect(agree(tally(runs.map(({ node }) => node.state().enis), [2, 3, 4]), published(200, 12, 46, 42))).toBe(true);

    const mean = (verb: string, of: 'growing' | 'shrinking') => runs.reduce((sum, { node, grownEvents }) => {
      const events = of === 'growing' ? node.events.slice(0, grownEvents) : node.events.slice(grownEvents);
      return sum + events.filter(({ text }) => text.startsWith(verb)).length;
    }, 0) / RUNS;
    expect(mean('assign', 'growing')).toBe(33);
    expect(mean('create', 'growing')).toBe(3);
    expect(mean('release', 'shrinking')).toBeGreaterThan(3.2); // published: 3.5; a run has 2 to 4, so a mean of 200 errs by 0.05
    expect(mean('release', 'shrinking')).toBeLessThan(3.8);
  });

  it('defaults, growing to 40: 1 Assign and 3 ENIs', () => {
    const { node } = ramp({ type: 'm5.xlarge' }, 40, 1);
    expect(node.events.map(({ text }) => text)).toEqual(['assign 14', 'create ENI with 14', 'create ENI with 14', 'create ENI with 14']);
  });
});

it('m5.large, defaults, 10 pods: 200 replacements one for one every 10 s take no EC2 call and fail no ADD', () => {
  for (const key of [1, 2, 3, 4, 5]) {
    const { node, names } = ramp({ type: 'm5.large' }, 10, key);
    const before = { events: node.events.length, failures: node.failures };
    for (let i = 0; i < 200; i++) {
      node.del(names.splice(drawBelow(key, i, names.length), 1));
      names.push(...node.add(1));
      node.idle(10);
    }
    expect({ events: node.events.length, failures: node.failures }).toEqual(before);
  }
});

describe('20 pods one by one on m5.large with prefixes', () => {
  const prefixes = (target: number): Spec => ({ type: 'm5.large', maxPods: 110, env: { ENABLE_PREFIX_DELEGATION: true, WARM_PREFIX_TARGET: target } });

  it('WARM_PREFIX_TARGET 1: always 3 prefixes, of which a free one in 67 % of runs', () => {
    const states = run(key => ramp(prefixes(1), 20, key).node.state());
    expect(states.every(({ prefixes: count }) => count === 3)).toBe(true);
    expect(agree(tally(states.map(({ freePrefixes }) => freePrefixes > 0), [true, false]), published(200, 67, 33))).toBe(true);
  });

  it('WARM_PREFIX_TARGET 2: 4 prefixes in 23 % of runs, else 5', () => {
    const counts = run(key => ramp(prefixes(2), 20, key).node.state().prefixes);
    expect(agree(tally(counts, [4, 5]), published(200, 23, 77))).toBe(true);
  });

  it('WARM_PREFIX_TARGET 2, 16 at once: 4 prefixes and 48 free addresses, unless all 16 found the first prefix first (7/8 each)', () => {
    const states = run(key => settled({ ...prefixes(2), key }, 16).state());
    expect(states.every(({ prefixes: count, free }) => free === 16 * count - 16)).toBe(true);
    expect(fits(tally(states.map(({ prefixes: count }) => count), [4, 3]), [1 - (7 / 8) ** 16, (7 / 8) ** 16])).toBe(true);
  });
});

it('of 7 records of a prefix, the 4 oldest cooled: the oldest is reused in 61 % of runs (theory 5/8), and the next three 1/8 each', () => {
  const reused = run(key => {
    const node = new Node({ type: 'm5.large', maxPods: 110, env: { ENABLE_PREFIX_DELEGATION: true, MINIMUM_IP_TARGET: 16, WARM_IP_TARGET: 1 }, key }).until(60);
    const pods = node.add(7);
    const addresses = pods.map(pod => node.addresses.get(pod));
    node.del(pods.slice(0, 4)).idle(35);
    return addresses.indexOf(node.addresses.get(node.add(1)[0]));
  });
  const counts = tally(reused, [0, 1, 2, 3]);
  expect(agree([counts[0], RUNS - counts[0]], published(200, 61, 39))).toBe(true);
  expect(fits(counts, [5 / 8, 1 / 8, 1 / 8, 1 / 8])).toBe(true);
});

describe('a walk over few ENIs', () => {
  const WALKS = 4000;
  const first = (enis: number, choose: typeof chooseStart) => {
    const { b, n, c } = testNode({ lowestFirst: false });
    for (let e = 0; e < enis; e++) addEni(b, n, c, e, e, e === 0 ? ENI_PRIMARY : 0, 0, 100 + e, 0);
    b.w[n + N.orderKey] = 42;
    const counts = Array.from({ length: enis }, () => 0);
    for (let i = 0; i < WALKS; i++) {
      choose(b, n, c);
      let k = 0;
      while (rowAt(b, n, k) === NONE) k++;
      counts[rowAt(b, n, k)]++;
    }
    return counts;
  };

  it('begins with the older of two in 87.5 %', () => expect(fits(first(2, chooseStart), [7 / 8, 1 / 8])).toBe(true));
  it('begins with the oldest of three in 75 %', () => expect(fits(first(3, chooseStart), [6 / 8, 1 / 8, 1 / 8])).toBe(true));
  it('for a release, with the older of two in 78 %: a rotation of a rotation', () => expect(fits(first(2, chooseStartOfCopy), [50 / 64, 14 / 64])).toBe(true));
  it('for a release, with the oldest of three in 61 %', () => {
    // first walk starts at 0, 1, 2 with 6/8, 1/8, 1/8, and so does the second among what the first copied
    expect(fits(first(3, chooseStartOfCopy), [38 / 64, 13 / 64, 13 / 64])).toBe(true);
  });
});

it('a pod on two idle ENIs gets an address of the older in 87.5 %', () => {
  const older = run(key => {
    const node = new Node({ type: 'm5.large', env: { WARM_ENI_TARGET: 2 }, key }).until(60);
    node.add(1);
    return [...node.podsPerEni().keys()][0];
  });
  expect(fits(tally(older, [0, 1]), [7 / 8, 1 / 8])).toBe(true);
});

it('one address too many, one free on each of two ENIs: it leaves the older in 78 %', () => {
  const released = run(key => {
    const node = new Node({ type: 't3.small', env: { WARM_IP_TARGET: 1 }, key }).until(60);
    const pods = node.add(3); // fill the primary ENI one by one; the warm address is the second ENI's
    node.idle(120).del(pods.slice(0, 1)).turn();
    return node.events.find(({ text }) => text.startsWith('release'))?.text; // an ENI that loses its only address goes next
  }, 1000); // fewer could not tell it from 87.5 %
  const counts = tally(released, ['release 1 of ENI 0', 'release 1 of ENI 1']);
  expect(new Set(released).size).toBe(2);
  expect(fits(counts, [50 / 64, 14 / 64])).toBe(true);
});

it('a restart puts ENIs into the store in the order of their MAC addresses, rotated as the map that they pass through', () => {
  const firstAfterRestarts = (key: number) => {
    const node = new Node({ type: 'm5.large', key }).until(60);
    node.add(1);
    node.idle(60);
    return Array.from({ length: 400 }, () => {
      node.restart();
      const { b: { w, at }, n } = node.replay;
      return w[n + at.eniNumber]; // of the first row
    });
  };
  const primaryFirst = [1, 2, 3, 4, 5, 6, 7, 8].map(key => tally(firstAfterRestarts(key), [0, 1]));
  for (const counts of primaryFirst) expect(fits(counts, counts[0] > 200 ? [7 / 8, 1 / 8] : [1 / 8, 7 / 8])).toBe(true);
  expect(new Set(primaryFirst.map(([count]) => count > 200)).size).toBe(2); // which MAC address is lower is another matter on each node
});

describe('the tests of two samples can tell', () => {
  it('64 % from 45 %, 67 % from 48 %, and 98 % from 87 % in 200 runs', () => {
    expect(agree([66, 128, 6], [100, 90, 10])).toBe(false);
    expect(agree([134, 66], [96, 104])).toBe(false);
    expect(agree([196, 4], [174, 26])).toBe(false);
  });

  it('and let pass what chance explains', () => {
    expect(agree([66, 128, 6], [80, 110, 10])).toBe(true);
    expect(agree([134, 66], [122, 78])).toBe(true);
    expect(agree([196, 4], [199, 1])).toBe(true);
  });
});
