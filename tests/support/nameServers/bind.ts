import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writersOf } from "./keys.js";
import type { Listener, Secondary, ServerKind, Setup } from "./serverKind.js";
import { makeZones, type Zone, zoneFile } from "./zones.js";

export const bind: ServerKind = {
  title: "BIND 9 (named)",
  program: "named",
  packages: "bind9 bind9-dnsutils",
  configure: async (setup) => {
    const { folder, views } = setup;
    const zones = await writeZones(setup, setup.zones, "");
    const configuration = [options(setup), ...Object.values(setup.keys).map(({ file }) => `include "${file}";`)];
    if (views) {
      const bare = await writeZones(setup, withoutRecords(setup.zones), ".outside");
      configuration.push(view("inside", views.map((use) => `key "${setup.keys[use].name}";`).join(" "), zones));
      configuration.push(view("outside", "any;", bare));
    } else {
      configuration.push(zones);
    }
    await writeFile(join(folder, "named.conf"), configuration.join("\n"));
    return ["-g", "-n", "1", "-c", join(folder, "named.conf")];
  },
};

/** Nothing outside the folder, no control channel, no query of its own. */
const options = ({ folder, listeners, resolver }: Setup): string => `
options {
  directory "${folder}";
  pid-file none;
  session-keyfile none;
  lock-file none;
  ${
    listeners
      .filter(isIpv4)
      .map((listener) => listenOn("listen-on", listener))
      .join("\n  ") || "listen-on { none; };"
  }
  ${
    listeners
      .filter((listener) => !isIpv4(listener))
      .map((listener) => listenOn("listen-on-v6", listener))
      .join("\n  ") || "listen-on-v6 { none; };"
  }
  recursion ${resolver ? "yes" : "no"};
  notify no;
  dnssec-validation no;
  empty-zones-enable ${resolver ? "yes" : "no"};
};
controls { };`;

const isIpv4 = ({ address }: Listener): boolean => !address.includes(":");

const listenOn = (statement: string, { address, port }: Listener): string => `${statement} port ${port} { ${address}; };`;

const view = (name: string, clients: string, zones: string): string => `view "${name}" { match-clients { ${clients} }; ${zones} };`;

const withoutRecords = (zones: Zone[]): Zone[] =>
  makeZones(
    zones.map(({ name }) => name),
    [],
  );

/** RFC 2136 6: it hands an update to the primary as it is, signature and all, and its answer back. */
const secondaryZone = ({ name }: Zone, { primary: { host, port }, refreshSeconds: refresh }: Secondary, key: string): string =>
  `zone "${name}" { type slave; primaries { ${host} port ${port} key "${key}"; }; allow-update-forwarding { any; }; ` +
  `min-refresh-time ${refresh}; max-refresh-time ${refresh}; };`;

async function writeZones({ folder, keys, secondaryOf, writableTypes }: Setup, zones: Zone[], suffix: string): Promise<string> {
  if (secondaryOf) return zones.map((zone) => secondaryZone(zone, secondaryOf, keys.writer.name)).join("\n");
  const writers = writersOf(keys)
    .map(({ name }) => `key "${name}";`)
    .join(" ");
  const grants = writersOf(keys).map(({ name }) => `grant "${name}" zonesub ${writableTypes?.join(" ")};`);
  const updates = writableTypes ? `update-policy { ${grants.join(" ")} }` : `allow-update { ${writers} }`;
  const statements = zones.map(async (zone) => {
    const file = join(folder, `${zone.name}zone${suffix}`);
    await writeFile(file, zoneFile(zone));
    return `zone "${zone.name}" { type master; file "${file}"; ${updates}; allow-transfer { ${writers} }; };`;
  });
  return (await Promise.all(statements)).join("\n");
}
