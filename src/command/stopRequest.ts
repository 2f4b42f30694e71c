/** Milliseconds between checks of the parent process. */
const LOOK_INTERVAL = 1000;

/**
 * Turns what ends a process into a request to stop in good order: Ctrl-C, SIGTERM, a closed terminal, and the end of
 * the parent process, for which the system sends no signal.
 *
 * A second Ctrl-C ends the process at once.
 */
export function stopRequest(): AbortSignal {
  const stop = new AbortController();
  const ask = (): void => {
    if (stop.signal.aborted) {
      process.exit(130);
    }
    stop.abort();
    console.error('\nStopping after this step; the same command resumes from there.');
  };
  process.on('SIGINT', ask);
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => stop.abort());
  }
  const parent = Number(process.env['SAMLAB_PARENT']);
  if (parent === process.ppid) {
    setInterval(() => {
      if (process.ppid !== parent) {
        stop.abort();
      }
    }, LOOK_INTERVAL).unref();
  }
  return stop.signal;
}
