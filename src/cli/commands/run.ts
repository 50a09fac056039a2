import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import type { Argv } from 'yargs';
import { formatProblem, humanBytes, humanSpan, loaderBeside, readScenario, ScenarioError, simulate, summaryJson, summaryText, type Manifest, type RunRequest } from '../../index.ts';
import { defineCommand, type Command } from '../command.ts';
import { BrokenRun, EXIT, isUsersError } from '../exit.ts';
import { commandLine, wholeNumber } from '../options.ts';
import { createProgressLine } from '../progress.ts';
import { changeOptions, overridesOf, readText, wordsOf } from '../scenarios.ts';
import { hasColour } from '../terminal.ts';

const THREADS_MAX = 256;
const FORMATS = ['arrow', 'parquet'] as const;
const METRICS = ['prom'] as const;

const options = (yargs: Argv) => changeOptions(yargs)
  .positional('file', { type: 'string', demandOption: true, describe: 'Scenario file' })
  .option('out', { type: 'string', requiresArg: true, defaultDescription: 'out/NAME', describe: 'Folder of the result; an earlier result in it is replaced' })
  .option('threads', { coerce: wholeNumber('threads', 1, THREADS_MAX), requiresArg: true, defaultDescription: 'one a core, up to 8', describe: 'Threads at most; the result does not depend on them' })
  .option('format', { choices: FORMATS, default: FORMATS[0], requiresArg: true, describe: 'Format of the tables' })
  .option('metrics', { choices: METRICS, requiresArg: true, defaultDescription: 'none', describe: "Also write ipamd's metrics at the end: prom for metrics.prom, as Prometheus reads it" })
  .option('json', { type: 'boolean', default: false, describe: 'The summary as JSON' })
  .option('quiet', { type: 'boolean', default: false, describe: 'No progress, no word on where the files are' })
  .option('verify', { type: 'boolean', default: false, describe: 'Recount the state of every node at each simulated minute' });

export const runCommand = (run: typeof simulate = simulate): Command => defineCommand({
  usage: 'run <file>',
  describe: 'Simulate a scenario: a summary on stdout, tables in a folder',
  examples: [
    ['enisim run scenarios/prefix.yaml', 'result in out/prefix'],
    ['enisim run scenarios/prefix.yaml --set cni.env.WARM_PREFIX_TARGET=2 --seed 7 --duration 30m --out out/warm2', 'changed'],
    ['enisim run scenarios/prefix.yaml --duration 10m --json --quiet', 'for a program'],
  ],
  options,
  async run(args, terminal) {
    const { file, format, out = join('out', basename(file).replace(/\.ya?ml$/, '')) } = args;
    const { stdout, stderr } = terminal;
    const text = readText(file);
    if (typeof text !== 'string') throw new ScenarioError([text]);
    const overrides = overridesOf(args);
    const progress = args.quiet ? null : createProgressLine(terminal);
    const interrupt = new AbortController();
    const forget = terminal.onInterrupt(() => interrupt.abort());
    let simulatedMs = 0;
    const request: RunRequest = {
      file, text, overrides, out, format, metrics: args.metrics, verify: args.verify, signal: interrupt.signal,
      threads: args.threads ?? Math.min(availableParallelism(), 8),
      command: commandLine(['run', file, ...wordsOf(args), ...(format === 'arrow' ? [] : ['--format', format]), ...(args.metrics ? ['--metrics', args.metrics] : [])]),
      onWarnings: warnings => stderr.write(warnings.map(warning => `${formatProblem(warning)}\n`).join('')),
      onProgress(at) {
        ({ simulatedMs } = at);
        progress?.show(at);
      },
    };
    try {
      const { summary, manifest } = await run(request);
      progress?.end();
      stdout.write(args.json ? summaryJson(summary) : summaryText(summary, { colour: hasColour(stdout, terminal.env) }));
      if (!args.quiet && manifest) stderr.write(`${out}: ${filesOf(manifest)}\n`);
      return EXIT.ok;
    } catch (error) {
      progress?.end();
      if (interrupt.signal.aborted && error === interrupt.signal.reason) {
        stderr.write(`interrupted at ${humanSpan(simulatedMs)} simulated; ${existsSync(out) ? `${out} has no manifest.json: it is no result` : 'nothing is written'}\n`);
        return EXIT.interrupted;
      }
      throw isUsersError(error) ? error : new BrokenRun(`${identify(request)}, at about ${humanSpan(simulatedMs)} simulated`, error);
    } finally {
      forget();
    }
  },
});

const filesOf = ({ tables, files }: Manifest) =>
  [...Object.values(tables), ...files].map(({ file, bytes }) => `${file} ${humanBytes(bytes)}`).join(', ');

/** What a bug report must name. The scenario was read once already, so it can be read. */
function identify({ file, text, overrides }: RunRequest): string {
  const { scenario } = readScenario(text!, { file, load: loaderBeside(file), overrides, readTraces: false });
  return `scenario "${scenario.name}", seed ${scenario.seed}`;
}
