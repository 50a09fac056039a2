import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tableFromIPC, type Table } from 'apache-arrow';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { BatchError } from '../../src/results/arrowColumns.ts';
import { createTableWriter } from '../../src/results/arrowFile.ts';
import { TABLE_NAMES, columnsOf, type Batch, type TableName } from '../../src/results/schema.ts';
import { RUN, expected, sampleBatch, sampleDictionaries } from './sample.ts';

const root = mkdtempSync(join(tmpdir(), 'enisim-arrow-'));
afterAll(() => rmSync(root, { recursive: true }));

const open = <Name extends TableName>(table: Name, batchRows = 64) =>
  createTableWriter({ dir: root, table, dictionaries: sampleDictionaries(table), run: RUN, batchRows });

/** Writes `rows` sample rows, cut into appends after the given rows, and gives the bytes of the file. */
function write<Name extends TableName>(table: Name, rows: number, cuts: readonly number[] = []): Buffer {
  const writer = open(table);
  const batch = sampleBatch(table, rows);
  let from = 0;
  for (const to of [...cuts, rows]) {
    writer.append(batch, to, from);
    from = to;
  }
  return readFileSync(join(root, writer.finish().file));
}

const valuesOf = (table: Table, name: string) => {
  const column = table.getChild(name)!;
  return Array.from({ length: table.numRows }, (_, row) => {
    const value: unknown = column.get(row);
    return typeof value === 'bigint' ? Number(value) : value;
  });
};

