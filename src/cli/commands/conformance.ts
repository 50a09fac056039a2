import { conform, controllerLimits, formatConformance, isPrefixCapable, parseEnvironment } from '../../index.ts';
import { defineCommand } from '../command.ts';
import { EXIT, UsageError } from '../exit.ts';

export const conformanceCommand = defineCommand({
  usage: 'conformance <paths..>',
  describe: 'Replay golden traces and compare every line',
  examples: [['enisim conformance test/golden/ipamd', 'every trace of a folder']],
  options: yargs => yargs
    .positional('paths', { type: 'string', array: true, demandOption: true, describe: 'Traces (.jsonl, .jsonl.gz), or folders of them' })
    .option('json', { type: 'boolean', default: false, describe: 'The report as JSON' }),
  run({ paths, json }, { stdout }) {
    const report = conform(paths, { controllerLimits, isPrefixCapable, parseEnvironment });
    if (report.traces.length === 0) throw new UsageError(`no trace (.jsonl or .jsonl.gz) in ${paths.join(', ')}`);
    stdout.write(`${json ? JSON.stringify(report, null, 1) : formatConformance(report)}\n`);
    return report.tracesMatched < report.traceCount ? EXIT.no : EXIT.ok;
  },
});
