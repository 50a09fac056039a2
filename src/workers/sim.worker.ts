/**
 * Worker: one thread's part of the nodes, for the whole run. A single long task of the pool; between rounds it sleeps on the control words.
 */
import type { MessagePort } from 'node:worker_threads';
import { openThread, openWorld, type Memory, type Plan } from '../engine/plan.ts';
import { runList, runRange, sampleRange } from '../engine/run.ts';
import { takeRows } from '../engine/log.ts';
import { COMMAND, openControl, partOf, pieceOf, waitWhile, WORD, type ControlMemory } from './control.ts';

export interface Task {
  readonly plan: Plan;
  readonly memory: Memory;
  readonly control: ControlMemory;
  /** Thread number; 0 is the coordinator. */
  readonly index: number;
  readonly threadCount: number;
  /** Rows and errors go this way. */
  readonly port: MessagePort;
}

/** Runs until told to stop. Returns the CPU seconds that this thread took, where Node can tell. */
export default function work({ plan, memory, control: controlMemory, index, threadCount, port }: Task): number | null {
  const control = openControl(controlMemory);
  const { words, horizon, list } = control;
  const world = openWorld(plan, memory);
  const thread = openThread(plan, memory, world, index);
  const [from, end] = partOf(world.nodeCount, threadCount, index);
  const before = cpuSeconds();
  for (let generation = 0; ; generation++) {
    waitWhile(control, WORD.generation, generation);
    const command = words[WORD.command];
    try {
      if (command === COMMAND.runAll) runRange(thread, ...pieceOf(from, end, words[WORD.piece], words[WORD.pieces]), horizon[0]);
      else if (command === COMMAND.runSome) runList(thread, list, words[WORD.parts + 2 * index], words[WORD.parts + 2 * index + 1], horizon[0]);
      else if (command === COMMAND.sample) sampleRange(thread, from, end, horizon[0]);
      else if (command === COMMAND.takeLog) {
        const { pods, nodes, decisions } = thread.log;
        port.postMessage({ pods: pods && takeRows(pods), nodes: nodes && takeRows(nodes), decisions: decisions && takeRows(decisions) });
      }
    } catch (error) {
      port.postMessage({ error });
      Atomics.store(words, WORD.error, 1);
    }
    Atomics.add(words, WORD.done, 1);
    Atomics.notify(words, WORD.done);
    if (command === COMMAND.stop || words[WORD.error] !== 0) break;
  }
  port.close();
  const after = cpuSeconds();
  return before === null || after === null ? null : after - before;
}

/** process.threadCpuUsage exists from Node 22.19 on. */
function cpuSeconds(): number | null {
  const usage = (process as { threadCpuUsage?: () => NodeJS.CpuUsage }).threadCpuUsage?.();
  return usage === undefined ? null : (usage.user + usage.system) / 1e6;
}
