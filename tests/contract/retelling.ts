import { createServer, type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { routes } from "../../provider/agent/contract.js";
import type { Snapshot } from "../../provider/agent/snapshotSchema.js";
import type { AgentControl } from "../../simulator/index.js";

/** Stands before a simulated Agent, at its address, and passes on what is said there: an Agent that tells something else than it holds. */
export interface Retelling {
  port: number;
  /** What a Snapshot becomes on its way. It may be undefined: there is none when the Agent refuses it. */
  tell: (change: (snapshot: Snapshot | undefined) => Snapshot | undefined) => void;
}

/** It ends with the test. */
export async function startRetelling({ address, port }: AgentControl): Promise<Retelling> {
  let change: Parameters<Retelling["tell"]>[0] = (snapshot) => snapshot;
  const server = createServer(async (asked, response) => {
    const passed = request({ host: address, port, method: asked.method, path: asked.url, headers: asked.headers }, async (answer) => {
      const text = await textOf(answer);
      const told = isSnapshot(asked) ? change(answer.statusCode === 200 ? (JSON.parse(text) as Snapshot) : undefined) : undefined;
      const [status, body] = told ? [200, JSON.stringify(told)] : [answer.statusCode ?? 502, text];
      response.writeHead(status, { ...answer.headers, "content-length": Buffer.byteLength(body) }).end(body);
    });
    passed.on("error", () => response.destroy());
    passed.end(await textOf(asked));
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    port: (server.address() as AddressInfo).port,
    tell: (another) => {
      change = another;
    },
  };
}

async function textOf(message: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

const isSnapshot = ({ method, url = "" }: IncomingMessage): boolean =>
  method === routes.readAgent.method && new URL(url, "http://retelling").pathname.endsWith(`/${routes.readAgent.path}`);
