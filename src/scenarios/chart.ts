/**
 * Chart: settings of aws-node from the files that people keep them in: values of the Helm chart, configurationValues of the EKS add-on, the
 * DaemonSet itself.
 *
 * Shape   Each source is a list of layers over what came before it. The manifest says all that its container has, so it takes the place of
 *         the defaults; values change some of it.
 * Errors  What Kubernetes or Helm would let pass is a warning here, at its line of that file.
 * Source  amazon-vpc-cni-k8s v1.23.1 charts/aws-vpc-cni: values.yaml, templates/daemonset.yaml, templates/eniconfig.yaml.
 */
import { layer } from './agent.ts';
import { didYouMean } from './closest.ts';
import type { EnvTexts } from './environment.ts';
import type { Load } from './files.ts';
import { isObject, objectsOf, openFile, reportIn, type Map_ } from './manifests.ts';
import type { EniConfigInput } from './network.ts';
import { show, type Path, type Problem, type Report } from './problems.ts';
import type { Section } from './schema.ts';

export type AgentFiles = {
  /** The container's texts, over the defaults. */
  readonly texts: (defaults: EnvTexts) => EnvTexts;
  /** Tag of the image, if a file names one. */
  readonly version?: string;
  readonly eniConfigs: readonly EniConfigInput[];
  readonly branchEniCooldownMs: number;
};

/** The chart's default, and the least that the resource controller takes. */
const COOLDOWN_SECONDS = 60, COOLDOWN_SECONDS_MIN = 30;

export const NO_FILES: AgentFiles = { texts: defaults => defaults, eniConfigs: [], branchEniCooldownMs: COOLDOWN_SECONDS * 1000 };

const CHART_KEYS = [
  'affinity', 'branchENICooldown', 'cniConfig', 'cri', 'enableNetworkPolicy', 'enableWindowsIpam', 'enableWindowsPrefixDelegation', 'eniConfig', 'env', 'extraEnv',
  'extraVolumeMounts', 'extraVolumes', 'fullnameOverride', 'global', 'image', 'imagePullSecrets', 'init', 'livenessProbe', 'livenessProbeTimeoutSeconds', 'minimumWindowsIPTarget',
  'nameOverride', 'nodeAgent', 'nodeSelector', 'originalMatchLabels', 'podAnnotations', 'podLabels', 'podSecurityContext', 'priorityClassName', 'readinessProbe',
  'readinessProbeTimeoutSeconds', 'resources', 'securityContext', 'serviceAccount', 'tolerations', 'updateStrategy', 'warmWindowsIPTarget', 'warmWindowsPrefixTarget',
];
/** Of the Windows nodes, which runs do not have yet. */
const WINDOWS_KEYS = ['enableWindowsIpam', 'enableWindowsPrefixDelegation'];

/** In the container, but not read by ipamd: set by EKS, or the AWS SDK's own. */
const PASSED_OVER = /^(?:VPC_ID|AWS_(?:DEFAULT_)?REGION|AWS_ROLE_ARN|AWS_WEB_IDENTITY_TOKEN_FILE|AWS_STS_REGIONAL_ENDPOINTS|AWS_CONTAINER_\w+|AWS_ACCESS_KEY_ID|AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN)$/;

/** A change of the texts, and its remarks. */
type Layer = (base: EnvTexts) => EnvTexts;
type Gathered = { layers: Layer[]; version?: string; eniConfigs: EniConfigInput[]; cooldownSeconds: number };

/** What `cni.manifest` and `cni.helmValues` say. `report` is for the scenario's file, `problems` takes what is wrong in others. */
export function readAgentFiles(cni: Section<'cni'> | undefined, load: Load, report: Report, problems: Problem[]): AgentFiles {
  const gathered: Gathered = { layers: [], eniConfigs: [], cooldownSeconds: COOLDOWN_SECONDS };
  if (cni?.manifest !== undefined) readDaemonSet(cni.manifest, load, gathered, report, problems);
  cni?.helmValues.forEach((file, i) => readValues(file, cni.helmValues.length === 1 ? ['cni', 'helmValues'] : ['cni', 'helmValues', i], load, gathered, report, problems));
  const { layers, version, eniConfigs, cooldownSeconds } = gathered;
  return { texts: defaults => layers.reduce((texts, change) => change(texts), defaults), version, eniConfigs, branchEniCooldownMs: Math.max(COOLDOWN_SECONDS_MIN, cooldownSeconds) * 1000 };
}

