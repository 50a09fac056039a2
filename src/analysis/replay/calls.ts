/**
 * The AWS layer of a trace: answers a whole call of ipamd at once, into the node's block, and logs it as the trace does.
 *
 * Source  test/golden/ipamd/README.md §3 (the log) and §4 (the simulated EC2).
 */
import { attachedCount, findAttached, freeDevice, isAttachedPrefix, isHeld } from '../../core/attached.ts';
import { ENI_TAGGED, N } from '../../core/node.ts';
import { NEVER, NONE, seconds } from '../../core/units.ts';
import {
  assignAddresses, attachInterface, createInterface, deleteInterface, deleteNewInterface, leakInterface, unassignAddresses,
} from '../../engine/ec2/effects.ts';
import { CALL, ERRORS, errorCode, OK, type ErrorName } from '../../engine/ipamd/calls.ts';
import { formatCidrs, cidrText } from './addresses.ts';
import { countedFree, type Replay } from './node.ts';
import type { Call } from './trace.ts';

/** Says whether the fault point fails this time, and with which code. */
function faultAt({ reached, faults }: Replay, point: string): string | undefined {
  const time = (reached.get(point) ?? 0) + 1;
  reached.set(point, time);
  return faults.find(({ call, from, to }) => call === point && from <= time && time <= to)?.err;
}

/** The number by which the engine knows an error; what it does not tell apart is Other. */
const codeOf = (name: string | undefined): number =>
  name === undefined ? OK : errorCode((ERRORS as readonly string[]).includes(name) ? (name as ErrorName) : 'Other');

const nameOf = (code: number): string | undefined => (code === OK ? undefined : ERRORS[code]);

/** Logs the call and lets its latency pass. */
function end(replay: Replay, call: Call, error?: string): void {
  replay.calls.push(error === undefined ? call : { ...call, err: error });
  replay.now += seconds(replay.header.latency?.[call.c] ?? 0);
}

function answer({ b: { w }, n }: Replay, error: string | undefined, count = 0): void {
  w[n + N.replyError] = codeOf(error);
  w[n + N.replyCount] = count;
}

function listOf({ b: { w, at }, n }: Replay, count: number, prefix: boolean): string[] {
  return formatCidrs(Array.from({ length: count }, (_, i) => ({ ip: w[n + at.list + i], prefix })));
}

/** Answers N.call. The engine's next step may run at `replay.now`. */
export function answerCall(replay: Replay): void {
  const { w } = replay.b;
  const { n } = replay;
  const eni = w[n + N.callEni];
  const count = w[n + N.callCount];
  switch (w[n + N.call]) {
    case CALL.allocEni: return allocEni(replay, count);
    case CALL.waitForEni: return waitForEni(replay, eni, count);
    case CALL.allocIps: return allocAddresses(replay, eni, count);
    case CALL.deallocIps: return answer(replay, deallocate(replay, eni, false));
    case CALL.deallocPrefixes: return answer(replay, deallocate(replay, eni, true));
    case CALL.freeEni: return freeEni(replay, eni);
    case CALL.tagEni: return tagEni(replay, eni);
    case CALL.getAttachedEnis: return answer(replay, listEnis(replay, 'GetAttachedENIs'));
    case CALL.describeAllEnis: return answer(replay, listEnis(replay, 'DescribeAllENIs'));
    case CALL.getIpv4s: return describe(replay, eni, false);
    case CALL.getPrefixes: return describe(replay, eni, true);
    case CALL.isSubnetExcluded: return isSubnetExcluded(replay, w[n + N.callSubnet]);
    case CALL.setupEniNetwork: return setUpNetwork(replay, eni);
    case CALL.sleep: replay.now += count; return;
    case CALL.refreshSecurityGroups: return answer(replay, undefined);
    default: throw new Error(`replay: call ${w[n + N.call]} has no answer`);
  }
}

