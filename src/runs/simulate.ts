/**
 * Simulate: one run, from a scenario's text to its result.
 *
 *     read ─ build ─ begin ─► [ advance to a horizon ─ sample ─ take logs ─ write ─ back to the event loop ]… ─► series, summary, manifest
 *
 * Why     Horizons are chosen by the wall clock (progress, Ctrl-C, back-pressure); the result does not depend on them.
 * Errors  ScenarioError and FolderError are the user's. AbortError when the signal fired: the folder has no manifest then.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { performance } from 'node:perf_hooks';
import { largestFreeRun, countByUse, freeCount, freePrefixCount, pickableCount, USE } from '../core/subnet.ts';
import { beginNodes, changeHeld, createEc2, type Holdings } from '../engine/begin.ts';
import { closeDecisions, decisionsUntil } from '../engine/decisions.ts';
import { planHappenings } from '../engine/happenings.ts';
import { CALL_ROW, createRows, POD_ROW, takeRows } from '../engine/log.ts';
import { allocate, openWorld, type Plan } from '../engine/plan.ts';
import { advancing, createRun, type Run } from '../engine/run.ts';
import { logPending } from '../engine/stage/pods.ts';
import { createStage } from '../engine/stage/stage.ts';
import type { Stage } from '../engine/stage/state.ts';
import { createFolder, type Folder } from '../results/folder.ts';
import type { RunIdentity } from '../results/identity.ts';
import { prometheusText } from '../results/prometheus.ts';
import { summaryJson, type RunSummary } from '../results/summary.ts';
import { buildPlan, type Built } from '../scenarios/build.ts';
import { loaderBeside } from '../scenarios/files.ts';
import { readScenario, type ReadResult } from '../scenarios/read.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { createPool, type Pool, type TakenLog } from '../workers/pool.ts';
import { checkWorld } from '../engine/check.ts';
import { closePods } from '../engine/close.ts';
import { Bug } from '../core/assert.ts';
import { baseOf, clusterSeries, type Base, type ClusterSeries } from './levels.ts';
import { finalMetrics } from './metrics.ts';
import { createNames } from './names.ts';
import { summarise, watchEc2, type Watched } from './summarise.ts';
import { createWriters } from './tables.ts';
import type { RunOutcome, RunRequest } from './types.ts';
import { ENGINE_VERSION } from './version.ts';

/** Rows are merged and written at multiples of this; a horizon is one or more of them. */
const EPOCH_MS = 60_000;
const SLICE_MS = 40;
/** Rows wait in memory for the end of a horizon. */
const EPOCHS_MAX = 240;
/** Below this many nodes a second thread costs more than it brings. */
const NODES_PER_THREAD = 200;

export async function simulate(request: RunRequest): Promise<RunOutcome> {
  const startedAt = new Date().toISOString();
  const cpuBefore = process.cpuUsage();
  const progress = (phase: 'reading' | 'building') => request.onProgress?.({ phase, simulatedMs: 0, durationMs: 0, podEvents: 0, wallMs: 0, threads: 0 });
  progress('reading');
  const read = readScenario(request.text ?? readFileSync(request.file, 'utf8'), { file: request.file, load: loaderBeside(request.file), overrides: request.overrides });
  if (read.warnings.length > 0) request.onWarnings?.(read.warnings);
  progress('building');
  const { scenario, traces } = read;
  const built = buildPlan(scenario, traces);
  const identity = identityOf(scenario, traces, request.command ?? `enisim run ${request.file}`);
  const folder = request.out === null ? null : createFolder(request.out, { run: identity, format: request.format, estimatedBytes: estimateBytes(scenario, built, traces) });
  const threadCount = Math.max(1, Math.min(request.threads ?? availableParallelism(), Math.ceil(built.nodeGroupOf.length / (request.nodesPerThread ?? NODES_PER_THREAD))));
  const session = begin(scenario, built, read, folder, threadCount);
  const setup = process.cpuUsage(cpuBefore);
  const wallStart = performance.now();
  try {
    await work(session, request, wallStart);
    const outcome = conclude(session, identity, folder, request.metrics);
    const seconds = await session.pool.stop();
    const cpu = process.cpuUsage(cpuBefore);
    const cpuSeconds = (cpu.user + cpu.system - setup.user - setup.system) / 1e6;
    const measured = {
      startedAt, wallSeconds: (performance.now() - wallStart) / 1000, setupCpuSeconds: (setup.user + setup.system) / 1e6, cpuSeconds, threads: threadCount,
      ...(seconds.length > 0 && seconds.every(s => s !== null) ? { cpuSecondsByThread: byThread(cpuSeconds, seconds as number[]) } : {}),
    };
    const manifest = folder === null ? null : await folder.finish({ ...measured, podEvents: outcome.podEvents });
    return { summary: outcome, warnings: read.warnings, podEvents: outcome.podEvents, wallSeconds: measured.wallSeconds, setupCpuSeconds: measured.setupCpuSeconds, cpuSeconds, manifest };
  } catch (error) {
    folder?.abort();
    await session.pool.stop().catch(() => undefined);
    throw error;
  }
}

