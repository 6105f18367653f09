import { createServer, type IncomingHttpHeaders, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo, Server, Socket } from "node:net";
import type { SecureContextOptions, TlsOptions } from "node:tls";
import { onTestFinished } from "vitest";
import type { Connection } from "../../provider/agent/connection.js";
import { closeConnections } from "../../provider/agent/transport.js";

export const token = "t0ken+with/odd=characters~0123456789";

export interface Call {
  method: string;
  url: URL;
  headers: IncomingHttpHeaders;
  body: unknown;
}

/** What happens to one call: an answer, or something worse. */
export type Reply = (response: ServerResponse, call: Call) => void;

/** Something that listens where an Agent should be. */
export interface StandIn {
  connection: Connection;
  calls: Call[];
  /** Connections that were made, also such as never asked anything. */
  sockets: Socket[];
}

interface Listening {
  host?: string;
  port?: number;
  tls?: SecureContextOptions & TlsOptions;
}

/** Listens on its own loopback address and gives each call the next reply; the last one is given again and again. */
export async function standIn(replies: Reply[], listening: Listening = {}): Promise<StandIn> {
  const calls: Call[] = [];
  const answer: RequestListener = (request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const text = Buffer.concat(parts).toString();
      const url = new URL(request.url ?? "", "http://stand.in");
      const call = { method: request.method ?? "", url, headers: request.headers, body: text === "" ? undefined : JSON.parse(text) };
      const reply = replies[Math.min(calls.push(call), replies.length) - 1];
      reply?.(response, call);
    });
  };
  const { tls } = listening;
  const server = tls ? createSecureServer(tls, answer) : createServer(answer);
  return { ...(await listen(server, listening)), calls };
}

/** The same for a server that speaks something else. */
export async function listen(server: Server, { host = "127.0.20.1", port = 0, tls }: Listening = {}): Promise<Omit<StandIn, "calls">> {
  const sockets: Socket[] = [];
  server.on("connection", (socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, host, resolve));
  onTestFinished(async () => {
    await closeConnections();
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return { connection: connectionTo((server.address() as AddressInfo).port, { host, protocol: tls ? "https" : "http" }), sockets };
}

export function connectionTo(port: number, changes: Partial<Connection> = {}): Connection {
  const host = changes.host ?? "127.0.20.1";
  return { host, address: host, protocol: "http", port, basePath: "/api/custom/dma-failover/v1", token, ...changes };
}

/** A port on which nothing listens. */
export async function freePort(host = "127.0.20.1"): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Reply =>
  (response) =>
    void response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));

export const text =
  (status: number, body: string, headers: Record<string, string> = { "content-type": "text/html" }): Reply =>
  (response) =>
    void response.writeHead(status, headers).end(body);

/** The script's own error body, or the host's with a number. */
export const error = (status: number, code: string | number, detail = "it says no", headers: Record<string, string> = {}): Reply =>
  json(status, { errors: [{ title: "Error", detail, ...(typeof code === "number" ? { errorCode: code } : { code }) }] }, headers);

/** The connection is reset without an answer. */
export const cut: Reply = (response) => void (response.socket as Socket).resetAndDestroy();

/** Nothing is ever answered. */
export const silence: Reply = () => {};

/** Begins an answer of 200 and leaves the rest to the test. */
export const halfAnswer =
  (body: string, then: (socket: Socket) => void = () => {}): Reply =>
  (response) => {
    response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
    response.write(body, () => then(response.socket as Socket));
  };

/** A time that never ends by itself. */
export const forever = (): AbortSignal => new AbortController().signal;
