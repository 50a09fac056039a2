/**
 * The simulated EC2 of the controller's traces: interfaces by number, addresses by subnet, faults by call, and the log of calls.
 *
 * Shape   `carryOut` is called at the moment of effect: the latency of a call is spent before it. An interface uses up a number only when it is
 *         created. Addresses are the lowest free ones from offset 4, /28s the lowest free ones from offset 16.
 * Source  test/golden/branch/README.md and test/golden/windows-pool/README.md, "Simulated EC2".
 */
import { assert } from '../../../core/assert.ts';
import { dotted } from '../../../core/units.ts';
import { ERRORS, OK } from '../../../engine/ipamd/calls.ts';
import { parseIp } from '../addresses.ts';
import type { ControllerLine, Ec2Header, Fault, SubnetHeader } from './trace.ts';

export interface CallDump { readonly at: number; readonly call: string; readonly in: unknown; readonly out?: unknown; readonly err?: string }

export interface Eni {
  readonly number: number;
  readonly subnet: number;
  readonly ip: number;
  readonly isTrunk: boolean;
  readonly groups: readonly string[];
  tags: Record<string, string>;
  /** The device slot, or undefined: never attached, or detached. */
  device?: number;
  wasAttached: boolean;
  /** Describes that still see the fresh attachment as attaching. */
  pollsLeft: number;
  association?: { readonly number: number; readonly trunk: number; readonly vlan: number };
  readonly secondaryIps: number[];
  readonly prefixes: number[];
}

interface Subnet { readonly id: string; readonly cidr: string; readonly base: number; readonly size: number; readonly assignable: number; readonly taken: Set<number> }

interface ArmedFault { readonly fault: Fault; skip: number; times: number }

export interface SimulatedEc2 {
  readonly header: Ec2Header;
  readonly subnets: readonly Subnet[];
  readonly enis: Map<number, Eni>;
  lastEni: number;
  lastAssociation: number;
  faults: ArmedFault[];
  calls: CallDump[];
  /** Codes that the engine has no number for get one from here on. */
  readonly codes: string[];
  /** The header's latencies count. */
  readonly hasLatency: boolean;
}

export function createEc2(header: Ec2Header, subnets: readonly SubnetHeader[], lines: readonly ControllerLine[]): SimulatedEc2 {
  return {
    header, hasLatency: hasLatency(header, lines),
    subnets: subnets.map(({ id, cidr, assignable }) => {
      const [base, length] = cidr.split('/');
      return { id, cidr, base: parseIp(base), size: 2 ** (32 - Number(length)), assignable, taken: new Set() };
    }),
    enis: new Map(), lastEni: 0, lastAssociation: 0, faults: [], calls: [], codes: [],
  };
}

/**
 * Whether the recorded EC2 took its time. Some traces were made without latency and their headers name one all the same: their first call has its
 * effect when its operation begins.
 */
function hasLatency({ latencyMs }: Ec2Header, lines: readonly ControllerLine[]): boolean {
  const first = lines.find(({ calls = [] }) => calls.length > 0);
  const [call] = first?.calls ?? [];
  return !(first && call && call.at === first.t && (latencyMs?.[call.call] ?? 0) > 0);
}

const hex = (n: number, digits: number) => n.toString(16).padStart(digits, '0');
export const eniId = (n: number): string => `eni-${hex(n, 17)}`;
export const associationId = (n: number): string => `trunk-assoc-${hex(n, 17)}`;
export const attachmentId = (eni: number): string => `attach-${hex(eni, 17)}`;
export const macOf = (eni: number): string => `02:${hex(eni, 10).match(/../g)!.join(':')}`;
export const numberOf = (id: string): number => Number.parseInt(id.slice(id.lastIndexOf('-') + 1), 16);

/** The engine's number for a code of EC2, and back. */
export function codeNumber({ codes }: SimulatedEc2, name: string | undefined): number {
  if (name === undefined) return OK;
  const known = (ERRORS as readonly string[]).indexOf(name);
  if (known > 0) return known;
  if (!codes.includes(name)) codes.push(name);
  return ERRORS.length + codes.indexOf(name);
}

export const codeName = ({ codes }: SimulatedEc2, code: number): string => (code < ERRORS.length ? ERRORS[code] : codes[code - ERRORS.length]);

