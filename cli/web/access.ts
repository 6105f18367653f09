import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { getConnInfo } from "@hono/node-server/conninfo";
import type { Context, Hono, MiddlewareHandler } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { HTTPException } from "hono/http-exception";
import type { Clock } from "pulumi-dataminer-failover/core";
import { loginPage } from "./loginPage.js";
import { hostOf, isFromElsewhere, isLoopback } from "./requestGuards.js";

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

/** A page on a wall stays logged in: a session is renewed while it is used. */
const lifeSeconds = 30 * 24 * 3600;

/**
 * Sessions of those who have shown the token. A session is its own proof, signed with the token: it outlives a restart, and all
 * of them end when the token is changed.
 */
class Sessions {
  readonly lifeSeconds = lifeSeconds;

  constructor(
    private readonly token: string,
    private readonly clock: Pick<Clock, "now">,
  ) {}

  isToken(given: string): boolean {
    return isSame(given, this.token);
  }

  begin(): string {
    const expires = this.nowSeconds() + lifeSeconds;
    return `${expires}.${this.signatureOf(expires)}`;
  }

  /** Whether this is a session, and one to renew because half of its life is over. */
  check(session: string): "valid" | "renew" | "invalid" {
    const [, digits = "", signature = ""] = /^(\d{1,12})\.([\w-]+)$/.exec(session) ?? [];
    const expires = Number(digits);
    if (!isSame(signature, this.signatureOf(expires)) || expires <= this.nowSeconds()) return "invalid";
    return expires - this.nowSeconds() < lifeSeconds / 2 ? "renew" : "valid";
  }

  private nowSeconds(): number {
    return Math.floor(this.clock.now() / 1000);
  }

  private signatureOf(expires: number): string {
    return createHmac("sha256", this.token).update(`dma-failover status page until ${expires}`).digest("base64url");
  }
}

/** In a time that does not tell how much of it is right, nor how long it is. */
function isSame(given: string, expected: string): boolean {
  const [one, other] = [given, expected].map((text) => createHash("sha256").update(text).digest());
  return one !== undefined && other !== undefined && timingSafeEqual(one, other);
}

const windowMilliseconds = 60_000;
const mostFailures = 5;
/** More strangers than this are not remembered one by one. */
const mostStrangers = 1_000;

/** Who has given wrong tokens lately, by address: guessing is slow, and the table stays small. */
class Throttle {
  private readonly failures = new Map<string, { count: number; since: number }>();

  constructor(private readonly clock: Pick<Clock, "now">) {}

  /** Seconds until this address may try again; 0: now. */
  secondsLeft(address: string): number {
    const seen = this.failures.get(address);
    if (!seen || seen.count < mostFailures) return 0;
    return Math.max(0, Math.ceil((seen.since + windowMilliseconds - this.clock.now()) / 1000));
  }

  failed(address: string): void {
    if (this.secondsLeft(address) > 0) return;
    const now = this.clock.now();
    const seen = this.failures.get(address);
    const isOver = !seen || now - seen.since >= windowMilliseconds;
    this.failures.delete(address); // The one that failed last stands last, so that the oldest goes first.
    this.failures.set(address, isOver ? { count: 1, since: now } : { count: seen.count + 1, since: seen.since });
    if (this.failures.size <= mostStrangers) return;
    const [oldest] = this.failures.keys();
    if (oldest !== undefined) this.failures.delete(oldest);
  }
}

const mostBytes = 4_096;

/**
 * The fields of a form of ours, of which there is one kind; nothing at all is an empty one. Read here, piece by piece: whoever sends it
 * may leave out how long it is (RFC 9112 6.1), and no token was shown yet. Anything else is answered with 400 or 413.
 */
export async function readForm(context: Context): Promise<URLSearchParams> {
  const text = await textOf(context);
  const isForm = /^application\/x-www-form-urlencoded\s*(;|$)/i.test(context.req.header("content-type") ?? "");
  if (text !== "" && !isForm) throw new HTTPException(400, { message: "Send it as application/x-www-form-urlencoded.\n" });
  return new URLSearchParams(text);
}

async function textOf({ req }: Context): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  const reader = req.raw.body?.getReader();
  while (reader) {
    const { done, value } = await reader.read().catch(() => {
      throw new HTTPException(400, { message: "It ended too soon.\n" });
    });
    if (done) break;
    size += value.length;
    if (size > mostBytes) throw new HTTPException(413, { message: "That is too much.\n" });
    parts.push(value);
  }
  return Buffer.concat(parts).toString("utf8");
}
