/** Limits and max pods of instance types as tables for people: a row a type, disagreements starred, and what they come from below. */

/** What is printed of a type's limits. */
export interface LimitsRow {
  readonly enis: number;
  readonly ipv4PerEni: number;
  readonly networkCards: readonly unknown[];
  readonly hypervisor: string | null;
  readonly bareMetal: boolean;
  readonly trunking: { readonly ipamd: boolean; readonly resourceController: boolean | null; readonly karpenter: number | null };
  readonly branchInterfaces: number | null;
  readonly vcpus: number | null;
  readonly memoryMiB: number | null;
}

export interface DensityRow {
  readonly type: string;
  readonly maxPods: Readonly<Record<string, number | null | undefined>>;
  readonly addresses: number;
  readonly branchEnis: number | null;
  readonly why: readonly string[];
}

/**
 * Columns side by side; the first is left-aligned, the others are right-aligned.
 * @param spare columns to leave out, the first first, until no line passes `width`
 */
function textTable(header: readonly string[], rows: readonly (readonly string[])[], width: number, spare: readonly string[] = []): string[] {
  const widths = header.map((name, i) => rows.reduce((widest, row) => Math.max(widest, row[i].length), name.length));
  if (spare.length > 0 && widths.reduce((sum, each) => sum + each + 2, -2) > width) {
    const out = header.indexOf(spare[0]);
    const rest = (cells: readonly string[]) => cells.filter((_, i) => i !== out);
    return textTable(rest(header), rows.map(rest), width, spare.slice(1));
  }
  return [header, ...rows].map(row => row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ').trimEnd());
}

/** Text broken at blanks so that no line passes `width`, further lines indented. */
function wrapped(text: string, width: number, indent: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = indent + word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

const known = (value: number | null) => (value === null ? '?' : String(value));
const memory = (mib: number | null) => (mib === null ? '?' : mib % 1024 === 0 ? `${mib / 1024} GiB` : `${mib} MiB`);

/** Whether the programs disagree on the type's trunk or its branch ENIs. A type that Karpenter does not list has no opinion of it. */
const believesDiffer = ({ trunking: { ipamd, resourceController, karpenter }, branchInterfaces }: LimitsRow) =>
  ipamd !== (resourceController === true) || (karpenter !== null && karpenter !== (branchInterfaces ?? 0));

export function limitsText(types: readonly (readonly [name: string, limits: LimitsRow])[], width: number): string {
  const rows = types.map(([name, limits]) => [
    believesDiffer(limits) ? `${name} *` : name, String(limits.enis), String(limits.ipv4PerEni), String(limits.enis * (limits.ipv4PerEni - 1)),
    String(limits.networkCards.length), limits.bareMetal ? 'metal' : limits.hypervisor ?? '?', known(limits.branchInterfaces), known(limits.vcpus), memory(limits.memoryMiB),
  ]);
  const notes = types.filter(([, limits]) => believesDiffer(limits)).flatMap(([name, limits]) => wrapped(`* ${name}: ${trunkingText(limits)}`, width, '  '));
  return [
    ...textTable(['type', 'ENIs', 'IPv4/ENI', 'pod IPs', 'cards', 'runs on', 'branch ENIs', 'vCPU', 'memory'], rows, width, ['cards', 'memory', 'vCPU']),
    ...(notes.length > 0 ? ['', ...notes] : []),
  ].join('\n');
}

function trunkingText({ trunking: { ipamd, resourceController, karpenter }, branchInterfaces }: LimitsRow): string {
  const controller = resourceController === null ? 'the resource controller does not know it and refuses the node'
    : resourceController ? `the resource controller allows ${known(branchInterfaces)} branch ENIs` : 'the resource controller says it has no trunk';
  const ofKarpenter = karpenter === null ? 'Karpenter does not list it' : karpenter === 0 ? 'Karpenter gives it no pod-eni' : `Karpenter gives it pod-eni ${karpenter}`;
  return `ipamd keeps ${ipamd ? 'an' : 'no'} ENI slot for a trunk; ${controller}; ${ofKarpenter}.`;
}

export function densityText(rows: readonly DensityRow[], believers: readonly string[], isSgp: boolean, width: number): string {
  const cells = rows.map(({ type, maxPods, addresses, branchEnis, why }) => [
    why.length > 0 ? `${type} *` : type, ...believers.map(believer => (maxPods[believer] === null ? 'fails' : String(maxPods[believer] ?? '?'))), String(addresses),
    ...(isSgp ? [known(branchEnis)] : []),
  ]);
  const sentences = new Map<string, string[]>();
  for (const { type, why } of rows) for (const reason of why) sentences.set(reason, [...(sentences.get(reason) ?? []), type]);
  const notes = [...sentences].flatMap(([reason, types]) => wrapped(`* ${reason}${reason.includes(types[0]) ? '' : ` (${listed(types, rows.length)})`}`, width, '  '));
  return [
    ...textTable(['type', ...believers, 'IP pods', ...(isSgp ? ['branches'] : [])], cells, width),
    ...(notes.length > 0 ? ['', ...notes] : []),
  ].join('\n');
}

const listed = (types: readonly string[], all: number) =>
  (types.length === all && all > 1 ? 'all' : types.length > 4 ? `${types.slice(0, 3).join(', ')} and ${types.length - 3} more` : types.join(', '));

export interface EcsRow { readonly withoutTrunking: number; readonly withTrunking: number | null; readonly isSourced: boolean }

/** ECS tasks by type: what no document names is marked as inferred. */
export function ecsText(rows: readonly (readonly [type: string, tasks: EcsRow])[], width: number): string {
  const cells = rows.map(([type, { withoutTrunking, withTrunking, isSourced }]) =>
    [type, String(withoutTrunking), withTrunking === null ? 'no trunk' : `${withTrunking}${isSourced ? ' ' : '~'}`]);
  const isInferred = rows.some(([, { withTrunking, isSourced }]) => withTrunking !== null && !isSourced);
  return [
    ...textTable(['type', 'awsvpc tasks', 'with awsvpcTrunking'], cells, width),
    ...(isInferred ? ['', ...wrapped('~ inferred: branch ENIs + ENIs - 2, which the Amazon ECS Developer Guide bears out for c5.large.', width, '  ')] : []),
  ].join('\n');
}

export interface CaseReportRow {
  readonly count: number;
  readonly agreeing: number;
  readonly differences: readonly { readonly index: number; readonly tool: string; readonly type: string; readonly expected: number | null; readonly actual: number | null | undefined }[];
}

export function casesText({ count, agreeing, differences }: CaseReportRow): string {
  const rows = differences.map(({ index, tool, type, expected, actual }) =>
    `case ${index}: ${tool}, ${type}: expected ${expected ?? 'a failure'}, ours is ${actual === undefined ? 'unknown' : actual ?? 'a failure'}`);
  return [...rows, `${agreeing} of ${count} cases agree`].join('\n');
}
