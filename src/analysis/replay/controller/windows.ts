/**
 * Replays traces of kind `windows-provider`: both Windows providers on one node, one worker each, on a virtual clock.
 */
import { NONE, type Ms } from '../../../core/units.ts';
import { ASSIGN, checkPool } from '../../../engine/windows/pool.ts';
import {
  annotated, CALL, capacityOf, createPod, createWindows, deletePod, EVENT, goOn, nextDue, runReady, startNode, updateNode, type Activity, type PodOutcome,
  type Windows,
} from '../../../engine/windows/provider.ts';
import { addWait, createClock, nextWait, takeWait, type Clock } from './clock.ts';
import {
  addPrimaryEni, armFaults, attachmentStatus, attachedEnis, carryOut, codeName, createEc2, eniId, freeIps, giveIps, givePrefixes, ipText, latencyOf,
  takeIps, takePrefixes, type SimulatedEc2,
} from './ec2.ts';
import { idText, parseId, poolDump, type Spelling } from './pools.ts';
import type { LineReplay } from './replay.ts';
import type { ControllerLine, Ec2Header, EventDump, SubnetHeader } from './trace.ts';

export interface WindowsHeader extends Ec2Header {
  readonly configMap?: Readonly<Record<string, string>> | null;
  readonly ipv4PerEni: number;
  readonly nitro: boolean;
  readonly ec2ErrorText: string;
  readonly subnet: SubnetHeader;
}

const NODE = 0;
const INSTANCE = 'i-00000000000000001';

interface WindowsReplay {
  readonly ec2: SimulatedEc2;
  readonly w: Windows;
  readonly clock: Clock;
  readonly waiting: Map<number, Activity>;
  readonly pods: readonly string[];
  readonly spellings: readonly [Spelling, Spelling];
  readonly addresses: Map<number, string>;
  readonly outcomes: Map<string, (string | undefined)[]>;
  events: unknown[];
  waits: number;
}

export function createWindowsReplay(header: WindowsHeader, lines: readonly ControllerLine[]): LineReplay {
  const ec2 = createEc2(header, [header.subnet], lines);
  addPrimaryEni(ec2, 0, ec2.subnets[0].base + 4, [], 0);
  const mask = header.subnet.cidr.split('/')[1];
  const pods = [...new Set(lines.flatMap(({ pod }) => (pod === undefined ? [] : [pod])))];
  const outcomes = new Map<string, (string | undefined)[]>();
  for (const { annotate, err } of lines.flatMap(({ events = [] }): readonly EventDump[] => events)) {
    if (annotate !== undefined) outcomes.set(annotate, [...(outcomes.get(annotate) ?? []), err]);
  }
  const node = { ipv4PerEni: header.ipv4PerEni, isNitro: header.nitro };
  const addresses = capacityOf(node, true) + capacityOf(node, false);
  const replay: WindowsReplay = {
    ec2, clock: createClock(), waiting: new Map(), pods, spellings: [{ isPrefix: false, mask }, { isPrefix: true, mask }], addresses: new Map(), outcomes,
    events: [], waits: 0,
    w: createWindows({
      nodes: [node], pools: { pools: 2, groups: 4 * addresses, resources: 8 * addresses }, queue: { capacity: 4 * lines.length + 16 }, workers: 1,
      configMap: header.configMap ?? undefined, isErrorTextBare: header.ec2ErrorText === 'bare',
      tell: (event, subject, at, value) => replay.events.push(eventDump(replay, event, subject, at, value)),
    }),
  };
  return {
    run: line => runLine(replay, line),
    check() {
      for (const { poolOf } of replay.w.sides) if (poolOf[NODE] !== NONE) checkPool(replay.w.pools, poolOf[NODE], replay.clock.now);
    },
  };
}

function eventDump({ pods }: WindowsReplay, event: number, subject: number, at: Ms, value: number): unknown {
  switch (event) {
    case EVENT.allocated: return { at, object: pods[subject], reason: 'ResourceAllocated', type: 'Normal' };
    case EVENT.allocationFailed: return { at, object: pods[subject], reason: 'ResourceAllocationFailed', type: 'Warning' };
    case EVENT.insufficientCidrBlocks: return { at, object: 'node-1', reason: 'InsufficientCidrBlocks', type: 'Warning' };
    case EVENT.unsupported: return { at, object: 'node-1', reason: 'Unsupported', type: 'Warning' };
    default: return { at, capacity: value, object: 'node-1', resource: 'vpc.amazonaws.com/PrivateIPv4Address' };
  }
}

