/** Runs a trunk's operations against an EC2 of a few lines: every call succeeds, but for those that a test makes fail. */
import { ATTACHMENT, CALL, closeActivity, createActivities, openActivity, setTrunk, type Activities, type ActivityRow } from '../../../src/engine/trunk/activities.ts';
import { checkTrunk } from '../../../src/engine/trunk/check.ts';
import { resume, startCreate, startDeleteAll, startInit, startLoad, startPass } from '../../../src/engine/trunk/machine.ts';
import { createTrunks, openTrunk, type TrunkRow, type Trunks } from '../../../src/engine/trunk/trunks.ts';

export interface Bench {
  readonly t: Trunks;
  readonly s: Activities;
  readonly k: TrunkRow;
  now: number;
  nextEni: number;
  nextAssociation: number;
  /** Calls as they took effect. */
  readonly log: { readonly at: number; readonly call: number; readonly eni: number }[];
  /** The error of a call; 0: none. */
  fails: (call: number, eni: number) => number;
  /** The instance's interfaces: ENI, device, is it a trunk. */
  interfaces: [eni: number, device: number, isTrunk: number][];
  /** What a search for branches finds: ENI and VLAN id. */
  found: [eni: number, vlan: number][];
  /** What a describe of an attachment says. */
  status: number;
}

export const LIMIT = 5;

export function createBench(branchLimit = LIMIT, cooldownMs = 60_000): Bench {
  const t = createTrunks({ trunks: 2, pods: 400, branches: 400 }, cooldownMs);
  const k = openTrunk(t, { instance: 0, branchLimit, devices: 3 });
  return {
    t, s: createActivities(t, 4), k, now: 0, nextEni: 10, nextAssociation: 1, log: [], fails: () => 0, interfaces: [[1, 0, 0]], found: [],
    status: ATTACHMENT.attached,
  };
}

function answer(bench: Bench, a: ActivityRow): void {
  const { s, log } = bench;
  const call = s.call[a];
  if (call === CALL.sleep) {
    bench.now += s.callMs[a];
    return;
  }
  const eni = call === CALL.createEni ? bench.nextEni : s.callEni[a];
  log.push({ at: bench.now, call, eni });
  s.replyError[a] = bench.fails(call, eni);
  if (s.replyError[a] !== 0) return;
  switch (call) {
    case CALL.describeInstance:
      s.replySubnet[a] = 0;
      s.replyGroups[a] = 0;
      s.replyCount[a] = bench.interfaces.length;
      s.list.set(bench.interfaces.flat());
      return;
    case CALL.createEni:
      s.replyEni[a] = bench.nextEni++;
      s.replyIp[a] = 0;
      return;
    case CALL.describeEni:
      s.replyStatus[a] = bench.status;
      return;
    case CALL.describeBranches:
      s.replyCount[a] = bench.found.length;
      s.replyMore[a] = 0;
      s.list.set(bench.found.flat());
      return;
    case CALL.associate:
      s.replyAssociation[a] = bench.nextAssociation++;
      return;
    default:
  }
}

/** Runs an operation to its end and gives its result. */
export function perform(bench: Bench, start: (a: ActivityRow) => boolean): number {
  const a = performHeld(bench, start);
  const result = bench.s.result[a];
  closeActivity(bench.s, a);
  checkTrunk(bench.t, bench.s, bench.now);
  return result;
}

/** Runs an operation to its end; its activity stays open, with the list it made. */
export function performHeld(bench: Bench, start: (a: ActivityRow) => boolean): ActivityRow {
  const { s, k } = bench;
  const a = openActivity(s);
  setTrunk(s, a, k);
  let ended = start(a);
  while (!ended) {
    answer(bench, a);
    checkTrunk(bench.t, s, bench.now);
    ended = resume(s, a, bench.now);
  }
  return a;
}

export const load = (bench: Bench): number => perform(bench, a => startLoad(bench.s, a));
export const init = (bench: Bench, claims: readonly number[] = []): number => perform(bench, a => startInit(bench.s, a, claims));
export const create = (bench: Bench, uid: number, count = 1): number => perform(bench, a => startCreate(bench.s, a, uid, -1, count));
export const pass = (bench: Bench): number => perform(bench, a => startPass(bench.s, a, bench.now));
export const deleteAll = (bench: Bench): number => perform(bench, a => startDeleteAll(bench.s, a, bench.now));

/** A loaded instance with a trunk. */
export function ready(bench: Bench): Bench {
  load(bench);
  init(bench);
  bench.log.length = 0;
  return bench;
}

export function queueOf({ t, k }: Bench): number[] {
  const enis: number[] = [];
  for (let l = t.queueHead[k]; l !== -1; l = t.nextLink[l]) enis.push(t.branchEni[t.linked[l]]);
  return enis;
}

export function branchesOf({ t, k }: Bench, uid: number): number[] | undefined {
  for (let p = t.firstPod[k]; p !== -1; p = t.nextPod[p]) {
    if (t.uid[p] !== uid) continue;
    const enis: number[] = [];
    for (let l = t.podHead[p]; l !== -1; l = t.nextLink[l]) enis.push(t.branchEni[t.linked[l]]);
    return enis;
  }
  return undefined;
}