/** Subnets that AllocENI tries, in order. */
function candidates(replay: Replay): number[] {
  const { b: { w }, n, settings, cniTags, header } = replay;
  if (settings.customNetworking) return [w[n + N.callSubnet]];
  const primary = w[n + N.primarySubnet];
  if (!settings.subnetDiscovery) return cniTags[primary] === '0' ? [] : [primary];
  return [...header.subnets.keys()]
    .filter(s => cniTags[s] !== '0' && (s === primary || (cniTags[s] ?? '') !== ''))
    .sort((s, t) => countedFree(replay, t) - countedFree(replay, s));
}

function allocEni(replay: Replay, wanted: number): void {
  const { b, n, settings, world, subnetIds } = replay;
  const { w } = b;
  const prefixes = settings.prefixMode;
  const count = Math.min(wanted, settings.slotsPerEni);
  const tries: [subnet: string, outcome: string][] = [];
  let error: string | undefined = 'NoValidSubnets';
  for (const s of candidates(replay)) {
    error = createIn(replay, s, count);
    tries.push([subnetIds[s], error ?? 'ok']);
    if (error === undefined) break;
  }
  const call = {
    c: 'AllocENI', n: wanted, ...(settings.customNetworking ? { sub: subnetIds[w[n + N.callSubnet]] } : {}), tries,
  };
  if (error !== undefined) {
    answer(replay, error);
    return end(replay, call, error);
  }
  const eni = w[n + N.newEni];
  const dev = freeDevice(b, n);
  error = faultAt(replay, 'AttachNetworkInterface')
    ?? nameOf(attachInterface(b, n, replay.header.limits.enis, dev, replay.now));
  if (error !== undefined) {
    deleteNewInterface(world, b, n);
    answer(replay, error);
    return end(replay, call, error);
  }
  const list = listOf(replay, count, prefixes);
  const r = {
    eni, dev, sub: subnetIds[w[n + N.newEniSubnet]], ip: cidrText({ ip: w[n + N.newEniIp], prefix: false }),
    ...(list.length === 0 ? {} : prefixes ? { pfx: list } : { ips: list }),
  };
  answer(replay, undefined, count);
  end(replay, { ...call, r });
}

function createIn(replay: Replay, s: number, count: number): string | undefined {
  const { b, n, world, settings } = replay;
  if (s >= world.subnets.subnetCount) return 'InvalidSubnetID.NotFound';
  const fault = faultAt(replay, 'CreateNetworkInterface');
  if (fault !== undefined) return fault;
  if (countedFree(replay, s) < (settings.prefixMode ? 1 : 1 + count)) return 'InsufficientFreeAddressesInSubnet';
  return nameOf(createInterface(world, b, n, s, count, settings.prefixMode));
}

/** One failure here is the end of all the polls of a real node. */
function waitForEni(replay: Replay, eni: number, wanted: number): void {
  const { b, n, settings } = replay;
  const a = findAttached(b, n, eni);
  let error = faultAt(replay, 'WaitForENIAndIPsAttached');
  if (error === undefined && (a === NONE || heldOfKind(replay, a, settings.prefixMode) === 0)) error = 'waitForENIAndIPsAttached';
  answer(replay, error);
  end(replay, { c: 'WaitForENIAndIPsAttached', eni, n: wanted }, error);
}

function heldOfKind({ b, n }: Replay, a: number, prefix: boolean): number {
  let count = 0;
  for (let slot = 0; slot < b.at.attachedSlots; slot++) if (isHeld(b, n, a, slot) && isAttachedPrefix(b, n, a, slot) === prefix) count++;
  return count;
}

function allocAddresses(replay: Replay, eni: number, wanted: number): void {
  const { b, n, settings, world } = replay;
  const call = { c: 'AllocIPAddresses', eni, n: wanted };
  const count = Math.min(wanted, settings.slotsPerEni);
  if (count < 1) {
    answer(replay, undefined);
    replay.calls.push({ ...call, r: 'none' });
    return;
  }
  const error = faultAt(replay, 'AssignPrivateIpAddresses')
    ?? nameOf(assignAddresses(world, b, n, eni, count, settings.prefixMode, settings.slotsPerEni));
  answer(replay, error, error === undefined ? count : 0);
  if (error !== undefined) return end(replay, call, error);
  end(replay, { ...call, r: listOf(replay, count, settings.prefixMode) });
}

