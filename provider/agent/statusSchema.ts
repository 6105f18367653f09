import { z } from "zod";

const reason = { failureReason: z.string().nullish() };
const lastSuccess = { lastSuccess: z.iso.datetime({ offset: true }).nullish() };

/** The rows of the Failover Status window with their literal values (domain 6). Values are text: a newer product may show others. */
export const Status = z
  .object({
    failoverStatus: z.string().meta({ description: "Online, Offline, or any text of a transition." }),
    failoverStatusSince: z.iso.datetime({ offset: true }).nullish().meta({
      description: "When this member began to show that text, by its own clock; null or left out: not known.",
    }),
    configuration: z.object({ value: z.string(), ...reason }).meta({ description: "Valid or Invalid." }),
    connectivity: z
      .array(
        z.object({
          kind: z.string().meta({ description: "Heartbeat, Inverted Heartbeat or Ping." }),
          label: z.string(),
          value: z.string().meta({ description: "Success or Failing." }),
          ...reason,
          failCount: z.int().min(0).nullish(),
          ...lastSuccess,
        }),
      )
      .meta({ description: "One row for each heartbeat and ping of this member." }),
    syncConnection: z
      .object({ value: z.string(), ...reason })
      .nullable()
      .meta({ description: "Available or Not Available; online member only." }),
    dbSync: z
      .object({ value: z.string(), ...reason, ...lastSuccess })
      .nullable()
      .meta({ description: "Active or Failing; online member with self-hosted storage only." }),
    dbSyncStack: z
      .object({ value: z.string(), pending: z.int().min(0) })
      .nullable()
      .meta({ description: "OK or Too Large; online member with self-hosted storage only." }),
    rteCount: z.int().min(0).meta({ description: "Runtime errors." }),
    nics: z
      .array(z.object({ index: z.int().min(1), value: z.string() }))
      .meta({ description: "Available or Unavailable; only after an interface was connected or disconnected." }),
    database: z.object({ value: z.string(), ...reason }).meta({ description: "OK or Failing." }),
    nats: z.object({ value: z.string(), clusterEndpointsInSync: z.boolean(), ...reason }).nullable(),
  })
  .meta({ id: "Status" });
export type Status = z.infer<typeof Status>;
