/**
 * Scenario: what one run is asked to simulate, after reading. Every default is filled in, every name is resolved to an index,
 * every duration is whole milliseconds.
 *
 * Shape   Plain data: numbers, strings, booleans, arrays and objects. It survives structuredClone, and equal scenarios are equal as JSON.
 *         `zones`, `subnets`, `eniConfigs`, `nodeGroups` and `workloads` are sorted by name, so their order in the file means nothing, and
 *         an index below is an index into those arrays. `cidrs`, `shapes` and `at` keep the file's order (`at`: by time, then file order).
 * Units   `...Ms`: whole milliseconds, moments counted from the start of the run. FOREVER (`Number.MAX_SAFE_INTEGER`) stands for never.
 *         CPU is milli-CPU, memory MiB, GPU thousandths of a GPU. Addresses are uint32.
 * Source  The form that people write is schema.ts; resolve.ts makes this from it.
 */
import type { Distribution } from '../core/quantiles.ts';
import type { Ms } from '../core/units.ts';
import type { EnvValues } from './environment.ts';

/** A moment that never comes, and a number without limit. Finite, so that JSON keeps it. */
export const FOREVER = Number.MAX_SAFE_INTEGER;

export type Scenario = {
  readonly apiVersion: 'enisim/v1';
  readonly name: string;
  /** uint32. */
  readonly seed: number;
  /** Unix time of moment 0, in ms. */
  readonly startUnixMs: number;
  readonly durationMs: Ms;
  readonly region: string;
  readonly zones: readonly Zone[];
  readonly vpc: { readonly cidrs: readonly Cidr[] };
  readonly subnets: readonly Subnet[];
  readonly eniConfigs: readonly EniConfig[];
  readonly cni: Cni;
  readonly nodeGroups: readonly NodeGroup[];
  readonly ec2: Ec2;
  readonly kubelet: Kubelet;
  readonly scheduler: Scheduler;
  readonly workloads: readonly Workload[];
  readonly at: readonly TimedEntry[];
  readonly outputs: Outputs;
};

// ---------------------------------------------------------------------------------------------------------------- network

export type Zone = { readonly name: string };

/** `first` is the network address; the block ends before `first + size`. */
export type Cidr = { readonly text: string; readonly first: number; readonly bits: number; readonly size: number };

export type Subnet = {
  readonly name: string;
  /** EC2's id, by which manifests name it; the name if none is given. */
  readonly id: string;
  readonly cidr: Cidr;
  readonly zone: number;
  readonly role: 'node' | 'pod' | 'shared';
  readonly tags: Readonly<Record<string, string>>;
  readonly reservations: readonly { readonly cidr: Cidr; readonly type: 'prefix' | 'explicit' }[];
  readonly held: readonly Held[];
};

/** Addresses that someone else holds: a load balancer, an endpoint, another cluster. */
export type Held = {
  readonly name: string;
  readonly owner: string;
  /** `count`: that many, placed by `placement`. `addresses`: exactly these (a CIDR is given as its addresses). */
  readonly what:
    | { readonly kind: 'count'; readonly count: number; readonly placement: 'random' | 'lowest' }
    | { readonly kind: 'addresses'; readonly addresses: readonly number[] };
  readonly atMs: Ms;
  readonly untilMs: Ms;
  /** Further addresses an hour after `atMs`, until `untilMs`; 0 = none. Negative lets go of them. Evenly spaced. */
  readonly perHour: number;
};

export type EniConfig = { readonly name: string; readonly subnet: number; readonly securityGroups: readonly string[] };

// ---------------------------------------------------------------------------------------------------------------- CNI

