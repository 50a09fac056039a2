/**
 * Arrow columns: a declared column as an Arrow field, and the place where the rows of an open batch collect.
 *
 * Why     Rows are copied once, from the arrays of the run into buffers of a batch's fixed length, in the form that Arrow wants. So
 *         the caller may reuse its arrays at once, batches do not depend on how appends were sliced, and nothing is allocated per
 *         row. apache-arrow's builders take a value at a time and reach a twentieth of this speed.
 * Shape   A store has room for `capacity` rows (a multiple of 64); `append` copies source rows [from, to) to row `at`, `data` shows
 *         rows [0, rows) as Arrow data without a copy, `clear` starts the next batch.
 * Nulls   A validity bitmap is written only for batches that have a null. The value under a null is 0, so bytes are reproducible.
 * Errors  `BatchError`, a bug of the caller: a null in a column that has none, a code outside its dictionary, a fraction of a ms.
 */
import {
  Bool, Dictionary, DurationMillisecond, Field, Float64, Int16, Int32, Int8, TimestampMillisecond, Uint16, Uint32, Uint8, Utf8,
  makeData, vectorFromArray, type Data, type DataType,
} from 'apache-arrow';
import { NULL_OF, type Column, type Texts } from './schema.ts';

/** What a caller hands over breaks the schema. */
export class BatchError extends Error {
  override name = 'BatchError';
}

export type Source = Float64Array | Uint8Array | Uint16Array | Uint32Array | Int32Array | Texts;

export type Store = {
  readonly append: (source: Source, from: number, to: number, at: number) => void;
  readonly data: (rows: number) => Data;
  readonly clear: () => void;
};

/** The Arrow type of a column; `values` is the closed set of a dictionary and `id` its number in the file. */
export function arrowType(column: Column, values: readonly string[] | undefined, id: number): DataType {
  switch (column.kind) {
    case 'timestamp': return new TimestampMillisecond('UTC');
    case 'duration': return new DurationMillisecond();
    case 'f64': return new Float64();
    case 'u8': return new Uint8();
    case 'u16': return new Uint16();
    case 'u32': return new Uint32();
    case 'i32': return new Int32();
    case 'bool': return new Bool();
    case 'utf8': case 'ipv4': return new Utf8();
    case 'dictionary': return new Dictionary(new Utf8(), codeType(values?.length ?? 0), id, false);
  }
}

/** Codes are as narrow as the set allows: it is closed before the first batch. */
const codeType = (size: number) => (size <= 128 ? new Int8() : size <= 32_768 ? new Int16() : new Int32());

export function arrowField(name: string, column: Column, type: DataType): Field {
  const metadata = new Map([['description', column.description], ['unit', column.unit]]);
  if (column.metric) metadata.set('metric', column.metric);
  return new Field(name, type, column.nullable === true, metadata);
}

export function createStore(name: string, column: Column, type: DataType, values: readonly string[] | undefined, start: number, capacity: number): Store {
  const validity = createValidity(name, column.nullable === true, capacity);
  switch (column.kind) {
    case 'timestamp': return momentStore(name, type as TimestampMillisecond, start, validity, capacity);
    case 'duration': return momentStore(name, type as DurationMillisecond, 0, validity, capacity);
    case 'f64': return floatStore(type as Float64, validity, capacity);
    case 'u8': return numberStore(type as Uint8, new Uint8Array(capacity), NULL_OF.u8, validity);
    case 'u16': return numberStore(type as Uint16, new Uint16Array(capacity), NULL_OF.u16, validity);
    case 'u32': return numberStore(type as Uint32, new Uint32Array(capacity), NULL_OF.u32, validity);
    case 'i32': return numberStore(type as Int32, new Int32Array(capacity), NULL_OF.i32, validity);
    case 'bool': return boolStore(type as Bool, capacity);
    case 'utf8': return textStore(name, type as Utf8, validity, capacity);
    case 'ipv4': return ipv4Store(type as Utf8, validity, capacity);
    case 'dictionary': return dictionaryStore(name, type as Dictionary<Utf8, Int32>, values ?? [], validity, capacity);
  }
}

/** Which rows of the open batch are not null. Bits beyond the rows stay 0. */
type Validity = {
  readonly nullable: boolean;
  readonly setValid: (row: number) => void;
  readonly setNull: (row: number) => void;
  readonly clear: () => void;
  /** What makeData takes: no bitmap when there is no null. */
  readonly props: () => { nullCount: number; nullBitmap?: Uint8Array };
};

