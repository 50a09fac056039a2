/**
 * Arrow file: one result table, streamed into an Arrow IPC file (Feather v2) while the run goes on.
 *
 * Why     Memory stays one open batch a table however long the run is. Writing is synchronous, so back-pressure needs no protocol:
 *         `append` returns when every batch that it filled is with the operating system.
 * Bytes   A function of the rows, the dictionaries and the run's identity. Batches close at `batchRows` rows wherever the caller
 *         cut its appends; the last one is shorter. A table without rows has one batch of none, so that its dictionaries exist.
 * Life    Written as NAME.arrow.part, renamed by `finish`. What is left as .part belongs to an interrupted run.
 * Source  Arrow columnar format, IPC file. apache-arrow 21.2.0 writes compressed buffers that pyarrow refuses (it puts the compressed
 *         length where the format wants the uncompressed one, apache/arrow-js pull request 470), so nothing is compressed here.
 */
import { createHash } from 'node:crypto';
import { closeSync, openSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { RecordBatch, RecordBatchFileWriter, Schema, Struct, makeData } from 'apache-arrow';
import { BatchError, arrowField, arrowType, createStore, type Source, type Store } from './arrowColumns.ts';
import { identityEntries, type RunIdentity } from './identity.ts';
import { TABLES, columnsOf, type Batch, type Dictionaries, type TableName } from './schema.ts';

/** A finished file of an output folder. `sha256` is in hex, `bytes` a size. */
export type ResultFile = { readonly file: string; readonly bytes: number; readonly sha256: string };
export type TableFile = ResultFile & { readonly rows: number };

export type TableWriter<Name extends TableName> = {
  /** Rows appended so far. */
  readonly rows: () => number;
  /**
   * Appends rows [from, to) of the batch; its arrays may be reused when this returns. `to` is needed because arrays may be longer.
   * Throws BatchError when the batch breaks the schema, and the file system's error when a write fails.
   */
  readonly append: (batch: Batch<Name>, to: number, from?: number) => void;
  /** Writes what is left and the footer, gives the file its name, and says what was written. */
  readonly finish: () => TableFile;
  /** Closes the file without finishing it: the .part stays. Does nothing after `finish`. */
  readonly abort: () => void;
};

export type WriterOptions<Name extends TableName> = {
  /** The output folder; it must exist. */
  readonly dir: string;
  readonly table: Name;
  readonly dictionaries: Dictionaries<Name>;
  readonly run: RunIdentity;
  /** Rows of a batch, a multiple of 64. The default keeps a batch of the widest table near 5 MB. */
  readonly batchRows?: number;
};

export const BATCH_ROWS = 65_536;
export const BATCH_ROWS_MAX = 1_048_576;

export function createTableWriter<Name extends TableName>(options: WriterOptions<Name>): TableWriter<Name> {
  const { dir, table, run, batchRows = BATCH_ROWS } = options;
  if (batchRows % 64 !== 0 || batchRows < 64 || batchRows > BATCH_ROWS_MAX) {
    throw new RangeError(`batchRows ${batchRows}: want a multiple of 64 in [64, ${BATCH_ROWS_MAX}]`);
  }
  const columns = columnsOf(table);
  const sets = columns.map(([name, column]) => (column.kind === 'dictionary' ? closedSet(table, name, column.values, options.dictionaries) : undefined));
  const types = columns.map(([, column], i) => arrowType(column, sets[i], i));
  const fields = columns.map(([name, column], i) => arrowField(name, column, types[i]));
  const schema = new Schema(fields, new Map([['enisim.table', table], ['enisim.tableVersion', String(TABLES[table].version)], ...identityEntries(run)]));
  const stores: Store[] = columns.map(([name, column], i) => createStore(`${table}.${name}`, column, types[i], sets[i], run.start, batchRows));
  const struct = new Struct(fields);

  const file = `${table}.arrow`;
  const sink = createSink(join(dir, `${file}.part`));
  const writer = new SinkWriter(sink.write);
  let rows = 0;
  let open = 0; // rows of the open batch
  let batches = 0;

  const closeBatch = () => {
    const children = stores.map(store => store.data(open));
    writer.write(new RecordBatch(schema, makeData({ type: struct, length: open, nullCount: 0, children })));
    for (const store of stores) store.clear();
    open = 0;
    batches++;
  };

  return {
    rows: () => rows,
    append(batch, to, from = 0) {
      if (!(from >= 0 && from <= to)) throw new BatchError(`${table}: rows [${from}, ${to}) are no range`);
      const sources = columns.map(([name]) => sourceOf(table, name, batch, to));
      while (from < to) {
        const taken = Math.min(to - from, batchRows - open);
        for (let i = 0; i < stores.length; i++) stores[i].append(sources[i], from, from + taken, open);
        from += taken;
        open += taken;
        rows += taken;
        if (open === batchRows) closeBatch();
      }
    },
    finish() {
      if (open > 0 || batches === 0) closeBatch();
      writer.close();
      const written = sink.close();
      renameSync(join(dir, `${file}.part`), join(dir, file));
      return { file, rows, ...written };
    },
    abort: sink.abort,
  };
}

/** The texts of a dictionary column: the caller's, checked against the documented set, or that set. */
function closedSet(table: TableName, column: string, documented: readonly string[] | undefined, given: Readonly<Record<string, readonly string[] | undefined>>): readonly string[] {
  const values = given[column] ?? documented;
  if (!values) throw new BatchError(`${table}.${column}: its closed set is missing in \`dictionaries\``);
  if (new Set(values).size !== values.length) throw new BatchError(`${table}.${column}: a text stands twice in its dictionary`);
  const unknown = documented && values.find(value => !documented.includes(value));
  if (unknown !== undefined) throw new BatchError(`${table}.${column}: "${unknown}" is not documented in the schema`);
  return values;
}

function sourceOf(table: TableName, column: string, batch: Readonly<Record<string, Source>>, rows: number): Source {
  const source = batch[column];
  if (!source) throw new BatchError(`${table}.${column} is missing in the batch`);
  const length = 'index' in source ? source.index.length : 'offsets' in source ? source.offsets.length - 1 : source.length;
  if (length < rows) throw new BatchError(`${table}.${column} has ${length} rows of ${rows}`);
  return source;
}

/* oxlint-disable no-underscore-dangle -- the names are apache-arrow's */
/** apache-arrow's file writer with its bytes going straight to a function instead of a queue that keeps them. */
class SinkWriter extends RecordBatchFileWriter {
  private readonly take: (bytes: Uint8Array) => void;

  constructor(take: (bytes: Uint8Array) => void) {
    super();
    this.take = take;
  }

  protected override _write(chunk: ArrayBufferView): this {
    if (this._started && chunk.byteLength > 0) {
      this.take(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
      this._position += chunk.byteLength;
    }
    return this;
  }
}
/* oxlint-enable no-underscore-dangle */

const STAGE_SIZE = 1 << 18;
const CLOSED = -1;

export type Sink = {
  readonly write: (bytes: Uint8Array) => void;
  readonly close: () => { bytes: number; sha256: string };
  /** Closes the file as it is; does nothing when it is closed. */
  readonly abort: () => void;
};

/** A file being written: size and hash are computed on the way, small pieces are gathered. Takes bytes that may change afterwards. */
export function createSink(path: string): Sink {
  let fd = openSync(path, 'w');
  const hash = createHash('sha256');
  const stage = new Uint8Array(STAGE_SIZE);
  let staged = 0;
  let bytes = 0;
  const put = (chunk: Uint8Array) => {
    hash.update(chunk);
    bytes += chunk.length;
    for (let done = 0; done < chunk.length;) done += writeSync(fd, chunk, done);
  };
  const flush = () => {
    if (staged > 0) put(stage.subarray(0, staged));
    staged = 0;
  };
  const abort = () => {
    if (fd === CLOSED) return;
    closeSync(fd);
    fd = CLOSED;
  };
  return {
    write(chunk) {
      if (staged + chunk.length > STAGE_SIZE) flush();
      if (chunk.length > STAGE_SIZE / 4) {
        flush();
        put(chunk);
        return;
      }
      stage.set(chunk, staged);
      staged += chunk.length;
    },
    close() {
      flush();
      abort();
      return { bytes, sha256: hash.digest('hex') };
    },
    abort,
  };
}
