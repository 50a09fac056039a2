/** The trunk at its boundaries: cool-down, floor, VLAN ids, retries, roll-backs, and what a restart finds. */
import { describe, expect, it } from 'vitest';
import { errorCode } from '../../../src/engine/ipamd/calls.ts';
import { ATTACHMENT, CALL, closeActivity, RESULT } from '../../../src/engine/trunk/activities.ts';
import { checkTrunk } from '../../../src/engine/trunk/check.ts';
import { cooldownAfterChange, cooldownAtStart } from '../../../src/engine/trunk/cooldown.ts';
import { discardPod, isVlanTaken, markDevice, releaseLeaked, releasePod, renewTrunk, VLAN_COUNT } from '../../../src/engine/trunk/trunks.ts';
import { startCreate, startRefresh } from '../../../src/engine/trunk/machine.ts';
import { branchesOf, create, createBench, deleteAll, init, load, pass, perform, performHeld, queueOf, ready, type Bench } from './driver.ts';

const REFUSED = errorCode('InternalError');
const GONE = errorCode('InvalidNetworkInterfaceID.NotFound');
const release = (bench: Bench, uid: number) => releasePod(bench.t, bench.k, uid, bench.now);
const vlans = ({ t, k }: Bench) => Array.from({ length: VLAN_COUNT }, (_, i) => i + 1).filter(vlan => isVlanTaken(t, k, vlan));
const callsOf = ({ log }: Bench, call: number) => log.filter(entry => entry.call === call).map(({ at }) => at);

describe('cool-down', () => {
  it.each([[59_999, 1], [60_000, 1], [60_001, 0]])('a branch released %i ms ago: %i left in the queue', (ms, left) => {
    const bench = ready(createBench());
    create(bench, 1);
    release(bench, 1);
    bench.now += ms;
    pass(bench);
    expect(queueOf(bench)).toHaveLength(left);
    expect(vlans(bench)).toHaveLength(left);
  });

  it('the period is read when the pass runs, so a change acts on what is queued', () => {
    const bench = ready(createBench());
    create(bench, 1);
    release(bench, 1);
    bench.now += 30_001;
    pass(bench);
    expect(queueOf(bench)).toHaveLength(1);
    bench.t.cooldownMs = 30_000;
    pass(bench);
    expect(queueOf(bench)).toHaveLength(0);
  });

  it.each([
    ['29', 30_000], ['30', 30_000], ['31', 31_000], ['0', 30_000], ['-1', 30_000], ['+45', 45_000], ['1.5', 60_000], ['', 60_000], [' 45', 60_000],
    ['99999999999999999999', 60_000], ['9223372037', 30_000], [undefined, 60_000],
  ])('ConfigMap value %j: %i ms', (text, ms) => expect(cooldownAtStart(text)).toBe(ms));

  it('a later change that cannot be read leaves the period as it is', () => {
    expect(cooldownAfterChange('abc', 90_000)).toBe(90_000);
    expect(cooldownAfterChange('20', 90_000)).toBe(30_000);
  });

  it('a young head hides older branches behind it', () => {
    const bench = ready(createBench());
    create(bench, 1);
    create(bench, 2);
    release(bench, 1);
    bench.now = 30_000;
    release(bench, 2);
    const [old, young] = queueOf(bench);
    discardPod(bench.t, bench.k, 2, -1); // nothing: the pod is forgotten already
    expect([old, young]).toEqual(queueOf(bench));
    bench.now = 60_001;
    pass(bench);
    expect(queueOf(bench)).toEqual([young]);
  });
});

describe('capacity and VLAN ids', () => {
  it('recorded and cooling branches count, one being forgotten does not', () => {
    const bench = ready(createBench(2));
    expect([create(bench, 1), create(bench, 2), create(bench, 3)]).toEqual([RESULT.ok, RESULT.ok, RESULT.atMaxCapacity]);
    release(bench, 1);
    expect(create(bench, 3)).toBe(RESULT.atMaxCapacity);
    bench.now = 60_001;
    bench.fails = call => (call === CALL.delete ? REFUSED : 0);
    pass(bench);
    bench.fails = () => 0;
    expect(create(bench, 3)).toBe(RESULT.ok); // its place is free after three failed passes, its VLAN id is not
    expect(vlans(bench)).toEqual([1, 2, 3]);
  });

  it('the test comes once, so a pod with many branches passes the limit', () => {
    const bench = ready(createBench(2));
    expect(create(bench, 1, 4)).toBe(RESULT.ok);
    expect(branchesOf(bench, 1)).toHaveLength(4);
  });

  it('120 ids, the lowest free one first; the 121st branch fails and takes those of its pod back', () => {
    const bench = ready(createBench(1000));
    for (let uid = 0; uid < 119; uid++) expect(create(bench, uid)).toBe(RESULT.ok);
    expect(create(bench, 500, 2)).toBe(RESULT.noFreeVlan);
    expect(queueOf(bench)).toHaveLength(1);
    expect(vlans(bench)).toHaveLength(120);
    pass(bench); // without a time stamp it goes at once
    expect(vlans(bench)).toHaveLength(119);
    release(bench, 7);
    bench.now = 60_001;
    pass(bench);
    create(bench, 200);
    expect(bench.t.vlan[bench.t.linked[bench.t.podHead[bench.t.firstPod[bench.k]]]]).toBe(1);
    expect(isVlanTaken(bench.t, bench.k, 8)).toBe(true);
  });

  it('a pod that is known is refused, even without branches', () => {
    const bench = ready(createBench());
    create(bench, 1);
    expect(create(bench, 1)).toBe(RESULT.alreadyExists);
    expect(create(bench, 2, 0)).toBe(RESULT.ok);
    expect(create(bench, 2)).toBe(RESULT.alreadyExists);
  });
});

