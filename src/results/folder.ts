/**
 * Folder: the output folder of one run, from an empty folder to its manifest.
 *
 * Why     A folder is a result only when it is whole. So the manifest of an earlier run goes first and the new one comes last; in
 *         between a folder is unfinished and says so, whatever stopped the run.
 * Shape   TABLE.arrow (or .parquet), summary.json, ..., each with `.part` while it is written; manifest.json with size and hash of all.
 * Bytes   Equal runs give equal files. What may differ between them (`Measurements`, machine, versions) stands in the manifest alone.
 * Errors  `FolderError` is the user's: a foreign folder, no room, an unfinished or changed result. Its text is a sentence with the path.
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, statfsSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { createTableWriter, type ResultFile, type TableFile, type TableWriter } from './arrowFile.ts';
import type { RunIdentity } from './identity.ts';
import { TABLES, TABLE_NAMES, type Dictionaries, type TableName } from './schema.ts';

export class FolderError extends Error {
  override name = 'FolderError';
}

export type Format = 'arrow' | 'parquet';

/** What a run measured of itself: differs between equal runs, and stands in the manifest only. Seconds with parts. */
export type Measurements = {
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** From the first event to the last row written. */
  readonly wallSeconds: number;
  /** Process CPU before the first event. */
  readonly setupCpuSeconds: number;
  /** Process CPU from the first event to the last row written. */
  readonly cpuSeconds: number;
  /** The same by thread, where Node can tell. */
  readonly cpuSecondsByThread?: readonly number[];
  readonly threads: number;
};

export type Manifest = RunIdentity & Measurements & {
  readonly format: typeof FORMAT;
  readonly manifestVersion: number;
  /** Pod starts and pod ends that were simulated. */
  readonly podEvents: number;
  readonly cpuModel: string;
  readonly cpuCount: number;
  readonly nodeVersion: string;
  readonly platform: string;
  readonly tables: Partial<Record<TableName, TableFile & { readonly version: number }>>;
  /** The files that are no tables: summary.json, report.html. */
  readonly files: readonly ResultFile[];
};

const FORMAT = 'enisim-result';
const MANIFEST_VERSION = 1;
const MANIFEST = 'manifest.json';

/** Files beside the tables that a run may write. */
export const TEXT_FILES = ['summary.json', 'report.html', 'metrics.prom'] as const;
export type TextFile = (typeof TEXT_FILES)[number];

const OURS = new Set([MANIFEST, ...TEXT_FILES, ...TABLE_NAMES.flatMap(table => [`${table}.arrow`, `${table}.parquet`])]);
const isOurs = (entry: string) => OURS.has(entry.replace(/\.part$/, ''));

export type Folder = {
  readonly dir: string;
  /** Opens a table; once each. */
  readonly table: <Name extends TableName>(table: Name, dictionaries: Dictionaries<Name>, batchRows?: number) => TableWriter<Name>;
  /** Writes a file that is no table; once each. */
  readonly writeText: (file: TextFile, text: string) => void;
  /** Finishes every table that is open, converts to Parquet if asked, and writes the manifest. */
  readonly finish: (measured: Measurements & { readonly podEvents: number }) => Promise<Manifest>;
  /** Leaves the folder unfinished. Does nothing after `finish`; safe after an error of any other call, and twice. */
  readonly abort: () => void;
};

/**
 * Makes `dir` ready for a run: creates it, or clears an earlier result out of it, manifest first. A folder with anything that enisim did not
 * write is refused, and so is one on a disk with less than `estimatedBytes` free.
 */
