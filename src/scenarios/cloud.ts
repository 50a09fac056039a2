/** Cloud: EC2, kubelet and scheduler parameters of a scenario, over the dated defaults. */
import { ec2Defaults } from './defaults.ts';
import { EC2_ACTIONS, type Bucket, type Ec2, type Ec2Action, type Kubelet, type Scheduler } from './scenario.ts';
import type { Section } from './schema.ts';

type PerAction<Value> = Readonly<Partial<Record<Ec2Action | 'default', Value>>>;

/** An action's own value, or the section's default, or ours. */
function perAction<Value>(given: PerAction<Value>, otherwise: (action: Ec2Action) => Value): Record<Ec2Action, Value> {
  const value = (action: Ec2Action) => (given[action] !== undefined ? given[action] : given.default !== undefined ? given.default : otherwise(action));
  return Object.fromEntries(EC2_ACTIONS.map(action => [action, value(action)])) as Record<Ec2Action, Value>;
}

export function resolveEc2(input: Section<'ec2'>): Ec2 {
  const ours = ec2Defaults();
  const unlimited = input.buckets === 'unlimited';
  const buckets = input.buckets === 'unlimited' ? { default: null } : (input.buckets as PerAction<Bucket | null>);
  return {
    buckets: perAction<Bucket | null>(buckets, action => ours.buckets[action]),
    smallDescribeBucket: input.smallDescribeBucket !== undefined ? input.smallDescribeBucket : unlimited ? null : ours.smallDescribeBucket,
    describeByIdUsesSmallBucket: input.describeByIdUsesSmallBucket ?? ours.describeByIdUsesSmallBucket,
    throttledCostsToken: input.throttledCostsToken ?? ours.throttledCostsToken,
    quotas: { enisPerRegion: input.quotas.enisPerRegion ?? ours.enisPerRegion },
    latency: perAction(input.latency as PerAction<Ec2['latency'][Ec2Action]>, action => ours.latency[action]),
    refusalLatency: perAction(input.refusalLatency as PerAction<Ec2['latency'][Ec2Action]>, () => ours.refusalLatency),
    imds: {
      eniAppears: input.imds.eniAppears ?? ours.imds.eniAppears,
      addressesAppear: input.imds.addressesAppear ?? ours.imds.addressesAppear,
      vanishes: input.imds.vanishes ?? ours.imds.vanishes,
    },
    backgroundPerSecond: perAction(input.background as PerAction<number>, () => 0),
    pick: input.pick ?? ours.pick,
    createWithoutFreeBlock: input.createWithoutFreeBlock ?? ours.createWithoutFreeBlock,
  };
}

export function resolveKubelet(input: Section<'kubelet'>): Kubelet {
  const ours = ec2Defaults().kubelet;
  return {
    addDelay: input.addDelay ?? ours.addDelay,
    retryDelay: input.retryDelay ?? ours.retryDelay,
    containerStart: input.containerStart ?? ours.containerStart,
    terminationGrace: input.terminationGrace ?? ours.terminationGrace,
  };
}

export function resolveScheduler(input: Section<'scheduler'>): Scheduler {
  const ours = ec2Defaults().scheduler;
  return { delay: input.delay ?? ours.delay, scoring: input.scoring, watchDelay: input.watchDelay ?? ours.watchDelay, percentageOfNodesToScore: input.percentageOfNodesToScore };
}
