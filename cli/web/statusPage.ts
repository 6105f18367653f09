import { randomBytes } from "node:crypto";
import { Hono } from "hono";
import { compress } from "hono/compress";
import { HTTPException } from "hono/http-exception";
import { oneLine, reasonOf, redact } from "pulumi-dataminer-failover/core";
import { guard, readForm } from "./access.js";
import { assets, version } from "./assets.js";
import { metricsOf, metricsType } from "./metrics.js";
import { overviewPage } from "./overviewPage.js";
import { pairPage } from "./pairPage.js";
import type { Poller } from "./poller.js";
import { isFromElsewhere, knownMethodsOnly, loopbackNamesOnly, securityHeaders } from "./requestGuards.js";
import { statusApi } from "./statusApi.js";

export interface StatusPageOptions {
  poller: Poller;
  /** Without one, only this machine is served: a request that names another host is refused. */
  token?: string | undefined;
  /** How viewers open the page: the cookie of an https page never goes over anything else. Default: false. */
  isSecure?: boolean;
}

/** The status page and what belongs to it. Nothing in it changes a pair: it reads what the poller knows, and may ask it to read now. */
export function createStatusPage({ poller, token, isSecure = false }: StatusPageOptions): Hono {
  const app = new Hono();
  /** Revisions count from the start of this process. */
  const startedAs = randomBytes(6).toString("base64url");

  app.use(securityHeaders);
  app.use(compress());
  app.use(knownMethodsOnly);
  if (token === undefined) app.use(loopbackNamesOnly);
  app.get("/healthz", (context) => context.text(poller.isStopped ? "stopped\n" : "ok\n", poller.isStopped ? 503 : 200));
  app.get(`/assets/${version}/:name`, (context) => {
    const asset = assets.get(context.req.param("name"));
    if (!asset) return context.notFound();
    return context.body(asset.text, 200, { "content-type": asset.type, "cache-control": "public, max-age=31536000, immutable" });
  });
  if (token !== undefined) app.use(guard(app, { token, isSecure, clock: poller.clock }));

  app.get("/", (context) => {
    const revision = `"${startedAs}-${poller.revision}"`;
    context.header("etag", revision);
    if (context.req.header("if-none-match")?.replace("W/", "") === revision) return context.body(null, 304);
    return context.html(overviewPage(poller.pairs, poller.clock.now()));
  });
  app.get("/pairs/:id{[1-9][0-9]{0,8}}", (context) => {
    const pair = poller.pairs[Number(context.req.param("id")) - 1];
    return pair ? context.html(pairPage(pair, poller.clock.now())) : context.notFound();
  });
  app.post("/refresh", async (context) => {
    if (isFromElsewhere((name) => context.req.header(name))) return context.text("Not from another site.\n", 403);
    const pair = (await readForm(context)).get("pair") ?? "";
    const id = /^[1-9][0-9]{0,8}$/.test(pair) ? Number(pair) : undefined;
    poller.refresh(id);
    return context.redirect(id === undefined ? "/" : `/pairs/${id}`, 303);
  });
  app.get("/api/status", (context) => context.json(statusApi(poller)));
  app.get("/metrics", async (context) => context.body(await metricsOf(poller), 200, { "content-type": metricsType }));
  app.notFound((context) => context.text("There is no such page.\n", 404));
  app.onError((error, context) => {
    if (error instanceof HTTPException) return context.text(error.message, error.status);
    console.error(redact(oneLine(`Answering ${context.req.method} ${context.req.path}: ${reasonOf(error)}`)));
    return context.text("Something went wrong here.\n", 500);
  });
  return app;
}
