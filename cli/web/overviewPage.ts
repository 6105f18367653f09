import { html } from "hono/html";
import { oneLine } from "pulumi-dataminer-failover/core";
import { type Led, type Position, positions } from "pulumi-dataminer-failover/failover";
import { failoverStatus, findings, judge, type Level, levels, needsAttention, type ShownRow, titles, type Verdict } from "./attention.js";
import { ageOf, foreign, type Html, layout, ledOf } from "./layout.js";
import type { Watched } from "./poller.js";

interface Judged extends Watched, Verdict {}

interface Group {
  id: string;
  name: string;
  levels: readonly Level[];
}

const groups: readonly Group[] = [
  { id: "attention", name: "Needs attention", levels: levels.filter(needsAttention) },
  { id: "changing", name: "Changing", levels: ["changing"] },
  { id: "waiting", name: "Not read yet", levels: ["waiting"] },
  { id: "healthy", name: "Healthy", levels: ["healthy"] },
];

/** All pairs, what needs attention first. */
export function overviewPage(pairs: readonly Watched[], now: number): Html {
  const judged = pairs.map((pair): Judged => ({ ...pair, ...judge(pair) }));
  const urgent = judged.filter(({ level }) => needsAttention(level));
  return layout({
    title: urgent.length > 0 ? `(${urgent.length}) Failover status` : "Failover status",
    icon: urgent.length > 0 ? "red" : "green",
    header: html`<header class="top">
<h1>Failover status</h1>
<form method="post" action="/refresh"><button>Refresh</button></form>
</header>`,
    main: html`<main id="overview" data-now="${now}" data-reading="${pairs.filter(({ isBeingRead }) => isBeingRead).length}">
<p class="headline"><span id="verdict" class="verdict" data-level="${worst(judged)}">${headlineOf(judged, urgent)}</span> ${oldestOf(pairs)}</p>
${groups.map((group) => groupOf(group, judged))}
</main>`,
    after: html`<dialog id="window" aria-labelledby="window-name">
<form method="dialog"><button class="close" aria-label="Close">×</button></form>
<div id="content"></div>
</dialog>`,
  });
}

function headlineOf(judged: readonly Judged[], urgent: readonly Judged[]): Html | string {
  const count = judged.length;
  const unread = judged.filter(({ level }) => level === "waiting").length;
  const [first, ...others] = urgent;
  if (first && others.length === 0) return html`${foreign(first.name)}: ${foreign(first.label)}`;
  if (first) return `${urgent.length} of ${pairsText(count)} need attention`;
  if (unread > 0) return `Reading ${unread} of ${pairsText(count)}`;
  if (judged.some(({ level }) => level === "changing")) return "Changing, nothing is wrong";
  return count === 1 ? "The pair is healthy" : `All ${pairsText(count)} are healthy`;
}

const pairsText = (count: number): string => (count === 1 ? "1 pair" : `${count} pairs`);

const worst = (judged: readonly Judged[]): Level => levels.find((level) => judged.some((pair) => pair.level === level)) ?? "healthy";

function oldestOf(pairs: readonly Watched[]): Html | "" {
  const times = pairs.flatMap(({ readAt }) => readAt ?? []);
  return times.length === 0 ? "" : html`<span class="oldest">read ${ageOf(Math.min(...times))}</span>`;
}

function groupOf({ id, name, levels: own }: Group, judged: readonly Judged[]): Html | "" {
  const members = judged.filter(({ level }) => own.includes(level)).sort((a, b) => levels.indexOf(a.level) - levels.indexOf(b.level));
  if (members.length === 0) return "";
  return html`<section id="${id}" class="${own.every(isQuiet) ? "quiet" : "loud"} group" aria-labelledby="${id}-name">
<h2 id="${id}-name">${name} <span class="count">${members.length}</span></h2>
<ul class="pairs">${members.map(cardOf)}</ul>
</section>`;
}

/** Such a pair is shown small. */
const isQuiet = (level: Level): boolean => level === "healthy" || level === "waiting";

function cardOf(pair: Judged): Html {
  const { id, name, level, label, text, status, readAt } = pair;
  const silent = status === null ? 0 : positions.filter((position) => !status.members[position].reachable).length;
  return html`<li id="pair-${id}" class="pair" data-level="${level}" data-label="${oneLine(label)}" data-silent="${silent}">
<div class="name"><h3><a id="open-${id}" href="/pairs/${id}" aria-haspopup="dialog">${foreign(name)}</a></h3>
${isQuiet(level) ? "" : html`<span class="label">${foreign(label)}</span>`}</div>
${text === "" ? "" : html`<p class="text">${foreign(text)}</p>`}
<ul class="members">${positions.map((position) => memberOf(position, pair))}</ul>
${status === null ? "" : findingsOf(findings(status))}
${readAt === null ? "" : html`<p class="read">read ${ageOf(readAt)}</p>`}
</li>
`;
}

const mostFindings = 4;

function findingsOf(found: readonly ShownRow[]): Html | "" {
  if (found.length === 0) return "";
  const more = found.length - mostFindings;
  return html`<ul class="findings">${found
    .slice(0, mostFindings)
    .map(
      ({ position, row, value }) =>
        html`<li><span class="position">${titles[position]}</span> <span class="row">${foreign(row)}</span> <span class="value">${foreign(value)}</span></li>`,
    )}${more > 0 ? html`<li class="more">and ${more} more</li>` : ""}</ul>`;
}

/** Nothing could be fetched of a pair that cannot be read: that is red, as silence is. Null before the first try. */
const lastColour = ({ status, problem }: Watched, position: Position): Led | null =>
  status?.members[position].led ?? (problem === null ? null : "red");

function memberOf(position: Position, pair: Watched): Html {
  const led = ledOf(lastColour(pair, position), pair.isBeingRead);
  const member = pair.status?.members[position];
  if (!member) return html`<li class="member">${led} <span class="position">${titles[position]}</span></li>`;
  const shown = member.reachable ? (failoverStatus(member) ?? "No pair") : "Unreachable";
  const emphasis = shown === "Online" || shown === "Unreachable" ? shown.toLowerCase() : "plain";
  return html`<li class="member ${emphasis}">${led}
<span class="position">${titles[position]}</span>
${member.agentName === null ? "" : html`<span class="agent">${foreign(member.agentName)}</span>`}
<span class="address">${foreign(member.address)}</span>
<span class="status">${foreign(shown)}</span></li>`;
}
