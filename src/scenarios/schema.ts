/**
 * Schema: the file format `enisim/v1` as people write it, section by section.
 *
 * Why     read.ts parses each section, and each item of a list, on its own, so one mistake hides no other. The JSON Schema for editors and
 *         docs/scenario.md are made from the same descriptions.
 * Shape   What comes out of a section has units resolved (ms, MiB, uint32) but not yet names and defaults that need other sections;
 *         resolve.ts makes a Scenario of it.
 * Errors  As issues of zod, see problems.ts.
 */
import { z } from 'zod';
import { ENVIRONMENT, ENV_NAMES, type EnvRow } from './environment.ts';
import { address, cidr, count, cpu, distribution, duration, durationOr, gpu, memory, name, parseCpu, parseMemory, rate, refuse, share, texts } from './scalars.ts';
import { EC2_ACTIONS, type TableName } from './scenario.ts';

// ---------------------------------------------------------------------------------------------------------------- frame

const start = z.string().transform((input, context): number => {
  const complete = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,3})?(?:[Zz]|[+-]\d\d:\d\d)$/.test(input);
  const ms = complete ? Date.parse(input) : NaN;
  if (!Number.isNaN(ms)) return ms;
  const asUtc = Date.parse(`${input}Z`);
  return refuse(context, input, 'a moment as RFC 3339 has it, such as 2026-01-01T00:00:00Z', Number.isNaN(asUtc) ? undefined : `did you mean "${new Date(asUtc).toISOString()}"?`);
});

const seed = z.number().int().min(0).max(0xffffffff);

// ---------------------------------------------------------------------------------------------------------------- network

const held = z.strictObject({
  name: name().optional().describe('For reports; by default owner and number.'),
  owner: z.string().default('other').describe('Who holds the addresses: load-balancer, endpoint, another cluster.'),
  count: count(0, 65_536).optional().describe('So many addresses.'),
  cidr: cidr().optional().describe('All addresses of this block.'),
  addresses: z.array(address()).optional().describe('These addresses.'),
  at: durationOr(0).describe('From when.'),
  until: duration().optional().describe('Until when; by default to the end.'),
  perHour: z.number().min(-1e6).max(1e6).default(0).describe('With `count`: so many more each hour, negative for fewer.'),
  placement: z.enum(['random', 'lowest']).default('random').describe('With `count`: which addresses.'),
});

export const subnet = z.strictObject({
  name: name().describe('By which the scenario refers to it.'),
  id: z.string().optional().describe('The id that manifests use, such as subnet-0a1b2c3d; by default the name.'),
  cidr: cidr().describe('A block from /16 to /28 inside the VPC.'),
  zone: z.string().describe('One of `zones`.'),
  role: z.enum(['node', 'pod', 'shared']).default('shared').describe('node: primary ENIs of nodes. pod: secondary ENIs only (custom networking). shared: both.'),
  tags: texts().default({}).describe('EC2 tags. kubernetes.io/role/cni and cni.networking.k8s.aws/cluster/NAME steer subnet discovery.'),
  reservations: z
    .array(z.strictObject({ cidr: cidr().describe('Inside the subnet.'), type: z.enum(['prefix', 'explicit']).describe('prefix: EC2 takes prefixes from here first. explicit: EC2 never takes from here by itself.') }))
    .default([])
    .describe('Subnet CIDR reservations.'),
  held: z.array(held).default([]).describe('Addresses that others hold, at the start and over time.'),
});

const CRD = 'crd.k8s.amazonaws.com/v1alpha1';
export const eniConfigSpec = z.strictObject({
  subnet: z.string().describe('Name or id of the subnet.'),
  securityGroups: z.array(z.string()).default([]).describe('Empty: those of the node.'),
});
/** A real manifest may carry more than we read, so its objects are open. */
export const eniConfigManifest = z.object({
  apiVersion: z.literal(CRD).describe('Of the custom resource.'),
  kind: z.literal('ENIConfig').describe('A real manifest.'),
  metadata: z.looseObject({ name: z.string().describe('Name of the ENIConfig.') }).describe('As Kubernetes has it.'),
  spec: z.looseObject({ subnet: z.string().describe('Id or name of the subnet.'), securityGroups: z.array(z.string()).default([]).describe('Empty: those of the node.') }).describe('What it says.'),
});

