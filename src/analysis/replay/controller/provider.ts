/**
 * Replays traces of kind `provider`: the branch provider with one worker, on a virtual clock.
 *
 * Shape   A call takes effect at the end of its latency; pod reads and annotations cost no time. At equal moments the order is that in which the
 *         waits began, delayed jobs first. Whether an annotation could be written is the cluster's affair: it is taken from the trace.
 */
import { NONE, type Ms } from '../../../core/units.ts';
import { errorCode } from '../../../engine/ipamd/calls.ts';
import { CALL, closeActivity, type ActivityRow } from '../../../engine/trunk/activities.ts';
import { checkTrunk } from '../../../engine/trunk/check.ts';
import { cooldownAtStart } from '../../../engine/trunk/cooldown.ts';
import {
  createProvider, EVENT, goOn, nextDue, podAppears, reconcileNode, runReady, startNode, submitCreate, submitDeleted, submitDeleteNode, type Provider,
} from '../../../engine/trunk/provider.ts';
import { openTrunk } from '../../../engine/trunk/trunks.ts';
import type { ReplayOptions } from '../node.ts';
import { actionOf, annotationOf, answerEc2, claims, createBranchWorld, ec2Dump, groupsOf, resultName, trunkDump, type BranchWorld } from './branches.ts';
import { addWait, createClock, nextWait, takeWait, type Clock } from './clock.ts';
import { armFaults, latencyOf, subnetIndex } from './ec2.ts';
import type { LineReplay } from './replay.ts';
import type { BranchAnnotation, BranchHeader, ControllerLine, EventDump } from './trace.ts';

/** A pod that is gone, as the API says it: none of EC2's codes. */
const POD_NOT_FOUND = errorCode('Unavailable') + 100_000;
const OTHER = errorCode('Other');

interface ProviderReplay {
  readonly world: BranchWorld;
  readonly options: ReplayOptions;
  readonly p: Provider;
  readonly clock: Clock;
  readonly pods: readonly string[];
  readonly nodes: readonly string[];
  readonly uidOf: ReadonlyMap<string, number>;
  readonly annotations: Map<number, readonly BranchAnnotation[]>;
  /** By pod, what comes of the attempts to annotate it: the text of an error, or undefined. */
  readonly outcomes: Map<string, (string | undefined)[]>;
  readonly capacities: Map<number, number>;
  events: unknown[];
  /** The node set-up that an operation waits for. */
  awaited: ActivityRow;
}

export function createProviderReplay(header: BranchHeader, lines: readonly ControllerLine[], options: ReplayOptions): LineReplay {
  const world = createBranchWorld(header, lines);
  const pods = [...new Set(lines.flatMap(({ pod }) => (pod === undefined ? [] : [pod])))].sort();
  const nodes = [...new Set(lines.flatMap(({ node }) => (node === undefined ? [] : [node])))].sort();
  const outcomes = new Map<string, (string | undefined)[]>();
  for (const { annotate, err } of lines.flatMap(({ events = [] }): readonly EventDump[] => events)) {
    if (annotate !== undefined) outcomes.set(annotate, [...(outcomes.get(annotate) ?? []), err]);
  }
  const branches = 256 + 8 * lines.reduce((sum, { n = 0 }) => sum + n, 0);
  const replay: ProviderReplay = {
    world, options, clock: createClock(), pods, nodes, uidOf: new Map(pods.map((pod, i) => [pod, i])), annotations: new Map(), outcomes,
    capacities: new Map(), events: [], awaited: NONE,
    p: createProvider({
      nodes: nodes.length, pods: Math.max(1, pods.length), trunks: { trunks: lines.filter(({ op }) => op === 'nodeInit').length + 1, pods: 2 * pods.length + 2, branches },
      workers: 1, outside: 2, queue: { capacity: 4 * lines.length + 16 }, cooldownMs: cooldownAtStart(header.cooldownConfig), notFound: POD_NOT_FOUND,
      tell: (event, subject, at) => replay.events.push(eventDump(replay, event, subject, at)),
      claimsOf: node => pods.flatMap((_, uid) =>
        (replay.p.podExists[uid] === 1 && replay.p.podNode[uid] === node ? claims(uid, replay.annotations.get(uid) ?? []) : [])),
    }),
  };
  return {
    run: line => runLine(replay, line),
    check: () => checkTrunk(replay.p.trunks, replay.p.activities, replay.clock.now),
  };
}

