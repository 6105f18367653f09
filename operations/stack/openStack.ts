import { resolve } from "node:path";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { FailoverError, oneLine, reasonOf } from "../../provider/core/errors.js";
import { redact } from "../../provider/core/redaction.js";
import { isJsonObject, type JsonObject } from "../../provider/core/values.js";
import type { StackSource } from "../stackPairs.js";
import { inTheClear } from "./secretValues.js";

/** A resource as the state of a stack has it. Secrets are in the clear, for memory only. */
export interface StateResource {
  urn: string;
  type: string;
  /** What the program calls it. */
  name: string;
  inputs: JsonObject;
  outputs: JsonObject;
}

export interface OpenedStack {
  /** `project/stack`. */
  label: string;
  /** Where the provider's process runs, so where relative paths in the program start. */
  folder: string;
  automation: Stack;
  resources: StateResource[];
}

/** A stack with its state, read through the Automation API. Nothing is selected or changed. Throws `STACK_UNREADABLE`. */
export async function openStack({ workDir, stack, pulumiCommand, environment }: StackSource): Promise<OpenedStack> {
  try {
    // Only here is Pulumi needed: an inventory can do without it.
    const { LocalWorkspace, PulumiCommand, Stack } = await import("@pulumi/pulumi/automation/index.js");
    const command = pulumiCommand === undefined ? undefined : await PulumiCommand.get({ root: resolve(pulumiCommand, "../..") });
    const workspace = await LocalWorkspace.create({
      workDir,
      ...(command && { pulumiCommand: command }),
      ...(environment && { envVars: environment }),
    });
    const { name: project, main = "." } = await workspace.projectSettings();
    const { deployment } = await workspace.exportStack(stack);
    // A Stack selects itself, which would change what the user's own next command is about.
    workspace.selectStack = async () => {};
    return {
      label: stack.includes("/") ? stack : `${project}/${stack}`,
      folder: resolve(workDir, main.replace(/[^/\\]+\.[cm]?[jt]s$/, "") || "."),
      automation: await Stack.select(stack, workspace),
      resources: resourcesIn(deployment),
    };
  } catch (error) {
    throw new FailoverError(
      "STACK_UNREADABLE",
      `Reading stack ${stack} in ${workDir}: ${lastWord(error)}. Check the folder, the name, and that \`pulumi stack export\` works there.`,
      { cause: error },
    );
  }
}

/** What the CLI said last, in one line; its error repeats the whole command with all its output. */
export function lastWord(error: unknown): string {
  const lines = (error instanceof Error ? error.message : reasonOf(error)).split("\n");
  const told = lines.map((line) => /^\s*(?:stderr: )?error: (.*)$/.exec(line)?.[1]).find((line) => line !== undefined);
  return redact(oneLine(told ?? lines[0] ?? "")).replace(/\.$/, "");
}

function resourcesIn(deployment: unknown): StateResource[] {
  const resources = isJsonObject(deployment) && Array.isArray(deployment.resources) ? deployment.resources : [];
  return resources.filter(isJsonObject).flatMap(({ urn, type, inputs, outputs, delete: isCondemned }) => {
    if (isCondemned === true) return [];
    return [
      {
        urn: String(urn),
        type: String(type),
        name: nameOfUrn(String(urn)),
        inputs: inTheClear(inputs ?? {}) as JsonObject,
        outputs: inTheClear(outputs ?? {}) as JsonObject,
      },
    ];
  });
}

export const nameOfUrn = (urn: string): string => urn.split("::").at(-1) ?? urn;
