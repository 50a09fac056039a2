/**
 * Trace: a golden trace of ipamd as it stands in its file: a header, then one line per operation.
 *
 * Shape   Names and meanings are those of test/golden/ipamd/README.md. What a line may leave out is optional here.
 */
export interface Header {
  readonly id?: string;
  /** Absent for ipamd's traces; those of other programs say what they are. */
  readonly kind?: string;
  readonly instanceType: string;
  readonly limits: { readonly enis: number; readonly ipv4PerEni: number };
  readonly trunkingCompatible: boolean;
  readonly maxPods: number;
  readonly env: EnvironmentTexts;
  readonly eniConfig?: string;
  readonly eniConfigs?: Readonly<Record<string, string>>;
  readonly subnets: readonly { readonly id: string; readonly cidr: string; readonly cniTag?: string; readonly used?: readonly string[] }[];
  readonly preAttached?: readonly { readonly sub: string; readonly ips: number; readonly pfx: number }[];
  readonly faults?: readonly Fault[];
  readonly latency?: Readonly<Record<string, number>>;
  readonly imdsLag?: number;
}

export type EnvironmentTexts = Readonly<Record<string, string>>;

export interface Fault { readonly call: string; readonly from: number; readonly to: number; readonly err: string }

export type Op = 'init' | 'tick' | 'reconcile' | 'add' | 'del' | 'async' | 'restart' | 'ext' | 'end';

export interface Line {
  readonly t: number;
  readonly t2?: number;
  readonly op: Op;
  readonly pod?: string;
  readonly a?: Arguments;
  readonly r?: unknown;
  readonly d?: unknown;
  readonly ec2?: readonly Call[];
  readonly cniNode?: readonly string[];
  readonly st?: StateDump;
}

export interface Arguments {
  readonly kind?: string;
  readonly branch?: number;
  readonly branchIP?: string;
  readonly down?: number;
  readonly gone?: readonly string[];
  readonly env?: EnvironmentTexts;
  readonly eni?: number;
  readonly dev?: number;
  readonly sub?: string;
  readonly ip?: string;
  readonly ips?: readonly string[] | null;
  readonly pfx?: readonly string[] | null;
  readonly noManage?: boolean;
  readonly on?: boolean;
  readonly value?: string;
}

/** A call to the AWS layer: `c` and what it was asked and answered. */
export type Call = Readonly<Record<string, unknown>> & { readonly c: string };

export interface EniDump {
  readonly i: number;
  readonly dev?: number;
  readonly primary?: number;
  readonly trunk?: number;
  readonly excl?: number;
  readonly sub?: string;
  readonly n: readonly [cidrs: number, assigned: number, cooling: number];
  readonly c?: readonly CidrDump[];
  readonly x?: readonly string[];
}

export type CidrDump = readonly [entry: string, assigned: number, cooling: number];

export interface StateDump {
  readonly full?: 1;
  readonly n?: readonly number[];
  readonly raw?: readonly number[];
  readonly e?: readonly EniDump[];
  readonly gone?: readonly number[];
  readonly tm?: readonly (number | null)[];
  readonly rc?: number;
  readonly free?: Readonly<Record<string, number>>;
}
