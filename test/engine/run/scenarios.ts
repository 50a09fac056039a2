/**
 * Scenarios at random: small clusters in which everything happens soon: pools that fill and drain, subnets that run out or break up, an EC2 that
 * throttles, nodes that come late and go early.
 */
import fc from 'fast-check';

export interface Drawn { readonly scenario: object; readonly files: ReadonlyMap<string, string> }

const MODES = ['secondary', 'prefix', 'custom', 'custom-prefix'] as const;
type Mode = (typeof MODES)[number];

const seconds = (from: number, to: number) => fc.integer({ min: from, max: to }).map(s => `${s}s`);
const sometimes = <T>(value: fc.Arbitrary<T>, freq = 4) => fc.option(value, { nil: undefined, freq });

/** A random duration of any form, around `ms`. */
const delay = (ms: number, min: number) => fc.oneof(
  fc.constant({ fixed: `${Math.max(min, ms)}ms` }), fc.constant({ fixed: `${min}ms` }),
  fc.constant({ min: `${min}ms`, max: `${Math.max(min, 2 * ms)}ms` }),
  fc.constant({ median: `${Math.max(1, ms)}ms`, p99: `${5 * Math.max(1, ms)}ms`, min: `${min}ms` }),
  fc.constant({ mean: `${Math.max(1, ms)}ms`, distribution: 'exponential', min: `${min}ms` }),
);

const targets = fc.oneof(
  fc.constant({}),
  fc.record({ WARM_ENI_TARGET: fc.integer({ min: 0, max: 2 }) }),
  fc.record({ WARM_IP_TARGET: fc.integer({ min: 1, max: 8 }) }),
  fc.record({ MINIMUM_IP_TARGET: fc.integer({ min: 1, max: 20 }) }),
  fc.record({ WARM_IP_TARGET: fc.integer({ min: 1, max: 5 }), MINIMUM_IP_TARGET: fc.integer({ min: 1, max: 20 }) }),
  fc.record({ WARM_PREFIX_TARGET: fc.integer({ min: 0, max: 2 }), WARM_ENI_TARGET: fc.integer({ min: 0, max: 1 }) }),
);
const agent = fc.record({
  targets, maxEni: sometimes(fc.integer({ min: 1, max: 3 })), cooldown: sometimes(fc.constantFrom(0, 5, 30, 61)), discovery: fc.boolean(),
  manage: fc.boolean(), order: fc.constantFrom('go-map', 'lowest-first'), turnWork: fc.constantFrom('0s', '1ms', '40ms'),
});

const group = fc.record({
  count: fc.integer({ min: 1, max: 4 }), enis: fc.integer({ min: 1, max: 4 }), ipv4PerEni: fc.integer({ min: 2, max: 9 }), maxPods: fc.integer({ min: 3, max: 40 }),
  launching: fc.boolean(), at: seconds(0, 400), pace: fc.constantFrom(1, 6, 60), registered: delay(20_000, 1), agentStart: delay(3000, 1),
  cordonAt: sometimes(seconds(1, 900)), terminateAt: sometimes(seconds(1, 1200)), targets: sometimes(targets),
});

/** Blocks for a subnet: from one that never runs out to one that a few nodes exhaust. */
const subnetSize = fc.constantFrom(22, 24, 26, 26, 27, 28);
const holder = fc.record({
  count: fc.integer({ min: 0, max: 20 }), at: seconds(0, 600), until: sometimes(seconds(601, 1500)), perHour: fc.constantFrom(0, 0, 300, -300),
  placement: fc.constantFrom('random', 'lowest'),
});

