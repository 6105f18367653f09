/** Simulated time. Nothing in the simulator asks another clock, so a test decides how fast it runs. */
export interface Clock {
  /** Milliseconds since 1970 in simulated time. */
  now(): number;
  /** Runs once after so many simulated seconds; the answer cancels it. */
  after(seconds: number, run: () => void): () => void;
  /** Cancels whatever is still to come. */
  close(): void;
}

/** A clock that runs `timeScale` simulated seconds in one real second. */
export function scaledClock(timeScale: number): Clock {
  const start = Date.now();
  const origin = performance.now();
  const timers = new Set<NodeJS.Timeout>();
  return {
    now: () => start + (performance.now() - origin) * timeScale,
    after: (seconds, run) => {
      const timer = setTimeout(
        () => {
          timers.delete(timer);
          run();
        },
        Math.ceil((seconds * 1000) / timeScale),
      );
      timers.add(timer);
      return () => {
        clearTimeout(timer);
        timers.delete(timer);
      };
    },
    close: () => {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}

/** A clock that stands still until it is told to go on. */
export interface ManualClock extends Clock {
  /** Goes on by so many simulated seconds, and runs what falls due on the way, in order. */
  advance(seconds: number): void;
}

/** Makes a clock that stands still at `start` (milliseconds since 1970) until `advance` is called. */
export function manualClock(start = Date.parse("2026-01-01T00:00:00Z")): ManualClock {
  let now = start;
  let queue: { due: number; run: () => void }[] = [];
  return {
    now: () => now,
    after: (seconds, run) => {
      const entry = { due: now + seconds * 1000, run };
      queue.push(entry);
      return () => {
        queue = queue.filter((other) => other !== entry);
      };
    },
    close: () => {
      queue = [];
    },
    advance: (seconds) => {
      const end = now + seconds * 1000;
      for (;;) {
        const [next] = queue.filter(({ due }) => due <= end).sort((a, b) => a.due - b.due);
        if (!next) break;
        queue = queue.filter((other) => other !== next);
        now = Math.max(now, next.due);
        next.run();
      }
      now = end;
    },
  };
}
