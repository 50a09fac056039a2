/**
 * A batch of every table by one plain rule, and the values that a reader must find. Row r of a nullable column is null where
 * r % 5 = 3; texts are not all ASCII; moments lie before and after 2^32 ms.
 */
import { NULL_OF, columnsOf, type Batch, type Column, type Dictionaries, type TableName } from '../../src/results/schema.ts';
import type { RunIdentity } from '../../src/results/identity.ts';

export const RUN: RunIdentity = {
  engineVersion: '1.2.3', scenario: 'sample', scenarioHash: 'ab'.repeat(32), seed: 7, start: Date.UTC(2026, 0, 1), command: 'enisim run sample.yaml --seed 7',
};

export type Value = number | string | boolean | null;
type Words = Float64Array | Uint8Array | Uint16Array | Uint32Array | Int32Array;

const SET = ['alpha', 'beta', 'gamma ü'];
const isNull = (column: Column, row: number) => column.nullable === true && row % 5 === 3;
const nodeName = (index: number) => (index % 2 ? `ip-10-0-0-${index}.ec2.internal` : `knöten-${index}`);
const setOf = (column: Column) => column.values ?? SET;
const wordOf = (row: number) => (0x0a000001 + row * 0x01010163) >>> 0 || 1;

/** What the file must hold: moments and spans in ms (moments since 1970), texts, numbers, flags. */
export function expected(column: Column, row: number): Value {
  if (isNull(column, row)) return null;
  switch (column.kind) {
    case 'timestamp': return RUN.start + moment(row);
    case 'duration': return moment(row);
    case 'f64': return row / 4;
    case 'u8': return row % 255;
    case 'u16': return (row * 7) % 65_535;
    case 'u32': return (row * 2_654_435_761) % 4_294_967_295;
    case 'i32': return row % 2 ? -row : row * 1_000;
    case 'bool': return row % 3 === 1;
    case 'dictionary': return setOf(column)[row % setOf(column).length];
    case 'utf8': return nodeName(row % 40);
    case 'ipv4': return [24, 16, 8, 0].map(shift => (wordOf(row) >>> shift) & 255).join('.');
  }
}

const moment = (row: number) => row * 86_400_123;

function handed(column: Column, rows: number) {
  const each = <W extends Words>(words: W, of: (row: number) => number, nullValue: number): W => {
    for (let row = 0; row < rows; row++) words[row] = isNull(column, row) ? nullValue : of(row);
    return words;
  };
  const number = (row: number) => Number(expected(column, row));
  switch (column.kind) {
    case 'timestamp': case 'duration': return each(new Float64Array(rows), moment, NULL_OF.timestamp);
    case 'f64': return each(new Float64Array(rows), number, NULL_OF.f64);
    case 'u8': case 'bool': return each(new Uint8Array(rows), number, NULL_OF.u8);
    case 'u16': return each(new Uint16Array(rows), number, NULL_OF.u16);
    case 'u32': return each(new Uint32Array(rows), number, NULL_OF.u32);
    case 'i32': return each(new Int32Array(rows), number, NULL_OF.i32);
    case 'dictionary': return each(new Int32Array(rows), row => row % setOf(column).length, NULL_OF.dictionary);
    case 'utf8': return { index: each(new Int32Array(rows), row => row % 40, NULL_OF.utf8), name: nodeName };
    case 'ipv4': return each(new Uint32Array(rows), wordOf, NULL_OF.ipv4);
  }
}

export const sampleBatch = <Name extends TableName>(table: Name, rows: number) =>
  Object.fromEntries(columnsOf(table).map(([name, column]) => [name, handed(column, rows)])) as Batch<Name>;

export const sampleDictionaries = <Name extends TableName>(table: Name) =>
  Object.fromEntries(columnsOf(table).flatMap(([name, column]) => (column.kind === 'dictionary' ? [[name, setOf(column)]] : []))) as Dictionaries<Name>;