describe('an Arrow file', () => {
  it.each(TABLE_NAMES)('of %s holds every value that was handed over, nulls included, over several batches', table => {
    const read = tableFromIPC(write(table, 150));
    expect(read.batches.map(batch => batch.numRows)).toEqual([64, 64, 22]);
    for (const [name, column] of columnsOf(table)) {
      expect({ name, values: valuesOf(read, name) }).toEqual({ name, values: Array.from({ length: 150 }, (_, row) => expected(column, row)) });
    }
  });

  it.each(TABLE_NAMES)('of %s without rows is valid, and has its columns and dictionaries', table => {
    const read = tableFromIPC(write(table, 0));
    expect(read.numRows).toBe(0);
    expect(read.schema.fields.map(field => field.name)).toEqual(columnsOf(table).map(([name]) => name));
  });

  it.each(TABLE_NAMES)('of %s has the same bytes however its appends were sliced', table => {
    const whole = write(table, 150);
    fc.assert(fc.property(fc.array(fc.nat({ max: 150 }), { maxLength: 6 }), cuts => {
      expect(write(table, 150, cuts.sort((a, b) => a - b)).equals(whole)).toBe(true);
    }), { numRuns: 20 });
  });

  it('makes the round trip for any number of rows in batches of any size', () => {
    const [, ip] = columnsOf('pods').find(([name]) => name === 'ip')!;
    fc.assert(fc.property(fc.nat({ max: 700 }), fc.integer({ min: 1, max: 5 }), (rows, blocks) => {
      const writer = open('pods', blocks * 64);
      writer.append(sampleBatch('pods', rows), rows);
      const read = tableFromIPC(readFileSync(join(root, writer.finish().file)));
      expect(read.batches.filter(batch => batch.numRows > 0)).toHaveLength(Math.ceil(rows / (blocks * 64)));
      expect(valuesOf(read, 'ip')).toEqual(Array.from({ length: rows }, (_, row) => expected(ip, row)));
    }), { numRuns: 40 });
  });

  it('does not look at the arrays of the caller once append has returned', () => {
    const writer = open('cluster');
    const batch = sampleBatch('cluster', 50);
    writer.append(batch, 50);
    batch.time.fill(0);
    batch.nodes.fill(9);
    writer.finish();
    const read = tableFromIPC(readFileSync(join(root, 'cluster.arrow')));
    const [, nodes] = columnsOf('cluster')[1];
    expect(valuesOf(read, 'nodes')).toEqual(Array.from({ length: 50 }, (_, row) => expected(nodes, row)));
  });

  it('says its size and hash, and how to make it again', () => {
    const writer = open('pods');
    writer.append(sampleBatch('pods', 20_000), 20_000);
    const { file, rows, bytes, sha256 } = writer.finish();
    const content = readFileSync(join(root, file));
    expect({ rows, bytes, sha256 }).toEqual({ rows: 20_000, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') });
    const { metadata, fields } = tableFromIPC(content).schema;
    expect(Object.fromEntries(metadata)).toEqual({
      'enisim.table': 'pods', 'enisim.tableVersion': '1', 'enisim.engineVersion': '1.2.3', 'enisim.scenario': 'sample', 'enisim.scenarioHash': RUN.scenarioHash,
      'enisim.seed': '7', 'enisim.start': '2026-01-01T00:00:00.000Z', 'enisim.command': RUN.command,
    });
    expect(fields[0].metadata.get('description')).toBe('Name of the pod.');
  });

  it('is a .part until it is finished, and stays one when the run is interrupted', () => {
    const writer = open('subnets');
    writer.append(sampleBatch('subnets', 70), 70);
    rmSync(join(root, 'subnets.arrow'), { force: true });
    writer.abort();
    writer.abort();
    expect(existsSync(join(root, 'subnets.arrow.part'))).toBe(true);
    expect(existsSync(join(root, 'subnets.arrow'))).toBe(false);
  });

  it('takes prepared UTF-8 as well as names by index, with the same bytes', () => {
    const batch = sampleBatch('calls', 100);
    const texts = Array.from({ length: 100 }, (_, row) => new TextEncoder().encode(String(expected(columnsOf('calls')[3][1], row))));
    const offsets = new Int32Array(101);
    for (let row = 0; row < 100; row++) offsets[row + 1] = offsets[row] + texts[row].length;
    const writer = open('calls');
    writer.append({ ...batch, client: { offsets, bytes: Buffer.concat(texts) } }, 30);
    writer.append({ ...batch, client: { offsets, bytes: Buffer.concat(texts) } }, 100, 30);
    const bytes = readFileSync(join(root, writer.finish().file));
    expect(bytes.equals(write('calls', 100))).toBe(true);
  });

  it('keeps every whole number of ms, on both sides of 2^32 and before the start', () => {
    const round = (times: readonly number[]) => {
      const writer = createTableWriter({ dir: root, table: 'decisions', dictionaries: sampleDictionaries('decisions'), run: { ...RUN, start: 0 }, batchRows: 64 });
      writer.append({ ...sampleBatch('decisions', times.length), time: Float64Array.from(times) }, times.length);
      writer.finish();
      return Array.from(tableFromIPC(readFileSync(join(root, 'decisions.arrow'))).getChild('time')!.data.flatMap(data => Array.from(data.values as BigInt64Array, Number)));
    };
    const edges = [-1, 0, 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 40 + 1, -(2 ** 33) - 5];
    expect(round(edges)).toEqual(edges);
    fc.assert(fc.property(fc.array(fc.maxSafeInteger(), { maxLength: 100 }), times => {
      expect(round(times)).toEqual(times);
    }));
  });
});

describe('a batch that breaks the schema is refused', () => {
  const refuse = (change: Partial<Batch<'pods'>>) => () => open('pods').append({ ...sampleBatch('pods', 10), ...change }, 10);

  it('for a null where there is none', () => {
    expect(refuse({ created: new Float64Array(10).fill(NaN) })).toThrow('pods.created: row 0 of the batch is null, and the column is not nullable');
    expect(refuse({ mode: new Int32Array(10).fill(-1) })).toThrow(BatchError);
  });

  it('for a code outside its dictionary', () => {
    expect(refuse({ workload: new Int32Array(10).fill(3) })).toThrow('pods.workload: code 3 is outside the dictionary of 3');
  });

  it('for a part of a millisecond', () => {
    expect(refuse({ created: new Float64Array(10).fill(0.5) })).toThrow('pods.created: 0.5 is not a whole number of ms');
  });

  it('for too few rows', () => {
    expect(refuse({ retries: new Uint16Array(9) })).toThrow('pods.retries has 9 rows of 10');
  });

  it('for a dictionary that is missing, repeats itself or is not the documented one', () => {
    const create = (dictionaries: object) => () => createTableWriter({ dir: root, table: 'pods', run: RUN, dictionaries: { workload: ['a'], ...dictionaries } });
    expect(create({ workload: undefined })).toThrow('pods.workload: its closed set is missing in `dictionaries`');
    expect(create({ workload: ['a', 'a'] })).toThrow('pods.workload: a text stands twice in its dictionary');
    expect(create({ mode: ['magic'] })).toThrow('pods.mode: "magic" is not documented in the schema');
    expect(create({ mode: ['prefix', 'secondary-ip'] })).not.toThrow();
  });
});
