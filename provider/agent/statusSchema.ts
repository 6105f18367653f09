import { z } from "zod";
import { Label, list, Moment, Sentence } from "./textSchema.js";

const reason = { failureReason: Sentence.nullish() };
const lastSuccess = { lastSuccess: Moment.nullish() };

/** The rows of the Failover Status window with their literal values. Values are text: a newer product may show others. */
export const Status = z
  .object({
    failoverStatus: Label.meta({ description: "Online, Offline, or any text of a transition." }),
    failoverStatusSince: Moment.nullish().meta({
      description: "When this member began to show that text, by its own clock; null or left out: not known.",
    }),
    configuration: z.object({ value: Label, ...reason }).meta({ description: "Valid or Invalid." }),
    connectivity: list(
      z.object({
        kind: Label.meta({ description: "Heartbeat, Inverted Heartbeat or Ping." }),
        label: Label,
        value: Label.meta({ description: "Success or Failing." }),
        ...reason,
        failCount: z.int().min(0).nullish(),
        ...lastSuccess,
      }),
    ).meta({ description: "One row for each heartbeat and ping of this member." }),
    syncConnection: z
      .object({ value: Label, ...reason })
      .nullable()
      .meta({ description: "Available or Not Available; online member only." }),
    dbSync: z
      .object({ value: Label, ...reason, ...lastSuccess })
      .nullable()
      .meta({ description: "Active or Failing; online member with self-hosted storage only." }),
    dbSyncStack: z
      .object({ value: Label, pending: z.int().min(0) })
      .nullable()
      .meta({ description: "OK or Too Large; online member with self-hosted storage only." }),
    rteCount: z.int().min(0).meta({ description: "Runtime errors." }),
    nics: list(z.object({ index: z.int().min(1), value: Label })).meta({
      description: "Available or Unavailable; only after an interface was connected or disconnected.",
    }),
    database: z.object({ value: Label, ...reason }).meta({ description: "OK or Failing." }),
    nats: z.object({ value: Label, clusterEndpointsInSync: z.boolean(), ...reason }).nullable(),
  })
  .meta({ id: "Status" });
export type Status = z.infer<typeof Status>;
