import type { TestKey } from "./keys.js";
import type { NameServer } from "./nameServer.js";
import { runTool } from "./runTool.js";

/** What the server answers to a signed query for one name and type; undefined when there is nothing. */
export interface Answer {
  /** Of the whole RRset, in seconds. */
  ttl: number;
  /** Sorted. */
  data: string[];
}

/** Asks by TCP, signed and without recursion. `key` undefined: unsigned. Records of other names and types are left out. */
export async function dig(
  server: NameServer,
  name: string,
  type: string,
  key: TestKey | undefined = server.keys.writer,
): Promise<Answer | undefined> {
  const records = await ask(server, [name, type], key);
  const found = records.filter((record) => record.name === name && record.type === type);
  const [first] = found;
  if (first === undefined) return undefined;
  const ttls = new Set(found.map(({ ttl }) => ttl));
  if (ttls.size > 1) throw new Error(`${name} ${type} has the TTLs ${[...ttls].join(", ")} in one RRset (RFC 2181 5.2)`);
  return { ttl: first.ttl, data: found.map(({ data }) => data).sort() };
}

/** Everything that the zone holds but SOA and NS, as sorted lines `name ttl type data`: what no wildcard makes up. */
export async function transfer(server: NameServer, zone: string, key: TestKey = server.keys.writer): Promise<string[]> {
  const records = await ask(server, [zone, "AXFR"], key);
  return records
    .filter(({ type }) => type !== "SOA" && type !== "NS")
    .map(({ name, ttl, type, data }) => `${name} ${ttl} ${type} ${data}`)
    .sort();
}

export async function serialOf(server: NameServer, zone: string): Promise<number> {
  const answer = await dig(server, zone, "SOA");
  return Number(answer?.data[0]?.split(" ")[2]);
}

interface Line {
  name: string;
  ttl: number;
  type: string;
  data: string;
}

async function ask(server: NameServer, question: string[], key: TestKey | undefined): Promise<Line[]> {
  const where = [`@${server.address}`, "-p", String(server.port), ...(key ? ["-k", key.file] : [])];
  const how = ["+tcp", "+norecurse", "+tries=1", "+time=5", "+noall", "+comments", "+answer"];
  const output = await runTool("dig", ["-r", ...where, ...question, ...how]);
  const isTransfer = question[1] === "AXFR";
  const answered = isTransfer || /^;; ->>HEADER<<-.* status: (NOERROR|NXDOMAIN),/m.test(output);
  if (!answered || /TSIG could not be validated|verify signature|Transfer failed/.test(output)) {
    throw new Error(`dig ${question.join(" ")} at ${server.kind}:\n${output}`);
  }
  return output
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith(";"))
    .map((line) => {
      const [name = "", ttl, , type = "", ...data] = line.split(/\s+/);
      return { name: name.toLowerCase(), ttl: Number(ttl), type, data: data.join(" ") };
    });
}