export function createFolder(dir: string, options: { readonly run: RunIdentity; readonly format?: Format; readonly estimatedBytes?: number }): Folder {
  const { run, format = 'arrow', estimatedBytes = 0 } = options;
  mkdirSync(dir, { recursive: true });
  clearFolder(dir);
  const { bavail, bsize } = statfsSync(dir);
  if (bavail * bsize < estimatedBytes) {
    throw new FolderError(`${dir}: the run will write about ${megabytes(estimatedBytes)}, and its disk has ${megabytes(bavail * bsize)} left`);
  }

  const writers = new Map<TableName, Pick<TableWriter<TableName>, 'finish' | 'abort'>>();
  const files: ResultFile[] = [];
  return {
    dir,
    table(table, dictionaries, batchRows) {
      if (writers.has(table)) throw new Error(`${table}: its writer is open already`);
      const writer = createTableWriter({ dir, table, dictionaries, run, batchRows });
      writers.set(table, writer);
      return writer;
    },
    writeText(file, text) {
      if (files.some(written => written.file === file)) throw new Error(`${file}: it is written already`);
      files.push(writeWhole(dir, file, text));
    },
    async finish(measured) {
      const tables: Manifest['tables'] = {};
      for (const name of TABLE_NAMES) {
        const written = writers.get(name)?.finish();
        if (written) tables[name] = { version: TABLES[name].version, ...(format === 'parquet' ? await convert(dir, written) : written) };
      }
      const manifest: Manifest = {
        format: FORMAT, manifestVersion: MANIFEST_VERSION, ...run, ...measured,
        cpuModel: cpus()[0]?.model ?? 'unknown', cpuCount: availableParallelism(), nodeVersion: process.version, platform: `${process.platform}-${process.arch}`,
        tables, files: files.sort((a, b) => (a.file < b.file ? -1 : 1)),
      };
      writeWhole(dir, MANIFEST, `${JSON.stringify(manifest, null, 2)}\n`);
      return manifest;
    },
    abort() {
      for (const writer of writers.values()) writer.abort();
    },
  };
}

const convert = async (dir: string, arrow: TableFile) => (await import('./parquet.ts')).toParquet(dir, arrow);

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;

/** Removes an earlier result. Nothing is removed from a folder that holds anything else. */
function clearFolder(dir: string): void {
  const entries = readdirSync(dir);
  const foreign = entries.find(entry => !isOurs(entry));
  if (foreign !== undefined) throw new FolderError(`${dir} holds "${foreign}", which no run wrote: choose another folder, or empty this one`);
  if (entries.includes(MANIFEST)) {
    if (parseManifest(dir).format !== FORMAT) throw new FolderError(`${join(dir, MANIFEST)} is of something else: choose another folder`);
    rmSync(join(dir, MANIFEST));
  }
  for (const entry of entries) rmSync(join(dir, entry), { force: true });
}

function writeWhole(dir: string, file: string, text: string): ResultFile {
  const bytes = Buffer.from(text);
  writeFileSync(join(dir, `${file}.part`), bytes);
  renameSync(join(dir, `${file}.part`), join(dir, file));
  return { file, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

function parseManifest(dir: string): Partial<Manifest> {
  try {
    return JSON.parse(readFileSync(join(dir, MANIFEST), 'utf8')) as Partial<Manifest>;
  } catch (cause) {
    throw new FolderError(`${join(dir, MANIFEST)} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/**
 * The manifest of a finished result, after each of its files was compared with it: by size, and by hash unless `sizesOnly`.
 * Rejects with a FolderError that says what is wrong: no folder, an unfinished run, a file that is missing or was changed.
 */
export async function readFolder(dir: string, { sizesOnly = false } = {}): Promise<Manifest> {
  if (!existsSync(dir)) throw new FolderError(`${dir}: there is no such folder`);
  if (!existsSync(join(dir, MANIFEST))) {
    if (!readdirSync(dir).some(isOurs)) throw new FolderError(`${dir} is not the result of a run: it has no ${MANIFEST}`);
    throw new FolderError(`${dir} is unfinished: it has no ${MANIFEST}, so its run was interrupted or is still going on`);
  }
  const manifest = parseManifest(dir);
  if (manifest.format !== FORMAT) throw new FolderError(`${join(dir, MANIFEST)} is not of an enisim result`);
  if (manifest.manifestVersion !== MANIFEST_VERSION) {
    throw new FolderError(`${join(dir, MANIFEST)} has version ${manifest.manifestVersion}, and this enisim reads version ${MANIFEST_VERSION}`);
  }
  const whole = manifest as Manifest;
  for (const { file, bytes, sha256 } of [...Object.values(whole.tables), ...whole.files]) {
    const path = join(dir, file);
    if (!existsSync(path)) throw new FolderError(`${path} is missing, and ${MANIFEST} lists it`);
    const { size } = statSync(path);
    if (size !== bytes) throw new FolderError(`${path} has ${size} bytes, and ${MANIFEST} says ${bytes}: it was changed after the run`);
    if (!sizesOnly && (await hashOf(path)) !== sha256) throw new FolderError(`${path} does not have the hash that ${MANIFEST} says: it was changed after the run`);
  }
  return whole;
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
