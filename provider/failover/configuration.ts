import { canonicalAddress } from "../core/addresses.js";

/** Fixed place of a member in the configuration; it never moves at a switch ("About DMA Failover"). */
export type Position = "main" | "backup";
/** How users reach the pair; not changeable while the pair is active ("Failover configuration in Cube"). */
export type PairType = "virtualIp" | "sharedHostname";
/** `automatic` switches by itself on failing heartbeats, `manual` waits for a person ("Advanced Failover options"). */
export type Mode = "manual" | "automatic";
/** `delete` resets the offline Agent, `disable` keeps it and its configuration, inactive ("Ending a Failover configuration"). */
export type EndMode = "delete" | "disable";

export const positions = ["main", "backup"] as const satisfies readonly Position[];

export const otherPosition = (position: Position): Position => (position === "main" ? "backup" : "main");

export interface Member {
  /** Corporate IP address. */
  address: string;
  /** Address on the acquisition network, read at set-up; no input and never compared. */
  acquisitionAddress: string | null;
}

/** An address that the online member holds and that moves at a switch. */
export interface VirtualIp {
  /** `corporate`, `acquisition`, or another network of the Agents. */
  network: string;
  address: string;
  /** Bits. */
  prefixLength: number;
}

/** An Agent (checked on port 8004) or an address (ICMP ping): "Advanced Failover options". */
export type HeartbeatTarget = { agent: Position } | { address: string };

/** One check that a member makes over and over. */
export interface Heartbeat {
  kind: "normal" | "inverted";
  from: Position;
  target: HeartbeatTarget;
  /** 1-based index of the interface used; only with an Agent as target. */
  interface: number | null;
  /** Failed checks in a row that are still allowed. */
  maxFailures: number;
}

/** A heartbeat as a program writes it: the interface may be left out. */
export type DeclaredHeartbeat = Omit<Heartbeat, "interface"> & { interface?: number | null | undefined };

/** The whole configuration of a pair. */
export interface Configuration {
  type: PairType;
  main: Member;
  backup: Member;
  virtualIps: VirtualIp[];
  hostname: string | null;
  mode: Mode;
  heartbeats: Heartbeat[];
  /** 1-based index of the interface that synchronization uses; null: DataMiner's own choice, the corporate one. */
  syncInterface: number | null;
  /** Auto-restart Agent when going offline. */
  restartWhenGoingOffline: boolean;
}

/** The options a program may declare. One that is absent or undefined is not managed. */
export interface DeclaredConfiguration {
  virtualIps?: readonly VirtualIp[] | undefined;
  hostname?: string | null | undefined;
  mode?: Mode | undefined;
  heartbeats?: readonly DeclaredHeartbeat[] | undefined;
  syncInterface?: number | null | undefined;
  restartWhenGoingOffline?: boolean | undefined;
}

/** The type follows from what is declared: a hostname makes a shared-hostname pair. */
export const declaredType = (declared: DeclaredConfiguration): PairType => (declared.hostname ? "sharedHostname" : "virtualIp");

/** Where users and the rest of the DataMiner System reach a pair: its corporate virtual address, or its shared hostname. */
export function sharedAddress({
  type,
  virtualIps,
  hostname,
}: {
  type: string;
  virtualIps: readonly VirtualIp[];
  hostname: string | null;
}): string | null {
  if (type === "sharedHostname") return hostname;
  return (virtualIps.find(({ network }) => network === "corporate") ?? virtualIps[0])?.address ?? null;
}

/** One spelling and one order for everything, so that equal configurations are equal JSON. */
export function canonicalConfiguration(configuration: Configuration): Configuration {
  const { type, mode, syncInterface, restartWhenGoingOffline } = configuration;
  return {
    type,
    main: canonicalMember(configuration.main),
    backup: canonicalMember(configuration.backup),
    virtualIps: canonicalVirtualIps(configuration.virtualIps),
    hostname: configuration.hostname === null ? null : canonicalHostname(configuration.hostname),
    mode,
    heartbeats: canonicalHeartbeats(configuration.heartbeats),
    syncInterface,
    restartWhenGoingOffline,
  };
}

/** Lower case, no trailing dot: DNS compares names without case (RFC 1035 2.3.3). */
export const canonicalHostname = (hostname: string): string => hostname.toLowerCase().replace(/\.$/, "");

/** Canonical addresses, normal before inverted, from main before from backup, Agents before addresses. */
export function canonicalHeartbeats(heartbeats: readonly DeclaredHeartbeat[]): Heartbeat[] {
  const canonical = heartbeats.map(({ kind, from, target, interface: index, maxFailures }) => ({
    kind,
    from,
    target: "agent" in target ? { agent: target.agent } : { address: knownSpelling(target.address) },
    interface: index ?? null,
    maxFailures,
  }));
  return sortedBy(canonical, (heartbeat) => [
    heartbeat.kind === "normal" ? 0 : 1,
    heartbeat.from === "main" ? 0 : 1,
    "agent" in heartbeat.target ? 0 : 1,
    "agent" in heartbeat.target ? heartbeat.target.agent : heartbeat.target.address,
    heartbeat.interface ?? 0,
    heartbeat.maxFailures,
  ]);
}

const networkOrder = ["corporate", "acquisition"];

/** Canonical addresses; corporate first, then acquisition, then the others by name. */
export function canonicalVirtualIps(virtualIps: readonly VirtualIp[]): VirtualIp[] {
  const canonical = virtualIps.map(({ network, address, prefixLength }) => ({ network, address: knownSpelling(address), prefixLength }));
  return sortedBy(canonical, ({ network, address, prefixLength }) => {
    const known = networkOrder.indexOf(network);
    return [known < 0 ? networkOrder.length : known, network, address, prefixLength];
  });
}

function canonicalMember({ address, acquisitionAddress }: Member): Member {
  return { address: knownSpelling(address), acquisitionAddress: acquisitionAddress === null ? null : knownSpelling(acquisitionAddress) };
}

/** Text that is no IP address stays as it is: judging it is preflight's task. */
const knownSpelling = (address: string): string => canonicalAddress(address) ?? address;

type SortKey = readonly (number | string)[];

function sortedBy<T>(values: readonly T[], key: (value: T) => SortKey): T[] {
  return values
    .map((value) => ({ value, key: key(value) }))
    .sort((a, b) => compareKeys(a.key, b.key))
    .map(({ value }) => value);
}

function compareKeys(a: SortKey, b: SortKey): number {
  for (const [index, left] of a.entries()) {
    const right = b[index] ?? left;
    if (left < right) return -1;
    if (left > right) return 1;
  }
  return 0;
}
