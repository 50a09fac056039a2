/**
 * awsutils: expands each call of ipamd into the EC2 requests, sleeps and tries of the real AWS layer.
 *
 * Shape   A second state machine under ipamd's: N.awsPlace is where the present call stands. `startCall` begins one, `wakeCall` goes on when an
 *         answer or the end of a sleep is due; both return true when the answer to ipamd is in the block.
 *
 *           allocEni    DescribeSubnets ► Create (per candidate) ► DescribeInstances ► Attach ► Modify
 *                                                                     failed: Delete ◄─┘        └─► failed: freeEni
 *           freeEni     DescribeNetworkInterfaces ► Detach ×12 ► 2 s ► Delete ×12
 *
 * Source  ipamd-spec §3.6, §3.8, §3.10, §7.1 (pkg/awsutils/awsutils.go: AllocENI, createENI, attachENI, freeENI, TagENI,
 *         waitForENIAndIPsAttached; utils/retry).
 */
import { findAttached, freeDevice } from '../../core/attached.ts';
import { ENI_TAGGED, N, type Blocks } from '../../core/node.ts';
import { draw, STREAM, streamKey } from '../../core/random.ts';
import { FOREVER, NONE, type Block, type Ms } from '../../core/units.ts';
import { ACTION } from '../actions.ts';
import { CALL, errorCode, E_NO_SUBNET, OK } from '../ipamd/calls.ts';
import type { Settings } from '../ipamd/settings.ts';
import { bookUtilsError, type Metrics } from '../metrics.ts';
import type { Thread } from '../thread.ts';
import { send, settle } from './request.ts';

export const AWS = {
  idle: 0, one: 1, describeAll: 2, tag: 3, excluded: 4, sleep: 5, waited: 6, allocSubnets: 7, allocCreate: 8, allocDevice: 9, allocAttach: 10, allocModify: 11,
  allocUndo: 12, freeDescribe: 13, freeDetach: 14, freePause: 15, freeDelete: 16, pause: 17,
} as const;

const E_WAIT = errorCode('waitForENIAndIPsAttached');
const E_ATTACHMENT_ID = errorCode('ENI attachment ID not found');
const E_DETACH = errorCode('unable to detach ENI');
export const EC2_TRIES = 12;
const TAG_TRIES = 5;
const DETACH_TO_DELETE_MS = 2000;
const BACKOFF_MAX_MS = 60_000;

/** Delay before try `k + 1` of a back-off ladder that starts at `first` ms and doubles, with up to `jitter` of it on top. */
function backoff({ w }: Blocks, n: Block, first: Ms, k: number, jitter: number): Ms {
  const delay = Math.min(first * 2 ** (k - 1), BACKOFF_MAX_MS);
  const u = draw(streamKey(w[n + N.key], STREAM.backoff, 0), w[n + N.jitters]++);
  return delay + Math.floor((u * delay * jitter) / 4294967296);
}

function reply({ w }: Blocks, n: Block, error: number): true {
  w[n + N.awsPlace] = AWS.idle;
  w[n + N.wakeAt] = FOREVER;
  w[n + N.replyError] = error;
  return true;
}

function request(x: Thread, b: Blocks, n: Block, place: number, action: number, now: Ms): false {
  b.w[n + N.awsPlace] = place;
  send(x, b, n, action, now);
  return false;
}

function wait({ w }: Blocks, n: Block, place: number, ms: Ms, now: Ms): false {
  w[n + N.awsPlace] = place;
  w[n + N.wakeAt] = now + ms;
  return false;
}

