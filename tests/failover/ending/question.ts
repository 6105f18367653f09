import { type Ending, type EndingOptions, planEnding } from "../../../provider/failover/ending.js";
import type { MemberFacts } from "../../../provider/failover/memberFacts.js";
import { view } from "../members.js";

/** As a program leaves them out. */
export const cautious: EndingOptions = {
  endMode: "delete",
  allowUnreachableOffline: false,
  allowDataLoss: false,
  allowResetOfMain: false,
  dataMinerId: 111,
};

/** What becomes of ending a pair whose members say this; a member that says nothing is silent. */
export function ending(main: MemberFacts | undefined, backup: MemberFacts | undefined, options: Partial<EndingOptions> = {}): Ending {
  return planEnding({ main: view("main", main), backup: view("backup", backup), options: { ...cautious, ...options } });
}

/** The refusal's code and text; fails when it is not refused. */
export function refusal(...question: Parameters<typeof ending>): { code: string; reason: string } {
  const plan = ending(...question);
  if (plan.kind !== "refused") throw new Error(`not refused, but ${plan.kind}`);
  return { code: plan.code, reason: plan.reason };
}

/** The plan; fails when it is refused or there is nothing to do. */
export function plan(...question: Parameters<typeof ending>): Ending & { kind: "end" } {
  const decided = ending(...question);
  if (decided.kind !== "end") throw new Error(decided.kind === "refused" ? decided.reason : "nothing to do");
  return decided;
}
