import type { SwitchOutcome, SwitchRecord } from "pulumi-dataminer-failover/operations";
import type { Colours } from "./colours.js";
import { formatTable, indent } from "./table.js";

const outcomes: Record<SwitchOutcome, (record: SwitchRecord) => string> = {
  switched: ({ to, repeated }) => `${to} is online${repeated ? ", by this request sent before" : ""}`,
  alreadyOnline: ({ to }) => `${to} is online already; nothing was done`,
  wouldSwitch: ({ to }) => `${to} could go online; dry run, nothing was done`,
  wouldBeRefused: () => "it would be refused; dry run, nothing was done",
  refused: () => "refused; nothing was done",
  failed: () => "it did not end well",
  stoppedWaiting: ({ operationId }) => (operationId === null ? "nobody waits for it any more" : "it goes on at the Agents"),
};

/** What `switch` prints: how it ended, and each check with what was seen. */
export function switchText(record: SwitchRecord, colours: Colours): string {
  const { outcome, pair, dataMinerId, requestId, checks, phases } = record;
  const isGood = outcome === "switched" || outcome === "alreadyOnline" || outcome === "wouldSwitch";
  const told = outcomes[outcome](record);
  const id = dataMinerId === null ? [] : [`DataMiner ID ${dataMinerId}`];
  const heading = [colours.bold(pair), ...id, isGood ? colours.green(told) : colours.red(told)].join("   ");
  const rows = checks.map(({ name, passed, seen }) => [passed ? colours.green("passed") : colours.red("failed"), name, seen]);
  return [
    heading,
    ...(rows.length > 0 ? [indent(formatTable(rows), 2)] : []),
    ...(phases.length > 0 ? [`  phases: ${phases.map(({ phase }) => phase).join(", ")}`] : []),
    `  request id ${requestId}`,
  ].join("\n");
}
