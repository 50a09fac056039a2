/**
 * What notebooks see: pyarrow, pandas, polars and DuckDB read every table with its types, metadata and values.
 * ENISIM_PYTHON names a Python with test/python/requirements.txt installed; without it this is skipped, and in CI it fails.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { createFolder, type Format } from '../../src/results/folder.ts';
import { TABLE_NAMES, columnsOf } from '../../src/results/schema.ts';
import { RUN, expected, sampleBatch, sampleDictionaries } from './sample.ts';

const { ENISIM_PYTHON, CI } = process.env;
const script = fileURLToPath(new URL('../python/read_tables.py', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'enisim-python-'));
afterAll(() => rmSync(root, { recursive: true }));

/** A folder of every table with `rows` sample rows over several batches, and beside it what a reader must find. */
async function prepare(name: string, format: Format, rows: number): Promise<[dir: string, expected: string]> {
  const dir = join(root, name);
  const folder = createFolder(dir, { run: RUN, format });
  for (const table of TABLE_NAMES) folder.table(table, sampleDictionaries(table), 64).append(sampleBatch(table, rows), rows);
  await folder.finish({ startedAt: '2026-01-01T00:00:00.000Z', wallSeconds: 1, setupCpuSeconds: 0, cpuSeconds: 1, threads: 1, podEvents: 0 });
  const columns = Object.fromEntries(TABLE_NAMES.map(table => [table, Object.fromEntries(columnsOf(table).map(([column, declared]) => [column, {
    kind: declared.kind, nullable: declared.nullable ?? false, unit: declared.unit, values: Array.from({ length: rows }, (_, row) => expected(declared, row)),
  }]))]));
  writeFileSync(`${dir}.json`, JSON.stringify(columns));
  return [dir, `${dir}.json`];
}

const ALL_AGREE = ['pyarrow agrees', 'pandas agrees', 'polars agrees', 'duckdb agrees', 'ok', ''].join('\n');

describe.skipIf(!ENISIM_PYTHON && !CI)('Python reads', () => {
  it.for([['arrow', 150], ['parquet', 150], ['arrow', 0], ['parquet', 0]] as const)('every table of a folder in %s with %i rows, types and values', { timeout: 120_000 }, async ([format, rows]) => {
    expect(ENISIM_PYTHON, 'ENISIM_PYTHON is not set, and CI wants these tests').toBeTruthy();
    const { stdout } = await promisify(execFile)(ENISIM_PYTHON!, [script, ...(await prepare(`${format}-${rows}`, format, rows))]);
    expect(stdout).toBe(ALL_AGREE);
  });
});
