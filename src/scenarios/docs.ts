/** Docs: docs/scenario.md and docs/environment.md, made from the schema and the table of variables. A test compares the files. */
import { ec2Defaults } from './defaults.ts';
import { ENV_NAMES, ENVIRONMENT, type EnvRow } from './environment.ts';
import { formOf, jsonSchema, type JsonSchema } from './keys.ts';
import { formatDuration } from './scalars.ts';
import type { Distribution } from '../core/quantiles.ts';
import { EC2_ACTIONS } from './scenario.ts';

const row = (...cells: readonly string[]) => `| ${cells.join(' | ')} |`;
const table = (heads: readonly string[], rows: readonly (readonly string[])[]) => [row(...heads), row(...heads.map(() => '---')), ...rows.map(cells => row(...cells))].join('\n');
const code = (value: unknown) => `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;

const IN_RUN = { yes: 'modelled', none: 'no effect on allocation', later: 'not modelled yet' } as const;

/** docs/environment.md */
export function environmentDoc(): string {
  const rows = ENV_NAMES.map(name => {
    const { type, unit, code: byCode, chart, effect, inRun, relevance }: EnvRow = ENVIRONMENT[name];
    return [code(name), unit ? `${type} (${unit})` : type, byCode === '' ? 'unset' : code(byCode), chart === null ? 'unset' : code(chart), effect, IN_RUN[inRun], relevance];
  });
  return `# Environment variables of aws-node

The variables of \`cni.env\`, exactly as aws-node reads them (amazon-vpc-cni-k8s v1.23.1). A scenario starts from what the Helm chart
sets (\`cni.defaults: code\` starts from nothing); \`null\` unsets one that the chart sets. Texts are parsed as ipamd parses them: booleans
in Go's forms (\`1 t T TRUE true True 0 f F FALSE false False\`), and a value that ipamd does not understand becomes its default, with
a warning here. What aws-node's wrapper refuses to start with is an error.

Relevance: A allocation, S start-up, E egress, - neither. "no effect on allocation" means that a run does not change with it; "not modelled yet" that it
should and a warning says so.

${table(['name', 'type', 'code default', 'chart default', 'effect', 'in a run', 'relevance'], rows)}

Settings of one node group (\`nodeGroups[].env\`) are a what-if: a DaemonSet has one environment. They are marked by a warning.
`;
}

/** docs/scenario.md */
export function scenarioDoc(): string {
  const whole = jsonSchema();
  const sections = Object.entries(whole.properties ?? {});
  const top = table(['key', 'form', 'default', 'meaning'], sections.map(([key, schema]) => [`[\`${key}\`](#${key.toLowerCase()})`, formOf(schema), defaultOf(key, schema, whole), schema.description ?? '']));
  const parts = sections.flatMap(([key, schema]) => (key === 'cni' ? [section(key, withoutEnv(schema))] : [section(key, schema)])).filter(Boolean);
  return `# Scenario files

\`apiVersion: enisim/v1\`, YAML. This page is made from the schema; [environment.md](environment.md) lists the variables of \`cni.env\`, and
\`schema/scenario.schema.json\` is for editors. \`enisim validate\` prints every mistake of a file with line and column.

**Durations** have units: \`250ms\`, \`30s\`, \`15m\`, \`4h\`, \`2d\`, \`1h30m\`. A bare number is refused. **CPU, memory** are Kubernetes
quantities (\`500m\`, \`2\`; \`256Mi\`, \`4Gi\`). **Shares** are \`25%\` or \`0.25\`.

**Random durations** take one of these forms; draws come from the scenario's seed.

${table(
  ['form', 'distribution'],
  [
    ['`2s` or `{ fixed: 2s }`', 'always this long'],
    ['`{ min: 1s, max: 3s }`', 'uniform'],
    ['`{ median: 1s, p99: 5s, min: 100ms }`', 'lognormal; no draw below `min`'],
    ['`{ mean: 5m, distribution: exponential, min: 1s }`', 'exponential; no draw below `min`'],
  ],
)}

Anything can be set from the command line: \`--set duration=1h --set nodeGroups.workers.count=200 --set 'subnets[0].tags["kubernetes.io/role/cni"]=1'\`.

${top}

${parts.join('\n\n')}

## Defaults of EC2, kubelet and scheduler

From \`data/ec2-defaults.json\` of ${ec2Defaults().date}, where each value has its source and a grade of evidence.

${defaultsTable()}
`;
}

