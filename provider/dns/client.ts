import { compareAndSet } from "./compareAndSet.js";
import { Deadline, Patience, readBackPauses } from "./deadline.js";
import { type Edit, editRRsets } from "./editRRsets.js";
import type { DnsServer } from "./endpoint.js";
import { Exchange } from "./exchange.js";
import { aliasOf, findAlias, lookUp, lookUpUnaliased } from "./lookUp.js";
import { zoneName } from "./names.js";
import type { RecordType } from "./rdata.js";
import type { Ask } from "./reply.js";
import { canonicalData, type RRset, type RRsetKey, type RRsetStep } from "./rrset.js";
import { type Call, plainUpdate, probe } from "./sendUpdate.js";
import { Servers } from "./servers.js";
import type { Signer } from "./signer.js";
import { Connections } from "./tcp.js";
import type { Update } from "./update.js";
import { findZone, requireZone } from "./zone.js";

/** How a `DnsClient` reaches its servers and signs. */
export interface DnsClientOptions {
  /** Name servers that take updates for the same zones. The first is asked first; the next when one fails or is silent (RFC 2136 4.6). */
  servers: readonly DnsServer[];
  /** Signs every message and checks every answer (TSIG, RFC 8945). Default: nothing is signed, for servers that go by address. */
  signer?: Signer | undefined;
  /** Milliseconds that one call may take in all. Default: 60 000. */
  timeoutMilliseconds?: number | undefined;
  /** Milliseconds to wait for one answer, or for one connection. Default: 5 000. */
  tryMilliseconds?: number | undefined;
  /** How often one call asks a server that is silent or cuts the connection. Default: 3. */
  tries?: number | undefined;
  /** How queries are sent; one whose answer does not fit goes over TCP. Updates always go over TCP. Default: `"tcp"`, over the same connection. */
  queryOver?: "tcp" | "udp" | undefined;
  /** Milliseconds between looks at a server that has taken a change and does not show it yet. Default: 2.7 s in five growing pauses. */
  readBackPauses?: readonly number[] | undefined;
  /** Ends every call, which is then rejected with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Milliseconds since 1970, for the time in signatures. Default: this machine's clock. */
  now?: (() => number) | undefined;
}

/**
 * A client for dynamic updates (RFC 2136). Every method has one deadline, and either does what it says or throws a DnsError whose
 * `nothingDone` tells whether anything may have been changed. Methods may be called at the same time: they share a connection.
 */
export class DnsClient {
  private readonly connections = new Connections();
  private readonly servers: Servers;
  private readonly open = new Set<Deadline>();
  private ended: { reason: unknown } | undefined;
  private readonly abort = () => this.end(this.options.signal?.reason);

  constructor(private readonly options: DnsClientOptions) {
    const { servers, signer, tryMilliseconds = 5_000, tries = 3, signal, now = Date.now } = options;
    if (servers.length === 0) throw new TypeError("A DNS client needs at least one server.");
    const exchange = new Exchange({ signer, connections: this.connections, tryMilliseconds, now });
    this.servers = new Servers(servers, exchange, { tryMilliseconds, tries });
    if (signal?.aborted) this.abort();
    else signal?.addEventListener("abort", this.abort, { once: true });
  }

  /**
   * The zone that holds the name, as the server has it. Ask only where nobody names the zone: theirs is the better word.
   * Throws DNS_NO_ZONE, DNS_WRONG_SERVER.
   */
  async findZone(name: string): Promise<string> {
    const canonical = zoneName(name);
    return this.call((call) => findZone(call, canonical));
  }

  /**
   * What the server itself holds, never what it may have looked up elsewhere; undefined when there is nothing. A wildcard's answer looks
   * the same: see probeRRset. Throws DNS_CNAME when the name is an alias (fact `target`), DNS_WRONG_SERVER, DNS_UNVERIFIED.
   * `zone`, which holds the name: an alias that only a wildcard makes up there counts as nothing, for keys that may update.
   */
  async readRRset(name: string, type: RecordType, { zone }: { zone?: string | undefined } = {}): Promise<RRset | undefined> {
    const key = { name: zoneName(name), type };
    const act = `Reading ${type} ${key.name}`;
    if (zone !== undefined) return (await this.call((call) => lookUpUnaliased(call, key, act), zone))?.set;
    const found = await this.call((call) => lookUp(call, key));
    if (found.kind === "alias") throw aliasOf(`${act}:`, key.name, found.target);
    return found.kind === "rrset" ? found.set : undefined;
  }

