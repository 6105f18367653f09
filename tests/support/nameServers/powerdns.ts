import { spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writersOf } from "./keys.js";
import { getProgram } from "./programs.js";
import type { ServerKind, Setup } from "./serverKind.js";

export const powerdns: ServerKind = {
  title: "PowerDNS (pdns_server)",
  program: "pdns_server",
  packages: "pdns-server pdns-backend-sqlite3 sqlite3",
  configure: async (setup) => {
    const { folder, listeners, writableTypes } = setup;
    const database = join(folder, "zones.sqlite");
    await runSql(database, `${await schema()}\n${content(setup)}`);
    const settings = {
      launch: "gsqlite3",
      "gsqlite3-database": database,
      "gsqlite3-pragma-synchronous": 0,
      // A port for each address: PowerDNS has one `local-port` for those that name none.
      "local-address": listeners
        .map(({ address, port }) => (address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`))
        .join(","),
      "socket-dir": ".",
      "write-pid": "no",
      "disable-syslog": "yes",
      // Empty: the server asks nobody whether its version is safe.
      "security-poll-suffix": "",
      "receiver-threads": 1,
      dnsupdate: "yes",
      "allow-dnsupdate-from": "127.0.0.0/8,::1",
      ...(writableTypes && { "lua-dnsupdate-policy-script": await writePolicy(folder, writableTypes) }),
    };
    await writeFile(
      join(folder, "pdns.conf"),
      Object.entries(settings)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(""),
    );
    return [`--config-dir=${folder}`, "--daemon=no", "--guardian=no"];
  },
};

/** What it refuses is left out of the update without a word; the rest is carried out. */
async function writePolicy(folder: string, writableTypes: readonly string[]): Promise<string> {
  const file = join(folder, "policy.lua");
  const isWritable = writableTypes.map((type) => `input:getQType() == pdns.${type}`).join(" or ");
  await writeFile(file, `function updatepolicy(input)\n  return ${isWritable}\nend\n`);
  return file;
}

const schemaFiles = ["/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql", "/usr/share/doc/pdns-backend-sqlite3/schema.sqlite3.sql"];

async function schema(): Promise<string> {
  for (const file of schemaFiles) {
    const text = await readFile(file, "utf8").catch(() => undefined);
    if (text !== undefined) return text;
  }
  throw new Error(
    `The SQLite backend of PowerDNS is not installed: apt-get install ${powerdns.packages}, or run \`npm test\` where it may install that.`,
  );
}

/** As pdnsutil would write it, which takes secrets on its command line. Names have no trailing dot there. */
function content({ zones, keys }: Setup): string {
  const dotless = (name: string) => name.replace(/\.$/, "");
  const rows = zones.flatMap((zone, index) => [
    insert("domains", { id: index + 1, name: dotless(zone.name), type: "NATIVE" }),
    ...writersOf(keys).flatMap((key) =>
      ["TSIG-ALLOW-DNSUPDATE", "TSIG-ALLOW-AXFR"].map((kind) =>
        insert("domainmetadata", { domain_id: index + 1, kind, content: dotless(key.name) }),
      ),
    ),
    ...zone.records.map(({ name, ttl, type, data }) =>
      insert("records", { domain_id: index + 1, name: dotless(name), type, content: data.replace(/\.(?= |$)/g, ""), ttl, auth: 1 }),
    ),
  ]);
  const keyRows = Object.values(keys).map(({ name, algorithm, secret }) => insert("tsigkeys", { name: dotless(name), algorithm, secret }));
  return ["BEGIN;", ...rows, ...keyRows, "COMMIT;"].join("\n");
}

function insert(table: string, values: Record<string, string | number>): string {
  const quoted = Object.values(values).map((value) => (typeof value === "number" ? value : `'${value.replaceAll("'", "''")}'`));
  return `INSERT INTO ${table} (${Object.keys(values).join(", ")}) VALUES (${quoted.join(", ")});`;
}

/** The statements go in by stdin: no secret on a command line. */
async function runSql(database: string, sql: string): Promise<void> {
  const program = await getProgram("sqlite3", "SQLite (sqlite3)", powerdns.packages);
  const child = spawn(program, ["-bail", database], { stdio: ["pipe", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (text: Buffer) => (said += text.toString()));
  child.stdin.end(sql);
  const code = await new Promise((done, failed) => child.on("error", failed).on("close", done));
  if (code !== 0) throw new Error(`sqlite3 ${database} ended with ${code}: ${said}`);
}