const withoutEnv = (schema: JsonSchema): JsonSchema => ({ ...schema, properties: { ...schema.properties, env: { type: 'object', description: schema.properties?.env.description } } });

function defaultOf(key: string, schema: JsonSchema, parent: JsonSchema): string {
  if (parent.required?.includes(key)) return 'required';
  const given = schema.default;
  return given === undefined || typeof given === 'object' || given === '' ? '' : code(given);
}

/** The tables of one section: its own keys, and those of what is inside it. */
function section(name: string, schema: JsonSchema): string {
  const tables = keyTables(name, schema);
  return tables.length === 0 ? '' : `## ${name}\n\n${schema.description ?? ''}\n\n${tables.join('\n\n')}`;
}

const isDistribution = (schema: JsonSchema) => schema.anyOf?.some(each => each.properties?.p99) ?? false;

function keyTables(path: string, schema: JsonSchema): string[] {
  if (isDistribution(schema)) return [];
  const kinds = schema.oneOf;
  if (kinds) return kinds.flatMap(kind => keyTables(`${path} (kind: ${String(kind.properties?.kind.const)})`, kind));
  if (schema.type === 'array' && schema.items) return keyTables(`${path}[]`, schema.items);
  const inAlternatives = (schema.anyOf ?? []).flatMap(each => keyTables(path, each));
  const properties = Object.entries(schema.properties ?? {});
  if (properties.length === 0) return typeof schema.additionalProperties === 'object' ? [...inAlternatives, ...keyTables(`${path}.NAME`, schema.additionalProperties)] : inAlternatives;
  if (EC2_ACTIONS.every(action => schema.properties?.[action])) return [];
  const rows = properties.map(([key, inner]) => [code(key), isDistribution(inner) ? 'random duration' : formOf(inner), defaultOf(key, inner, schema), inner.description ?? '']);
  const own = `**${path}**\n\n${table(['key', 'form', 'default', 'meaning'], rows)}`;
  return [own, ...properties.flatMap(([key, inner]) => keyTables(`${path}.${key}`, inner))];
}

function showDistribution(given: Distribution): string {
  switch (given.kind) {
    case 'fixed':
      return formatDuration(given.ms);
    case 'uniform':
      return `${formatDuration(given.minMs)} to ${formatDuration(given.maxMs)}, uniform`;
    case 'exponential':
      return `mean ${formatDuration(given.meanMs)}, exponential`;
    case 'lognormal':
      return `median ${formatDuration(given.medianMs)}, p99 ${formatDuration(given.p99Ms)}, min ${formatDuration(given.minMs)}`;
  }
}

function defaultsTable(): string {
  const ours = ec2Defaults();
  const actions = EC2_ACTIONS.map(action => [code(action), `${ours.buckets[action].burst}, ${ours.buckets[action].refillPerSecond} a second`, showDistribution(ours.latency[action])]);
  const others = [
    ['`ec2.smallDescribeBucket`', `${ours.smallDescribeBucket.burst}, ${ours.smallDescribeBucket.refillPerSecond} a second`],
    ['`ec2.describeByIdUsesSmallBucket`', String(ours.describeByIdUsesSmallBucket)],
    ['`ec2.throttledCostsToken`', String(ours.throttledCostsToken)],
    ['`ec2.quotas.enisPerRegion`', String(ours.enisPerRegion)],
    ['`ec2.pick`', ours.pick],
    ['`ec2.createWithoutFreeBlock`', ours.createWithoutFreeBlock],
    ['`ec2.refusalLatency`', showDistribution(ours.refusalLatency)],
    ...Object.entries(ours.imds).map(([key, value]) => [`\`ec2.imds.${key}\``, showDistribution(value)]),
    ...Object.entries(ours.launch).map(([key, value]) => [`\`nodeGroups[].launch.${key}\``, showDistribution(value)]),
    ...Object.entries(ours.kubelet).map(([key, value]) => [`\`kubelet.${key}\``, showDistribution(value)]),
    ...Object.entries(ours.scheduler).map(([key, value]) => [`\`scheduler.${key}\``, showDistribution(value)]),
  ];
  return `${table(['action', 'bucket: burst, refill', 'latency'], actions)}\n\n${table(['key', 'default'], others)}`;
}
