// Compares every stack of one Pulumi project, and an inventory of pairs that no stack has, with what the Agents say.
// A scheduler runs it (github-actions.yml and gitlab-ci.yml do the same without a program), or you: `npm run drift`.
// Whoever is on call is told only when there is something new to tell.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { LocalWorkspace } from "@pulumi/pulumi/automation";
import { type DriftReport, detectDrift, readInventory } from "pulumi-dataminer-failover/operations";

const projectFolder = process.env.PROJECT_FOLDER; // where Pulumi.yaml is
const inventoryFile = process.env.INVENTORY; // such as pairs.yaml
const webhook = process.env.WEBHOOK_URL; // takes a POST with a text
const lastTold = process.env.LAST_TOLD ?? ".last-told";

async function main(): Promise<void> {
  const report = await detectDrift({
    stacks: projectFolder === undefined ? [] : await stacksOf(projectFolder),
    inventory: inventoryFile === undefined ? undefined : await readInventory(inventoryFile),
    signal: AbortSignal.timeout(15 * 60_000),
    onProgress: ({ done, total, name }) => process.stderr.write(`${done} of ${total}: ${name}\n`),
  });
  const lines = linesOf(report);
  for (const line of lines) process.stdout.write(`${line}\n`);
  if (webhook !== undefined && isNews(lines)) await tell(webhook, lines);
  process.exitCode = report.exitCode;
}

async function stacksOf(workDir: string) {
  const workspace = await LocalWorkspace.create({ workDir });
  return (await workspace.listStacks()).map(({ name }) => ({ workDir, stack: name }));
}

/** What a person should know; a Failover switch is named, too, although it is no failure. */
function linesOf({ results, errors }: DriftReport): string[] {
  return [
    ...errors.map(({ message }) => `error: ${message}`),
    ...results
      .filter((result) => result.class !== "clean")
      .map(({ classes, kind, name, source, differences, problems, online, expectedOnline }) => {
        const what = [
          ...differences.map(
            ({ property, declared, live }) => `${property} is ${JSON.stringify(live)} instead of ${JSON.stringify(declared)}`,
          ),
          ...(classes.includes("roleChange") ? [`online is ${online}, it was ${expectedOnline}`] : []),
          ...problems.map(({ text }) => text),
        ];
        return `${classes.join(" and ")}: ${kind} ${name} of ${source}: ${what.join("; ")}`;
      }),
  ];
}

/** Whether it is something else than the last time; counters in the texts do not count. */
function isNews(lines: readonly string[]): boolean {
  const digest = createHash("sha256")
    .update(lines.join("\n").replace(/\d+ failed checks?|\(\d+\)/g, ""))
    .digest("hex");
  const before = existsSync(lastTold) ? readFileSync(lastTold, "utf8") : "";
  writeFileSync(lastTold, digest);
  return digest !== before && !(lines.length === 0 && before === "");
}

async function tell(url: string, lines: readonly string[]): Promise<void> {
  const text = lines.length === 0 ? "All Failover pairs are as declared again." : lines.join("\n");
  const answer = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ text }) });
  if (!answer.ok) throw new Error(`Telling ${new URL(url).host}: it answered ${answer.status}. Check WEBHOOK_URL.`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
});
