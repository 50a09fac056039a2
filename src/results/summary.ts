/**
 * Summary: what a run answers at a glance, as summary.json and as a text for the terminal.
 *
 * Why     The first questions are always the same: do pods wait, how many addresses are held for how many pods, when did a subnet run
 *         out, what did EC2 throttle, and how do I make it again. The text answers in this order and leaves the rest to the tables.
 * Shape   A run fills in a `RunSummary`; both forms are functions of it alone, so they never disagree.
 * Units   ...Ms are whole ms: spans, or moments since the scenario's start. null: it did not happen.
 */
import { humanCount, humanShare, humanSpan, plural } from './human.ts';
import type { RunIdentity } from './identity.ts';

/** A highest (or lowest) value of the run and the first moment that it was reached. */
export type Extreme = { readonly value: number; readonly atMs: number };

/** Addresses, summed over nodes. held = assigned + warm + cooling. */
export type AddressLevels<Of> = {
  /** In ipamd's data stores. */
  readonly held: Of;
  /** Owned by pods. */
  readonly assigned: Of;
  /** Neither: may be given out at once. */
  readonly warm: Of;
  /** Released, in cooldown. */
  readonly cooling: Of;
};

export type SubnetSummary = {
  readonly subnetId: string;
  readonly availabilityZone: string;
  readonly cidrBlock: string;
  /** Addresses of the block that can ever be used: its size less AWS's five and the reservations. */
  readonly usable: number;
  readonly availableAtEnd: number;
  readonly lowestAvailable: Extreme;
  /** First moment without a single available address. */
  readonly exhaustedAtMs: number | null;
  readonly firstInsufficientFreeAddressesAtMs: number | null;
  readonly firstInsufficientCidrBlocksAtMs: number | null;
  readonly availablePrefixesAtEnd: number;
};

export type ActionSummary = {
  readonly action: string;
  /** Requests sent, every attempt: granted + throttled + errors, and those without an answer at the end. */
  readonly requests: number;
  readonly granted: number;
  readonly throttled: number;
  readonly errors: number;
  /** The longest stretch in which no request of the action was granted and at least two were throttled; from the first to the last of them. */
  readonly longestThrottled: { readonly fromMs: number; readonly toMs: number } | null;
};

export type RunSummary = {
  readonly run: RunIdentity;
  readonly simulatedMs: number;
  /** Pod starts and pod ends that were simulated. */
  readonly podEvents: number;
  readonly pods: {
    readonly created: number;
    readonly bound: number;
    /** Got an address; pods on the host network are not counted here, nor in the waits. */
    readonly addressed: number;
    readonly hostNetwork: number;
    readonly ended: number;
    /** Created and never bound to a node. */
    readonly neverBound: number;
    /** Bound and never given an address, ended or not. */
    readonly neverAddressed: number;
  };
  /** bound -> address, over the pods that got one. */
  readonly wait: { readonly p50Ms: number; readonly p90Ms: number; readonly p99Ms: number; readonly maxMs: number };
  readonly failedSandboxes: {
    /** ADD requests that kubelet had to repeat. */
    readonly count: number;
    /** Pods that had at least one. */
    readonly pods: number;
  };
  readonly nodes: { readonly atEnd: number; readonly readyAtEnd: number; readonly peak: Extreme };
  readonly addresses: { readonly atEnd: AddressLevels<number>; readonly peak: AddressLevels<Extreme> };
  readonly enis: { readonly atEnd: number; readonly peak: Extreme };
  readonly prefixes: { readonly atEnd: number; readonly peak: Extreme };
  readonly subnets: readonly SubnetSummary[];
  readonly ec2: readonly ActionSummary[];
  readonly maxPods: {
    /** Nodes with as many pods as max pods allows. */
    readonly fullNodesAtEnd: number;
    /** Pods of per-node churn that a node at max pods turned away. */
    readonly podsTurnedAway: number;
  };
};

/** summary.json's version: raised when a key changes its name or meaning. */
export const SUMMARY_VERSION = 1;

/** Every key of summary.json, in the order in which it is written, at whatever depth it stands. */
const KEY_ORDER = [
  'summaryVersion', 'run', 'engineVersion', 'scenario', 'scenarioHash', 'seed', 'start', 'command', 'simulatedMs', 'podEvents', 'pods', 'created',
  'wait', 'p50Ms', 'p90Ms', 'p99Ms', 'maxMs', 'failedSandboxes', 'count', 'bound', 'addressed', 'hostNetwork', 'ended', 'neverBound', 'neverAddressed',
  'nodes', 'addresses', 'enis', 'prefixes', 'atEnd', 'readyAtEnd', 'peak', 'held', 'assigned', 'warm', 'cooling', 'value', 'atMs',
  'subnets', 'subnetId', 'availabilityZone', 'cidrBlock', 'usable', 'availableAtEnd', 'lowestAvailable', 'exhaustedAtMs', 'firstInsufficientFreeAddressesAtMs',
  'firstInsufficientCidrBlocksAtMs', 'availablePrefixesAtEnd',
  'ec2', 'action', 'requests', 'granted', 'throttled', 'errors', 'longestThrottled', 'fromMs', 'toMs',
  'maxPods', 'fullNodesAtEnd', 'podsTurnedAway',
];

