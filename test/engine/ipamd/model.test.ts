/**
 * The data store against lists and maps that no one could get wrong, over random histories.
 *
 * Pins    Lowest-first: every address, and all counts. go-map: that the address given is one that Go's rules allow, and all counts.
 * Open    With which chance go-map picks among the allowed ones (maporder.ts).
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ENI_PRIMARY, ENI_TRUNK, N, S } from '../../../src/core/node.ts';
import { NONE } from '../../../src/core/units.ts';
import { checkStore } from '../../../src/engine/ipamd/check.ts';
import {
  addCidr, addEni, addressOf, clearStore, excludeEni, findCidr, findEni, freeableEniExists, hasCooling, isFreeable, isUnneeded, oldEnoughAt, removeCidr,
  removeEni, restoreAddress,
} from '../../../src/engine/ipamd/datastore.ts';
import { addNetwork, delNetwork } from '../../../src/engine/ipamd/rpc.ts';
import type { SettingsInput } from '../../../src/engine/ipamd/settings.ts';
import { testNode } from './node.ts';

const ENIS = 3;
const SLOTS = 3;
const COOLDOWN = 30;
const PREFIX_BASE = 0x0a010000;

interface Used { owner: number | null; freedAt: number }
interface CidrModel { readonly ip: number; readonly prefix: boolean; readonly used: Map<number, Used> }
interface EniModel { readonly number: number; readonly kept: boolean; readonly createdAt: number; excluded: boolean; cidrs: CidrModel[] }
interface Model {
  readonly settings: Partial<SettingsInput>;
  now: number;
  enis: EniModel[];
  raw: { total: number; prefixes: number };
  forced: number;
}
type Real = ReturnType<typeof testNode>;

// ---------------------------------------------------------------- the model's own words

const sizeOf = (cidr: CidrModel) => (cidr.prefix ? 16 : 1);
const ownersIn = (cidr: CidrModel) => [...cidr.used.values()].flatMap(({ owner }) => owner ?? []);
const isCooling = (m: Model, { owner, freedAt }: Used) => owner === null && m.now - freedAt <= COOLDOWN;
const isOfMode = (m: Model, cidr: CidrModel) => cidr.prefix === (m.settings.prefixDelegation ?? false);
const ownersOn = (eni: EniModel) => eni.cidrs.flatMap(ownersIn);
const counted = (m: Model) => m.enis.filter(eni => !eni.excluded).flatMap(({ cidrs }) => cidrs.filter(cidr => isOfMode(m, cidr)));
const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
const addressOfPod = (m: Model, pod: number) =>
  m.enis.flatMap(({ cidrs }) => cidrs).flatMap(({ used }) => [...used]).find(([, { owner }]) => owner === pod)?.[0];

/** What getUnusedIP may give from a CIDR: any used and cooled address; if there is none, the lowest that was never used. */
function choicesIn(m: Model, cidr: CidrModel): number[] {
  const cooled = [...cidr.used].filter(([, used]) => used.owner === null && !isCooling(m, used)).map(([ip]) => ip).sort((a, b) => a - b);
  if (cooled.length > 0) return cooled;
  for (let ip = cidr.ip; ip < cidr.ip + sizeOf(cidr); ip++) if (!cidr.used.has(ip)) return [ip];
  return [];
}

/** All addresses that an ADD may get now, in lowest-first order. */
function choices(m: Model): number[] {
  return m.enis.filter(eni => !eni.excluded).sort((a, b) => a.number - b.number)
    .flatMap(({ cidrs }) => cidrs.filter(cidr => isOfMode(m, cidr)).sort((a, b) => a.ip - b.ip).flatMap(cidr => choicesIn(m, cidr)));
}

function give(m: Model, ip: number, pod: number): void {
  const cidr = m.enis.flatMap(({ cidrs }) => cidrs).find(each => each.ip <= ip && ip < each.ip + sizeOf(each))!;
  for (const [used, record] of cidr.used) if (record.owner === null && !isCooling(m, record)) cidr.used.delete(used);
  cidr.used.set(ip, { owner: pod, freedAt: -Infinity });
}