const POD_EVENTS: Record<number, readonly [reason: string, type: string]> = {
  [EVENT.groupsRequested]: ['SecurityGroupRequested', 'Normal'], [EVENT.nodeGroupsRequested]: ['SecurityGroupRequested', 'Warning'],
  [EVENT.allocationFailed]: ['BranchAllocationFailed', 'Warning'], [EVENT.annotationFailed]: ['BranchENIAnnotationFailed', 'Warning'],
  [EVENT.allocated]: ['ResourceAllocated', 'Normal'],
};
const NODE_EVENTS: Record<number, readonly [reason: string, type: string]> = {
  [EVENT.trunkCreationFailed]: ['TrunkENICreationFailed', 'Warning'], [EVENT.nodeInitFailed]: ['NodeTrunkFailedInit', 'Normal'],
  [EVENT.nodeInitiated]: ['NodeTrunkInitiated', 'Normal'], [EVENT.unsupported]: ['Unsupported', 'Warning'],
};

function eventDump({ pods, nodes, capacities }: ProviderReplay, event: number, subject: number, at: Ms): unknown {
  if (event === EVENT.capacity) return { at, capacity: capacities.get(subject), object: nodes[subject], resource: 'vpc.amazonaws.com/pod-eni' };
  const ofPod = POD_EVENTS[event];
  const [reason, type] = ofPod ?? NODE_EVENTS[event];
  return { at, object: ofPod ? pods[subject] : nodes[subject], reason, type };
}

function runLine(replay: ProviderReplay, line: ControllerLine): Record<string, unknown> {
  const { world, p, clock } = replay;
  world.ec2.calls = [];
  replay.events = [];
  passTo(replay, line.t);
  armFaults(world.ec2, line.pendingFaults);
  const result = operate(replay, line);
  settle(replay);
  passTo(replay, clock.now); // what takes no time is over before the line is
  const nodes = Object.fromEntries(replay.nodes.flatMap((node, i) =>
    (p.trunkOfNode[i] === NONE ? [] : [[node, trunkDump(p.trunks, p.trunkOfNode[i], uid => `uid-${replay.pods[uid]}`)]])));
  return {
    calls: world.ec2.calls, events: replay.events, ...(result === undefined ? {} : { result }), end: clock.now,
    state: { ...ec2Dump(world), nodes },
  };
}

function operate(replay: ProviderReplay, line: ControllerLine): unknown {
  const { world, p, clock } = replay;
  const uid = replay.uidOf.get(line.pod ?? '') ?? NONE;
  const node = replay.nodes.indexOf(line.node ?? '');
  switch (line.op) {
    case 'nodeInit': return initNode(replay, node, line.instanceType ?? world.header.instanceType);
    case 'podCreate':
      podAppears(p, uid, node, groupsOf(world, line.sgs));
      replay.annotations.delete(uid);
      submitCreate(p, uid, line.n ?? 1, clock.now);
      return undefined;
    case 'podUpdate':
      submitCreate(p, uid, line.n ?? 1, clock.now);
      return undefined;
    case 'podDelete':
      p.podExists[uid] = 0;
      if (!line.eventLost) submitDeleted(p, uid, clock.now);
      return undefined;
    case 'reconcileNode': return { leaked: reconcileNode(p, node, clock.now) };
    case 'nodeDelete':
      submitDeleteNode(p, node, clock.now);
      return undefined;
    case 'setCooldown':
      p.trunks.cooldownMs = cooldownAtStart(line.value);
      return { periodMs: p.trunks.cooldownMs };
    case 'run':
      passTo(replay, clock.now + (line.ms ?? 0));
      return undefined;
    default: throw new Error(`replay: the provider has no operation "${line.op}"`);
  }
}

