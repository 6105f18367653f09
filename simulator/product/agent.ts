import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { AgentFacts, Heartbeat, PairConfig, Position, Timers } from "pulumi-dataminer-failover/agent";
import type { AgentOptions } from "../options.js";
import { type Profile, profileOf } from "../profiles.js";
import { cardsOf, type NetworkCard, removeVirtualIps } from "./interfaces.js";
import type { OperationRecord } from "./operations.js";

/** One heartbeat of one member as it went so far. */
export interface HeartbeatState {
  heartbeat: Heartbeat;
  failingSince: number | null;
  lastSuccess: number | null;
}

/** Defaults of MaintenanceSettings.xml, SLNet. */
const defaultTimers: Timers = {
  maxStartupSeconds: 900,
  maxWaitForOfflineSeconds: 600,
  maxWaitForVirtualIpSeconds: 120,
  pingFailuresBeforeVirtualIpIsFree: 3,
  interfacesRequiredToGoOnline: [1],
};

/** What stood there before an owner first changed a setting. */
export interface HeldSetting {
  owner: string;
  before: unknown;
}

/** The facts of one server. What follows from them is decided elsewhere. */
export class Agent {
  readonly address: string;
  readonly name: string;
  readonly profile: Profile;
  readonly version: string;
  readonly nats: AgentFacts["nats"];
  readonly pcap: AgentFacts["pcap"];
  storage: AgentFacts["storage"];
  readonly cards: NetworkCard[];

  dataMinerId: number | null;
  cluster: string | null;
  elementCount: number;
  pristine: boolean;
  swarming: boolean;
  https: AgentFacts["https"] = null;
  timers: Timers = { ...defaultTimers };
  heldSettings = new Map<string, HeldSetting>();
  /** Who has written settings and not had them put back, also one that changed nothing. */
  settingsOwners = new Set<string>();

  /** The User-Defined API and its token. */
  hasScript = true;
  hasToken = true;

  power: "running" | "stopped" = "running";
  /** When it began to start; past the cap for that it blocks nobody any more (FailoverMaxStartupTime). */
  startedAt = 0;
  /** Until then its API manager is not initialised (host error 7). */
  initialisedAt = 0;
  /** `clients`: only those who call are cut off, its buddy still reaches it. */
  isolation: { from: "clients" | "everyone"; how: "hang" | "reset" } | null = null;

  copy: PairCopy | null = null;
  private revisionAlone = randomUUID();
  /** How far its own clock is from the world's. What it has stamped already stays as it was. */
  clockOffsetMilliseconds = 0;
  /** Text of the row "Failover Status"; null without a pair. */
  failoverStatus: string | null = null;
  /** That text as it was last noted, and when it began by its own clock. */
  notedStatus: { text: string | null; since: number } = { text: null, since: 0 };
  /** When the last switch that it took part in had brought somebody online; null before the first one. */
  lastSwitchAt: number | null = null;
  /** What it was before it stopped: StateBeforeShutDown in DMS.xml (RN 36445). */
  lastRole: "Online" | "Offline" = "Offline";
  /** A buddy has refused to give way; until then it does not try again (docs/product.md, Set-up and switch). */
  waitsUntil = 0;
  heartbeats = new Map<string, HeartbeatState>();
  syncFailingSince: number | null = null;
  /** Since when it is online and can forward alarm events, and whether one has arrived since it is online. */
  forwardsSince: number | null = null;
  hasForwarded = false;
  /** Forwards that wait although they are under way: it does not keep up. */
  forwardsWaiting = 0;
  database: "OK" | "Failing" = "OK";
  /** Its database could not start without the master seed (Failover FAQ). */
  waitsForSeed = false;
  natsFails = false;
  rteCount = 0;

  /** Kept over a restart, and lost in a factory reset. */
  operations = new Map<string, OperationRecord>();
  /** Writes that were answered without an operation, by request id: the content of each. */
  answered = new Map<string, string>();
  /** Ends a transition that is under way. */
  cancelTransition: (() => void) | null = null;
  /** Set while it is down and comes back by itself. */
  cancelReturn: (() => void) | null = null;

