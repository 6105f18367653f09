import { describe, expect, test } from "vitest";
import type { Problem } from "../../operations/index.js";
import { preparePage } from "./startPage.js";
import { aMember, aStatus, kinds } from "./statuses.js";

const local = { headers: { host: "127.0.0.1:8120" } };

describe("every answer", () => {
  test.each(["/", "/pairs/1", "/healthz", "/api/status", "/metrics", "/nowhere"])(
    "%s allows own files alone, in nobody's frame, and is kept nowhere",
    async (path) => {
      const { app } = await preparePage({ a: aStatus("a") });
      const { headers } = await app.request(path, local);
      const policy = headers.get("content-security-policy")?.split("; ");
      expect(policy).toEqual(
        expect.arrayContaining([
          "default-src 'none'",
          "script-src 'self'",
          "style-src 'self'",
          "frame-ancestors 'none'",
          "base-uri 'none'",
          "form-action 'self'",
        ]),
      );
      expect(policy?.join()).not.toMatch(/unsafe|https?:|\*|data:/);
      expect(Object.fromEntries(headers)).toMatchObject({
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cache-control": "no-store",
      });
    },
  );

  test("has nothing inline and nothing from elsewhere", async () => {
    const { app } = await preparePage({ a: aStatus("a"), b: aStatus("b", kinds.red) });
    for (const path of ["/", "/pairs/2"]) {
      const page = await (await app.request(path, local)).text();
      expect(page).not.toMatch(/<style|style=|\son\w+=|<script(?![^>]*src=)/i);
      const links = [...page.matchAll(/(?:src|href|action)="([^"]*)"/g)].map(([, link]) => link!);
      expect(links.length).toBeGreaterThan(4);
      expect(links.filter((link) => !/^\/[^/]|^\/$/.test(link))).toEqual([]);
      for (const link of links.filter((each) => each.startsWith("/assets/"))) expect((await app.request(link, local)).status).toBe(200);
    }
  });
});

describe("the page", () => {
  test("changes nothing: besides reading there is a refresh, and no more", async () => {
    const { app } = await preparePage({ a: aStatus("a") });
    const acts = app.routes.filter(({ method }) => !["GET", "ALL"].includes(method)).map(({ method, path }) => `${method} ${path}`);
    expect(acts).toEqual(["POST /refresh"]);
    for (const method of ["PUT", "DELETE", "PATCH", "POST"]) expect((await app.request("/pairs/1", { ...local, method })).status).toBe(405);
  });

  test("has its own page for each pair, and no other", async () => {
    const { app } = await preparePage({ a: aStatus("a") });
    expect(await (await app.request("/pairs/1", local)).text()).toContain("Failover Status");
    for (const path of ["/pairs/2", "/pairs/0", "/pairs/-1", "/pairs/99999999999", "/pairs/a"])
      expect((await app.request(path, local)).status).toBe(404);
  });

  test("is not sent again while nothing is new", async () => {
    const { app, clock } = await preparePage({ a: aStatus("a") });
    const revision = (await app.request("/", local)).headers.get("etag")!;
    const again = () => app.request("/", { headers: { ...local.headers, "if-none-match": revision } });
    expect((await again()).status).toBe(304);
    await clock.advance(59);
    expect((await again()).status).toBe(304);
    await clock.advance(1);
    expect((await again()).status).toBe(200);
  });

  test("puts what needs attention first, the most urgent before the rest", async () => {
    const told = Object.fromEntries(Object.entries(kinds).map(([kind, changes]) => [kind, aStatus(kind, changes)]));
    const { app } = await preparePage({ ...told, "never read": undefined, "no token": new Error("No token.") });
    const page = await (await app.request("/", local)).text();
    const levels = [...page.matchAll(/class="pair" data-level="(\w+)"/g)].map(([, level]) => level);
    expect(levels).toEqual([
      ...Array(4).fill("critical"),
      ...Array(6).fill("problem"),
      "notice",
      ...Array(2).fill("changing"),
      "waiting",
      ...Array(2).fill("healthy"),
    ]);
    expect(page).toContain("11 of 16 pairs need attention");
  });

  test("keeps whatever an Agent or an operator calls things as text", async () => {
    const hostile = `"><script>alert(1)</script><img src=x onerror=alert(2)>'\u202egnp.exe`;
    const problem: Problem = { kind: "underWay", seen: hostile, lasting: { seen: hostile, milliseconds: 2, limitMilliseconds: 1 } };
    const main = aMember("main", hostile, { agentName: hostile, address: hostile, seen: hostile, runbook: hostile });
    const { app } = await preparePage({
      [hostile]: aStatus(hostile, { main, state: hostile, problems: [problem] }),
      b: new Error(hostile),
    });
    for (const path of ["/", "/pairs/1", "/pairs/2"]) {
      const page = await (await app.request(path, local)).text();
      expect(page).toContain("&lt;script&gt;alert(1)");
      expect(page).not.toMatch(/<img|<script>|\u202e/);
      expect(page.match(/<script/g)).toHaveLength(1);
    }
  });

  test("has no secret in it, whatever an error says", async () => {
    const { keepSecret } = await import("../../provider/core/redaction.js");
    const secret = keepSecret("a-token-that-nobody-may-see-0123456789");
    const { app } = await preparePage({ a: new Error(`Asking the Agent: it refused ${secret}.`) });
    for (const path of ["/", "/pairs/1", "/api/status", "/metrics"])
      expect(await (await app.request(path, local)).text()).not.toContain(secret);
  });
});

