import { isIP } from "node:net";
import type { MiddlewareHandler } from "hono";

/** Whether an address or name can only mean this machine. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, "").toLowerCase();
  return name === "localhost" || name === "::1" || (isIP(name) === 4 && name.startsWith("127."));
}

/** Own files only, nothing inline, nothing from elsewhere, and in nobody's frame. The script parses no text as HTML (Trusted Types). */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

/** What every answer says. Data are kept nowhere; a route whose content never changes says so itself. */
export const securityHeaders: MiddlewareHandler = async (context, next) => {
  await next();
  const { headers } = context.res;
  headers.set("content-security-policy", contentSecurityPolicy);
  headers.set("x-content-type-options", "nosniff");
  headers.set("referrer-policy", "no-referrer");
  headers.set("cross-origin-opener-policy", "same-origin");
  headers.set("cross-origin-resource-policy", "same-origin");
  headers.set("permissions-policy", "camera=(), geolocation=(), microphone=()");
  if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
};

/** What may be done with a path; everything else is looked at and nothing more. */
const methods: Readonly<Record<string, readonly string[]>> = { "/login": ["GET", "HEAD", "POST"], "/refresh": ["POST"] };

/** Answers what no page knows before anything else looks at it, at a body least of all. */
export const knownMethodsOnly: MiddlewareHandler = async (context, next) => {
  const known = methods[context.req.path] ?? ["GET", "HEAD"];
  if (known.includes(context.req.method)) return next();
  context.header("allow", known.join(", "));
  return context.text("That cannot be done here.\n", 405);
};

/**
 * For a page that asks nobody for a token: any site could have its name resolved to 127.0.0.1 and then read it (DNS rebinding), but
 * the browser still says that site's name.
 */
export const loopbackNamesOnly: MiddlewareHandler = async (context, next) => {
  const name = hostOf(context.req.header("host"))?.hostname;
  if (name !== undefined && isLoopback(name)) return next();
  return context.text("This page is served for this machine only. Open it as http://localhost with its port.\n", 421);
};

/** Whether a browser says that another site sent this request. */
export function isFromElsewhere(header: (name: string) => string | undefined): boolean {
  const site = header("sec-fetch-site");
  if (site !== undefined) return site !== "same-origin" && site !== "none";
  // Older browsers, and http to another machine. Our own forms say "null" there, because they have no referrer.
  const origin = header("origin");
  if (origin === undefined || origin === "null") return false;
  return !URL.canParse(origin) || new URL(origin).host !== hostOf(header("host"))?.host;
}

/** The name by which a browser calls this server. */
export function hostOf(header: string | undefined): URL | undefined {
  return header !== undefined && URL.canParse(`http://${header}`) ? new URL(`http://${header}`) : undefined;
}