// ---------------------------------------------------------------------------------------------------------------- CNI

const variable = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** aws-node's environment. Names are checked in read.ts, which can then suggest one. */
export const environment = z.record(z.string(), variable);

/** The same with every name spelled out, for the JSON Schema. */
const environmentForEditors = z.strictObject(
  Object.fromEntries(
    ENV_NAMES.map(each => {
      const row: EnvRow = ENVIRONMENT[each];
      return [each, variable.optional().describe(`${row.effect} Type ${row.type}${row.unit ? ` (${row.unit})` : ''}, code default ${JSON.stringify(row.code)}, chart ${row.chart === null ? 'unset' : JSON.stringify(row.chart)}.`)];
    }),
  ),
);

const cniParts = {
  version: z.union([z.string(), z.number()]).transform(String).optional().describe("Of amazon-vpc-cni-k8s; by default that of the manifest's or the values' image, or 1.23.1. What is modelled is 1.23.x."),
  defaults: z.enum(['chart', 'code']).default('chart').describe('Start from what the Helm chart sets, or from an empty environment.'),
  order: z.enum(['go-map', 'lowest-first']).default('go-map').describe("How ipamd walks its maps: as Go does, or lowest slot first, as the golden traces do."),
  turnWork: durationOr(1).describe('Work of one pool-manager turn beside its EC2 calls.'),
  manifest: z.string().min(1).optional().describe('File with the aws-node DaemonSet (kubectl get ds aws-node -n kube-system -o yaml): its environment takes the place of `defaults`.'),
  helmValues: z
    .union([z.string().min(1), z.array(z.string().min(1))], { error: 'expected a file, or a list of files' })
    .default([])
    .transform(input => (typeof input === 'string' ? [input] : input))
    .describe("Files with values of the aws-vpc-cni chart, or with the EKS add-on's configurationValues, over `defaults` or `manifest`; a later file wins, and `env` wins over all."),
};
export const cni = z.strictObject({ ...cniParts, env: environment.default({}).describe("aws-node's environment variables, by their names; null unsets one that the chart sets. See environment.md.") });

// ---------------------------------------------------------------------------------------------------------------- nodes

