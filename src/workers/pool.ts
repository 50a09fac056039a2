/**
 * Pool: an executor over several threads. The coordinator is thread 0 and runs a part of the nodes itself.
 *
 * Why     piscina keeps the threads; the barrier is our own (control.ts): one task per thread for the whole run, no message per round. Few answered
 *         nodes are run by the coordinator alone: a barrier for them would cost more.
 */
import { availableParallelism } from 'node:os';
import { MessageChannel, receiveMessageOnPort, type MessagePort } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { Bug } from '../core/assert.ts';
import { takeRows } from '../engine/log.ts';
import { openThread, type Memory, type Plan } from '../engine/plan.ts';
import { runList, runRange, sampleRange, type Executor } from '../engine/run.ts';
import type { Thread, World } from '../engine/thread.ts';
import { COMMAND, createControlMemory, openControl, partOf, pieceOf, setSpinning, waitWhile, WORD, type Control } from './control.ts';
import type { Task } from './sim.worker.ts';

type Taken<R> = R extends { columns: infer C } ? { readonly count: number; readonly columns: C } : never;
/** Rows of one thread since they were last taken. */
export interface TakenLog {
  readonly pods: Taken<NonNullable<Thread['log']['pods']>> | null;
  readonly nodes: Taken<NonNullable<Thread['log']['nodes']>> | null;
  readonly decisions: Taken<NonNullable<Thread['log']['decisions']>> | null;
}

export interface Pool extends Executor {
  readonly threads: readonly Thread[];
  /** Writes the sampled nodes' rows of all bins that end by `horizon`. */
  sample(horizon: number): void;
  takeLogs(): TakenLog[];
  /** Ends the workers. CPU seconds by thread, where Node can tell; the coordinator's are not among them. */
  stop(): Promise<(number | null)[]>;
}

/** Below this many answered nodes per thread a round is run by the coordinator alone. */
const FEW = 64;

const takeLog = ({ log: { pods, nodes, decisions } }: Thread): TakenLog =>
  ({ pods: pods && takeRows(pods), nodes: nodes && takeRows(nodes), decisions: decisions && takeRows(decisions) });

/** Everything in the calling thread. */
export function createInlinePool(plan: Plan, memory: Memory, world: World): Pool {
  const thread = openThread(plan, memory, world, 0);
  return {
    threads: [thread], outboxes: [thread.outbox], news: [thread.news],
    runAll: (horizon, piece, pieces) => runRange(thread, ...pieceOf(0, world.nodeCount, piece, pieces), horizon),
    runSome: (nodes, count, horizon) => runList(thread, nodes, 0, count, horizon),
    sample: horizon => sampleRange(thread, 0, world.nodeCount, horizon),
    takeLogs: () => [takeLog(thread)],
    stop: async () => [],
  };
}

/** The coordinator and `threadCount - 1` workers. */
export function createPool(plan: Plan, memory: Memory, world: World, threadCount: number): Pool {
  if (threadCount === 1) return createInlinePool(plan, memory, world);
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  const piscina = new Piscina({
    filename: new URL(`./sim.worker${extension}`, import.meta.url).href, minThreads: threadCount - 1, maxThreads: threadCount - 1, concurrentTasksPerWorker: 1,
    atomics: 'disabled', idleTimeout: Number.POSITIVE_INFINITY,
  });
  const controlMemory = createControlMemory(world.nodeCount, threadCount);
  const control = openControl(controlMemory);
  setSpinning(control, threadCount, availableParallelism());
  const ports: MessagePort[] = [];
  const tasks = Array.from({ length: threadCount - 1 }, (_, i) => {
    const { port1, port2 } = new MessageChannel();
    ports.push(port1);
    const task: Task = { plan, memory, control: controlMemory, index: i + 1, threadCount, port: port2 };
    return piscina.run(task, { transferList: [port2] as object }) /* the DOM's type of transfer lists hides Node's */ as Promise<number | null>;
  });
  const threads = Array.from({ length: threadCount }, (_, index) => openThread(plan, memory, world, index));
  const [own] = threads;
  const round = (command: number, horizon: number, ownPart: () => void): void => {
    control.horizon[0] = horizon;
    begin(control, command);
    ownPart();
    finish(control, threadCount - 1, ports);
  };
  const [from, end] = partOf(world.nodeCount, threadCount, 0);
  const counts = new Int32Array(threadCount + 1);
  return {
    threads, outboxes: threads.map(({ outbox }) => outbox), news: threads.map(({ news }) => news),
    runAll: (horizon, piece, pieces) => {
      control.words[WORD.piece] = piece;
      control.words[WORD.pieces] = pieces;
      round(COMMAND.runAll, horizon, () => runRange(own, ...pieceOf(from, end, piece, pieces), horizon));
    },
    runSome: (nodes, count, horizon) => {
      if (count < FEW * threadCount) { runList(own, nodes, 0, count, horizon); return; }
      share(control, nodes, count, world.nodeCount, threadCount, counts);
      round(COMMAND.runSome, horizon, () => runList(own, control.list, control.words[WORD.parts], control.words[WORD.parts + 1], horizon));
    },
    sample: horizon => round(COMMAND.sample, horizon, () => sampleRange(own, from, end, horizon)),
    takeLogs: () => {
      round(COMMAND.takeLog, 0, () => undefined);
      return [takeLog(own), ...ports.map(port => receive(port) as TakenLog)];
    },
    stop: async () => {
      begin(control, COMMAND.stop);
      const seconds = await Promise.all(tasks);
      for (const port of ports) port.close();
      await piscina.destroy();
      return seconds;
    },
  };
}

function begin({ words }: Control, command: number): void {
  words[WORD.command] = command;
  Atomics.store(words, WORD.done, 0);
  Atomics.add(words, WORD.generation, 1);
  Atomics.notify(words, WORD.generation);
}

function finish(control: Control, workers: number, ports: readonly MessagePort[]): void {
  for (let done = Atomics.load(control.words, WORD.done); done < workers; done = Atomics.load(control.words, WORD.done)) waitWhile(control, WORD.done, done);
  if (Atomics.load(control.words, WORD.error) === 0) return;
  for (const port of ports) {
    const message = receiveMessageOnPort(port)?.message as { error?: unknown } | undefined;
    if (message?.error !== undefined) throw message.error;
  }
  throw new Bug('a worker failed without saying why');
}

function receive(port: MessagePort): unknown {
  const received = receiveMessageOnPort(port);
  if (received === undefined) throw new Bug('takeLogs: a worker has sent no rows');
  return received.message;
}

/** Sorts nodes by the thread whose part they are in. */
function share({ words, list }: Control, nodes: Int32Array, count: number, nodeCount: number, threadCount: number, counts: Int32Array): void {
  const threadOf = (node: number) => {
    let thread = Math.floor(((node + 1) * threadCount - 1) / nodeCount);
    while (node < partOf(nodeCount, threadCount, thread)[0]) thread--;
    return thread;
  };
  counts.fill(0);
  for (let i = 0; i < count; i++) counts[threadOf(nodes[i]) + 1]++;
  for (let thread = 0; thread < threadCount; thread++) {
    counts[thread + 1] += counts[thread];
    words[WORD.parts + 2 * thread] = counts[thread];
    words[WORD.parts + 2 * thread + 1] = counts[thread + 1];
  }
  for (let i = 0; i < count; i++) list[counts[threadOf(nodes[i])]++] = nodes[i];
}
