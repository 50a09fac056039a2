/**
 * Environment: every variable that aws-node reads, in one table, and ipamd's own way of parsing them.
 *
 * Why     The schema, docs/environment.md and the suggestions for mistyped names all come from this table.
 * Shape   `effect` says what the variable does; `inRun` whether a run changes with it; `relevance`: A allocation, S start-up,
 *         E egress, - neither.
 * Errors  ipamd never refuses a value: a bad one becomes its default, and we warn. What the wrapper refuses is in `wrapperRefusals`.
 * Source  amazon-vpc-cni-k8s v1.23.1: pkg/ipamd/ipamd.go, data_store.go, eniconfig.go, awsutils.go, network.go; chart
 *         charts/aws-vpc-cni/values.yaml; wrapper cmd/aws-vpc-cni/main.go: validateEnvVars.
 */

/** `floor`: a lower number becomes the default. `among`: any other text becomes the default. */
export type EnvRow = {
  readonly type: 'int' | 'bool' | 'string';
  /** Value without the variable, after parsing. */
  readonly code: number | boolean | string;
  /** What the Helm chart sets; null = nothing. */
  readonly chart: string | null;
  readonly effect: string;
  /** yes: a run changes with it. none: it has no effect on allocation. later: it has one, and runs do not show it yet. */
  readonly inRun: 'yes' | 'none' | 'later';
  readonly relevance: string;
  readonly unit?: string;
  readonly floor?: number;
  readonly among?: readonly string[];
};

const none = { inRun: 'none' } as const;
const yes = { inRun: 'yes' } as const;
const later = { inRun: 'later' } as const;