function runLine(replay: WindowsReplay, line: ControllerLine): Record<string, unknown> {
  const { ec2, w, clock, pods, spellings } = replay;
  ec2.calls = [];
  replay.events = [];
  passTo(replay, line.t);
  armFaults(ec2, line.pendingFaults);
  const result = operate(replay, line);
  settle(replay);
  passTo(replay, clock.now); // what takes no time is over before the line is
  const pools = w.sides.map(({ poolOf }, kind) => (poolOf[NODE] === NONE ? null : poolDump(w.pools, poolOf[NODE], spellings[kind], pod => pods[pod])));
  return {
    calls: ec2.calls, events: replay.events, ...(result === undefined ? {} : { result }), end: clock.now,
    state: { [`freeIps:${ec2.subnets[0].id}`]: freeIps(ec2.subnets[0]), prefix: pools[1], secondaryIp: pools[0] },
  };
}

function operate(replay: WindowsReplay, line: ControllerLine): unknown {
  const { w, clock, pods, addresses } = replay;
  const pod = pods.indexOf(line.pod ?? '');
  switch (line.op) {
    case 'nodeInit': return initNode(replay);
    case 'podCreate': return podCreate(replay, pod);
    case 'podDelete': {
      const text = addresses.get(pod);
      addresses.delete(pod);
      deletePod(w, NODE, pod, text === undefined ? undefined : parseId(text), clock.now);
      return undefined;
    }
    case 'setConfig':
      w.configMap = line.configMap ?? undefined;
      updateNode(w, NODE, clock.now);
      return undefined;
    case 'run':
      passTo(replay, clock.now + (line.ms ?? 0));
      return undefined;
    default: throw new Error(`replay: the Windows providers have no operation "${line.op}"`);
  }
}

function initNode(replay: WindowsReplay): unknown {
  const { w, clock } = replay;
  const a = startNode(w, NODE);
  settle(replay);
  while (!w.ended.includes(a)) passTo(replay, Math.min(nextWait(clock), nextDue(w)));
  return { prefix: null, secondaryIp: a.error === 0 ? null : `ec2:${codeName(replay.ec2, a.error)}` };
}

/** What the handler says of a pod it cannot serve: only this one is an error to its caller. */
const AT_MAX_CAPACITY = 'cannot assign any more resource from warm pool';

function podCreate(replay: WindowsReplay, pod: number): unknown {
  const { w, clock, addresses } = replay;
  const known = addresses.get(pod);
  if (known !== undefined) return { err: null, ip: known, requeueMs: 0 };
  const outcome = createPod(w, NODE, pod, clock.now);
  const err = outcome.outcome === ASSIGN.ok ? annotate(replay, pod, outcome) : outcome.outcome === ASSIGN.atMaxCapacity ? AT_MAX_CAPACITY : null;
  return { err, ip: addresses.get(pod) ?? '', requeueMs: outcome.requeueMs };
}

/** Whether the address could be written is the cluster's affair: it is taken from the trace. */
function annotate({ w, clock, pods, spellings, addresses, outcomes, events }: WindowsReplay, pod: number, outcome: PodOutcome): string | null {
  const value = idText(outcome.id, spellings[outcome.kind]);
  const err = outcomes.get(pods[pod])?.shift();
  events.push({ annotate: pods[pod], at: clock.now, ...(err === undefined ? {} : { err }), value });
  if (err === undefined) addresses.set(pod, value);
  annotated(w, NODE, pod, outcome, err === undefined, clock.now);
  return err ?? null;
}

// ---------------------------------------------------------------- time and EC2

const NAME_OF_CALL: Record<number, string> = {
  [CALL.describeInstance]: 'DescribeInstances', [CALL.describeSubnet]: 'DescribeSubnets', [CALL.assign]: 'AssignPrivateIpAddresses',
  [CALL.describeEni]: 'DescribeNetworkInterfaces', [CALL.unassign]: 'UnassignPrivateIpAddresses',
};

