/** So many at a time; the others wait in the order in which they came. */
export class Slots {
  private readonly waiting: (() => void)[] = [];

  constructor(private free: number) {}

  /** Runs this as soon as a slot is free. */
  async use<Result>(act: () => Promise<Result>): Promise<Result> {
    if (this.free > 0) this.free--;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      return await act();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.free++;
    }
  }
}

/** Runs `act` for each item, so many at a time, and returns the results in the order of the items. After the first error none is begun. */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  concurrency: number,
  act: (item: Item) => Promise<Result>,
  signal?: AbortSignal,
): Promise<Result[]> {
  const slots = new Slots(Math.max(1, concurrency));
  let failure: { error: unknown } | undefined;
  const actOn = async (item: Item): Promise<Result> => {
    if (failure) throw failure.error;
    signal?.throwIfAborted();
    return act(item).catch((error: unknown) => {
      failure ??= { error };
      throw error;
    });
  };
  return Promise.all(items.map((item) => slots.use(() => actOn(item))));
}

/** For calls that take no signal themselves: each ends with the signal's reason as soon as it is aborted. `done` lets go of the signal. */
export function stoppedBy(signal: AbortSignal | undefined): { race: <Result>(call: Promise<Result>) => Promise<Result>; done: () => void } {
  if (!signal) return { race: (call) => call, done: () => undefined };
  let stop: () => void = () => undefined;
  // One listener for all of them: many on one signal look like a leak, and Node.js warns of it.
  const stopped = new Promise<never>((_, refuse) => {
    stop = () => refuse(signal.reason);
  });
  stopped.catch(() => undefined);
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  return { race: (call) => Promise.race([call, stopped]), done: () => signal.removeEventListener("abort", stop) };
}
