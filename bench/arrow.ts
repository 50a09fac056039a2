/**
 * How fast the Arrow writer takes rows: MB of file per second of process CPU, per table, beside the bare write of as many bytes
 * and beside apache-arrow's builders fed value by value.
 *
 *   node bench/arrow.ts [--small]
 *
 * Each figure is the best and the median of several runs; a hash shows that the files are the same every time.
 */
import { mkdtempSync, openSync, closeSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Float64, Uint32, makeBuilder } from 'apache-arrow';
import { createTableWriter } from '../src/results/arrowFile.ts';
import { NULL_OF, columnsOf, type Batch, type Column, type Dictionaries, type TableName } from '../src/results/schema.ts';

const small = process.argv.includes('--small');
const rows = small ? 20_000 : 2_000_000;
const slice = 10_000; // rows of one append
const repeats = small ? 2 : 5;
const dir = mkdtempSync(join(tmpdir(), 'enisim-bench-'));
const run = { engineVersion: 'bench', scenario: 'bench', scenarioHash: '', seed: 1, start: Date.UTC(2026, 0, 1), command: 'node bench/arrow.ts' };
const names = Array.from({ length: 1000 }, (_, i) => `ip-10-0-${i >> 8}-${i & 255}.ec2.internal`);

/** One slice of rows that looks like a run's: a tenth of the nullable values is null. */
function rowsOf<Name extends TableName>(table: Name): Batch<Name> {
  const fill = <A extends Float64Array | Uint8Array | Uint16Array | Uint32Array | Int32Array>(array: A, column: Column, step: number, below: number): A => {
    for (let i = 0; i < slice; i++) array[i] = column.nullable && i % 10 === 0 ? Number(NULL_OF[column.kind as keyof typeof NULL_OF]) : (i * step) % below;
    return array;
  };
  const make = (column: Column) => {
    switch (column.kind) {
      case 'timestamp': case 'duration': return fill(new Float64Array(slice), column, 977, 1e10);
      case 'f64': return fill(new Float64Array(slice), column, 0.25, 1e6);
      case 'u8': return fill(new Uint8Array(slice), column, 1, 200);
      case 'bool': return fill(new Uint8Array(slice), column, 1, 2);
      case 'u16': return fill(new Uint16Array(slice), column, 7, 60_000);
      case 'u32': case 'ipv4': return fill(new Uint32Array(slice), column, 101_021, 4e9);
      case 'i32': return fill(new Int32Array(slice), column, 3, 1e6);
      case 'dictionary': return fill(new Int32Array(slice), column, 1, 3);
      case 'utf8': return { index: fill(new Int32Array(slice), column, 7, names.length), name: (i: number) => names[i] };
    }
  };
  return Object.fromEntries(columnsOf(table).map(([name, column]) => [name, make(column)])) as Batch<Name>;
}

const cpuSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

/** Runs `task` (which returns MB) and prints MB per CPU second. */
function measure(label: string, task: () => { bytes: number; note: string }): void {
  const rates: number[] = [];
  let note = '';
  for (let i = 0; i < repeats; i++) {
    const start = cpuSeconds();
    const done = task();
    rates.push(done.bytes / 1e6 / (cpuSeconds() - start));
    note = done.note;
  }
  rates.sort((a, b) => b - a);
  console.log(`${label.padEnd(28)} best ${rates[0].toFixed(0).padStart(6)}  median ${rates[repeats >> 1].toFixed(0).padStart(6)} MB/s of CPU  ${note}`);
}

console.log(`${rows} rows a table, appended ${slice} at a time, Node ${process.version}`);
for (const table of ['pods', 'calls', 'nodes', 'cluster'] as const) {
  const batch = rowsOf(table);
  const dictionaries = Object.fromEntries(
    columnsOf(table).flatMap(([name, column]) => (column.kind === 'dictionary' ? [[name, column.values ?? ['a', 'b', 'c']]] : [])),
  ) as Dictionaries<typeof table>;
  measure(table, () => {
    const writer = createTableWriter({ dir, table, dictionaries, run });
    for (let done = 0; done < rows; done += slice) writer.append(batch, slice);
    const { bytes, sha256 } = writer.finish();
    return { bytes, note: `${(bytes / rows).toFixed(1)} B/row  sha256 ${sha256.slice(0, 12)}` };
  });
}

measure('bare write', () => {
  const chunk = new Uint8Array(1 << 20).fill(1);
  const chunks = small ? 4 : 200;
  const fd = openSync(join(dir, 'bare'), 'w');
  for (let i = 0; i < chunks; i++) writeSync(fd, chunk);
  closeSync(fd);
  return { bytes: chunks * chunk.length, note: 'no hash' };
});

measure('builders, a value at a time', () => {
  const time = makeBuilder({ type: new Float64(), nullValues: [null] });
  const count = makeBuilder({ type: new Uint32(), nullValues: [null] });
  const n = rows / 10;
  for (let i = 0; i < n; i++) {
    time.append(i);
    count.append(i);
  }
  const made = time.finish().toVector().length + count.finish().toVector().length;
  return { bytes: n * 12, note: `in memory only, ${made} values` };
});
rmSync(dir, { recursive: true });
