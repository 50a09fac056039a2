#!/usr/bin/env node
// Committed, not built: npm and npx link a bin at install time and drop it for good when the file is not there yet.
import { existsSync } from 'node:fs';

const cli = new URL('../dist/cli.js', import.meta.url);
if (existsSync(cli)) {
  await import(cli.href);
} else {
  console.error('enisim is not built yet: run `npm run build`');
  process.exitCode = 1;
}
