import { BindServer } from "./bindServer.js";
import {
  batch,
  compareAndSet,
  count,
  inFlight,
  nsupdateBatch,
  nsupdateTcp,
  nsupdateUdp,
  type Series,
  sequential,
  startMilliseconds,
} from "./series.js";

/** Each series runs so often, in turns with the others; the best run counts: whatever else the machine does only ever adds. */
const rounds = 9;

async function main(): Promise<void> {
  const server = await BindServer.start();
  try {
    const all = [nsupdateTcp, sequential, nsupdateUdp, inFlight, nsupdateBatch, batch, compareAndSet];
    const times = new Map<Series, number[]>(all.map((series) => [series, []]));
    const starts: number[] = [];
    for (let round = -1; round < rounds; round++) {
      // Every other round backwards: the zone grows, and nobody shall always come first.
      const order = round % 2 === 0 ? all : [...all].reverse();
      starts.push(await startMilliseconds(server));
      for (const series of order) {
        const time = await series.run(server, `r${round + 1}-${all.indexOf(series)}`).catch((error: unknown) => lost(series, error));
        // The round before the first one warms up.
        if (round >= 0 && time !== undefined) times.get(series)?.push(time);
      }
    }
    report(times, best(starts));
  } finally {
    await server.stop();
  }
}

/** One in some ten thousand of nsupdate's datagrams gets lost here, and it gives up; that run does not count. */
function lost(series: Series, error: unknown): undefined {
  if (series !== nsupdateUdp) throw error;
  console.log(`${series.title}: a run without result. ${error instanceof Error ? error.message : String(error)}`);
}

function report(times: Map<Series, number[]>, start: number): void {
  const isNsupdate = (series: Series) => series.title.startsWith("nsupdate");
  const timeOf = (series: Series) => best(times.get(series) ?? []) - (isNsupdate(series) ? start : 0);
  console.log(
    `BIND on loopback, its zone in memory where there is /dev/shm, hmac-sha256, ${count} records each, best of ${rounds} rounds; nsupdate without the ${start.toFixed(0)} ms of its start.`,
  );
  for (const series of times.keys()) {
    const time = timeOf(series);
    console.log(`${series.title.padEnd(42)} ${time.toFixed(0).padStart(6)} ms ${((count / time) * 1000).toFixed(0).padStart(7)} records/s`);
  }
  const ratio = (ours: Series, theirs: Series) => timeOf(theirs) / timeOf(ours);
  line("sequential, updates/s against nsupdate over TCP", ratio(sequential, nsupdateTcp), "at least 1.0");
  line("sequential, updates/s against nsupdate over UDP", ratio(sequential, nsupdateUdp));
  line("32 in flight, updates/s against nsupdate over TCP", ratio(inFlight, nsupdateTcp), "at least 1.0");
  line("32 in flight, updates/s against nsupdate over UDP", ratio(inFlight, nsupdateUdp), "at least 1.0");
  line("1000 in one message, time against nsupdate", 1 / ratio(batch, nsupdateBatch), "at most 1.2");
}

function line(what: string, ratio: number, goal?: string): void {
  console.log(`${what.padEnd(50)} ${ratio.toFixed(2).padStart(5)}${goal ? `  (goal: ${goal})` : ""}`);
}

const best = (values: number[]): number => Math.min(...values);

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
