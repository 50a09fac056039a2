/**
 * The controller's own limit on EC2 requests: a token bucket in front of its client. A request waits for its token; nothing is refused here.
 *
 * Why     At 12 requests a second with a burst of 18 it sets the pace of pods with security groups long before EC2 does: a branch ENI takes two
 *         requests of this bucket (create, permission) and one of the service client's (associate).
 * Shape   One moment says it all: `paidUntil` is when the bucket will have earned what was taken from it. It may be in the future; the difference is
 *         the wait. A request that has begun to wait has taken its token.
 * Units   Doubles of ms: at 12 a second a token takes 83 1/3 ms, so moments are rounded up when they are handed out.
 * Source  golang.org/x/time/rate (Wait); amazon-vpc-resource-controller-k8s b8d4251 pkg/aws/ec2/api/wrapper.go; branch-eni-spec §0, §4.
 */
import type { Ms } from '../../core/units.ts';

export interface Limiter { readonly everyMs: number; readonly burst: number; paidUntil: number }

export const REQUESTS_PER_SECOND = 12;
export const REQUEST_BURST = 18;

export const createLimiter = (perSecond: number, burst: number): Limiter => ({ everyMs: 1000 / perSecond, burst, paidUntil: Number.NEGATIVE_INFINITY });

/** Takes a token for a request made at `now`; gives the moment at which it may be sent, not before `now`. Requests must come in the order of time. */
export function sendAt(limiter: Limiter, now: Ms): Ms {
  limiter.paidUntil = Math.max(limiter.paidUntil, now - limiter.burst * limiter.everyMs) + limiter.everyMs;
  // A token that is earned 1e-9 ms too late by rounding is there in time.
  return Math.max(now, Math.ceil(limiter.paidUntil - 1e-6));
}
