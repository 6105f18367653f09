import { z } from "zod";
import { Pair } from "./pairSchema.js";
import { Status } from "./statusSchema.js";
import { DnsName, Exact, Label, list, longList, Moment } from "./textSchema.js";

/** Failover timers of MaintenanceSettings.xml, under the names in which they are read and written. */
export const Timers = z
  .object({
    maxStartupSeconds: z.int().min(0).meta({ description: "FailoverMaxStartupTime, default 900." }),
    maxWaitForOfflineSeconds: z.int().min(0).meta({ description: "MaxWaitForFailoverOffline, default 600." }),
    maxWaitForVirtualIpSeconds: z.int().min(0).meta({ description: "MaxWaitForFailoverVIP, default 120." }),
    pingFailuresBeforeVirtualIpIsFree: z.int().min(0).meta({ description: "FailoverPingFailuresBeforeVipAvailable, default 3." }),
    interfacesRequiredToGoOnline: list(z.int().min(1)).meta({ description: "NicsToCheckOnFailover, default [1]." }),
  })
  .meta({ id: "Timers" });
export type Timers = z.infer<typeof Timers>;

export const Interface = z
  .object({
    index: z.int().min(1).meta({ description: "1-based, in DataMiner's order." }),
    network: z.enum(["corporate", "acquisition", "other"]),
    mac: Label,
    connected: z.boolean(),
    addresses: longList(z.object({ address: Label, prefixLength: z.int().min(0).max(128), virtual: z.boolean() })),
    registersInDns: z.boolean().meta({ description: "Register this connection's addresses in DNS." }),
  })
  .meta({ id: "Interface" });
export type Interface = z.infer<typeof Interface>;

export const SettingsOwner = z
  .object({
    owner: Exact,
    settings: list(Label).meta({ description: "Names of the timers, and `registersInDns.<index>`; may be empty." }),
  })
  .meta({ id: "SettingsOwner" });
export type SettingsOwner = z.infer<typeof SettingsOwner>;

export const AgentFacts = z
  .object({
    address: Label.meta({ description: "Corporate IP address of this member." }),
    dataMinerId: z.int().nullable(),
    name: Label,
    version: Label.meta({ description: 'Full build, "10.5.4.0-15588".' }),
    cluster: Label.nullable(),
    elementCount: z.int().min(0),
    pristine: z.boolean().meta({ description: "Holds nothing but the script of this API and its token." }),
    swarming: z.boolean(),
    interfaces: list(Interface),
    pcap: z.enum(["npcap", "winpcap", "none", "undetected"]),
    https: z.object({ name: DnsName, subjectAltNames: longList(DnsName), notAfter: Moment, trusted: z.boolean() }).nullable(),
    storage: z.object({
      kind: z.enum(["staas", "dedicatedCluster", "cassandraPerDma", "legacySql"]),
      replicationFactor: z.int().min(1).nullable().meta({ description: "Of SLDMADB and system_auth, for Cassandra per DMA." }),
    }),
    nats: z.enum(["brokerGateway", "slnetManaged"]),
    capabilities: z.object({
      pairTypes: list(Label).meta({ description: "virtualIp, sharedHostname." }),
      endModes: list(Label).meta({ description: "delete, disable." }),
      endWithOfflineUnavailable: z.boolean(),
    }),
    settings: Timers,
    settingsOwners: list(SettingsOwner).optional().meta({
      description:
        "Who has changed settings of this member by PUT agent/settings and not had them put back. Left out: the member does not tell.",
    }),
  })
  .meta({ id: "AgentFacts" });
export type AgentFacts = z.infer<typeof AgentFacts>;

export const Dms = z
  .object({
    pairTypes: list(Label).meta({ description: "Types of the pairs that live in this DataMiner System." }),
    agentsByHostname: z.boolean().meta({ description: "Whether an Agent of the system was added by hostname." }),
    primaryAddress: Label.nullable().meta({ description: "Where the rest of the system reaches this DataMiner ID." }),
  })
  .meta({ id: "Dms", description: "What else lives in the DataMiner System." });

/** Everything one member knows, in one answer. */
export const Snapshot = z
  .object({
    apiVersion: Label.meta({ description: '"1" or "1.<minor>".' }),
    timeUtc: Moment.nullish().meta({
      description: "This member's clock when it answers, which all its other times are held against; null or left out: not told.",
    }),
    agent: AgentFacts,
    dms: Dms,
    revision: Exact.min(1).meta({
      description: "Covers the pair's existence, configuration and owner; never repeats; a switch does not change it.",
    }),
    pair: Pair.nullable(),
    status: Status.nullable(),
  })
  .meta({ id: "Snapshot" });
export type Snapshot = z.infer<typeof Snapshot>;
