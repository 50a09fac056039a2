/**
 * The canonical workloads, by every program that can run them, and the ratios between them.
 *
 * Usage   npm run bench -- [--small] [--repetitions N] [--json] [--only TEXT] [--against COMMIT] [--no-build] [--record] [--check]
 *             --small      short horizons, two repetitions, small sizes
 *             --repetitions  of each candidate; 5, or 2 with --small
 *             --only       candidates whose name holds this text, and those they are compared with
 *             --against    builds that commit as well and runs it beside this one
 *             --record     appends the ratios to bench/history.jsonl
 *             --check      exits 1 when a ratio of the product's CPU times fell by more than a third since the last line recorded at this size
 * Beside  C++ (reference/native.cpp) where a compiler is there, the object model (naive.ts), SimPy (reference/simpy_naive.py) where Python has it
 *         ($ENISIM_PYTHON, or python3): one thread, the simplified node model of reference/README.md, no EC2, no output.
 * How     What is measured is dist: constants of other modules fold in a bundle alone. Each run has a process of its own; candidates take turns, so that
 *         a busy minute hits all. CPU seconds, best of all repetitions, median beside it; wall seconds where threads are compared.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import type { CandidateRequest, Sample } from './candidate.ts';
import { fallen, lastOf, record, type Line } from './history.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const path = (name: string) => join(ROOT, name);

export interface Candidate {
  readonly name: string;
  readonly nodes: number;
  readonly command: string;
  readonly args: readonly string[];
  readonly read: (stdout: string) => Sample;
}

/** `of` beside `to`; above 1 is better. Wall times say how threads do; a busy machine spoils them, so no check is made of them. */
interface Ratio { readonly of: string; readonly to: string; readonly by: 'cpu' | 'wall' }

export interface Measured { readonly name: string; readonly nodes: number; readonly podEvents: number; readonly best: number; readonly median: number; readonly bestWall: number; readonly bytesPerNode: number; readonly hash: string }

/** A run of the product: `entry` is what is imported. */
export const product = (name: string, entry: string, file: string, nodes: number, overrides: readonly string[], threads = 1): Candidate => {
  const request: CandidateRequest = { file: path(file), overrides, threads };
  return {
    name, nodes, command: process.execPath, args: [path('bench/candidate.ts'), pathToFileURL(entry).href, JSON.stringify(request)], read: stdout => JSON.parse(stdout) as Sample,
  };
};

/** A program that prints `pod_events=... cpu_s=... B/node=... cs=...`. */
const program = (name: string, nodes: number, command: string, args: readonly string[]): Candidate => ({
  name, nodes, command, args,
  read: stdout => {
    const number = (key: string) => Number(new RegExp(`${key}'?[=:] ?([\\d.]+)`).exec(stdout)?.[1]);
    const cpuSeconds = number('Mev/s') > 0 ? number('pod_events') / number('Mev/s') / 1e6 : number('cpu_s');
    return { podEvents: number('pod_events'), cpuSeconds, wallSeconds: Number.NaN, bytes: number('B/node') * nodes, hash: String(number('cs')) };
  },
});

const fails = (command: string, args: readonly string[]) => spawnSync(command, args, { stdio: 'ignore' }).status !== 0;

/** Runs each candidate once, in turn; a failure of one ends all. */
function round(candidates: readonly Candidate[], samples: Map<string, Sample[]>, say: (text: string) => void): void {
  for (const { name, command, args, read } of candidates) {
    say(name);
    const sample = read(execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1 << 26 }));
    samples.set(name, [...(samples.get(name) ?? []), sample]);
  }
}

export function measure(candidates: readonly Candidate[], repetitions: number, say: (text: string) => void = () => undefined): Measured[] {
  const samples = new Map<string, Sample[]>();
  for (let i = 0; i < repetitions; i++) round(candidates, samples, say);
  return candidates.map(({ name, nodes }) => summed(name, nodes, samples.get(name)!));
}

