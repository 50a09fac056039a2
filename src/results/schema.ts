/**
 * Schema: every result table, declared once, as data.
 *
 * Why     The Arrow files, the batch types that a run hands over and docs/data.md all follow from this declaration, so they cannot
 *         disagree. It is a public interface: a change of a name, kind, unit or meaning raises the table's `version`.
 * Names   lowerCamelCase. A column with the meaning of a Prometheus metric of aws-node has the metric's name without `awscni_`
 *         (`awscni_total_ip_addresses` -> `totalIpAddresses`), a label's value at its end, and carries it as `metric`; a field that EC2's API names has EC2's
 *         word with a small first letter (`AvailableIpAddressCount` -> `availableIpAddressCount`). Everything else: our word.
 * Units   What a run hands over is in ms since the scenario's `start:`; files hold moments as timestamp[ms, UTC] and spans as
 *         duration[ms]. Counts have the unit of what is counted.
 * Nulls   Only a `nullable` column can be null; its null value is NULL_OF[kind], -1 for dictionaries and utf8, 0 for ipv4.
 * Source  Metric names: amazon-vpc-cni-k8s v1.23.1 utils/prometheusmetrics/prometheusmetrics.go. EC2's words: DescribeSubnets.
 */

/** What a column holds. `ipv4` is handed over as one unsigned word an address and written as dotted utf8. */
export type Kind = 'timestamp' | 'duration' | 'u8' | 'u16' | 'u32' | 'i32' | 'f64' | 'bool' | 'dictionary' | 'utf8' | 'ipv4';

export type Column = {
  readonly kind: Kind;
  /** What one unit of the value is: ms, addresses, pods, ...; 'name' for texts. */
  readonly unit: string;
  readonly description: string;
  /** The aws-node metric of the same meaning. A column of a time bin that counts holds the metric's growth in the bin. */
  readonly metric?: string;
  readonly nullable?: true;
  /** Dictionary only: the closed set, when it does not depend on the scenario. Without it the run gives the set. */
  readonly values?: readonly string[];
};

export type Table = {
  readonly version: number;
  readonly description: string;
  /** The canonical order of rows. */
  readonly key: readonly string[];
  readonly columns: Readonly<Record<string, Column>>;
};

/** The value that stands for null in a nullable numeric column. Compared by value; NaN by `x !== x`. */
export const NULL_OF = {
  timestamp: NaN, duration: NaN, f64: NaN, u8: 0xff, u16: 0xffff, u32: 0xffffffff, i32: -0x80000000, ipv4: 0, dictionary: -1, utf8: -1,
} as const;

/** How a pod gets its address. */
export const POD_MODES = ['secondary-ip', 'prefix', 'branch-eni', 'host-network', 'windows-ip', 'windows-prefix', 'ipv6-prefix'] as const;

/** Why a pod's row is what it is: how it ended, or what it still waited for at the end of the run. */
export const POD_REASONS = [
  'completed', 'deleted', 'failed', 'evicted', 'node-terminated', 'running-at-end', 'never-bound', 'never-addressed',
] as const;

/** What a pass of the pool manager did. */
export const DECISION_ACTIONS = [
  'none', 'assign', 'create-eni', 'release', 'free-eni', 'reconcile', 'node-init', 'paused',
] as const;

