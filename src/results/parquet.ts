/**
 * Parquet: a finished Arrow file as a Parquet file with the same types, for `--format parquet`.
 *
 * Why     The run writes Arrow, which costs it a copy; Parquet's encoding is some twenty times dearer and is done afterwards. The
 *         Arrow schema travels inside, so timestamps with zone, durations, dictionaries and both levels of metadata come back.
 * Shape   Batch by batch through parquet-wasm (a WebAssembly build of the Rust crates arrow and parquet), zstd, one row group per
 *         ROW_GROUP rows. Memory is a few row groups. Loaded on first use: the module is 6 MB.
 * Bytes   A function of the Arrow file and of parquet-wasm's version.
 */
import { renameSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { ReadableStream } from 'node:stream/web';
import { RecordBatchReader, RecordBatchStreamWriter } from 'apache-arrow';
import { createSink, type TableFile } from './arrowFile.ts';

const ROW_GROUP = 1_048_576;

/** Writes NAME.parquet beside `dir`/NAME.arrow, removes the latter, and says what was written. Rejects with the file system's error. */
export async function toParquet(dir: string, arrow: TableFile): Promise<TableFile> {
  const { Compression, Table, WriterPropertiesBuilder, transformParquetStream } = await import('parquet-wasm');
  const properties = new WriterPropertiesBuilder().setCompression(Compression.ZSTD).setMaxRowGroupSize(ROW_GROUP).setCreatedBy('enisim').build();
  const file = arrow.file.replace(/\.arrow$/, '.parquet');
  const part = join(dir, `${file}.part`);
  const handle = await open(join(dir, arrow.file));
  const sink = createSink(part);
  let written;
  try {
    const reader = await RecordBatchReader.from(handle);
    const batches = new ReadableStream({
      async pull(controller) {
        const { done, value } = await reader.next();
        if (done) return controller.close();
        for (const batch of Table.fromIPCStream(RecordBatchStreamWriter.writeAll([value]).toUint8Array(true)).recordBatches()) controller.enqueue(batch);
      },
    }, { highWaterMark: 1 });
    for await (const chunk of await transformParquetStream(batches, properties)) sink.write(chunk);
    written = sink.close();
  } finally {
    sink.abort();
    await handle.close();
  }
  renameSync(part, join(dir, file));
  rmSync(join(dir, arrow.file));
  return { file, rows: arrow.rows, ...written };
}
