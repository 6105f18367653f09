/** Runs `act` for each item, so many at a time, and returns the results in the order of the items. The first error ends it. */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  concurrency: number,
  act: (item: Item) => Promise<Result>,
  signal?: AbortSignal,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  let failed = false;
  const work = async () => {
    while (next < items.length && !failed) {
      signal?.throwIfAborted();
      const index = next++;
      try {
        results[index] = await act(items[index] as Item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(Math.max(1, concurrency), items.length) }, work));
  return results;
}

/** For calls that take no signal themselves: each ends with the signal's reason as soon as it is aborted. `done` lets go of the signal. */
export function stoppedBy(signal: AbortSignal | undefined): { race: <Result>(call: Promise<Result>) => Promise<Result>; done: () => void } {
  if (!signal) return { race: (call) => call, done: () => undefined };
  // One listener for all of them: many on one signal look like a leak, and Node.js warns of it.
  const { promise, reject } = withReject();
  const stop = () => reject(signal.reason);
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  return { race: (call) => Promise.race([call, promise]), done: () => signal.removeEventListener("abort", stop) };
}

function withReject(): { promise: Promise<never>; reject: (reason: unknown) => void } {
  let reject: (reason: unknown) => void = () => undefined;
  const promise = new Promise<never>((_, refuse) => {
    reject = refuse;
  });
  promise.catch(() => undefined);
  return { promise, reject };
}