function isNeeded(m: Model, eni: EniModel): boolean {
  const others = m.enis.filter(other => other !== eni && !other.excluded).flatMap(({ cidrs }) => cidrs);
  const ofMode = others.filter(cidr => isOfMode(m, cidr));
  const { warmIpTarget = 0, minimumIpTarget = 0, warmPrefixTarget = 0, prefixDelegation = false } = m.settings;
  const whole = (target: number) => (prefixDelegation ? 16 * Math.ceil(target / 16) : target);
  if (warmIpTarget > 0 && sum(ofMode.map(cidr => sizeOf(cidr) - ownersIn(cidr).length)) < whole(warmIpTarget)) return true;
  if (minimumIpTarget > 0 && sum(ofMode.map(sizeOf)) < whole(minimumIpTarget)) return true;
  return prefixDelegation && warmPrefixTarget > 0 && others.filter(cidr => ownersIn(cidr).length === 0).length < warmPrefixTarget;
}

// ---------------------------------------------------------------- agreement

function agree(m: Model, { b, n, c }: Real): void {
  checkStore(b, n, c);
  const all = m.enis.flatMap(({ cidrs }) => cidrs);
  expect({
    total: b.w[S.total], assigned: b.w[S.assigned], rawTotal: b.w[S.rawTotal], rawPrefixes: b.w[S.rawPrefixes], rawAssigned: b.w[S.rawAssigned],
    freePrefixes: b.w[S.freePrefixes], enis: b.w[S.eniCount], forced: b.w[N.forceRemovedIps], freeableEni: freeableEniExists(b, n),
  }).toEqual({
    total: sum(counted(m).map(sizeOf)), assigned: counted(m).flatMap(ownersIn).length, rawTotal: m.raw.total, rawPrefixes: m.raw.prefixes,
    rawAssigned: all.flatMap(ownersIn).length, freePrefixes: all.filter(cidr => cidr.prefix && ownersIn(cidr).length === 0).length,
    enis: m.enis.length, forced: m.forced, freeableEni: m.enis.some(eni => !eni.kept && ownersOn(eni).length === 0),
  });
  for (const eni of m.enis) {
    const e = findEni(b, n, eni.number);
    expect(hasCooling(b, n, c, e, m.now)).toBe(eni.cidrs.some(({ used }) => [...used.values()].some(each => isCooling(m, each))));
    expect(isUnneeded(b, n, c, e)).toBe(!eni.kept && ownersOn(eni).length === 0 && !isNeeded(m, eni));
    expect(oldEnoughAt(b, n, c, e) <= m.now).toBe(m.now - eni.createdAt >= 60_000 && !hasCooling(b, n, c, e, m.now));
    for (const cidr of eni.cidrs) {
      const slot = findCidr(b, n, e, cidr.ip | 0, cidr.prefix);
      expect(slot).not.toBe(NONE);
      expect(isFreeable(b, n, e, slot)).toBe(ownersIn(cidr).length === 0);
    }
  }
}

abstract class Act implements fc.Command<Model, Real> {
  check(_m: Readonly<Model>): boolean { return true; }
  abstract act(m: Model, r: Real): void;
  run(m: Model, r: Real) {
    this.act(m, r);
    agree(m, r);
  }
  abstract toString(): string;
}

class Wait extends Act {
  readonly ms: number;
  constructor(ms: number) { super(); this.ms = ms; }
  act(m: Model) { m.now += this.ms; }
  toString() { return `wait(${this.ms})`; }
}

class AddEni extends Act {
  readonly number: number;
  readonly flags: number;
  readonly excluded: boolean;
  constructor(number: number, flags: number, excluded: boolean) { super(); this.number = number; this.flags = flags; this.excluded = excluded; }
  override check(m: Readonly<Model>) { return m.enis.length < ENIS || m.enis.some(({ number }) => number === this.number); }
  act(m: Model, { b, n, c }: Real) {
    const e = addEni(b, n, c, this.number, this.number, this.flags, 0, 0, m.now);
    if (m.enis.some(({ number }) => number === this.number)) return; // it keeps everything, its age included
    m.enis.push({ number: this.number, kept: this.flags !== 0, createdAt: m.now, excluded: this.excluded, cidrs: [] });
    if (this.excluded) excludeEni(b, n, e);
  }
  toString() { return `addEni(${this.number}${this.flags ? ', kept' : ''}${this.excluded ? ', excluded' : ''})`; }
}