const taint = z
  .union([z.string(), z.strictObject({ key: z.string().describe('Key.'), value: z.string().default('').describe('Value.'), effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']).describe('Effect.') })], { error: 'expected a taint such as dedicated=db:NoSchedule' })
  .transform((input, context) => {
    if (typeof input !== 'string') return input;
    const [, key, value = '', effect] = /^([^=:]+)(?:=([^:]*))?:(NoSchedule|PreferNoSchedule|NoExecute)$/.exec(input) ?? [];
    return key === undefined ? refuse(context, input, 'a taint such as dedicated=db:NoSchedule') : { key, value, effect: effect as 'NoSchedule' };
  });

const MAX_PODS = ['nodeadm', 'karpenter', 'ami-script', 'cni'] as const;
const maxPods = z
  .union([
    z.enum(MAX_PODS),
    count(1, 2_147_483_647),
    z.strictObject({ nodeadm: z.string().describe('A maxPodsExpression (CEL) over default_enis, ips_per_eni and max_pods.') }),
    z.strictObject({ karpenter: z.strictObject({ reservedEnis: count(0, 100).describe('RESERVED_ENIS.') }).describe('Its formula with reserved ENIs.') }),
  ], { error: 'expected nodeadm, karpenter, ami-script, cni, a number, { nodeadm: EXPRESSION } or { karpenter: { reservedEnis: N } }' });

export const launch = z.strictObject({
  state: z.enum(['settled', 'launching']).optional().describe('settled: exists at the start, with the pool of an idle node. launching: comes up during the run. By default settled, or launching if `at` or `pace` is given.'),
  at: durationOr(0).describe('When the first node is asked for.'),
  pace: z.number().positive().max(1e6).optional().describe('Nodes a minute; by default all at once.'),
  registered: distribution(1).optional().describe('Instance asked for until kubelet has registered.'),
  agentStart: distribution(1).optional().describe('Registered until ipamd begins.'),
});

export const nodeGroup = z.strictObject({
  name: name().describe('Nodes are named after it; their random draws depend on it.'),
  instanceType: z.string().optional().describe('EC2 instance type.'),
  instanceTypes: z
    .array(z.union([z.string(), z.strictObject({ type: z.string().describe('EC2 instance type.'), weight: z.number().positive().max(1e6).default(1).describe('Share of the nodes, against the others.') })]).transform(input => (typeof input === 'string' ? { type: input, weight: 1 } : input)))
    .min(1)
    .optional()
    .describe('Several types, in shares by `weight`.'),
  count: count(0, 1_000_000).optional().describe('Nodes in total, spread evenly over the zones.'),
  countPerZone: z.union([count(0, 1_000_000), z.record(z.string(), count(0, 1_000_000))], { error: 'expected a number, or a number by zone' }).optional().describe('Nodes of each zone, or of each by name.'),
  zones: z.array(z.string()).min(1).optional().describe('By default every zone that has a subnet for nodes.'),
  subnets: z.array(z.string()).min(1).optional().describe('Of the primary ENIs; by default those of role node, or else shared, in the zone.'),
  maxPods: maxPods.default('nodeadm').describe('Which program decides it, or a number. None but ami-script knows prefix delegation and custom networking.'),
  labels: texts().default({}).describe('Node labels. topology.kubernetes.io/zone and node.kubernetes.io/instance-type are there by themselves.'),
  annotations: texts().default({}).describe('Node annotations.'),
  taints: z.array(taint).default([]).describe('As key=value:Effect or as Kubernetes writes them.'),
  env: environment.default({}).describe('aws-node variables of this group alone: a what-if, since a DaemonSet has one environment.'),
  launch: launch.prefault({}).describe('How and when the nodes come up.'),
  cordonAt: duration().optional().describe('When the nodes are cordoned.'),
  terminateAt: duration().optional().describe('When the nodes are terminated.'),
  interfaces: z
    .array(z.strictObject({
      secondaryIps: count(0, 249).default(0).describe('Secondary addresses it comes with.'),
      tags: texts().default({}).describe('`node.k8s.amazonaws.com/no_manage: "true"` keeps ipamd away from it; without that tag MANAGE_UNTAGGED_ENI decides.'),
    }))
    .default([])
    .describe("ENIs that others attach when an instance is launched (a launch template, another program), in the subnet of its primary ENI."),
  limits: z
    .strictObject({
      enis: count(1, 100).describe('ENIs of the node.'),
      ipv4PerEni: count(2, 250).describe('IPv4 addresses of an ENI, its own included.'),
      cpu: cpu().optional().describe('Allocatable CPU.'),
      memory: memory().optional().describe('Allocatable memory.'),
      gpu: gpu().optional().describe('GPUs.'),
    })
    .optional()
    .describe('A made-up shape in place of the limits of the type.'),
});

// ---------------------------------------------------------------------------------------------------------------- EC2

const bucket = z.union(
  [
    z.literal('unlimited').transform(() => null),
    z.strictObject({ burst: z.number().min(1).max(1e9).describe('Tokens at most.'), refill: z.number().positive().max(1e9).describe('Tokens a second.') }).transform(({ burst, refill }) => ({ burst, refillPerSecond: refill })),
  ],
  { error: 'expected "unlimited" or { burst: 100, refill: 5 }' },
);
const byAction = <Value extends z.ZodType>(value: Value) => z.strictObject(Object.fromEntries(EC2_ACTIONS.map(action => [action, value.optional()])));
const byActionOrDefault = <Value extends z.ZodType>(value: Value) => z.strictObject({ default: value.optional().describe('Of the actions not named here.'), ...Object.fromEntries(EC2_ACTIONS.map(action => [action, value.optional()])) });

export const ec2 = z.strictObject({
  buckets: z.union([z.literal('unlimited'), byActionOrDefault(bucket)], { error: 'expected "unlimited" or buckets by action' }).default({}).describe('Token buckets of the account and Region, by action.'),
  smallDescribeBucket: bucket.optional().describe('Of Describe calls without filter and paging.'),
  describeByIdUsesSmallBucket: z.boolean().optional().describe('Whether a Describe call that names ids counts as without filter.'),
  throttledCostsToken: z.boolean().optional().describe('Whether a refused call costs a token.'),
  quotas: z.strictObject({ enisPerRegion: count(0, 10_000_000).optional().describe('ENIs of the account in the Region.') }).prefault({}).describe('Service quotas.'),
  latency: byActionOrDefault(distribution(1)).default({}).describe('Time an answer takes, by action.'),
  refusalLatency: byActionOrDefault(distribution(1)).default({}).describe('The same for an answer that is an error.'),
  imds: z
    .strictObject({
      eniAppears: distribution(0).optional().describe('Attached until instance metadata lists the ENI.'),
      addressesAppear: distribution(0).optional().describe('Granted until instance metadata lists addresses and prefixes.'),
      vanishes: distribution(0).optional().describe('Gone until instance metadata forgets it.'),
    })
    .prefault({})
    .describe('Lags of instance metadata.'),
  background: byAction(rate()).default({}).describe('Calls a second by others in the account, by action.'),
  pick: z.enum(['random', 'lowest-free']).optional().describe('Which free address EC2 takes.'),
  createWithoutFreeBlock: z.enum(['InvalidParameterValue', 'InsufficientCidrBlocks', 'InsufficientFreeAddressesInSubnet']).optional().describe('Error code of CreateNetworkInterface without a free /28.'),
});

// ---------------------------------------------------------------------------------------------------------------- kubelet, scheduler

export const kubelet = z.strictObject({
  addDelay: distribution(0).optional().describe('Pod bound until CNI ADD.'),
  retryDelay: distribution(1).optional().describe('Failed sandbox until the next ADD.'),
  containerStart: distribution(0).optional().describe('Address given until the container runs.'),
  terminationGrace: distribution(0).optional().describe('Pod told to stop until CNI DEL; it keeps its address so long.'),
});

export const scheduler = z.strictObject({
  delay: distribution(1).optional().describe('Pod created until bound, when it fits at once.'),
  scoring: z.enum(['least-allocated', 'most-allocated']).default('least-allocated').describe('Spread or pack.'),
  watchDelay: distribution(1).optional().describe('News of a node or pod until the scheduler acts on it.'),
  percentageOfNodesToScore: z.number().int().min(0).max(100).default(0).describe("0: kube-scheduler's own rule."),
});

// ---------------------------------------------------------------------------------------------------------------- workloads

const common = {
  name: name().optional().describe('By default the kind and a number.'),
  nodeGroups: z.array(z.string()).min(1).optional().describe('Only on these; by default on all.'),
  tolerations: z.array(z.string()).default([]).describe('Keys of tolerated taints; "*" tolerates all.'),
};
const requests = z
  .strictObject({ cpu: cpu().default(0).meta({ written: 0 }).describe('CPU.'), memory: memory().default(0).meta({ written: 0 }).describe('Memory.'), gpu: gpu().default(0).meta({ written: 0 }).describe('GPUs.') })
  .prefault({})
  .describe('Of each pod.');

const resourceRule = (parse: (input: string | number) => number | null, form: string) => {
  const amount = z.union([z.string(), z.number()]).transform((input, context): number => parse(input) ?? refuse(context, input, form));
  return z
    .union([
      z.string(),
      z.number(),
      z.strictObject({
        times: z.number().min(0).max(1e6).default(1).describe('Factor.'),
        plus: amount.default(0).describe('Added after the factor.'),
        min: amount.default(0).describe('No less than this.'),
        max: amount.optional().describe('No more than this.'),
      }),
    ], { error: `expected a factor such as x0.5, ${form}, or { times, plus, min, max }` })
    .transform((input, context) => {
      if (typeof input === 'object') return { ...input, max: input.max ?? Number.MAX_SAFE_INTEGER };
      const factor = /^x(\d+(?:\.\d+)?)$/.exec(String(input));
      if (factor) return { times: Number(factor[1]), plus: 0, min: 0, max: Number.MAX_SAFE_INTEGER };
      const fixed = parse(input);
      return fixed === null ? refuse(context, input, `a factor such as x0.5, ${form}, or { times, plus, min, max }`) : { times: 0, plus: fixed, min: 0, max: Number.MAX_SAFE_INTEGER };
    });
};
const parseGpu = (input: string | number) => (Number(input) >= 0 && Number(input) <= 1000 ? Math.round(Number(input) * 1000) : null);

const trace = z.strictObject({
  kind: z.literal('trace').describe('A recorded trace of pods.'),
  ...common,
  file: z.string().min(1).describe('CSV, gzip or not; relative to the scenario file.'),
  format: z.enum(['canonical', 'openb', 'auto']).default('auto').describe('Columns of the file; auto tells by its header.'),
  at: durationOr(0).describe("When the window's start falls in the run."),
  scaleArrivals: z.number().positive().max(1000).default(1).describe('Above 1 copies pods, each copy moved a little; below 1 leaves some out.'),
  repeat: count(1, 1000).default(1).describe('Plays the window so many times, one after the other.'),
  window: z
    .strictObject({ from: durationOr(0).describe('First moment of the trace that counts.'), to: duration().optional().describe('First moment that does not.') })
    .prefault({})
    .describe('Part of the trace, in its own clock.'),
  spread: durationOr(0).describe('Moves each batch (same owner, same time) forward by a random part of this, for traces with coarse time steps.'),
  resources: z
    .strictObject({
      cpu: resourceRule(parseCpu, 'a CPU quantity').optional().describe('CPU requests.'),
      memory: resourceRule(parseMemory, 'a memory quantity').optional().describe('Memory requests.'),
      gpu: resourceRule(parseGpu, 'a number of GPUs').optional().describe('GPU requests.'),
    })
    .prefault({})
    .describe('How requests are mapped: x0.5 multiplies, a quantity replaces.'),
  skipNeverScheduled: z.boolean().default(false).describe('Raw openb only: leaves out pods that never got a node.'),
  owners: z.array(z.string()).default([]).describe('Only pods of these owners; by default all.'),
});

const churn = z.strictObject({
  kind: z.literal('churn').describe('Pods that arrive at random and end.'),
  ...common,
  placed: z.enum(['scheduler', 'per-node']).default('scheduler').describe('per-node: each node has its own arrivals, and no scheduler is asked.'),
  arrivals: z
    .strictObject({
      meanGap: duration(1).optional().describe('Mean time between two arrivals on one node.'),
      ratePerMinute: z.number().positive().max(1e7).optional().describe('Arrivals a minute in the whole workload.'),
      batchMean: z.number().min(1).max(100_000).default(1).describe('Mean pods of an arrival.'),
    })
    .describe('One of `meanGap` and `ratePerMinute`.'),
  lifetime: distribution(1).describe('How long a pod lives.'),
  lifetimeFrom: z.enum(['start', 'creation']).default('start').describe('From when it is counted.'),
  podsPerNode: count(0, 100_000).default(0).describe('Pods that each node has at the start already.'),
  at: durationOr(0).describe('From when.'),
  until: duration().optional().describe('Last arrival; by default the end.'),
  requests,
});

const replicas = z.strictObject({
  kind: z.literal('replicas').describe('A fixed number of pods that stay.'),
  ...common,
  count: count(0, 100_000_000).describe('How many.'),
  at: durationOr(0).describe('When they are created.'),
  until: duration().optional().describe('When they are deleted; by default never.'),
  requests,
});

const daemonset = z.strictObject({
  kind: z.literal('daemonset').describe('One pod on each node.'),
  ...common,
  tolerations: z.array(z.string()).default(['*']).describe('Keys of tolerated taints; "*" tolerates all.'),
  hostNetwork: z.boolean().default(false).describe('On the host network it takes no address.'),
  requests,
});

export const WORKLOADS = { trace, churn, replicas, daemonset };
export const workload = z.discriminatedUnion('kind', [trace, churn, replicas, daemonset]);

// ---------------------------------------------------------------------------------------------------------------- timed entries, outputs

const part = z.strictObject({
  nodeGroup: z.string().describe('Which group.'),
  share: share().default(1).meta({ written: '100%' }).describe('Of its nodes, first launched first.'),
  over: durationOr(0).describe('Spaced evenly over this time.'),
});

/** How far a DaemonSet's rollout goes at a time: the chart's updateStrategy. */
const rollout = {
  nodeGroups: z.array(z.string()).optional().describe('Which groups; by default all.'),
  maxUnavailable: share().default(0.1).meta({ written: '10%' }).describe('Nodes whose aws-node restarts at the same time.'),
  batch: durationOr(30_000, 1000).describe('Until the next nodes follow.'),
  down: durationOr(5000, 1).describe("From the old process's end to the new one's nodeInit."),
};
const settingsChange = z.strictObject({ env: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).describe("aws-node's variables; null unsets one."), ...rollout });

export const VERBS = ['cordon', 'uncordon', 'drain', 'terminate', 'add', 'set', 'restart', 'failZone', 'tag', 'fault'] as const;
export const timedEntry = z
  .strictObject({
    time: duration().describe('When.'),
    cordon: part.optional().describe('Marks nodes unschedulable.'),
    uncordon: part.optional().describe('Undoes a cordon.'),
    drain: part.optional().describe('Cordons nodes and evicts their pods, those of DaemonSets excepted.'),
    terminate: part.optional().describe('Ends nodes; their ENIs go back.'),
    set: settingsChange.optional().describe('Changes settings of aws-node, rolled out node by node.'),
    restart: z.strictObject(rollout).optional().describe('Restarts aws-node, node by node.'),
    failZone: z.string().optional().describe('Loses a zone: its nodes are gone, their ENIs stay.'),
    tag: z.strictObject({ subnet: z.string().describe('Which subnet.'), key: z.string().default('kubernetes.io/role/cni').describe('Which tag.'), value: z.string().nullable().describe('null takes it away.') }).optional().describe('Changes a tag of a subnet.'),
    fault: z.strictObject({ action: z.enum(['any', ...EC2_ACTIONS]).default('any').describe('Which EC2 action.'), code: z.string().default('RequestLimitExceeded').describe('The error code of the answer.'), for: duration(1).describe('How long.'), share: share().default(1).meta({ written: '100%' }).describe('Of the requests.') }).optional().describe('EC2 answers requests with an error.'),
    add: z.strictObject({ nodeGroup: z.string().describe('Which group.'), count: count(1, 1_000_000).describe('How many.'), over: durationOr(0).describe('Spaced evenly over this time.') }).optional().describe('Launches nodes.'),
  })
  .transform((input, context) => (VERBS.filter(verb => input[verb]).length === 1 ? input : refuse(context, input, `exactly one of ${VERBS.join(', ')} beside time`)));

const TABLE_WORDS: Readonly<Record<TableName, string>> = {
  cluster: 'Totals over time.', nodes: 'Some nodes over time.', pods: 'One row a pod.', calls: 'One row an EC2 call.', subnets: 'Subnets over time.', decisions: 'Each decision of the pool managers.',
};
const toggle = (table: TableName) => z.boolean().default(table !== 'decisions').describe(TABLE_WORDS[table]);
const toggles = z.strictObject({ cluster: toggle('cluster'), nodes: toggle('nodes'), pods: toggle('pods'), calls: toggle('calls'), subnets: toggle('subnets'), decisions: toggle('decisions') });
export const outputs = z.strictObject({
  bin: durationOr(60_000, 1000).describe('Step of the time series.'),
  tables: toggles.prefault({}).describe('Which tables are written. All but `decisions` by default.'),
  nodes: z.strictObject({ sample: count(1, 1_000_000).default(100).describe('Nodes in the nodes table, evenly over all.') }).prefault({}).describe('The nodes table.'),
  pods: z
    .strictObject({
      maxRows: count(0, 1_000_000_000).default(2_000_000).describe('Rows at most.'),
      sample: z
        .union([z.string(), z.number()], { error: 'expected a sample such as 1/10' })
        .default('1/1')
        .transform((input, context): number => {
          const n = Number(/^1\/([1-9]\d{0,8})$/.exec(String(input))?.[1] ?? (input === 1 ? 1 : NaN));
          return Number.isNaN(n) ? refuse(context, input, 'a sample such as 1/10', typeof input === 'number' && input > 1 ? `did you mean "1/${input}"?` : undefined) : n;
        })
        .describe('One pod in so many.'),
    })
    .prefault({})
    .describe('The pods table.'),
});

// ---------------------------------------------------------------------------------------------------------------- the whole

/** Sections in the order of the documentation. */
export const SECTIONS = {
  apiVersion: z.literal('enisim/v1').describe('The version of this format.'),
  name: z.string().min(1).max(200).default('scenario').describe('For reports.'),
  seed: seed.default(1).describe('uint32. Equal seeds give equal results, byte for byte.'),
  start: start.default(Date.UTC(2026, 0, 1)).meta({ written: '2026-01-01T00:00:00Z' }).describe('Moment 0, as RFC 3339.'),
  duration: duration(1).describe('How much time is simulated.'),
  region: z.string().min(1).max(64).default('us-east-1').describe('AWS Region.'),
  zones: z.array(z.string().min(1).max(64)).min(1).max(64).optional().describe('Names or ids of the zones. By default a, b and c of the Region.'),
  vpc: z.strictObject({ cidrs: z.array(cidr()).min(1).describe('The first is the primary block.') }).describe('The VPC.'),
  subnets: z.array(subnet).min(1).describe('The subnets.'),
  eniConfigs: z
    .union([z.record(z.string(), eniConfigSpec), z.array(eniConfigManifest)], { error: 'expected ENIConfigs by name, or a list of ENIConfig manifests' })
    .optional()
    .describe('For custom networking: by name with `subnet` and `securityGroups`, or real ENIConfig manifests.'),
  manifests: z.array(z.string().min(1)).optional().describe('Files with ENIConfig manifests (YAML, several documents a file), relative to the scenario file.'),
  cni: cni.prefault({}).describe('The Amazon VPC CNI.'),
  nodeGroups: z.array(nodeGroup).min(1).describe('The nodes.'),
  ec2: ec2.prefault({}).describe('The EC2 API. Defaults and their sources: data/ec2-defaults.json.'),
  kubelet: kubelet.prefault({}).describe('Kubelet and the containers. Defaults: data/ec2-defaults.json.'),
  scheduler: scheduler.prefault({}).describe('The scheduler.'),
  workloads: z.array(workload).default([]).describe('The pods. aws-node and kube-proxy, on the host network, are there by themselves.'),
  at: z.array(timedEntry).default([]).describe('What happens at set times.'),
  outputs: outputs.prefault({}).describe('What is written.'),
} as const;

export type SectionName = keyof typeof SECTIONS;
/** A section after parsing. */
export type Section<Name extends SectionName> = z.output<(typeof SECTIONS)[Name]>;

/** The whole file, for the JSON Schema and its users. */
export const scenarioSchema = z.strictObject({
  ...SECTIONS,
  cni: z.strictObject({ ...cniParts, env: environmentForEditors.prefault({}).describe("aws-node's environment variables; null unsets one that the chart sets.") }).prefault({}).describe('The Amazon VPC CNI.'),
});
