/**
 * Request: one attempt of an EC2 call, sent by a node, and the SDK's retryer around it.
 *
 * Why     EC2 is a server: an attempt gets exactly one answer. Back-off and the retry quota belong to the client. Both latencies, of success and
 *         of refusal, are drawn when the request is sent: the smaller one is how far the node may run on before it must know the answer.
 * Source  aws-sdk-go-v2 aws/retry: standard mode, 3 attempts, U[0,1) * 2^i s after failed attempt i, quota 500 at 5 a retry and 1 back
 *         for a success (vpc-ec2-model §2.5).
 */
import { N, type Blocks } from '../../core/node.ts';
import { draw, STREAM, streamKey } from '../../core/random.ts';
import { FOREVER, NEVER, type Block, type Ms, type NodeIndex } from '../../core/units.ts';
import { assert } from '../../core/assert.ts';
import { ACTION } from '../actions.ts';
import { E_THROTTLED, errorCode, OK } from '../ipamd/calls.ts';
import { bookCall } from '../metrics.ts';
import type { Thread } from '../thread.ts';
import { sample } from './sampler.ts';

export const MAX_ATTEMPTS = 3;
export const SDK_TOKENS = 500;
const RETRY_COST = 5;
const INTERNAL = errorCode('InternalError');
const UNAVAILABLE = errorCode('Unavailable');

export const isRetryable = (error: number) => error === E_THROTTLED || error === INTERNAL || error === UNAVAILABLE;

/** Sends an attempt of `action`. The node stops at N.lookAt until the coordinator has answered. */
export function send(x: Thread, b: Blocks, n: Block, action: number, now: Ms, attempt = 1): void {
  const { w } = b;
  const { world, outbox } = x;
  const key = streamKey(w[n + N.key], STREAM.latency, 0);
  const number = w[n + N.ec2Number]++;
  const ok = sample(world.latency[action], key, 2 * number);
  const refused = sample(world.refusal[action], key, 2 * number + 1);
  w[n + N.ec2Action] = action;
  w[n + N.ec2Attempt] = attempt;
  w[n + N.ec2LatencyOk] = ok;
  w[n + N.ec2LatencyRefused] = refused;
  w[n + N.ec2RequestedAt] = now;
  if (attempt === 1) w[n + N.ec2CalledAt] = now;
  w[n + N.ec2Settings] = w[n + N.settings];
  w[n + N.lookAt] = now + Math.min(ok, refused);
  w[n + N.wakeAt] = FOREVER;
  const i = outbox.count[0]++;
  assert(i < outbox.node.length, 'send: the outbox has room for a request of every node');
  outbox.node[i] = w[n + N.index] as NodeIndex;
  outbox.at[i] = world.origin[0] + now;
  outbox.lookAt[i] = world.origin[0] + w[n + N.lookAt];
}

/** The earliest moment at which the request under way may be answered; NEVER when there is none. Whether it has been served makes no difference. */
export const earliestAnswer = ({ w }: Blocks, n: Block): Ms =>
  w[n + N.ec2Action] > 0 ? w[n + N.ec2RequestedAt] + Math.min(w[n + N.ec2LatencyOk], w[n + N.ec2LatencyRefused]) : NEVER;

/**
 * The answer is here. True: it is final, N.ec2Error says how. False: the SDK waits and sends again by itself.
 */
export function settle(x: Thread, b: Blocks, n: Block, now: Ms): boolean {
  const { w } = b;
  const action = w[n + N.ec2Action];
  if (action < 0) { // the retryer's wait is over
    send(x, b, n, -action, now, w[n + N.ec2Attempt] + 1);
    return false;
  }
  const error = w[n + N.ec2Error];
  const attempt = w[n + N.ec2Attempt];
  if (error === OK) w[n + N.sdkTokens] = Math.min(SDK_TOKENS, w[n + N.sdkTokens] + 1);
  else if (isRetryable(error) && attempt < MAX_ATTEMPTS && w[n + N.sdkTokens] >= RETRY_COST) {
    w[n + N.sdkTokens] -= RETRY_COST;
    const u = draw(streamKey(w[n + N.key], STREAM.sdkRetry, 0), w[n + N.ec2Number]);
    w[n + N.ec2Action] = -action;
    w[n + N.wakeAt] = now + 1 + Math.floor((u * 1000 * (1 << attempt)) / 4294967296);
    return false;
  }
  w[n + N.ec2Action] = ACTION.none;
  bookCall(x.metrics, action, error, now - w[n + N.ec2CalledAt]);
  return true;
}

/**
 * Sends the release that a DEL has prepared (N.rpcCount prefixes in rpcList): one attempt, beside whatever the agent's loop has under way. The node goes no
 * further than the next millisecond until EC2 has taken it, so there is never a second one.
 */
export function sendRelease({ world, outbox }: Thread, { w }: Blocks, n: Block, now: Ms): void {
  w[n + N.rpcAt] = now;
  w[n + N.rpcLookAt] = now + 1;
  const i = outbox.count[0]++;
  assert(i < outbox.node.length, 'sendRelease: the outbox has room for two requests of every node');
  outbox.node[i] = world.nodeCount + w[n + N.index];
  outbox.at[i] = world.origin[0] + now;
  outbox.lookAt[i] = world.origin[0] + now + 1;
}
