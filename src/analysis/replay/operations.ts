/**
 * Operations: runs one line of a trace through the engine, as the trace's clock and its simulated EC2 have it, and says what came of it.
 *
 * Why     The functions of engine and core are those of a run. Only what surrounds them is the trace's: when something runs, and what AWS answers.
 * Source  test/golden/ipamd/README.md §2.
 */
import { attach, findAttached, findHeld, hold, unhold } from '../../core/attached.ts';
import { ENI_NO_MANAGE, ENI_TRUNK, N, NODE_CORDONED, NODE_CUSTOM_FEATURE, NODE_SGP_FEATURE, NODE_TERMINATING } from '../../core/node.ts';
import { release, releasePrefix, takeSpecific, USE } from '../../core/subnet.ts';
import { dotted, NEVER, NONE, seconds, type PodRow } from '../../core/units.ts';
import { deleteInterface } from '../../engine/ec2/effects.ts';
import { resume, startInit, startReconcile, startTick } from '../../engine/ipamd/agent.ts';
import { addressOf, eniOfRef } from '../../engine/ipamd/datastore.ts';
import { cleanUpAt, cleanUpEmptied, tidyAfterDel } from '../../engine/ipamd/leftovers.ts';
import { RESULT } from '../../engine/ipamd/places.ts';
import { addNetwork, branchIsServed, branchNeedsListing, delNetwork } from '../../engine/ipamd/rpc.ts';
import { decreaseHeld, growthPaused, isHigh, isLow, mayRemoveEni, over, short, statsOf } from '../../engine/ipamd/targets.ts';
import { parseAddresses, parseIp, parsePrefixes } from './addresses.ts';
import { answerCall, deallocate, listEnis } from './calls.ts';
import { releaseByOthers, settingsOf, takeByOthers, type Replay } from './node.ts';
import type { Arguments, Line } from './trace.ts';

/** What a line says besides its calls, its end, and the state. */
export interface Outcome { readonly r?: unknown; readonly d?: unknown }

export function runLine(replay: Replay, line: Line): Outcome {
  replay.now = seconds(line.t);
  replay.calls = [];
  const { b, n } = replay;
  switch (line.op) {
    case 'init': return { r: init(replay) };
    case 'restart': return { r: restart(replay, line.a ?? {}) };
    case 'tick': {
      const d = decisions(replay);
      finish(replay, startTick(b, n, replay.settings, replay.now));
      return { d };
    }
    case 'reconcile':
      finish(replay, startReconcile(b, n, replay.settings, replay.now));
      return { r: b.w[n + N.result] === RESULT.gated ? 'gated' : 'ran' };
    case 'add': return { r: add(replay, line.pod ?? '', line.a ?? {}) };
    case 'del': return { r: del(replay, line.pod ?? '') };
    case 'async':
      while (cleanUpAt(b, n) <= replay.now) if (cleanUpEmptied(b, n, replay.settings)) break;
      return {};
    case 'ext':
      outside(replay, line.a ?? {});
      return {};
    case 'end': return {};
  }
}

/** Answers call after call until the activity has ended. */
function finish(replay: Replay, ended: boolean): void {
  while (!ended) {
    answerCall(replay);
    ended = resume(replay.b, replay.n, replay.settings, replay.now);
  }
}

function init(replay: Replay): { ok: 0 | 1 } {
  finish(replay, startInit(replay.b, replay.n, replay.settings, replay.now));
  return { ok: replay.b.w[replay.n + N.result] === RESULT.ok ? 1 : 0 };
}

function restart(replay: Replay, { gone = [], env }: Arguments): { ok: 0 | 1 } {
  const { b: { w, at }, n, podRows } = replay;
  if (env) replay.settings = settingsOf(replay.header, env, replay.options);
  for (const pod of gone) {
    const p = podRows.get(pod);
    if (p !== undefined) w[n + at.podCheckpoint + p] = 0; // no host interface: the row is dropped when it is read
  }
  return init(replay);
}

/** ipamd's decision functions just before a tick. */
function decisions({ b, n, settings, now }: Replay): Record<string, number> {
  const stats = statsOf(b, n);
  return {
    low: Number(isLow(b, n, settings, stats)), high: Number(isHigh(b, n, settings, stats)), hold: Number(decreaseHeld(b, n, now)),
    short: short(b, n, settings, stats), over: over(b, n, settings, stats), rm: Number(mayRemoveEni(b, n, settings, stats)),
    cc: Number(growthPaused(b, n, now)),
  };
}

/** The pod's row: its own as long as it has an address or a line in the checkpoint, else any that is free. */
function rowOf({ b: { w, at }, n, podRows }: Replay, pod: string): PodRow {
  const known = podRows.get(pod);
  if (known !== undefined) return known;
  const used = new Set<PodRow>();
  for (const [name, p] of podRows) {
    if (w[n + at.podAddress + p] === NONE && w[n + at.podCheckpoint + p] === 0) podRows.delete(name);
    else used.add(p);
  }
  let row = 0;
  while (used.has(row)) row++;
  podRows.set(pod, row);
  return row;
}

function add(replay: Replay, pod: string, { branch, branchIP }: Arguments): unknown {
  const { b, n, settings } = replay;
  if (branchIP !== undefined) replay.branchIps.set(pod, branchIP);
  if (branch === 1 && settings.podEni) return addBranch(replay, pod);
  const ref = addNetwork(b, n, settings, rowOf(replay, pod), replay.now);
  if (ref === NONE) return { ok: 0, err: 'no-ip' };
  return { ok: 1, ip: dotted(addressOf(b, n, ref)), eni: b.w[n + b.at.eniNumber + eniOfRef(b, ref)], dev: b.w[n + b.at.eniDevice + eniOfRef(b, ref)] };
}