/** Releases the addresses in the node's list. Returns the error. */
export function deallocate(replay: Replay, eni: number, prefixes: boolean): string | undefined {
  const { b, n, world, header } = replay;
  const ips = listOf(replay, b.w[n + N.listLength], prefixes);
  const error = faultAt(replay, 'UnassignPrivateIpAddresses')
    ?? nameOf(unassignAddresses(world, b, n, eni, prefixes, header.imdsLag ? replay.now + seconds(header.imdsLag) : NEVER));
  end(replay, { c: prefixes ? 'DeallocPrefixAddresses' : 'DeallocIPAddresses', eni, ips }, error);
  return error;
}

function freeEni(replay: Replay, eni: number): void {
  const error = removeEni(replay, eni);
  answer(replay, error);
  end(replay, { c: 'FreeENI', eni }, error);
}

function removeEni(replay: Replay, eni: number): string | undefined {
  const { b, n, world } = replay;
  if (findAttached(b, n, eni) === NONE) return undefined;
  if (faultAt(replay, 'DescribeAttachment') !== undefined) return 'ENI attachment ID not found';
  if (faultAt(replay, 'DetachNetworkInterface') !== undefined) return 'unable to detach ENI';
  const error = faultAt(replay, 'DeleteNetworkInterface');
  if (error === undefined) deleteInterface(world, b, n, eni);
  else leakInterface(b, n, eni);
  return error;
}

function tagEni(replay: Replay, eni: number): void {
  const { b, n } = replay;
  const flags = n + b.at.attachedFlags + findAttached(b, n, eni);
  if ((b.w[flags] & ENI_TAGGED) !== 0) {
    answer(replay, undefined);
    replay.calls.push({ c: 'TagENI', eni, r: 'unchanged' });
    return;
  }
  const error = faultAt(replay, 'TagENI');
  if (error === undefined) b.w[flags] |= ENI_TAGGED;
  answer(replay, error);
  end(replay, { c: 'TagENI', eni }, error);
}

/** The engine reads the listing itself, as of the moment it asked. Returns the error. */
export function listEnis(replay: Replay, c: 'GetAttachedENIs' | 'DescribeAllENIs'): string | undefined {
  const error = faultAt(replay, c);
  end(replay, error === undefined ? { c, n: attachedCount(replay.b, replay.n) } : { c }, error);
  return error;
}

function describe(replay: Replay, eni: number, prefixes: boolean): void {
  const { b, n } = replay;
  const c = prefixes ? 'GetIPv4PrefixesFromEC2' : 'GetIPv4sFromEC2';
  const a = findAttached(b, n, eni);
  const error = faultAt(replay, c) ?? (a === NONE ? 'ENI is not found' : undefined);
  answer(replay, error);
  if (error !== undefined) return end(replay, { c, eni }, error);
  end(replay, { c, eni, n: prefixes ? heldOfKind(replay, a, true) : 1 + heldOfKind(replay, a, false) });
}

function isSubnetExcluded(replay: Replay, s: number): void {
  const { subnetIds, cniTags } = replay;
  const call = { c: 'IsSubnetExcluded', sub: subnetIds[s] };
  const error = faultAt(replay, 'IsSubnetExcluded');
  const excluded = cniTags[s] === '0';
  answer(replay, error, Number(excluded));
  end(replay, error === undefined ? { ...call, r: excluded } : call, error);
}

/** Host networking of a new ENI: logged only when it fails. */
function setUpNetwork(replay: Replay, eni: number): void {
  const { b, n, calls } = replay;
  const error = faultAt(replay, 'SetupENINetwork');
  answer(replay, error);
  end(replay, { c: 'SetupENINetwork', sub: cidrText({ ip: b.w[n + b.at.attachedPrimaryIp + findAttached(b, n, eni)], prefix: false }) }, error);
  if (error === undefined) calls.pop();
}
