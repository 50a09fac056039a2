/**
 * Traces of the resource controller as they stand in their files: of one trunk, of the branch provider, of one Windows pool, of both Windows
 * providers.
 *
 * Shape   Names and meanings are those of test/golden/branch/README.md and test/golden/windows-pool/README.md. Only the fields that a replay reads
 *         are told here; what a line says came of it is compared as it stands.
 */
export interface SubnetHeader { readonly id: string; readonly cidr: string; readonly assignable: number }

/** What the simulated EC2 is told by either program's header. */
export interface Ec2Header {
  readonly cluster?: string;
  readonly instance?: string;
  readonly eniQuota?: number | null;
  readonly attachPolls?: number;
  readonly describePageSize?: number;
  readonly latencyMs?: Readonly<Record<string, number>>;
}

export interface BranchHeader extends Ec2Header {
  readonly kind: string;
  readonly instanceType: string;
  readonly branchLimit: number;
  readonly enis: number;
  readonly cooldownConfig: string;
  readonly subnets: readonly SubnetHeader[];
  readonly primaryEni: { readonly eni: string; readonly device: number; readonly ip: string; readonly securityGroups: readonly string[] };
  readonly customNetworkingAtStart?: { readonly subnet: string; readonly sgs: readonly string[] | null };
}

export interface Fault {
  readonly call: string;
  readonly code: string;
  readonly times: number;
  readonly skip?: number;
  readonly match?: string;
  readonly after?: boolean;
}

/** A line of any of the kinds. */
export interface ControllerLine {
  readonly t: number;
  readonly op: string;
  readonly faults?: readonly Fault[];
  readonly pendingFaults?: readonly Fault[];
  readonly ms?: number;
  readonly node?: string;
  readonly instance?: string;
  readonly instanceType?: string;
  readonly pod?: string;
  readonly n?: number;
  readonly sgs?: readonly string[] | null;
  readonly subnet?: string;
  readonly value?: string;
  readonly what?: string;
  readonly eni?: string;
  readonly association?: string;
  readonly eventLost?: boolean;
  readonly pods?: readonly unknown[];
  readonly id?: string;
  readonly job?: { readonly op: string; readonly count?: number; readonly resources?: readonly string[] };
  readonly ok?: boolean;
  readonly prefixAvailable?: boolean;
  readonly resources?: readonly string[] | null;
  readonly upstream?: readonly string[] | null;
  readonly targets?: TargetsDump;
  readonly configMap?: Readonly<Record<string, string>> | null;
  readonly events?: readonly EventDump[];
  readonly calls?: readonly { readonly at: number; readonly call: string }[];
}

export interface EventDump { readonly at: number; readonly annotate?: string; readonly err?: string }

/** An element of the annotation `vpc.amazonaws.com/pod-eni`. */
export interface BranchAnnotation {
  readonly eniId: string;
  readonly ifAddress: string;
  readonly privateIp: string;
  readonly ipv6Addr: string;
  readonly vlanId: number;
  readonly subnetCidr: string;
  readonly subnetV6Cidr: string;
  readonly associationID: string;
}

export interface TargetsDump {
  readonly desired: number;
  readonly warmIp: number;
  readonly minIp: number;
  readonly warmPrefix: number;
  readonly maxDeviation: number;
}
