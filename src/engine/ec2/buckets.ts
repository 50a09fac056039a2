/**
 * Buckets: EC2's request rate limits, per action, shared by everyone in the account and Region.
 *
 * Shape   A token bucket per action: refilled by a set number at each whole second, excess dropped. What others in the account call is
 *         taken out at the second too, evenly over time.
 * Source  vpc-ec2-model §2.1-2.2 (docs.aws.amazon.com ec2-api-throttling). Whether a refused call costs a token is not documented: default no.
 */
import type { Ms } from '../../core/units.ts';

export interface BucketRule { readonly burst: number; readonly refillPerSecond: number; readonly backgroundPerSecond: number }

/** One bucket: tokens as of a whole second. A rule of null never refuses. */
export interface Bucket { readonly rule: BucketRule | null; tokens: number; second: number }

export const createBucket = (rule: BucketRule | null): Bucket => ({ rule, tokens: rule === null ? 0 : rule.burst, second: 0 });

/** After this many seconds without a request the bucket has forgotten where it stood. */
const MEMORY_S = 4096;

/** Calls of others in second s: whole numbers that add up to the rate. */
const others = (rate: number, s: number) => Math.floor(rate * (s + 1)) - Math.floor(rate * s);

/** Takes a token at moment t (absolute ms), or refuses. */
export function take(bucket: Bucket, t: Ms, refusedCosts: boolean): boolean {
  const { rule } = bucket;
  if (rule === null) return true;
  const second = Math.floor(t / 1000);
  if (second - bucket.second > MEMORY_S) {
    bucket.second = second - MEMORY_S;
    bucket.tokens = rule.backgroundPerSecond > rule.refillPerSecond ? 0 : rule.burst;
  }
  while (bucket.second < second) {
    bucket.second++;
    const filled = Math.min(rule.burst, bucket.tokens + rule.refillPerSecond);
    bucket.tokens = Math.max(0, filled - others(rule.backgroundPerSecond, bucket.second));
  }
  if (bucket.tokens >= 1) {
    bucket.tokens -= 1;
    return true;
  }
  if (refusedCosts) bucket.tokens = Math.max(0, bucket.tokens - 1);
  return false;
}
