import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createFolder, readFolder, type Format } from '../../src/results/folder.ts';
import { TABLE_NAMES } from '../../src/results/schema.ts';
import { RUN, sampleBatch, sampleDictionaries } from './sample.ts';

const root = mkdtempSync(join(tmpdir(), 'enisim-folder-'));
afterAll(() => rmSync(root, { recursive: true }));
let made = 0;
const fresh = () => join(root, `run-${made++}`);

const MEASURED = { startedAt: '2026-02-03T04:05:06.000Z', wallSeconds: 1.5, setupCpuSeconds: 0.2, cpuSeconds: 1.25, cpuSecondsByThread: [0.75, 0.5], threads: 2, podEvents: 42 };

const begin = (dir: string, format: Format = 'arrow') => {
  const folder = createFolder(dir, { run: RUN, format });
  for (const table of ['pods', 'cluster'] as const) folder.table(table, sampleDictionaries(table), 64).append(sampleBatch(table, 100), 100);
  return folder;
};
const finished = async (dir: string, format: Format = 'arrow') => {
  const folder = begin(dir, format);
  folder.writeText('summary.json', '{}\n');
  await folder.finish(MEASURED);
  return dir;
};

describe('the folder of a run', () => {
  it('ends with a manifest that names, sizes and hashes every file, and says what was measured', async () => {
    const dir = await finished(fresh());
    expect(readdirSync(dir).sort()).toEqual(['cluster.arrow', 'manifest.json', 'pods.arrow', 'summary.json']);
    const manifest = await readFolder(dir);
    expect(manifest).toMatchObject({ ...RUN, ...MEASURED, nodeVersion: process.version });
    expect(manifest.tables.pods).toMatchObject({ version: 1, file: 'pods.arrow', rows: 100, bytes: readFileSync(join(dir, 'pods.arrow')).length });
    expect(manifest.files).toEqual([{ file: 'summary.json', bytes: 3, sha256: 'ca3d163bab055381827226140568f3bef7eaac187cebd76878e0b63e9e442356' }]);
    expect(Object.keys(manifest.tables)).toEqual(['cluster', 'pods']);
  });

  it('is the same for two equal runs, the manifest aside', async () => {
    const [a, b] = [await finished(fresh()), await finished(fresh())];
    for (const file of ['cluster.arrow', 'pods.arrow', 'summary.json']) expect(readFileSync(join(a, file)).equals(readFileSync(join(b, file)))).toBe(true);
  });

  it('is unfinished, and says so, when the run was interrupted', async () => {
    const dir = fresh();
    begin(dir).abort();
    await expect(readFolder(dir)).rejects.toThrow(`${dir} is unfinished: it has no manifest.json, so its run was interrupted or is still going on`);
  });

  it('loses its old manifest before anything else of a new run is written', async () => {
    const dir = await finished(fresh());
    rmSync(join(dir, 'cluster.arrow'));
    mkdirSync(join(dir, 'cluster.arrow'));
    expect(() => createFolder(dir, { run: RUN })).toThrow('cluster.arrow'); // a folder, which is not removed
    expect(existsSync(join(dir, 'manifest.json'))).toBe(false);
  });

  it('is cleared of an earlier result', async () => {
    const dir = await finished(fresh());
    createFolder(dir, { run: RUN });
    expect(readdirSync(dir)).toEqual([]);
  });

  it('stays finished when abort is called late', async () => {
    const dir = fresh();
    const folder = begin(dir);
    await folder.finish(MEASURED);
    folder.abort();
    await readFolder(dir);
  });

  it('takes the place of an interrupted run', async () => {
    const dir = fresh();
    begin(dir).abort();
    expect(readdirSync(dir).sort()).toEqual(['cluster.arrow.part', 'pods.arrow.part']);
    await readFolder(await finished(dir));
  });

  it('is refused, untouched, when it holds something that no run wrote', () => {
    const dir = fresh();
    mkdirSync(dir);
    writeFileSync(join(dir, 'cluster.arrow'), 'old');
    writeFileSync(join(dir, 'thesis.tex'), 'precious');
    expect(() => createFolder(dir, { run: RUN })).toThrow(`${dir} holds "thesis.tex", which no run wrote: choose another folder, or empty this one`);
    expect(readFileSync(join(dir, 'cluster.arrow'), 'utf8')).toBe('old');
  });

  it('is refused, untouched, when its manifest is of something else', () => {
    const dir = fresh();
    mkdirSync(dir);
    writeFileSync(join(dir, 'manifest.json'), '{"name": "web app"}');
    expect(() => createFolder(dir, { run: RUN })).toThrow('manifest.json is of something else');
    expect(existsSync(join(dir, 'manifest.json'))).toBe(true);
  });

  it('is refused when the disk has no room for the estimate, and only then', () => {
    const { bavail, bsize } = statfsSync(root);
    expect(() => createFolder(fresh(), { run: RUN, estimatedBytes: (bavail * bsize) / 2 })).not.toThrow();
    expect(() => createFolder(fresh(), { run: RUN, estimatedBytes: 1e18 })).toThrow('the run will write about 1000000000000 MB, and its disk has');
  });
});