/** The text of summary.json: the same bytes for the same summary, in whatever order its objects were built. */
export function summaryJson(summary: RunSummary): string {
  return `${JSON.stringify({ summaryVersion: SUMMARY_VERSION, ...summary }, KEY_ORDER, 2)}\n`;
}

const WIDTH = 80;
const LABEL = 12;
const ACTION = 32;
const SUBNETS_SHOWN = 3;
const ACTIONS_SHOWN = 3;

/**
 * The text for a terminal: at most 30 lines of 80 columns, except that the last line, the command that makes the run again, is never cut.
 * `colour` adds ANSI colours, which take no room.
 */
export function summaryText(summary: RunSummary, { colour = false } = {}): string {
  const paint = colour ? ANSI : PLAIN;
  const { run, nodes } = summary;
  const head = `${run.scenario}: ${humanSpan(summary.simulatedMs)} simulated, ${plural(nodes.atEnd, 'node')}, ${plural(summary.podEvents, 'pod event')}`;
  return [
    paint.bold(clip(head)),
    '',
    ...podLines(summary, paint),
    ...addressLines(summary, paint),
    ...subnetLines(summary, paint),
    ...ec2Lines(summary, paint),
    ...maxPodsLines(summary, paint),
    '',
    clip(`Make it again (enisim ${run.engineVersion}, scenario ${run.scenarioHash.slice(0, 12)}, seed ${run.seed}):`),
    run.command,
    '',
  ].join('\n');
}

type Paint = { readonly bold: (text: string) => string; readonly bad: (text: string) => string; readonly faint: (text: string) => string };
const PLAIN: Paint = { bold: text => text, bad: text => text, faint: text => text };
const ANSI: Paint = { bold: text => `\x1b[1m${text}\x1b[22m`, bad: text => `\x1b[31m${text}\x1b[39m`, faint: text => `\x1b[2m${text}\x1b[22m` };

const clip = (text: string, width = WIDTH) => (text.length <= width ? text : `${text.slice(0, width - 1)}…`);
const line = (label: string, text: string, paint: (text: string) => string = PLAIN.bold) => `  ${label.padEnd(LABEL)}${paint(clip(text, WIDTH - LABEL - 2))}`;

function podLines({ pods, wait, failedSandboxes }: RunSummary, paint: Paint): string[] {
  const { created, addressed, neverBound, neverAddressed } = pods;
  const waits = addressed === 0 ? 'no pod asked for an address and got one' : `p50 ${humanSpan(wait.p50Ms)}, p90 ${humanSpan(wait.p90Ms)}, p99 ${humanSpan(wait.p99Ms)}, max ${humanSpan(wait.maxMs)}`;
  const failed = failedSandboxes.count === 0
    ? 'no failed sandbox'
    : `${humanCount(failedSandboxes.count)} failed, of ${plural(failedSandboxes.pods, 'pod')} (${humanShare(failedSandboxes.pods, pods.bound)} of those bound)`;
  const without = [
    neverAddressed > 0 ? `${plural(neverAddressed, 'bound pod')} never got an address` : '',
    neverBound > 0 ? `${plural(neverBound, 'pod')} never bound` : '',
  ].filter(Boolean).join(', ');
  return [
    paint.bold('Pods'),
    line('wait', waits),
    line('sandboxes', failed, failedSandboxes.count > 0 ? paint.bad : undefined),
    ...(without ? [line('without', without, paint.bad)] : []),
    line('pods', `${humanCount(created)} created, ${humanCount(pods.bound)} bound, ${humanCount(addressed)} addressed, ${humanCount(pods.ended)} ended`),
  ];
}

function addressLines({ addresses: { atEnd, peak }, enis, prefixes }: RunSummary, paint: Paint): string[] {
  const row = (label: string, end: number, { value, atMs }: Extreme, share = '') =>
    `  ${label.padEnd(LABEL)}${humanCount(end).padStart(12)}${share.padStart(10)}${humanCount(value).padStart(12)}  ${clip(`at ${humanSpan(atMs)}`, WIDTH - LABEL - 38)}`;
  const levels = (['held', 'assigned', 'warm', 'cooling'] as const).map(level => row(level, atEnd[level], peak[level], humanShare(atEnd[level], atEnd.held)));
  return [
    paint.bold(`${'Addresses'.padEnd(LABEL + 2)}${'at the end'.padStart(12)}${'of held'.padStart(10)}${'peak'.padStart(12)}`),
    ...levels,
    row('ENIs', enis.atEnd, enis.peak),
    ...(prefixes.peak.value > 0 ? [row('prefixes', prefixes.atEnd, prefixes.peak)] : []),
  ];
}

