import { existsSync } from 'node:fs';
import type { CommandModule } from 'yargs';
import { conform, formatConformance, isPrefixCapable, parseEnvironment } from '../../index.ts';

export const conformanceCommand: CommandModule<object, { paths: string[]; json: boolean }> = {
  command: 'conformance <paths..>',
  describe: 'Replay golden traces and compare every line',
  builder: yargs => yargs
    .positional('paths', { type: 'string', array: true, demandOption: true, describe: 'Traces (.jsonl, .jsonl.gz), or folders of them' })
    .option('json', { type: 'boolean', default: false, describe: 'The report as JSON' })
    .check(({ paths }) => paths.every(path => existsSync(path)) || `no such file or folder: ${paths.filter(path => !existsSync(path)).join(', ')}`),
  handler({ paths, json }) {
    const report = conform(paths, { isPrefixCapable, parseEnvironment });
    console.log(json ? JSON.stringify(report, null, 1) : formatConformance(report));
    if (report.traces.length === 0) {
      console.error(`no trace (.jsonl or .jsonl.gz) in ${paths.join(', ')}`);
      process.exitCode = 2;
    } else if (report.tracesMatched < report.traceCount) process.exitCode = 1;
  },
};