const time = { kind: 'timestamp', unit: 'ms', description: 'End of the time bin; levels are read at this moment, counts cover (end - bin, end].' } as const;
const node = { kind: 'utf8', unit: 'name', description: 'Name of the Kubernetes node.' } as const;
const total = { kind: 'u32', unit: 'addresses', description: 'Addresses that ipamd holds for pods (its data store), assigned or not.', metric: 'awscni_total_ip_addresses' } as const;
const assigned = { kind: 'u32', unit: 'addresses', description: 'Addresses that pods own.', metric: 'awscni_assigned_ip_addresses' } as const;
const cooling = { kind: 'u32', unit: 'addresses', description: 'Released addresses that may not be given out yet (cooldown, 30 s by default).' } as const;
const available = { kind: 'u32', unit: 'addresses', description: 'total - assigned, as ipamd counts it: includes cooling addresses.' } as const;
const enis = { kind: 'u32', unit: 'ENIs', description: 'ENIs in the data store, the primary included.', metric: 'awscni_eni_allocated' } as const;
const prefixes = { kind: 'u32', unit: 'prefixes', description: '/28 prefixes in the data store.', metric: 'awscni_total_ipv4_prefixes' } as const;
const adds = { kind: 'u32', unit: 'requests', description: 'CNI ADD requests in the bin, retries included.', metric: 'awscni_add_ip_req_count' } as const;
const dels = { kind: 'u32', unit: 'requests', description: 'CNI DEL requests in the bin.', metric: 'awscni_del_ip_req_count' } as const;
const ipamdErrors = { kind: 'u32', unit: 'errors', description: "ipamd's errors in the bin, all its functions together.", metric: 'awscni_ipamd_error_count' } as const;
const forceRemovedEnis = { kind: 'u32', unit: 'ENIs', description: 'ENIs in the bin that left the data store with pods on them.', metric: 'awscni_force_removed_enis' } as const;
const forceRemovedIps = { kind: 'u32', unit: 'addresses', description: 'Addresses in the bin that left the data store with a pod.', metric: 'awscni_force_removed_ips' } as const;
const eniReconcileAdds = { kind: 'u32', unit: 'ENIs', description: 'ENIs in the bin that a reconcile found attached and took in.', metric: 'awscni_reconcile_count{fn="eniReconcileAdd"}' } as const;
const eniReconcileDels = { kind: 'u32', unit: 'ENIs', description: 'ENIs in the bin that a reconcile found gone and dropped.', metric: 'awscni_reconcile_count{fn="eniReconcileDel"}' } as const;
const ipReconcileDels = { kind: 'u32', unit: 'addresses or prefixes', description: 'Addresses and prefixes in the bin that a reconcile found gone and dropped.', metric: 'awscni_reconcile_count{fn="eniIPPoolReconcileDel"}' } as const;
const failedAdds = { kind: 'u32', unit: 'requests', description: 'ADD requests in the bin that found no assignable address.', metric: 'awscni_no_available_ip_addresses' } as const;

