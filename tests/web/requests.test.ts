import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { startPage } from "./startPage.js";
import { aStatus } from "./statuses.js";

const token = "a-long-token-for-the-page-0123456789";

let complaints: string[];
beforeEach(() => {
  complaints = [];
  vi.spyOn(console, "error").mockImplementation((...said) => void complaints.push(said.join(" ")));
});
afterEach(() => {
  vi.restoreAllMocks();
  expect(complaints, "nobody who asks something odd fills the log").toEqual([]);
});

/** Sends these very lines, and returns the head of the answer. */
function send(url: string, lines: readonly string[], body = ""): Promise<{ status: number; head: string; text: string }> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () =>
      socket.write(`${lines.join("\r\n")}\r\nHost: localhost\r\nConnection: close\r\n\r\n${body}`),
    );
    let text = "";
    socket.on("data", (part) => (text += part.toString()));
    socket.on("error", reject);
    socket.on("close", () => resolve({ status: Number(text.split(" ")[1]), head: text.split("\r\n\r\n")[0] ?? "", text }));
  });
}

const chunked = (...parts: string[]) => [...parts, ""].map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join("");
const form = "Content-Type: application/x-www-form-urlencoded";
const inChunks = "Transfer-Encoding: chunked";
const pages = [
  { kind: "with a token", options: { token } },
  { kind: "without one", options: {} },
];

describe.each(pages)("a page $kind", ({ options }) => {
  const start = async () => (await startPage({ a: aStatus("a") }, options)).url;

  test.each(["DELETE", "PUT", "PATCH", "OPTIONS", "TRACE", "POST", "PROPFIND"])(
    "says to %s that there is no such thing",
    async (method) => {
      const url = await start();
      for (const path of ["/", "/pairs/1", "/api/status", "/metrics", "/healthz"]) {
        const { status, head } = await send(url, [`${method} ${path} HTTP/1.1`]);
        expect([method, path, status]).toEqual([method, path, 405]);
        expect(head).toMatch(/^allow: GET, HEAD$/im);
        expect((await send(url, [`${method} ${path} HTTP/1.1`, inChunks], chunked("a=b"))).status).toBe(405);
        expect((await send(url, [`${method} ${path} HTTP/1.1`, "Content-Length: 3"], "a=b")).status).toBe(405);
      }
      expect((await send(url, [`${method} /nowhere HTTP/1.1`])).status).toBe(405);
    },
  );

  test("takes a refresh in whatever form a body comes, and without one", async () => {
    const url = await start();
    const entered = options.token ? [`Authorization: Bearer ${token}`] : [];
    const post = ["POST /refresh HTTP/1.1", ...entered];
    const seen = await Promise.all([
      send(url, post),
      send(url, [...post, form, inChunks], chunked("pa", "ir=1")),
      send(url, [...post, form, "Content-Length: 6"], "pair=1"),
      send(url, [...post, inChunks], chunked()),
    ]);
    expect(seen.map(({ status, head }) => [status, /^location: (.*)$/im.exec(head)?.[1]])).toEqual([
      [303, "/"],
      [303, "/pairs/1"],
      [303, "/pairs/1"],
      [303, "/"],
    ]);
  });

  test.each([
    [
      "a form of parts",
      "Content-Type: multipart/form-data; boundary=b",
      '--b\r\nContent-Disposition: form-data; name="pair"\r\n\r\n1\r\n--b--\r\n',
    ],
    ["a broken form of parts", "Content-Type: multipart/form-data", "--b"],
    ["JSON", "Content-Type: application/json", "{}"],
    ["anything", "X-Nothing: true", "pair=1"],
  ])("refuses %s as a refresh", async (_what, type, body) => {
    const url = await start();
    const entered = options.token ? [`Authorization: Bearer ${token}`] : [];
    for (const [length, sent] of [
      [inChunks, chunked(body)],
      [`Content-Length: ${body.length}`, body],
    ] as const) {
      expect((await send(url, ["POST /refresh HTTP/1.1", ...entered, type, length], sent)).status).toBe(400);
    }
  });

  test("takes no more than it must", async () => {
    const url = await start();
    const entered = options.token ? [`Authorization: Bearer ${token}`] : [];
    const large = "x".repeat(5_000);
    expect((await send(url, ["POST /refresh HTTP/1.1", ...entered, form, inChunks], chunked(large))).status).toBe(413);
    expect((await send(url, ["POST /refresh HTTP/1.1", ...entered, form, "Content-Length: 5000"], large)).status).toBe(413);
  });

  test("bears who hangs up within a body", async () => {
    const url = await start();
    const { hostname, port } = new URL(url);
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), hostname, () => {
        socket.write(
          `POST /refresh HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n${form}\r\nContent-Length: 100\r\n\r\npair`,
        );
        setTimeout(() => socket.resetAndDestroy(), 50);
      });
      socket.on("close", () => setTimeout(resolve, 100));
    });
    expect((await send(url, ["GET /healthz HTTP/1.1"])).status).toBe(200);
  });
});

describe("the door", () => {
  const start = async () => (await startPage({ a: aStatus("a") }, { token })).url;
  const login = ["POST /login HTTP/1.1"];

  test("opens to the right token, however the body comes", async () => {
    const url = await start();
    for (const seen of [
      await send(url, [...login, form, inChunks], chunked("token=", token)),
      await send(url, [...login, form, `Content-Length: ${6 + token.length}`], `token=${token}`),
      await send(url, [...login, `${form}; charset=UTF-8`, inChunks], chunked(`token=${token}`)),
    ]) {
      expect(seen.status).toBe(303);
      expect(seen.head).toMatch(/^set-cookie: /im);
    }
  });

  test.each([
    [
      "of parts",
      "Content-Type: multipart/form-data; boundary=b",
      `--b\r\nContent-Disposition: form-data; name="token"\r\n\r\n${token}\r\n--b--\r\n`,
    ],
    ["that is none", "Content-Type: application/json", JSON.stringify({ token })],
  ])("refuses a form %s, and counts it as no guess", async (_what, type, body) => {
    const url = await start();
    for (let time = 0; time < 8; time++) {
      expect((await send(url, [...login, type, inChunks], chunked(body))).status).toBe(400);
    }
    expect((await send(url, [...login, form, inChunks], chunked("token=wrong"))).status).toBe(401);
  });

  test("knows no other methods", async () => {
    const url = await start();
    const { status, head } = await send(url, ["DELETE /login HTTP/1.1", inChunks], chunked("token=x"));
    expect([status, /^allow: (.*)$/im.exec(head)?.[1]]).toEqual([405, "GET, HEAD, POST"]);
    expect((await send(url, ["DELETE /refresh HTTP/1.1"])).head).toMatch(/^allow: POST$/im);
  });
});
