import type { Keys } from "./keys.js";
import type { Zone } from "./zones.js";

export interface Listener {
  address: string;
  port: number;
}

export interface Secondary {
  primary: { host: string; port: number };
  refreshSeconds: number;
}

/** What a server is to serve, and where. */
export interface Setup {
  /** The server's working folder, its alone. */
  folder: string;
  listeners: readonly Listener[];
  zones: Zone[];
  keys: Keys;
  /** BIND only: these keys see the zones, all others see zones of the same names without their records. */
  views: readonly (keyof Keys)[] | undefined;
  /** BIND only: recursion and the empty zones that it has built in. */
  resolver: boolean;
  /** BIND only: the zones come from there, and updates go there. */
  secondaryOf: Secondary | undefined;
  /** The types that the keys may write; undefined: all. */
  writableTypes: readonly string[] | undefined;
}

/** One of the programs that serve zones. */
export interface ServerKind {
  title: string;
  program: string;
  /** Debian's. */
  packages: string;
  /** Writes configuration and zones; the arguments that run the program in the foreground with them. */
  configure(setup: Setup): Promise<string[]>;
}
