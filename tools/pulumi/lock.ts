import { readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { Say } from "./say";

const signOfLifeMs = 15_000;
const abandonedAfterMs = 120_000;

/**
 * Lets one process at a time do the work; the others wait for it, so that nothing is built twice.
 * Only a courtesy: two processes that take over the same abandoned lock may both get in. What they make must be safe without the lock.
 */
export async function withLock<T>(path: string, say: Say, work: () => Promise<T>): Promise<T> {
  let told = false;
  while (!(await acquire(path))) {
    if (await isAbandoned(path)) {
      await rm(path, { force: true });
      continue;
    }
    if (!told) say(`Waiting for process ${(await readHolder(path)) ?? "(unknown)"}, which is installing it already (lock ${path}).`);
    told = true;
    await sleep(250);
  }
  // A process id can be given to another program later, so a lock also has to show signs of life.
  const heart = setInterval(() => utimes(path, new Date(), new Date()).catch(() => undefined), signOfLifeMs);
  try {
    return await work();
  } finally {
    clearInterval(heart);
    if ((await readHolder(path)) === process.pid) await rm(path, { force: true });
  }
}

async function acquire(path: string): Promise<boolean> {
  try {
    await writeFile(path, `${process.pid}\n`, { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

async function isAbandoned(path: string): Promise<boolean> {
  const holder = await readHolder(path);
  if (holder !== undefined && !isRunning(holder)) return true;
  const touched = await stat(path).catch(() => undefined);
  return touched !== undefined && Date.now() - touched.mtimeMs > abandonedAfterMs;
}

/** Undefined between the lock's creation and the writing of its number, and when it is just gone. */
async function readHolder(path: string): Promise<number | undefined> {
  const text = await readFile(path, "utf8").catch(() => "");
  return text.endsWith("\n") ? Number(text) : undefined;
}

export function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
