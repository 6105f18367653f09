import { z } from "zod";
import { Exact, Label, Moment, Sentence } from "./textSchema.js";

const operationKinds = ["setUp", "change", "end", "switch"] as const;

/** Phases in order. A phase that is not listed is shown as it is. */
export const phases = {
  setUp: ["checking", "configuring", "synchronizing", "goingOffline", "acquiringVirtualIp", "joiningCluster"],
  change: ["configuring", "synchronizing"],
  end: ["stoppingOffline", "resettingOffline", "releasingVirtualIp", "informingCluster", "revertingDatabase", "restartingOnline"],
  switch: ["notifyingBuddy", "flushing", "releasing", "acquiringVirtualIp", "goingOnline"],
} as const;

export const Operation = z
  .object({
    id: Exact.min(1).meta({ description: "What `GET operation` asks for." }),
    requestId: Exact.min(1).meta({ description: "The id of the write that started it." }),
    kind: z.enum(operationKinds).meta({ description: "What is being done to the pair." }),
    state: z.enum(["running", "succeeded", "failed"]).meta({ description: "Whether it goes on, and how it ended." }),
    phase: Label.meta({ description: "Where it is; unknown phases are shown as they are." }),
    percent: z.number().min(0).max(100).nullable().meta({ description: "Progress of the phase; null when it is not known." }),
    startedUtc: Moment.meta({ description: "When it was started." }),
    finishedUtc: Moment.nullable().meta({ description: "When it ended; null while it runs." }),
    error: z
      .object({
        code: Label.meta({ description: "Stable name of the error." }),
        detail: Sentence.meta({ description: "The error in one sentence." }),
      })
      .nullable()
      .meta({ description: "Why it failed; null unless it did." }),
  })
  .meta({ id: "Operation", description: "Long work, polled until it has ended; kept for at least 24 hours." });
export type Operation = z.infer<typeof Operation>;
