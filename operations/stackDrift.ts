import type { JsonObject } from "../provider/core/values.js";
import { classify, type SilenceText, type Subject, silentMembers, unexplainedSilence } from "./drift/classify.js";
import { stepDifferences } from "./drift/differences.js";
import { type DriftError, type DriftResult, Role } from "./driftReport.js";
import type { MemberStatus, PairStatus } from "./readStatus.js";
import { everyResource, resourceOfToken } from "./registry.js";
import { lookAround } from "./stack/members.js";
import { nameOfUrn, type OpenedStack, openStack, type StackSource } from "./stack/openStack.js";
import { type RefreshPreview, refreshPreview } from "./stack/refreshPreview.js";

export interface StackDriftOptions {
  /** How many pairs are asked at a time. */
  concurrency: number;
  signal?: AbortSignal | undefined;
}

export interface StackDrift {
  results: DriftResult[];
  errors: DriftError[];
}

/** Everything that is needed to tell the results of one stack. */
interface Found {
  stack: OpenedStack;
  statuses: ReadonlyMap<string, PairStatus | string>;
  preview: RefreshPreview;
}

/**
 * One stack: its pairs are asked how they are, and a refresh preview says what differs from the program. What cannot be read is left
 * out of the preview, so that one dead pair does not hide what became of the others.
 */
export async function stackDrift(source: StackSource, { concurrency, signal }: StackDriftOptions): Promise<StackDrift> {
  const stack = await openStack(source);
  signal?.throwIfAborted();
  const statuses = await lookAround(stack, source.environment ?? {}, concurrency, signal);
  const dead = [...statuses].filter(([, status]) => typeof status !== "string" && silentMembers(status).length === 2).map(([urn]) => urn);
  const preview = await refreshPreview(stack, dead, signal);
  const found: Found = { stack, statuses, preview };
  const known = new Set(stack.resources.map(({ urn }) => urn));
  const made = [...preview.steps].filter(([urn]) => !known.has(urn)).map(([urn, { type }]) => ({ urn, type, inputs: {}, outputs: {} }));
  const results = [...stack.resources, ...made].flatMap((resource) => resultFor(resource, found)).sort(byKindAndName);
  return { results, errors: errorsOf(found, results) };
}

const kindOrder: readonly DriftResult["kind"][] = [...everyResource.map(({ drift }) => drift.kind), "resource"];

const byKindAndName = (one: DriftResult, other: DriftResult): number =>
  kindOrder.indexOf(one.kind) - kindOrder.indexOf(other.kind) || (one.name < other.name ? -1 : 1);

function resultFor({ urn, type, outputs }: { urn: string; type: string; outputs: JsonObject }, found: Found): DriftResult[] {
  const { stack, statuses, preview } = found;
  const resource = resourceOfToken(type);
  const step = preview.steps.get(urn);
  const subject: Subject = { kind: resource?.drift.kind ?? "resource", name: nameOfUrn(urn), source: stack.label, urn };
  if (resource === undefined) {
    const differences = type.startsWith("pulumi:") || !step ? [] : stepDifferences(undefined, step);
    return differences.length > 0 ? [classify(subject, { differences })] : [];
  }
  const status = statuses.get(urn);
  const differences = step ? stepDifferences(resource, step) : [];
  const refused = [preview.refused.get(urn) ?? []].flat();
  const untold = [
    ...(typeof status === "string" ? [status] : []),
    ...[preview.unread.get(urn) ?? []].flat(),
    ...(step?.refresh || step?.plan ? [] : ["Its configuration was not compared: the preview of the stack failed."]),
    // What the program declares is not known then; only where it has drifted from the state, something is.
    ...(differences.length > 0 ? [] : refused),
  ];
  const silenceText: SilenceText = (address) => memberAt(address, statuses)?.seen ?? unexplainedSilence(address);
  return [
    classify(
      subject,
      { differences, untold, problems: refused },
      {
        members: resource.members,
        status: typeof status === "string" ? undefined : status,
        expectedOnline: Role.safeParse(outputs.online).data ?? null,
        silenceText,
      },
    ),
  ];
}

function memberAt(address: string, statuses: Found["statuses"]): MemberStatus | undefined {
  const all = [...statuses.values()].flatMap((status) => (typeof status === "string" ? [] : silentMembers(status)));
  return all.find((member) => member.address === address);
}

const longestMessage = 1_000;

/** What kept the run from comparing. A resource that cannot be read is a finding, and so is one that drifted and cannot be put back. */
function errorsOf({ stack: { label, resources }, preview }: Found, results: readonly DriftResult[]): DriftError[] {
  const isFound = (urn: string) => results.some((result) => result.urn === urn && result.classes.includes("drift"));
  const isOurs = (urn: string) => results.some((result) => result.urn === urn && result.kind !== "resource");
  const failures = [
    ...[...preview.unread].filter(([urn]) => !isOurs(urn)).map(([, message]) => message),
    ...[...preview.refused].filter(([urn]) => !isFound(urn)).map(([, message]) => message),
    ...(preview.failure === undefined ? [] : [preview.failure]),
  ];
  if (failures.length > 0) return failures.map((failure) => previewFailed(label, failure));
  if (results.some(({ kind }) => kind !== "resource")) return [];
  const seen = resources.length === 0 ? "it is empty" : "it has no resource of pulumi-dataminer-failover";
  const message = `Reading stack ${label}: ${seen}, so there is nothing to compare. Check the stack's name, and that \`pulumi up\` was run.`;
  return [{ source: label, code: "NOTHING_TO_COMPARE", message }];
}

function previewFailed(source: string, failure: string): DriftError {
  const seen = failure.slice(0, longestMessage).replace(/\.$/, "");
  const message = `Previewing stack ${source}: ${seen}. Run \`pulumi preview --refresh\` there to see all of it.`;
  return { source, code: "PREVIEW_FAILED", message };
}
