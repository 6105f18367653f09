import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { FailoverError, reasonOf } from "pulumi-dataminer-failover/core";

/** Writes a file as a whole or not at all: whoever collects it meanwhile reads the one before. Throws `REPORT_NOT_WRITTEN`. */
export async function writeReport(file: string, text: string): Promise<void> {
  const target = resolve(file);
  const draft = `${target}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(target), { recursive: true });
    await writeFile(draft, text.endsWith("\n") ? text : `${text}\n`);
    await rename(draft, target);
  } catch (error) {
    // Where the folder itself is the trouble, there is no draft.
    await rm(draft, { force: true }).catch(() => undefined);
    throw new FailoverError("REPORT_NOT_WRITTEN", `Writing ${file}: ${reasonOf(error)}. Give a path that can be written here.`, {
      cause: error,
    });
  }
}