function subnetLines({ subnets }: RunSummary, paint: Paint): string[] {
  // The worst first: ran out earliest, then without a /28 earliest, then the smallest share left at its lowest.
  const never = Infinity;
  const left = (subnet: SubnetSummary) => subnet.lowestAvailable.value / Math.max(1, subnet.usable);
  const worst = subnets.toSorted((a, b) =>
    order(a.exhaustedAtMs ?? never, b.exhaustedAtMs ?? never)
    || order(a.firstInsufficientCidrBlocksAtMs ?? never, b.firstInsufficientCidrBlocksAtMs ?? never)
    || order(left(a), left(b)) || order(a.subnetId, b.subnetId));
  const out = subnets.filter(subnet => subnet.exhaustedAtMs !== null).length;
  const shown = worst.slice(0, SUBNETS_SHOWN).map(subnet => {
    const { exhaustedAtMs, lowestAvailable, firstInsufficientCidrBlocksAtMs: noBlock } = subnet;
    const state = exhaustedAtMs === null ? `lowest ${humanCount(lowestAvailable.value)} of ${humanCount(subnet.usable)} available, at ${humanSpan(lowestAvailable.atMs)}` : `ran out at ${humanSpan(exhaustedAtMs)}`;
    const text = `${clip(subnet.subnetId, 20)} ${subnet.cidrBlock}: ${state}${noBlock === null ? '' : `; no /28 from ${humanSpan(noBlock)}`}`;
    return `  ${(exhaustedAtMs !== null || noBlock !== null ? paint.bad : PLAIN.bad)(clip(text, WIDTH - 2))}`;
  });
  const more = worst.length > SUBNETS_SHOWN ? [paint.faint(`  and ${humanCount(worst.length - SUBNETS_SHOWN)} more`)] : [];
  return [paint.bold(`Subnets, ${humanCount(out)} of ${humanCount(subnets.length)} ran out`), ...shown, ...more];
}

const order = (a: number | string, b: number | string) => (a < b ? -1 : a > b ? 1 : 0);

function ec2Lines({ ec2 }: RunSummary, paint: Paint): string[] {
  const row = (label: string, counts: readonly (string | number)[], paintRow = PLAIN.bad) =>
    `  ${paintRow(clip(label, ACTION).padEnd(ACTION) + counts.map(count => (typeof count === 'number' ? humanCount(count) : count).padStart(12)).join(''))}`;
  const sum = (of: (action: ActionSummary) => number) => ec2.reduce((total, action) => total + of(action), 0);
  const [requests, throttled, errors] = [sum(action => action.requests), sum(action => action.throttled), sum(action => action.errors)];
  const heaviest = ec2.filter(action => action.requests > 0).sort((a, b) => order(b.throttled, a.throttled) || order(b.requests, a.requests) || order(a.action, b.action));
  const shown = heaviest.slice(0, ACTIONS_SHOWN).map(action => row(action.action, [action.requests, action.throttled, action.errors], action.throttled > 0 ? paint.bad : undefined));
  const more = heaviest.length > ACTIONS_SHOWN ? [paint.faint(`  and ${plural(heaviest.length - ACTIONS_SHOWN, 'more action')}`)] : [];
  return [
    paint.bold(`EC2${row('', ['requests', 'throttled', 'errors']).slice(3)}`),
    row('all', [requests, throttled, errors]), ...shown, ...more, ...stretchLines(heaviest, paint),
  ];
}

/** The longest stretch without a grant, of all actions. */
function stretchLines(actions: readonly ActionSummary[], paint: Paint): string[] {
  const stretches = actions.flatMap(({ action, longestThrottled: stretch }) => (stretch ? [{ action, from: stretch.fromMs, span: stretch.toMs - stretch.fromMs }] : []));
  if (stretches.length === 0) return [];
  const { action, from, span } = stretches.sort((a, b) => order(b.span, a.span) || order(a.from, b.from) || order(a.action, b.action))[0];
  return [`  ${paint.bad(clip(`nothing granted for ${humanSpan(span)}, from ${humanSpan(from)}: ${action}`, WIDTH - 2))}`];
}

function maxPodsLines({ maxPods: { fullNodesAtEnd, podsTurnedAway }, nodes }: RunSummary, paint: Paint): string[] {
  if (fullNodesAtEnd === 0 && podsTurnedAway === 0) return [];
  const text = `Max pods: ${humanCount(fullNodesAtEnd)} of ${plural(nodes.atEnd, 'node')} full at the end, ${plural(podsTurnedAway, 'pod')} turned away`;
  return [(podsTurnedAway > 0 ? paint.bad : PLAIN.bad)(clip(text))];
}
