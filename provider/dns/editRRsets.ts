import { compareAndSet, conflictOf } from "./compareAndSet.js";
import { amended, DnsError } from "./errors.js";
import { type Found, lookUpUnaliased } from "./lookUp.js";
import { zoneName } from "./names.js";
import { actOf, canonicalData, isChange, type RRset, type RRsetContents, type RRsetKey, type RRsetStep, updateOf } from "./rrset.js";
import { type Call, isReallyAbsent, probe } from "./sendUpdate.js";

/** What an RRset shall become: these records with one TTL in seconds, nothing (null), or what it is. */
export type RRsetEdit = RRsetContents | null | "keep";

/**
 * Decides from what was found, one edit for each RRset, in their order. It may be called several times: only the last call counts.
 * `written`: for each RRset, what an earlier try of this call added and may be found because of that. What it throws ends the editing.
 */
export type Edit = (found: (RRset | undefined)[], written: readonly (readonly string[])[]) => readonly RRsetEdit[];
type FoundSet = Extract<Found, { kind: "rrset" }> | undefined;

/** Before reading again, so that several who edit the same names do not stay in step. */
const longestPauseMilliseconds = 50;
const doubt = " An earlier try of this change may stand all the same: read before you repeat it.";

/** Reads, lets `edit` decide, and writes what differs, all under the condition that nothing has changed meanwhile; if it has, once more. */
export async function editRRsets(call: Call, keys: readonly RRsetKey[], edit: Edit, attempts: number): Promise<(RRset | undefined)[]> {
  const names = keys.map(({ name, type }) => ({ name: zoneName(name), type }));
  let written: readonly (readonly string[])[] = names.map(() => []);
  let maybeDone = false;
  for (let attempt = 1; ; attempt++) {
    let steps: readonly RRsetStep[] = [];
    try {
      steps = await decide(call, names, (found) => edit(found, written), attempt > 1);
      if (steps.some(isChange)) await compareAndSet(call, steps);
      else await confirm(call, steps);
      return steps.map(({ name, type, desired }) => (desired === null ? undefined : { name, type, ...desired }));
    } catch (error) {
      if (!(error instanceof DnsError)) throw error;
      const shown = maybeDone && error.nothingDone ? amended(error, { more: doubt, nothingDone: false }) : error;
      if (!isLost(error) || attempt >= attempts) throw shown;
      if (!error.nothingDone) {
        maybeDone = true;
        written = written.map((before, index) => [...new Set([...before, ...additionsOf(steps[index])])]);
      }
      if (!(await call.patience.pause(Math.random() * longestPauseMilliseconds * attempt))) throw shown;
    }
  }
}

const additionsOf = (step: RRsetStep | undefined): string[] =>
  (step?.desired?.data ?? []).filter((data) => !step?.expected?.includes(data));

/** What was made and then changed by somebody else looks as if it had never been made. What goes on as it was is not mended by trying again. */
const isLost = ({ code, facts }: DnsError): boolean =>
  code === "DNS_CONFLICT" || (code === "DNS_NOT_APPLIED" && facts.isAsBefore === false);

/** An edit may refuse what was found by throwing; that counts once what it was shown is known to be really there. */
async function decide(
  call: Call,
  names: readonly RRsetKey[],
  edit: (found: (RRset | undefined)[]) => readonly RRsetEdit[],
  isDoubtful: boolean,
): Promise<RRsetStep[]> {
  const found = await Promise.all(names.map((key) => find(call, key, isDoubtful)));
  try {
    return stepsOf(names, found, edit(found.map((one) => one?.set)));
  } catch (error) {
    if (isDoubtful) throw error;
    return decide(call, names, edit, true);
  }
}

/** What really stands there, as far as it matters: a wildcard's answer is only probed for once it has led to a conflict or a refusal. */
async function find(call: Call, key: RRsetKey, isDoubtful: boolean): Promise<FoundSet> {
  const found = await lookUpUnaliased(call, key, `Editing ${key.type} ${key.name}`);
  return isDoubtful && found && (await isReallyAbsent(call, key)) ? undefined : found;
}

function stepsOf(keys: readonly RRsetKey[], found: readonly FoundSet[], edits: readonly RRsetEdit[]): RRsetStep[] {
  return keys.map(({ name, type }, index) => {
    const { set, ttls = [] } = found[index] ?? {};
    const edit = edits[index];
    if (edit === undefined) throw new TypeError(`There is no edit for ${type} ${name}.`);
    const kept = set ? { ttl: set.ttl, data: set.data } : null;
    const desired = edit === "keep" ? kept : edit && { ttl: edit.ttl, data: canonicalData(type, edit.data) };
    return { name, type, expected: set?.data ?? null, expectedTtl: edit === "keep" || ttls.length === 1 ? set?.ttl : undefined, desired };
  });
}

/** Nothing is to be changed: that is so only if what was read is really there. */
async function confirm(call: Call, steps: readonly RRsetStep[]): Promise<void> {
  if (steps.every(({ expected }) => expected === null)) return;
  const act = `Checking ${actOf(steps)}`;
  const outcome = await probe(call, act, updateOf(call.zone, steps).prerequisites);
  if (outcome.kind === "unmet") throw await conflictOf({ ...call, at: outcome.endpoint }, steps, act, outcome);
}
