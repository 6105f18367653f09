import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Debian puts servers where an ordinary user's PATH may not look. */
const serverFolders = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/** Throws with what to install. */
export function getProgram(name: string): string {
  const folders = [...(process.env.PATH ?? "").split(delimiter).filter(Boolean), ...serverFolders];
  const path = folders.map((folder) => join(folder, name)).find(isExecutable);
  if (path !== undefined) return path;
  throw new Error(`The bench compares with BIND, and ${name} is not installed: apt-get install bind9 bind9-dnsutils.`);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