function addBranch(replay: Replay, pod: string): unknown {
  const { b, n, settings } = replay;
  const ip = replay.branchIps.get(pod);
  if (!branchNeedsListing(b, n, settings)) return { ok: 0, err: 'failed' };
  const error = listEnis(replay, 'GetAttachedENIs');
  if (error !== undefined || !branchIsServed(b, n, ip !== undefined)) return { ok: 0, err: 'failed' };
  return { ok: 1, ip, dev: -1 };
}

function del(replay: Replay, pod: string): unknown {
  const { b, n, settings } = replay;
  const { w, at } = b;
  const ref = delNetwork(b, n, settings, rowOf(replay, pod), replay.now);
  if (ref === NONE) {
    const ip = settings.podEni ? replay.branchIps.get(pod) : undefined;
    return ip === undefined ? { ok: 0, err: 'unknown-pod' } : { ok: 1, ip, dev: 0 };
  }
  const reply = { ok: 1, ip: dotted(addressOf(b, n, ref)), dev: w[n + at.eniDevice + eniOfRef(b, ref)] };
  if (tidyAfterDel(b, n, settings, ref, replay.now)) {
    const count = w[n + N.rpcCount];
    w.copyWithin(n + at.list, n + at.rpcList, n + at.rpcList + count);
    w[n + N.listLength] = count;
    deallocate(replay, w[n + N.rpcEni], true);
  }
  return reply;
}

// ---------------------------------------------------------------- what others do

function outside(replay: Replay, a: Arguments): void {
  const { b: { w }, n } = replay;
  switch (a.kind) {
    case 'take': case 'release': return changeSubnet(replay, a);
    case 'attach': return attachOther(replay, a, a.noManage ? ENI_NO_MANAGE : 0);
    case 'trunk': return attachOther(replay, a, ENI_TRUNK);
    case 'detach':
      if (findAttached(replay.b, n, a.eni ?? NONE) !== NONE) deleteInterface(replay.world, replay.b, n, a.eni ?? NONE);
      return;
    case 'assign': case 'unassign': return changeEni(replay, a);
    case 'cordon':
      w[n + N.nodeFlags] = a.on ? w[n + N.nodeFlags] | NODE_CORDONED : w[n + N.nodeFlags] & ~NODE_CORDONED;
      return;
    case 'terminate':
      w[n + N.nodeFlags] |= NODE_TERMINATING;
      return;
    case 'tag':
      replay.cniTags[replay.subnetIds.indexOf(a.sub ?? '')] = a.value;
      return;
    default: throw new Error(`replay: nobody knows what "${a.kind}" outside ipamd does`);
  }
}

function changeSubnet(replay: Replay, { kind, sub, ips }: Arguments): void {
  const s = replay.subnetIds.indexOf(sub ?? '');
  for (const ip of parseAddresses(ips ?? [])) (kind === 'take' ? takeByOthers : releaseByOthers)(replay, s, ip);
}

function attachOther({ b, n, world: { subnets }, subnetIds }: Replay, a: Arguments, flags: number): void {
  const s = subnetIds.indexOf(a.sub ?? '');
  const ip = parseIp(a.ip ?? '');
  takeSpecific(subnets, s, ip - subnets.base[s], USE.eniPrimary);
  const row = attach(b, n, a.eni ?? NONE, a.dev ?? NONE, flags, s, ip | 0, NEVER);
  for (const other of parseAddresses(a.ips ?? [])) {
    takeSpecific(subnets, s, other - subnets.base[s], USE.secondary);
    hold(b, n, row, other | 0, false);
  }
}

function changeEni({ b, n, world: { subnets }, now, header }: Replay, { kind, eni, ips, pfx }: Arguments): void {
  const row = findAttached(b, n, eni ?? NONE);
  if (row === NONE) return;
  const s = b.w[n + b.at.attachedSubnet + row];
  const offsetOf = (ip: number) => ip - subnets.base[s];
  if (kind === 'assign') {
    for (const ip of parseAddresses(ips ?? [])) if (takeSpecific(subnets, s, offsetOf(ip), USE.secondary)) hold(b, n, row, ip | 0, false);
    return;
  }
  const listedUntil = header.imdsLag ? now + seconds(header.imdsLag) : NEVER;
  for (const ip of parseAddresses(ips ?? [])) {
    const slot = findHeld(b, n, row, ip | 0, false);
    if (slot === NONE) continue;
    unhold(b, n, row, slot, listedUntil);
    release(subnets, s, offsetOf(ip));
  }
  for (const ip of parsePrefixes(pfx ?? [])) {
    const slot = findHeld(b, n, row, ip | 0, true);
    if (slot === NONE) continue;
    unhold(b, n, row, slot, listedUntil);
    releasePrefix(subnets, s, offsetOf(ip));
  }
}

/** The features on the CNINode object, given those it had: ipamd adds new ones at the end, of two at once this one first. */
export function cniNodeFeatures({ b: { w }, n, header }: Replay, before: readonly string[]): string[] {
  const flags = w[n + N.nodeFlags];
  const features = [
    ...((flags & NODE_CUSTOM_FEATURE) !== 0 ? [`CustomNetworking=${header.eniConfig ?? 'default'}`] : []),
    ...((flags & NODE_SGP_FEATURE) !== 0 ? ['SecurityGroupsForPods='] : []),
  ];
  return [...before, ...features.filter(feature => !before.includes(feature))];
}