/** Addresses and prefixes by small numbers, so that histories meet themselves; no address is on two ENIs or inside a prefix. */
class AddCidr extends Act {
  readonly eni: number;
  readonly i: number;
  readonly prefix: boolean;
  constructor(eni: number, i: number, prefix: boolean) { super(); this.eni = eni; this.i = i; this.prefix = prefix; }
  target(m: Readonly<Model>) { return m.enis.at(this.eni % Math.max(1, m.enis.length)); }
  override check(m: Readonly<Model>) {
    const target = this.target(m);
    return target !== undefined && (target.cidrs.length < SLOTS || target.cidrs.some(({ ip }) => ip === this.ipOn(target)));
  }
  ipOn({ number }: EniModel) { return (this.prefix ? PREFIX_BASE : 0xc0000000) + number * 256 + this.i * 16; }
  act(m: Model, { b, n, c }: Real) {
    const target = this.target(m)!;
    const ip = this.ipOn(target);
    const isNew = !target.cidrs.some(cidr => cidr.ip === ip);
    expect(addCidr(b, n, c, findEni(b, n, target.number), ip | 0, this.prefix)).toBe(isNew);
    if (!isNew) return;
    target.cidrs.push({ ip, prefix: this.prefix, used: new Map() });
    m.raw.total += this.prefix ? 16 : 1;
    if (this.prefix) m.raw.prefixes += 1;
  }
  toString() { return `add${this.prefix ? 'Prefix' : 'Address'}(${this.eni}, ${this.i})`; }
}

class RemoveCidr extends Act {
  readonly nth: number;
  readonly force: boolean;
  constructor(nth: number, force: boolean) { super(); this.nth = nth; this.force = force; }
  override check(m: Readonly<Model>) { return m.enis.some(({ cidrs }) => cidrs.length > 0); }
  act(m: Model, { b, n, c }: Real) {
    const all = m.enis.flatMap(eni => eni.cidrs.map(cidr => ({ eni, cidr })));
    const { eni, cidr } = all[this.nth % all.length];
    const e = findEni(b, n, eni.number);
    const owners = ownersIn(cidr);
    const goes = this.force || owners.length === 0;
    expect(removeCidr(b, n, c, e, findCidr(b, n, e, cidr.ip | 0, cidr.prefix), this.force)).toBe(goes);
    if (!goes) return;
    eni.cidrs = eni.cidrs.filter(other => other !== cidr);
    m.forced += owners.length;
    m.raw.total -= sizeOf(cidr);
    if (cidr.prefix) m.raw.prefixes -= 1;
  }
  toString() { return `remove(${this.nth}${this.force ? ', force' : ''})`; }
}

class RemoveEni extends Act {
  readonly nth: number;
  constructor(nth: number) { super(); this.nth = nth; }
  override check(m: Readonly<Model>) { return m.enis.length > 0; }
  act(m: Model, { b, n, c }: Real) {
    const [eni] = m.enis.splice(this.nth % m.enis.length, 1);
    removeEni(b, n, c, findEni(b, n, eni.number));
    const owners = ownersOn(eni).length;
    const times = owners > 0 ? 2 : 1;
    m.forced += owners;
    m.raw.total -= times * sum(eni.cidrs.map(sizeOf));
    m.raw.prefixes -= times * eni.cidrs.filter(({ prefix }) => prefix).length;
  }
  toString() { return `removeEni(${this.nth})`; }
}

class Add extends Act {
  readonly pod: number;
  constructor(pod: number) { super(); this.pod = pod; }
  act(m: Model, { b, n, c }: Real) {
    const has = addressOfPod(m, this.pod);
    const allowed = has !== undefined ? [has] : choices(m);
    const ref = addNetwork(b, n, c, this.pod, m.now);
    expect(ref === NONE).toBe(allowed.length === 0);
    if (ref === NONE) return;
    const ip = addressOf(b, n, ref) >>> 0;
    if (c.lowestFirst) expect(ip).toBe(allowed[0]);
    else expect(allowed).toContain(ip);
    if (has === undefined) give(m, ip, this.pod);
  }
  toString() { return `add(${this.pod})`; }
}