describe('reading a folder', () => {
  it('tells which file was changed, cut or lost after the run', async () => {
    const changed = await finished(fresh());
    const bytes = readFileSync(join(changed, 'pods.arrow'));
    bytes[bytes.length >> 1] ^= 1;
    writeFileSync(join(changed, 'pods.arrow'), bytes);
    await expect(readFolder(changed)).rejects.toThrow(`${join(changed, 'pods.arrow')} does not have the hash that manifest.json says`);
    await expect(readFolder(changed, { sizesOnly: true })).resolves.toMatchObject({ seed: 7 });

    const longer = await finished(fresh());
    appendFileSync(join(longer, 'summary.json'), ' ');
    await expect(readFolder(longer)).rejects.toThrow('summary.json has 4 bytes, and manifest.json says 3');

    const lost = await finished(fresh());
    rmSync(join(lost, 'cluster.arrow'));
    await expect(readFolder(lost)).rejects.toThrow('cluster.arrow is missing, and manifest.json lists it');
  });

  it('tells a folder that is none, or not of a run, from an unfinished one', async () => {
    const dir = fresh();
    await expect(readFolder(dir)).rejects.toThrow('there is no such folder');
    mkdirSync(dir);
    await expect(readFolder(dir)).rejects.toThrow('is not the result of a run');
  });

  it('refuses a manifest of a version that it does not know', async () => {
    const dir = await finished(fresh());
    const path = join(dir, 'manifest.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"manifestVersion": 1', '"manifestVersion": 2'));
    await expect(readFolder(dir)).rejects.toThrow('has version 2, and this enisim reads version 1');
  });
});

describe('a folder in Parquet', () => {
  it('holds Parquet instead of Arrow, with the same bytes each time', async () => {
    const [a, b] = [await finished(fresh(), 'parquet'), await finished(fresh(), 'parquet')];
    expect(readdirSync(a).sort()).toEqual(['cluster.parquet', 'manifest.json', 'pods.parquet', 'summary.json']);
    const [one, two] = [await readFolder(a), await readFolder(b)];
    expect(one.tables).toEqual(two.tables);
    expect(one.tables.pods?.rows).toBe(100);
    expect(readFileSync(join(a, 'pods.parquet')).subarray(0, 4).toString()).toBe('PAR1');
  });

  it('takes tables without rows', async () => {
    const dir = fresh();
    const folder = createFolder(dir, { run: RUN, format: 'parquet' });
    for (const table of TABLE_NAMES) folder.table(table, sampleDictionaries(table));
    const { tables } = await folder.finish(MEASURED);
    expect(Object.values(tables).map(({ rows }) => rows)).toEqual(TABLE_NAMES.map(() => 0));
  });
});
