/**
 * Progress: how far a run is, on stderr: one line rewritten on a terminal, a line now and then in a log.
 *
 *     10 h 25 min of 3 d 12 h (12.4 %), 12 s left, 25,300 x real time, 61,200 pod events/s, 2 threads
 *
 * Shape   What matters most comes first, since a narrow terminal cuts the end. Rates are means since the first event.
 */
import { humanCount, humanShare, humanSpan, plural, type Progress } from '../index.ts';
import { columnsOf, type Terminal } from './terminal.ts';

const REWRITE_MS = 100;
const LOG_MS = 10_000;
const REWRITE = '\r\x1b[2K';

export interface ProgressLine {
  readonly show: (progress: Progress) => void;
  /** Leaves no line behind on a terminal. */
  readonly end: () => void;
}

export function createProgressLine({ stderr, now }: Terminal): ProgressLine {
  const every = stderr.isTTY ? REWRITE_MS : LOG_MS;
  let last = stderr.isTTY ? -Infinity : now();
  let shown = false;
  return {
    show(progress) {
      if (now() - last < every) return;
      last = now();
      const text = progressText(progress);
      stderr.write(stderr.isTTY ? `${REWRITE}${text.slice(0, columnsOf(stderr) - 1)}` : `${text}\n`);
      shown = true;
    },
    end() {
      if (stderr.isTTY && shown) stderr.write(REWRITE);
    },
  };
}

export function progressText({ phase, simulatedMs, durationMs, podEvents, wallMs, threads }: Progress): string {
  if (phase === 'reading' || phase === 'building') return `${phase} ...`;
  const left = simulatedMs > 0 ? [`${humanSpan(Math.ceil((wallMs * (durationMs - simulatedMs)) / simulatedMs / 1000) * 1000)} left`] : [];
  const rates = wallMs > 0 ? [`${humanCount(simulatedMs / wallMs)} x real time`, `${humanCount((podEvents * 1000) / wallMs)} pod events/s`] : [];
  return [
    `${humanSpan(simulatedMs)} of ${humanSpan(durationMs)} (${humanShare(simulatedMs, durationMs)})`,
    ...(phase === 'writing' ? ['writing'] : left),
    ...rates,
    plural(threads, 'thread'),
  ].join(', ');
}
