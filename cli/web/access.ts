import { getConnInfo } from "@hono/node-server/conninfo";
import type { Context, Hono, MiddlewareHandler } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import type { Clock } from "pulumi-dataminer-failover/core";
import { readForm } from "./formBody.js";
import { loginPage } from "./loginPage.js";
import { isLoopback } from "./loopback.js";
import { hostOf, isFromElsewhere } from "./requestGuards.js";
import { Sessions } from "./sessions.js";
import { Throttle } from "./throttle.js";

export interface Access {
  token: string;
  /** The page is opened over https: its cookie never goes over anything else. */
  isSecure: boolean;
  clock: Pick<Clock, "now">;
}

/** Adds the door to a page, and answers with what keeps everybody out who has not come through it: by its cookie, or with a Bearer token. */
export function guard(app: Hono, { token, isSecure, clock }: Access): MiddlewareHandler {
  const sessions = new Sessions(token, clock);
  const throttle = new Throttle(clock);

  const giveSession = (context: Context): void => {
    const prefix = isSecure ? ({ prefix: "host" } as const) : {};
    const options = { path: "/", httpOnly: true, sameSite: "Strict", secure: isSecure, maxAge: sessions.lifeSeconds, ...prefix } as const;
    setCookie(context, cookieName, sessions.begin(), options);
  };
  const refusal = (context: Context): 401 | 429 => {
    const seconds = throttle.secondsLeft(addressOf(context));
    if (seconds > 0) context.header("retry-after", String(seconds));
    return seconds > 0 ? 429 : 401;
  };
  /** Only a wrong token costs: behind a proxy everybody has one address, and one who guesses may lock nobody else out. */
  const isAdmitted = (context: Context, given: string): boolean => {
    if (sessions.isToken(given)) return true;
    throttle.failed(addressOf(context));
    return false;
  };

  const isPrivate = (context: Context): boolean => isSecure || isLoopback(hostOf(context.req.header("host"))?.hostname ?? "");

  app.get("/login", (context) => context.html(loginPage({ isPrivate: isPrivate(context) })));
  app.post("/login", async (context) => {
    if (isFromElsewhere((name) => context.req.header(name))) return context.text("Not from another site.\n", 403);
    const given = (await readForm(context)).get("token") ?? "";
    if (!isAdmitted(context, given.trim())) {
      const status = refusal(context);
      return context.html(loginPage({ isPrivate: isPrivate(context), refused: status === 429 ? "wait" : "wrong" }), status);
    }
    giveSession(context);
    return context.redirect("/", 303);
  });

  return async (context, next) => {
    const bearer = /^Bearer +(\S+)$/i.exec(context.req.header("authorization") ?? "")?.[1];
    if (bearer !== undefined) {
      if (isAdmitted(context, bearer)) return next();
      context.header("www-authenticate", 'Bearer error="invalid_token"');
      return context.text("Not with this token, or not so soon.\n", refusal(context));
    }
    const session = sessions.check(getCookie(context, cookieName, isSecure ? "host" : undefined) ?? "");
    if (session !== "invalid") {
      if (session === "renew") giveSession(context);
      return next();
    }
    if (context.req.path.startsWith("/api/") || context.req.path === "/metrics") {
      context.header("www-authenticate", "Bearer");
      return context.text("Send the page's token: Authorization: Bearer ...\n", 401);
    }
    return context.redirect("/login", 303);
  };
}

const cookieName = "dma-failover";

function addressOf(context: Context): string {
  try {
    return getConnInfo(context).remote.address ?? "";
  } catch {
    return ""; // Called without a socket, as tests do.
  }
}