/** Begins ipamd's call. True: answered at once. */
export function startCall(x: Thread, b: Blocks, n: Block, c: Settings, now: Ms): boolean {
  const { w, at } = b;
  w[n + N.awsTry] = 1;
  switch (w[n + N.call]) {
    case CALL.allocEni:
      if (w[n + N.callSubnet] !== NONE) {
        w[n + at.candidate] = w[n + N.callSubnet];
        return beginCreate(x, b, n, 1, now);
      }
      return request(x, b, n, AWS.allocSubnets, ACTION.describeSubnets, now);
    case CALL.waitForEni:
      return pollMetadata(b, n, now);
    case CALL.allocIps:
      w[n + N.ec2Count] = Math.min(w[n + N.callCount], c.slotsPerEni);
      return request(x, b, n, AWS.one, ACTION.assign, now);
    case CALL.deallocIps:
    case CALL.deallocPrefixes:
      return request(x, b, n, AWS.one, ACTION.unassign, now);
    case CALL.freeEni:
      return request(x, b, n, AWS.freeDescribe, ACTION.describeEnis, now);
    case CALL.tagEni: {
      const a = findAttached(b, n, w[n + N.callEni]);
      if (a === NONE || (w[n + at.attachedFlags + a] & ENI_TAGGED) !== 0) return reply(b, n, OK);
      return request(x, b, n, AWS.tag, ACTION.tag, now);
    }
    case CALL.describeAllEnis:
      return request(x, b, n, AWS.describeAll, ACTION.describeEnis, now);
    case CALL.allocIpv6Prefix:
      return request(x, b, n, AWS.one, ACTION.assignIpv6, now);
    case CALL.getIpv6Prefixes:
    case CALL.getIpv4s:
    case CALL.getPrefixes:
      return request(x, b, n, AWS.one, ACTION.describeEnis, now);
    case CALL.isSubnetExcluded:
      return request(x, b, n, AWS.excluded, ACTION.describeSubnets, now);
    case CALL.refreshSecurityGroups:
      return c.customNetworking ? reply(b, n, OK) : request(x, b, n, AWS.one, ACTION.modify, now);
    case CALL.sleep:
      return wait(b, n, AWS.sleep, w[n + N.callCount], now);
    default: // getAttachedEnis: instance metadata; setupEniNetwork: the host's own work
      return reply(b, n, OK);
  }
}

/** An EC2 call of awsutils has ended with an error code: what awsutils counts of it (awsUtilsErrInc). */
function bookError(m: Metrics, { w }: Blocks, n: Block): void {
  const error = w[n + N.ec2Error];
  const last = w[n + N.awsTry] >= EC2_TRIES;
  const place = w[n + N.awsPlace];
  if (place === AWS.freeDescribe) bookUtilsError(m, 'getENIAttachmentIDFailed', error);
  else if (place === AWS.allocUndo && last) bookUtilsError(m, 'AllocENIDeleteErr', error);
  else if (place === AWS.freeDelete && last) bookUtilsError(m, w[n + N.call] === CALL.allocEni ? 'ENICleanupUponModifyNetworkErr' : 'FreeENIDeleteErr', error);
}

/** Goes on at N.wakeAt. True: the answer to ipamd is there. */
export function wakeCall(x: Thread, b: Blocks, n: Block, now: Ms): boolean {
  const { w, at } = b;
  if (w[n + N.ec2Action] !== ACTION.none && !settle(x, b, n, now)) return false;
  const error = w[n + N.ec2Error];
  const tries = w[n + N.awsTry];
  if (error !== OK) bookError(x.metrics, b, n);
  switch (w[n + N.awsPlace]) {
    case AWS.describeAll:
      if (error === OK || tries >= EC2_TRIES) return reply(b, n, error);
      w[n + N.awsTry] = tries + 1;
      w[n + N.ec2Error] = OK;
      return again(b, n, AWS.describeAll, tries * 10, now);
    case AWS.tag:
      if (error === OK) w[n + at.attachedFlags + findAttached(b, n, w[n + N.callEni])] |= ENI_TAGGED;
      if (error === OK || tries >= TAG_TRIES) return reply(b, n, error);
      w[n + N.awsTry] = tries + 1;
      return again(b, n, AWS.tag, backoff(b, n, 500, tries, 0.3), now);
    case AWS.excluded:
      w[n + N.replyCount] = error === OK ? w[n + N.ec2Count] : 0;
      return reply(b, n, error);
    case AWS.waited:
    case AWS.sleep:
      return reply(b, n, w[n + N.awsError]);
    case AWS.allocSubnets:
      return beginCreate(x, b, n, w[n + N.ec2Count], now, error);
    case AWS.allocCreate:
      if (error === OK) return request(x, b, n, AWS.allocDevice, ACTION.describeInstances, now);
      return nextCandidate(x, b, n, error, now);
    case AWS.allocDevice:
      if (error !== OK) return undo(x, b, n, error, now);
      w[n + N.awsDevice] = freeDevice(b, n);
      return request(x, b, n, AWS.allocAttach, ACTION.attach, now);
    case AWS.allocAttach:
      if (error !== OK) return undo(x, b, n, error, now);
      return request(x, b, n, AWS.allocModify, ACTION.modify, now);
    case AWS.allocModify:
      w[n + N.awsError] = error;
      if (error === OK) return reply(b, n, OK);
      w[n + N.awsTry] = 1;
      return request(x, b, n, AWS.freeDescribe, ACTION.describeEnis, now);
    case AWS.allocUndo:
      if (error === OK || tries >= EC2_TRIES) return reply(b, n, w[n + N.awsError]);
      w[n + N.awsTry] = tries + 1;
      return again(b, n, AWS.allocUndo, backoff(b, n, 500, tries, 0.15), now);
    case AWS.freeDescribe:
      if (error !== OK) return reply(b, n, E_ATTACHMENT_ID);
      w[n + N.awsTry] = 1;
      return request(x, b, n, AWS.freeDetach, ACTION.detach, now);
    case AWS.freeDetach:
      if (error === OK) { w[n + N.awsTry] = 1; return wait(b, n, AWS.freePause, DETACH_TO_DELETE_MS, now); }
      if (tries >= EC2_TRIES) return reply(b, n, E_DETACH);
      w[n + N.awsTry] = tries + 1;
      return again(b, n, AWS.freeDetach, backoff(b, n, 200, tries, 0.15), now);
    case AWS.freePause:
      return request(x, b, n, AWS.freeDelete, ACTION.delete, now);
    case AWS.freeDelete:
      if (error === OK || tries >= EC2_TRIES) return reply(b, n, w[n + N.call] === CALL.allocEni ? w[n + N.awsError] : error);
      w[n + N.awsTry] = tries + 1;
      return again(b, n, AWS.freeDelete, backoff(b, n, 500, tries, 0.15), now);
    case AWS.pause: {
      const place = w[n + N.awsCursor];
      return request(x, b, n, place, ACTION_OF[place], now);
    }
    default: // one request whose answer is the call's
      return reply(b, n, error);
  }
}

