/**
 * One node under a script, as the golden values were measured: the engine's own ipamd, the replayer's instant EC2, and a loop of turns.
 *
 * Shape   A turn: sleep 2.5 s, adjust, sleep 2.5 s, reconcile, 1 ms of work. Pods come and go between two turns. One that got no address tries again
 *         after every second turn. EC2 answers at once, but for a new ENI, which takes 3 s. Subnet discovery is off.
 * Units   Moments are seconds since the pool was filled, as the golden values have them.
 * Source  Golden values, surprises and distributions of ipamd v1.23.1 driven in virtual time against a stub EC2: docs/fidelity.md.
 */
import { N, S } from '../../src/core/node.ts';
import { freeCount } from '../../src/core/subnet.ts';
import { seconds } from '../../src/core/units.ts';
import { createReplay, type Replay } from '../../src/analysis/replay/node.ts';
import { runLine } from '../../src/analysis/replay/operations.ts';
import { readState } from '../../src/analysis/replay/dump.ts';
import type { Arguments, Call, Fault, Header, Line, Op } from '../../src/analysis/replay/trace.ts';
import { checkStore } from '../../src/engine/ipamd/check.ts';
import { isHigh, isLow, mayRemoveEni, statsOf } from '../../src/engine/ipamd/targets.ts';
import { parseEnvironment } from '../../src/scenarios/environment.ts';
import { findLimits, isPrefixCapable } from '../../src/scenarios/limits.ts';

export interface Spec {
  readonly type: string;
  readonly env?: Readonly<Record<string, string | number | boolean>>;
  /** K; by default what the max-pods formula gives. */
  readonly maxPods?: number;
  readonly subnets?: Header['subnets'];
  readonly eniConfig?: string;
  readonly preAttached?: Header['preAttached'];
  readonly faults?: readonly Fault[];
  readonly latency?: Readonly<Record<string, number>>;
  readonly imdsLag?: number;
  /** Walk maps as Go does, with this key; without one lowest-first. */
  readonly key?: number;
}

export interface Eni { readonly eni: number; readonly slots: number; readonly owned: number }

export interface State {
  readonly enis: number;
  readonly total: number;
  readonly assigned: number;
  readonly cooling: number;
  /** F: total less assigned, cooling included. */
  readonly free: number;
  readonly prefixes: number;
  readonly freePrefixes: number;
  readonly waiting: number;
  readonly perEni: readonly Eni[];
  /** Pods of each prefix, by ENI and address. */
  readonly perPrefix: readonly number[];
}

/** A call of ipamd with its effect on the pool, and when it was over. */
export interface Event { readonly t: number; readonly text: string }

/** What `createReplay` takes its bounds from: so many pods, and room to remember so many released addresses. */
const PODS = 320;
const BOUNDS: readonly Line[] = Array.from({ length: PODS }, (_, i) => ({ t: 0, op: 'del' as Op, pod: `p${i}`, ec2: [{ c: '', ips: ['10.0.0.0+7'] }] }));

export class Node {
  readonly replay: Replay;
  /** Calls so far, those of the start included, that changed the pool or failed to. */
  readonly events: Event[] = [];
  readonly waiting: string[] = [];
  /** Addresses of pods, as the pods believe. */
  readonly addresses = new Map<string, string>();
  started = true;
  /** Calls of ADD that got no address. */
  failures = 0;
  private now = 0;
  private turns = 0;
  private named = 0;

  constructor(spec: Spec) {
    const limits = findLimits(spec.type);
    if (!limits) throw new Error(`no limits of ${spec.type}`);
    const env = Object.fromEntries(Object.entries({ ENABLE_SUBNET_DISCOVERY: false, ...spec.env }).map(([name, value]) => [name, String(value)]));
    const subnets = spec.subnets ?? [{ id: 'a', cidr: '10.0.0.0/20' }, { id: 'pods', cidr: '10.0.16.0/20' }];
    const header: Header = {
      instanceType: spec.type, limits, trunkingCompatible: limits.trunking.ipamd, env, subnets,
      maxPods: spec.maxPods ?? limits.enis * (limits.ipv4PerEni - 1) + 2,
      eniConfig: 'default', eniConfigs: { default: spec.eniConfig ?? 'pods' },
      latency: { AllocENI: 3, ...spec.latency },
      ...(spec.preAttached && { preAttached: spec.preAttached }), ...(spec.faults && { faults: spec.faults }), ...(spec.imdsLag && { imdsLag: spec.imdsLag }),
    };
    this.replay = createReplay(header, BOUNDS, { isPrefixCapable, parseEnvironment, goMap: spec.key !== undefined });
    this.replay.b.w[this.replay.n + N.orderKey] = spec.key ?? 0;
    this.started = (this.operate('init') as { ok: number }).ok === 1;
  }

  /** Runs whole turns until `t`: the end of the first that is not before it. */
  until(t: number): this {
    while (this.now < seconds(t)) this.turn();
    return this;
  }

  idle(duration: number): this {
    return this.until(this.now / 1000 + duration);
  }

  get time(): number {
    return this.now / 1000;
  }

  turn(): void {
    this.adjust();
    this.reconcile();
  }

  /** The first half of a turn. */
  adjust(): void {
    this.now += 2500;
    this.operate('tick');
  }

