import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { draw } from '../../src/core/random.ts';
import {
  checkSubnets, countByUse, createSubnets, freeCount, freePrefixCount, largestFreeRun, LOWEST, pickableCount, release, releasePrefix,
  takeAddress, takeAddresses, takePrefix, takePrefixes, takeSpecific, takeSpecificPrefix, USE, useAt,
  type ReservationSpec, type SingleUse, type Subnets, type SubnetSpec,
} from '../../src/core/subnet.ts';

const BASE = 0x0a000000; // 10.0.0.0
const one = (prefixLength: number, reservations: readonly ReservationSpec[] = []) => createSubnets([{ base: BASE, prefixLength, reservations }]);
const LENGTHS = [16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28];

describe('an empty subnet', () => {
  // AWS VPC user guide, subnet-sizing: five addresses less than the CIDR has.
  test.each([[28, 11], [27, 27], [26, 59], [24, 251], [22, 1019], [20, 4091], [19, 8187], [18, 16379], [17, 32763], [16, 65531]])(
    'a /%i has %i usable addresses', (prefixLength, usable) => {
      expect(freeCount(one(prefixLength), 0)).toBe(usable);
    });

  test.each([[24, 14], [22, 62], [20, 254], [18, 1022], [16, 4094], [28, 0]])('a /%i offers %i prefixes', (prefixLength, prefixes) => {
    expect(freePrefixCount(one(prefixLength), 0)).toBe(prefixes);
  });

  test.each(LENGTHS)('the counts of a /%i agree with its bytes, empty, full and emptied again', prefixLength => {
    const t = one(prefixLength);
    checkSubnets(t);
    const usable = freeCount(t, 0);
    const taken: number[] = [];
    for (let i = 0; i < usable; i++) taken.push(takeAddress(t, 0, USE.secondary, draw(7, i)));
    expect(new Set(taken).size).toBe(usable);
    expect(takeAddress(t, 0, USE.secondary, draw(7, usable))).toBe(-1);
    checkSubnets(t);
    for (const offset of taken) release(t, 0, offset);
    checkSubnets(t);
    expect(freePrefixCount(t, 0)).toBe(Math.max(2 ** (28 - prefixLength) - 2, 0));
  });

  test.each(LENGTHS)('a /%i gives each of its prefixes once', prefixLength => {
    const t = one(prefixLength);
    const taken = Array.from({ length: freePrefixCount(t, 0) }, (_, i) => takePrefix(t, 0, draw(8, i)));
    expect(taken.toSorted((a, b) => a - b)).toEqual(taken.map((_, i) => 16 * (i + 1)));
    expect(takePrefix(t, 0, LOWEST)).toBe(-1);
    checkSubnets(t);
    for (const offset of taken) releasePrefix(t, 0, offset);
    checkSubnets(t);
  });

  test('the first four addresses and the last are reserved', () => {
    const t = one(24);
    const reserved = Array.from({ length: 256 }, (_, offset) => offset).filter(offset => useAt(t, 0, offset) === USE.reserved);
    expect(reserved).toEqual([0, 1, 2, 3, 255]);
    expect(takeSpecific(t, 0, 255, USE.others)).toBe(false);
    expect(largestFreeRun(t, 0)).toBe(251);
  });
});

describe('lowest free, as replays have it', () => {
  test('addresses come in numeric order and a freed one comes back first', () => {
    const t = one(24);
    expect([1, 2, 3].map(() => takeAddress(t, 0, USE.secondary, LOWEST))).toEqual([4, 5, 6]);
    release(t, 0, 5);
    expect([1, 2].map(() => takeAddress(t, 0, USE.secondary, LOWEST))).toEqual([5, 7]);
  });

  test('the first prefix is the second /28, since the first holds reserved addresses', () => {
    const t = one(24);
    expect(takePrefix(t, 0, LOWEST)).toBe(16);
    takeSpecific(t, 0, 40, USE.others);
    expect(takePrefix(t, 0, LOWEST)).toBe(48);
    release(t, 0, 40);
    expect(takePrefix(t, 0, LOWEST)).toBe(32);
  });
});