export type Cni = {
  /** As written, without a leading v. */
  readonly version: string;
  /** The variables after ipamd's own parsing, by their real names; unset ones hold the code's default. */
  readonly env: EnvValues;
  /** go-map: the rotated slot order of Go's maps (ipamd-spec §14). lowest-first: the fixed order of the golden traces. */
  readonly order: 'go-map' | 'lowest-first';
  /** Work of one pool-manager turn beside its calls. */
  readonly turnWorkMs: Ms;
  /** How long the resource controller keeps a branch ENI of a pod that is gone: `branchENICooldown` of the chart. */
  readonly branchEniCooldownMs: Ms;
};

// ---------------------------------------------------------------------------------------------------------------- nodes

export type NodeGroup = {
  readonly name: string;
  /** Kinds of node in the group, with their shares; `layOut` in nodes.ts says which launch number has which. */
  readonly shapes: readonly NodeShape[];
  readonly zones: readonly ZoneShare[];
  /** Sum over `zones`. */
  readonly count: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  /** Settings of this group's agents: the cluster's, with `overrides` on top. */
  readonly env: EnvValues;
  /** Names of the variables that this group alone sets: a what-if, since a DaemonSet has one environment. Empty = none. */
  readonly overrides: readonly string[];
  readonly launch: Launch;
  /** ENIs that others attach when an instance is launched. */
  readonly interfaces: readonly OtherInterface[];
  readonly cordonAtMs: Ms;
  readonly terminateAtMs: Ms;
};

/** `noManage`: the text of the tag, null without it. */
export type OtherInterface = { readonly secondaryIps: number; readonly noManage: string | null };

/** One instance type within a node group. */
export type NodeShape = {
  readonly instanceType: string;
  /** Relative share of the group's nodes. */
  readonly weight: number;
  /** ENIs of the default network card, before MAX_ENI. */
  readonly enis: number;
  /** IPv4 addresses of an ENI, its own included: one more than its slots. */
  readonly ipv4PerEni: number;
  /** ENIs of each network card; the first is the default card, `enis`. */
  readonly networkCards: readonly number[];
  /** Prefix delegation works on nitro or bare metal only. */
  readonly hypervisor: 'nitro' | 'xen' | 'unknown';
  readonly bareMetal: boolean;
  /** ipamd's belief: it reserves a slot for the trunk if ENABLE_POD_ENI is on. */
  readonly trunkCompatible: boolean;
  /** Branch ENIs that the resource controller allows; 0 = none. */
  readonly branchEnis: number;
  /** Kubelet's capacity for pods, and by which rule. */
  readonly maxPods: number;
  readonly maxPodsSource: 'nodeadm' | 'karpenter' | 'ami-script' | 'cni' | 'given';
  readonly cpuMilli: number;
  readonly memoryMib: number;
  readonly gpuMilli: number;
};

export type ZoneShare = {
  readonly zone: number;
  readonly count: number;
  /** Subnets of the primary ENI, used in turn. */
  readonly subnets: readonly number[];
  /** Index of the ENIConfig that the group's nodes of this zone resolve to; -1 without custom networking. */
  readonly eniConfig: number;
};

