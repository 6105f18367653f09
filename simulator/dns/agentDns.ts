import { Resolver } from "node:dns/promises";
import { isIPv4, isIPv6 } from "node:net";
import { canonicalAddress } from "pulumi-dataminer-failover/core";
import { canonicalName, DnsClient, isAtOrBelow, type RecordType, reverseNameOf, type Signer } from "pulumi-dataminer-failover/dns";
import type { NameService } from "../product/registering.js";

export interface AgentDnsOptions {
  server: { host: string; port: number };
  zone: string;
  reverseZones: readonly string[];
  signer: Signer | undefined;
}

/** Windows gives what it registers 20 minutes. */
const ttl = 1200;
/** In our time; a server that is silent must not hold up a test for long. */
const tryMilliseconds = 2000;

/** Registers and resolves with real messages, as the servers of the Agents do. */
export class AgentDns implements NameService {
  private readonly client: DnsClient;

  constructor(private readonly options: AgentDnsOptions) {
    const { server, signer } = options;
    this.client = new DnsClient({
      servers: [server],
      ...(signer ? { signer } : {}),
      tryMilliseconds,
      timeoutMilliseconds: tryMilliseconds * 2,
    });
  }

  nameOf(agentName: string): string {
    return canonicalName(`${agentName.replace(/[^a-z0-9-]+/gi, "-")}.${this.options.zone}`);
  }

  async register(name: string, given: readonly string[]): Promise<void> {
    const { zone, reverseZones } = this.options;
    const addresses = given.map((address) => canonicalAddress(address) ?? address);
    for (const [type, isOfFamily] of [["A", isIPv4] as const, ["AAAA", isIPv6] as const]) {
      await this.addTo(zone, name, type, addresses.filter(isOfFamily));
    }
    for (const address of addresses) {
      const owner = reverseNameOf(address);
      const reverseZone = reverseZones.find((candidate) => isAtOrBelow(owner, candidate));
      if (reverseZone !== undefined) await this.addTo(reverseZone, owner, "PTR", [name]);
    }
  }

  /** Both families; a name without a dot lies in the zone of the Agents. */
  async resolve(name: string): Promise<string[]> {
    const full = name.replace(/\.$/, "");
    const absolute = full.includes(".") ? full : `${full}.${this.options.zone}`.replace(/\.$/, "");
    const found = await Promise.all([
      this.ask((resolver) => resolver.resolve4(absolute)),
      this.ask((resolver) => resolver.resolve6(absolute)),
    ]);
    return found.flat();
  }

  async reverse(address: string): Promise<string[]> {
    const names = await this.ask((resolver) => resolver.resolvePtr(reverseNameOf(address).replace(/\.$/, "")));
    return names.map((name) => name.toLowerCase().replace(/\.$/, ""));
  }

  close(): void {
    this.client.close();
  }

  /** What stands there stays, with its TTL: nothing is ever unregistered (Failover FAQ, registering the same virtual IP). */
  private async addTo(zone: string, name: string, type: RecordType, data: readonly string[]): Promise<void> {
    if (data.length === 0) return;
    await this.client.editRRsets(zone, [{ name, type }], ([found]) => {
      const missing = data.filter((each) => !found?.data.includes(each));
      return missing.length === 0 ? ["keep"] : [{ ttl: found?.ttl ?? ttl, data: [...(found?.data ?? []), ...missing] }];
    });
  }

  /** A resolver of the system, new each time: it remembers nothing and sees what is there now. */
  private async ask(query: (resolver: Resolver) => Promise<string[]>): Promise<string[]> {
    const { host, port } = this.options.server;
    const resolver = new Resolver({ timeout: tryMilliseconds / 2, tries: 2 });
    resolver.setServers([isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`]);
    return query(resolver).catch(() => []); // No such name, no such data, no answer: for who asks it is all the same.
  }
}