const perNode = fc.record({
  kind: fc.constant('churn'), placed: fc.constant('per-node'), arrivals: fc.record({ meanGap: seconds(2, 60), batchMean: fc.constantFrom(1, 1, 5) }),
  lifetime: delay(60_000, 1), podsPerNode: fc.integer({ min: 0, max: 12 }), at: seconds(0, 200), until: sometimes(seconds(201, 900)),
});
const requests = fc.constantFrom({ cpu: '10m', memory: '16Mi' }, { cpu: '500m', memory: '64Mi' }, {});
const churn = fc.record({
  kind: fc.constant('churn'), arrivals: fc.record({ ratePerMinute: fc.constantFrom(2, 20, 90), batchMean: fc.constantFrom(1, 4, 12) }), lifetime: delay(40_000, 1),
  lifetimeFrom: fc.constantFrom('start', 'creation'), podsPerNode: fc.integer({ min: 0, max: 8 }), at: seconds(0, 200), until: sometimes(seconds(201, 900)), requests,
});
const replicas = fc.record({
  kind: fc.constant('replicas'), count: fc.integer({ min: 0, max: 60 }), at: seconds(0, 300), until: sometimes(seconds(301, 1000)), requests,
});
const daemonset = fc.record({ kind: fc.constant('daemonset'), hostNetwork: fc.boolean(), requests });
const trace = fc.array(
  fc.record({ at: fc.integer({ min: 0, max: 900_000 }), life: fc.option(fc.integer({ min: 1, max: 400_000 }), { nil: -1, freq: 5 }), cpu: fc.constantFrom(0, 10, 900) }),
  { minLength: 1, maxLength: 60 },
);

const entry = fc.record({
  time: seconds(0, 900), verb: fc.constantFrom('cordon', 'uncordon', 'drain', 'terminate', 'add', 'restart', 'set', 'failZone', 'tag', 'fault'), group: fc.nat(1), targets,
  action: fc.constantFrom('any', 'CreateNetworkInterface', 'AttachNetworkInterface', 'DeleteNetworkInterface', 'DescribeInstances', 'AssignPrivateIpAddresses'),
  code: fc.constantFrom('RequestLimitExceeded', 'InternalError', 'UnauthorizedOperation'), down: seconds(1, 30), share: fc.constantFrom('30%', '100%'), over: seconds(0, 300),
  count: fc.integer({ min: 1, max: 2 }),
});

const bucket = fc.constantFrom({ burst: 1, refill: 1 }, { burst: 2, refill: 0.2 }, { burst: 10, refill: 2 });
const account = fc.record({
  buckets: fc.oneof(fc.constant('unlimited'), fc.constant({}), bucket.map(b => ({ default: b })), bucket.map(b => ({ AssignPrivateIpAddresses: b, CreateNetworkInterface: b }))),
  describe: fc.oneof(fc.constant('unlimited'), bucket), latency: fc.oneof(fc.constant(undefined), delay(300, 1)), refusal: fc.oneof(fc.constant(undefined), delay(100, 1)),
  imds: sometimes(fc.record({ eniAppears: delay(300, 0), addressesAppear: delay(1000, 0), vanishes: delay(2000, 0) })),
  background: sometimes(fc.constantFrom({ AssignPrivateIpAddresses: 3 }, { CreateNetworkInterface: 0.7 })), costs: fc.boolean(), pick: fc.constantFrom('random', 'lowest-free'),
  quota: sometimes(fc.integer({ min: 2, max: 14 }), 8), withoutBlock: fc.constantFrom('InvalidParameterValue', 'InsufficientCidrBlocks', 'InsufficientFreeAddressesInSubnet'),
});

const kubelet = fc.record({ addDelay: delay(300, 0), retryDelay: delay(10_000, 300), containerStart: delay(1000, 0), terminationGrace: delay(2000, 0) });

export interface Wanted {
  /** Minutes that a run lasts. */
  readonly minutes?: { readonly min: number; readonly max: number };
  readonly scheduled?: boolean;
  /** Pods come and go by the minute on nodes that stay, in subnets that never run out: agents that grow and shrink all the time. */
  readonly busy?: boolean;
  /** Few tokens for many nodes: who asks first matters. */
  readonly contended?: boolean;
}

export function scenarios({ minutes = { min: 2, max: 16 }, scheduled, busy, contended }: Wanted = {}): fc.Arbitrary<Drawn> {
  const drawn: fc.Arbitrary<Draw> = fc.record({
    seed: fc.nat(0xffffffff), minutes: fc.integer(minutes), mode: fc.constantFrom(...MODES), agent, groups: fc.array(group, { minLength: 1, maxLength: 2 }),
    sizes: fc.tuple(subnetSize, subnetSize, subnetSize), holders: fc.array(holder, { maxLength: 3 }), zones: fc.integer({ min: 1, max: 2 }), account, kubelet,
    scheduled: scheduled === undefined ? fc.boolean() : fc.constant(scheduled), perNode,
    pods: fc.array(fc.oneof({ weight: 3, arbitrary: churn }, { weight: 2, arbitrary: replicas }, daemonset), { minLength: 1, maxLength: 3 }), trace: sometimes(trace, 2),
    entries: fc.array(entry, { maxLength: 4 }), scoring: fc.constantFrom('least-allocated', 'most-allocated'), scheduler: fc.record({ delay: delay(10, 1), watchDelay: delay(50, 1) }),
    bin: fc.constantFrom('10s', '60s', '7m'), reserved: fc.constantFrom(null, null, 'prefix', 'explicit'), excluded: fc.boolean(),
  });
  return drawn.map(d => draw({ ...d, ...(busy ? busied(d) : {}), ...(contended ? fought(d) : {}) }));
}

