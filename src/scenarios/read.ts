/**
 * Read: the text of a scenario file -> a Scenario, or every problem with it at once.
 *
 * Shape   YAML -> --set -> each section, and each item of a list, by its own schema -> resolve -> traces. A part that fails is left out, the
 *         others go on.
 * Errors  ScenarioError only, with errors and warnings; warnings alone come with the result. Errors of ours are not caught.
 */
import { LineCounter, parseDocument, type Document } from 'yaml';
import { z } from 'zod';
import { readAgentFiles } from './chart.ts';
import type { Load } from './files.ts';
import { keysAt } from './keys.ts';
import { CHARACTERS_MAX, isObject, loaded, objectsOf, openFile, type Map_ } from './manifests.ts';
import type { EniConfigInput, Items } from './network.ts';
import { applyOverrides } from './overrides.ts';
import { formatPath, locate, ScenarioError, show, tell, type Path, type Problem, type Report, type Source } from './problems.ts';
import { resolve, type Sections } from './resolve.ts';
import { cidr } from './scalars.ts';
import type { Cidr, Scenario, TraceWorkload } from './scenario.ts';
import { eniConfigManifest, eniConfigSpec, nodeGroup, SECTIONS, subnet, timedEntry, workload, type SectionName } from './schema.ts';
import { arrangeTrace, parseTrace, type ParsedTrace, type TracePods } from './traces.ts';
import { bounded, toValue } from './yaml.ts';

export type ReadOptions = {
  /** For messages. */
  readonly file: string;
  readonly load: Load;
  /** `path=value` each, applied in order. */
  readonly overrides?: readonly string[];
  /** false: trace files are not read, and `traces` stays empty. */
  readonly readTraces?: boolean;
};

export type ReadResult = {
  readonly scenario: Scenario;
  readonly warnings: readonly Problem[];
  /** Pods of each trace workload, by the workload's name, arranged for the run: times count from moment 0. */
  readonly traces: ReadonlyMap<string, TracePods>;
};

/** Reads a scenario. Throws ScenarioError with all problems; never another error for anything that a user wrote. */
export function readScenario(text: string, options: ReadOptions): ReadResult {
  const problems: Problem[] = [];
  const { source, input } = readYaml(text, options, problems);
  const parts = new Parts(input, source, problems);
  const report: Report = (path, { key, found, expected, suggestion = '', severity = 'error' }) => {
    if (parts.hasGap(path)) return;
    problems.push({ ...locate(source, path, key), path: formatPath(key === undefined ? path : [...path, key]), found, expected, suggestion, severity });
  };
  const sections = readSections(parts, options.load, report, problems);
  const scenario = resolve(sections, report);
  const traces = options.readTraces === false ? new Map<string, TracePods>() : readTraces(scenario, parts, options.load, report, problems);

  const sorted = inOrder(problems, options.file);
  if (sorted.some(problem => problem.severity === 'error')) throw new ScenarioError(sorted);
  return { scenario, warnings: sorted, traces };
}

/** By place: the scenario's own file first, then --set, then others; each problem once. */
function inOrder(problems: readonly Problem[], file: string): Problem[] {
  const rank = (problem: Problem) => (problem.file === file ? 0 : problem.file.startsWith('--set ') ? 1 : 2);
  const once = new Map(problems.map(problem => [JSON.stringify(problem), problem]));
  return [...once.values()].sort((a, b) => rank(a) - rank(b) || (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) || a.line - b.line || a.column - b.column);
}

// ---------------------------------------------------------------------------------------------------------------- YAML

