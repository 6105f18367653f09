import { z } from "zod";
import { type FieldForm, rowDescriptions, type StatusKey, type StatusRows, statusKeys } from "../failover/statusTable.js";
import { Pair } from "./pairSchema.js";
import { DnsName, Exact, Label, list, longList, Moment, Sentence } from "./textSchema.js";

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
    network: z.enum(["corporate", "acquisition", "other"]).meta({ description: "The network it is connected to." }),
    mac: Label.meta({ description: "Hardware address." }),
    connected: z.boolean().meta({ description: "Whether it is plugged in and enabled." }),
    addresses: longList(
      z.object({
        address: Label.meta({ description: "The address." }),
        prefixLength: z.int().min(0).max(128).meta({ description: "Length of the network prefix, in bits." }),
        virtual: z.boolean().meta({ description: "Whether it is a virtual IP address of the pair." }),
      }),
    ).meta({ description: "Every address that it holds now." }),
    registersInDns: z.boolean().meta({ description: "Register this connection's addresses in DNS." }),
  })
  .meta({ id: "Interface" });
export type Interface = z.infer<typeof Interface>;

export const SettingsOwner = z
  .object({
    owner: Exact.meta({ description: "The owner, as it was written." }),
    settings: list(Label).meta({ description: "Names of the timers, and `registersInDns.<index>`; may be empty." }),
  })
  .meta({ id: "SettingsOwner" });
export type SettingsOwner = z.infer<typeof SettingsOwner>;

export const AgentFacts = z
  .object({
    address: Label.meta({ description: "Corporate IP address of this member." }),
    dataMinerId: z.int().nullable().meta({ description: "Shared by both members of a pair; null after a reset." }),
    name: Label.meta({ description: "Name of the Agent." }),
    version: Label.meta({ description: 'Full build, "10.5.4.0-15588".' }),
    cluster: Label.nullable().meta({ description: "Name of its DataMiner System; null when it is in none." }),
    elementCount: z.int().min(0).meta({ description: "Number of elements in its Elements folder." }),
    pristine: z.boolean().meta({ description: "Holds nothing but the script of this API and its token." }),
    swarming: z.boolean().meta({ description: "Whether Swarming is enabled, which excludes Failover." }),
    interfaces: list(Interface).meta({ description: "Network interfaces, in DataMiner's order." }),
    pcap: z
      .enum(["npcap", "winpcap", "none", "undetected"])
      .meta({ description: "Packet capture library, needed to send gratuitous ARP." }),
    https: z
      .object({
        name: DnsName.meta({ description: "`name` of the HTTPS tag in MaintenanceSettings.xml." }),
        subjectAltNames: longList(DnsName).meta({ description: "Names and addresses that the certificate covers." }),
        notAfter: Moment.meta({ description: "When the certificate expires." }),
        trusted: z.boolean().meta({ description: "Whether the Agent's own machine trusts the certificate." }),
      })
      .nullable()
      .meta({ description: "Its web server's certificate; null without HTTPS." }),
    storage: z
      .object({
        kind: z.enum(["staas", "dedicatedCluster", "cassandraPerDma", "legacySql"]).meta({ description: "Kind of the general database." }),
        replicationFactor: z.int().min(1).nullable().meta({ description: "Of SLDMADB and system_auth, for Cassandra per DMA." }),
      })
      .meta({ description: "Where it stores its data." }),
    nats: z.enum(["brokerGateway", "slnetManaged"]).meta({ description: "Who manages NATS." }),
    capabilities: z
      .object({
        pairTypes: list(Label).meta({ description: "virtualIp, sharedHostname." }),
        endModes: list(Label).meta({ description: "delete, disable." }),
        endWithOfflineUnavailable: z.boolean().meta({ description: "Whether a pair can be ended while the offline Agent is unavailable." }),
      })
      .meta({ description: "What this Agent's version can do." }),
    /** Failover timers in force. */
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

const rowFields = {
  label: Label,
  flag: z.boolean(),
  count: z.int().min(0),
  index: z.int().min(1),
  reason: Sentence.nullish(),
  moment: Moment.nullish(),
  tally: z.int().min(0).nullish(),
} satisfies Record<FieldForm, z.ZodType>;

/** A row on the wire, as its description has it. Values are text: a newer product may show others. */
function rowSchema({ form, fields, words, remark }: (typeof rowDescriptions)[StatusKey]): z.ZodType {
  const entry = z.object({
    value: Label,
    ...Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, rowFields[field]])),
  });
  const schema = { text: Label, count: z.int().min(0), one: entry, nullable: entry.nullable(), list: list(entry) }[form];
  const told = words ? [...words.good, ...words.bad].join(" or ") : "";
  const description = [told, remark].filter(Boolean).join("; ");
  return description === "" ? schema : schema.meta({ description: description.replace(/\.?$/, ".") });
}

const statusSchemas = Object.fromEntries(statusKeys.map((key) => [key, rowSchema(rowDescriptions[key])])) as {
  [Key in StatusKey]: z.ZodType<StatusRows[Key]>;
};

/** The rows of the Failover Status window with their literal values. */
export const Status = z
  .object({
    ...statusSchemas,
    failoverStatusSince: Moment.nullish().meta({
      description: "When this member began to show its Failover Status, by its own clock; null or left out: not known.",
    }),
  })
  .meta({ id: "Status" });
export type Status = z.infer<typeof Status>;

/** Everything one member knows, in one answer. */
export const Snapshot = z
  .object({
    apiVersion: Label.meta({ description: '"1" or "1.<minor>".' }),
    timeUtc: Moment.nullish().meta({
      description: "This member's clock when it answers, which all its other times are held against; null or left out: not told.",
    }),
    /** The member itself. */
    agent: AgentFacts,
    /** Its DataMiner System. */
    dms: Dms,
    revision: Exact.min(1).meta({
      description: "Covers the pair's existence, configuration and owner; never repeats; a switch does not change it.",
    }),
    pair: Pair.nullable().meta({ description: "The pair as this member knows it; null when it knows of none." }),
    status: Status.nullable().meta({ description: "Its rows of the Failover Status window; null without a pair." }),
  })
  .meta({ id: "Snapshot" });
export type Snapshot = z.infer<typeof Snapshot>;