/** Texts of a scenario must be right; those of a running cluster are what they are. */
const asWarnings = (report: Report): Report => (path, remark) => report(path, { ...remark, severity: 'warning' });

// ---------------------------------------------------------------------------------------------------------------- variables

/** One variable, over the others. */
function variable(name: string, value: unknown, path: Path, report: Report): Layer {
  if (PASSED_OVER.test(name)) return base => base;
  if (value !== null && typeof value === 'object') {
    report(path, { found: show(value), expected: `a text for ${name}; it is left as it was`, severity: 'warning' });
    return base => base;
  }
  return base => layer(base, { [name]: value as string | number | boolean | null }, path, asWarnings(report));
}

/** A map of variables, as values have it; null unsets. */
function mapLayers(map: unknown, path: Path, report: Report): Layer[] {
  if (map === undefined || map === null) return [];
  if (isObject(map)) return Object.entries(map).map(([name, value]) => variable(name, value, path, report));
  report(path, { found: show(map), expected: 'a map of variables' });
  return [];
}

/** A list of variables, as a container has it. The last of several with one name wins, as in Kubernetes. */
function listLayers(list: unknown, path: Path, report: Report): Layer[] {
  if (list === undefined || list === null) return [];
  if (!Array.isArray(list)) {
    report(path, { found: show(list), expected: 'a list of variables, each with name and value' });
    return [];
  }
  return list.flatMap((item: unknown, i): Layer[] => {
    const at = [...path, i];
    if (!isObject(item) || typeof item.name !== 'string') {
      report(at, { found: show(item), expected: 'a variable with name and value' });
      return [];
    }
    const isDownward = isObject(item.valueFrom) && 'fieldRef' in item.valueFrom;
    if (item.valueFrom === undefined) return [variable(item.name, item.value ?? '', at, report)];
    if (!isDownward) report(at, { found: `${item.name} from elsewhere`, expected: 'a value; it is left out', severity: 'warning' });
    return [];
  });
}

// ---------------------------------------------------------------------------------------------------------------- values

function readValues(file: string, place: Path, load: Load, gathered: Gathered, report: Report, problems: Problem[]): void {
  const documents = openFile(load, file);
  if (typeof documents === 'string') {
    report(place, { found: JSON.stringify(file), expected: documents });
    return;
  }
  for (const document of documents) {
    const inFile = reportIn(document.source, problems);
    if ('failure' in document) inFile([], { found: document.failure, expected: 'YAML or JSON' });
    else if (isObject(document.value)) takeValues(document.value, place, gathered, inFile);
    else if (document.value !== null && document.value !== undefined) inFile([], { found: show(document.value), expected: 'values of the aws-vpc-cni chart' });
  }
}

function takeValues(whole: Map_, place: Path, gathered: Gathered, report: Report): void {
  // A chart that has this one as a part keeps its values under the name.
  const prefix: Path = isObject(whole['aws-vpc-cni']) ? ['aws-vpc-cni'] : [];
  const values = isObject(whole['aws-vpc-cni']) ? whole['aws-vpc-cni'] : whole;
  const part = (key: string): Map_ => (isObject(values[key]) ? values[key] : {});
  for (const key of Object.keys(values)) {
    if (!CHART_KEYS.includes(key)) report(prefix, { key, found: `the unknown key "${key}"`, expected: 'a key of the aws-vpc-cni chart; Helm passes it over', suggestion: didYouMean(key, CHART_KEYS), severity: 'warning' });
  }
  for (const key of WINDOWS_KEYS) {
    if (isTrue(values[key])) report([...prefix, key], { found: `${key}: ${String(values[key])}`, expected: 'Linux nodes: runs have no Windows nodes yet', severity: 'warning' });
  }
  gathered.layers.push(
    ...mapLayers(part('init').env, [...prefix, 'init', 'env'], report),
    ...mapLayers(values.env, [...prefix, 'env'], report),
    ...listLayers(values.extraEnv, [...prefix, 'extraEnv'], report),
  );
  if (isFalse(part('nodeAgent').enabled)) gathered.layers.push(base => layer(base, { NETWORK_POLICY_ENFORCING_MODE: null }, [...prefix, 'nodeAgent'], report));
  const { tag } = part('image');
  if (typeof tag === 'string') gathered.version = versionOf(tag);
  takeCooldown(values.branchENICooldown, [...prefix, 'branchENICooldown'], gathered, report);
  takeEniConfigs(part('eniConfig'), [...prefix, 'eniConfig'], place, gathered, report);
}