export const ENVIRONMENT = {
  WARM_ENI_TARGET: { type: 'int', code: 1, chart: '1', floor: 0, relevance: 'A', ...yes, effect: 'Whole ENIs of addresses kept warm. Ignored when WARM_IP_TARGET or MINIMUM_IP_TARGET is set, and with prefix delegation.' },
  WARM_IP_TARGET: { type: 'int', code: 0, chart: null, floor: 0, relevance: 'A', ...yes, effect: 'Addresses kept available, cooling ones included.' },
  MINIMUM_IP_TARGET: { type: 'int', code: 0, chart: null, floor: 0, relevance: 'A', ...yes, effect: 'Addresses held at least. Without WARM_IP_TARGET it is also a ceiling.' },
  WARM_PREFIX_TARGET: { type: 'int', code: 0, chart: '1', floor: 0, relevance: 'A', ...yes, effect: 'Free prefixes kept, with prefix delegation. Guards ENIs against deletion even when WARM_IP_TARGET rules.' },
  MAX_ENI: { type: 'int', code: -1, chart: null, floor: 1, relevance: 'A', ...yes, effect: 'Caps the ENIs of a node; below 1 it is ignored.' },
  ENABLE_PREFIX_DELEGATION: { type: 'bool', code: false, chart: 'false', relevance: 'A', ...yes, effect: 'Slots hold /28 prefixes instead of single addresses. Falls back silently on types that are neither nitro nor bare metal.' },
  AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: { type: 'bool', code: false, chart: 'false', relevance: 'A E', ...yes, effect: 'Custom networking: pods get addresses from the subnet of an ENIConfig, none from the primary ENI.' },
  ENI_CONFIG_LABEL_DEF: { type: 'string', code: 'k8s.amazonaws.com/eniConfig', chart: null, relevance: 'A', ...yes, effect: 'Node label that names the ENIConfig.' },
  ENI_CONFIG_ANNOTATION_DEF: { type: 'string', code: 'k8s.amazonaws.com/eniConfig', chart: null, relevance: 'A', ...yes, effect: 'Node annotation that names the ENIConfig; read before the label.' },
  ENABLE_SUBNET_DISCOVERY: { type: 'bool', code: true, chart: 'true', relevance: 'A', ...yes, effect: 'New ENIs go to the tagged subnet of the zone with most free addresses.' },
  CLUSTER_NAME: { type: 'string', code: '', chart: null, relevance: 'A', ...yes, effect: 'ENI tag, cluster tags of subnets, filter of the leaked-ENI sweep.' },
  IP_COOLDOWN_PERIOD: { type: 'int', code: 30, chart: null, unit: 's', relevance: 'A', ...yes, effect: 'How long a released address stays out.' },
  ENABLE_POD_ENI: { type: 'bool', code: false, chart: 'false', relevance: 'A E', ...later, effect: 'Security groups for pods: a slot is kept for the trunk, and reconcile runs each turn until it is there.' },
  POD_SECURITY_GROUP_ENFORCING_MODE: { type: 'string', code: 'strict', chart: null, among: ['strict', 'standard'], relevance: 'E', ...none, effect: 'Host rules for branch ENI pods.' },
  ENABLE_MULTI_NIC: { type: 'bool', code: false, chart: 'false', relevance: 'A', ...yes, effect: 'Every network card has a pool of its own; cards above 0 keep one warm address.' },
  MANAGE_UNTAGGED_ENI: { type: 'bool', code: true, chart: null, relevance: 'A', ...yes, effect: 'Whether attached ENIs without the instance tag are managed.' },
  AWS_MANAGE_ENIS_NON_SCHEDULABLE: { type: 'bool', code: false, chart: null, relevance: 'A', ...yes, effect: 'Whether a cordoned node still grows and frees ENIs.' },
  DISABLE_NETWORK_RESOURCE_PROVISIONING: { type: 'bool', code: false, chart: 'false', relevance: 'A', ...yes, effect: 'No growth, release, tags or ENI deletion; reconcile only.' },
  ENABLE_IMDS_ONLY_MODE: { type: 'bool', code: false, chart: 'false', relevance: 'A', ...yes, effect: 'As DISABLE_NETWORK_RESOURCE_PROVISIONING, and ENIs are described from instance metadata alone.' },
  DISABLE_LEAKED_ENI_CLEANUP: { type: 'bool', code: false, chart: null, relevance: 'A', ...yes, effect: 'No hourly sweep of leaked ENIs.' },
  ENABLE_IPv4: { type: 'bool', code: false, chart: 'true', relevance: 'S', ...yes, effect: 'Must be true for an IPv4 cluster, although the docs call it the default.' },
  ENABLE_IPv6: { type: 'bool', code: false, chart: 'false', relevance: 'A', ...yes, effect: 'One /80 a node and no pool. Needs prefix delegation, excludes custom networking.' },
  AWS_VPC_K8S_CNI_BACKING_STORE: { type: 'string', code: '/var/run/aws-node/ipam.json', chart: null, relevance: 'S', ...none, effect: 'Checkpoint file.' },
  MY_NODE_NAME: { type: 'string', code: '', chart: null, relevance: 'S', ...none, effect: 'Node look-up; the downward API sets it.' },
  MY_POD_NAME: { type: 'string', code: '', chart: null, relevance: 'S', ...none, effect: 'Events; the downward API sets it.' },
  ANNOTATE_POD_IP: { type: 'bool', code: false, chart: null, relevance: 'S', ...later, effect: 'ADD also patches the pod; start-up waits for the API server.' },
  NETWORK_POLICY_ENFORCING_MODE: { type: 'string', code: '', chart: 'standard', relevance: 'S', ...none, effect: 'ADD fails without the policy agent; a text other than none, strict or standard stops the agent.' },
  ADDITIONAL_ENI_TAGS: { type: 'string', code: '', chart: '{}', relevance: '-', ...none, effect: 'Tags (JSON) of new ENIs.' },
  AWS_VPC_K8S_CNI_EXTERNALSNAT: { type: 'bool', code: false, chart: 'false', relevance: 'E', ...none, effect: 'Pods leave with their own address; something outside translates.' },
  AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS: { type: 'string', code: '', chart: null, relevance: 'E', ...none, effect: 'IPv4 CIDRs, comma-separated, that are not translated.' },
  AWS_EXTERNAL_SERVICE_CIDRS: { type: 'string', code: '', chart: null, relevance: 'E', ...none, effect: 'IPv4 CIDRs, comma-separated, that are reached by the primary ENI.' },
  AWS_VPC_K8S_CNI_RANDOMIZESNAT: { type: 'string', code: 'prng', chart: 'prng', among: ['prng', 'hashrandom', 'none'], relevance: 'E', ...none, effect: 'Choice of source ports.' },
  AWS_VPC_CNI_NODE_PORT_SUPPORT: { type: 'bool', code: true, chart: 'true', relevance: 'E', ...none, effect: 'Connection marks for node ports.' },
  AWS_VPC_K8S_CNI_CONNMARK: { type: 'int', code: 0x80, chart: null, relevance: 'E', ...none, effect: 'The mark bit.' },
  ENABLE_V6_EGRESS: { type: 'bool', code: false, chart: null, relevance: 'E', ...none, effect: 'Egress plugin for IPv6 in IPv4 clusters.' },
  ENABLE_V4_EGRESS: { type: 'bool', code: true, chart: null, relevance: 'E', ...none, effect: 'Egress plugin for IPv4 in IPv6 clusters.' },
  AWS_VPC_ENI_MTU: { type: 'int', code: 9001, chart: '9001', relevance: '-', ...none, effect: 'MTU of ENIs.' },
  POD_MTU: { type: 'int', code: 9001, chart: null, relevance: '-', ...none, effect: 'MTU of pods; without it the ENI MTU.' },
  AWS_VPC_K8S_CNI_VETHPREFIX: { type: 'string', code: 'eni', chart: 'eni', relevance: 'E', ...none, effect: 'Prefix of host interface names.' },
  HTTP_TIMEOUT: { type: 'int', code: 10, chart: null, unit: 's', floor: 10, relevance: '-', ...none, effect: 'Timeout of EC2 and metadata calls.' },
  AWS_EC2_ENDPOINT: { type: 'string', code: '', chart: null, relevance: '-', ...none, effect: 'Reaches the metadata configuration only; EC2 calls do not use it.' },
  CLUSTER_ENDPOINT: { type: 'string', code: '', chart: null, relevance: 'S', ...none, effect: 'API server address.' },
  VPC_CNI_VERSION: { type: 'string', code: '', chart: 'v1.23.1', relevance: '-', ...none, effect: 'User agent text.' },
  AWS_VPC_K8S_CNI_LOG_FILE: { type: 'string', code: '/host/var/log/aws-routed-eni/ipamd.log', chart: '/host/var/log/aws-routed-eni/ipamd.log', relevance: '-', ...none, effect: 'Log file.' },
  AWS_VPC_K8S_CNI_LOGLEVEL: { type: 'string', code: 'Debug', chart: 'DEBUG', relevance: '-', ...none, effect: 'Log level.' },
  DISABLE_METRICS: { type: 'bool', code: false, chart: 'false', relevance: '-', ...none, effect: 'No metrics endpoint.' },
  DISABLE_INTROSPECTION: { type: 'bool', code: false, chart: 'false', relevance: '-', ...none, effect: 'No introspection endpoint.' },
  INTROSPECTION_BIND_ADDRESS: { type: 'string', code: '127.0.0.1:61679', chart: null, relevance: '-', ...none, effect: 'Introspection endpoint.' },
  HOST_CNI_BIN_PATH: { type: 'string', code: '/host/opt/cni/bin', chart: null, relevance: '-', ...none, effect: 'Wrapper only: where plugins are copied to.' },
  HOST_CNI_CONFDIR_PATH: { type: 'string', code: '/host/etc/cni/net.d', chart: null, relevance: '-', ...none, effect: 'Wrapper only: where the CNI configuration is written.' },
  AWS_VPC_K8S_PLUGIN_LOG_FILE: { type: 'string', code: '/var/log/aws-routed-eni/plugin.log', chart: '/var/log/aws-routed-eni/plugin.log', relevance: '-', ...none, effect: 'Wrapper only: plugin log file; the wrapper refuses stdout.' },
  AWS_VPC_K8S_PLUGIN_LOG_LEVEL: { type: 'string', code: 'DEBUG', chart: 'DEBUG', relevance: '-', ...none, effect: 'Wrapper only: plugin log level.' },
  AWS_VPC_K8S_EGRESS_V4_PLUGIN_LOG_FILE: { type: 'string', code: '', chart: null, relevance: '-', ...none, effect: 'Wrapper only: log file.' },
  AWS_VPC_K8S_EGRESS_V6_PLUGIN_LOG_FILE: { type: 'string', code: '', chart: null, relevance: '-', ...none, effect: 'Wrapper only: log file.' },
  ENABLE_BANDWIDTH_PLUGIN: { type: 'bool', code: false, chart: null, relevance: '-', ...none, effect: 'Wrapper only: adds the bandwidth plugin.' },
  DISABLE_POD_V6: { type: 'bool', code: false, chart: null, relevance: '-', ...none, effect: 'Wrapper only: no IPv6 in pods.' },
  DISABLE_TCP_EARLY_DEMUX: { type: 'bool', code: false, chart: 'false', relevance: '-', ...none, effect: 'Init container only (init.env in the chart).' },
  AWS_MAX_ATTEMPTS: { type: 'int', code: 3, chart: null, floor: 1, relevance: 'A', ...yes, effect: 'Attempts of the AWS SDK per EC2 call.' },
  AWS_RETRY_MODE: { type: 'string', code: 'standard', chart: null, among: ['standard', 'adaptive'], relevance: 'A', ...none, effect: 'Retry mode of the AWS SDK; standard is what is modelled.' },
  AWS_VPC_K8S_CNI_CONFIGURE_RPFILTER: { type: 'bool', code: true, chart: null, relevance: '-', ...none, effect: 'Deprecated, no effect.' },
  ENABLE_NFTABLES: { type: 'bool', code: false, chart: null, relevance: '-', ...none, effect: 'Deprecated, no effect.' },
} as const satisfies Record<string, EnvRow>;