/** What the process took, less its workers, is the coordinator's. */
const byThread = (all: number, workers: readonly number[]) => [Math.max(0, all - workers.reduce((sum, s) => sum + s, 0)), ...workers];

interface Session {
  readonly scenario: Scenario;
  readonly built: Built;
  readonly traces: ReadResult['traces'];
  readonly plan: Plan;
  readonly run: Run;
  readonly pool: Pool;
  readonly stage: Stage | null;
  readonly watched: Watched;
  readonly base: Base;
  readonly series: () => ClusterSeries;
  readonly subnets: SubnetRows;
  readonly write: (logs: readonly TakenLog[]) => void;
}

/** Levels of each subnet at the end of each bin. */
export interface SubnetRows { readonly time: number[]; readonly values: number[][] }

function begin(scenario: Scenario, built: Built, { traces }: ReadResult, folder: Folder | null, threadCount: number): Session {
  const written = folder !== null;
  const plan: Plan = written ? built.plan : { ...built.plan, tables: { nodes: false, pods: false, decisions: false } };
  const memory = allocate(plan, threadCount);
  const world = openWorld(plan, memory);
  const callRows = written && scenario.outputs.tables.calls ? createRows(CALL_ROW) : null;
  const watched = watchEc2(world.binCount, world.binMs, scenario.subnets.length);
  const ec2 = createEc2(plan, callRows, watched.watch);
  const holdings: Holdings = new Map();
  for (const change of plan.ec2.held) if (change.at === 0) changeHeld(ec2.subnets, plan.seed, holdings, change);
  beginNodes(world, ec2, plan);
  const base = baseOf(world);
  const stagePods = written && plan.tables.pods ? createRows(POD_ROW) : null;
  const stage = built.stage === null ? null : createStage(world, plan, built.stage, stagePods);
  const pool = createPool(plan, memory, world, threadCount);
  const subnets: SubnetRows = { time: [], values: [] };
  const happenings = planHappenings(plan, holdings, ({ ec2: { subnets: t } }, bin) => {
    subnets.time.push((bin + 1) * plan.binMs);
    for (let s = 0; s < t.subnetCount; s++) {
      subnets.values.push([
        s, freeCount(t, s), countByUse(t, s, USE.reserved), countByUse(t, s, USE.others) + countByUse(t, s, USE.loadBalancer), countByUse(t, s, USE.eniPrimary),
        countByUse(t, s, USE.secondary), countByUse(t, s, USE.prefix), countByUse(t, s, USE.branch), freePrefixCount(t, s), largestFreeRun(t, s), pickableCount(t, s),
      ]);
    }
  });
  const run = createRun(world, plan, ec2, stage, pool, happenings);
  const names = createNames(scenario, built, traces, stage);
  const writers = folder === null ? null : createWriters(folder, scenario, built, names, plan);
  const write = (logs: readonly TakenLog[]) => {
    if (writers === null) return;
    writers.pods([...logs.map(log => log.pods), stagePods && takeRows(stagePods)]);
    writers.nodes(logs.map(log => log.nodes));
    if (plan.tables.decisions) writers.decisions(logs.map(log => log.decisions), run.clock === plan.durationMs ? Number.POSITIVE_INFINITY : decisionsUntil(world, run.clock));
    if (callRows !== null) writers.calls(takeRows(callRows));
  };
  return {
    scenario, built, traces, plan, run, pool, stage, watched, subnets, base, write,
    series: () => clusterSeries(world, plan, pool.threads, stage, base, watched),
  };
}

