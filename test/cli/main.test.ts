/** Every command by its options, its exit codes and what it prints where. */
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { COMMANDS } from '../../src/cli/main.ts';
import { EXIT_CODES } from '../../src/cli/exit.ts';
import { nameOf } from '../../src/cli/command.ts';
import { Bug, INITIAL_SCENARIO, readFolder, simulate, version } from '../../src/index.ts';
import { enisim, enterFolder, ROOT, split } from './shell.ts';

let leave: () => void;
beforeEach(() => {
  leave = enterFolder();
});
afterEach(() => leave());

const SMALL = `apiVersion: enisim/v1
name: small
duration: 10m
vpc: { cidrs: [10.0.0.0/16] }
zones: [us-east-1a]
subnets:
  - { name: a, cidr: 10.0.0.0/24, zone: us-east-1a }
nodeGroups:
  - { name: workers, instanceType: m5.large, count: 3 }
workloads:
  - { kind: churn, name: jobs, arrivals: { ratePerMinute: 6 }, lifetime: 2m }
`;
const small = (text = SMALL) => {
  writeFileSync('small.yaml', text);
  return 'small.yaml';
};

describe('the command line', () => {
  it('without a word is a mistake that is answered with the help', async () => {
    const help = await enisim(['--help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(await enisim([])).toEqual({ code: 2, stdout: '', stderr: help.stdout, both: help.stdout });
  });

  it('prints exactly the version', async () => {
    expect(version).toBe(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version);
    expect(await enisim(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('tells every exit code', async () => {
    const { stdout } = await enisim(['--help']);
    expect(EXIT_CODES.map(([code]) => code)).toEqual([0, 1, 2, 70, 130]);
    for (const [code, meaning] of EXIT_CODES) expect(stdout).toContain(`${code}  ${meaning}`);
  });

  it.each([
    ['vlidate a.yaml', 'enisim: there is no command "vlidate"; did you mean "validate"? (enisim --help tells what there is)\n'],
    ['simulate-everything', 'enisim: there is no command "simulate-everything" (enisim --help tells what there is)\n'],
    ['--verson', 'enisim: there is no option --verson; did you mean "--version"? (enisim --help tells what there is)\n'],
    ['run a.yaml --threds 2', 'enisim: there is no option --threds; did you mean "--threads"? (enisim run --help tells what there is)\n'],
    ['run a.yaml --threds=2', 'enisim: there is no option --threds; did you mean "--threads"? (enisim run --help tells what there is)\n'],
    ['run a.yaml --no-json', 'enisim: there is no option --no-json; did you mean "--json"? (enisim run --help tells what there is)\n'],
    ['run a.yaml b.yaml', 'enisim: "b.yaml" is one word too many (enisim run --help tells what there is)\n'],
    ['run a.yaml --set x=1 b.yaml', 'enisim: "b.yaml" is one word too many (enisim run --help tells what there is)\n'],
    ['run', 'enisim: a word is missing: enisim run <file> (enisim run --help tells what there is)\n'],
    ['validate', 'enisim: a word is missing: enisim validate <files..> (enisim validate --help tells what there is)\n'],
    ['run a.yaml --seed', 'enisim: --seed needs a value (enisim run --help tells what there is)\n'],
    ['run a.yaml --seed 1 --seed 2', 'enisim: --seed is given more than once\n'],
    ['run a.yaml --threads 0', 'enisim: --threads: found "0", expected a whole number from 1 to 256 (enisim run --help tells what there is)\n'],
    ['run a.yaml --threads two', 'enisim: --threads: found "two", expected a whole number from 1 to 256 (enisim run --help tells what there is)\n'],
    ['run a.yaml --format csv', 'enisim: Invalid values: Argument: format, Given: "csv", Choices: "arrow", "parquet" (enisim run --help tells what there is)\n'],
  ])('refuses: enisim %s', async (line, stderr) => {
    expect(await enisim(split(line))).toEqual({ code: 2, stdout: '', stderr, both: stderr });
  });
});

describe.each(COMMANDS.map(command => [nameOf(command), command] as const))('enisim %s', (name, { examples }) => {
  it('has a help with its examples', async () => {
    const { code, stdout, stderr } = await enisim([name, '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(examples.length).toBeGreaterThan(0);
    const words = stdout.replaceAll(/\s+/g, ' ');
    for (const [line, meaning] of examples) {
      expect(stdout).toContain(meaning);
      for (const word of split(line)) expect(words).toContain(word);
    }
  });

  it.each(examples.map(([line]) => line))('does what its help says: %s', async line => {
    const [first, ...words] = split(line.replace(/ >>? .*$/, '')).flatMap(word =>
      word.includes('*') ? readdirSync('scenarios').filter(file => file.endsWith('.yaml')).map(file => `scenarios/${file}`) : [word]);
    expect(first).toBe('enisim');
    expect(await enisim(words)).toMatchObject({ code: 0 });
  });
});

describe('enisim run', () => {
  it('prints the summary on stdout, and says where the files are on stderr', async () => {
    const { code, stdout, stderr } = await enisim(['run', small()]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^small: 10 min simulated, 3 nodes/);
    expect(stdout).toMatch(/\nenisim run small\.yaml\n$/);
    expect(stderr).toMatch(/^out\/small: .*pods\.arrow .*summary\.json/);
    expect(await readFolder('out/small')).toMatchObject({ command: 'enisim run small.yaml', scenario: 'small', threads: 1 });
  });

  it('with --json prints summary.json, and nothing else with --quiet', async () => {
    const { code, stdout, stderr } = await enisim(['run', small(), '--json', '--quiet', '--out', 'result']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(readFileSync('result/summary.json', 'utf8'));
    expect(JSON.parse(stdout)).toMatchObject({ simulatedMs: 600_000, run: { scenario: 'small', seed: 1 } });
  });

  it('writes Parquet when asked', async () => {
    expect(await enisim(['run', small(), '--format', 'parquet'])).toMatchObject({ code: 0 });
    expect(readdirSync('out/small')).toContain('pods.parquet');
    expect((await readFolder('out/small')).command).toBe('enisim run small.yaml --format parquet');
  });

  it('changes the scenario, and quotes the command that makes it again', async () => {
    const { stdout } = await enisim(['run', small(), '--set', 'name=it\'s small', '--set', 'cni.env.WARM_IP_TARGET=2', '--seed', '7', '--duration', '5m', '--threads', '2']);
    expect(stdout).toMatch(/^it's small: 5 min simulated/);
    const again = stdout.trimEnd().split('\n').at(-1)!;
    expect(again).toBe(String.raw`enisim run small.yaml --set 'name=it'\''s small' --set cni.env.WARM_IP_TARGET=2 --seed 7 --duration 5m`);
  });

  it('prints warnings and goes on', async () => {
    const file = small(`${SMALL}cni: { env: { WARM_ENI_TARGET: abc } }\n`);
    const { code, stderr } = await enisim(['run', file, '--quiet']);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^small\.yaml:12:\d+: warning: cni\.env\.WARM_ENI_TARGET: /);
  });

  it('prints every mistake of the scenario without a stack', async () => {
    const { code, stdout, stderr } = await enisim(['run', 'test/data/many-mistakes.yaml']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('many-mistakes.yaml:3:11: error: duration: found 4');
    expect(stderr).toContain('many-mistakes.yaml:16:19: error: nodeGroups[0].instanceType');
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(existsSync('out')).toBe(false);
  });

  it('says that there is no such file', async () => {
    expect(await enisim(['run', 'nope.yaml'])).toMatchObject({ code: 2, stderr: 'nope.yaml:1:1: error: found no such file, expected a scenario file\n' });
  });

  it('refuses a folder that holds something else', async () => {
    mkdirSync('mine');
    writeFileSync('mine/thesis.txt', '');
    const { code, stderr } = await enisim(['run', small(), '--out', 'mine']);
    expect({ code, stderr }).toEqual({ code: 2, stderr: 'enisim: mine holds "thesis.txt", which no run wrote: choose another folder, or empty this one\n' });
  });

  it('says why a folder cannot be made', async () => {
    expect(await enisim(['run', small(), '--out', 'small.yaml/result'])).toMatchObject({ code: 2, stderr: expect.stringMatching(/^enisim: ENOTDIR: not a directory/) });
  });

  it('stops at an interrupt and leaves no manifest, not even that of the run before', async () => {
    await enisim(['run', small()]);
    expect(existsSync('out/small/manifest.json')).toBe(true);
    const { code, stdout, stderr } = await enisim(['run', small(), '--duration', '30d'], { interrupt: press => setImmediate(press) });
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
    expect(stderr).toMatch(/^interrupted at .* simulated; out\/small has no manifest\.json: it is no result\n$/);
    expect(existsSync('out/small/manifest.json')).toBe(false);
    await expect(readFolder('out/small')).rejects.toThrow('unfinished');
  });

  it('of a bug tells what a report needs', async () => {
    const broken: typeof simulate = async request => {
      request.onProgress?.({ phase: 'running', simulatedMs: 3_900_000, durationMs: 14_400_000, podEvents: 1, wallMs: 1, threads: 1 });
      throw new Bug('release: the address has no pod');
    };
    const { code, stderr } = await enisim(['run', small(), '--seed', '9'], { run: broken });
    expect(code).toBe(70);
    expect(stderr.split('\n').slice(0, 5)).toEqual([
      'enisim: this is a bug of enisim, not of your scenario: release: the address has no pod',
      '  scenario "small", seed 9, at about 1 h 05 min simulated',
      `  enisim ${version}, Node ${process.version}, ${process.platform}-${process.arch}`,
      '  enisim run small.yaml --seed 9',
      'Please report it with these lines and the scenario file: the same seed gives the same error.',
    ]);
    expect(stderr).toMatch(/^ {4}at /m);
  });

  it('colours the summary on a terminal only, and not with NO_COLOR', async () => {
    const coloured = async (options: Parameters<typeof enisim>[1]) => (await enisim(['run', small(), '--quiet'], options)).both.includes('\x1b[');
    expect(await coloured({ tty: true })).toBe(true);
    expect(await coloured({ tty: true, env: { NO_COLOR: '1' } })).toBe(false);
    expect(await coloured({ tty: true, env: { TERM: 'dumb' } })).toBe(false);
    expect(await coloured({ tty: false })).toBe(false);
  });
});

describe('enisim validate', () => {
  it('prints all mistakes and warnings at once, in the order of the file, and counts them', async () => {
    const file = small(SMALL.replace('10m', '10').replace('m5.large', 'm5.lrage').concat('cni: { env: { WARM_ENI_TARGET: abc } }\n'));
    const { code, stdout, stderr } = await enisim(['validate', file]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
    expect(stdout.split('\n').map(line => line.split(': ').slice(0, 3).join(': '))).toEqual([
      'small.yaml:3:11: error: duration',
      'small.yaml:9:36: error: nodeGroups[0].instanceType',
      'small.yaml:12:32: warning: cni.env.WARM_ENI_TARGET',
      'small.yaml: 2 errors, 1 warning',
      '',
    ]);
    expect(stdout).toContain('did you mean "m5.large"?');
  });

  it('goes on after a file that is not there', async () => {
    const { code, stdout } = await enisim(['validate', 'nope.yaml', small()]);
    expect(code).toBe(2);
    expect(stdout).toBe('nope.yaml:1:1: error: found no such file, expected a scenario file\nnope.yaml: 1 error, 0 warnings\nsmall.yaml: 0 errors, 0 warnings\n');
  });

  it('gives the same as JSON', async () => {
    const { code, stdout } = await enisim(['validate', small(), 'nope.yaml', '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject([
      { file: 'small.yaml', valid: true, problems: [] },
      { file: 'nope.yaml', valid: false, problems: [{ line: 1, column: 1, severity: 'error', found: 'no such file' }] },
    ]);
  });

  it('applies changes, and finds the mistakes in them', async () => {
    expect(await enisim(['validate', small(), '--set', 'nodeGroups.workers.count=9', '--duration', '1h'])).toMatchObject({ code: 0 });
    const { code, stdout } = await enisim(['validate', small(), '--set', 'nodeGroups.worker.count=9', '--seed', 'x']);
    expect(code).toBe(2);
    expect(stdout).toContain('did you mean "workers"?');
    expect(stdout).toContain('--set seed=x: error: seed: found "x"');
  });
});

describe('enisim init', () => {
  it('writes a scenario that is valid, and overwrites no file unless told to', async () => {
    expect(await enisim(['init'])).toMatchObject({ code: 0, stdout: '', stderr: 'scenario.yaml is written; run it with: enisim run scenario.yaml\n' });
    expect(await enisim(['validate', 'scenario.yaml'])).toMatchObject({ code: 0, stdout: 'scenario.yaml: 0 errors, 0 warnings\n' });
    writeFileSync('scenario.yaml', 'mine');
    expect(await enisim(['init'])).toMatchObject({ code: 2, stderr: 'enisim: scenario.yaml exists: choose another name, or overwrite it with --force\n' });
    expect(readFileSync('scenario.yaml', 'utf8')).toBe('mine');
    expect(await enisim(['init', '--force'])).toMatchObject({ code: 0 });
    expect(readFileSync('scenario.yaml', 'utf8')).toBe(INITIAL_SCENARIO);
  });

  it('with - writes on stdout', async () => {
    expect(await enisim(['init', '-'])).toEqual({ code: 0, stdout: INITIAL_SCENARIO, stderr: '', both: INITIAL_SCENARIO });
  });

  it('says why a file cannot be written', async () => {
    expect(await enisim(['init', 'no/such/folder.yaml'])).toMatchObject({ code: 2, stderr: expect.stringMatching(/^enisim: ENOENT: no such file or directory/) });
  });
});

test('enisim schema prints the file that is in the package', async () => {
  const { code, stdout } = await enisim(['schema']);
  expect(code).toBe(0);
  expect(stdout).toBe(readFileSync(join(ROOT, 'schema/scenario.schema.json'), 'utf8'));
});

describe('enisim conformance', () => {
  const trace = join('test/golden/ipamd', readdirSync(join(ROOT, 'test/golden/ipamd')).find(name => name.endsWith('.jsonl.gz'))!);

  it('answers 0 when every line matches', async () => {
    const { code, stdout } = await enisim(['conformance', trace]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/\ntraces 1\/1, lines (\d+)\/\1\n$/);
  });

  it('answers 1 when one does not, as text and as JSON', async () => {
    writeFileSync('forged.jsonl', '{"kind":"ipamd"}\nno line\n');
    expect(await enisim(['conformance', 'forged.jsonl'])).toMatchObject({ code: 1, stdout: expect.stringContaining('traces 0/1') });
    const { code, stdout } = await enisim(['conformance', 'forged.jsonl', '--json']);
    expect({ code, matched: JSON.parse(stdout).tracesMatched }).toEqual({ code: 1, matched: 0 });
  });

  it('answers 2 when there is nothing to replay', async () => {
    mkdirSync('empty');
    expect(await enisim(['conformance', 'empty'])).toMatchObject({ code: 2, stderr: 'enisim: no trace (.jsonl or .jsonl.gz) in empty\n' });
    expect(await enisim(['conformance', 'nope'])).toMatchObject({ code: 2, stderr: expect.stringMatching(/^enisim: ENOENT/) });
  });
});

describe('enisim completion', () => {
  it('prints a script that asks enisim', async () => {
    expect((await enisim(['completion'])).stdout).toContain('enisim --get-yargs-completions');
  });

  it('completes commands and options', async () => {
    const ask = async (...words: string[]) => (await enisim(['--get-yargs-completions', 'enisim', ...words])).stdout.split('\n').map(word => word.split(':')[0]);
    expect(await ask('')).toEqual(expect.arrayContaining(COMMANDS.map(nameOf)));
    expect(await ask('run', '--')).toEqual(expect.arrayContaining(['--out', '--threads', '--seed', '--set', '--duration', '--format', '--json', '--quiet', '--verify']));
  });
});