export type EnvName = keyof typeof ENVIRONMENT;

/** Each variable after parsing: a number, a boolean or a text. Times are in the variable's own unit (seconds). */
export type EnvValues = {
  readonly [Name in EnvName]: (typeof ENVIRONMENT)[Name]['type'] extends 'int' ? number : (typeof ENVIRONMENT)[Name]['type'] extends 'bool' ? boolean : string;
};

/** Texts by name, as a container's `env` has them. A name that is absent is unset. */
export type EnvTexts = Readonly<Partial<Record<EnvName, string>>>;

export const ENV_NAMES = Object.keys(ENVIRONMENT) as EnvName[];
export const isEnvName = (name: string): name is EnvName => Object.hasOwn(ENVIRONMENT, name);

/** What the chart sets (`chart`), or nothing at all (`code`). */
export function defaultTexts(defaults: 'chart' | 'code'): EnvTexts {
  if (defaults === 'code') return {};
  return Object.fromEntries(ENV_NAMES.flatMap(name => (ENVIRONMENT[name].chart === null ? [] : [[name, ENVIRONMENT[name].chart]])));
}

const GO_TRUE = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);
const GO_FALSE = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False']);

/** Go's strconv.Atoi, or null. Beyond 2^53 a double is no longer exact, which no setting can tell apart. */
function atoi(text: string): number | null {
  return /^[+-]?[0-9]+$/.test(text) && Math.abs(Number(text)) < 2 ** 63 ? Number(text) || 0 : null;
}

