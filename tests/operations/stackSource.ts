import { join } from "node:path";
import type { StackSource } from "../../operations/stack/openStack.js";
import { pulumiEnvironment } from "../../tools/pulumi/environment";
import { findPulumi } from "../../tools/pulumi/find";
import type { Stack } from "../support/stack.js";

/** A story's stack as an operation takes it: the same CLI, backend and home. */
export async function sourceOf({ folder, stack, backend }: Stack, environment: Record<string, string> = {}): Promise<StackSource> {
  const pulumi = await findPulumi();
  return {
    workDir: folder,
    stack,
    pulumiCommand: pulumi.command,
    environment: { ...pulumiEnvironment({ pulumi, backend, home: join(folder, "home") }), ...environment },
  };
}
