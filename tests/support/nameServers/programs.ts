import { constants } from "node:fs";
import { access, copyFile } from "node:fs/promises";
import { basename, delimiter, join } from "node:path";

/** Where Debian puts servers; an ordinary user's PATH often leaves these out. */
const serverFolders = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

const usualFolders = (): string[] => [...(process.env.PATH ?? "").split(delimiter).filter(Boolean), ...serverFolders];

export async function findProgram(name: string, folders: readonly string[] = usualFolders()): Promise<string | undefined> {
  for (const folder of folders) {
    const path = join(folder, name);
    if (await can(path, constants.X_OK)) return path;
  }
  return undefined;
}

/** `title` is what people call it: `BIND 9 (named)`. */
export async function getProgram(name: string, title: string, packages: string, folders?: readonly string[]): Promise<string> {
  const path = await findProgram(name, folders);
  if (path === undefined)
    throw new Error(`${title} is not installed: apt-get install ${packages}, or run \`npm test\` where it may install that.`);
  return path;
}

/**
 * The program itself, or a copy of it in `folder` where AppArmor would keep the program from reading a folder of ours:
 * Debian's and Ubuntu's profile of named knows /etc/bind and /var/cache/bind only, and goes by the path of the program.
 */
export async function unconfined(program: string, folder: string): Promise<string> {
  const profile = `/etc/apparmor.d/${program.slice(1).replaceAll("/", ".")}`;
  if (!(await can("/sys/kernel/security/apparmor")) || !(await can(profile))) return program;
  const copy = join(folder, basename(program));
  await copyFile(program, copy);
  return copy;
}

/** Before a command: a test run that is killed leaves no process behind. */
export async function endingWithThisProcess(): Promise<string[]> {
  const setpriv = await findProgram("setpriv");
  return setpriv === undefined ? [] : [setpriv, "--pdeathsig", "KILL", "--"];
}

const can = (path: string, mode: number = constants.F_OK): Promise<boolean> =>
  access(path, mode).then(
    () => true,
    () => false,
  );