const busied = (d: Draw): Partial<Draw> => ({
  sizes: [22, 22, 22], holders: [], scheduled: false, entries: d.entries.filter(({ verb }) => ['cordon', 'uncordon', 'set', 'fault'].includes(verb)).slice(0, 1),
  groups: d.groups.map(g => ({ ...g, launching: false, cordonAt: undefined, terminateAt: undefined, enis: 2 + (g.enis % 3), ipv4PerEni: 4 + (g.ipv4PerEni % 6), maxPods: 40 })),
  account: { ...d.account, buckets: 'unlimited', describe: 'unlimited', quota: undefined },
  perNode: { ...d.perNode, arrivals: { meanGap: `${3 + (d.seed % 20)}s`, batchMean: d.perNode.arrivals.batchMean }, lifetime: { min: '5000ms', max: `${20_000 + (d.seed % 150_000)}ms` }, at: '0s', until: undefined },
});

const fought = (d: Draw): Partial<Draw> => ({
  account: { ...d.account, buckets: { default: { burst: 2, refill: 1 } } }, groups: d.groups.map(g => ({ ...g, count: 4, maxPods: 30, terminateAt: undefined })),
});


type Fields<A> = A extends fc.Arbitrary<infer T> ? T : never;
interface Draw {
  readonly seed: number; readonly minutes: number; readonly mode: Mode; readonly agent: Fields<typeof agent>; readonly groups: readonly Fields<typeof group>[];
  readonly sizes: readonly number[]; readonly holders: readonly Fields<typeof holder>[]; readonly zones: number; readonly account: Fields<typeof account>;
  readonly kubelet: Fields<typeof kubelet>; readonly scheduled: boolean; readonly perNode: Fields<typeof perNode>; readonly pods: readonly object[];
  readonly trace: Fields<typeof trace> | undefined; readonly entries: readonly Fields<typeof entry>[]; readonly scoring: string; readonly scheduler: object;
  readonly bin: string; readonly reserved: string | null; readonly excluded: boolean;
}

/** With prefix delegation aws-node wants one of its targets positive. */
const targetsOf = (targets: object, prefix: boolean) => (prefix && !('WARM_IP_TARGET' in targets) && !('MINIMUM_IP_TARGET' in targets) ? { ...targets, WARM_PREFIX_TARGET: Math.max(1, Number((targets as { WARM_PREFIX_TARGET?: number }).WARM_PREFIX_TARGET ?? 1)) } : targets);

const env = (values: object) => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));