function readYaml(text: string, options: ReadOptions, problems: Problem[]): { source: Source; input: Map_ } {
  const fatal = (line: number, column: number, found: string, expected: string): never => {
    throw new ScenarioError([...problems, { file: options.file, line, column, path: '', found, expected, suggestion: '', severity: 'error' }]);
  };
  if (text.length > CHARACTERS_MAX) fatal(1, 1, `${text.length} characters`, `at most ${CHARACTERS_MAX}`);
  const lines = new LineCounter();
  const document = bounded(() => parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error', merge: true, stringKeys: true })) ?? fatal(1, 1, 'lists or maps nested without end', 'a scenario');
  if (document.errors.length > 0) throw new ScenarioError([...problems, ...yamlProblems(document, lines, options.file)]);
  const { overrides, problems: refused } = applyOverrides(document, options.overrides ?? []);
  problems.push(...refused);
  const input = toValue(document);
  if ('failure' in input) fatal(1, 1, input.failure, 'a scenario');
  const value = 'value' in input ? input.value : null;
  if (!isObject(value)) return fatal(1, 1, value === null || value === undefined ? 'an empty file' : show(value), 'a map that begins with apiVersion: enisim/v1');
  return { source: { file: options.file, document, lines, overrides }, input: value };
}

function yamlProblems(document: Document, lines: LineCounter, file: string): Problem[] {
  return document.errors.slice(0, 50).map(({ pos, message, code }) => {
    const { line, col } = lines.linePos(pos[0]);
    const expected = code === 'MULTIPLE_DOCS' ? 'one document: a scenario is one file without ---' : 'YAML';
    return { file, line: Math.max(1, line), column: Math.max(1, col), path: '', found: message.split('\n')[0].slice(0, 200), expected, suggestion: '', severity: 'error' };
  });
}

// ---------------------------------------------------------------------------------------------------------------- sections

/**
 * Parses parts of the input one by one, and keeps what is wrong with them. A part with a mistake is parsed again without what is wrong, so
 * that the rest of it is still checked against the others; what then seems to be missing is not reported.
 */
class Parts {
  readonly input: Map_;
  private readonly source: Source;
  private readonly problems: Problem[];
  private readonly gaps: Path[] = [];

  constructor(input: Map_, source: Source, problems: Problem[]) {
    this.input = input;
    this.source = source;
    this.problems = problems;
  }

  /** The value of one schema at one path, perhaps with gaps, or undefined; its problems are kept. */
  parse<Schema extends z.ZodType>(schema: Schema, value: unknown, path: Path): z.output<Schema> | undefined {
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    const told = tell(parsed.error.issues, value, path, at => keysAt(at, this.input));
    for (const each of told) {
      const wrong = each.key === undefined ? each.path : [...each.path, each.key];
      this.problems.push({ ...locate(this.source, each.path, each.key), path: formatPath(wrong), found: each.found, expected: each.expected, suggestion: each.suggestion, severity: 'error' });
    }
    const gaps = told.map(each => (each.key === undefined ? each.path : [...each.path, each.key]));
    const repaired = schema.safeParse(gaps.reduce((rest, gap) => without(rest, gap.slice(path.length)), value));
    if (!repaired.success) return undefined;
    this.gaps.push(...gaps);
    return repaired.data;
  }

  /** Whether something inside the item at `path` was left out, so that a report about the item as a whole may be its echo. */
  hasGap(path: Path): boolean {
    return this.gaps.some(gap => gap.length > path.length && path.every((part, i) => part === gap[i]));
  }

  section<Name extends SectionName>(name: Name): z.output<(typeof SECTIONS)[Name]> | undefined {
    return this.parse(SECTIONS[name] as z.ZodType, Object.hasOwn(this.input, name) ? this.input[name] : undefined, [name]) as z.output<(typeof SECTIONS)[Name]> | undefined;
  }

  /** The VPC's blocks by their place; null for one that could not be read. */
  cidrs(): (Cidr | null)[] {
    const vpc = this.input.vpc;
    const blocks = isObject(vpc) && Array.isArray(vpc.cidrs) && vpc.cidrs.length > 0 && Object.keys(vpc).length === 1 ? (vpc.cidrs as unknown[]) : null;
    return blocks ? blocks.map((raw, i) => this.parse(cidr(), raw, ['vpc', 'cidrs', i]) ?? null) : (this.section('vpc')?.cidrs ?? []);
  }

  /** The items of a list that could be read, and the names of all. */
  items<Schema extends z.ZodType>(section: 'subnets' | 'nodeGroups' | 'workloads' | 'at', schema: Schema): Items<z.output<Schema>> {
    const value = Object.hasOwn(this.input, section) ? this.input[section] : undefined;
    if (!Array.isArray(value) || value.length === 0) {
      this.section(section);
      return { read: [], names: [] };
    }
    const read = value.flatMap((raw: unknown, index) => {
      const item = this.parse(schema, raw, [section, index]);
      return item === undefined ? [] : [{ item, index }];
    });
    const names = value.flatMap((raw: unknown) => (isObject(raw) ? [raw.name, raw.id].filter(each => typeof each === 'string') : []));
    return { read, names };
  }
}

/** A copy of `value` in which the nearest key at or above `path` is missing; undefined if that is the whole. */
function without(value: unknown, path: Path): unknown {
  const last = path.findLastIndex(part => typeof part === 'string');
  if (last < 0) return undefined;
  const [part] = path;
  if (last === 0) {
    if (!isObject(value)) return value;
    const { [part]: _, ...rest } = value;
    return rest;
  }
  const inner = path.slice(1);
  if (Array.isArray(value)) return value.map((item: unknown, i) => (i === part ? without(item, inner) : item));
  return isObject(value) && Object.hasOwn(value, part) ? { ...value, [part]: without(value[part], inner) } : value;
}

function readSections(parts: Parts, load: Load, report: Report, problems: Problem[]): Sections {
  const { input } = parts;
  parts.parse(z.strictObject(Object.fromEntries(Object.keys(SECTIONS).map(name => [name, z.unknown().optional()]))), input, []);
  const eniConfigs = readEniConfigs(parts);
  const manifests = readManifests(parts, load, report);
  const cni = parts.section('cni');
  const agent = readAgentFiles(cni, load, report, problems);
  return {
    apiVersion: parts.section('apiVersion'),
    name: parts.section('name'),
    seed: parts.section('seed'),
    start: parts.section('start'),
    duration: parts.section('duration'),
    region: parts.section('region'),
    zones: parts.section('zones'),
    vpc: { cidrs: parts.cidrs() },
    cni,
    agent,
    ec2: parts.section('ec2'),
    kubelet: parts.section('kubelet'),
    scheduler: parts.section('scheduler'),
    outputs: parts.section('outputs'),
    subnets: parts.items('subnets', subnet),
    nodeGroups: parts.items('nodeGroups', nodeGroup),
    workloads: parts.items('workloads', workload),
    at: parts.items('at', timedEntry),
    eniConfigs: { read: [...eniConfigs.read, ...manifests.read, ...agent.eniConfigs], names: [...eniConfigs.names, ...manifests.names, ...agent.eniConfigs.map(({ name }) => name)] },
  };
}

// ---------------------------------------------------------------------------------------------------------------- ENIConfigs

type EniConfigs = Sections['eniConfigs'];

function readEniConfigs(parts: Parts): EniConfigs {
  const value = parts.input.eniConfigs;
  if (isObject(value)) {
    const names = Object.keys(value);
    const read = names.flatMap((name): EniConfigInput[] => {
      const path = ['eniConfigs', name];
      const spec = parts.parse(eniConfigSpec, value[name], path);
      return spec ? [{ name, ...spec, path }] : [];
    });
    return { read, names };
  }
  if (Array.isArray(value)) {
    const read = value.flatMap((raw: unknown, index): EniConfigInput[] => {
      const path = ['eniConfigs', index];
      const manifest = parts.parse(eniConfigManifest, raw, path);
      return manifest ? [ofManifest(manifest, path)] : [];
    });
    return { read, names: value.map(nameOfManifest) };
  }
  parts.section('eniConfigs');
  return { read: [], names: [] };
}

const ofManifest = ({ metadata, spec }: z.output<typeof eniConfigManifest>, path: (string | number)[]): EniConfigInput => ({ name: metadata.name, subnet: spec.subnet, securityGroups: spec.securityGroups, path });
const nameOfManifest = (raw: unknown): string => (isObject(raw) && isObject(raw.metadata) ? String(raw.metadata.name) : '');

function readManifests(parts: Parts, load: Load, report: Report): EniConfigs {
  const files = parts.section('manifests') ?? [];
  const read: EniConfigInput[] = [];
  const names: string[] = [];
  files.forEach((file, f) => {
    const path = ['manifests', f];
    const documents = openFile(load, file);
    if (typeof documents === 'string') {
      report(path, { found: JSON.stringify(file), expected: documents });
      return;
    }
    documents.forEach((document, d) => {
      if ('failure' in document) {
        report(path, { found: `document ${d + 1} of ${file}: ${document.failure}`, expected: 'YAML' });
        return;
      }
      for (const { value: raw } of objectsOf(document.value)) {
        const kind = isObject(raw) ? raw.kind : undefined;
        if (kind !== 'ENIConfig') {
          if (raw !== null && raw !== undefined) report(path, { found: `${kind === undefined ? 'something without kind' : show(kind)} in ${file}`, expected: 'ENIConfig; it is passed over', severity: 'warning' });
          continue;
        }
        names.push(nameOfManifest(raw));
        const manifest = eniConfigManifest.safeParse(raw);
        if (manifest.success) read.push(ofManifest(manifest.data, path));
        else for (const told of tell(manifest.error.issues, raw, [], () => [])) report(path, { found: `${nameOfManifest(raw) || 'an ENIConfig'} in ${file}: ${formatPath(told.path)}: ${told.found}`, expected: told.expected });
      }
    });
  });
  return { read, names };
}

// ---------------------------------------------------------------------------------------------------------------- traces

function readTraces(scenario: Scenario, parts: Parts, load: Load, report: Report, problems: Problem[]): Map<string, TracePods> {
  const raw = Array.isArray(parts.input.workloads) ? (parts.input.workloads as unknown[]) : [];
  const parsed = new Map<string, ParsedTrace | string>();
  const traces = new Map<string, TracePods>();
  for (const each of scenario.workloads) {
    if (each.kind !== 'trace') continue;
    const index = raw.findIndex(item => isObject(item) && item.kind === 'trace' && item.file === each.file && (item.name === undefined || item.name === each.name));
    const path = ['workloads', index, 'file'];
    const key = `${each.format} ${each.file}`;
    let trace = parsed.get(key);
    if (trace === undefined) {
      const bytes = loaded(load, each.file);
      trace = typeof bytes === 'string' ? bytes : parseTrace(bytes, each.format);
      parsed.set(key, trace);
      if (typeof trace !== 'string') {
        for (const { line, found, expected } of trace.problems) problems.push({ file: each.file, line, column: 1, path: '', found, expected, suggestion: '', severity: 'error' });
        if (trace.unlisted > 0) report(path, { found: `${trace.unlisted} further bad rows`, expected: 'none' });
      }
    }
    if (typeof trace === 'string') {
      report(path, { found: JSON.stringify(each.file), expected: `a file that can be read: ${trace}` });
      continue;
    }
    const missing = each.owners.filter(owner => !(trace.rows.owners).includes(owner));
    if (missing.length > 0) report(['workloads', index, 'owners'], { found: missing.join(', '), expected: `owners that the trace has: ${trace.rows.owners.slice(0, 8).join(', ')}`, severity: 'warning' });
    if (trace.rows.count * each.scaleArrivals * each.repeat > ROWS_MAX) {
      report(path, { found: `${trace.rows.count} rows times ${each.scaleArrivals} times ${each.repeat}`, expected: `at most ${ROWS_MAX} pods` });
      continue;
    }
    const pods = arrangeTrace(trace.rows, each, scenario.seed);
    checkPods(pods, each, scenario, index, report);
    traces.set(each.name, pods);
  }
  return traces;
}

const ROWS_MAX = 100_000_000;

/** Pods that no node can ever hold, and windows without pods, are worth a word before a run. */
function checkPods(pods: TracePods, { placement }: TraceWorkload, scenario: Scenario, index: number, report: Report): void {
  const path = ['workloads', index];
  if (pods.count === 0) report(path, { found: 'no pods', expected: 'pods within window and owners', severity: 'warning' });
  const shapes = scenario.nodeGroups.filter((_, g) => placement.nodeGroups.length === 0 || placement.nodeGroups.includes(g)).flatMap(group => group.shapes);
  if (shapes.length === 0) return;
  let homeless = 0;
  for (let i = 0; i < pods.count; i++) {
    if (!shapes.some(shape => shape.cpuMilli >= pods.cpuMilli[i] && shape.memoryMib >= pods.memoryMib[i] && shape.gpuMilli >= pods.gpuMilli[i])) homeless++;
  }
  if (homeless > 0) report(path, { found: `${homeless} of ${pods.count} pods that ask for more than any node has`, expected: 'requests that fit; they stay pending (see resources)', severity: 'warning' });
}
