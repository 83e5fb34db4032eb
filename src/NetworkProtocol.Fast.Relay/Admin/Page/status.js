"use strict";

const byId = id => document.getElementById(id);
const samplesMax = 300;
let samples = [];
let bounds = [];
let token = sessionStorage.getItem("token");
let timer = 0;

const number = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const fine = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });

function count(value) {
  return value >= 1e6 ? `${fine.format(value / 1e6)} M` : value >= 1e4 ? `${fine.format(value / 1e3)} k`
    : value > 0 && value < 10 ? fine.format(value) : number.format(value);
}

function bytes(value) {
  for (const [unit, size] of [["GiB", 2 ** 30], ["MiB", 2 ** 20], ["KiB", 2 ** 10]]) {
    if (value >= size) {
      return `${fine.format(value / size)} ${unit}`;
    }
  }
  return `${number.format(value)} B`;
}

function seconds(value) {
  return value === null || value === undefined ? "–" : value >= 1 ? `${fine.format(value)} s`
    : value >= 1e-3 ? `${fine.format(value * 1e3)} ms` : `${fine.format(value * 1e6)} µs`;
}

function span(milliseconds) {
  const s = Math.floor(milliseconds / 1000);
  return s >= 86400 ? `${Math.floor(s / 86400)} d ${Math.floor(s % 86400 / 3600)} h`
    : s >= 3600 ? `${Math.floor(s / 3600)} h ${Math.floor(s % 3600 / 60)} min`
    : s >= 60 ? `${Math.floor(s / 60)} min ${s % 60} s` : `${s} s`;
}

// What each second of the time between two samples brought.
function rate(before, after, name) {
  const time = (after.unixMs - before.unixMs) / 1000;
  return time > 0 ? Math.max(0, after[name] - before[name]) / time : 0;
}

// The upper bound of the bucket where this share of what came between two samples is reached.
function percentile(before, after, share) {
  const counts = after.durations.map((c, i) => c - before.durations[i]);
  const total = counts.reduce((sum, c) => sum + c, 0);
  if (total <= 0) {
    return null;
  }
  let seen = 0;
  const index = counts.findIndex(c => (seen += c) >= share * total);
  return bounds[Math.min(index, bounds.length - 1)];
}

async function get(path) {
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  const response = await fetch(path, { headers, cache: "no-store" });
  if (response.status === 401) {
    throw new Error("token");
  }
  if (!response.ok) {
    throw new Error(`${path}: ${response.status}`);
  }
  return response.json();
}

// columns: [{ head, of, kind }]; everything is text, whatever a client calls itself.
function table(id, columns, rows, nothing) {
  const head = document.createElement("tr");
  for (const column of columns) {
    const cell = document.createElement("th");
    cell.textContent = column.head;
    cell.className = column.text ? "text" : "";
    head.append(cell);
  }
  const body = rows.map(row => {
    const line = document.createElement("tr");
    for (const column of columns) {
      const cell = document.createElement("td");
      cell.textContent = column.of(row);
      cell.className = `${column.text ? "text" : ""} ${column.mood ? column.mood(row) : ""}`.trim();
      line.append(cell);
    }
    return line;
  });
  if (rows.length === 0) {
    const line = document.createElement("tr");
    const cell = document.createElement("td");
    cell.colSpan = columns.length;
    cell.className = "empty";
    cell.textContent = nothing;
    line.append(cell);
    body.push(line);
  }
  byId(id).replaceChildren(head, ...body);
}

const text = (head, of, mood) => ({ head, of, mood, text: true });
const figure = (head, of, mood) => ({ head, of, mood });

function showTables(status) {
  table("nodes", [
    text("upstream", n => n.upstream), text("node", n => n.endpoint),
    text("breaker", n => n.breaker.replace("_", " "), n => n.breaker === "closed" ? "good" : "bad"),
    figure("live", n => `${n.live} of ${n.live + n.leaving + n.down}`, n => n.live > 0 ? "good" : "bad"),
    figure("in flight", n => count(n.inFlight)), figure("connects", n => count(n.established)),
    figure("failed", n => count(n.failed)), figure("lost", n => count(n.lost)),
    figure("in", n => bytes(n.bytesIn)), figure("out", n => bytes(n.bytesOut)),
    figure("waiting", n => bytes(n.queuedBytes)),
  ], status.nodes, "there are no upstreams; everything is answered here");
  table("routes", [
    text("match", r => r.match), text("to", r => r.target || "–"), figure("requests", r => count(r.requests)),
    figure("errors", r => count(r.errors), r => r.errors > 0 ? "bad" : ""), figure("one-way", r => count(r.oneWay)),
    figure("p50", r => seconds(r.p50)), figure("p99", r => seconds(r.p99)),
    text("outcomes", r => Object.entries(r.outcomes).filter(([, n]) => n > 0)
      .map(([name, n]) => `${name} ${count(n)}`).join(", ") || "–"),
  ], status.routes, "nothing was asked for yet");
  table("listeners", [
    text("endpoint", l => l.endpoint), figure("connections", l => count(l.connections)),
    figure("accepted", l => count(l.accepted)), figure("refused", l => count(l.refused), l => l.refused > 0 ? "bad" : ""),
    figure("packets in", l => count(l.packetsIn)), figure("packets out", l => count(l.packetsOut)),
    figure("in", l => bytes(l.bytesIn)), figure("out", l => bytes(l.bytesOut)),
    figure("waiting", l => bytes(l.queuedBytes)),
  ], status.listeners, "nothing listens");
  table("limits", [text("limit", l => l.name), figure("value", l => l.value)], status.limits, "–");
  table("events", [text("event", e => e[0].replaceAll("_", " ")), figure("count", e => count(e[1]))],
    Object.entries(status.events), "–");
}