describe('deleting', () => {
  it('five calls at 0, 0.1, 0.4, 1.3 and 4 s, a wait until 12.1 s, three passes; then it is forgotten', () => {
    const bench = ready(createBench());
    create(bench, 1);
    discardPod(bench.t, bench.k, 1, bench.t.podHead[bench.t.firstPod[bench.k]]);
    bench.log.length = 0;
    bench.fails = call => (call === CALL.delete ? REFUSED : 0);
    pass(bench);
    expect(callsOf(bench, CALL.delete)).toEqual([0, 12_100, 24_200].flatMap(at => [0, 100, 400, 1300, 4000].map(ms => at + ms)));
    expect(bench.now).toBe(36_300);
    expect(queueOf(bench)).toEqual([]);
    expect(vlans(bench)).toEqual([1]);
  });

  it('"not found" is tried five times, too, and counts as deleted', () => {
    const bench = ready(createBench());
    create(bench, 1);
    release(bench, 1);
    bench.now = 60_001;
    bench.log.length = 0;
    bench.fails = call => (call === CALL.delete ? GONE : 0);
    pass(bench);
    expect(callsOf(bench, CALL.delete)).toHaveLength(5);
    expect(vlans(bench)).toEqual([]);
  });

  it('a branch that was released while its annotation failed is queued and deleted twice, with its stamp in both places', () => {
    const bench = ready(createBench());
    const { t, s, k } = bench;
    const a = performHeld(bench, row => startCreate(s, row, 1, -1, 1));
    release(bench, 1);
    discardPod(t, k, 1, s.head[a]);
    closeActivity(s, a);
    checkTrunk(t, s, bench.now);
    expect(queueOf(bench)).toEqual([11, 11]);
    bench.now = 60_000;
    pass(bench);
    expect(queueOf(bench)).toEqual([11, 11]);
    bench.now = 60_001;
    bench.log.length = 0;
    pass(bench);
    expect(callsOf(bench, CALL.delete)).toHaveLength(2);
  });

  it('a node that goes takes its pods by uid, then its queue, and empties neither', () => {
    const bench = ready(createBench());
    create(bench, 2);
    create(bench, 1);
    create(bench, 3);
    release(bench, 3);
    bench.log.length = 0;
    deleteAll(bench);
    expect(bench.log.filter(({ call }) => call === CALL.delete).map(({ eni }) => eni)).toEqual([12, 11, 13]);
    expect(branchesOf(bench, 1)).toEqual([12]);
    expect(queueOf(bench)).toEqual([13]);
    expect(vlans(bench)).toEqual([]);
  });
});

describe('roll-backs', () => {
  it.each([
    ['the interface', CALL.createEni, REFUSED, 0], ['the permission', CALL.createPermission, RESULT.branchPermissionFailed, 1],
    ['the association', CALL.associate, REFUSED, 1],
  ])('%s of the second branch fails', (_, failing, result, more) => {
    const bench = ready(createBench());
    let count = 0;
    bench.fails = call => (call === failing && ++count === 2 ? REFUSED : 0);
    expect(create(bench, 1, 3)).toBe(result);
    expect(queueOf(bench)).toEqual([11, 12].slice(0, 1 + more));
    expect(vlans(bench)).toEqual([1, 2].slice(0, 1 + more));
    expect(branchesOf(bench, 1)).toBeUndefined();
  });

  it('what could not be annotated goes before what cools', () => {
    const bench = ready(createBench());
    create(bench, 1);
    create(bench, 2);
    release(bench, 1);
    discardPod(bench.t, bench.k, 2, bench.t.podHead[bench.t.firstPod[bench.k]]);
    expect(queueOf(bench)).toEqual([12, 11]);
    pass(bench);
    expect(queueOf(bench)).toEqual([11]);
  });

  it('leaks are released by uid', () => {
    const bench = ready(createBench());
    for (const uid of [3, 1, 2]) create(bench, uid);
    expect(releaseLeaked(bench.t, bench.k, uid => uid === 2, 5)).toBe(true);
    expect(queueOf(bench)).toEqual([12, 11]);
    expect(releaseLeaked(bench.t, bench.k, uid => uid === 2, 5)).toBe(false);
  });
});