function createValidity(name: string, nullable: boolean, capacity: number): Validity {
  const bits = new Uint8Array(nullable ? capacity / 8 : 0);
  let nulls = 0;
  return {
    nullable,
    setValid(row) {
      if (nullable) bits[row >>> 3] |= 1 << (row & 7);
    },
    setNull(row) {
      if (!nullable) throw new BatchError(`${name}: row ${row} of the batch is null, and the column is not nullable`);
      nulls++;
    },
    clear() {
      bits.fill(0);
      nulls = 0;
    },
    props: () => (nulls > 0 ? { nullCount: nulls, nullBitmap: bits } : { nullCount: 0 }),
  };
}

/**
 * Moments and spans: ms as doubles in, int64 out, written as two Int32 words: a BigInt per value would be an object per value.
 * Exact for all whole numbers of a double; the low word is stored modulo 2^32, as an Int32Array does.
 */
function momentStore(name: string, type: TimestampMillisecond | DurationMillisecond, start: number, validity: Validity, capacity: number): Store {
  const words = new Int32Array(capacity * 2);
  return {
    append(source, from, to, at) {
      const ms = source as Float64Array;
      for (let row = from, out = at; row < to; row++, out++) {
        const value = ms[row] + start;
        if (value !== value) {
          validity.setNull(out);
          words[2 * out] = words[2 * out + 1] = 0;
          continue;
        }
        const high = Math.floor(value / 4294967296);
        const low = value - high * 4294967296;
        if (low !== Math.floor(low)) throw new BatchError(`${name}: ${ms[row]} is not a whole number of ms`);
        words[2 * out] = low;
        words[2 * out + 1] = high;
        validity.setValid(out);
      }
    },
    data: rows => makeData({ type: type as TimestampMillisecond, length: rows, ...validity.props(), data: new BigInt64Array(words.buffer, 0, rows) }),
    clear: validity.clear,
  };
}

function floatStore(type: Float64, validity: Validity, capacity: number): Store {
  const values = new Float64Array(capacity);
  return {
    append(source, from, to, at) {
      const given = source as Float64Array;
      for (let row = from, out = at; row < to; row++, out++) {
        const value = given[row];
        if (value !== value) validity.setNull(out);
        else validity.setValid(out);
        values[out] = value !== value ? 0 : value;
      }
    },
    data: rows => makeData({ type, length: rows, ...validity.props(), data: values.subarray(0, rows) }),
    clear: validity.clear,
  };
}

/** Without nulls this is one block copy. Element kinds are never mixed in one store; the loop sees few kinds, since few are nullable. */
function numberStore<A extends Uint8Array | Uint16Array | Uint32Array | Int32Array>(
  type: Uint8 | Uint16 | Uint32 | Int32, values: A, nullValue: number, validity: Validity,
): Store {
  return {
    append(source, from, to, at) {
      const given = source as A;
      values.set(given.subarray(from, to), at);
      if (!validity.nullable) return;
      for (let row = from, out = at; row < to; row++, out++) {
        if (given[row] === nullValue) {
          validity.setNull(out);
          values[out] = 0;
        } else validity.setValid(out);
      }
    },
    data: rows => makeData({ type: type as Int32, length: rows, ...validity.props(), data: values.subarray(0, rows) as Int32Array }),
    clear: validity.clear,
  };
}

function boolStore(type: Bool, capacity: number): Store {
  const bits = new Uint8Array(capacity / 8);
  return {
    append(source, from, to, at) {
      const flags = source as Uint8Array;
      for (let row = from, out = at; row < to; row++, out++) if (flags[row] !== 0) bits[out >>> 3] |= 1 << (out & 7);
    },
    // Whole words of the bitmap: apache-arrow copies one that does not end on a multiple of 8 bytes.
    data: rows => makeData({ type, length: rows, nullCount: 0, data: bits.subarray(0, Math.ceil(rows / 64) * 8) }),
    clear: () => void bits.fill(0),
  };
}

