import { rmSync } from "node:fs";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { isIPv6 } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { canonicalName, parseKeyFile, reverseNameOf } from "pulumi-dataminer-failover/dns";
import { AgentDns } from "./agentDns.js";
import { type DnsKey, keyStatement, makeKey, signerOf } from "./keys.js";
import { NameServer } from "./nameServer.js";
import type { DnsFacts, DnsOptions } from "./options.js";

/** The DNS of a world while it is there. */
export interface StartedDns {
  facts: DnsFacts;
  /** Null when the name server is not the simulator's own. */
  nameServer: NameServer | null;
  service: AgentDns;
  close(): Promise<void>;
}

/** Starts a name server, unless one is named. `networkZones`: the reverse zones of the Agents' networks. */
export async function startDns(options: DnsOptions, networkZones: readonly string[]): Promise<StartedDns> {
  const other = options.server && "host" in options.server ? options.server : null;
  const zone = canonicalName(options.zone);
  const reverseZones = (options.reverseZones ?? (other ? [] : networkZones)).map(canonicalName);
  const key = await keyOf(options, other !== null);
  const agentsKey = other ? key : makeKey("simulated-agents");
  const nameServer = other
    ? null
    : await NameServer.start({ ...options.server, zones: [zone, ...reverseZones], keys: [key, agentsKey].filter((each) => each !== null) });
  const server = other ? { host: other.host, port: other.port ?? 53 } : { host: nameServer?.address ?? "", port: nameServer?.port ?? 0 };
  const service = new AgentDns({ server, zone, reverseZones, signer: agentsKey ? signerOf(agentsKey) : undefined });
  const givenFile = options.key && "file" in options.key ? options.key.file : null;
  const madeFile = key && givenFile === null ? await writeKeyFile(key) : null;
  return {
    facts: { server, zone, reverseZones, key, keyFile: givenFile ?? madeFile },
    nameServer,
    service,
    close: async () => {
      if (madeFile) rmSync(join(madeFile, ".."), { recursive: true, force: true });
      service.close();
      await nameServer?.close();
    },
  };
}

async function keyOf({ key }: DnsOptions, isOther: boolean): Promise<Required<DnsKey> | null> {
  if (key === undefined) return isOther ? null : canonicalKey(makeKey("dma-key"));
  return canonicalKey("file" in key ? parseKeyFile(await readFile(key.file, "utf8"), key.file) : key);
}

const canonicalKey = ({ name, algorithm = "hmac-sha256", secret }: DnsKey): Required<DnsKey> => ({
  name: canonicalName(name),
  algorithm: algorithm.replace(/\.$/, ""),
  secret,
});

async function writeKeyFile(key: DnsKey): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), "dma-failover-key-")), "dns.key");
  await writeFile(file, keyStatement(key), { mode: 0o600 });
  return file;
}

/** The reverse zone of the network that an address is in; it begins at a label: 8 bits of IPv4, 4 bits of IPv6 (RFC 1035 3.5, RFC 3596 2.5). */
export function reverseZoneOf(address: string, prefixLength: number): string {
  const labels = reverseNameOf(address).split(".");
  const outside = Math.floor(prefixLength / (isIPv6(address) ? 4 : 8));
  // Behind the digits stand in-addr or ip6, arpa and the root.
  return labels.slice(labels.length - 3 - outside).join(".");
}