export const TABLES = {
  cluster: {
    version: 1,
    description: 'The whole cluster, one row a time bin.',
    key: ['time'],
    columns: {
      time,
      nodes: { kind: 'u32', unit: 'nodes', description: 'Nodes that exist, Ready or not.' },
      nodesReady: { kind: 'u32', unit: 'nodes', description: 'Nodes that are Ready (nodeInit done) and not cordoned.' },
      podsPending: { kind: 'u32', unit: 'pods', description: 'Pods created and not bound to a node.' },
      podsWaiting: { kind: 'u32', unit: 'pods', description: 'Pods bound to a node and without an address.' },
      podsRunning: { kind: 'u32', unit: 'pods', description: 'Pods with an address, pods on the host network included.' },
      totalIpAddresses: total,
      assignedIpAddresses: assigned,
      coolingIpAddresses: cooling,
      availableIpAddresses: available,
      eniAllocated: enis,
      totalIpv4Prefixes: prefixes,
      podsCreated: { kind: 'u32', unit: 'pods', description: 'Pods created in the bin.' },
      podsBound: { kind: 'u32', unit: 'pods', description: 'Pods bound to a node in the bin.' },
      podsAddressed: { kind: 'u32', unit: 'pods', description: 'Pods that got their address in the bin.' },
      podsEnded: { kind: 'u32', unit: 'pods', description: 'Pods that were gone in the bin, failed ones included.' },
      podsFailed: { kind: 'u32', unit: 'pods', description: 'Pods that ended in the bin without ever having an address, or with their node.' },
      addIpReqCount: adds,
      noAvailableIpAddresses: failedAdds,
      delIpReqCount: dels,
      waitSum: { kind: 'duration', unit: 'ms', description: 'Sum over the pods addressed in the bin of the wait from bound to address.' },
      waitMax: { kind: 'duration', unit: 'ms', description: 'The longest such wait in the bin; 0 when no pod was addressed.' },
      ec2Requests: { kind: 'u32', unit: 'requests', description: 'EC2 requests in the bin, each attempt of the SDK counted, refused ones included.' },
      ec2Throttled: { kind: 'u32', unit: 'requests', description: 'EC2 requests in the bin refused by RequestLimitExceeded.' },
      ec2Errors: { kind: 'u32', unit: 'requests', description: 'EC2 requests in the bin answered by another error code.' },
      ipamdErrorCount: ipamdErrors,
      forceRemovedEnis,
      forceRemovedIps,
      reconcileCountEniReconcileAdd: eniReconcileAdds,
      reconcileCountEniReconcileDel: eniReconcileDels,
      reconcileCountEniIPPoolReconcileDel: ipReconcileDels,
    },
  },
  nodes: {
    version: 1,
    description: 'Single nodes, one row a time bin and node; all nodes or a sample of them.',
    key: ['time', 'node (in order of NodeId)'],
    columns: {
      time,
      node,
      nodeGroup: { kind: 'dictionary', unit: 'name', description: 'Node group of the scenario.' },
      instanceType: { kind: 'dictionary', unit: 'name', description: 'EC2 instance type.' },
      availabilityZone: { kind: 'dictionary', unit: 'name', description: 'Availability Zone of the node.' },
      totalIpAddresses: total,
      assignedIpAddresses: assigned,
      coolingIpAddresses: cooling,
      availableIpAddresses: available,
      eniAllocated: enis,
      totalIpv4Prefixes: prefixes,
      podsWaiting: { kind: 'u32', unit: 'pods', description: 'Pods bound to the node and without an address.' },
      addIpReqCount: adds,
      noAvailableIpAddresses: failedAdds,
      delIpReqCount: dels,
      eniMax: { kind: 'u32', unit: 'ENIs', description: 'ENIs that ipamd may have; 0 before the node exists.', metric: 'awscni_eni_max' },
      ipMax: { kind: 'u32', unit: 'addresses', description: 'Addresses of so many ENIs when full, whatever they are for.', metric: 'awscni_ip_max' },
      ipamdErrorCount: ipamdErrors,
      forceRemovedEnis,
      forceRemovedIps,
      reconcileCountEniReconcileAdd: eniReconcileAdds,
      reconcileCountEniReconcileDel: eniReconcileDels,
      reconcileCountEniIPPoolReconcileDel: ipReconcileDels,
      reconcileCountEniDataStorePoolReconcileAdd: { kind: 'u32', unit: 'addresses or prefixes', description: 'Addresses and prefixes in the bin that a reconcile found present, new ones or not, each time.', metric: 'awscni_reconcile_count{fn="eniDataStorePoolReconcileAdd"}' },
    },
  },
  pods: {
    version: 1,
    description: 'One row a pod, written when it has ended; pods alive at the end of the run come last.',
    key: ['ended', 'pod (in order of creation)'],
    columns: {
      pod: { kind: 'utf8', unit: 'name', description: 'Name of the pod.' },
      workload: { kind: 'dictionary', unit: 'name', description: 'Workload of the scenario that made the pod.' },
      node: { kind: 'utf8', unit: 'name', description: 'Node that the pod was bound to; null when it never was.', nullable: true },
      created: { kind: 'timestamp', unit: 'ms', description: 'The pod was created.' },
      bound: { kind: 'timestamp', unit: 'ms', description: 'The scheduler bound the pod to its node.', nullable: true },
      addressed: { kind: 'timestamp', unit: 'ms', description: 'CNI ADD succeeded: the pod has its address.', nullable: true },
      ended: { kind: 'timestamp', unit: 'ms', description: 'The pod was gone from its node; null when it was alive at the end of the run.', nullable: true },
      pendingDuration: { kind: 'duration', unit: 'ms', description: 'created -> bound.', nullable: true },
      waitDuration: { kind: 'duration', unit: 'ms', description: 'bound -> addressed.', nullable: true },
      retries: { kind: 'u16', unit: 'requests', description: 'Failed sandboxes: ADD requests that were refused before one succeeded; 65535 means that many or more.' },
      mode: { kind: 'dictionary', unit: 'name', description: 'How the pod gets its address.', values: POD_MODES },
      ip: { kind: 'ipv4', unit: 'address', description: 'IPv4 address of the pod, dotted; null without one of its own.', nullable: true },
      eni: { kind: 'u16', unit: 'number', description: 'ENI that holds the address: its number on the node, 0 for the primary.', nullable: true },
      reason: { kind: 'dictionary', unit: 'name', description: 'How the pod ended, or what it waited for at the end of the run.', values: POD_REASONS },
    },
  },
  calls: {
    version: 1,
    description: 'EC2 requests, one row an attempt.',
    key: ['requested', 'client', 'number'],
    columns: {
      requested: { kind: 'timestamp', unit: 'ms', description: 'The client sent the request.' },
      latency: { kind: 'duration', unit: 'ms', description: 'Request to answer; null when the run ended before the answer.', nullable: true },
      action: { kind: 'dictionary', unit: 'name', description: "EC2's API action, such as AssignPrivateIpAddresses." },
      client: { kind: 'utf8', unit: 'name', description: 'Who asked: the node, or a controller.' },
      number: { kind: 'u32', unit: 'number', description: "The client's request number, from 0." },
      attempt: { kind: 'u8', unit: 'number', description: "The SDK's attempt for this operation, from 1." },
      code: { kind: 'dictionary', unit: 'name', description: "'ok', or the AWS error code of the answer (RequestLimitExceeded: throttled); null without an answer.", nullable: true },
      subnetId: { kind: 'dictionary', unit: 'name', description: 'Subnet that the action takes from or gives to.', nullable: true },
      eni: { kind: 'u16', unit: 'number', description: 'ENI that the action concerns: its number on the node.', nullable: true },
      requestedCount: { kind: 'u16', unit: 'addresses or prefixes', description: 'How many were asked for, or given back.', nullable: true },
      grantedCount: { kind: 'u16', unit: 'addresses or prefixes', description: 'How many the answer gave, or took back.', nullable: true },
    },
  },
  subnets: {
    version: 1,
    description: 'Subnets, one row a time bin and subnet. availableIpAddressCount and the addresses by use add up to the size of the CIDR block.',
    key: ['time', 'subnetId (in the order of the scenario)'],
    columns: {
      time,
      subnetId: { kind: 'dictionary', unit: 'name', description: 'Subnet of the scenario.' },
      availabilityZone: { kind: 'dictionary', unit: 'name', description: 'Availability Zone of the subnet.' },
      cidrBlock: { kind: 'dictionary', unit: 'CIDR', description: 'The block of the subnet, such as 10.0.0.0/22.' },
      availableIpAddressCount: { kind: 'u32', unit: 'addresses', description: 'Unused addresses, as DescribeSubnets counts them.' },
      reservedAddresses: { kind: 'u32', unit: 'addresses', description: 'The five that AWS keeps, and unused addresses inside CIDR reservations.' },
      otherAddresses: { kind: 'u32', unit: 'addresses', description: 'Held by others: load balancers, endpoints, other clusters.' },
      eniPrimaryAddresses: { kind: 'u32', unit: 'addresses', description: 'Primary IPs of ENIs of nodes.' },
      secondaryAddresses: { kind: 'u32', unit: 'addresses', description: 'Secondary IPs of ENIs of nodes.' },
      prefixAddresses: { kind: 'u32', unit: 'addresses', description: 'Inside /28 prefixes of ENIs of nodes, 16 each.' },
      branchAddresses: { kind: 'u32', unit: 'addresses', description: 'Primary IPs of branch ENIs.' },
      availablePrefixes: { kind: 'u32', unit: 'prefixes', description: 'Aligned /28 blocks without any used address: what prefix delegation can still take.' },
      largestAvailableRun: { kind: 'u32', unit: 'addresses', description: 'Longest run of neighbouring unused addresses.' },
    },
  },
  decisions: {
    version: 1,
    description: 'Passes of the pool manager of single nodes, on request: what it saw and what it did.',
    key: ['time', 'node (in order of NodeId)', 'number'],
    columns: {
      time: { kind: 'timestamp', unit: 'ms', description: 'The moment of the decision.' },
      node,
      number: { kind: 'u32', unit: 'number', description: "The node's decision number, from 0." },
      low: { kind: 'bool', unit: 'flag', description: 'The pool was too low (isDatastorePoolTooLow).' },
      high: { kind: 'bool', unit: 'flag', description: 'The pool was too high (isDatastorePoolTooHigh).' },
      hold: { kind: 'bool', unit: 'flag', description: 'Too high, but the last release was 30 s ago or less.' },
      short: { kind: 'i32', unit: 'addresses or prefixes', description: 'Below target by so many (datastoreTargetState); prefixes with prefix delegation.' },
      over: { kind: 'i32', unit: 'addresses or prefixes', description: 'Above target by so many.' },
      removeEni: { kind: 'bool', unit: 'flag', description: 'An ENI more than needed (shouldRemoveExtraENIs).' },
      insufficientCooldown: { kind: 'bool', unit: 'flag', description: 'Inside the 120 s pause after an Insufficient... error code.' },
      action: { kind: 'dictionary', unit: 'name', description: 'What was done.', values: DECISION_ACTIONS },
      eni: { kind: 'u16', unit: 'number', description: 'ENI that it was done to: its number on the node.', nullable: true },
      requestedCount: { kind: 'u16', unit: 'addresses or prefixes', description: 'How many EC2 was asked for, or was given back.', nullable: true },
      grantedCount: { kind: 'u16', unit: 'addresses or prefixes', description: 'How many came of it.', nullable: true },
      error: { kind: 'dictionary', unit: 'name', description: 'AWS error code that ended it.', nullable: true },
      reason: { kind: 'dictionary', unit: 'name', description: 'The rule that decided, in words.', nullable: true },
    },
  },
} as const satisfies Readonly<Record<string, Table>>;

