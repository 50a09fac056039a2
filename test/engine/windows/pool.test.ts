/** Windows pools: the order of refusals, cool-down, targets that rewrite themselves, re-sync; and a model of plain lists. */
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { isPrefixDelegationEnabled, targetsOf } from '../../../src/engine/windows/config.ts';
import {
  ASSIGN, assign, checkPool, createPools, DRAINED, FREE, free, idOf, JOB, openPool, PREFIX_DEFAULTS, processCooldown, reconcile, resourceOf, resync,
  SECONDARY_DEFAULTS, setToDraining, updatePool, type Pools, type Targets,
} from '../../../src/engine/windows/pool.ts';

const IP = 0x0a000000;
const ids = (...hosts: number[]) => hosts.map(host => idOf(IP + host));
const grant = (t: Pools, p: number, groups: readonly number[]) => updatePool(t, p, { job: JOB.create, count: groups.length, ok: true, prefixAvailable: true }, groups);
const newPool = (capacity: number, isPrefix: boolean, targets: Targets) => {
  const t = createPools({ pools: 1, groups: 200, resources: 2000 });
  return { t, p: openPool(t, capacity, isPrefix, targets) };
};

describe('assign', () => {
  it('refuses in this order: already assigned, at capacity, cooling, being created, empty', () => {
    const { t, p } = newPool(2, false, { ...DRAINED, desired: 3 });
    expect(assign(t, p, 1)).toBe(ASSIGN.empty);
    t.pendingCreate[p] = 2;
    expect(assign(t, p, 1)).toBe(ASSIGN.beingCreated);
    grant(t, p, ids(5, 6));
    expect(assign(t, p, 1)).toBe(ASSIGN.ok);
    expect(assign(t, p, 1)).toBe(ASSIGN.alreadyAssigned);
    free(t, p, 1, t.resourceId[resourceOf(t, p, 1)], 0);
    expect(assign(t, p, 1)).toBe(ASSIGN.ok);
    expect(assign(t, p, 2)).toBe(ASSIGN.coolingDown);
    processCooldown(t, p, 30_000);
    expect(assign(t, p, 2)).toBe(ASSIGN.ok);
    expect(assign(t, p, 3)).toBe(ASSIGN.atMaxCapacity);
  });

  it('tells "no free /28" only while no group has an entry, and an emptied one has', () => {
    const { t, p } = newPool(144, true, PREFIX_DEFAULTS);
    expect(assign(t, p, 1)).toBe(ASSIGN.insufficientCidrBlocks);
    t.pendingCreate[p] = 16;
    grant(t, p, ids(16));
    for (let pod = 0; pod < 16; pod++) expect(assign(t, p, pod)).toBe(ASSIGN.ok);
    t.prefixAvailable[p] = 0;
    expect(assign(t, p, 99)).toBe(ASSIGN.empty);
  });

  it('takes the address out of the prefix with the fewest left', () => {
    const { t, p } = newPool(144, true, PREFIX_DEFAULTS);
    t.pendingCreate[p] = 32;
    grant(t, p, ids(32));
    assign(t, p, 1);
    grant(t, p, ids(16));
    assign(t, p, 2);
    expect(t.resourceGroup[resourceOf(t, p, 2)]).toBe(ids(32)[0]);
  });

  it('frees only what the pod has', () => {
    const { t, p } = newPool(3, false, SECONDARY_DEFAULTS);
    grant(t, p, ids(5, 6));
    assign(t, p, 1);
    expect(free(t, p, 2, ids(5)[0], 0)).toBe(FREE.doesNotExist);
    expect(free(t, p, 1, ids(6)[0], 0)).toBe(FREE.wrongOwner);
    expect(free(t, p, 1, ids(5)[0], 0)).toBe(FREE.ok);
  });
});

it.each([[29_999, 1], [30_000, 0], [30_001, 0]])('after %i ms %i still cool', (ms, cooling) => {
  const { t, p } = newPool(3, false, SECONDARY_DEFAULTS);
  grant(t, p, ids(5));
  assign(t, p, 1);
  free(t, p, 1, ids(5)[0], 1000);
  expect(processCooldown(t, p, 1000 + ms)).toBe(cooling > 0);
  expect(t.cooling[p]).toBe(cooling);
});

