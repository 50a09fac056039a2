/** The branch provider with its workers: merging, retries, requeues, node deletion, and what thirty workers do that one does not. */
import { describe, expect, it } from 'vitest';
import { errorCode } from '../../../src/engine/ipamd/calls.ts';
import { ATTACHMENT, CALL, closeActivity, RESULT } from '../../../src/engine/trunk/activities.ts';
import { checkTrunk } from '../../../src/engine/trunk/check.ts';
import {
  createProvider, EVENT, goOn, nextDue, podAppears, reconcileNode, runReady, startNode, submitCreate, submitDeleted, submitDeleteNode, type Provider,
} from '../../../src/engine/trunk/provider.ts';
import { openTrunk } from '../../../src/engine/trunk/trunks.ts';

const NOT_FOUND = 90_000;
const REFUSED = errorCode('InternalError');

/** A cluster of one node in which every EC2 call takes 100 ms and every read or write of the API server none. */
function cluster(workers: number, branchLimit = 3) {
  const events: [event: number, subject: number, at: number][] = [];
  const waits: { at: number; a: number }[] = [];
  const world = {
    now: 0, nextEni: 10, fails: (_call: number): number => 0, events, callCount: 0,
    p: undefined as unknown as Provider, // set in the next statement, of which `tell` is a part
  };
  const p = createProvider({
    nodes: 1, pods: 40, trunks: { trunks: 3, pods: 80, branches: 200 }, workers, outside: 2, queue: { capacity: 200 }, cooldownMs: 60_000, notFound: NOT_FOUND,
    tell: (...event) => events.push(event), claimsOf: () => [],
  });
  world.p = p;
  const s = p.activities;
  const settle = () => {
    for (let a = p.asked.shift(); a !== undefined; a = p.asked.shift()) {
      if (s.call[a] === CALL.readPod) {
        s.replyError[a] = p.podExists[s.pod[a]] === 1 ? 0 : NOT_FOUND;
        s.replyCount[a] = 0;
      } else if (s.call[a] === CALL.annotate) {
        s.replyError[a] = p.podExists[s.pod[a]] === 1 ? world.fails(CALL.annotate) : NOT_FOUND;
        if (s.replyError[a] === 0) p.podAnnotated[s.pod[a]] = 1;
      } else {
        waits.push({ at: world.now + (s.call[a] === CALL.sleep ? s.callMs[a] : 100), a });
        continue;
      }
      goOn(p, a, world.now);
    }
    checkTrunk(p.trunks, s, world.now);
  };
  const answer = (a: number) => {
    if (s.call[a] === CALL.sleep) return;
    world.callCount++;
    s.replyError[a] = world.fails(s.call[a]);
    if (s.call[a] === CALL.createEni) s.replyEni[a] = world.nextEni++;
    if (s.call[a] === CALL.associate) s.replyAssociation[a] = s.callEni[a];
    if (s.call[a] === CALL.describeEni) s.replyStatus[a] = ATTACHMENT.attached;
    s.replySubnet[a] = 0;
    s.replyGroups[a] = 0;
    s.replyCount[a] = 0;
  };
  const run = (ms: number) => {
    const end = world.now + ms;
    settle();
    for (;;) {
      waits.sort((x, y) => x.at - y.at);
      const next = Math.min(waits[0]?.at ?? Number.POSITIVE_INFINITY, nextDue(p));
      if (next > end) break;
      world.now = next;
      if (nextDue(p) <= next) runReady(p, next);
      else {
        const { a } = waits.shift()!;
        answer(a);
        goOn(p, a, world.now);
      }
      settle();
    }
    world.now = end;
  };
  startNode(p, 0, openTrunk(p.trunks, { instance: 0, branchLimit, devices: 3 }), 0);
  run(2000);
  const [a] = p.ended.splice(0);
  expect(s.result[a]).toBe(RESULT.ok);
  closeActivity(s, a);
  const pod = (uid: number, count = 1) => {
    podAppears(p, uid, 0, -1);
    submitCreate(p, uid, count, world.now);
  };
  return { world, p, s, run, pod, count: (event: number) => events.filter(([e]) => e === event).length };
}

const recorded = ({ trunks, trunkOfNode }: Provider) => trunks.recorded[trunkOfNode[0]];
const queued = ({ trunks, trunkOfNode }: Provider) => trunks.queued[trunkOfNode[0]];

