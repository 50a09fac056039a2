/**
 * Columns: a table kept as one typed array per field, all inside one buffer.
 *
 * Why     A step reads one or two fields of every row. Side by side they are read in order, are never
 *         garbage, and move to another thread as a single buffer.
 * Shape   A schema maps field -> element kind. Every column has `rows` elements and starts on a multiple
 *         of 8 bytes, so fields may stand in the order that reads best. Several tables may follow each other in one buffer.
 */
import { NONE } from './units.ts';

type Views = { f64: Float64Array; u32: Uint32Array; i32: Int32Array; u16: Uint16Array; u8: Uint8Array };
type View<V> = { new (buffer: ArrayBufferLike, byteOffset: number, length: number): V; BYTES_PER_ELEMENT: number };
const VIEW: { [Kind in keyof Views]: View<Views[Kind]> } =
  { f64: Float64Array, u32: Uint32Array, i32: Int32Array, u16: Uint16Array, u8: Uint8Array };

export type Schema = Readonly<Record<string, keyof Views>>;
export type Columns<S extends Schema> = { readonly [Field in keyof S]: Views[S[Field]] };

const columnSize = (kind: keyof Views, rows: number) => Math.ceil((VIEW[kind].BYTES_PER_ELEMENT * rows) / 8) * 8;

/** Bytes of a table; a multiple of 8. */
export const tableSize = (schema: Schema, rows: number) =>
  Object.values(schema).reduce((size, kind) => size + columnSize(kind, rows), 0);

/** Views on a table that starts at byte `start` of `buffer`; a buffer of its own if none is given. */
export function columns<S extends Schema>(
  schema: S, rows: number, buffer: ArrayBufferLike = new SharedArrayBuffer(tableSize(schema, rows)), start = 0,
): Columns<S> {
  let offset = start;
  const fields = Object.entries(schema).map(([field, kind]) => {
    const view = new VIEW[kind](buffer, offset, rows);
    offset += columnSize(kind, rows);
    return [field, view];
  });
  // Not `table[field] = view`: from the 13th computed key on V8 turns the object into a hash table, and reads of it cost five times as much.
  return Object.fromEntries(fields) as Columns<S>;
}

/** Chains all rows into a list from row 0 to the last, which ends it: the free rows of a table that is empty. */
export function chain(next: Int32Array): void {
  for (let i = 0; i < next.length; i++) next[i] = i + 1 < next.length ? i + 1 : NONE;
}