describe('init', () => {
  it('takes the highest free slot; one that a failed try took stays taken', () => {
    const bench = createBench();
    load(bench);
    bench.fails = call => (call === CALL.attach ? REFUSED : 0);
    expect([init(bench), init(bench), init(bench)]).toEqual([REFUSED, REFUSED, RESULT.noFreeDevice]);
    expect(bench.log.filter(({ call }) => call === CALL.delete)).toHaveLength(2);
  });

  it('a load that fails at the subnet leaves no slot to take; a new one sees the slots as they are', () => {
    const bench = createBench();
    bench.fails = call => (call === CALL.describeSubnet ? REFUSED : 0);
    expect([load(bench), init(bench)]).toEqual([REFUSED, RESULT.noFreeDevice]);
    bench.fails = call => (call === CALL.attach ? REFUSED : 0);
    load(bench);
    expect([init(bench), init(bench), init(bench)]).toEqual([REFUSED, REFUSED, RESULT.noFreeDevice]);
    load(bench);
    bench.fails = () => 0;
    expect(init(bench)).toBe(RESULT.ok);
  });

  it('knows 64 slots', () => {
    const bench = createBench();
    for (let device = 0; device < 64; device++) markDevice(bench.t, bench.k, device);
    expect([bench.t.devicesLow[bench.k], bench.t.devicesHigh[bench.k]]).toEqual([0xffffffff, 0xffffffff]);
  });

  it('waits for the attachment at 0, 1, 3, 7, 15, 31 and 63 s, then undoes all', () => {
    const bench = createBench();
    load(bench);
    bench.status = ATTACHMENT.attaching;
    bench.fails = call => {
      if (call === CALL.detach) bench.status = ATTACHMENT.detached;
      return 0;
    };
    bench.log.length = 0;
    expect(init(bench)).toBe(RESULT.attachTimeout);
    expect(callsOf(bench, CALL.describeEni)).toEqual([0, 1000, 3000, 7000, 15_000, 31_000, 63_000, 63_000]);
    expect(callsOf(bench, CALL.delete)).toEqual([63_000]);
  });

  it.each([
    ['the permission, by name', CALL.createPermission, RESULT.trunkPermissionFailed], ['the attachment', CALL.attach, REFUSED], ['the attribute', CALL.modify, REFUSED],
    ['the describe', CALL.describeEni, REFUSED],
  ])('%s fails', (_, failing, result) => {
    const bench = createBench();
    load(bench);
    bench.status = ATTACHMENT.detached;
    let isFirst = true;
    bench.fails = call => {
      if (call !== failing || !isFirst) return 0;
      isFirst = false;
      return REFUSED;
    };
    expect(init(bench)).toBe(result);
    expect(callsOf(bench, CALL.delete)).toHaveLength(1);
  });

  it('adopts a trunk: claimed branches, missing ones, leftovers with and without a tag', () => {
    const bench = createBench();
    bench.interfaces = [[1, 0, 0], [5, 2, 1]];
    load(bench);
    bench.found = [[20, 1], [21, 2], [22, 3], [23, -1]];
    bench.now = 1000;
    expect(init(bench, [7, 20, 1, 40, 0, 8, 99, 9, 41, 0, 8, 98, 9, 41, 0])).toBe(RESULT.ok);
    expect(bench.t.eni[bench.k]).toBe(5);
    expect(branchesOf(bench, 7)).toEqual([20]);
    expect(branchesOf(bench, 8)).toEqual([]);
    expect(create(bench, 8)).toBe(RESULT.alreadyExists);
    expect(queueOf(bench)).toEqual([21, 22]);
    expect(vlans(bench)).toEqual([1, 2, 3]);
    bench.now = 61_001;
    bench.log.length = 0;
    pass(bench);
    expect(callsOf(bench, CALL.disassociate)).toEqual([]); // leftovers have no association id
    renewTrunk(bench.t, bench.k);
    expect(vlans(bench)).toEqual([]);
  });

  it('a trunk that is not attached is an error of its own', () => {
    const bench = createBench();
    bench.interfaces = [[1, 0, 0], [5, 2, 1]];
    load(bench);
    bench.fails = call => (call === CALL.describeEni ? REFUSED : 0);
    expect(init(bench)).toBe(RESULT.trunkNotAttached);
    expect(bench.t.eni[bench.k]).toBe(-1);
  });

  it('a subnet is looked up when the ENIConfig names another, and its groups count at once', () => {
    const bench = ready(createBench());
    const { t, k } = bench;
    t.customSubnet[k] = 3;
    t.customGroups[k] = 9;
    perform(bench, a => startRefresh(bench.s, a));
    perform(bench, a => startRefresh(bench.s, a));
    expect(callsOf(bench, CALL.describeSubnet)).toHaveLength(1);
    expect([t.currentSubnet[k], t.currentGroups[k]]).toEqual([3, 9]);
    t.customSubnet[k] = -1;
    perform(bench, a => startRefresh(bench.s, a));
    expect([t.currentSubnet[k], t.currentGroups[k]]).toEqual([0, 0]);
  });
});