const isTrue = (value: unknown) => value === true || value === 'true';
const isFalse = (value: unknown) => value === false || value === 'false';

/** `v1.23.1-eksbuild.1` is 1.23.1. */
const versionOf = (tag: string): string | undefined => /^v?(\d+\.\d+\.\d+)/.exec(tag)?.[1];

function takeCooldown(value: unknown, path: Path, gathered: Gathered, report: Report): void {
  if (value === undefined || value === null) return;
  const seconds = /^\d{1,9}$/.test(String(value)) ? Number(value) : Number.NaN;
  if (Number.isNaN(seconds)) report(path, { found: show(value), expected: `a whole number of seconds; the resource controller takes ${COOLDOWN_SECONDS}`, severity: 'warning' });
  else if (seconds < COOLDOWN_SECONDS_MIN) report(path, { found: show(value), expected: `at least ${COOLDOWN_SECONDS_MIN}, which the resource controller takes instead`, severity: 'warning' });
  gathered.cooldownSeconds = Number.isNaN(seconds) ? COOLDOWN_SECONDS : seconds;
}

/** One ENIConfig a key, named by it. */
function takeEniConfigs({ create, subnets }: Map_, path: Path, place: Path, gathered: Gathered, report: Report): void {
  if (!isTrue(create)) return;
  if (!isObject(subnets)) {
    report(path, { found: 'eniConfig.create without subnets', expected: 'subnets by zone, each with id and securityGroups' });
    return;
  }
  for (const [name, spec] of Object.entries(subnets)) {
    const groups = isObject(spec) ? (spec.securityGroups ?? []) : [];
    if (isObject(spec) && typeof spec.id === 'string' && Array.isArray(groups)) gathered.eniConfigs.push({ name, subnet: spec.id, securityGroups: groups.map(String), path: [...place] });
    else report([...path, 'subnets', name], { found: show(spec), expected: 'id, the id or name of a subnet, and a list of securityGroups' });
  }
}

// ---------------------------------------------------------------------------------------------------------------- the DaemonSet

const DAEMON_SET = 'aws-node', INIT_CONTAINER = 'aws-vpc-cni-init';

function readDaemonSet(file: string, load: Load, gathered: Gathered, report: Report, problems: Problem[]): void {
  const place = ['cni', 'manifest'];
  const documents = openFile(load, file);
  if (typeof documents === 'string') {
    report(place, { found: JSON.stringify(file), expected: documents });
    return;
  }
  let isFound = false;
  for (const document of documents) {
    const inFile = reportIn(document.source, problems);
    if ('failure' in document) inFile([], { found: document.failure, expected: 'YAML or JSON' });
    else {
      for (const { value, path } of objectsOf(document.value)) {
        if (!isObject(value) || value.kind !== 'DaemonSet') continue;
        const containers = containersOf(value, path, 'containers');
        const agent = containers.find(({ name }) => name === DAEMON_SET);
        if (!agent) continue;
        isFound = true;
        gathered.layers.push(() => ({}));
        for (const each of [...containersOf(value, path, 'initContainers').filter(({ name }) => name === INIT_CONTAINER), agent]) {
          if (each.container.envFrom !== undefined) inFile([...each.path, 'envFrom'], { found: 'variables from elsewhere', expected: 'env alone; they are left out', severity: 'warning' });
          gathered.layers.push(...listLayers(each.container.env, [...each.path, 'env'], inFile));
        }
        gathered.version = versionOf(String(agent.container.image).split(':').at(-1) ?? '');
      }
    }
  }
  if (!isFound) report(place, { found: JSON.stringify(file), expected: `a file with a DaemonSet that has a container ${DAEMON_SET}` });
}

function containersOf(daemonSet: Map_, path: Path, field: 'containers' | 'initContainers'): { readonly name: unknown; readonly container: Map_; readonly path: Path }[] {
  const { spec } = daemonSet;
  const template = isObject(spec) ? spec.template : undefined;
  const pod = isObject(template) ? template.spec : undefined;
  const containers = isObject(pod) ? pod[field] : undefined;
  if (!Array.isArray(containers)) return [];
  return containers.flatMap((container: unknown, i) => (isObject(container) ? [{ name: container.name, container, path: [...path, 'spec', 'template', 'spec', field, i] }] : []));
}