// What the file says and only a restart puts into force.
function showRestarts(changes) {
  byId("restart").hidden = changes.length === 0;
  byId("restarts").replaceChildren(...changes.map(change => {
    const line = document.createElement("li");
    line.textContent = change;
    return line;
  }));
}

function showConnections(report) {
  byId("connections-of").textContent = report.connections.length < report.total
    ? `the oldest ${report.connections.length} of ${report.total}` : `${report.total}`;
  table("connections", [
    figure("id", c => c.id), text("remote", c => c.processId === null ? c.remote
      : `${c.remote} (pid ${c.processId} uid ${c.userId} gid ${c.groupId})`), text("listener", c => c.listener),
    text("peer", c => [c.peer, c.key, c.subject].filter((p, i, all) => p && all.indexOf(p) === i).join(", ")), text("session", c => c.session), text("state", c => c.state),
    text("software", c => c.software), figure("age", c => span(c.ageMs)),
    figure("packets in", c => count(c.packetsIn)), figure("out", c => count(c.packetsOut)),
    figure("bytes in", c => bytes(c.bytesIn)), figure("out", c => bytes(c.bytesOut)),
    figure("in flight", c => c.inFlight), figure("waiting", c => bytes(c.queuedBytes)),
  ], report.connections, "nobody is connected");
}

function showTiles(status) {
  const now = samples[samples.length - 1];
  const before = samples[Math.max(0, samples.length - 6)];
  const tile = (name, value) => { byId(`tile-${name}`).textContent = value; };
  tile("connections", count(now.connections));
  tile("requests", count(rate(before, now, "requests")));
  tile("errors", count(rate(before, now, "errors")));
  tile("p50", seconds(percentile(before, now, 0.5)));
  tile("p99", seconds(percentile(before, now, 0.99)));
  tile("in", `${bytes(rate(before, now, "bytesIn"))}/s`);
  tile("out", `${bytes(rate(before, now, "bytesOut"))}/s`);
  tile("flight", count(now.inFlight));
  tile("cpu", `${number.format(rate(before, now, "cpuSeconds") * 100)} %`);
  tile("memory", bytes(status.process.residentBytes));
  tile("pool", bytes(status.pool.leasedBytes));
  byId("tile-pool-of").textContent = `of ${bytes(status.pool.limitBytes)} for buffers`;
}

function showPlots() {
  const times = samples.slice(1).map(s => s.unixMs);
  const each = of => samples.slice(1).map((s, i) => of(samples[i], s));
  const rates = name => each((a, b) => rate(a, b, name));
  Plots.draw(byId("plot-requests"), times,
    [{ name: "requests", values: rates("requests") }, { name: "errors", values: rates("errors") }], count);
  Plots.draw(byId("plot-latency"), times, [
    { name: "p50", values: each((a, b) => percentile(a, b, 0.5)) },
    { name: "p99", values: each((a, b) => percentile(a, b, 0.99)) }], seconds);
  Plots.draw(byId("plot-bytes"), times,
    [{ name: "in", values: rates("bytesIn") }, { name: "out", values: rates("bytesOut") }], bytes, true);
  Plots.draw(byId("plot-connections"), times,
    [{ name: "connections", values: each((a, b) => b.connections) }], count);
}

function showState(state, className) {
  byId("state").textContent = state;
  byId("state").className = `badge ${className}`;
}

async function refresh() {
  try {
    if (bounds.length === 0) {
      const history = await get("api/history");
      bounds = history.durationBounds;
      samples = history.samples;
    }
    const [status, connections] = await Promise.all([get("api/status"), get("api/connections?limit=20")]);
    samples.push(status.now);
    samples = samples.slice(-samplesMax);
    document.title = `${status.app}: ${status.state}`;
    byId("app").textContent = status.app;
    byId("facts").textContent = `version ${status.version.split("+")[0]}, up ${span(status.uptimeSeconds * 1000)}, `
      + `log level ${status.logLevel}, process ${status.process.id}`;
    showState(status.state, status.state);
    byId("trouble").hidden = true;
    byId("login").hidden = true;
    byId("data").hidden = false;
    showTiles(status);
    showPlots();
    showTables(status);
    showRestarts(status.needsRestart);
    showConnections(connections);
  } catch (error) {
    const needsToken = error.message === "token";
    byId("login").hidden = !needsToken;
    byId("data").hidden = needsToken;
    byId("trouble").hidden = needsToken && !token;
    byId("trouble").textContent = needsToken ? "the token is not the right one"
      : `the relay does not answer (${error.message}); trying again`;
    showState(needsToken ? "locked" : "no answer", needsToken ? "" : "lost");
    if (needsToken) {
      return;
    }
  }
  timer = setTimeout(refresh, 1000);
}

byId("login").addEventListener("submit", event => {
  event.preventDefault();
  token = byId("token").value;
  sessionStorage.setItem("token", token);
  clearTimeout(timer);
  refresh();
});
refresh();
