import { type AskedMember, membersOf, type PairView } from "../../provider/agent/askMembers.js";
import { systemClock } from "../../provider/core/clock.js";
import { formatMilliseconds } from "../../provider/core/durations.js";
import { reasonOf } from "../../provider/core/errors.js";
import { otherPosition, type Position } from "../../provider/failover/configuration.js";
import { memberName } from "../../provider/failover/memberFacts.js";
import { problemText } from "../../provider/failover/problemText.js";
import { contradictionOf, isSteadyMember, onlineOf, sharedPosition } from "../../provider/failover/roles.js";
import { millisecondsSince } from "../../provider/failover/transition.js";
import { check, type JudgedCheck, knownIssueCheck, type PlannedSwitch, redRowCheck, type SwitchSide, syncCheck } from "./memberChecks.js";

/** The product supports one switch in 15 minutes (vendor page "Failover benchmarks"). */
const pauseMilliseconds = 15 * 60_000;

/**
 * Everything that has to hold before the offline member goes online. A later check needs what an earlier one found, so the list
 * ends where nothing more can be told; of what can be told, all is said at once.
 */
export function checkSwitch(asked: PairView, to: Position | undefined): JudgedCheck[] {
  const members = membersOf(asked);
  const answer = membersAnswer(members);
  if (!answer.passed) return [answer];
  const pair = onePair(asked);
  if (!pair.passed) return [answer, pair];
  const found = [answer, pair, nothingUnderWay(members), rolesAreClear(asked)];
  const planned = plannedSwitch(asked, to);
  if (!planned) return found;
  return [...found, syncCheck(planned), redRowCheck(planned), knownIssueCheck(planned), longEnoughAgo(members)];
}

/** Both sides, where it is clear who they are. */
export function plannedSwitch(asked: PairView, to: Position | undefined): PlannedSwitch | undefined {
  const from = onlineOf(asked);
  if (from === "none" || from === "both" || from === to) return undefined;
  const [online, offline] = [sideOf(asked[from]), sideOf(asked[otherPosition(from)])];
  return online && offline ? { online, offline } : undefined;
}

function sideOf({ position, address, facts }: AskedMember): SwitchSide | undefined {
  if (!facts?.pair || !facts.status) return undefined;
  return { position, name: memberName(position, address), facts: { ...facts, pair: facts.pair, status: facts.status } };
}

/** Vendor page "Advanced Failover options": what a person can do when the online Agent is gone. */
function cureOfSilence(members: readonly AskedMember[]): string {
  const offline = members.find(({ facts }) => facts?.status?.failoverStatus === "Offline");
  if (!offline) return "Bring it back first.";
  return (
    `Bring it back first. If it will not come back, connect DataMiner Cube to ${memberName(offline.position, offline.address)}, ` +
    "which then offers to bring that one online."
  );
}

/** Only the online member knows whether the other one is in sync, and only the offline one whether it can take over. */
function membersAnswer(members: readonly AskedMember[]): JudgedCheck {
  const silent = members.filter(({ facts }) => facts === undefined);
  const seen =
    silent.length === 0
      ? "both"
      : silent.map(({ position, address, failure }) => `${memberName(position, address)} does not: ${reasonOf(failure)}`).join(" ");
  return check("members answer", "SWITCH_MEMBER_SILENT", silent.length === 0, seen, cureOfSilence(members));
}

function onePair(asked: PairView): JudgedCheck {
  const declared = `${asked.main.address} and ${asked.backup.address}`;
  const wrong = membersOf(asked).flatMap(({ position, address, facts }) => {
    const name = memberName(position, address);
    const pair = facts?.pair;
    if (!pair || !facts?.status) return [`${name} is in no pair.`];
    const { main, backup } = pair.config;
    if (main.address !== asked.main.address || backup.address !== asked.backup.address) {
      return [`${name} is in a pair of main ${main.address} and backup ${backup.address}.`];
    }
    return pair.state === "inactive" ? [`${name} says that the pair is disabled.`] : [];
  });
  const seen = wrong.length === 0 ? declared : wrong.join(" ");
  return check("one pair", "SWITCH_NO_PAIR", wrong.length === 0, seen, `Check that ${declared} are the two members.`);
}

