/**
 * Replays traces of kind `trunk`: operations on one trunk object, each run to its end before the next.
 */
import { NONE, type Ms } from '../../../core/units.ts';
import {
  CALL, closeActivity, createActivities, openActivity, setTrunk, type Activities, type ActivityRow,
} from '../../../engine/trunk/activities.ts';
import { checkTrunk } from '../../../engine/trunk/check.ts';
import { cooldownAtStart } from '../../../engine/trunk/cooldown.ts';
import { resume, startCreate, startDeleteAll, startInit, startLoad, startPass, startRefresh } from '../../../engine/trunk/machine.ts';
import {
  createTrunks, discardPod, findPod, openTrunk, releaseLeaked, releasePod, renewTrunk, type LinkRow, type TrunkRow, type Trunks,
} from '../../../engine/trunk/trunks.ts';
import type { ReplayOptions } from '../node.ts';
import {
  actionOf, annotationOf, answerEc2, claims, createBranchWorld, ec2Dump, groupsOf, resultName, trunkDump, VLAN_TAG, type BranchWorld,
} from './branches.ts';
import { armFaults, attachEni, createEni, latencyOf, numberOf, removeEni, subnetIndex } from './ec2.ts';
import type { BranchAnnotation, BranchHeader, ControllerLine } from './trace.ts';
import type { LineReplay } from './replay.ts';

interface TrunkReplay {
  readonly world: BranchWorld;
  readonly t: Trunks;
  readonly s: Activities;
  readonly k: TrunkRow;
  readonly uidOf: ReadonlyMap<string, number>;
  readonly pods: readonly string[];
  /** What the creates of this trunk object gave, held as the caller of the real one does until the annotation is written. */
  readonly given: Map<number, ActivityRow>;
  now: Ms;
  isInitialised: boolean;
}

interface PodOfInit { readonly pod: string; readonly annotation: readonly BranchAnnotation[] | null }

export function createTrunkReplay(header: BranchHeader, lines: readonly ControllerLine[], options: ReplayOptions): LineReplay {
  const world = createBranchWorld(header, lines);
  const pods = [...new Set(lines.flatMap(({ pod, pods: others = [] }) =>
    [...(pod === undefined ? [] : [pod]), ...others.map(other => (typeof other === 'string' ? other : (other as PodOfInit).pod))]))].sort();
  const creates = lines.filter(({ op }) => op === 'create').length;
  const branches = 64 + 4 * lines.reduce((sum, { n = 0, pods: others = [] }) => sum + n + others.length, 0);
  const t = createTrunks({ trunks: 1, pods: pods.length + 1, branches }, cooldownAtStart(header.cooldownConfig));
  const start = header.customNetworkingAtStart;
  const k = openTrunk(t, {
    instance: 0, branchLimit: header.branchLimit, devices: options.controllerLimits?.(header.instanceType)?.devices ?? header.enis,
    customSubnet: start ? subnetIndex(world.ec2, start.subnet) : NONE, customGroups: start ? groupsOf(world, start.sgs) : NONE,
  });
  const replay: TrunkReplay = {
    world, t, s: createActivities(t, creates + 2), k, uidOf: new Map(pods.map((pod, i) => [pod, i])), pods, given: new Map(), now: 0, isInitialised: false,
  };
  return {
    run: line => runLine(replay, line),
    check: () => checkTrunk(t, replay.s, replay.now),
  };
}

function runLine(replay: TrunkReplay, line: ControllerLine): Record<string, unknown> {
  const { world, t, k } = replay;
  replay.now = line.t;
  world.ec2.calls = [];
  armFaults(world.ec2, line.faults);
  const result = operate(replay, line);
  return {
    calls: world.ec2.calls, end: replay.now, result,
    ...(replay.isInitialised ? { state: { ...trunkDump(t, k, uid => replay.pods[uid]), ...ec2Dump(world) } } : {}),
  };
}