function dictionaryStore(name: string, type: Dictionary<Utf8, Int32>, values: readonly string[], validity: Validity, capacity: number): Store {
  const codes = new (type.indices.ArrayType as Int32ArrayConstructor)(capacity); // Int8, Int16 or Int32, by codeType
  const dictionary = vectorFromArray(values, type.dictionary);
  const size = values.length;
  return {
    append(source, from, to, at) {
      const given = source as Int32Array;
      for (let row = from, out = at; row < to; row++, out++) {
        const code = given[row];
        if (code === NULL_OF.dictionary) validity.setNull(out);
        else if (code < 0 || code >= size) throw new BatchError(`${name}: code ${code} is outside the dictionary of ${size}`);
        else validity.setValid(out);
        codes[out] = code < 0 ? 0 : code;
      }
    },
    data: rows => makeData({ type, length: rows, ...validity.props(), data: codes.subarray(0, rows), dictionary }),
    clear: validity.clear,
  };
}

/** UTF-8 texts of the open batch: Arrow's offsets and bytes, the bytes doubled when they are full. */
function createTexts(capacity: number) {
  const offsets = new Int32Array(capacity + 1);
  let bytes = new Uint8Array(capacity * 16);
  const encoder = new TextEncoder();
  const makeRoom = (end: number, room: number) => {
    if (end + room <= bytes.length) return;
    const grown = new Uint8Array(Math.max(bytes.length * 2, end + room));
    grown.set(bytes.subarray(0, end));
    bytes = grown;
  };
  return {
    offsets,
    bytes: () => bytes,
    makeRoom,
    /** Appends a text as row `row`. Short names are ASCII nearly always, and a loop beats the encoder there. */
    write(text: string, row: number) {
      const first = offsets[row];
      const length = text.length;
      makeRoom(first, length * 3);
      const into = bytes; // a local: reloading it from the closure at each character is half of the time
      for (let i = 0; i < length; i++) {
        const unit = text.charCodeAt(i);
        if (unit > 127) {
          offsets[row + 1] = first + encoder.encodeInto(text, into.subarray(first)).written;
          return;
        }
        into[first + i] = unit;
      }
      offsets[row + 1] = first + length;
    },
  };
}

function textStore(name: string, type: Utf8, validity: Validity, capacity: number): Store {
  const texts = createTexts(capacity);
  const { offsets } = texts;
  return {
    append(source, from, to, at) {
      const given = source as Texts;
      if ('index' in given) {
        const { index, name: nameOf } = given;
        for (let row = from, out = at; row < to; row++, out++) {
          if (index[row] === NULL_OF.utf8) {
            validity.setNull(out);
            offsets[out + 1] = offsets[out];
          } else {
            validity.setValid(out);
            texts.write(nameOf(index[row]), out);
          }
        }
        return;
      }
      const first = given.offsets[from];
      const size = given.offsets[to] - first;
      if (size < 0 || first + size > given.bytes.length) throw new BatchError(`${name}: offsets leave the bytes`);
      const shift = offsets[at] - first;
      texts.makeRoom(offsets[at], size);
      texts.bytes().set(given.bytes.subarray(first, first + size), offsets[at]);
      for (let row = from, out = at; row < to; row++, out++) {
        offsets[out + 1] = given.offsets[row + 1] + shift;
        validity.setValid(out);
      }
    },
    data: rows => makeData({ type, length: rows, ...validity.props(), valueOffsets: offsets.subarray(0, rows + 1), data: texts.bytes() }),
    clear: validity.clear,
  };
}

/** Dotted text of one unsigned word an address; 0 is null. */
function ipv4Store(type: Utf8, validity: Validity, capacity: number): Store {
  const texts = createTexts(capacity);
  const { offsets } = texts;
  return {
    append(source, from, to, at) {
      const words = source as Uint32Array;
      texts.makeRoom(offsets[at], (to - from) * 15); // 255.255.255.255
      const bytes = texts.bytes();
      for (let row = from, out = at; row < to; row++, out++) {
        const word = words[row];
        let end = offsets[out];
        if (word === NULL_OF.ipv4) validity.setNull(out);
        else {
          validity.setValid(out);
          for (let shift = 24; shift >= 0; shift -= 8) {
            const part = (word >>> shift) & 255;
            if (part >= 100) bytes[end++] = 48 + ((part / 100) | 0);
            if (part >= 10) bytes[end++] = 48 + (((part / 10) | 0) % 10);
            bytes[end++] = 48 + (part % 10);
            if (shift > 0) bytes[end++] = 46;
          }
        }
        offsets[out + 1] = end;
      }
    },
    data: rows => makeData({ type, length: rows, ...validity.props(), valueOffsets: offsets.subarray(0, rows + 1), data: texts.bytes() }),
    clear: validity.clear,
  };
}