describe('jobs', () => {
  it('a pod gets its branch; more events for it do nothing', () => {
    const { p, run, pod, count } = cluster(30);
    pod(1);
    for (let i = 0; i < 3; i++) submitCreate(p, 1, 1, 2000);
    run(5000);
    expect([count(EVENT.nodeGroupsRequested), count(EVENT.allocated), recorded(p)]).toEqual([1, 1, 1]);
  });

  it('an error is tried five more times, a missing pod never', () => {
    const { world, p, run, pod, count } = cluster(30);
    world.fails = call => (call === CALL.createEni ? REFUSED : 0);
    pod(1);
    run(10_000);
    expect(count(EVENT.allocationFailed)).toBe(6);
    p.podExists[2] = 0;
    submitCreate(p, 2, 1, world.now);
    expect(nextDue(p) - world.now).toBeGreaterThan(1000); // but for the pass nothing is to come
    run(10_000);
    expect(world.events.filter(([, subject]) => subject === 2)).toEqual([]);
  });

  it('a pod that was deleted while its branch was made gets rid of it at the next pass', () => {
    const { p, run, pod, count } = cluster(30);
    pod(1);
    run(100);
    p.podExists[1] = 0;
    run(300);
    expect([count(EVENT.annotationFailed), recorded(p), queued(p)]).toEqual([1, 0, 1]);
    run(60_000);
    expect(queued(p)).toBe(0);
  });

  it('a full trunk: the pod waits for one cool-down after another, and this is no failure', () => {
    const { p, world, run, pod, count } = cluster(30, 1);
    pod(1);
    run(1000);
    pod(2);
    run(130_000);
    expect([count(EVENT.allocated), count(EVENT.nodeGroupsRequested), count(EVENT.allocationFailed)]).toEqual([1, 4, 0]);
    p.podExists[1] = 0;
    submitDeleted(p, 1, world.now);
    run(150_000);
    expect(count(EVENT.allocated)).toBe(2);
  });

  it('of many workers each tests the capacity before any has filled it', () => {
    const one = cluster(1, 3);
    const many = cluster(30, 3);
    for (const { pod, run } of [one, many]) {
      for (let uid = 0; uid < 10; uid++) pod(uid);
      run(5000);
    }
    expect(recorded(one.p)).toBe(3);
    expect(recorded(many.p)).toBe(10);
  });
});

describe('nodes', () => {
  it('a node that goes keeps its branches for a minute, then they go with its trunk', () => {
    const { p, world, run, pod } = cluster(30);
    pod(1);
    pod(2);
    run(1000);
    submitDeleteNode(p, 0, world.now);
    p.podExists[1] = 0;
    submitDeleted(p, 1, world.now);
    run(59_999);
    expect([recorded(p), queued(p)]).toEqual([1, 1]);
    run(5000);
    expect(p.trunkOfNode[0]).toBe(-1);
    run(300_000); // no pass is left
    expect(nextDue(p)).toBe(Number.POSITIVE_INFINITY);
    expect(p.trunks.freeBranch).not.toBe(-1);
  });

  it('a second set-up finds the trunk in the cache and is dropped', () => {
    const { p, world, run, pod } = cluster(30);
    pod(1);
    run(1000);
    const before = p.trunkOfNode[0];
    startNode(p, 0, openTrunk(p.trunks, { instance: 0, branchLimit: 3, devices: 3 }), world.now);
    run(2000);
    for (const a of p.ended.splice(0)) closeActivity(p.activities, a);
    expect([p.trunkOfNode[0], recorded(p)]).toEqual([before, 1]);
    expect(p.trunks.users[before]).toBe(1);
  });

  it('a type without branch ENIs is loaded, told of, and left', () => {
    const { p, world, run, count } = cluster(30);
    p.trunkOfNode[0] = -1;
    const before = world.callCount;
    startNode(p, 0, openTrunk(p.trunks, { instance: 0, branchLimit: 0, devices: 3 }), world.now);
    run(2000);
    expect([world.callCount - before, count(EVENT.unsupported), p.trunkOfNode[0]]).toEqual([2, 1, -1]);
  });

  it('leaks are found by comparing with the pods there are; a node without a trunk counts as leaking', () => {
    const { p, world, run, pod } = cluster(30);
    pod(1);
    run(1000);
    expect(reconcileNode(p, 0, world.now)).toBe(false);
    p.podExists[1] = 0;
    expect(reconcileNode(p, 0, world.now)).toBe(true);
    p.trunkOfNode[0] = -1;
    expect(reconcileNode(p, 0, world.now)).toBe(true);
  });
});
