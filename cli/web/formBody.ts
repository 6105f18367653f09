import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";

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
