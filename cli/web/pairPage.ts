import { html } from "hono/html";
import { oneLine } from "pulumi-dataminer-failover/core";
import { positions, problemText, rowDetails } from "pulumi-dataminer-failover/failover";
import type { MemberStatus, PairStatus, ProblemKind, StatusRow } from "pulumi-dataminer-failover/operations";
import { judge, needsAttention, titles } from "./attention.js";
import { ageOf, foreign, type Html, layout, ledOf, momentOf, names } from "./layout.js";
import type { Watched } from "./poller.js";

/** The Status window of both members. The overview shows its content in a dialog; alone it is a page. */
export function pairPage(pair: Watched, now: number): Html {
  const { id, name, status, isBeingRead, readAt, problem } = pair;
  const { level, label, text } = judge(pair);
  const untold = status === null ? "" : untoldOf(status);
  return layout({
    title: `${oneLine(name)}: Failover status`,
    icon: needsAttention(level) ? "red" : "green",
    header: html`<header class="top"><h1><a href="/">Failover status</a></h1></header>`,
    main: html`<main class="alone" data-now="${now}" data-reading="${isBeingRead ? 1 : 0}">
<div id="content" data-level="${level}">
<div class="heading"><h2 id="window-name">${foreign(name)}</h2> <span class="label">${foreign(label)}</span>
<form method="post" action="/refresh"><input type="hidden" name="pair" value="${id}"><button>Refresh</button></form></div>
<p class="facts">${facts(status)} <span>${readAt === null ? (problem === null ? "being read" : "not read yet") : html`read ${ageOf(readAt)}`}</span></p>
${text === "" || (untold !== "" && problem === null) ? "" : html`<p class="text">${foreign(text)}</p>`}
${untold}
<div class="windows">${status === null ? "" : positions.map((position) => windowOf(status.members[position], isBeingRead))}</div>
</div>
</main>`,
  });
}

/** What is wrong, where the windows do not show all of it: members that contradict each other, or are in no pair. */
function untoldOf({ problems }: PairStatus): Html | "" {
  if (problems.every(({ kind }) => shownInWindows.has(kind))) return "";
  return html`<ul class="problems">${problems.map((problem) => html`<li>${foreign(problemText(problem))}</li>`)}</ul>`;
}

const shownInWindows: ReadonlySet<ProblemKind> = new Set(["row", "moreRows", "unreachable"]);

function facts(status: Watched["status"]): Html | "" {
  if (status === null) return "";
  return html`${status.dataMinerId === null ? "" : html`<span>DataMiner ID ${status.dataMinerId}</span>`}
${status.state === null ? "" : html`<span>pair ${foreign(status.state)}</span>`}
<span>${onlineTexts[status.online]}</span>`;
}

const onlineTexts = { main: "main is online", backup: "backup is online", none: "nobody is online", both: "both are online" } as const;

function windowOf({ position, address, agentName, led, rows, pcap, pcapAdvice, seen, runbook }: MemberStatus, isBeingRead: boolean): Html {
  return html`<section class="window" aria-labelledby="${position}-name">
<h3 id="${position}-name"><span class="role">${titles[position]}</span> ${agentName === null ? "" : foreign(agentName)}</h3>
<p class="address">${foreign(address)}</p>
<p class="lamp">${ledOf(led, isBeingRead)} <span aria-hidden="true">${names[isBeingRead ? "transparent" : led]}</span></p>
${
  rows.length === 0
    ? html`<p class="text">This Agent shows no Failover status.</p>`
    : html`<table><thead class="unseen"><tr><th scope="col">Row</th><th scope="col">Value</th></tr></thead>
<tbody>${rows.map(rowOf)}</tbody></table>`
}
${pcap === null ? "" : html`<p class="pcap">${pcap}. ${pcapAdvice}.</p>`}
${seen === null ? "" : html`<p class="seen">${foreign(seen)}${runbook === null ? "" : html` Runbook: ${foreign(runbook)}.`}</p>`}
</section>`;
}

function rowOf(shown: StatusRow): Html {
  const { row, value, bad, failureReason, lastSuccess } = shown;
  const details = [
    ...(failureReason === null ? [] : [html`<span>${foreign(failureReason)}</span>`]),
    ...rowDetails({ ...shown, failureReason: null, lastSuccess: null }).map((text) => html`<span>${text}</span>`),
    ...(lastSuccess === null ? [] : [html`<span>last success ${momentText(lastSuccess)}</span>`]),
  ];
  return html`<tr${bad ? html` class="bad"` : ""}><th scope="row">${foreign(row)}</th>
<td><span class="value">${bad ? html`<span class="unseen">bad: </span>` : ""}${foreign(value)}</span>${details.length === 0 ? "" : html`<p class="details">${details.map((detail) => html`${detail} `)}</p>`}</td></tr>
`;
}

function momentText(text: string): Html | string {
  const milliseconds = Date.parse(text);
  return Number.isNaN(milliseconds) ? text : momentOf(milliseconds);
}
