import { resolve } from "node:path";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { FailoverError, oneLine, reasonOf } from "../../provider/core/errors.js";
import { keepSecret, redact } from "../../provider/core/redaction.js";
import { isJsonObject, type JsonObject } from "../../provider/core/values.js";

/** One stack of a Pulumi project. */
export interface StackSource {
  /** The folder of Pulumi.yaml. */
  workDir: string;
  /** Its name, as `pulumi stack select` takes it. */
  stack: string;
  /** Path of the Pulumi CLI. Default: the one on PATH. */
  pulumiCommand?: string | undefined;
  /** Variables for the CLI beside this process's own. */
  environment?: Record<string, string> | undefined;
}

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

/** What stands in a secret's place wherever it is shown; the engine uses the same. */
export const hidden = "[secret]";

/** How a secret is told from other objects (Pulumi, resource.SigKey and resource.SecretSig). */
const signature = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** In an object that is secret as a whole these are what makes it so; its addresses and modes are ordinary words. */
export const secretKeys = new Set(["token", "secret"]);

/** Exported state with its secrets as plain values, for memory only: no line and no error shows them afterwards. */
export function inTheClear(value: unknown, isSecret = false): unknown {
  if (isSecret && typeof value === "string") return keepSecret(value);
  if (Array.isArray(value)) return value.map((item) => inTheClear(item));
  if (!isJsonObject(value)) return value;
  if (isEnvelope(value) && typeof value.plaintext === "string") return inTheClear(JSON.parse(value.plaintext), true);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, inTheClear(inner, isSecret && secretKeys.has(key))]));
}

/** A state of an engine event, whose secrets are there in a wrapping of their own. */
export function withSecretsHidden(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withSecretsHidden);
  if (!isJsonObject(value)) return value;
  if (isEnvelope(value)) return hidden;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withSecretsHidden(inner)]));
}

const isEnvelope = (value: Record<string, unknown>): boolean => value[signature] === secretSignature;
