import type { NameServer } from "./nameServer.js";
import { runTool } from "./runTool.js";

/** Somebody else's change, with the real nsupdate: `await nsupdate(server, "update add …", "update delete …")`, one message. */
export async function nsupdate(server: NameServer, ...lines: string[]): Promise<void> {
  const where = ["-t", "5", "-k", server.keys.writer.file];
  await runTool("nsupdate", where, [`server ${server.address} ${server.port}`, ...lines, "send", ""].join("\n"));
}