/** Replaces the faults that are still to come. */
export function armFaults(ec2: SimulatedEc2, faults: readonly Fault[] | undefined): void {
  ec2.faults = (faults ?? []).map(fault => ({ fault, skip: fault.skip ?? 0, times: fault.times }));
}

/** The fault that strikes this call. */
function faultOf({ faults }: SimulatedEc2, call: string, subjects: readonly string[]): Fault | undefined {
  for (const armed of faults) {
    const { fault } = armed;
    if (fault.call !== call || armed.times === 0 || (fault.match !== undefined && fault.match !== '' && !subjects.includes(fault.match))) continue;
    if (armed.skip > 0) {
      armed.skip--;
      continue;
    }
    armed.times--;
    return fault;
  }
  return undefined;
}

export const latencyOf = ({ header, hasLatency: counts }: SimulatedEc2, call: string): number => (counts ? header.latencyMs?.[call] ?? 0 : 0);

/** How an effect ended: its output, or the code of its error. */
export type Effect<T> = { readonly out?: T; readonly err?: string };

/**
 * A call takes effect, unless a fault prevents it, and is logged.
 * @param subjects interface or association ids by which a fault may choose the call
 * @returns the number of the error the caller sees
 */
export function carryOut<T>(
  ec2: SimulatedEc2, at: number, call: string, input: unknown, subjects: readonly string[], effect: () => Effect<T>, dump: (out: T) => unknown,
): { readonly error: number; readonly out: T | undefined } {
  const fault = faultOf(ec2, call, subjects);
  const done: Effect<T> = fault && !fault.after ? { err: fault.code } : effect();
  const err = done.err ?? fault?.code;
  const out = done.out === undefined ? undefined : dump(done.out);
  ec2.calls.push({ at, call, in: input, ...(out === undefined ? {} : { out }), ...(err === undefined ? {} : { err }) });
  return { error: codeNumber(ec2, err), out: err === undefined ? done.out : undefined };
}

// ---------------------------------------------------------------- addresses

export const freeIps = ({ assignable, taken }: Subnet): number => assignable - taken.size;

/** The lowest free address, or undefined. */
function takeIp(subnet: Subnet): number | undefined {
  if (freeIps(subnet) < 1) return undefined;
  for (let offset = 4; offset < subnet.size - 1; offset++) {
    if (subnet.taken.has(offset)) continue;
    subnet.taken.add(offset);
    return subnet.base + offset;
  }
  return undefined;
}

/** Lowest free addresses, all or none. */
export function takeIps(subnet: Subnet, count: number): number[] | undefined {
  if (freeIps(subnet) < count) return undefined;
  const ips: number[] = [];
  while (ips.length < count) {
    const ip = takeIp(subnet);
    if (ip === undefined) break;
    ips.push(ip);
  }
  if (ips.length === count) return ips;
  giveIps(subnet, ips);
  return undefined;
}

export function giveIps(subnet: Subnet, ips: readonly number[]): void {
  for (const ip of ips) subnet.taken.delete(ip - subnet.base);
}

/** Lowest wholly free aligned /28s that do not hold the subnet's last address, all or none. */
export function takePrefixes(subnet: Subnet, count: number): number[] | undefined {
  const prefixes: number[] = [];
  for (let first = 16; first + 16 < subnet.size && prefixes.length < count; first += 16) {
    const offsets = Array.from({ length: 16 }, (_, i) => first + i);
    if (offsets.some(offset => subnet.taken.has(offset))) continue;
    prefixes.push(subnet.base + first);
  }
  if (prefixes.length < count || freeIps(subnet) < 16 * count) return undefined;
  for (const prefix of prefixes) for (let i = 0; i < 16; i++) subnet.taken.add(prefix - subnet.base + i);
  return prefixes;
}

export function givePrefixes(subnet: Subnet, prefixes: readonly number[]): void {
  for (const prefix of prefixes) for (let i = 0; i < 16; i++) subnet.taken.delete(prefix - subnet.base + i);
}

// ---------------------------------------------------------------- interfaces

