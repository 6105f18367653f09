import { setMaxListeners } from "node:events";
import { setTimeout as timer } from "node:timers/promises";
import { type RecordType, reverseNameOf, type Signer, zoneName } from "pulumi-dataminer-failover/dns";
import { zoneOf } from "./answering.js";
import { type DnsFault, type DnsFaultOptions, DnsFaults } from "./faults.js";
import { type ServerKey, signerOf } from "./keys.js";
import { MessageLog } from "./messageLog.js";
import { type Reply, respond, type Service } from "./responder.js";
import { Sockets } from "./sockets.js";
import { Zone } from "./zone.js";

/** What a name server starts with. */
export interface NameServerOptions {
  /** Names of the zones, forward and reverse; each begins with its SOA and NS alone. */
  zones: readonly string[];
  /** Who may change the zones; without one nobody may. */
  keys?: readonly ServerKey[];
  /** Whether messages without a signature may change the zones too. Default: false. */
  unsignedUpdates?: boolean;
  /** An address of this machine. Default: 127.0.0.1. */
  address?: string;
  /** For UDP and TCP; 0: any free one. Default: 0. */
  port?: number;
}

/**
 * An authoritative name server in memory: QUERY (RFC 1034), UPDATE (RFC 2136) and TSIG (RFC 8945) on UDP and TCP.
 * What it holds is asked and changed directly, and it can be made to fail.
 */
export class NameServer {
  /** Its zones, in the order in which they were given. */
  readonly zones: readonly Zone[];
  /** Every message that reached it. */
  readonly log = new MessageLog();
  /** How far its clock is ahead of ours, in seconds. */
  clockOffsetSeconds = 0;
  private readonly faults = new DnsFaults();
  private readonly sockets: Sockets;
  private readonly failures: unknown[] = [];
  private readonly closing = new AbortController();
  private isSilent = false;

  private constructor({ zones, keys = [], unsignedUpdates = false, address = "127.0.0.1", port = 0 }: NameServerOptions) {
    // As many messages may be held up at the same time as there are.
    setMaxListeners(0, this.closing.signal);
    this.zones = zones.map((name) => new Zone(name));
    const held = keys.map((key) => ({ signer: signerOf(key), zones: key.zones?.map(zoneName) }));
    const isPermitted = (zone: Zone, key: Signer | null): boolean => {
      if (key === null) return unsignedUpdates;
      return held.some(({ signer, zones: only }) => signer === key && (only === undefined || only.includes(zone.name)));
    };
    const service: Service = {
      zones: this.zones,
      signers: held.map(({ signer }) => signer),
      isPermitted,
      faults: this.faults,
      log: this.log,
      now: () => Date.now() + this.clockOffsetSeconds * 1000,
      pause: (milliseconds) => timer(milliseconds, undefined, { signal: this.closing.signal }),
    };
    const answer = async (bytes: Buffer, transport: "udp" | "tcp"): Promise<Reply> =>
      this.isSilent ? "open" : respond(service, bytes, transport);
    const failed = (error: unknown): void => {
      if (!this.closing.signal.aborted) this.failures.push(error);
    };
    this.sockets = new Sockets(address, port, answer, failed);
  }

  /** Listens on UDP and TCP before this resolves. */
  static async start(options: NameServerOptions): Promise<NameServer> {
    const server = new NameServer(options);
    await server.sockets.open();
    return server;
  }

  /** The address that it listens on. */
  get address(): string {
    return this.sockets.address;
  }

  /** The port that it listens on, for UDP and TCP. */
  get port(): number {
    return this.sockets.port;
  }

  /** One zone by its name. */
  zone(name: string): Zone {
    const wanted = zoneName(name);
    const zone = this.zones.find((candidate) => candidate.name === wanted);
    if (!zone) throw new Error(`There is no zone ${wanted}; there are ${this.zones.map((each) => each.name).join(" ")}`);
    return zone;
  }

  /** The zone that an absolute name is in. */
  zoneOf(name: string): Zone {
    const zone = zoneOf(this.zones, zoneName(name.replace(/^\*\./, "")));
    if (!zone) throw new Error(`${name} is in no zone; there are ${this.zones.map((each) => each.name).join(" ")}`);
    return zone;
  }

  /** What an absolute name holds, asked of the zone directly: the data of one RRset, sorted. */
  data(name: string, type: RecordType): string[] {
    const owner = zoneName(name);
    return zoneOf(this.zones, owner)?.data(owner, type) ?? [];
  }

  /** The addresses at a name, IPv4 before IPv6. */
  addresses(name: string): string[] {
    return [...this.data(name, "A"), ...this.data(name, "AAAA")];
  }

  /** The names that an address points to. */
  names(address: string): string[] {
    return this.data(reverseNameOf(address), "PTR");
  }

  /** Something goes wrong with the next message, or the next few. */
  fail(fault: DnsFault, options?: DnsFaultOptions): void {
    this.faults.add(fault, options);
  }

  /** From now on nothing goes wrong any more. */
  clearFaults(): void {
    this.faults.clear();
  }

  /** Its address refuses UDP and TCP until it is started again; it keeps its zones. */
  stop(): Promise<void> {
    return this.sockets.close();
  }

  /** Listens again after `stop`, on the same port. */
  start(): Promise<void> {
    return this.sockets.open();
  }

  /** It takes connections and messages and never answers, until it is reconnected. */
  cutOff(): void {
    this.isSilent = true;
  }

  /** Ends what `cutOff` began. */
  reconnect(): void {
    this.isSilent = false;
  }

  /** Ends every connection. Throws what went wrong in the server itself, if anything did. */
  async close(): Promise<void> {
    this.closing.abort();
    await this.sockets.close();
    if (this.failures.length > 0) throw this.failures[0];
  }
}