export type Tables = typeof TABLES;
export type TableName = keyof Tables;
export const TABLE_NAMES = Object.keys(TABLES) as TableName[];

/**
 * Texts of a utf8 column. Either an index per row and a function from index to name (pure: the same index, the same name; index -1
 * is null), or UTF-8 bytes as Arrow keeps them: row r is bytes[offsets[r], offsets[r + 1]), `offsets` has a value more than rows,
 * and cannot be null.
 */
export type Texts =
  | { readonly index: Int32Array; readonly name: (index: number) => string }
  | { readonly offsets: Int32Array; readonly bytes: Uint8Array };

/** What a run hands over for a column of each kind: one element a row. */
type Handed = {
  timestamp: Float64Array;
  duration: Float64Array;
  f64: Float64Array;
  u8: Uint8Array;
  u16: Uint16Array;
  u32: Uint32Array;
  i32: Int32Array;
  bool: Uint8Array;
  dictionary: Int32Array;
  utf8: Texts;
  ipv4: Uint32Array;
};

/** The columns of one batch of a table. Arrays may be longer than the rows that are handed over, and may be reused afterwards. */
export type Batch<Name extends TableName> = {
  readonly [Field in keyof Tables[Name]['columns']]: Tables[Name]['columns'][Field] extends { readonly kind: infer K extends Kind } ? Handed[K] : never;
};

type DictionaryFields<Name extends TableName> = {
  [Field in keyof Tables[Name]['columns']]: Tables[Name]['columns'][Field] extends { readonly kind: 'dictionary' } ? Field : never;
}[keyof Tables[Name]['columns']];
type FixedFields<Name extends TableName> = {
  [Field in keyof Tables[Name]['columns']]: Tables[Name]['columns'][Field] extends { readonly values: readonly string[] } ? Field : never;
}[keyof Tables[Name]['columns']];

/**
 * The closed sets of a table's dictionary columns: code c of the batch stands for the c-th text. A set that the schema
 * documents (`values`) may be left out (codes follow the documented order) or given in another order or part.
 */
export type Dictionaries<Name extends TableName> =
  { readonly [Field in Exclude<DictionaryFields<Name>, FixedFields<Name>>]: readonly string[] }
  & { readonly [Field in FixedFields<Name>]?: readonly string[] };

/** The columns of a table, in order, without the narrow types. */
export function columnsOf(table: TableName): [name: string, column: Column][] {
  return Object.entries(TABLES[table].columns);
}