function passTo(replay: WindowsReplay, moment: Ms): void {
  const { w, clock, waiting } = replay;
  for (;;) {
    const next = Math.min(nextWait(clock), nextDue(w));
    if (next > moment) break;
    clock.now = Math.max(clock.now, next);
    if (nextDue(w) <= clock.now) runReady(w, clock.now);
    else {
      const who = takeWait(clock);
      const a = waiting.get(who)!;
      waiting.delete(who);
      if (a.call !== CALL.sleep) answer(replay, a);
      goOn(w, a, clock.now);
    }
    settle(replay);
  }
  clock.now = Math.max(clock.now, moment);
}

function settle(replay: WindowsReplay): void {
  const { w, clock, waiting, ec2 } = replay;
  for (const a of w.asked.splice(0)) {
    const who = replay.waits++;
    waiting.set(who, a);
    addWait(clock, who, clock.now + (a.call === CALL.sleep ? a.callMs : latencyOf(ec2, NAME_OF_CALL[a.call])));
  }
}

function answer({ ec2, w, clock }: WindowsReplay, a: Activity): void {
  const [subnet] = ec2.subnets;
  const id = eniId(a.callEni);
  const { isPrefix } = w.sides[a.kind];
  const call = <T>(input: unknown, subjects: readonly string[], effect: () => { out?: T; err?: string }, dump: (out: T) => unknown) => {
    const { error, out } = carryOut(ec2, clock.now, NAME_OF_CALL[a.call], input, subjects, effect, dump);
    a.replyError = error;
    return out;
  };
  const text = (ip: number) => (isPrefix ? `${ipText(ip)}/28` : ipText(ip));
  switch (a.call) {
    case CALL.describeInstance: {
      const enis = call({ instance: INSTANCE }, [], () => ({ out: attachedEnis(ec2) }), list => ({ enis: list.map(({ number }) => eniId(number)) })) ?? [];
      a.replyEnis = enis.map(({ number, secondaryIps, prefixes }) => ({ eni: number, secondaryIps: [...secondaryIps], prefixes: [...prefixes] }));
      return;
    }
    case CALL.describeSubnet:
      call({ subnet: subnet.id }, [], () => ({ out: subnet.cidr }), cidr => ({ cidr }));
      return;
    case CALL.assign: {
      const eni = ec2.enis.get(a.callEni)!;
      const granted = call({ eni: id, [isPrefix ? 'prefixes' : 'ips']: a.callCount }, [id], () => {
        if (1 + eni.secondaryIps.length + eni.prefixes.length + a.callCount > w.nodes[NODE].ipv4PerEni) return { err: 'PrivateIpAddressLimitExceeded' };
        const out = isPrefix ? takePrefixes(subnet, a.callCount) : takeIps(subnet, a.callCount);
        if (!out) return { err: isPrefix ? 'InsufficientCidrBlocks' : 'InsufficientFreeAddressesInSubnet' };
        (isPrefix ? eni.prefixes : eni.secondaryIps).push(...out);
        return { out };
      }, out => ({ assigned: out.map(text) }));
      a.replyList = granted ?? [];
      return;
    }
    case CALL.describeEni: {
      const status = call({ enis: [id] }, [id], () => attachmentStatus(ec2, a.callEni), out => ({ attachment: [out], enis: [id] }));
      const { secondaryIps = [], prefixes = [] } = ec2.enis.get(a.callEni) ?? {};
      a.replyList = status === undefined ? [] : a.callList.filter(ip => (isPrefix ? prefixes : secondaryIps).includes(ip));
      return;
    }
    case CALL.unassign: {
      const eni = ec2.enis.get(a.callEni)!;
      const list = isPrefix ? eni.prefixes : eni.secondaryIps;
      call({ eni: id, [isPrefix ? 'prefixes' : 'ips']: a.callList.map(text) }, [id], () => {
        if (!a.callList.every(ip => list.includes(ip))) return { err: 'InvalidParameterValue' };
        for (const ip of a.callList) list.splice(list.indexOf(ip), 1);
        (isPrefix ? givePrefixes : giveIps)(subnet, a.callList);
        return { out: undefined };
      }, () => undefined);
      return;
    }
    default: throw new Error(`replay: call ${a.call} is not EC2's`);
  }
}