class Del extends Act {
  readonly pod: number;
  constructor(pod: number) { super(); this.pod = pod; }
  act(m: Model, { b, n, c }: Real) {
    const has = addressOfPod(m, this.pod);
    const ref = delNetwork(b, n, c, this.pod, m.now);
    expect(ref === NONE ? undefined : addressOf(b, n, ref) >>> 0).toBe(has);
    for (const { cidrs } of m.enis) {
      for (const { used } of cidrs) {
        for (const [ip, { owner }] of used) if (owner === this.pod) used.set(ip, { owner: null, freedAt: m.now });
      }
    }
  }
  toString() { return `del(${this.pod})`; }
}

/** A new process: the ENIs come back with their CIDRs in another order, the pods by the checkpoint, and no cooldown. */
class Restart extends Act {
  act(m: Model, { b, n, c }: Real) {
    const { w, at } = b;
    clearStore(b, n);
    m.raw = { total: 0, prefixes: 0 };
    for (const [i, eni] of m.enis.entries()) {
      const e = addEni(b, n, c, eni.number, eni.number, eni.kept ? ENI_PRIMARY : 0, 0, 0, m.now);
      m.enis[i] = { ...eni, createdAt: m.now };
      if (eni.excluded) excludeEni(b, n, e);
      for (const cidr of eni.cidrs.toReversed()) {
        addCidr(b, n, c, e, cidr.ip | 0, cidr.prefix);
        for (const [ip, { owner }] of cidr.used) if (owner === null) cidr.used.delete(ip);
        m.raw.total += sizeOf(cidr);
        if (cidr.prefix) m.raw.prefixes += 1;
      }
    }
    for (let p = 0; p < at.pods; p++) {
      const ip = w[n + at.podCheckpoint + p];
      expect(ip >>> 0).toBe(addressOfPod(m, p) ?? 0);
      if (ip !== 0) w[n + at.podAddress + p] = restoreAddress(b, n, c, ip);
    }
  }
  toString() { return 'restart'; }
}

const small = fc.nat({ max: 5 });
const pod = fc.nat({ max: 9 });
const history = fc.commands([
  fc.oneof(fc.constantFrom(1, COOLDOWN - 1, COOLDOWN, COOLDOWN + 1, 60_000), fc.nat({ max: 40 })).map(ms => new Wait(ms)),
  fc.tuple(small, fc.constantFrom(0, 0, 0, ENI_PRIMARY, ENI_TRUNK), fc.constantFrom(false, false, false, true)).map(args => new AddEni(...args)),
  fc.tuple(small, small, fc.boolean()).map(args => new AddCidr(...args)),
  fc.tuple(small, small, fc.boolean()).map(args => new AddCidr(...args)),
  fc.tuple(small, fc.boolean()).map(args => new RemoveCidr(...args)),
  small.map(nth => new RemoveEni(nth)),
  pod.map(p => new Add(p)), pod.map(p => new Add(p)), pod.map(p => new Add(p)),
  pod.map(p => new Del(p)), pod.map(p => new Del(p)),
  fc.constant(new Restart()),
], { maxCommands: 80, size: 'max' });

const settings = fc.record({
  lowestFirst: fc.boolean(),
  prefixDelegation: fc.boolean(),
  warmIpTarget: fc.constantFrom(0, 0, 1, 2, 17),
  minimumIpTarget: fc.constantFrom(0, 0, 1, 3, 16, 17),
  warmPrefixTarget: fc.constantFrom(0, 1, 2),
});

describe('the data store does what lists and maps do', () => {
  it('over random histories, in both orders and both modes', () => {
    fc.assert(fc.property(settings, fc.nat(), history, (chosen, key, commands) => {
      const setUp = () => {
        const real = testNode({ ...chosen, cooldownMs: COOLDOWN }, { enis: ENIS, slots: SLOTS, pods: 10, cooling: ENIS * SLOTS * 16 });
        real.b.w[N.orderKey] = key | 0;
        const model: Model = { settings: chosen, now: 0, enis: [], raw: { total: 0, prefixes: 0 }, forced: 0 };
        return { model, real };
      };
      fc.modelRun(setUp, commands);
    }), { numRuns: 1000 });
  });
});