function operate(replay: TrunkReplay, line: ControllerLine): unknown {
  const { world, t, k, s } = replay;
  const uid = replay.uidOf.get(line.pod ?? '') ?? NONE;
  switch (line.op) {
    case 'load': return loaded(replay, perform(replay, a => startLoad(s, a)));
    case 'init': return init(replay, (line.pods ?? []) as PodOfInit[]);
    case 'create': return create(replay, uid, groupsOf(world, line.sgs), line.n ?? 1);
    case 'delete':
      releasePod(t, k, uid, replay.now);
      return {};
    case 'discard':
      discard(replay, uid);
      return {};
    case 'processCooldown':
      perform(replay, a => startPass(s, a, replay.now));
      return {};
    case 'reconcile': {
      const existing = new Set(line.pods as readonly string[]);
      return { leaked: releaseLeaked(t, k, pod => existing.has(replay.pods[pod]), replay.now) };
    }
    case 'deleteAll':
      perform(replay, a => startDeleteAll(s, a, replay.now));
      return {};
    case 'setCooldown':
      t.cooldownMs = cooldownAtStart(line.value);
      return { periodMs: t.cooldownMs };
    case 'customNetworking':
      t.customSubnet[k] = line.subnet ? subnetIndex(world.ec2, line.subnet) : NONE;
      t.customGroups[k] = groupsOf(world, line.sgs);
      return loaded(replay, perform(replay, a => startRefresh(s, a)));
    case 'external':
      outside(world, line);
      return {};
    default: throw new Error(`replay: a trunk has no operation "${line.op}"`);
  }
}

/** Runs an operation to its end; its activity is closed. */
function perform(replay: TrunkReplay, start: (a: ActivityRow) => boolean): number {
  const a = openActivity(replay.s);
  setTrunk(replay.s, a, replay.k);
  const result = finish(replay, a, start(a));
  closeActivity(replay.s, a);
  return result;
}

/** Answers call after call; the latency of each is spent before it. */
function finish(replay: TrunkReplay, a: ActivityRow, ended: boolean): number {
  const { s, world } = replay;
  while (!ended) {
    if (s.call[a] === CALL.sleep) replay.now += s.callMs[a];
    else {
      replay.now += latencyOf(world.ec2, actionOf(s, a) ?? '');
      answerEc2(world, s, a, replay.now);
    }
    ended = resume(s, a, replay.now);
  }
  return s.result[a];
}

function loaded({ world, t, k }: TrunkReplay, result: number): unknown {
  const subnet = world.ec2.subnets[t.currentSubnet[k]];
  return { cidr: subnet?.cidr ?? '', err: resultName(world, result), securityGroups: world.groupLists[t.currentGroups[k]] ?? null, subnet: subnet?.id ?? '' };
}

function init(replay: TrunkReplay, pods: readonly PodOfInit[]): unknown {
  const { world, t, k, s, given } = replay;
  replay.isInitialised = true;
  for (const a of given.values()) closeActivity(s, a);
  given.clear();
  renewTrunk(t, k);
  const claimed = pods.flatMap(({ pod, annotation }) => claims(replay.uidOf.get(pod) ?? NONE, annotation ?? []));
  return { err: resultName(world, perform(replay, a => startInit(s, a, claimed))) };
}

function create(replay: TrunkReplay, uid: number, groups: number, count: number): unknown {
  const { world, t, k, s, given } = replay;
  const a = openActivity(s);
  setTrunk(s, a, k);
  const result = finish(replay, a, startCreate(s, a, uid, groups, count));
  if (result !== 0) {
    closeActivity(s, a);
    return { err: resultName(world, result) };
  }
  const before = given.get(uid);
  if (before !== undefined) closeActivity(s, before);
  given.set(uid, a);
  return { annotation: annotationOf(world, t, s.head[a]), err: null };
}

function discard(replay: TrunkReplay, uid: number): void {
  const { t, k, s, given } = replay;
  const a = given.get(uid);
  const p = findPod(t, k, uid);
  const list: LinkRow = a !== undefined ? s.head[a] : p === NONE ? NONE : t.podHead[p];
  discardPod(t, k, uid, list);
  if (a !== undefined) closeActivity(s, a);
  given.delete(uid);
}

/** Something outside the controller changes EC2. */
function outside({ ec2 }: BranchWorld, { what, eni: id = '', association = '' }: ControllerLine): void {
  const eni = ec2.enis.get(numberOf(id)) ?? [...ec2.enis.values()].find(other => other.association?.number === numberOf(association));
  switch (what) {
    case 'deleteEni':
      if (eni) removeEni(ec2, eni);
      return;
    case 'disassociate':
      if (eni) eni.association = undefined;
      return;
    case 'stripTags':
      if (eni) {
        const { [VLAN_TAG]: _, ...rest } = eni.tags;
        eni.tags = rest;
      }
      return;
    case 'attachTwoSecondaryEnis':
      for (const device of [1, 2]) {
        const made = createEni(ec2, 0, [], false, {}).out;
        if (made) attachEni(ec2, made.number, device);
      }
      return;
    default: throw new Error(`replay: nobody knows what "${what}" outside the controller does`);
  }
}