describe("a refresh", () => {
  const post = (headers: Record<string, string>, body?: URLSearchParams) => ({
    method: "POST",
    headers: { ...local.headers, ...headers },
    ...(body && { body }),
  });

  test("reads all pairs at once, or the one that is named", async () => {
    const { app, clock, reads } = await preparePage({ a: aStatus("a"), b: aStatus("b") });
    await clock.advance(10);
    const all = await app.request("/refresh", post({ "sec-fetch-site": "same-origin" }));
    expect([all.status, all.headers.get("location")]).toEqual([303, "/"]);
    await clock.advance(10);
    const one = await app.request("/refresh", post({ origin: "http://127.0.0.1:8120" }, new URLSearchParams({ pair: "2" })));
    expect([one.status, one.headers.get("location")]).toEqual([303, "/pairs/2"]);
    await clock.advance(0);
    expect(reads).toEqual(["a", "b", "a", "b", "b"]);
  });

  test.each([
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
    { origin: "http://evil.example" },
    { origin: "http://127.0.0.1:9999" },
    { origin: "nonsense" },
  ])("from another site is refused: %o", async (headers: Record<string, string>) => {
    const { app, clock, reads } = await preparePage({ a: aStatus("a") });
    await clock.advance(10);
    expect((await app.request("/refresh", post(headers))).status).toBe(403);
    await clock.advance(0);
    expect(reads).toEqual(["a"]);
  });

  test("takes no large bodies", async () => {
    const { app } = await preparePage({ a: aStatus("a") });
    expect((await app.request("/refresh", post({}, new URLSearchParams({ pair: "1".repeat(5000) })))).status).toBe(413);
  });
});

describe("on loopback without a token", () => {
  test.each(["localhost:8120", "127.0.0.1:8120", "127.1.2.3", "[::1]:8120", "LOCALHOST"])(
    "a browser that says %s is served",
    async (host) => {
      const { app } = await preparePage({ a: aStatus("a") });
      expect((await app.request("/", { headers: { host } })).status).toBe(200);
    },
  );

  test.each([
    "evil.example",
    "evil.example:8120",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "10.0.0.1",
    "",
    "a b",
    "evil@127.0.0.1.nip.io",
  ])("a browser that was led here by the name %s is not", async (host) => {
    const { app } = await preparePage({ a: aStatus("a") });
    for (const path of ["/", "/api/status", "/metrics", "/healthz"]) {
      const answer = await app.request(path, { headers: { host } });
      expect([answer.status, await answer.text()]).toEqual([421, expect.stringContaining("this machine only")]);
    }
  });
});

describe("health", () => {
  test("is well while pairs are read, also when those are not", async () => {
    const { app, poller } = await preparePage({ a: new Error("No token."), b: aStatus("b", kinds.unreachable) });
    const healthy = await app.request("/healthz", local);
    expect([healthy.status, await healthy.text()]).toEqual([200, "ok\n"]);
    poller.stop();
    expect((await app.request("/healthz", local)).status).toBe(503);
  });
});

