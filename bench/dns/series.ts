import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Change, DnsClient } from "pulumi-dataminer-failover/dns";
import { type BindServer, zone } from "./bindServer.js";
import { getProgram } from "./programs.js";

/** How often each series adds one record. */
export const count = 1_000;

/** One way of adding records that are not there yet; milliseconds that it took. */
export interface Series {
  title: string;
  run: (server: BindServer, prefix: string) => Promise<number>;
}

const ttl = 60;
const nameAt = (prefix: string, index: number) => `${prefix}-${index}.${zone}`;
const addressAt = (index: number) => `10.0.${index >> 8}.${index & 255}`;
const indexes = Array.from({ length: count }, (_, index) => index);

const added = (prefix: string, index: number): Change => ({
  kind: "add",
  name: nameAt(prefix, index),
  type: "A",
  ttl,
  data: addressAt(index),
});
const line = (prefix: string, index: number) => `update add ${nameAt(prefix, index)} ${ttl} A ${addressAt(index)}`;

export const nsupdateTcp = nsupdate("nsupdate -v, 1000 sends over TCP", ["-v"], (prefix) =>
  indexes.flatMap((index) => [line(prefix, index), "send"]),
);
export const nsupdateUdp = nsupdate("nsupdate, 1000 sends over UDP", [], (prefix) =>
  indexes.flatMap((index) => [line(prefix, index), "send"]),
);
export const nsupdateBatch = nsupdate("nsupdate -v, one send of 1000", ["-v"], (prefix) => [
  ...indexes.map((index) => line(prefix, index)),
  "send",
]);

export const sequential = ours("this client, one after the other", async (client, prefix) => {
  for (const index of indexes) await client.update({ zone, prerequisites: [], changes: [added(prefix, index)] });
});
export const inFlight = ours("this client, 32 in flight", (client, prefix) =>
  workers(32, (index) => client.update({ zone, prerequisites: [], changes: [added(prefix, index)] })),
);
export const batch = ours("this client, one message of 1000", (client, prefix) =>
  client.update({ zone, prerequisites: [], changes: indexes.map((index) => added(prefix, index)) }),
);
export const compareAndSet = ours("this client, compareAndSet, 32 in flight", (client, prefix) =>
  workers(32, (index) =>
    client.compareAndSet(zone, [{ name: nameAt(prefix, index), type: "A", expected: null, desired: { ttl, data: [addressAt(index)] } }]),
  ),
);

async function workers(size: number, act: (index: number) => Promise<void>): Promise<void> {
  const left = [...indexes];
  const work = async () => {
    for (let index = left.pop(); index !== undefined; index = left.pop()) await act(index);
  };
  await Promise.all(Array.from({ length: size }, work));
}

/** The connection is opened within the time that is taken, as nsupdate opens its own. */
function ours(title: string, act: (client: DnsClient, prefix: string) => Promise<void>): Series {
  return {
    title,
    run: async (server, prefix) => {
      const client = server.client();
      const start = performance.now();
      try {
        await act(client, prefix);
        return performance.now() - start;
      } finally {
        client.close();
      }
    },
  };
}

function nsupdate(title: string, options: string[], script: (prefix: string) => string[]): Series {
  return { title, run: (server, prefix) => runNsupdate(server, options, script(prefix)) };
}

/** The time of one whole process; see startMilliseconds for what of it is only its start. */
async function runNsupdate({ folder, scriptHead }: BindServer, options: string[], lines: string[]): Promise<number> {
  const file = join(folder, "script");
  writeFileSync(file, `${[...scriptHead, ...lines].join("\n")}\n`);
  const start = performance.now();
  const child = spawn(getProgram("nsupdate"), [...options, "-k", join(folder, "key.conf"), file], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const code = await new Promise((resolve, reject) => child.once("error", reject).once("exit", resolve));
  if (code !== 0) throw new Error(`nsupdate ended with ${code}.`);
  return performance.now() - start;
}

/** What an nsupdate without anything to send takes: it is taken off, so that programs are compared, not their starts. */
export const startMilliseconds = (server: BindServer): Promise<number> => runNsupdate(server, ["-v"], []);
