/**
 * The trunk against a model that no one could get wrong: lists of plain objects, in histories of creates, releases, passes, leaks and restarts with
 * failing calls.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { errorCode } from '../../../src/engine/ipamd/calls.ts';
import { CALL, RESULT } from '../../../src/engine/trunk/activities.ts';
import { isVlanTaken, releaseLeaked, releasePod, renewTrunk, VLAN_COUNT } from '../../../src/engine/trunk/trunks.ts';
import { branchesOf, create, createBench, init, pass, queueOf, ready, type Bench } from './driver.ts';

const REFUSED = errorCode('InternalError');
const LIMIT = 6;

interface Branch { readonly eni: number; readonly vlan: number; stamp: number | null; failures: number }
interface Model { now: number; pods: Map<number, Branch[]>; queue: Branch[]; vlans: Set<number>; nextEni: number; period: number; readonly alive: Map<number, Branch> }

const lowestFree = ({ vlans }: Model) => {
  let vlan = 1;
  while (vlans.has(vlan)) vlan++;
  return vlan;
};

const count = ({ pods, queue }: Model) => [...pods.values()].reduce((sum, list) => sum + list.length, 0) + queue.length;

abstract class Step implements fc.Command<Model, Bench> {
  check() {
    return true;
  }
  abstract act(m: Model, real: Bench): void;
  run(m: Model, real: Bench): void {
    real.fails = () => 0;
    this.act(m, real);
    expect(queueOf(real)).toEqual(m.queue.map(({ eni }) => eni));
    for (let uid = 0; uid < 8; uid++) expect(branchesOf(real, uid)).toEqual(m.pods.get(uid)?.map(({ eni }) => eni));
    for (let vlan = 1; vlan <= VLAN_COUNT; vlan++) expect(isVlanTaken(real.t, real.k, vlan), `VLAN id ${vlan}`).toBe(m.vlans.has(vlan));
    expect(real.now).toBe(m.now);
  }
}

class Create extends Step {
  readonly uid: number;
  readonly wanted: number;
  /** 0: nothing fails; else the call of the last branch that does. */
  readonly failing: number;
  constructor(uid: number, wanted: number, failing: number) {
    super();
    this.uid = uid;
    this.wanted = wanted;
    this.failing = failing;
  }
  override act(m: Model, real: Bench) {
    let calls = 0;
    real.fails = call => (this.failing !== 0 && call === this.failing && ++calls === this.wanted ? REFUSED : 0);
    const result = create(real, this.uid, this.wanted);
    if (m.pods.has(this.uid)) return expect(result).toBe(RESULT.alreadyExists);
    if (count(m) >= LIMIT) return expect(result).toBe(RESULT.atMaxCapacity);
    const made: Branch[] = [];
    for (let i = 1; i <= this.wanted; i++) {
      if (this.failing === CALL.createEni && i === this.wanted) break;
      const branch = { eni: m.nextEni++, vlan: lowestFree(m), stamp: null, failures: 0 };
      m.vlans.add(branch.vlan);
      m.alive.set(branch.eni, branch);
      made.push(branch);
    }
    if (this.failing === 0) m.pods.set(this.uid, made);
    else m.queue.unshift(...made);
    expect(result === RESULT.ok).toBe(this.failing === 0);
  }
  override toString() { return `create(${this.uid}, ${this.wanted}, ${this.failing})`; }
}

class Release extends Step {
  readonly uid: number;
  constructor(uid: number) {
    super();
    this.uid = uid;
  }
  override act(m: Model, real: Bench) {
    releasePod(real.t, real.k, this.uid, real.now);
    releaseIn(m, this.uid);
  }
  override toString() { return `release(${this.uid})`; }
}

function releaseIn(m: Model, uid: number) {
  for (const branch of m.pods.get(uid) ?? []) {
    branch.stamp = m.now;
    m.queue.push(branch);
  }
  m.pods.delete(uid);
}

