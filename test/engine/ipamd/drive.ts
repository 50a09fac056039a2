/** Runs one activity of ipamd's state machine on a test node to its end, every call answered at once. */
import { N } from '../../../src/core/node.ts';
import { resume, type startTick } from '../../../src/engine/ipamd/agent.ts';
import { OK } from '../../../src/engine/ipamd/calls.ts';
import type { testNode } from './node.ts';

export type TestNode = ReturnType<typeof testNode>;

/** `answer` fills in what a call brings; without it the call succeeds and brings nothing. Returns the calls, in order. */
export function drive({ b, n, c }: TestNode, start: typeof startTick, now: number, answer: (call: number) => void = () => {}): number[] {
  const calls: number[] = [];
  for (let ended = start(b, n, c, now); !ended; ended = resume(b, n, c, now)) {
    calls.push(b.w[n + N.call]);
    b.w[n + N.replyError] = OK;
    answer(b.w[n + N.call]);
  }
  return calls;
}
