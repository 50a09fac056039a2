/**
 * Defaults: the values of what AWS and Kubernetes do not promise, from one dated file.
 *
 * Source  data/ec2-defaults.json, each value with its source and a grade of evidence.
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { assert } from '../core/assert.ts';
import type { Distribution } from '../core/quantiles.ts';
import { dataFile } from './limits.ts';
import { distribution } from './scalars.ts';
import { EC2_ACTIONS, type Bucket, type Ec2, type Ec2Action, type Kubelet } from './scenario.ts';

const evidence = { source: z.string(), grade: z.enum(['A', 'B', 'C', 'D']), note: z.string().optional() };
const bucket = z.strictObject({ burst: z.number(), refill: z.number(), ...evidence }).transform(({ burst, refill }): Bucket => ({ burst, refillPerSecond: refill }));
const valued = <Value extends z.ZodType>(value: Value) => z.strictObject({ value, ...evidence }).transform(row => (row as { readonly value: z.output<Value> }).value);
const actions = z.enum(EC2_ACTIONS);
const delay = (low: number) => valued(distribution(low));

const file = z.looseObject({
  date: z.string(),
  buckets: z.record(actions, bucket),
  smallDescribeBucket: bucket,
  describeByIdUsesSmallBucket: valued(z.boolean()),
  throttledCostsToken: valued(z.boolean()),
  enisPerRegion: valued(z.number()),
  pick: valued(z.enum(['random', 'lowest-free'])),
  createWithoutFreeBlock: valued(z.enum(['InvalidParameterValue', 'InsufficientCidrBlocks', 'InsufficientFreeAddressesInSubnet'])),
  latency: z.record(actions, delay(1)),
  refusalLatency: delay(1),
  imds: z.strictObject({ eniAppears: delay(0), addressesAppear: delay(0), vanishes: delay(0) }),
  launch: z.strictObject({ registered: delay(1), agentStart: delay(1) }),
  kubelet: z.strictObject({ addDelay: delay(0), retryDelay: delay(1), containerStart: delay(0), terminationGrace: delay(0) }),
  scheduler: z.strictObject({ delay: delay(1), watchDelay: delay(1) }),
});

export type Defaults = {
  readonly date: string;
  readonly buckets: Readonly<Record<Ec2Action, Bucket>>;
  readonly smallDescribeBucket: Bucket;
  readonly describeByIdUsesSmallBucket: boolean;
  readonly throttledCostsToken: boolean;
  readonly enisPerRegion: number;
  readonly pick: Ec2['pick'];
  readonly createWithoutFreeBlock: Ec2['createWithoutFreeBlock'];
  readonly latency: Readonly<Record<Ec2Action, Distribution>>;
  readonly refusalLatency: Distribution;
  readonly imds: Ec2['imds'];
  readonly launch: { readonly registered: Distribution; readonly agentStart: Distribution };
  readonly kubelet: Kubelet;
  readonly scheduler: { readonly delay: Distribution; readonly watchDelay: Distribution };
};

let defaults: Defaults | undefined;

/** The file, read once. */
export function ec2Defaults(): Defaults {
  if (!defaults) {
    const parsed = file.safeParse(JSON.parse(readFileSync(dataFile('ec2-defaults.json'), 'utf8')));
    assert(parsed.success, `data/ec2-defaults.json: ${parsed.error?.message}`);
    defaults = parsed.data;
  }
  return defaults;
}
