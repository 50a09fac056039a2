/**
 * Control: the words by which the coordinator and its workers take turns.
 *
 *     coordinator   writes command, horizon, lists │ generation++ ► │ runs its own part │ waits until done = workers
 *     worker            waits for the generation ► │ runs the command │ done++ ► notify
 *
 * Why     A barrier of 0.3 µs by spinning a little before sleeping; a message would cost 58 µs, and thousands of rounds are run. With more threads
 *         than processors nobody spins.
 */
export const COMMAND = { runAll: 1, runSome: 2, sample: 3, takeLog: 4, check: 5, stop: 6 } as const;

export interface Control {
  /** generation, command, done, error, spins, piece, pieces, then [from, end) of each thread's part of the list. */
  readonly words: Int32Array;
  readonly horizon: Float64Array;
  readonly list: Int32Array;
}

export const WORD = { generation: 0, command: 1, done: 2, error: 3, spins: 4, piece: 5, pieces: 6, parts: 8 } as const;
const SPINS = 2000;

export interface ControlMemory { readonly words: SharedArrayBuffer; readonly horizon: SharedArrayBuffer; readonly list: SharedArrayBuffer }

export function createControlMemory(nodeCount: number, threadCount: number): ControlMemory {
  return {
    words: new SharedArrayBuffer((WORD.parts + 2 * threadCount) * 4), horizon: new SharedArrayBuffer(8), list: new SharedArrayBuffer(8 * nodeCount),
  };
}

export function openControl({ words, horizon, list }: ControlMemory): Control {
  return { words: new Int32Array(words), horizon: new Float64Array(horizon), list: new Int32Array(list) };
}

export function setSpinning({ words }: Control, threadCount: number, processors: number): void {
  words[WORD.spins] = threadCount <= processors ? SPINS : 0;
}

/** Waits until word `i` is no longer `value`: spins, then sleeps. */
export function waitWhile({ words }: Control, i: number, value: number): void {
  for (let k = words[WORD.spins]; k > 0; k--) if (Atomics.load(words, i) !== value) return;
  while (Atomics.load(words, i) === value) Atomics.wait(words, i, value);
}

/** The part of nodes [0, nodeCount) that a thread runs. */
export const partOf = (nodeCount: number, threadCount: number, index: number): readonly [from: number, end: number] =>
  [Math.floor((nodeCount * index) / threadCount), Math.floor((nodeCount * (index + 1)) / threadCount)];

/** A piece of [from, end). */
export const pieceOf = (from: number, end: number, piece: number, pieces: number): readonly [from: number, end: number] =>
  [from + Math.floor(((end - from) * piece) / pieces), from + Math.floor(((end - from) * (piece + 1)) / pieces)];