function summed(name: string, nodes: number, samples: readonly Sample[]): Measured {
  const [{ podEvents, hash }] = samples;
  if (samples.some(sample => sample.hash !== hash)) throw new Error(`${name}: equal runs gave results that differ: ${samples.map(sample => sample.hash).join(', ')}`);
  const speeds = samples.map(sample => sample.podEvents / sample.cpuSeconds).sort((a, b) => b - a);
  const walls = samples.map(({ wallSeconds }) => wallSeconds);
  return { name, nodes, podEvents, best: speeds[0], median: speeds[speeds.length >> 1], bestWall: Math.min(...walls), bytesPerNode: Math.min(...samples.map(({ bytes }) => bytes)) / nodes, hash };
}

/** Hours of W1 and W2, nodes of the large cluster, and so on. */
const SIZES = {
  full: { repetitions: 5, w1: 4, w2: 3, scheduled: 2, naiveNodes: { W1: 10_000, W2: 1000 }, naiveHours: 0.1, simpyNodes: { W1: 10_000, W2: 200 }, simpyHours: 0.1, large: 100_000, largeHours: 0.5 },
  small: { repetitions: 2, w1: 0.5, w2: 0.5, scheduled: 0.25, naiveNodes: { W1: 1000, W2: 100 }, naiveHours: 0.5, simpyNodes: { W1: 200, W2: 20 }, simpyHours: 0.25, large: 5000, largeHours: 0.25 },
} as const;

/** What there is to run on this machine, and what is compared with what. */
function plan(size: 'full' | 'small', entry: string, previous: string | null, scratch: string): { candidates: Candidate[]; ratios: Ratio[]; missing: string[] } {
  const s = SIZES[size];
  const [candidates, ratios, missing]: [Candidate[], Ratio[], string[]] = [[], [], []];
  const duration = (hours: number) => `duration=${hours * 60}m`;
  const compare = (of: string, to: string, by: Ratio['by'] = 'cpu') => ratios.push({ of, to, by });

  const compiler = [process.env.CXX ?? 'g++', 'clang++'].find(each => !fails(each, ['--version']));
  const native = join(scratch, 'native');
  if (compiler === undefined) missing.push('C++ (no compiler)');
  else execFileSync(compiler, ['-O3', '-march=native', '-ffp-contract=off', '-w', path('bench/reference/native.cpp'), '-o', native]);
  const python = process.env.ENISIM_PYTHON ?? 'python3';
  const hasSimpy = !fails(python, ['-c', 'import simpy']);
  if (!hasSimpy) missing.push(`SimPy (${python} has no simpy)`);

  for (const [w, nodes, hours] of [['W1', 10_000, s.w1], ['W2', 1000, s.w2]] as const) {
    const file = `bench/${w.toLowerCase()}.yaml`;
    if (compiler !== undefined) candidates.push(program(`${w} C++`, nodes, native, [w, String(nodes), String(hours), '0', '1']));
    candidates.push(
      product(w, entry, file, nodes, [duration(hours)]),
      product(`${w} go-map`, entry, file, nodes, [duration(hours), 'cni.order=go-map']),
      product(`${w} scheduled`, entry, `bench/${w.toLowerCase()}-scheduled.yaml`, nodes, [duration(s.scheduled)]),
      program(`${w} objects`, s.naiveNodes[w], process.execPath, [path('bench/naive.ts'), w, String(s.naiveNodes[w]), String(s.naiveHours)]),
    );
    if (compiler !== undefined) for (const name of [w, `${w} go-map`, `${w} scheduled`, `${w} objects`]) compare(name, `${w} C++`);
    compare(w, `${w} objects`);
    if (hasSimpy) {
      candidates.push(program(`${w} SimPy`, s.simpyNodes[w], python, [path('bench/reference/simpy_naive.py'), w, String(s.simpyNodes[w]), String(s.simpyHours)]));
      compare(w, `${w} SimPy`);
    }
    if (previous !== null) {
      candidates.push(product(`${w} before`, previous, file, nodes, [duration(hours)]));
      compare(w, `${w} before`);
    }
  }
  const large = [duration(s.largeHours), `nodeGroups.workers.count=${s.large}`];
  candidates.push(
    product('W1 2 threads', entry, 'bench/w1.yaml', 10_000, [duration(s.w1)], 2),
    product('large', entry, 'bench/large.yaml', s.large, large),
    product('large 2 threads', entry, 'bench/large.yaml', s.large, large, 2),
  );
  compare('W1 2 threads', 'W1', 'wall');
  compare('large 2 threads', 'large', 'wall');
  compare('large', 'W1');
  return { candidates, ratios, missing };
}