const ACTION_OF: Record<number, number> = {
  [AWS.describeAll]: ACTION.describeEnis, [AWS.tag]: ACTION.tag, [AWS.allocUndo]: ACTION.delete, [AWS.freeDetach]: ACTION.detach, [AWS.freeDelete]: ACTION.delete,
};

/** Sleeps, then sends the request of `place` once more. */
function again(b: Blocks, n: Block, place: number, ms: Ms, now: Ms): false {
  b.w[n + N.awsCursor] = place;
  b.w[n + N.ec2Error] = OK;
  return wait(b, n, AWS.pause, ms, now);
}

/** The first of `count` candidate subnets. Without discovery a failed DescribeSubnets is tolerated: the primary subnet is tried. */
function beginCreate(x: Thread, b: Blocks, n: Block, count: number, now: Ms, error: number = OK): boolean {
  const { w, at } = b;
  if (error !== OK) return reply(b, n, E_NO_SUBNET);
  if (count === 0) return reply(b, n, E_NO_SUBNET);
  w[n + N.ec2Count] = count;
  w[n + N.awsCursor] = 0;
  w[n + N.awsSubnet] = w[n + at.candidate];
  return request(x, b, n, AWS.allocCreate, ACTION.create, now);
}

/** Any error moves on to the next subnet; the last one's is the call's. */
function nextCandidate(x: Thread, b: Blocks, n: Block, error: number, now: Ms): boolean {
  const { w, at } = b;
  const next = w[n + N.awsCursor] + 1;
  if (next >= w[n + N.ec2Count]) return reply(b, n, error);
  w[n + N.awsCursor] = next;
  w[n + N.awsSubnet] = w[n + at.candidate + next];
  return request(x, b, n, AWS.allocCreate, ACTION.create, now);
}

/** The new ENI could not be attached: delete it, then report why. */
function undo(x: Thread, b: Blocks, n: Block, error: number, now: Ms): false {
  b.w[n + N.awsError] = error;
  b.w[n + N.awsTry] = 1;
  return request(x, b, n, AWS.allocUndo, ACTION.delete, now);
}

/** waitForENIAndIPsAttached: up to 12 looks at metadata. When it shows the ENI is known, so the looks need no events of their own. */
function pollMetadata(b: Blocks, n: Block, now: Ms): false {
  const { w, at } = b;
  const a = findAttached(b, n, w[n + N.callEni]);
  let look = now;
  let tries = 1;
  while (a !== NONE && look < w[n + at.attachedVisibleAt + a] && tries < EC2_TRIES) look += backoff(b, n, 100, tries++, 0.15);
  const seen = a !== NONE && look >= w[n + at.attachedVisibleAt + a];
  w[n + N.awsError] = seen ? OK : E_WAIT;
  w[n + N.walkAt] = look;
  return wait(b, n, AWS.waited, Math.max(1, look - now), now);
}

