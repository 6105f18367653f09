import { z } from "zod";
import { Exact, Label, Moment, Sentence } from "./textSchema.js";

export const operationKinds = ["setUp", "change", "end", "switch"] as const;

/** Phases in order. A phase that is not listed is shown as it is. */
export const phases = {
  setUp: ["checking", "configuring", "synchronizing", "goingOffline", "acquiringVirtualIp", "joiningCluster"],
  change: ["configuring", "synchronizing"],
  end: ["stoppingOffline", "resettingOffline", "releasingVirtualIp", "informingCluster", "revertingDatabase", "restartingOnline"],
  switch: ["notifyingBuddy", "flushing", "releasing", "acquiringVirtualIp", "goingOnline"],
} as const;

export const Operation = z
  .object({
    id: Exact.min(1),
    requestId: Exact.min(1).meta({ description: "The id of the write that started it." }),
    kind: z.enum(operationKinds),
    state: z.enum(["running", "succeeded", "failed"]),
    phase: Label.meta({ description: "Where it is; unknown phases are shown as they are." }),
    percent: z.number().min(0).max(100).nullable(),
    startedUtc: Moment,
    finishedUtc: Moment.nullable(),
    error: z.object({ code: Label, detail: Sentence }).nullable(),
  })
  .meta({ id: "Operation", description: "Long work, polled until it has ended; kept for at least 24 hours." });
export type Operation = z.infer<typeof Operation>;