export type Taint = { readonly key: string; readonly value: string; readonly effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute' };

export type Launch = {
  /** settled: the nodes exist at moment 0, Ready, with the pool that an idle agent keeps. launching: they start at `atMs`. */
  readonly state: 'settled' | 'launching';
  readonly atMs: Ms;
  /** Nodes started a minute; FOREVER = all at once. */
  readonly pacePerMinute: number;
  /** Instance request until kubelet has registered the node. */
  readonly registered: Distribution;
  /** Registered until ipamd begins nodeInit. */
  readonly agentStart: Distribution;
};

// ---------------------------------------------------------------------------------------------------------------- EC2

export type Ec2 = {
  /** One bucket an action. A null bucket never refuses. */
  readonly buckets: Readonly<Record<Ec2Action, Bucket | null>>;
  /** Of Describe calls with neither filter nor paging. */
  readonly smallDescribeBucket: Bucket | null;
  /** Whether a Describe call that names ids draws on the small bucket. */
  readonly describeByIdUsesSmallBucket: boolean;
  readonly throttledCostsToken: boolean;
  readonly quotas: { readonly enisPerRegion: number };
  readonly latency: Readonly<Record<Ec2Action, Distribution>>;
  /** Of an answer that is an error. */
  readonly refusalLatency: Readonly<Record<Ec2Action, Distribution>>;
  /**
   * Instance metadata shows things late: an attached ENI, its addresses and prefixes (both counted from EC2's effect), and it forgets late
   * what is gone.
   */
  readonly imds: { readonly eniAppears: Distribution; readonly addressesAppear: Distribution; readonly vanishes: Distribution };
  /** Calls a second that others in the account make. */
  readonly backgroundPerSecond: Readonly<Record<Ec2Action, number>>;
  readonly pick: 'random' | 'lowest-free';
  /** CreateNetworkInterface with prefixes and no free /28. */
  readonly createWithoutFreeBlock: 'InvalidParameterValue' | 'InsufficientCidrBlocks' | 'InsufficientFreeAddressesInSubnet';
};

/** Tokens at most, and tokens added each second. */
export type Bucket = { readonly burst: number; readonly refillPerSecond: number };

export const EC2_ACTIONS = [
  'AssignPrivateIpAddresses', 'UnassignPrivateIpAddresses', 'AssignIpv6Addresses', 'UnassignIpv6Addresses',
  'CreateNetworkInterface', 'AttachNetworkInterface', 'DetachNetworkInterface', 'DeleteNetworkInterface',
  'ModifyNetworkInterfaceAttribute', 'DescribeNetworkInterfaces', 'DescribeInstances', 'DescribeInstanceTypes', 'DescribeSubnets',
  'CreateTags', 'CreateNetworkInterfacePermission', 'AssociateTrunkInterface', 'DisassociateTrunkInterface',
  'RunInstances', 'TerminateInstances',
] as const;
export type Ec2Action = (typeof EC2_ACTIONS)[number];

// ---------------------------------------------------------------------------------------------------------------- kubelet, scheduler

export type Kubelet = {
  /** Bound to the node until CNI ADD. */
  readonly addDelay: Distribution;
  /** A failed sandbox until the next ADD. */
  readonly retryDelay: Distribution;
  /** Address given until the container runs. */
  readonly containerStart: Distribution;
  /** Told to stop until CNI DEL; 0 is allowed. */
  readonly terminationGrace: Distribution;
};

export type Scheduler = {
  readonly delay: Distribution;
  readonly scoring: 'least-allocated' | 'most-allocated';
  /** News of a node or pod until the scheduler acts on it. */
  readonly watchDelay: Distribution;
  /** 0 = kube-scheduler's own rule: 50 - nodes/125, at least 5. */
  readonly percentageOfNodesToScore: number;
};

// ---------------------------------------------------------------------------------------------------------------- workloads

export type Resources = { readonly cpuMilli: number; readonly memoryMib: number; readonly gpuMilli: number };

export type Workload = TraceWorkload | ChurnWorkload | ReplicasWorkload | DaemonSetWorkload;

/** Where a pod may go: all nodes of these groups (indices; empty = every group), if it tolerates their taints. */
export type Placement = { readonly nodeGroups: readonly number[]; readonly tolerations: readonly string[] };

export type TraceWorkload = {
  readonly kind: 'trace';
  readonly name: string;
  readonly placement: Placement;
  /** As given to the loader. */
  readonly file: string;
  readonly format: 'canonical' | 'openb' | 'auto';
  /** Moment of the run at which the window's start falls. */
  readonly atMs: Ms;
  readonly scaleArrivals: number;
  readonly repeat: number;
  readonly windowFromMs: Ms;
  readonly windowToMs: Ms;
  readonly spreadMs: Ms;
  readonly resources: ResourceMapping;
  readonly skipNeverScheduled: boolean;
  /** Only these owners; empty = all. */
  readonly owners: readonly string[];
};

/** value' = min(max, max(min, value * times + plus)), per resource. */
export type ResourceMapping = Readonly<Record<'cpu' | 'memory' | 'gpu', ResourceRule>>;
export type ResourceRule = { readonly times: number; readonly plus: number; readonly min: number; readonly max: number };

export type ChurnWorkload = {
  readonly kind: 'churn';
  readonly name: string;
  readonly placement: Placement;
  /** per-node: each node has its own arrivals and no scheduler is asked; a node at max pods drops what exceeds it. */
  readonly placed: 'scheduler' | 'per-node';
  /** Mean of the exponential gaps between arrivals: per node, or of the whole workload, after `placed`. Not always whole. */
  readonly meanGapMs: number;
  /** Mean pods an arrival, at least 1 (geometric-like: 1 + exponential of mean - 1); 1 = always one. */
  readonly batchMean: number;
  readonly lifetime: Distribution;
  /** From when a pod's life is counted. start is closed loop, creation open loop. */
  readonly lifetimeFrom: 'start' | 'creation';
  /** Pods a node at moment `atMs`, as if churn had been running; 0 = none. */
  readonly podsPerNode: number;
  readonly atMs: Ms;
  readonly untilMs: Ms;
  readonly requests: Resources;
};

export type ReplicasWorkload = {
  readonly kind: 'replicas';
  readonly name: string;
  readonly placement: Placement;
  readonly count: number;
  readonly atMs: Ms;
  readonly untilMs: Ms;
  readonly requests: Resources;
};

export type DaemonSetWorkload = {
  readonly kind: 'daemonset';
  readonly name: string;
  readonly placement: Placement;
  readonly hostNetwork: boolean;
  readonly requests: Resources;
};

// ---------------------------------------------------------------------------------------------------------------- timed entries, outputs

/** aws-node's DaemonSet restarts its pods, `maxUnavailable` of the nodes at a time, a batch each `batchMs`. */
export type Rollout = {
  readonly atMs: Ms;
  /** Empty = all. */
  readonly nodeGroups: readonly number[];
  readonly maxUnavailable: number;
  readonly batchMs: Ms;
  readonly downMs: Ms;
};

/** `share` is of the group's nodes, lowest launch numbers first. `overMs` spaces the nodes evenly; 0 = all at once. */
export type TimedEntry =
  | { readonly kind: 'cordon' | 'uncordon' | 'drain' | 'terminate'; readonly atMs: Ms; readonly nodeGroup: number; readonly share: number; readonly overMs: Ms }
  | Rollout & { readonly kind: 'restart' }
  /** The variables that change, parsed; a group's own overrides stay. */
  | Rollout & { readonly kind: 'set'; readonly values: Partial<EnvValues> }
  | { readonly kind: 'failZone'; readonly atMs: Ms; readonly zone: number }
  | { readonly kind: 'tag'; readonly atMs: Ms; readonly subnet: number; readonly key: string; readonly value: string | null }
  | { readonly kind: 'fault'; readonly atMs: Ms; readonly untilMs: Ms; readonly action: Ec2Action | 'any'; readonly code: string; readonly share: number }
  | { readonly kind: 'add'; readonly atMs: Ms; readonly nodeGroup: number; readonly count: number; readonly overMs: Ms };

export const TABLES = ['cluster', 'nodes', 'pods', 'calls', 'subnets', 'decisions'] as const;
export type TableName = (typeof TABLES)[number];

export type Outputs = {
  readonly binMs: Ms;
  readonly tables: Readonly<Record<TableName, boolean>>;
  /** Of the nodes table: this many nodes at most, evenly over the ids. */
  readonly nodeSample: number;
  /** Of the pods table: one pod in `podSample` by hash of its id, and never more than `podRowsMax` rows. */
  readonly podSample: number;
  readonly podRowsMax: number;
};
