import { type EndingQuestion, type EndingRefusal, type EndingRefusalCode, isPaired, pairName } from "./question.js";

type Unclear = (question: EndingQuestion) => EndingRefusal;

const unclear =
  (code: EndingRefusalCode, text: (question: EndingQuestion) => string): Unclear =>
  (question) => ({ code, reason: `Ending ${pairName(question)}: ${text(question)}` });

/** Neither tells anything. One that says no is alive, and its reason is what must be mended. */
export function neitherTells(question: EndingQuestion): EndingRefusal {
  const refusal = question.main.refusal ?? question.backup.refusal;
  if (refusal === undefined) return bothSilent(question);
  return { code: "MEMBER_REFUSES", reason: `Ending ${pairName(question)}: neither member tells what it is. ${refusal}` };
}

const bothSilent = unclear(
  "PAIR_UNREACHABLE",
  ({ main, backup }) =>
    `neither ${main.address} nor ${backup.address} answers. Bring one back; when both are lost for good, \`pulumi state delete\` ` +
    "takes the pair out of the state and touches no Agent.",
);

export const keptMemberSilent = unclear("KEPT_MEMBER_SILENT", ({ main, backup }) => {
  const [silent, answering] = main.facts === undefined ? [main, backup] : [backup, main];
  return (
    `${answering.address} is in no pair and is not the one that was kept, and ${silent.address}, which may still serve the system, does not answer. ` +
    "Bring it back first."
  );
});

export const inTransition = unclear("PAIR_IN_TRANSITION", ({ main, backup }) => {
  const seen = [main, backup].flatMap(({ position, facts }) =>
    isPaired(facts) ? [`${position} is ${facts.status?.failoverStatus ?? "without a Failover status"} (${facts.pair.state})`] : [],
  );
  return `something is under way: ${seen.join(", ")}. Wait until it has finished, then try again.`;
});

export const bothOnline = unclear(
  "BOTH_ONLINE",
  ({ main, backup }) =>
    `both ${main.address} and ${backup.address} are online (split brain). Set the one with the older data offline, then try again.`,
);

/** One left the pair and kept its data, the other did not: the Agent that was given up and came back, or one that lost its DMS.xml. */
export const oneIsStandalone = unclear("MEMBERS_DISAGREE", ({ main, backup }) => {
  const standalone = isPaired(main.facts) ? backup : main;
  return (
    `${standalone.address} answers, is in no pair, and still has data. ` +
    "Find out which of the two serves the system, take the other off the network, and reset it there with SLReset.exe."
  );
});

/** Nobody who answers is online: either the silent one is, or no one. */
export function nobodyOnline(question: EndingQuestion): EndingRefusal {
  const { main, backup } = question;
  const silent = [main, backup].find(({ facts }) => facts === undefined);
  const answering = [main, backup].find(({ facts }) => isPaired(facts));
  if (silent === undefined || !isPaired(answering?.facts)) return nobodyOfBoth(question);
  const reason = `Ending ${pairName(question)}: ${answering.address} is offline, and ${silent.address} does not answer`;
  return answering.facts.pair.buddyReachable
    ? {
        code: "ONLINE_MEMBER_UNAVAILABLE",
        reason: `${reason} here, but ${answering.address} reaches it. Check the path from here to ${silent.address}.`,
      }
    : {
        code: "ONLINE_MEMBER_UNAVAILABLE",
        reason: `${reason}. Bring ${silent.address} back, or bring ${answering.address} online first, then try again.`,
      };
}

const nobodyOfBoth = unclear("NOBODY_ONLINE", ({ main, backup }) => {
  const disabled = [main, backup].some(({ facts }) => facts?.pair?.state === "inactive");
  const cure = disabled
    ? "Bring the one with the newest data online; `pulumi up --refresh` then enables the pair again."
    : "Bring the one with the newest data online, then try again.";
  return `neither ${main.address} nor ${backup.address} is online, so it is not clear whom to keep. ${cure}`;
});