function draw(d: Draw): Drawn {
  const custom = d.mode.startsWith('custom');
  const prefix = d.mode.endsWith('prefix');
  const zones = ['us-east-1a', 'us-east-1b'].slice(0, d.zones);
  const subnets = zones.flatMap((zone, z) => [
    subnetOf(`nodes-${z}`, `10.0.${8 * z}.0`, d.sizes[z], zone, custom ? 'node' : 'shared', d, z === 0),
    ...(custom ? [subnetOf(`pods-${z}`, `10.0.${64 + 8 * z}.0`, d.sizes[2], zone, 'pod', d, z === 0)] : []),
    ...(!custom && d.agent.discovery && z === 0
      ? [{ ...subnetOf('more', '10.0.128.0', d.sizes[2], zone, 'pod', d, false), tags: { 'kubernetes.io/role/cni': d.excluded ? '0' : '1' } }] : []),
  ]);
  const rows = d.trace?.map(({ at, life, cpu }, i) => `pod-${i},${at / 1000},${life < 0 ? '' : (at + life) / 1000},${cpu},16`);
  const files = new Map(rows === undefined ? [] : [['pods.csv', `pod,create_s,delete_s,cpu_milli,memory_mib\n${rows.join('\n')}\n`]]);
  const { account: a } = d;
  const scenario = {
    apiVersion: 'enisim/v1', seed: d.seed, duration: `${d.minutes}m`, zones, vpc: { cidrs: ['10.0.0.0/16'] }, subnets,
    ...(custom ? { eniConfigs: Object.fromEntries(zones.map((zone, z) => [zone, { subnet: `pods-${z}` }])) } : {}),
    cni: {
      order: d.agent.order, turnWork: d.agent.turnWork,
      env: env({
        ...(prefix ? { ENABLE_PREFIX_DELEGATION: true } : {}), ...targetsOf(d.agent.targets, prefix),
        ...(custom ? { AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: true, ENI_CONFIG_LABEL_DEF: 'topology.kubernetes.io/zone' } : {}),
        ...(d.agent.maxEni === undefined ? {} : { MAX_ENI: d.agent.maxEni }), ...(d.agent.cooldown === undefined ? {} : { IP_COOLDOWN_PERIOD: d.agent.cooldown }),
        ENABLE_SUBNET_DISCOVERY: d.agent.discovery, AWS_MANAGE_ENIS_NON_SCHEDULABLE: d.agent.manage,
      }),
    },
    nodeGroups: d.groups.map((g, i) => ({
      name: `group-${i}`, count: g.count, maxPods: g.maxPods, limits: { enis: Math.max(custom ? 2 : 1, g.enis), ipv4PerEni: g.ipv4PerEni, cpu: '4', memory: '8Gi' },
      launch: g.launching ? { state: 'launching', at: g.at, pace: g.pace, registered: g.registered, agentStart: g.agentStart } : {},
      ...(g.cordonAt === undefined ? {} : { cordonAt: g.cordonAt }), ...(g.terminateAt === undefined ? {} : { terminateAt: g.terminateAt }),
      ...(g.targets === undefined ? {} : { env: env(targetsOf(g.targets, prefix)) }),
    })),
    ec2: {
      buckets: a.buckets, smallDescribeBucket: a.describe, throttledCostsToken: a.costs, pick: a.pick, createWithoutFreeBlock: a.withoutBlock,
      ...(a.latency === undefined ? {} : { latency: { default: a.latency } }), ...(a.refusal === undefined ? {} : { refusalLatency: { default: a.refusal } }),
      ...(a.imds === undefined ? {} : { imds: a.imds }), ...(a.background === undefined ? {} : { background: a.background }),
      ...(a.quota === undefined ? {} : { quotas: { enisPerRegion: a.quota } }),
    },
    kubelet: d.kubelet, scheduler: { ...d.scheduler, scoring: d.scoring },
    workloads: d.scheduled
      ? [...d.pods, ...(rows === undefined ? [] : [{ kind: 'trace', file: 'pods.csv' }])].map((w, i) => ({ ...defined(w), name: `w${i}` }))
      : [{ ...defined(d.perNode), name: 'own' }],
    at: d.entries.map(e => {
      const name = `group-${e.group % d.groups.length}`;
      const part = {
        add: { nodeGroup: name, count: e.count, over: e.over }, restart: { maxUnavailable: e.share, batch: '40s', down: e.down },
        set: { env: env(targetsOf(e.targets, prefix)), maxUnavailable: e.share, batch: '40s', down: e.down }, failZone: zones.at(-1),
        tag: { subnet: subnets[0].name, value: e.share === '30%' ? '0' : null }, fault: { action: e.action, code: e.code, for: '2m', share: e.share },
      };
      return { time: e.time, [e.verb]: part[e.verb as keyof typeof part] ?? { nodeGroup: name, share: e.share, over: e.over } };
    }),
    outputs: { bin: d.bin, tables: { decisions: true } },
  };
  return { scenario, files };
}

const defined = (fields: object) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

function subnetOf(name: string, first: string, bits: number, zone: string, role: string, d: Draw, shared: boolean) {
  const reservations = shared && d.reserved !== null && bits <= 24 ? [{ cidr: `${first.replace(/0$/, '64')}/26`, type: d.reserved }] : [];
  return { name, cidr: `${first}/${bits}`, zone, role, reservations, held: shared ? d.holders.map(h => ({ owner: 'other', ...defined(bits === 28 && h.at === '0s' ? { ...h, count: 0 } : h) })) : [] };
}