/** Runs to the end, slice by slice. */
async function work(session: Session, request: RunRequest, wallStart: number): Promise<void> {
  const { run, plan, pool, stage, write, scenario } = session;
  let epochs = 1;
  let lastReport = 0;
  while (run.clock < plan.durationMs) {
    request.signal?.throwIfAborted();
    const horizon = Math.min(plan.durationMs, (Math.floor(run.clock / EPOCH_MS) + (request.verify ? 1 : epochs)) * EPOCH_MS);
    let longest = 0;
    let since = performance.now();
    let rested = since;
    for (const _ of advancing(run, horizon)) {
      const stop = performance.now();
      longest = Math.max(longest, stop - since);
      if (stop - rested > SLICE_MS) {
        await new Promise(resolve => setImmediate(resolve));
        request.signal?.throwIfAborted();
        rested = performance.now();
      }
      since = performance.now();
      void _;
    }
    if (request.verify) verify(session);
    if (plan.tables.nodes) pool.sample(horizon);
    if (run.clock === plan.durationMs) {
      closePods(run.world, pool.threads[0]);
      if (plan.tables.decisions) closeDecisions(run.world, pool.threads[0]);
      if (stage !== null) logPending(stage);
    }
    write(plan.tables.pods || plan.tables.nodes || plan.tables.decisions ? pool.takeLogs() : []);
    const now = performance.now();
    epochs = Math.max(1, Math.min(EPOCHS_MAX, Math.floor((epochs * SLICE_MS) / Math.max(1, longest)), epochs * 2));
    if (now - lastReport > 100 || run.clock === plan.durationMs) {
      lastReport = now;
      request.onProgress?.({ phase: 'running', simulatedMs: run.clock, durationMs: scenario.durationMs, podEvents: podEvents(pool), wallMs: now - wallStart, threads: pool.threads.length });
    }
    await new Promise(resolve => setImmediate(resolve));
  }
  while (run.happened < run.happenings.length && run.happenings[run.happened].at <= plan.durationMs) run.happenings[run.happened++].act(run);
}

/** Recounts the whole world; what does not add up says when, and of which seed. */
function verify({ run, pool, base, plan }: Session): void {
  try {
    checkWorld(run, pool.threads, base);
  } catch (error) {
    if (!(error instanceof Bug)) throw error;
    throw new Bug(`seed ${plan.seed}, ${run.clock / 1000} s: ${error.message}`);
  }
}

function podEvents({ threads }: Pool): number {
  return threads.reduce((sum, { bins }) => sum + addressEvents(bins), 0);
}

import { BIN, BIN_FIELDS } from '../engine/thread.ts';

/** Addresses given and released. */
function addressEvents(bins: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < bins.length; i += BIN_FIELDS) sum += bins[i + BIN.addressed] + bins[i + BIN.released];
  return sum;
}

function conclude(session: Session, identity: RunIdentity, folder: Folder | null, metrics: RunRequest['metrics']): RunSummary {
  const series = session.series();
  const summary = summarise(session.run, session.pool.threads, series, session.subnets, session.watched, session.scenario, identity, podEvents(session.pool));
  if (folder !== null) {
    if (session.scenario.outputs.tables.cluster) writeCluster(folder, series);
    if (session.scenario.outputs.tables.subnets) writeSubnets(folder, session.scenario, session.subnets);
    folder.writeText('summary.json', summaryJson(summary));
    if (metrics === 'prom') folder.writeText('metrics.prom', prometheusText(finalMetrics(session.run, session.pool.threads, session.built.nodeName, session.scenario.cni.version)));
  }
  return summary;
}

