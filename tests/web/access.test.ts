import { describe, expect, test } from "vitest";
import { preparePage, startPage } from "./startPage.js";
import { aStatus } from "./statuses.js";

const token = "a-long-token-for-the-page-0123456789";
const prepare = (more: object = {}) => preparePage({ a: aStatus("a") }, { token, ...more });
const bearer = (given: string) => ({ headers: { authorization: `Bearer ${given}` } });
const form = (given: string) => ({ method: "POST", body: new URLSearchParams({ token: given }) });

type App = Awaited<ReturnType<typeof prepare>>["app"];

async function logIn(app: App, given = token): Promise<{ cookie: string; said: string }> {
  const said = (await app.request("/login", form(given))).headers.get("set-cookie")!;
  return { cookie: said.split(";")[0]!, said };
}

describe("a page with a token", () => {
  test.each(["/", "/pairs/1"])("sends a browser without it from %s to the door", async (path) => {
    const { app } = await prepare();
    const answer = await app.request(path);
    expect([answer.status, answer.headers.get("location"), await answer.text()]).toEqual([303, "/login", ""]);
  });

  test.each(["/metrics", "/api/status"])("asks a program for it at %s", async (path) => {
    const { app } = await prepare();
    const answer = await app.request(path);
    expect([answer.status, answer.headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
    expect(await answer.text()).not.toContain("10.10.10");
  });

  test("shows nothing of the pairs to strangers but that it is there", async () => {
    const { app } = await prepare();
    for (const path of ["/login", "/healthz"]) {
      const answer = await app.request(path);
      expect(answer.status).toBe(200);
      expect(await answer.text()).not.toMatch(/10\.10\.10|DMA-/);
    }
    expect((await app.request("/refresh", { method: "POST" })).status).toBe(303);
  });

  test.each(["/", "/pairs/1", "/metrics", "/api/status"])("lets a Bearer token in at %s", async (path) => {
    const { app } = await prepare();
    expect((await app.request(path, bearer(token))).status).toBe(200);
    for (const wrong of [`${token}x`, token.slice(1), token.toUpperCase()]) {
      const answer = await app.request(path, bearer(wrong));
      expect([answer.status, await answer.text()]).toEqual([401, expect.not.stringContaining("10.10.10")]);
    }
  });

  test("gives a cookie for the token, with which the browser gets in", async () => {
    const { app } = await prepare();
    const { cookie, said } = await logIn(app);
    expect(said).toMatch(/; HttpOnly/);
    expect(said).toMatch(/; SameSite=Strict/);
    expect(said).toMatch(/; Path=\//);
    expect(said).not.toContain(token);
    for (const path of ["/", "/pairs/1", "/metrics"]) expect((await app.request(path, { headers: { cookie } })).status).toBe(200);
  });

  test("gives a cookie that goes over nothing but https where the page is opened over https, and else says that it is not encrypted", async () => {
    const [open, secure] = [await prepare(), await prepare({ isSecure: true })];
    expect((await logIn(open.app)).said).not.toContain("Secure");
    expect(await (await open.app.request("/login")).text()).toContain("not encrypted");
    const { cookie, said } = await logIn(secure.app);
    expect(said).toMatch(/^__Host-dma-failover=.*; Secure/);
    expect(await (await secure.app.request("/login")).text()).not.toContain("not encrypted");
    expect((await secure.app.request("/", { headers: { cookie } })).status).toBe(200);
    expect((await secure.app.request("/", { headers: { cookie: cookie.replace("__Host-", "") } })).status).toBe(303);
  });

  test("does not take a cookie that was changed, made for another token, or is over", async () => {
    const { app, clock } = await preparePage({}, { token });
    const { cookie } = await logIn(app);
    const [name, session] = cookie.split("=") as [string, string];
    const [expires, signature] = session.split(".") as [string, string];
    const other = (await logIn((await preparePage({}, { token: `${token}!` })).app, `${token}!`)).cookie;
    const forged = [
      `${Number(expires) + 1}.${signature}`,
      `${expires}.${signature.slice(1)}`,
      `${expires}.`,
      "",
      "x",
      `${expires}.${signature}.x`,
    ];
    for (const wrong of [...forged.map((each) => `${name}=${each}`), other]) {
      expect((await app.request("/", { headers: { cookie: wrong } })).status).toBe(303);
    }
    await clock.advance(31 * 24 * 3600);
    expect((await app.request("/", { headers: { cookie } })).status).toBe(303);
  });

  test("renews the cookie of a page that stays open, and knows it again after a restart", async () => {
    const { app, clock } = await preparePage({}, { token });
    const { cookie } = await logIn(app);
    const visit = (with_: string) => app.request("/", { headers: { cookie: with_ } });
    expect((await visit(cookie)).headers.get("set-cookie")).toBeNull();
    await clock.advance(16 * 24 * 3600);
    const renewed = (await visit(cookie)).headers.get("set-cookie")!.split(";")[0]!;
    await clock.advance(16 * 24 * 3600);
    expect([(await visit(cookie)).status, (await visit(renewed)).status]).toEqual([303, 200]);
    const restarted = await prepare();
    expect((await restarted.app.request("/", { headers: { cookie } })).status).toBe(200);
  });

  test("says which token was wrong to nobody, and refuses the door to another site", async () => {
    const { app } = await prepare();
    const wrong = await app.request("/login", form("wrong"));
    expect([wrong.status, wrong.headers.get("set-cookie"), await wrong.text()]).toEqual([
      401,
      null,
      expect.stringContaining("This is not the token."),
    ]);
    const foreign = await app.request("/login", { ...form(token), headers: { "sec-fetch-site": "cross-site" } });
    expect([foreign.status, foreign.headers.get("set-cookie")]).toEqual([403, null]);
  });

  test("tells who guesses to wait after five wrong tokens, and locks out nobody who has the right one", async () => {
    const { app, clock } = await prepare();
    const { cookie } = await logIn(app);
    for (let guess = 0; guess < 3; guess++) expect((await app.request("/login", form(`guess ${guess}`))).status).toBe(401);
    for (let guess = 0; guess < 2; guess++) expect((await app.request("/metrics", bearer(`guess${guess}`))).status).toBe([401, 429][guess]);
    const late = await app.request("/login", form("another guess"));
    expect([late.status, late.headers.get("retry-after"), late.headers.get("set-cookie")]).toEqual([429, "60", null]);
    expect(await late.text()).toContain("there were many wrong ones");
    expect((await app.request("/login", form(token))).status).toBe(303);
    expect((await app.request("/metrics", bearer(token))).status).toBe(200);
    expect((await app.request("/", { headers: { cookie } })).status).toBe(200);
    expect((await app.request("/metrics", bearer("guess"))).status, "the right token forgives no guesses").toBe(429);
    await clock.advance(60);
    expect((await app.request("/login", form("guess"))).status).toBe(401);
  });

  test("counts wrong tokens by the address they come from", async () => {
    const { url, app } = await startPage({ a: aStatus("a") }, { token });
    for (let guess = 0; guess < 5; guess++) await (await fetch(`${url}metrics`, bearer("guess"))).text();
    const refused = await fetch(`${url}metrics`, bearer("guess"));
    expect([refused.status, await refused.text()]).toEqual([429, expect.any(String)]);
    expect((await app.request("/metrics", bearer("guess"))).status).toBe(401);
  });

  test("is served under whatever name", async () => {
    const { app } = await prepare();
    expect((await app.request("/metrics", { headers: { ...bearer(token).headers, host: "status.example.com" } })).status).toBe(200);
  });
});
