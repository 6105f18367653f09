import type { Agent } from "../product/agent.js";

/** Errors of the User-Defined API host, by their number: HTTP status and text (UserDefinableApiEndpoint). */
const hostErrors = {
  3: { status: 405, detail: "The request method is not supported for this route." },
  5: { status: 404, detail: "No API definition was found for the route." },
  7: { status: 503, detail: "The API manager is not initialized yet." },
  8: { status: 500, detail: "An unexpected exception occurred." },
  10: { status: 400, detail: "Invalid json body received." },
  12: { status: 500, detail: "The automation script failed." },
  1001: { status: 500, detail: "The NATS request failed." },
  1003: { status: 415, detail: "The content type is not supported." },
  1006: { status: 503, detail: "The message broker is not initialized yet." },
  1008: { status: 401, detail: "The Authorization header is no Bearer header." },
  1010: { status: 401, detail: "Authentication failed." },
  1011: { status: 414, detail: "The query string is too large." },
  1014: { status: 429, detail: "The rate limit of the token was exceeded." },
} as const;
export type HostErrorCode = keyof typeof hostErrors;

/** The host's own error body; unlike a script's it carries a number. */
export function hostError(agent: Agent, errorCode: HostErrorCode, detail?: string, headers: Record<string, string> = {}): Response {
  const known = hostErrors[errorCode];
  const title = "Error occurred while handling the request, contact your admin with the provided errorCode and faultingNode ID.";
  const error = { title, detail: detail ?? known.detail, errorCode, faultingNode: agent.dataMinerId ?? 0 };
  return Response.json({ errors: [error] }, { status: known.status, headers });
}

/** A page of the web server or of a proxy, where JSON was expected. */
export function htmlPage(status: number, text: string): Response {
  const page = `<!DOCTYPE html>\n<html><head><title>${status} - ${text}</title></head><body><h1>${status} - ${text}</h1></body></html>\n`;
  return new Response(page, { status, headers: { "content-type": "text/html" } });
}
