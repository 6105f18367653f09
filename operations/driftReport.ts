import { z } from "zod";
import { positions } from "../provider/failover/configuration.js";
import { everyResource } from "./registry.js";

/** From the best to the worst: where several hold, the worst one names a result. */
export const driftClasses = ["clean", "roleChange", "drift", "unhealthy", "unreachable"] as const;

/** What a result is; see docs/drift.md, The classes. */
export const DriftClass = z.enum(driftClasses).meta({
  id: "DriftClass",
  description:
    "clean: as declared, and well. roleChange: another member is online than recorded or expected; no failure. drift: it differs from what is declared. unhealthy: the pair itself shows a problem. unreachable: somebody did not answer, so it cannot be told; never taken for clean.",
});
/** What a result is; see docs/drift.md, The classes. */
export type DriftClass = z.infer<typeof DriftClass>;

/** One property that is not as declared. */
export const Difference = z
  .object({
    property: z.string().meta({ description: "Path of an input, as in heartbeats[0].maxFailures, or a name such as state or exists." }),
    at: z.string().optional().meta({ description: "Which part of it, where it is more than one thing, as in A dma.example.com." }),
    declared: z.json().meta({ description: "What it is to be; null where nothing is declared." }),
    live: z.json().meta({ description: "What was found; null where nothing was." }),
  })
  .meta({ id: "Difference", description: "One property that is not as declared. A secret value is shown as [secret]." });
/** One property that is not as declared. */
export type Difference = z.infer<typeof Difference>;

/** One thing that is wrong. */
export const DriftProblem = z
  .looseObject({
    kind: z.string().meta({
      description:
        "For programs. Of a pair as in its status: row, unreachable, noStatus, noPair, otherPair, otherPosition, givenUp, bothOnline, ... untold: it could not be compared. refused: its declaration is refused.",
    }),
    member: z
      .object({
        position: z.enum(positions).meta({ description: "Its position in the configuration." }),
        address: z.string().meta({ description: "Its corporate IP address." }),
      })
      .optional()
      .meta({ description: "The member that it is about, where there is one." }),
    text: z.string().meta({ description: "One line, with what to do where that is known." }),
  })
  .meta({ id: "DriftProblem", description: "One thing that is wrong, with what its kind knows: row, seen, expected, lasting, ..." });
/** One thing that is wrong. */
export type DriftProblem = z.infer<typeof DriftProblem>;

const Member = z.object({
  address: z.string().meta({ description: "Its corporate IP address." }),
  reachable: z.boolean().meta({ description: "Whether it answered." }),
  led: z.enum(["green", "red"]).meta({ description: "As in the product's Failover window; an unreachable member is red." }),
});

export const Role = z.enum([...positions, "none", "both"]);

/** What was found of one pair, record, virtual IP address or Agent. */
export const DriftResult = z
  .object({
    kind: z
      .enum([...everyResource.map(({ drift }) => drift.kind), "resource"])
      .meta({ description: "resource: something else in a stack; listed only when it differs." }),
    name: z.string().meta({ description: "As the program or the inventory calls it." }),
    source: z.string().meta({ description: "project/stack, or the inventory file." }),
    urn: z.string().nullable().meta({ description: "In a stack only." }),
    /** The worst of `classes`. */
    class: DriftClass,
    classes: z.array(DriftClass).min(1).meta({ description: "All that hold, the worst one first." }),
    differences: z.array(Difference).meta({ description: "What is not as declared; empty when nothing is." }),
    problems: z.array(DriftProblem).meta({ description: "What is wrong; empty when nothing is." }),
    online: Role.nullable().meta({ description: "Of a pair: who says that it is online." }),
    expectedOnline: Role.nullable().meta({ description: "Of a pair: who is recorded in the stack's state, or expected in the inventory." }),
    members: z
      .object({
        main: Member.meta({ description: "The member that is first in the configuration." }),
        backup: Member.meta({ description: "The other member." }),
      })
      .nullable()
      .meta({ description: "Of a pair." }),
  })
  .meta({ id: "DriftResult", description: "What was found of one pair, record, virtual IP address or Agent." });
/** What was found of one pair, record, virtual IP address or Agent. */
export type DriftResult = z.infer<typeof DriftResult>;

/** A source that could not be compared. */
export const DriftError = z
  .object({
    source: z.string().meta({ description: "project/stack, or the inventory file." }),
    code: z.string().meta({ description: "Stable; for programs." }),
    message: z.string().meta({ description: "One line: what was tried, what was seen, what to do." }),
  })
  .meta({ id: "DriftError", description: "A source that could not be compared as a whole." });
/** A source that could not be compared. */
export type DriftError = z.infer<typeof DriftError>;

const Counts = z.object(Object.fromEntries(driftClasses.map((name) => [name, z.int().min(0)])) as Record<DriftClass, z.ZodInt>);

/** What a drift run found. Plain JSON; docs/drift-report.schema.json is made from this. */
export const DriftReport = z
  .object({
    schemaVersion: z.literal(1).meta({ description: "1, as long as no field is removed." }),
    startedAt: z.iso.datetime().meta({ description: "ISO 8601, UTC." }),
    finishedAt: z.iso.datetime().meta({ description: "ISO 8601, UTC." }),
    exitCode: z
      .literal([0, 1, 2, 3])
      .meta({ description: "0 clean, 2 drift, 3 unhealthy or unreachable, 1 an error: some source could not be compared." }),
    counts: Counts.meta({ description: "Results by their class." }),
    results: z.array(DriftResult).meta({ description: "One entry per resource; the worst first." }),
    errors: z.array(DriftError).meta({ description: "Sources that could not be compared." }),
  })
  .meta({ id: "DriftReport", title: "Report of dma-failover drift" });
export type DriftReport = z.infer<typeof DriftReport>;

/** The report of these findings. */
export function makeReport(results: DriftResult[], errors: DriftError[], startedAt: Date, finishedAt: Date): DriftReport {
  const count = (name: DriftClass) => results.filter((result) => result.class === name).length;
  const counts = Object.fromEntries(driftClasses.map((name) => [name, count(name)])) as Record<DriftClass, number>;
  return {
    schemaVersion: 1,
    startedAt: startedAt.toISOString(),
    finishedAt: finishedAt.toISOString(),
    exitCode: exitCodeOf(counts, errors),
    counts,
    results,
    errors,
  };
}

function exitCodeOf(counts: Record<DriftClass, number>, errors: readonly DriftError[]): DriftReport["exitCode"] {
  if (errors.length > 0) return 1;
  if (counts.unreachable + counts.unhealthy > 0) return 3;
  return counts.drift > 0 ? 2 : 0;
}