function initNode(replay: ProviderReplay, node: number, instanceType: string): unknown {
  const { world, p, clock } = replay;
  const { header } = world;
  const limits = replay.options.controllerLimits?.(instanceType);
  const isSupported = limits !== undefined || replay.options.controllerLimits === undefined;
  const branchLimit = !isSupported ? 0 : instanceType === header.instanceType ? header.branchLimit : limits?.branchLimit ?? header.branchLimit;
  replay.capacities.set(node, branchLimit);
  const start = header.customNetworkingAtStart;
  const k = openTrunk(p.trunks, {
    instance: node, branchLimit, devices: limits?.devices ?? header.enis,
    customSubnet: start ? subnetIndex(world.ec2, start.subnet) : NONE, customGroups: start ? groupsOf(world, start.sgs) : NONE,
  });
  replay.awaited = startNode(p, node, k, clock.now);
  settle(replay);
  while (replay.awaited !== NONE) passTo(replay, Math.min(nextWait(clock), nextDue(p)));
  const a = p.ended.pop() ?? NONE;
  const result = p.activities.result[a];
  closeActivity(p.activities, a);
  return { err: resultName(world, result), supported: isSupported };
}

// ---------------------------------------------------------------- time

/** All that happens up to and at a moment; stops early when what an operation waits for has ended. */
function passTo(replay: ProviderReplay, moment: Ms): void {
  const { p, clock } = replay;
  for (;;) {
    const next = Math.min(nextWait(clock), nextDue(p));
    if (next > moment) break;
    clock.now = Math.max(clock.now, next);
    if (nextDue(p) <= clock.now) runReady(p, clock.now);
    else {
      const a = takeWait(clock);
      if (p.activities.call[a] !== CALL.sleep) answerEc2(replay.world, p.activities, a, clock.now);
      goOn(p, a, clock.now);
    }
    settle(replay);
  }
  clock.now = Math.max(clock.now, moment);
}

/** Calls that take no time are answered; the others wait for their moment. */
function settle(replay: ProviderReplay): void {
  const { p, clock, world } = replay;
  const s = p.activities;
  for (let a = p.asked.shift(); a !== undefined; a = p.asked.shift()) {
    if (s.call[a] === CALL.readPod) readPod(replay, a);
    else if (s.call[a] === CALL.annotate) annotate(replay, a);
    else {
      addWait(clock, a, clock.now + (s.call[a] === CALL.sleep ? s.callMs[a] : latencyOf(world.ec2, actionOf(s, a) ?? '')));
      continue;
    }
    goOn(p, a, clock.now);
  }
  if (p.ended.includes(replay.awaited)) replay.awaited = NONE;
}

function readPod({ p }: ProviderReplay, a: ActivityRow): void {
  const uid = p.activities.pod[a];
  p.activities.replyError[a] = p.podExists[uid] === 1 ? 0 : POD_NOT_FOUND;
  p.activities.replyCount[a] = p.podAnnotated[uid];
}

function annotate(replay: ProviderReplay, a: ActivityRow): void {
  const { p, world, pods, clock } = replay;
  const s = p.activities;
  const uid = s.pod[a];
  const outcomes = replay.outcomes.get(pods[uid]) ?? [];
  const gone = p.podExists[uid] === 0;
  const err = outcomes.length > 0 ? outcomes.shift() : gone ? 'NotFound' : undefined;
  const value = annotationOf(world, p.trunks, s.head[a]);
  replay.events.push({ annotate: pods[uid], at: clock.now, ...(err === undefined ? {} : { err }), value });
  s.replyError[a] = err === undefined ? 0 : gone ? POD_NOT_FOUND : OTHER;
  if (err !== undefined) return;
  replay.annotations.set(uid, value);
  p.podAnnotated[uid] = 1;
}
