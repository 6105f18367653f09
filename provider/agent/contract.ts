import { z } from "zod";
import { Operation } from "./operationSchema.js";
import { PairConfig, Position } from "./pairSchema.js";
import { Snapshot, Timers } from "./snapshotSchema.js";
import { DnsName, Label, longList, Sentence } from "./textSchema.js";

/** Where the API lives on an Agent unless a connection says otherwise. */
export const defaultBasePath = "/api/custom/dma-failover/v1";

const requestId = z.uuid().meta({ description: "Made for one write; reused only when that write is sent again." });
const owner = z
  .string()
  .min(1)
  .meta({ description: "project/stack/name of the resource that writes, and after a # which creation of it; compared as a whole." });
const previousOwner = z
  .string()
  .min(1)
  .nullable()
  .meta({ description: "The owner just read, when it is taken over, renamed or created again." });
const revision = z.string().min(1).meta({ description: "The revision just read; a stale one is refused." });

export const PutSettings = z
  .object({
    owner,
    previousOwner,
    settings: z
      .object({
        timers: Timers.partial().optional(),
        registersInDns: z.array(z.object({ interface: z.int().min(1), value: z.boolean() })).optional(),
      })
      .nullable()
      .meta({ description: "All that this owner sets; what it leaves out, and null, puts back what stood there before." }),
  })
  .meta({ id: "PutSettings" });
export type PutSettings = z.infer<typeof PutSettings>;

export const ProbeRequest = z.object({ addresses: z.array(z.string()), names: z.array(z.string()) }).meta({ id: "ProbeRequest" });
export type ProbeRequest = z.infer<typeof ProbeRequest>;

export const ProbeResult = z
  .object({
    addresses: longList(z.object({ address: Label, answers: z.boolean(), mac: Label.nullable() })),
    names: longList(z.object({ name: DnsName, addresses: longList(Label) })),
    reverse: longList(z.object({ address: Label, names: longList(DnsName) })),
  })
  .meta({ id: "ProbeResult" });
export type ProbeResult = z.infer<typeof ProbeResult>;

export const PutPair = z.object({ requestId, revision, owner, previousOwner, config: PairConfig }).meta({ id: "PutPair" });
export type PutPair = z.infer<typeof PutPair>;

export const PostSwitch = z.object({ requestId, online: Position, reason: z.string() }).meta({ id: "PostSwitch" });
export type PostSwitch = z.infer<typeof PostSwitch>;

/** Errors of the script carry a `code`, those of the host a number in `errorCode` (User-Defined APIs). */
export const ErrorBody = z
  .object({
    errors: z
      .array(
        z.object({
          title: Sentence.nullish(),
          detail: Sentence.nullish(),
          code: Label.nullish(),
          errorCode: z.int().nullish(),
        }),
      )
      .min(1),
  })
  .meta({ id: "Errors" });

const agentQuery = { agent: z.string().meta({ description: "Corporate IP address of the member that is meant." }) };
const bypassProxy = {
  bypassProxy: z
    .literal("true")
    .meta({ description: "Always last: an offline member answers for itself (Failover FAQ, connection issues)." }),
};
const writeQuery = { ...agentQuery, dataMinerId: z.coerce.number().int() };
const flag = z.enum(["true", "false"]);

/** The whole API: the client calls by it, the simulator answers by it, docs/openapi.json is generated from it. */
export const routes = {
  readAgent: {
    method: "GET",
    path: "agent",
    summary: "Everything this member knows: itself, its DMS, the pair, its status rows",
    query: z.object({ ...agentQuery, ...bypassProxy }),
    body: null,
    answers: { 200: Snapshot },
  },
  putSettings: {
    method: "PUT",
    path: "agent/settings",
    summary: "Set timers and DNS registration under an owner, or put back what stood there before",
    query: z.object({ ...writeQuery, ...bypassProxy }),
    body: PutSettings,
    answers: { 200: Snapshot },
  },
  probe: {
    method: "POST",
    path: "probe",
    summary: "From this member's network: which addresses answer, what names resolve to",
    query: z.object({ ...agentQuery, ...bypassProxy }),
    body: ProbeRequest,
    answers: { 200: ProbeResult },
  },
  putPair: {
    method: "PUT",
    path: "pair",
    summary: "Set up, re-enable or change the pair",
    query: z.object({ ...writeQuery, ...bypassProxy }),
    body: PutPair,
    answers: { 200: Snapshot, 202: Operation },
  },
  endPair: {
    method: "DELETE",
    path: "pair",
    summary: "End the Failover configuration",
    query: z.object({
      ...writeQuery,
      requestId,
      revision,
      owner,
      mode: z.enum(["delete", "disable"]),
      keep: z.string().meta({ description: "Address of the member that stays: the asked, online one." }),
      reset: z.string().meta({ description: "Address of the offline member." }),
      offlineUnavailable: flag,
      ...bypassProxy,
    }),
    body: null,
    answers: { 202: Operation, 204: null },
  },
  switchPair: {
    method: "POST",
    path: "pair/switch",
    summary: "Bring the asked member online",
    query: z.object({ ...writeQuery, ...bypassProxy }),
    body: PostSwitch,
    answers: { 200: Snapshot, 202: Operation },
  },
  readOperation: {
    method: "GET",
    path: "operation",
    summary: "Progress of one operation",
    query: z.object({ ...agentQuery, id: z.string().min(1), ...bypassProxy }),
    body: null,
    answers: { 200: Operation },
  },
} as const;
export type RouteName = keyof typeof routes;

/** Codes the script itself answers with; others carry the product's own names (Error code table). */
export const apiCodes = {
  wrongAgent: "WRONG_AGENT",
  staleRevision: "STALE_REVISION",
  foreignOwner: "FOREIGN_OWNER",
  requestIdReused: "REQUEST_ID_REUSED",
  wrongMember: "WRONG_MEMBER",
  buddyReachable: "BUDDY_REACHABLE",
  unsupported: "UNSUPPORTED",
  busy: "SL_FAILOVER_CONFIG",
  notConfigured: "SL_FAILOVER_NOT_CONFIGURED",
  differentIds: "SL_FAILOVER_DIFF_DMA_IDS",
  switching: "SL_SWITCHING",
  agentOffline: "SL_AGENT_OFFLINE",
  versionIncompatibility: "SL_VERSION_INCOMPATIBILITY",
} as const;