describe("the status for programs", () => {
  test("has everything of every pair", async () => {
    const red = aStatus("a", kinds.red);
    const { app, clock } = await preparePage({ a: red, b: new Error("No token."), c: undefined });
    await clock.advance(30);
    expect(await (await app.request("/api/status", local)).json()).toEqual({
      schemaVersion: 1,
      now: "2026-01-01T00:00:30.000Z",
      pairs: [
        {
          name: "a",
          level: "problem",
          label: "Database Failing",
          reading: false,
          ageSeconds: 30,
          problem: null,
          reads: 1,
          failures: 0,
          status: red,
        },
        {
          name: "b",
          level: "problem",
          label: "Not readable",
          reading: false,
          ageSeconds: null,
          problem: "No token.",
          reads: 1,
          failures: 1,
          status: null,
        },
        {
          name: "c",
          level: "waiting",
          label: "Being read",
          reading: true,
          ageSeconds: null,
          problem: null,
          reads: 0,
          failures: 0,
          status: null,
        },
      ],
    });
  });
});

describe("metrics", () => {
  const scrape = async (told: Parameters<typeof preparePage>[0]) => {
    const { app, clock } = await preparePage(told);
    await clock.advance(30);
    const answer = await app.request("/metrics", local);
    expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    return (await answer.text()).split("\n");
  };

  test("tell the state of every pair, its LEDs, its age and its reads", async () => {
    const lines = await scrape({ a: aStatus("a", kinds.red), b: aStatus("b", kinds["split brain"]), c: new Error("No token.") });
    expect(lines).toEqual(
      expect.arrayContaining([
        'dma_failover_pair_level{pair="a",level="problem"} 1',
        'dma_failover_pair_level{pair="a",level="healthy"} 0',
        'dma_failover_pair_online{pair="a",online="main"} 1',
        'dma_failover_pair_online{pair="a",online="none"} 0',
        'dma_failover_pair_split_brain{pair="a"} 0',
        'dma_failover_pair_split_brain{pair="b"} 1',
        'dma_failover_pair_state{pair="a",state="active"} 1',
        'dma_failover_member_led{pair="a",position="main",address="10.10.10.1",led="green"} 1',
        'dma_failover_member_led{pair="a",position="backup",address="10.10.10.2",led="red"} 1',
        'dma_failover_member_led{pair="a",position="backup",address="10.10.10.2",led="green"} 0',
        'dma_failover_member_reachable{pair="a",position="backup",address="10.10.10.2"} 1',
        'dma_failover_member_bad_rows{pair="a",position="backup",address="10.10.10.2"} 1',
        'dma_failover_status_age_seconds{pair="a"} 30',
        'dma_failover_last_read_failed{pair="a"} 0',
        'dma_failover_last_read_failed{pair="c"} 1',
        'dma_failover_reads_total{pair="c"} 1',
        'dma_failover_read_failures_total{pair="c"} 1',
        'dma_failover_read_failures_total{pair="a"} 0',
      ]),
    );
    expect(lines.filter((line) => line.includes('pair="c"') && /_age_|_led|_online/.test(line))).toEqual([]);
  });

  test("count every text that is no known state as one, so that no Agent makes a series a minute", async () => {
    const state = (text: string | null) => aStatus("a", { state: text });
    const seriesOf = async (text: string | null) =>
      (await scrape({ a: state(text) })).filter((line) => line.startsWith("dma_failover_pair_state{"));
    const [twelve, thirteen] = [await seriesOf("synchronizing 12 %"), await seriesOf("synchronizing 13 %")];
    expect(twelve).toEqual(thirteen);
    expect(twelve.filter((line) => line.endsWith(" 1"))).toEqual(['dma_failover_pair_state{pair="a",state="other"} 1']);
    expect(await seriesOf(null)).toContain('dma_failover_pair_state{pair="a",state="none"} 1');
    expect(await seriesOf("ending")).toContain('dma_failover_pair_state{pair="a",state="ending"} 1');
  });

  test("keep hostile names inside their quotes, and every sample apart", async () => {
    const hostile = 'a"} 1\n# EOF \\';
    const twin = aStatus("twin");
    const lines = await scrape({ [hostile]: aStatus(hostile), twin });
    const samples = lines.filter((line) => line !== "" && !line.startsWith("#"));
    expect(samples.filter((line) => !/^[a-z_]+\{(?:[a-z]+="(?:[^"\\\n]|\\[\\"n])*",?)+\} [\d.]+$/.test(line))).toEqual([]);
    expect(new Set(samples.map((line) => line.replace(/ \S+$/, ""))).size).toBe(samples.length);
  });
});