  /** What the name is an alias of, asked with a type that stands there; undefined when it is none. A wildcard's answer makes no alias. */
  async findAlias(name: string, type: RecordType): Promise<string | undefined> {
    const key = { name: zoneName(name), type };
    return this.call((call) => findAlias(call, key));
  }

  /**
   * Whether the RRset really is exactly these records (null: absent), told by an update without changes: no wildcard can answer
   * in its place (RFC 4592), and the zone's serial stays. The key must be one that may update.
   */
  async probeRRset(zone: string, name: string, type: RecordType, expected: readonly string[] | null): Promise<boolean> {
    const key = { name: zoneName(name), type };
    const data = expected && canonicalData(type, expected);
    return this.call(async (call) => {
      const prerequisite = data === null ? { kind: "rrsetAbsent" as const, ...key } : { kind: "rrsetIs" as const, ...key, data };
      const { kind } = await probe(call, `Probing ${type} ${key.name}`, [prerequisite]);
      return kind === "verified";
    }, zone);
  }

  /**
   * Whether the server takes updates of this zone with this key, told by an update without changes before anything is written.
   * Throws DNS_NO_ZONE (an empty zone that the server has built in, or no zone of its own), DNS_WRONG_SERVER (a resolver, or a server
   * without the zone), DNS_REFUSED, DNS_NOTAUTH and the errors of signatures.
   */
  async probeZone(zone: string): Promise<void> {
    return this.call(requireZone, zone);
  }

  /**
   * Sends one update as it is, over TCP, and returns when the server has verifiably done it; nothing is read back. An update whose
   * answer was lost is sent again, so one without prerequisites may be carried out twice.
   * Throws DNS_CONFLICT when a prerequisite does not hold, DNS_UNVERIFIED when that cannot be told.
   */
  async update(update: Update): Promise<void> {
    return this.call(({ ask }) => plainUpdate(ask, { ...update, zone: zoneName(update.zone) }));
  }

  /**
   * Changes RRsets of one zone together, in one message, if each is exactly what is expected; otherwise none. Done is only what was read
   * back from the same server, with its TTL. Steps that change nothing are checked along with others, and cost no message alone.
   * Throws DNS_CONFLICT (facts `expected`, `found`), DNS_CNAME, DNS_NOT_APPLIED, DNS_UNVERIFIED.
   */
  async compareAndSet(zone: string, steps: readonly RRsetStep[]): Promise<void> {
    return this.call((call) => compareAndSet(call, steps), zone);
  }

  /**
   * Reads RRsets, lets `edit` decide what they shall become, and changes them by compareAndSet; when somebody else was faster, reads and
   * decides again. What a wildcard answers counts as absent. Returns what stands there then, in the order of `keys`.
   * `attempts`: how often in all, default 5; the last one's DNS_CONFLICT or DNS_NOT_APPLIED is thrown, with `nothingDone` for all of them.
   */
  async editRRsets(
    zone: string,
    keys: readonly RRsetKey[],
    edit: Edit,
    { attempts = 5 }: { attempts?: number } = {},
  ): Promise<(RRset | undefined)[]> {
    return this.call((call) => editRRsets(call, keys, edit, attempts), zone);
  }

  /** Ends connections and calls, for good. A client that is not closed keeps no process alive. */
  close(): void {
    this.end(new DOMException("The DNS client was closed.", "AbortError"));
  }

  private async call<Result>(act: (call: Call) => Promise<Result>, zone = "."): Promise<Result> {
    if (this.ended) throw this.ended.reason;
    const deadline = new Deadline(this.options.timeoutMilliseconds ?? 60_000);
    this.open.add(deadline);
    const ask: Ask = (request) => this.servers.ask(request, deadline);
    try {
      const patience = new Patience(this.options.readBackPauses ?? readBackPauses, deadline);
      return await act({ ask, zone: zoneName(zone), over: this.options.queryOver ?? "tcp", patience });
    } finally {
      this.open.delete(deadline);
      deadline.settle();
    }
  }

  private end(reason: unknown): void {
    this.ended ??= { reason };
    this.options.signal?.removeEventListener("abort", this.abort);
    for (const deadline of this.open) deadline.end(reason);
    this.connections.close();
  }
}