const keyOf = ({ of, to }: Ratio) => `${of} / ${to}`;

function ratiosOf(measured: readonly Measured[], ratios: readonly Ratio[]): Map<Ratio, number> {
  const byName = new Map(measured.map(each => [each.name, each]));
  const values = new Map<Ratio, number>();
  for (const ratio of ratios) {
    const [of, to] = [byName.get(ratio.of), byName.get(ratio.to)];
    if (of && to) values.set(ratio, ratio.by === 'cpu' ? of.best / to.best : to.bestWall / of.bestWall);
  }
  return values;
}

/** Runs that must give the same results: threads change no byte. */
function checkHashes(measured: readonly Measured[]): void {
  for (const { name, hash } of measured.filter(each => each.name.endsWith(' 2 threads'))) {
    const one = measured.find(each => name === `${each.name} 2 threads`);
    if (one && one.hash !== hash) throw new Error(`${name}: results differ from those of one thread`);
  }
}

const million = (x: number) => (x / 1e6).toFixed(x < 1e6 ? 3 : 2);

function table(measured: readonly Measured[], ratios: ReadonlyMap<Ratio, number>, then: Line | undefined): string {
  const rows = measured.map(({ name, nodes, podEvents, best, median, bestWall, bytesPerNode, hash }) => [
    name, nodes.toLocaleString('en'), podEvents.toLocaleString('en'), million(best), million(median), Number.isNaN(bestWall) ? '' : bestWall.toFixed(2), Math.round(bytesPerNode).toLocaleString('en'), hash,
  ]);
  const compared = [...ratios].map(([ratio, value]) => [keyOf(ratio), ratio.by, value.toPrecision(3), then?.ratios[keyOf(ratio)]?.toPrecision(3) ?? '']);
  return [
    aligned(['candidate', 'nodes', 'pod events', 'M/s best', 'median', 'wall s', 'B/node', 'results'], rows), '',
    aligned(['ratio', 'of', 'now', then ? `at ${then.commit.slice(0, 8)}` : ''], compared),
  ].join('\n');
}

function aligned(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map(row => row[i].length)));
  return [head, ...rows].map(row => row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ').trimEnd()).join('\n');
}

const git = (...args: string[]) => execFileSync('git', ['-C', ROOT, ...args], { encoding: 'utf8' }).trim();
/** Where the sources came without their history there is no name for them. */
const commitHere = (): string => spawnSync('git', ['-C', ROOT, 'rev-parse', 'HEAD'], { encoding: 'utf8' }).stdout?.trim() || 'unknown';
const build = (folder: string) => execFileSync(process.execPath, [path('node_modules/tsup/dist/cli-default.js'), '--silent'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });

/** A commit's own build, kept for the next time. */
function buildOf(commit: string): string {
  const folder = path(`.cache/bench/${git('rev-parse', commit)}`);
  const entry = join(folder, 'dist/index.js');
  if (existsSync(entry)) return entry;
  mkdirSync(folder, { recursive: true });
  execFileSync('tar', ['-x', '-C', folder], { input: execFileSync('git', ['-C', ROOT, 'archive', commit], { maxBuffer: 1 << 30 }) });
  if (!existsSync(join(folder, 'node_modules'))) symlinkSync(path('node_modules'), join(folder, 'node_modules'));
  build(folder);
  return entry;
}

