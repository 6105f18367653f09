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

/** The result, or the signal's reason as soon as it is aborted: for calls that take no signal themselves. */
export function untilAborted<Result>(call: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  if (!signal) return call;
  return new Promise((resolve, reject) => {
    const end = () => reject(signal.reason);
    if (signal.aborted) end();
    signal.addEventListener("abort", end, { once: true });
    call.then(resolve, reject).finally(() => signal.removeEventListener("abort", end));
  });
}
