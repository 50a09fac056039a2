import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

it('bench/arrow.ts runs in small, and prints a rate and a hash a table', async () => {
  const bench = fileURLToPath(new URL('../../bench/arrow.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [bench, '--small']);
  expect(stdout.match(/MB\/s of CPU {2}[\d.]+ B\/row {2}sha256 [0-9a-f]{12}/g)).toHaveLength(4);
});