describe('reconcile', () => {
  const job = (capacity: number, isPrefix: boolean, targets: Partial<Targets>, change: (t: Pools, p: number) => void = () => undefined) => {
    const { t, p } = newPool(capacity, isPrefix, { ...DRAINED, desired: 1, ...targets });
    change(t, p);
    const op = reconcile(t, p);
    return op === JOB.none || op === JOB.resync ? [op] : [op, t.jobCount];
  };

  it.each([
    [{ warmIp: 3, minIp: 3 }, [JOB.create, 3]], [{ warmIp: 1, minIp: 8 }, [JOB.create, 8]], [{ warmIp: -1, minIp: -1 }, [JOB.create, 3]],
    [{ warmIp: 20 }, [JOB.create, 9]], [{ desired: 0, warmIp: 3, minIp: 3 }, [JOB.none]], [{}, [JOB.none]], [{ warmIp: 3, maxDeviation: 3 }, [JOB.none]],
  ])('secondary, empty pool, %j', (targets, wanted) => expect(job(9, false, targets)).toEqual(wanted));

  it.each([
    [{}, [JOB.create, 1]], [{ warmIp: 16, minIp: 0 }, [JOB.create, 1]], [{ warmIp: 17 }, [JOB.create, 2]], [{ minIp: 33 }, [JOB.create, 3]],
    [{ warmPrefix: 2 }, [JOB.create, 2]], [{ warmPrefix: 2, warmIp: 1 }, [JOB.create, 1]], [{ warmIp: 1000 }, [JOB.create, 9]],
  ])('prefixes, empty pool, %j', (targets, wanted) => expect(job(144, true, targets)).toEqual(wanted));

  it('targets that say nothing are written over with the defaults', () => {
    const { t, p } = newPool(144, true, { ...DRAINED, desired: 1 });
    reconcile(t, p);
    expect([t.warmIp[p], t.minIp[p]]).toEqual([1, 3]);
  });

  it('a failed job asks for a re-sync, which waits until nothing is pending', () => {
    const { t, p } = newPool(9, false, SECONDARY_DEFAULTS);
    reconcile(t, p);
    t.pendingCreate[p]++;
    expect(updatePool(t, p, { job: JOB.create, count: 3, ok: false, prefixAvailable: true }, [])).toBe(true);
    expect(reconcile(t, p)).toBe(JOB.none);
    t.pendingCreate[p] = 0;
    expect(reconcile(t, p)).toBe(JOB.resync);
  });

  it('what is over is taken from the lowest groups that are wholly free', () => {
    const { t, p } = newPool(9, false, { ...SECONDARY_DEFAULTS, warmIp: 1, minIp: 2 });
    t.pendingCreate[p] = 5;
    grant(t, p, ids(5, 6, 7, 8, 9));
    assign(t, p, 1);
    expect(reconcile(t, p)).toBe(JOB.delete);
    expect([...t.list.subarray(0, t.listLength)]).toEqual(ids(6, 7, 8));
    expect(t.pendingDelete[p]).toBe(3);
  });

  it('what is over never takes the pool below its minimum', () => {
    const { t, p } = newPool(9, false, { ...SECONDARY_DEFAULTS, warmIp: 1, minIp: 4 });
    t.pendingCreate[p] = 5;
    grant(t, p, ids(5, 6, 7, 8, 9));
    expect([reconcile(t, p), t.jobCount]).toEqual([JOB.delete, 1]);
  });

  it('draining takes whole prefixes only, and the last addresses stay with their pods', () => {
    const { t, p } = newPool(144, true, PREFIX_DEFAULTS);
    t.pendingCreate[p] = 32;
    grant(t, p, ids(16, 32));
    assign(t, p, 1);
    expect(setToDraining(t, p)).toBe(JOB.delete);
    expect([...t.list.subarray(0, t.listLength)]).toEqual(ids(32));
    expect(setToDraining(t, p)).toBe(JOB.none);
  });
});

it('a re-sync adds what is new, drops what is gone, leaves pods alone', () => {
  const { t, p } = newPool(9, false, SECONDARY_DEFAULTS);
  grant(t, p, ids(5, 6, 7));
  assign(t, p, 1);
  assign(t, p, 2);
  free(t, p, 2, ids(6)[0], 0);
  resync(t, p, ids(8));
  expect(t.warm[p]).toBe(1); // nobody asked for it
  t.resyncRequired[p] = 1;
  resync(t, p, ids(7, 8));
  checkPool(t, p, 0);
  expect([t.warm[p], t.used[p], t.cooling[p]]).toEqual([2, 1, 0]);
});