describe('all or nothing', () => {
  test('more addresses than there are take none', () => {
    const t = one(28);
    const out = new Int32Array(16);
    expect(takeAddresses(t, 0, USE.secondary, 12, LOWEST, out, 0)).toBe(false);
    expect(freeCount(t, 0)).toBe(11);
    expect(takeAddresses(t, 0, USE.secondary, 11, LOWEST, out, 2)).toBe(true);
    expect([...out.subarray(0, 13)]).toEqual([0, 0, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
  });

  test('more prefixes than there are take none', () => {
    const t = one(26);
    const out = new Int32Array(4);
    expect(takePrefixes(t, 0, 3, 5, out, 0)).toBe(false);
    expect(freePrefixCount(t, 0)).toBe(2);
    expect(takePrefixes(t, 0, 2, LOWEST, out, 0)).toBe(true);
    expect([...out]).toEqual([16, 32, 0, 0]);
  });

  test('one draw gives different addresses', () => {
    const t = one(16);
    const out = new Int32Array(50);
    takeAddresses(t, 0, USE.secondary, 50, 12345, out, 0);
    expect(new Set(out).size).toBe(50);
    const gaps = [...out].slice(1).map((offset, i) => offset - out[i]);
    expect(new Set(gaps).size).toBeGreaterThan(45);
  });
});

describe('CIDR reservations', () => {
  const prefix64: ReservationSpec = { base: BASE + 64, prefixLength: 26, type: 'prefix' };
  const explicit32: ReservationSpec = { base: BASE + 128, prefixLength: 27, type: 'explicit' };

  test('prefixes come from a prefix reservation first, then from the general pool', () => {
    const t = one(24, [prefix64, explicit32]);
    const offsets = Array.from({ length: 12 }, () => takePrefix(t, 0, LOWEST));
    expect(offsets).toEqual([64, 80, 96, 112, 16, 32, 48, 160, 176, 192, 208, 224]);
    expect(takePrefix(t, 0, LOWEST)).toBe(-1);
    releasePrefix(t, 0, 16);
    releasePrefix(t, 0, 112);
    expect(takePrefix(t, 0, LOWEST)).toBe(112);
    checkSubnets(t);
  });

  test('single addresses come from no reservation, though its addresses count as free', () => {
    const t = one(24, [prefix64, explicit32]);
    expect(freeCount(t, 0)).toBe(251);
    expect(pickableCount(t, 0)).toBe(251 - 64 - 32);
    for (let i = 0; i < 155; i++) {
      const offset = takeAddress(t, 0, USE.secondary, draw(3, i));
      expect(offset < 64 || offset >= 160).toBe(true);
    }
    expect(takeAddress(t, 0, USE.secondary, 1)).toBe(-1);
    expect(freeCount(t, 0)).toBe(96);
    checkSubnets(t);
  });

  test('an explicit reservation gives what is asked by name', () => {
    const t = one(24, [explicit32]);
    expect(takeSpecific(t, 0, 130, USE.others)).toBe(true);
    expect(takeSpecificPrefix(t, 0, 128)).toBe(false);
    expect(takeSpecificPrefix(t, 0, 144)).toBe(true);
    release(t, 0, 130);
    releasePrefix(t, 0, 144);
    expect(pickableCount(t, 0)).toBe(251 - 32);
    checkSubnets(t);
  });

  test('an explicit reservation of one address keeps its /28 from being a prefix', () => {
    const t = one(24, [{ base: BASE + 40, prefixLength: 32, type: 'explicit' }]);
    expect(freePrefixCount(t, 0)).toBe(13);
    expect(pickableCount(t, 0)).toBe(250);
    expect(takeSpecificPrefix(t, 0, 32)).toBe(true);
    checkSubnets(t);
    releasePrefix(t, 0, 32);
    expect(pickableCount(t, 0)).toBe(250);
    checkSubnets(t);
  });

  test('an address in use stays with its holder and is not handed out again after its release', () => {
    const t = one(24, [prefix64]);
    takeSpecific(t, 0, 70, USE.eniPrimary);
    expect(takePrefix(t, 0, LOWEST)).toBe(80);
    release(t, 0, 70);
    expect(pickableCount(t, 0)).toBe(251 - 64);
    expect(takePrefix(t, 0, LOWEST)).toBe(64);
  });

  test('those that overlap, leave the subnet or are smaller than a prefix are refused', () => {
    expect(() => one(24, [prefix64, { base: BASE + 96, prefixLength: 27, type: 'explicit' }])).toThrow('overlap');
    expect(() => one(24, [{ base: BASE + 256, prefixLength: 28, type: 'prefix' }])).toThrow('outside');
    expect(() => one(24, [{ base: BASE + 32, prefixLength: 29, type: 'prefix' }])).toThrow('smaller');
  });
});

describe('several subnets in one table', () => {
  test('are alone with their addresses', () => {
    const t = createSubnets([16, 28, 20, 24, 27].map((prefixLength, i) => ({ base: BASE + i * 65536, prefixLength })));
    expect([0, 1, 2, 3, 4].map(s => freeCount(t, s))).toEqual([65531, 11, 4091, 251, 27]);
    expect([0, 1, 2, 3, 4].map(s => freePrefixCount(t, s))).toEqual([4094, 0, 254, 14, 0]);
    for (let i = 0; i < 11; i++) takeAddress(t, 1, USE.others, draw(1, i));
    for (let i = 0; i < 254; i++) takePrefix(t, 2, draw(2, i));
    expect([0, 1, 2, 3, 4].map(s => freeCount(t, s))).toEqual([65531, 0, 27, 251, 27]);
    checkSubnets(t);
  });
});

describe('the random pick', () => {
  /** Pearson's statistic against equal chances; its standard deviation is sqrt(2 * df). */
  function statistic(counts: readonly number[]): number {
    const expected = counts.reduce((a, b) => a + b) / counts.length;
    return counts.reduce((sum, n) => sum + ((n - expected) ** 2) / expected, 0);
  }

  test('gives each free address of a half-full /24 the same chance', () => {
    const t = one(24);
    for (let offset = 4; offset < 255; offset += 1 + (offset % 3)) takeSpecific(t, 0, offset, USE.others);
    const counts = new Map<number, number>();
    for (let i = 0; i < 200_000; i++) {
      const offset = takeAddress(t, 0, USE.secondary, draw(11, i));
      counts.set(offset, (counts.get(offset) ?? 0) + 1);
      release(t, 0, offset);
    }
    expect(counts.size).toBe(freeCount(t, 0));
    const df = counts.size - 1;
    expect(statistic([...counts.values()])).toBeLessThan(df + 4 * Math.sqrt(2 * df));
  });

  test('gives each free /28 of a fragmented /20 the same chance', () => {
    const t = one(20);
    for (let i = 0; i < 200; i++) takeAddress(t, 0, USE.others, draw(5, i));
    const counts = new Map<number, number>();
    for (let i = 0; i < 100_000; i++) {
      const offset = takePrefix(t, 0, draw(12, i));
      counts.set(offset, (counts.get(offset) ?? 0) + 1);
      releasePrefix(t, 0, offset);
    }
    expect(counts.size).toBe(freePrefixCount(t, 0));
    const df = counts.size - 1;
    expect(statistic([...counts.values()])).toBeLessThan(df + 4 * Math.sqrt(2 * df));
  });

  // Single addresses over a fraction u of the subnet leave (N/16 - 2)(1-u)^16 free /28s on average, and none with probability about
  // exp(-that), where that is small against N/16. Nothing in the table knows this: it follows from the uniform pick.
  // Over 200 trials a mean m has a standard error of at most sqrt(m/200), a share p one of sqrt(p(1-p)/200); the bounds are 4 of those,
  // plus what the formula leaves out: the addresses are drawn without replacement (`shortfall`), and the blocks are not independent (0.03).
  const TRIALS = 200;
  test.each([24, 22, 20].flatMap(p => [0.1, 0.2, 0.25, 0.3, 0.4].map(u => [p, u] as const)))(
    'a /%i with %d of it in single addresses keeps as many free /28s as chance says', (prefixLength, u) => {
      const size = 2 ** (32 - prefixLength);
      let sum = 0;
      let none = 0;
      for (let trial = 0; trial < TRIALS; trial++) {
        const t = one(prefixLength);
        for (let i = 0; i < Math.round(u * size); i++) takeAddress(t, 0, USE.secondary, draw(1000 + trial, i));
        sum += freePrefixCount(t, 0);
        if (freePrefixCount(t, 0) === 0) none++;
      }
      const mean = (size / 16 - 2) * (1 - u) ** 16;
      const empty = Math.exp(-mean);
      expect(Math.abs(sum / TRIALS - mean)).toBeLessThan(4 * Math.sqrt(mean / TRIALS) + shortfall(size, u));
      expect(Math.abs(none / TRIALS - empty)).toBeLessThan(4 * Math.sqrt((empty * (1 - empty)) / TRIALS) + 0.03);
    });

  /** What drawing k of n without replacement takes from the formula's mean, exactly. */
  function shortfall(size: number, u: number): number {
    const n = size - 5;
    const k = Math.round(u * size);
    let p = 1;
    for (let i = 0; i < 16; i++) p *= (n - k - i) / (n - i);
    return Math.abs((size / 16 - 2) * ((1 - u) ** 16 - p));
  }
});

describe('against a plain model', () => {
  // The model is an array of uses per subnet; what is free, pickable or a free /28 is asked of it by counting.
  type Model = { uses: number[]; withheld: ReadonlySet<number>; prefixFirst: ReadonlySet<number>; size: number };
  type Real = { t: Subnets };
  const SPEC: SubnetSpec = {
    base: BASE, prefixLength: 25,
    reservations: [{ base: BASE + 32, prefixLength: 27, type: 'prefix' }, { base: BASE + 68, prefixLength: 30, type: 'explicit' }],
  };
  const offsets = Array.from({ length: 128 }, (_, i) => i);
  const isFree = (m: Model) => (o: number) => m.uses[o] === USE.free;
  const pickable = (m: Model) => offsets.filter(o => isFree(m)(o) && !m.withheld.has(o));
  const wholeBlocks = (m: Model) => offsets.filter(o => o % 16 === 0 && offsets.slice(o, o + 16).every(isFree(m)));
  const freeBlocks = (m: Model) => {
    const inReservation = wholeBlocks(m).filter(o => m.prefixFirst.has(o));
    const general = wholeBlocks(m).filter(o => !offsets.slice(o, o + 16).some(a => m.withheld.has(a)));
    return { inReservation, general, next: inReservation.length > 0 ? inReservation : general };
  };
  const nth = (list: readonly number[], drawn: number) => list[Number((BigInt(drawn) * BigInt(list.length)) >> 32n)];

  function agree(m: Model, { t }: Real): void {
    checkSubnets(t);
    expect(Array.from({ length: 128 }, (_, o) => useAt(t, 0, o))).toEqual(m.uses);
    expect(freeCount(t, 0)).toBe(offsets.filter(isFree(m)).length);
    expect(pickableCount(t, 0)).toBe(pickable(m).length);
    expect(freePrefixCount(t, 0)).toBe(freeBlocks(m).inReservation.length + freeBlocks(m).general.length);
    for (const use of Object.values(USE)) expect(countByUse(t, 0, use)).toBe(m.uses.filter(u => u === use).length);
    expect(largestFreeRun(t, 0)).toBe(Math.max(...m.uses.map(u => (u === USE.free ? 'f' : 'x')).join('').split('x').map(run => run.length)));
  }

  class Take implements fc.Command<Model, Real> {
    readonly drawn: number;
    readonly use: SingleUse;
    constructor(drawn: number, use: SingleUse) { this.drawn = drawn; this.use = use; }
    check() { return true; }
    run(m: Model, real: Real) {
      const expected = nth(pickable(m), this.drawn) ?? -1;
      expect(takeAddress(real.t, 0, this.use, this.drawn)).toBe(expected);
      if (expected >= 0) m.uses[expected] = this.use;
      agree(m, real);
    }
    toString() { return `take(${this.drawn}, ${this.use})`; }
  }

  class TakePrefix implements fc.Command<Model, Real> {
    readonly drawn: number;
    constructor(drawn: number) { this.drawn = drawn; }
    check() { return true; }
    run(m: Model, real: Real) {
      const expected = nth(freeBlocks(m).next, this.drawn) ?? -1;
      expect(takePrefix(real.t, 0, this.drawn)).toBe(expected);
      if (expected >= 0) m.uses.fill(USE.prefix, expected, expected + 16);
      agree(m, real);
    }
    toString() { return `takePrefix(${this.drawn})`; }
  }

  class TakeSpecific implements fc.Command<Model, Real> {
    readonly offset: number;
    constructor(offset: number) { this.offset = offset; }
    check() { return true; }
    run(m: Model, real: Real) {
      const free = isFree(m)(this.offset);
      expect(takeSpecific(real.t, 0, this.offset, USE.others)).toBe(free);
      if (free) m.uses[this.offset] = USE.others;
      agree(m, real);
    }
    toString() { return `takeSpecific(${this.offset})`; }
  }

  class TakeSpecificPrefix implements fc.Command<Model, Real> {
    readonly block: number;
    constructor(block: number) { this.block = block; }
    check() { return true; }
    run(m: Model, real: Real) {
      const free = wholeBlocks(m).includes(this.block * 16);
      expect(takeSpecificPrefix(real.t, 0, this.block * 16)).toBe(free);
      if (free) m.uses.fill(USE.prefix, this.block * 16, this.block * 16 + 16);
      agree(m, real);
    }
    toString() { return `takeSpecificPrefix(${this.block})`; }
  }

  class Release implements fc.Command<Model, Real> {
    readonly nth: number;
    constructor(which: number) { this.nth = which; }
    held(m: Readonly<Model>) {
      return offsets.filter(o => m.uses[o] > USE.reserved && (m.uses[o] !== USE.prefix || o % 16 === 0));
    }
    check(m: Readonly<Model>) { return this.held(m).length > 0; }
    run(m: Model, real: Real) {
      const held = this.held(m);
      const offset = held[this.nth % held.length];
      if (m.uses[offset] === USE.prefix) {
        releasePrefix(real.t, 0, offset);
        m.uses.fill(USE.free, offset, offset + 16);
      } else {
        release(real.t, 0, offset);
        m.uses[offset] = USE.free;
      }
      agree(m, real);
    }
    toString() { return `release(${this.nth})`; }
  }

  test('every history of takes and releases ends in the same state', () => {
    const uint32 = fc.integer({ min: 0, max: 0xffffffff });
    const use = fc.constantFrom<SingleUse>(USE.others, USE.eniPrimary, USE.secondary, USE.branch, USE.loadBalancer);
    const commands = fc.commands([
      fc.tuple(uint32, use).map(([drawn, u]) => new Take(drawn, u)),
      uint32.map(drawn => new TakePrefix(drawn)),
      fc.integer({ min: 0, max: 127 }).map(offset => new TakeSpecific(offset)),
      fc.integer({ min: 0, max: 7 }).map(block => new TakeSpecificPrefix(block)),
      fc.nat(127).map(which => new Release(which)),
    ], { maxCommands: 60, size: 'max' });
    fc.assert(fc.property(commands, cmds => {
      fc.modelRun(() => {
        const uses: number[] = Array.from({ length: 128 }, () => USE.free);
        for (const o of [0, 1, 2, 3, 127]) uses[o] = USE.reserved;
        const withheld = new Set(offsets.filter(o => (o >= 32 && o < 64) || (o >= 68 && o < 72)));
        return { model: { uses, withheld, prefixFirst: new Set([32, 48]), size: 128 }, real: { t: createSubnets([SPEC]) } };
      }, cmds);
    }), { numRuns: 60 });
  });
});

describe('releasing what is not held is our bug', () => {
  test.each([
    ['a free address', 20, 'is free'], ['a reserved address', 2, 'reserved'], ['an address inside a prefix', 33, 'prefix'], ['one outside', 300, 'outside'],
  ])('%s', (_, offset, message) => {
    const t = one(24);
    takeSpecificPrefix(t, 0, 32);
    expect(() => release(t, 0, offset)).toThrow(message);
  });

  test('a /28 that is no prefix', () => {
    const t = one(24);
    takeSpecific(t, 0, 16, USE.others);
    expect(() => releasePrefix(t, 0, 16)).toThrow('not a prefix');
    expect(() => releasePrefix(t, 0, 24)).toThrow('first address');
  });
});