  constructor(readonly options: AgentOptions) {
    this.profile = profileOf(options);
    this.address = options.address;
    this.name = options.name ?? `DMA-${options.address}`;
    this.version = this.profile.version;
    this.nats = options.nats ?? this.profile.nats;
    this.pcap = options.pcap ?? "npcap";
    this.storage = options.storage ?? { kind: "dedicatedCluster", replicationFactor: null };
    this.cards = cardsOf(options);
    this.dataMinerId = options.dataMinerId ?? null;
    this.cluster = options.system ?? null;
    this.elementCount = options.elementCount ?? 0;
    this.pristine = options.pristine ?? false;
    this.swarming = options.swarming ?? false;
  }

  /** Exists without a pair too, and never repeats. */
  get revision(): string {
    return this.copy?.revision ?? this.revisionAlone;
  }

  get buddyAddress(): string | null {
    return this.copy ? this.copy.config[otherPosition(this.copy.position)].address : null;
  }

  get isOnline(): boolean {
    return this.failoverStatus === "Online";
  }

  /** Neither Online nor Offline: every other text is a transition (Viewing the current Failover DMA status). */
  get inTransition(): boolean {
    return this.failoverStatus !== null && this.failoverStatus !== "Online" && this.failoverStatus !== "Offline";
  }

  /** Nothing is under way here: it is online, offline, in no pair, or stopped for good. */
  get isSteady(): boolean {
    return this.power === "stopped" ? this.cancelReturn === null : !this.inTransition;
  }

  heldVirtualIps(): string[] {
    return this.cards.flatMap(({ addresses }) => addresses.filter(({ virtual }) => virtual).map(({ address }) => address));
  }

  /** Leaves the pair: no configuration, no role, no virtual address. */
  forgetPair(): void {
    this.lastSwitchAt = null;
    this.copy = null;
    this.revisionAlone = randomUUID();
    this.failoverStatus = null;
    this.heartbeats.clear();
    this.syncFailingSince = null;
    removeVirtualIps(this.cards);
  }

  /** SLReset: ID, users and data are gone, and with them the script of this API and its token (Factory reset tool). */
  factoryReset(): void {
    this.forgetPair();
    this.dataMinerId = null;
    this.cluster = null;
    this.elementCount = 0;
    this.pristine = true;
    this.hasScript = false;
    this.hasToken = false;
    this.timers = { ...defaultTimers };
    this.heldSettings.clear();
    this.settingsOwners.clear();
    this.operations.clear();
    this.answered.clear();
    this.storage = { ...this.storage, replicationFactor: null };
    this.database = "OK";
    this.waitsForSeed = false;
    this.rteCount = 0;
  }

  /** Licensed and set up for a pair again by a person (Ending a Failover configuration). */
  prepare(dataMinerId: number): void {
    this.factoryReset();
    this.dataMinerId = dataMinerId;
    this.hasScript = true;
    this.hasToken = true;
  }
}

/**
 * What one member holds of the pair in its DMS.xml. Both members hold the whole configuration; when they meet,
 * the newest one wins (Failover configuration in Cube).
 */
export interface PairCopy {
  readonly position: Position;
  readonly config: PairConfig;
  readonly owner: string | null;
  readonly revision: string;
  /** When it was written, as a number that only grows: newest wins. */
  readonly written: number;
  readonly state: "active" | "inactive" | "invalid";
  /** It was changed on this member alone and does not follow the other one. */
  readonly apart: boolean;
}

export const otherPosition = (position: Position): Position => (position === "main" ? "backup" : "main");

/** The acquisition addresses are read at set-up and not compared (contract, "config"). */
export function sameConfig(a: PairConfig, b: PairConfig): boolean {
  return isDeepStrictEqual(comparable(a), comparable(b));
}

const comparable = (config: PairConfig): PairConfig => ({
  ...config,
  main: { ...config.main, acquisitionAddress: null },
  backup: { ...config.backup, acquisitionAddress: null },
});