describe('the ConfigMap', () => {
  const on = { 'enable-windows-ipam': 'true' };
  it.each([
    [undefined, 3, 3], [on, 3, 3], [{ ...on, 'warm-ip-target': '0' }, 1, 0], [{ ...on, 'warm-ip-target': '0', 'minimum-ip-target': '0' }, 1, 0],
    [{ ...on, 'minimum-ip-target': '12' }, 0, 12], [{ ...on, 'windows-warm-ip-target': '7' }, 7, 0], [{ ...on, 'warm-ip-target': '5', 'windows-warm-ip-target': '7' }, 5, 0],
    [{ ...on, 'warm-ip-target': 'many' }, 3, 3], [{ ...on, 'enable-windows-prefix-delegation': 'true', 'warm-ip-target': '9' }, 3, 3],
  ])('secondary: %j', (data, warmIp, minIp) => expect(targetsOf(data, false)).toMatchObject({ warmIp, minIp }));

  const pd = { ...on, 'enable-windows-prefix-delegation': 'true' };
  it.each([
    [pd, 1, 3, 0], [{ ...pd, 'warm-prefix-target': '2' }, 0, 0, 2], [{ ...pd, 'warm-ip-target': '0', 'warm-prefix-target': '0' }, 1, 3, 0], [on, 1, 3, 0],
    [{ ...on, 'warm-ip-target': '9' }, 1, 3, 0],
  ])('prefixes: %j', (data, warmIp, minIp, warmPrefix) => expect(targetsOf(data, true)).toMatchObject({ warmIp, minIp, warmPrefix }));

  it('prefixes need both flags', () => {
    expect([pd, on, { 'enable-windows-prefix-delegation': 'true' }, { ...pd, 'enable-windows-ipam': 'yes' }, undefined].map(isPrefixDelegationEnabled))
      .toEqual([true, false, false, false, false]);
  });
});

test('does what lists do', () => {
  type Step = { kind: 'assign' | 'free' | 'grant' | 'wait' | 'cool'; n: number };
  const step: fc.Arbitrary<Step> = fc.record({ kind: fc.constantFrom('assign', 'assign', 'free', 'grant', 'wait', 'cool'), n: fc.nat({ max: 5 }) });
  fc.assert(fc.property(fc.boolean(), fc.array(step, { maxLength: 80 }), (isPrefix, steps) => {
    const size = isPrefix ? 16 : 1;
    const { t, p } = newPool(6 * size, isPrefix, { ...SECONDARY_DEFAULTS, warmIp: 2 * size });
    const warm = new Map<number, number[]>();
    const used = new Map<number, { id: number; group: number }>();
    const cooling: { id: number; group: number; at: number }[] = [];
    let now = 0;
    for (const { kind, n } of steps) {
      const groups = [...warm.keys()].sort((a, b) => a - b).filter(group => warm.get(group)!.length > 0);
      if (kind === 'grant') {
        const [group] = ids(16 * (n + 1));
        if ([...used.values(), ...cooling].some(entry => entry.group === group) || warm.has(group)) continue;
        t.pendingCreate[p] += size;
        grant(t, p, [group]);
        warm.set(group, Array.from({ length: size }, (_, host) => group + 2 * host));
      } else if (kind === 'assign') {
        const outcome = assign(t, p, n);
        if (used.has(n)) expect(outcome).toBe(ASSIGN.alreadyAssigned);
        else if (used.size === 6 * size) expect(outcome).toBe(ASSIGN.atMaxCapacity);
        else if (used.size + cooling.length === 6 * size) expect(outcome).toBe(ASSIGN.coolingDown);
        else if (groups.length === 0) expect([ASSIGN.empty, ASSIGN.insufficientCidrBlocks]).toContain(outcome);
        else {
          const group = isPrefix ? groups.reduce((best, other) => (warm.get(other)!.length < warm.get(best)!.length ? other : best)) : groups[0];
          const id = warm.get(group)!.shift()!;
          expect([outcome, t.resourceId[resourceOf(t, p, n)]]).toEqual([ASSIGN.ok, id]);
          used.set(n, { id, group });
        }
      } else if (kind === 'free') {
        const entry = used.get(n);
        if (!entry) continue;
        expect(free(t, p, n, entry.id, now)).toBe(FREE.ok);
        used.delete(n);
        cooling.push({ ...entry, at: now });
      } else if (kind === 'wait') now += n * 10_000;
      else {
        processCooldown(t, p, now);
        while (cooling.length > 0 && now - cooling[0].at >= 30_000) {
          const { id, group } = cooling.shift()!;
          warm.set(group, [...(warm.get(group) ?? []), id]);
        }
      }
      checkPool(t, p, now);
      expect([t.used[p], t.cooling[p], t.warm[p]]).toEqual([used.size, cooling.length, [...warm.values()].flat().length]);
    }
  }), { numRuns: 300 });
});
