import type { FailoverError } from "../core/errors.js";
import type { Configuration, Position } from "./configuration.js";
import type { StatusRows } from "./statusTable.js";

/** One network interface of an Agent. */
export interface NetworkInterface {
  /** 1-based, in DataMiner's order. */
  index: number;
  /** `corporate`, `acquisition` or `other`. */
  network: string;
  /** `virtual`: held only while this Agent is online. */
  addresses: readonly { address: string; prefixLength: number; virtual: boolean }[];
}

/** The certificate of an Agent's web server ("Setting up HTTPS on a DMA"). */
export interface Certificate {
  /** The HTTPS name that the Agent is configured with. */
  name: string;
  /** Host names and IP addresses, with or without a "DNS:" or "IP:" before them. */
  subjectAltNames: readonly string[];
  /** ISO 8601. */
  notAfter?: string | undefined;
  trusted: boolean;
}

export type StorageKind = "staas" | "dedicatedCluster" | "cassandraPerDma" | "legacySql";

export interface Storage {
  kind: StorageKind;
  /** Lowest of the keyspaces SLDMADB and system_auth; null where it does not apply or is not known ("Ending a Failover configuration"). */
  replicationFactor: number | null;
}

export type NatsFlavour = "brokerGateway" | "slnetManaged";
export type Pcap = "npcap" | "winpcap" | "none" | "undetected";

/** How long the Agent itself waits for what. */
export interface AgentTimers {
  maxStartupSeconds: number;
  maxWaitForOfflineSeconds: number;
  maxWaitForVirtualIpSeconds: number;
}

/** What an Agent says about itself. */
export interface AgentFacts {
  /** Corporate IP address. */
  address: string;
  dataMinerId: number | null;
  /** Full build: "10.5.4.0-15588". */
  version: string;
  cluster: string | null;
  elementCount: number;
  /** Holds nothing but the script of the Failover API and its token. */
  pristine: boolean;
  swarming: boolean;
  interfaces: readonly NetworkInterface[];
  pcap: Pcap;
  https: Certificate | null;
  storage: Storage;
  nats: NatsFlavour;
  capabilities: { pairTypes: readonly string[]; endModes: readonly string[]; endWithOfflineUnavailable: boolean };
  settings?: AgentTimers | undefined;
}

/** What else lives in the Agent's DataMiner System (RN 37075). */
export interface DmsFacts {
  pairTypes: readonly string[];
  /** Whether an Agent of the system was added by hostname. */
  agentsByHostname: boolean;
  /** Where the rest of the system reaches this DataMiner ID. */
  primaryAddress?: string | null | undefined;
}

/** The pair as one member sees it. */
export interface PairFacts {
  /** configuring, active, switching, inactive, ending, invalid; anything else is in transition. */
  state: string;
  position: Position;
  /** Whether the answering member reaches the other one. */
  buddyReachable: boolean;
  config: Configuration;
  /** Under way, or the last one. */
  operation: { state: string; kind?: string; startedUtc?: string } | null;
}

/** Everything one member says in one answer. */
export interface MemberFacts {
  /** Its own clock when it answered, ISO 8601. */
  timeUtc?: string | null | undefined;
  agent: AgentFacts;
  dms: DmsFacts;
  /** Covers the pair's existence, configuration and owner. */
  revision: string;
  pair: PairFacts | null;
  status: StatusRows | null;
}

/** A member as we see it: what it said, or why it said nothing. */
export interface MemberView<Facts extends MemberFacts = MemberFacts> {
  position: Position;
  address: string;
  /** Undefined when it did not answer, or answered without telling them. */
  facts: Facts | undefined;
  failure?: FailoverError | undefined;
  /** It answered and said no, as with a wrong token; so it is alive. One line. */
  refusal?: string | undefined;
}

/** What a member sees from its own network. */
export interface ProbeFacts {
  addresses: readonly { address: string; answers: boolean; mac: string | null }[];
  names: readonly { name: string; addresses: readonly string[] }[];
  reverse: readonly { address: string; names: readonly string[] }[];
}

/** "main 10.10.10.1", the way every text of ours names a member. */
export const memberName = (position: Position, address: string): string => `${position} ${address}`;

/** The addresses that are the Agent's own, whoever is online. */
export const ownAddresses = (agent: AgentFacts): string[] => [
  agent.address,
  ...agent.interfaces.flatMap(({ addresses }) => addresses.filter(({ virtual }) => !virtual).map(({ address }) => address)),
];

/** The addresses that the Agent holds as the online member of a pair. */
export const heldVirtualAddresses = (agent: AgentFacts): string[] =>
  agent.interfaces.flatMap(({ addresses }) => addresses.filter(({ virtual }) => virtual).map(({ address }) => address));

/** Its own address on the acquisition network, the first one; null without one. For `acquisitionAddress` at set-up. */
export function acquisitionAddress(agent: AgentFacts): string | null {
  const interfaces = agent.interfaces.filter(({ network }) => network === "acquisition");
  return interfaces.flatMap(({ addresses }) => addresses.filter(({ virtual }) => !virtual))[0]?.address ?? null;
}
