import type { MemberFacts } from "./memberFacts.js";

type Told = string | null | undefined;

/** No Agent that tells of itself is older: a clock without a battery starts again in 1970, 1980 or 2000. */
const earliest = Date.UTC(2010, 0, 1);

/**
 * How many milliseconds ago something was, by what its own Agent tells. Undefined when that cannot be told: nothing was told, or
 * the clock that stamped it was set since, so that it lies in the future or before any Agent was there.
 */
export function millisecondsSince(told: Told, facts: Pick<MemberFacts, "timeUtc" | "status">, now: number): number | undefined {
  const at = timeOf(told);
  if (at === undefined || at < earliest) return undefined;
  const present = timeOf(facts.timeUtc);
  if (present !== undefined) return since(at, present);
  // Without its clock: no more than the newest time that it tells, and no more than our own clock says.
  const found = [newestTime(facts), now].flatMap((time) => (time === undefined ? [] : (since(at, time) ?? [])));
  return found.length === 0 ? undefined : Math.min(...found);
}

/** Clocks are corrected by a moment all the time; that is no clock that was set. */
const correctionMilliseconds = 5_000;

const since = (at: number, present: number): number | undefined =>
  at <= present + correctionMilliseconds ? Math.max(0, present - at) : undefined;

/** The newest success that a member tells of: no earlier than that is its present. */
function newestTime({ status }: Pick<MemberFacts, "status">): number | undefined {
  const rows = [...(status?.connectivity ?? []), ...(status?.dbSync ? [status.dbSync] : [])];
  const told = rows.flatMap(({ lastSuccess }) => timeOf(lastSuccess) ?? []);
  return told.length === 0 ? undefined : Math.max(...told);
}

function timeOf(told: Told): number | undefined {
  const time = told ? Date.parse(told) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}
