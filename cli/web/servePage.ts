import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { createAdaptorServer, type ServerType } from "@hono/node-server";
import type { Hono } from "hono";
import { RefusedError, reasonOf } from "pulumi-dataminer-failover/core";

export interface Listener {
  host: string;
  /** 0: any free one. */
  port: number;
  /** Served over https with this. */
  tls?: { cert: string; key: string } | undefined;
}

/** A page that is being served. */
export interface Served {
  readonly url: string;
  /** Answers what was asked, takes nothing more, and resolves when every connection is closed. */
  close(): Promise<void>;
}

/** Who is slower than this to ask something keeps no connection. */
const patience = { headersTimeout: 10_000, requestTimeout: 15_000, connectionsCheckingInterval: 5_000 };

/** How long an answer that was begun may still take when the page is closed. */
const graceMilliseconds = 2_000;

/** Resolves when it listens. */
export function servePage(page: Hono, { host, port, tls }: Listener): Promise<Served> {
  const options = { fetch: page.fetch, overrideGlobalObjects: false };
  const server = tls
    ? createAdaptorServer({ ...options, createServer: createHttpsServer, serverOptions: { ...patience, ...tls } })
    : createAdaptorServer({ ...options, serverOptions: patience });
  return new Promise((resolve, reject) => {
    server.once("error", (error) =>
      reject(new RefusedError("PAGE_NOT_SERVED", `Serving the status page: ${reasonOf(error)}. Choose another --page-port or --host.`)),
    );
    server.listen(port, host, () => resolve({ url: urlOf(server, tls !== undefined), close: () => close(server) }));
  });
}

function urlOf(server: ServerType, isSecure: boolean): string {
  const { address, port, family } = server.address() as AddressInfo;
  return `${isSecure ? "https" : "http"}://${family === "IPv6" ? `[${address}]` : address}:${port}/`;
}

function close(server: ServerType): Promise<void> {
  return new Promise((resolve) => {
    const end = setTimeout(() => "closeAllConnections" in server && server.closeAllConnections(), graceMilliseconds);
    server.close(() => {
      clearTimeout(end);
      resolve();
    });
    if ("closeIdleConnections" in server) server.closeIdleConnections();
  });
}
