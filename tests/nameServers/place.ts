import { afterAll, afterEach, beforeAll, describe } from "vitest";
import { DnsClient, type DnsClientOptions } from "../../provider/dns/client.js";
import { hmacSigner, type Signer } from "../../provider/dns/signer.js";
import { secrets, type TestKey } from "../support/nameServers/keys.js";
import {
  type NameServer,
  type NameServerKind,
  type NameServerOptions,
  nameServerKinds,
  startNameServer,
} from "../support/nameServers/nameServer.js";
import { Relay } from "../support/nameServers/relay.js";
import { type Watch, watchForSecrets } from "../support/secrecy.js";

export const zone = "skyline.local.";

/** A name of its own for each test, also from a sentence. */
export const host = (label: string): string => `${label.toLowerCase().replaceAll(" ", "-")}.${zone}`;

export const signerOf = ({ name, algorithm, secret }: TestKey): Signer =>
  hmacSigner({ name, algorithm, secret: Buffer.from(secret, "base64") });

/** One name server for the tests of one kind, and what they opened towards it. */
export class Place {
  private started: NameServer | undefined;
  private readonly ends: (() => unknown)[] = [];

  constructor(readonly kind: NameServerKind) {}

  get server(): NameServer {
    if (!this.started) throw new Error("The server runs only while tests do.");
    return this.started;
  }

  /** Speaks to the server with the writer's key, unless told otherwise. */
  client(options: Partial<DnsClientOptions> = {}): DnsClient {
    const client = new DnsClient({ servers: [this.server.server], signer: signerOf(this.server.keys.writer), ...options });
    this.ends.push(() => client.close());
    return client;
  }

  /** A client and the relay that stands between it and the server. */
  async relayed(options: Partial<DnsClientOptions> = {}): Promise<{ client: DnsClient; relay: Relay }> {
    const relay = await Relay.start(this.server.server, this.server.address);
    this.ends.push(() => relay.stop());
    return { client: this.client({ servers: [relay.server], ...options }), relay };
  }

  async start(options: NameServerOptions): Promise<void> {
    this.started = await startNameServer(this.kind, options);
  }

  async endTest(): Promise<void> {
    this.started?.thaw();
    for (const end of this.ends.splice(0).reverse()) await end();
  }

  async stop(): Promise<void> {
    await this.started?.stop();
  }
}

/** The same sentences for every kind of server. No error or line of them may show a secret of any key. */
export function onEachServer(options: NameServerOptions, tests: (place: Place, watch: Watch) => void, kinds = nameServerKinds): void {
  const watch = watchForSecrets(...secrets);
  describe.each(kinds.filter((kind) => nameServerKinds.includes(kind)))("on %s", (kind) => {
    const place = new Place(kind);
    beforeAll(() => place.start(options));
    afterEach(() => place.endTest());
    afterAll(() => place.stop());
    tests(place, watch);
  });
}
