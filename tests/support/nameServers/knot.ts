import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writersOf } from "./keys.js";
import type { ServerKind, Setup } from "./serverKind.js";
import { zoneFile } from "./zones.js";

export const knot: ServerKind = {
  title: "Knot DNS (knotd)",
  program: "knotd",
  packages: "knot",
  configure: async (setup) => {
    const { folder, zones } = setup;
    await Promise.all(zones.map((zone) => writeFile(join(folder, `${zone.name}zone`), zoneFile(zone))));
    // YAML takes JSON for its values.
    const configuration = Object.entries(sections(setup)).map(([name, items]) => `${name}:\n${items}`);
    await writeFile(join(folder, "knot.conf"), configuration.join(""));
    return ["-c", join(folder, "knot.conf")];
  },
};

/** `rundir` is the folder too, but short: the path of a socket has room for 107 characters, and Knot makes it absolute (unix(7)). */
const sections = ({ folder, listeners, keys, zones, writableTypes }: Setup): Record<string, string> => ({
  server: item({
    rundir: "/proc/self/cwd",
    listen: listeners.map(({ address, port }) => `${address}@${port}`),
    "udp-workers": 1,
    "background-workers": 1,
  }),
  database: item({ storage: folder, "journal-db-max-size": "20M", "timer-db-max-size": "1M", "kasp-db-max-size": "5M" }),
  log: entry({ target: "stderr", any: "info" }),
  key: Object.values(keys)
    .map(({ name, algorithm, secret }) => entry({ id: name, algorithm, secret }))
    .join(""),
  acl: entry({
    ...{ id: "writers", key: writersOf(keys).map(({ name }) => name), action: ["update", "transfer", "query"] },
    ...(writableTypes && { "update-type": writableTypes }),
  }),
  // The journal alone keeps changes, so that a killed server finds them again.
  zone: zones.map(({ name }) => entry({ domain: name, file: join(folder, `${name}zone`), acl: "writers", "zonefile-sync": -1 })).join(""),
});

type Values = Record<string, string | number | readonly string[]>;

const lines = (values: Values): string[] => Object.entries(values).map(([name, value]) => `${name}: ${JSON.stringify(value)}\n`);

const item = (values: Values): string =>
  lines(values)
    .map((line) => `    ${line}`)
    .join("");

const entry = (values: Values): string =>
  lines(values)
    .map((line, index) => `${index === 0 ? "  - " : "    "}${line}`)
    .join("");
