import type { DnsKey } from "./keys.js";

/** A name server of the simulator's own. */
export interface OwnServer {
  /** An address of this machine. Default: 127.0.0.1. */
  address?: string;
  /** For UDP and TCP; 0: any free one. Default: 0. */
  port?: number;
}

/** A name server that runs somewhere already. */
export interface OtherServer {
  /** Its IP address. */
  host: string;
  /** Default: 53. */
  port?: number;
}

/** A file that holds a TSIG key. */
export interface KeyFileOption {
  /** Its path. */
  file: string;
}

/** The DNS that the simulated Agents register in and look names up in. */
export interface DnsOptions {
  /** Default: one of the simulator's own, on 127.0.0.1. */
  server?: OwnServer | OtherServer;
  /** Where Agents register their addresses: DMA-MAIN at dma-main.<zone>. */
  zone: string;
  /** Where Agents register their names. Default: those of the Agents' networks with the simulator's own server, none with another one. */
  reverseZones?: readonly string[];
  /**
   * The key that changes the zones, or a file with it, as `nsupdate -k` reads it. Default: a new one, `dma-key`, with the simulator's own
   * server, no key with another one. At the simulator's own server the Agents have a key of their own, so that the log tells them apart.
   */
  key?: DnsKey | KeyFileOption;
}

/** Where the DNS of a world is, for a program that works with it. */
export interface DnsFacts {
  /** As a client's `servers` takes it. */
  server: Required<OtherServer>;
  /** Absolute, in lower case, with the trailing dot. */
  zone: string;
  /** Zones of the reverse names; absolute, in lower case, with the trailing dot. */
  reverseZones: readonly string[];
  /** What changes the zones; null: no key is used. The secret is base64. */
  key: Required<DnsKey> | null;
  /** A file with the key, as `nsupdate -k` reads it; one that the simulator has made goes when it is closed. */
  keyFile: string | null;
}
