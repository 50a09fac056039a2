/** The process: argv, streams and signals -> main -> exit code. */
import { main } from './main.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

// A reader that has seen enough, such as `head`, is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

process.exitCode = await main(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  now: () => performance.now(),
  onInterrupt(listener) {
    const forget = () => {
      for (const signal of SIGNALS) process.off(signal, interrupted);
    };
    // Without a listener the next signal does what it does by itself: it kills.
    const interrupted = () => {
      forget();
      listener();
    };
    for (const signal of SIGNALS) process.on(signal, interrupted);
    return forget;
  },
});