/** The benches of single parts, as they print themselves. */
const parts = (small: boolean) => ['subnet', 'scheduler', 'arrow'].map(name => {
  const text = execFileSync(process.execPath, [path(`bench/${name}.ts`), ...(small ? ['--small'] : [])], { encoding: 'utf8' });
  return { name, lines: text.trimEnd().split('\n') };
});

function main(): number {
  const { values: args } = parseArgs({
    options: {
      small: { type: 'boolean', default: false }, json: { type: 'boolean', default: false }, record: { type: 'boolean', default: false }, check: { type: 'boolean', default: false },
      only: { type: 'string' }, repetitions: { type: 'string' }, against: { type: 'string' }, 'no-build': { type: 'boolean', default: false },
    },
  });
  const size = args.small ? 'small' : 'full';
  const repetitions = Number(args.repetitions ?? SIZES[size].repetitions);
  const say = (text: string) => {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
  };
  if (!args['no-build']) build(ROOT);
  const scratch = mkdtempSync(join(tmpdir(), 'enisim-bench-'));
  try {
    const { candidates: all, ratios, missing } = plan(size, path('dist/index.js'), args.against === undefined ? null : buildOf(args.against), scratch);
    const wanted = withPartners(all.map(({ name }) => name).filter(name => name.includes(args.only ?? '')), ratios);
    const candidates = all.filter(({ name }) => wanted.has(name));
    let measured = measure(candidates, repetitions, say);
    const then = lastOf(size);
    const checked = (values: ReadonlyMap<Ratio, number>) => Object.fromEntries([...values].filter(([{ of, by }]) => by === 'cpu' && !of.endsWith(' objects')).map(([ratio, value]) => [keyOf(ratio), value]));
    let values = ratiosOf(measured, ratios);
    let fell = then && args.check ? fallen(checked(values), then.ratios) : [];
    if (fell.length > 0) {
      // A busy minute looks the same as slower code: once more, and the better of both counts.
      const names = new Set(ratios.filter(ratio => fell.includes(keyOf(ratio))).flatMap(({ of, to }) => [of, to]));
      const again = measure(candidates.filter(({ name }) => names.has(name)), repetitions, say);
      measured = measured.map(each => better(each, again.find(({ name }) => name === each.name)));
      values = ratiosOf(measured, ratios);
      fell = fallen(checked(values), then!.ratios);
    }
    checkHashes(measured);
    say('');
    const details = args.only === undefined ? parts(args.small) : [];
    const line: Line = {
      date: new Date().toISOString(), commit: commitHere(), size, node: process.version, cpu: cpus()[0].model,
      ratios: Object.fromEntries([...values].map(([ratio, value]) => [keyOf(ratio), value])),
    };
    if (args.json) console.log(JSON.stringify({ ...line, missing, measured, parts: details }, null, 1));
    else {
      console.log(`${line.cpu}, ${cpus().length} cores, Node ${line.node}, commit ${line.commit.slice(0, 8)}; not here: ${missing.join(', ') || 'nothing'}\n`);
      console.log(table(measured, values, then));
      for (const { name, lines } of details) console.log(`\n${name}\n${lines.join('\n')}`);
    }
    if (args.record) record(line);
    for (const name of fell) console.error(`${name} fell from ${then!.ratios[name]} to ${line.ratios[name].toPrecision(3)}`);
    return fell.length > 0 ? 1 : 0;
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** Each with what it is compared with; what is only ever compared with brings those that are. */
function withPartners(names: readonly string[], ratios: readonly Ratio[]): ReadonlySet<string> {
  const isReference = (name: string) => !ratios.some(({ of }) => of === name);
  return new Set(names.flatMap(name => [name, ...ratios.filter(({ of }) => of === name).map(({ to }) => to), ...(isReference(name) ? ratios.filter(({ to }) => to === name).map(({ of }) => of) : [])]));
}

const better = (a: Measured, b: Measured | undefined): Measured => (b === undefined || b.best < a.best ? a : b);

if (import.meta.main) process.exitCode = main();
