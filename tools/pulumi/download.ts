import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const giveUpAfterMinutes = 5;

// In a process of its own: the Automation API takes no deadline, and a download that hangs must be ended.
const program = `
  const { PulumiCommand } = require("@pulumi/pulumi/automation");
  PulumiCommand.install({ root: process.argv[1] }).catch((error) => { console.error(error.message); process.exit(1); });
`;

/** The SDK in node_modules downloads the CLI of its own version: the pair that Pulumi released together. */
export async function downloadVersion(): Promise<string> {
  const manifest = await readFile(require.resolve("@pulumi/pulumi/package.json"), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}

export const downloadAnnouncement = `usually a minute, given up after ${giveUpAfterMinutes}`;

/** Pulumi's official build, by the Automation API's own installer, into `folder`/bin. */
export async function download(folder: string): Promise<void> {
  const options = { cwd: join(__dirname, "../.."), timeout: giveUpAfterMinutes * 60_000 };
  try {
    await promisify(execFile)(process.execPath, ["-e", program, folder], options);
  } catch (error) {
    const { killed, stderr } = error as { killed?: boolean; stderr?: string };
    throw new Error(killed ? `nothing came within ${giveUpAfterMinutes} minutes` : stderr || String(error), { cause: error });
  }
}