/** One variable as ipamd reads it; `understood` is false when its default stands in for a bad text. */
export function parseVariable(name: EnvName, text: string | undefined): { value: number | boolean | string; understood: boolean } {
  const row: EnvRow = ENVIRONMENT[name];
  if (text === undefined || text === '') return { value: row.code, understood: true };
  const bad = { value: row.code, understood: false };
  if (row.type === 'bool') return GO_TRUE.has(text) ? { value: true, understood: true } : GO_FALSE.has(text) ? { value: false, understood: true } : bad;
  if (row.type === 'string') return row.among && !row.among.includes(text) ? bad : { value: text, understood: true };
  const number = atoi(text);
  return number === null || (row.floor !== undefined && number < row.floor) ? bad : { value: number, understood: true };
}

/** All variables of an agent whose container has `texts`. */
export function parseEnvironment(texts: EnvTexts): EnvValues {
  return Object.fromEntries(ENV_NAMES.map(name => [name, parseVariable(name, texts[name]).value])) as EnvValues;
}

/**
 * Why the wrapper would exit instead of starting the agent, by variable; empty when it starts.
 * Its test for targets compares texts with "0" letter by letter, so "00" passes and "-1" does not.
 */
export function wrapperRefusals(texts: EnvTexts): { name: EnvName; reason: string }[] {
  const refusals: { name: EnvName; reason: string }[] = [];
  const refuse = (name: EnvName, reason: string) => refusals.push({ name, reason });
  const on = (name: EnvName) => parseVariable(name, texts[name]).value === true;
  const text = (name: EnvName) => texts[name] ?? '';

  if (text('AWS_VPC_K8S_PLUGIN_LOG_FILE') === 'stdout') refuse('AWS_VPC_K8S_PLUGIN_LOG_FILE', 'the plugin cannot log to stdout');
  const veth = text('AWS_VPC_K8S_CNI_VETHPREFIX');
  if (veth.length > 4 || ['eth', 'lo', 'vlan'].includes(veth)) refuse('AWS_VPC_K8S_CNI_VETHPREFIX', 'at most 4 characters, and not eth, lo or vlan');
  const mode = text('POD_SECURITY_GROUP_ENFORCING_MODE');
  if (on('ENABLE_POD_ENI') && mode !== '' && mode !== 'strict' && mode !== 'standard') refuse('POD_SECURITY_GROUP_ENFORCING_MODE', 'strict or standard');
  const cooldown = text('IP_COOLDOWN_PERIOD');
  if (cooldown !== '' && !((atoi(cooldown) ?? -1) >= 0)) refuse('IP_COOLDOWN_PERIOD', 'a whole number of seconds, not negative');
  const low = on('ENABLE_IPv6') ? 1280 : 576;
  for (const name of ['AWS_VPC_ENI_MTU', 'POD_MTU'] as const) {
    const mtu = atoi(text(name));
    if (text(name) !== '' && !(mtu !== null && mtu >= low && mtu <= 9001)) refuse(name, `a whole number from ${low} to 9001`);
  }
  const targets = ['WARM_IP_TARGET', 'WARM_PREFIX_TARGET', 'MINIMUM_IP_TARGET'] as const;
  if (on('ENABLE_PREFIX_DELEGATION') && targets.every(name => (texts[name] ?? '0') <= '0'))
    refuse('ENABLE_PREFIX_DELEGATION', 'one of WARM_PREFIX_TARGET, WARM_IP_TARGET and MINIMUM_IP_TARGET must be positive');
  return refusals;
}