function nothingUnderWay(members: readonly AskedMember[]): JudgedCheck {
  const busy = members.flatMap(({ position, address, facts }) => {
    if (!facts || isSteadyMember(facts)) return [];
    const { pair, status } = facts;
    const running = pair?.operation?.state === "running" ? ` (${pair.operation.kind}, ${pair.operation.phase})` : "";
    return [`${memberName(position, address)} is ${status?.failoverStatus}, the pair ${pair?.state}${running}.`];
  });
  const seen = busy.length === 0 ? "nothing" : busy.join(" ");
  return check("nothing under way", "SWITCH_BUSY", busy.length === 0, seen, "Wait until it has ended.");
}

function rolesAreClear(asked: PairView): JudgedCheck {
  const online = onlineOf(asked);
  const { main, backup } = asked;
  const apart = main.facts?.revision !== backup.facts?.revision;
  const shared = sharedPosition(main.facts, backup.facts);
  const clear = (online === "main" || online === "backup") && !apart && shared === undefined;
  const seen = {
    both: "Both members are online (split brain).",
    none: "Nobody is online.",
    main: "main is online",
    backup: "backup is online",
  }[online];
  const contradiction = problemText(contradictionOf(asked));
  const isTold = online === "both" || online === "none" || !(apart || shared);
  const told = isTold ? seen : `${seen}; ${contradiction.charAt(0).toLowerCase()}${contradiction.slice(1)}`;
  return check("roles are clear", "SWITCH_ROLES_UNCLEAR", clear, told, "Repair the pair in its Failover configuration window first.");
}

/**
 * An Agent may tell when its last switch was, whoever asked for it; one that does not still tells of those that this API was asked for.
 * A time that its clock cannot have stamped, because that was set since, is no proof that 15 minutes are over.
 */
function longEnoughAgo(members: readonly AskedMember[]): JudgedCheck {
  const told = members.flatMap((member) => lastSwitches(member).map((time) => ({ member, time, since: sinceThen(time, member, members) })));
  if (told.length === 0) return check("15 minutes", "SWITCH_TOO_SOON", true, "no earlier switch is known", "");
  const untold = told.find(({ since }) => since === undefined);
  if (untold) {
    const { position, address } = untold.member;
    const name = memberName(position, address);
    const seen = `${name} tells of a switch at ${untold.time}, which its clock cannot have seen: it was set since.`;
    return check(
      "15 minutes",
      "SWITCH_TOO_SOON",
      false,
      seen,
      `Check its clock; when the last switch is ${formatMilliseconds(pauseMilliseconds)} ago for certain, force it.`,
    );
  }
  const since = Math.min(...told.map((each) => each.since ?? 0));
  const left = pauseMilliseconds - since;
  const seen = `The last switch ended ${formatMilliseconds(since)} ago; the product supports one in 15 minutes.`;
  return check("15 minutes", "SWITCH_TOO_SOON", left <= 0, seen, `Wait ${formatMilliseconds(left)}, or force it.`);
}

function lastSwitches({ facts }: AskedMember): string[] {
  const { lastSwitchUtc, operation } = facts?.pair ?? {};
  const asked = operation?.kind === "switch" && operation.state === "succeeded" ? operation.finishedUtc : null;
  return [lastSwitchUtc, asked].filter((time) => typeof time === "string");
}

/** By its own clock; where it does not tell that, by whichever of the times that both tell, and ours, leaves the least. */
function sinceThen(time: string, { facts }: AskedMember, members: readonly AskedMember[]): number | undefined {
  if (!facts) return undefined;
  const now = systemClock.now();
  if (facts.timeUtc) return millisecondsSince(time, facts, now);
  const found = members.flatMap((member) => millisecondsSince(time, { timeUtc: null, status: member.facts?.status ?? null }, now) ?? []);
  return found.length === 0 ? undefined : Math.min(...found);
}