class Leaks extends Step {
  readonly existing: number;
  constructor(existing: number) {
    super();
    this.existing = existing;
  }
  override act(m: Model, real: Bench) {
    const exists = (uid: number) => ((this.existing >> uid) & 1) === 1;
    const gone = [...m.pods.keys()].filter(uid => !exists(uid)).sort((a, b) => a - b);
    expect(releaseLeaked(real.t, real.k, exists, real.now)).toBe(gone.length > 0);
    for (const uid of gone) releaseIn(m, uid);
  }
  override toString() { return `leaks(${this.existing})`; }
}

class Wait extends Step {
  readonly ms: number;
  constructor(ms: number) {
    super();
    this.ms = ms;
  }
  override act(m: Model, real: Bench) {
    m.now += this.ms;
    real.now += this.ms;
  }
  override toString() { return `wait(${this.ms})`; }
}

class Pass extends Step {
  /** Every delete fails. */
  readonly isBroken: boolean;
  constructor(isBroken: boolean) {
    super();
    this.isBroken = isBroken;
  }
  override act(m: Model, real: Bench) {
    real.fails = call => (this.isBroken && call === CALL.delete ? REFUSED : 0);
    pass(real);
    while (m.queue.length > 0 && (m.queue[0].stamp === null || m.now > m.queue[0].stamp + m.period)) {
      const [branch] = m.queue;
      if (this.isBroken) {
        m.now += 12_100;
        if (++branch.failures === 3) m.queue.shift();
      } else {
        m.queue.shift();
        m.vlans.delete(branch.vlan);
        m.alive.delete(branch.eni);
      }
    }
  }
  override toString() { return `pass(${this.isBroken})`; }
}

class Period extends Step {
  readonly ms: number;
  constructor(ms: number) {
    super();
    this.ms = ms;
  }
  override act(m: Model, real: Bench) {
    m.period = this.ms;
    real.t.cooldownMs = this.ms;
  }
  override toString() { return `period(${this.ms})`; }
}

class Restart extends Step {
  override act(m: Model, real: Bench) {
    renewTrunk(real.t, real.k);
    real.interfaces = [[1, 0, 0], [10, 2, 1]];
    const alive = [...m.alive.values()].sort((a, b) => a.eni - b.eni);
    real.found = alive.map(({ eni, vlan }) => [eni, vlan]);
    expect(init(real, [...m.pods].flatMap(([uid, list]) => list.flatMap(({ eni, vlan }) => [uid, eni, vlan, 1, 0])))).toBe(RESULT.ok);
    m.pods = new Map([...m.pods].filter(([, list]) => list.length > 0)); // an empty annotation says nothing
    const owned = new Set([...m.pods.values()].flat());
    for (const list of m.pods.values()) for (const branch of list) branch.failures = 0;
    m.queue = alive.filter(branch => !owned.has(branch)).map(branch => Object.assign(branch, { stamp: m.now, failures: 0 }));
    m.vlans = new Set(alive.map(({ vlan }) => vlan));
  }
  override toString() { return 'restart'; }
}

const uids = fc.nat({ max: 7 });
const steps = fc.commands([
  fc.tuple(uids, fc.integer({ min: 1, max: 3 }), fc.constantFrom(0, 0, 0, CALL.createEni, CALL.createPermission, CALL.associate)).map(args => new Create(...args)),
  uids.map(uid => new Release(uid)),
  fc.nat({ max: 255 }).map(existing => new Leaks(existing)),
  fc.constantFrom(1, 29_999, 30_000, 60_000).map(ms => new Wait(ms)),
  fc.boolean().map(isBroken => new Pass(isBroken)),
  fc.constantFrom(30_000, 60_000).map(ms => new Period(ms)),
  fc.constant(new Restart()),
], { maxCommands: 60 });

test('does what lists of objects do', () => {
  fc.assert(fc.property(steps, commands => {
    fc.modelRun(() => ({
      model: { now: 0, pods: new Map(), queue: [], vlans: new Set<number>(), nextEni: 11, period: 60_000, alive: new Map() },
      real: ready(createBench(LIMIT)),
    }), commands);
  }), { numRuns: 300 });
});