  /** The second half; pods that wait may try again after it. */
  reconcile(): void {
    this.now += 2500;
    this.operate('reconcile');
    this.now += 1;
    this.operate('async');
    if (++this.turns % 2 === 0) for (const pod of this.waiting.splice(0)) this.tryAdd(pod);
  }

  /** So many new pods, at once. Returns their names. */
  add(count: number, prefix = 'p'): string[] {
    const names = Array.from({ length: count }, () => `${prefix}${this.named++}`);
    for (const name of names) this.tryAdd(name);
    return names;
  }

  del(pods: readonly string[]): this {
    for (const pod of pods) {
      const i = this.waiting.indexOf(pod);
      if (i >= 0) this.waiting.splice(i, 1);
      this.operate('del', { pod });
      this.addresses.delete(pod);
    }
    return this;
  }

  /** A process of ipamd ends and another starts, with other variables if they are given. */
  restart(down = 0, { env, gone }: { env?: Spec['env']; gone?: readonly string[] } = {}): boolean {
    this.now += seconds(down);
    const texts = env && Object.fromEntries(Object.entries({ ENABLE_SUBNET_DISCOVERY: false, ...env }).map(([name, value]) => [name, String(value)]));
    this.started = (this.operate('restart', { a: { ...(texts && { env: texts }), ...(gone && { gone }) } }) as { ok: number }).ok === 1;
    return this.started;
  }

  /** Something that others do: the kinds of golden traces. */
  outside(a: Arguments): this {
    this.operate('ext', { a });
    return this;
  }

  state(): State {
    const { b: { w }, n } = this.replay;
    const { enis, n: [total, assigned, cooling] } = readState(this.replay);
    return {
      enis: enis.length, total, assigned, cooling, free: total - assigned, prefixes: w[n + S.rawPrefixes], freePrefixes: w[n + S.freePrefixes],
      waiting: this.waiting.length,
      perEni: enis.map(({ i, cidrs }) => ({ eni: i, slots: cidrs.length, owned: cidrs.reduce((sum, { assigned: pods }) => sum + pods, 0) })),
      perPrefix: enis.flatMap(({ cidrs }) => cidrs.filter(({ prefix }) => prefix).map(({ assigned: pods }) => pods)),
    };
  }

  /** What ipamd's own tests of the pool say now. */
  verdicts(): { low: boolean; high: boolean; removal: boolean } {
    const { b, n, settings: c } = this.replay;
    const stats = statsOf(b, n);
    return { low: isLow(b, n, c, stats), high: isHigh(b, n, c, stats), removal: mayRemoveEni(b, n, c, stats) };
  }

  /** A counter of the node: the awscni_ series of that meaning. */
  counter(name: 'forceRemovedIps' | 'reconcileAdds'): number {
    return this.replay.b.w[this.replay.n + N[name]];
  }

  /** ENIs in use by pods, by number, and how many pods each serves. */
  podsPerEni(): Map<number, number> {
    return new Map(this.state().perEni.filter(({ owned }) => owned > 0).map(({ eni, owned }) => [eni, owned]));
  }

  freeAddresses(subnet = 0): number {
    return freeCount(this.replay.world.subnets, subnet);
  }

  private tryAdd(pod: string): void {
    const { ok, ip } = this.operate('add', { pod }) as { ok: number; ip?: string };
    if (ok === 1) this.addresses.set(pod, ip ?? '');
    else { this.failures++; this.waiting.push(pod); }
  }

  private operate(op: Op, line: Partial<Line> = {}): unknown {
    const { replay } = this;
    const outcome = runLine(replay, { t: this.now / 1000, op, ...line });
    if (op !== 'add' && op !== 'del') this.now = replay.now;
    for (const call of replay.calls) {
      const text = textOf(call);
      if (text !== '') this.events.push({ t: Math.round(replay.now / 100) / 10, text });
    }
    if (replay.settings.lowestFirst) checkStore(replay.b, replay.n, replay.settings); // of runs by the hundred test/analysis/goMap.test.ts checks enough
    return outcome.r;
  }
}

/** A call in few words; those that only look are left out. */
function textOf({ c, n, eni, ips, err }: Call): string {
  const failed = err === undefined ? '' : ` ${String(err)}`;
  switch (c) {
    case 'AllocIPAddresses': return `assign ${String(n)}${failed}`;
    case 'AllocENI': return `create ENI with ${String(n)}${failed}`;
    case 'FreeENI': return `delete ENI ${String(eni)}${failed}`;
    case 'DeallocIPAddresses': case 'DeallocPrefixAddresses': return `release ${countOf(ips)} of ENI ${String(eni)}${failed}`;
    default: return failed === '' ? '' : `${c}${failed}`;
  }
}

const countOf = (list: unknown): number =>
  (list as string[]).reduce((sum, entry) => sum + 1 + Number(entry.split('+')[1] ?? 0), 0);

/** The node after it idled for a minute, got `pods` at once and had till 400 s to settle. */
export function settled(spec: Spec, pods: number): Node {
  const node = new Node(spec).until(60);
  node.add(pods);
  return node.until(400);
}

export const timeline = (node: Node, from = 0): string[] =>
  node.events.filter(({ t }) => t >= from).map(({ t, text }) => `${t} ${text}`);
