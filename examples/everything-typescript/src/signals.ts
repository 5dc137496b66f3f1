/** 128 + 15, as a shell reports a process that ended by SIGTERM. */
export const TERMINATED = 143;

/** Aborted by the first SIGTERM or SIGINT; the second ends the process at once. */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) {
      process.exit(TERMINATED);
    }
    controller.abort();
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  return controller.signal;
}