export function createEni(ec2: SimulatedEc2, subnet: number, groups: readonly string[], isTrunk: boolean, tags: Record<string, string>): Effect<Eni> {
  const quota = ec2.header.eniQuota;
  if (typeof quota === 'number' && ec2.enis.size >= quota) return { err: 'NetworkInterfaceLimitExceeded' };
  const ip = takeIp(ec2.subnets[subnet]);
  if (ip === undefined) return { err: 'InsufficientFreeAddressesInSubnet' };
  const number = ++ec2.lastEni;
  const eni: Eni = { number, subnet, ip, isTrunk, groups, tags, wasAttached: false, pollsLeft: 0, secondaryIps: [], prefixes: [] };
  ec2.enis.set(number, eni);
  return { out: eni };
}

/** The primary ENI is there from the start; its address is given. */
export function addPrimaryEni(ec2: SimulatedEc2, subnet: number, ip: number, groups: readonly string[], device: number): Eni {
  const s = ec2.subnets[subnet];
  s.taken.add(ip - s.base);
  const number = ++ec2.lastEni;
  const eni: Eni = {
    number, subnet, ip, isTrunk: false, groups, tags: {}, device, wasAttached: true, pollsLeft: 0, secondaryIps: [], prefixes: [],
  };
  ec2.enis.set(number, eni);
  return eni;
}

const NOT_FOUND = { err: 'InvalidNetworkInterfaceID.NotFound' } as const;
/** An effect that gives nothing. */
export const NOTHING = { out: undefined } as const;

export function attachEni(ec2: SimulatedEc2, number: number, device: number): Effect<number> {
  const eni = ec2.enis.get(number);
  if (!eni) return NOT_FOUND;
  if (attachedEnis(ec2).some(other => other.device === device)) return { err: 'InvalidParameterValue' };
  eni.device = device;
  eni.wasAttached = true;
  eni.pollsLeft = ec2.header.attachPolls ?? 0;
  return { out: number };
}

export function detachEni(ec2: SimulatedEc2, number: number): Effect<undefined> {
  const eni = ec2.enis.get(number);
  if (!eni) return NOT_FOUND;
  eni.device = undefined;
  return NOTHING;
}

/** Those on the instance, ascending. */
export const attachedEnis = ({ enis }: SimulatedEc2): Eni[] =>
  [...enis.values()].filter(({ device }) => device !== undefined).sort((a, b) => a.number - b.number);

export function deleteEni(ec2: SimulatedEc2, number: number): Effect<undefined> {
  const eni = ec2.enis.get(number);
  if (!eni) return NOT_FOUND;
  if (eni.device !== undefined) return { err: 'InvalidNetworkInterface.InUse' };
  removeEni(ec2, eni);
  return NOTHING;
}

export function removeEni(ec2: SimulatedEc2, eni: Eni): void {
  const subnet = ec2.subnets[eni.subnet];
  giveIps(subnet, [eni.ip, ...eni.secondaryIps]);
  givePrefixes(subnet, eni.prefixes);
  ec2.enis.delete(eni.number);
}

export function associate(ec2: SimulatedEc2, trunk: number, branch: number, vlan: number): Effect<number> {
  const eni = ec2.enis.get(branch);
  if (!eni || !ec2.enis.has(trunk)) return NOT_FOUND;
  const others = [...ec2.enis.values()].some(({ association }) => association?.trunk === trunk && association.vlan === vlan);
  if (others) return { err: 'InvalidParameterValue' };
  eni.association = { number: ++ec2.lastAssociation, trunk, vlan };
  return { out: ec2.lastAssociation };
}

export function disassociate(ec2: SimulatedEc2, number: number): Effect<undefined> {
  const eni = [...ec2.enis.values()].find(({ association }) => association?.number === number);
  if (!eni) return { err: 'InvalidAssociationID.NotFound' };
  eni.association = undefined;
  return NOTHING;
}

/** What a describe by id says of the attachment; asking is what makes it proceed. */
export function attachmentStatus(ec2: SimulatedEc2, number: number): Effect<'attached' | 'attaching' | 'detached' | 'none'> {
  const eni = ec2.enis.get(number);
  if (!eni) return NOT_FOUND;
  if (eni.device === undefined) return { out: eni.wasAttached ? 'detached' : 'none' };
  if (eni.pollsLeft === 0) return { out: 'attached' };
  eni.pollsLeft--;
  return { out: 'attaching' };
}

export function subnetIndex(ec2: SimulatedEc2, id: string): number {
  const index = ec2.subnets.findIndex(subnet => subnet.id === id);
  assert(index >= 0, `replay: no subnet ${id}`);
  return index;
}

export const ipText = (ip: number): string => dotted(ip);