function writeCluster(folder: Folder, s: ClusterSeries): void {
  const u32 = (column: Float64Array) => Uint32Array.from(column, x => Math.max(0, x));
  folder.table('cluster', {}).append({
    time: s.time, nodes: u32(s.nodes), nodesReady: u32(s.nodesReady), podsPending: u32(s.podsPending), podsWaiting: u32(s.podsWaiting), podsRunning: u32(s.podsRunning),
    totalIpAddresses: u32(s.total), assignedIpAddresses: u32(s.assigned), coolingIpAddresses: u32(s.cooling), availableIpAddresses: u32(s.available),
    eniAllocated: u32(s.enis), totalIpv4Prefixes: u32(s.prefixes), podsCreated: u32(s.created), podsBound: u32(s.bound), podsAddressed: u32(s.addressed),
    podsEnded: u32(s.ended), podsFailed: u32(s.failed), addIpReqCount: u32(s.adds), noAvailableIpAddresses: u32(s.noAvailable), delIpReqCount: u32(s.dels),
    waitSum: s.waitSum, waitMax: s.waitMax, ec2Requests: u32(s.ec2Requests), ec2Throttled: u32(s.ec2Throttled), ec2Errors: u32(s.ec2Errors),
    ipamdErrorCount: u32(s.ipamdErrors), forceRemovedEnis: u32(s.forceRemovedEnis), forceRemovedIps: u32(s.forceRemovedIps), reconcileCountEniReconcileAdd: u32(s.eniReconcileAdds),
    reconcileCountEniReconcileDel: u32(s.eniReconcileDels), reconcileCountEniIPPoolReconcileDel: u32(s.ipReconcileDels),
  }, s.bins);
}

function writeSubnets(folder: Folder, { subnets, zones }: Scenario, rows: SubnetRows): void {
  const table = folder.table('subnets', {
    subnetId: subnets.map(({ id }) => id), availabilityZone: zones.map(({ name }) => name), cidrBlock: subnets.map(({ cidr }) => cidr.text),
  });
  const count = rows.values.length;
  const column = (i: number) => Uint32Array.from(rows.values, row => row[i]);
  const subnet = Int32Array.from(rows.values, row => row[0]);
  table.append({
    time: Float64Array.from({ length: count }, (_, i) => rows.time[Math.floor(i / subnets.length)]), subnetId: subnet,
    availabilityZone: Int32Array.from(subnet, s => subnets[s].zone), cidrBlock: subnet, availableIpAddressCount: column(1), reservedAddresses: column(2),
    otherAddresses: column(3), eniPrimaryAddresses: column(4), secondaryAddresses: column(5), prefixAddresses: column(6), branchAddresses: column(7),
    availablePrefixes: column(8), largestAvailableRun: column(9),
  }, count);
}

function identityOf(scenario: Scenario, traces: ReadResult['traces'], command: string): RunIdentity {
  const hash = createHash('sha256').update(JSON.stringify(scenario));
  for (const [name, { createdMs, deletedMs }] of traces) {
    hash.update(name);
    for (const column of [createdMs, deletedMs]) hash.update(new Uint8Array(column.buffer, column.byteOffset, column.byteLength));
  }
  return { engineVersion: ENGINE_VERSION, scenario: scenario.name, scenarioHash: hash.digest('hex'), seed: scenario.seed, start: scenario.startUnixMs, command };
}

/** Bytes a row of the tables that grow with pods, nodes and calls (docs/data.md). A guess before the run, for the free disk space. */
function estimateBytes({ outputs, durationMs }: Scenario, { nodeGroupOf }: Built, traces: ReadResult['traces']): number {
  const pods = Math.min(outputs.podRowsMax, [...traces.values()].reduce((sum, { count }) => sum + count, 0));
  const nodes = Math.min(outputs.nodeSample, nodeGroupOf.length) * Math.ceil(durationMs / outputs.binMs);
  return (outputs.tables.pods ? pods * 128 : 0) + (outputs.tables.nodes ? nodes * 117 : 0) + 10_000_000;
}
