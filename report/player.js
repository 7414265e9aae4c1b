/* The player of warrant-replay --html: draws what html_tape.h describes.
 * Recorded text becomes text nodes, and nothing else. */
"use strict";
(() => {
const byId = (id) => document.getElementById(id);
const main = document.querySelector("main");
const screen = byId("screen"), bar = byId("bar"), clock = byId("clock");
const FROM = Number(main.dataset.from), TO = Number(main.dataset.to);
const SECOND = 1e6;
const WIDE = 100;		/* columns that leave no room for lists */
const FONT_MOST = 16, FONT_LEAST = 5, LINE = 1.2; /* px, px, of the font */
const FLAG = { bold: 1, underline: 2, italic: 4, blink: 8, reverse: 16,
    strike: 32 };

/* ---- what was recorded ---- */

const styles = [], rows = [];	/* by number */
const frames = [];		/* items f and k */
const keys = [];		/* which frames are k */
let widest = 0;			/* columns */

const load = () => {
	for (const part of document.querySelectorAll("script.part")) {
		for (const item of JSON.parse(part.textContent)) {
			if (item[0] === "s") {
				styles.push(item);
			} else if (item[0] === "r") {
				rows.push(item[1]);
			} else {
				if (item[0] === "k") {
					keys.push(frames.length);
					widest = Math.max(widest, item[2]);
				}
				frames.push(item);
			}
		}
		part.remove();
	}
};

const timeOf = (n) => frames[n][1];

/* The last of count things whose time is at most t, or -1. */
const lastAt = (count, time, t) => {
	let low = 0, high = count;
	while (low < high) {
		const middle = (low + high) >> 1;
		if (time(middle) <= t)
			low = middle + 1;
		else
			high = middle;
	}
	return low - 1;
};

/* One frame more. */
const step = (s, n) => {
	const item = frames[n];
	if (item[0] === "k") {
		[, , s.cols, s.lines, s.x, s.y] = item;
		s.ids = item[6].slice();
		return;
	}
	const up = item[4], changes = item[5];
	[, , s.x, s.y] = item;
	if (up > 0) {
		s.ids.splice(0, up);
		while (s.ids.length < s.lines)
			s.ids.push(0);
	}
	for (let i = 0; i < changes.length; i += 2)
		s.ids[changes[i]] = changes[i + 1];
};

/* ---- drawing ---- */

const state = { cols: 80, lines: 24, x: -1, y: -1, ids: [] };
let frame = -1;			/* what state is */
let drawn = [];			/* row numbers on the page */
let lines = [];			/* their elements */
let size = "";
let hits = new Set();		/* rows that the search found */
const cursor = document.createElement("div");
cursor.id = "cursor";

const paletteColour = (n) => {
	if (n < 16)
		return `var(--c${n})`;
	if (n >= 232) {
		const grey = 8 + 10 * (n - 232);
		return `rgb(${grey},${grey},${grey})`;
	}
	const level = (i) => i === 0 ? 0 : 55 + 40 * i, c = n - 16;
	return `rgb(${level(Math.floor(c / 36))},` +
	    `${level(Math.floor(c / 6) % 6)},${level(c % 6)})`;
};

const colour = (c, own) => c === -1 ? own :
    typeof c === "number" ? paletteColour(c) : c;

const dress = (span, style) => {
	const flags = style[3];
	let fg = colour(style[1], "var(--fg)");
	let bg = colour(style[2], "var(--bg)");
	if (flags & FLAG.reverse)
		[fg, bg] = [bg, fg];
	span.style.color = fg;
	if (bg !== "var(--bg)")
		span.style.background = bg;
	if (flags & FLAG.bold)
		span.style.fontWeight = "bold";
	if (flags & FLAG.italic)
		span.style.fontStyle = "italic";
	const under = [];
	if (flags & FLAG.underline)
		under.push("underline");
	if (flags & FLAG.strike)
		under.push("line-through");
	if (under.length > 0)
		span.style.textDecorationLine = under.join(" ");
	if (flags & FLAG.blink)
		span.className = "blink";
};

/* A character that may come from another font is placed by itself. */
const PLAIN = /^[ -~\u00a0-\u024f]*$/;

const cell = (row, col, width, style, text) => {
	const span = document.createElement("span");
	span.style.left = `${col}ch`;
	span.style.width = `${width}ch`;
	dress(span, styles[style]);
	span.textContent = text;
	row.append(span);
	return span;
};

const drawRow = (row, runs) => {
	row.replaceChildren();
	for (const [col, width, style, text, hidden] of runs) {
		const chars = PLAIN.test(text) ? [] : Array.from(text);
		if (chars.length === width && width > 1) {
			chars.forEach((c, i) => cell(row, col + i, 1, style,
			    c));
			continue;
		}
		const span = cell(row, col, width, style, text);
		if (hidden !== undefined) {
			span.classList.add("odd");
			span.title = `not shown here: ${hidden}`;
		}
	}
};

/* Width of a column, of the font's size. */
const ratio = (() => {
	const canvas = document.createElement("canvas").getContext("2d");
	canvas.font = `100px ${getComputedStyle(screen).fontFamily}`;
	return canvas.measureText("0").width / 100;
})();

const resize = () => {
	const box = byId("stage");
	const room = box.clientWidth - 26;
	const font = Math.max(FONT_LEAST, Math.min(FONT_MOST,
	    Math.floor(room / (state.cols * ratio))));
	const height = Math.round(font * LINE);
	const now = `${state.cols} ${state.lines} ${font}`;
	if (now === size)
		return;
	size = now;
	screen.style.fontSize = `${font}px`;
	screen.style.lineHeight = `${height}px`;
	screen.style.width = `${state.cols}ch`;
	screen.style.height = `${state.lines * height}px`;
	lines = [];
	drawn = [];
	for (let y = 0; y < state.lines; y++) {
		const row = document.createElement("div");
		row.className = "row";
		row.style.top = `${y * height}px`;
		row.style.height = `${height}px`;
		lines.push(row);
	}
	cursor.style.width = "1ch";
	cursor.style.height = `${height}px`;
	screen.replaceChildren(...lines, cursor);
};

const draw = () => {
	resize();
	for (let y = 0; y < state.lines; y++) {
		const id = state.ids[y];
		if (drawn[y] !== id)
			drawRow(lines[y], rows[id]);
		drawn[y] = id;
		lines[y].classList.toggle("hit", hits.has(id));
	}
	cursor.hidden = state.x < 0;
	cursor.style.left = `${Math.min(state.x, state.cols - 1)}ch`;
	cursor.style.top = `calc(${state.y} * ${screen.style.lineHeight})`;
};

const show = (n) => {
	if (n === frame)
		return;
	const key = keys[lastAt(keys.length, (i) => keys[i], n)];
	if (n < frame || key > frame)
		step(state, frame = key);
	while (frame < n)
		step(state, ++frame);
	draw();
};

/* ---- time ---- */

let now = FROM;
let playing = false, before = 0;
const marks = (id, select) =>
    Array.from(byId(id).querySelectorAll(select)).map((li) =>
    ({ li, t: Number(li.dataset.t) }));
const commands = marks("commands", "li"), masked = marks("masked", "li");
let found = [];			/* frames in which a search has a new hit */

const clockText = (t) => {
	const tenths = Math.floor(t / 1e5), s = Math.floor(tenths / 10);
	const two = (n) => String(n).padStart(2, "0");
	const hours = Math.floor(s / 3600), m = Math.floor(s / 60) % 60;
	return (hours > 0 ? `${hours}:${two(m)}` : m) +
	    `:${two(s % 60)}.${tenths % 10}`;
};

const drawBar = () => {
	const scale = window.devicePixelRatio || 1;
	const w = bar.clientWidth, h = bar.clientHeight;
	const look = getComputedStyle(document.documentElement);
	const ink = (name) => look.getPropertyValue(name);
	const c = bar.getContext("2d");
	const at = (t) => TO > FROM ? (t - FROM) / (TO - FROM) * (w - 4) + 2 :
	    2;
	bar.width = w * scale;
	bar.height = h * scale;
	c.scale(scale, scale);
	c.fillStyle = ink("--line");
	c.fillRect(0, 14, w, 8);
	c.fillStyle = ink("--link");
	c.fillRect(0, 14, at(now), 8);
	c.fillStyle = ink("--soft");
	for (const m of commands)
		c.fillRect(at(m.t) - 1, 3, 2, 9);
	c.fillStyle = ink("--mark");
	for (const m of masked)
		c.fillRect(at(m.t) - 1.5, 24, 3, 9);
	c.fillStyle = ink("--good");
	for (const n of found)
		c.fillRect(at(timeOf(n)) - 1, 14, 2, 8);
	c.fillStyle = ink("--ink");
	c.fillRect(at(now) - 1.5, 0, 3, h);
};

let command = -1;

const tell = () => {
	clock.textContent = `${clockText(now)} / ${clockText(TO)}`;
	bar.setAttribute("aria-valuenow", String(now / SECOND));
	bar.setAttribute("aria-valuemax", String(TO / SECOND));
	bar.setAttribute("aria-valuetext", clock.textContent);
	const n = lastAt(commands.length, (i) => commands[i].t, now);
	if (n !== command) {
		if (command >= 0)
			commands[command].li.classList.remove("at");
		command = n;
		if (n >= 0) {
			const li = commands[n].li, list = li.parentElement;
			li.classList.add("at");
			list.scrollTop = li.offsetTop - list.offsetTop -
			    list.clientHeight / 2;
		}
	}
	drawBar();
};

const goTo = (t) => {
	now = Math.max(FROM, Math.min(TO, t));
	show(Math.max(0, lastAt(frames.length, timeOf, now)));
	tell();
};

const play = (on) => {
	playing = on;
	byId("play").textContent = on ? "Pause" : "Play";
	if (!on)
		return;
	if (now >= TO)
		goTo(FROM);
	before = performance.now();
	requestAnimationFrame(tick);
};

const tick = (ms) => {
	if (!playing)
		return;
	const idle = Number(byId("idle").value) * SECOND;
	let t = now + Math.max(0, ms - before) * 1000 *
	    Number(byId("speed").value);
	before = ms;
	const next = frame + 1 < frames.length ? timeOf(frame + 1) : TO;
	if (idle > 0 && next - now > idle && t - timeOf(frame) > idle)
		t = next;
	goTo(t);
	if (now >= TO)
		play(false);
	else
		requestAnimationFrame(tick);
};

const faster = (by) => {
	const speed = byId("speed"), n = speed.selectedIndex + by;
	if (n >= 0 && n < speed.length)
		speed.selectedIndex = n;
};

/* Stop, and go there. */
const jump = (t) => {
	play(false);
	goTo(t);
};

/* Several frames may share a time. */
const jumpToFrame = (n) => {
	if (n < 0 || n >= frames.length)
		return;
	play(false);
	now = timeOf(n);
	show(n);
	tell();
};

const jumpToCommand = (by) => {
	let n = command + by;
	if (by < 0 && command >= 0 && now > commands[command].t)
		n = command;
	if (n >= 0 && n < commands.length)
		jump(commands[n].t);
};

/* ---- search ---- */

let needle = "";

const textOf = (runs) => {
	let text = "", col = 0;
	for (const [at, width, , part] of runs) {
		text += " ".repeat(Math.max(0, at - col)) + part;
		col = at + width;
	}
	return text.toLowerCase();
};

const search = () => {
	const wanted = byId("search").value.toLowerCase();
	if (wanted === needle)
		return;
	needle = wanted;
	hits = new Set();
	found = [];
	rows.forEach((runs, id) => {
		if (wanted !== "" && textOf(runs).includes(wanted))
			hits.add(id);
	});
	const s = { ids: [] };
	for (let n = 0; hits.size > 0 && n < frames.length; n++) {
		const was = s.ids.slice();
		step(s, n);
		if (s.ids.some((id) => hits.has(id) && !was.includes(id)))
			found.push(n);
	}
	byId("found").textContent = wanted === "" ? "" :
	    `${found.length} times`;
	draw();
	drawBar();
};

const toHit = (by) => {
	search();
	if (found.length === 0)
		return;
	const n = lastAt(found.length, (i) => found[i], frame);
	const to = by > 0 ? n + 1 : n >= 0 && found[n] === frame ? n - 1 : n;
	jumpToFrame(found[(to + found.length) % found.length]);
	byId("found").textContent =
	    `${found.indexOf(frame) + 1} of ${found.length}`;
};

/* ---- what the reader does ---- */

const ACTIONS = {
	" ": () => play(!playing),
	"ArrowLeft": (e) => jump(now - (e.shiftKey ? 60 : 5) * SECOND),
	"ArrowRight": (e) => jump(now + (e.shiftKey ? 60 : 5) * SECOND),
	"ArrowUp": () => jumpToCommand(-1),
	"ArrowDown": () => jumpToCommand(1),
	",": () => jumpToFrame(frame - 1),
	".": () => jumpToFrame(frame + 1),
	"+": () => faster(1),
	"=": () => faster(1),
	"-": () => faster(-1),
	"Home": () => jump(FROM),
	"End": () => jump(TO),
	"/": () => byId("search").focus(),
	"n": () => toHit(1),
	"N": () => toHit(-1),
	"?": () => byId("help").showModal(),
};

const onKey = (e) => {
	if (e.ctrlKey || e.altKey || e.metaKey || byId("help").open)
		return;
	const own = e.target.closest("input, select, button");
	if (own !== null)
		return;
	const item = e.target.closest("li.jump");
	if (item !== null && (e.key === "Enter" || e.key === " ")) {
		jump(Number(item.dataset.t));
	} else if (Object.hasOwn(ACTIONS, e.key)) {
		ACTIONS[e.key](e);
	} else {
		return;
	}
	e.preventDefault();
};

const onSearchKey = (e) => {
	if (e.key === "Enter") {
		toHit(e.shiftKey ? -1 : 1);
		e.preventDefault();
	} else if (e.key === "Escape") {
		byId("search").blur();
		e.preventDefault(); /* which would empty it */
	}
};

const onBar = (e) => {
	if (e.type === "pointerdown")
		bar.setPointerCapture(e.pointerId);
	else if (!bar.hasPointerCapture(e.pointerId))
		return;
	const box = bar.getBoundingClientRect();
	const part = (e.clientX - box.left - 2) / (box.width - 4);
	jump(FROM + part * (TO - FROM));
};

/* #t=90 is 90 s; without, the start. */
const fromAddress = () => {
	const match = /^#t=(\d+(?:\.\d+)?)$/.exec(location.hash);
	jump(match === null ? FROM : Number(match[1]) * SECOND);
};

const listen = () => {
	for (const { li } of commands.concat(masked)) {
		li.classList.add("jump");
		li.tabIndex = 0;
		li.setAttribute("role", "button");
		li.addEventListener("click", () => jump(Number(li.dataset.t)));
	}
	byId("play").addEventListener("click", () => play(!playing));
	byId("before").addEventListener("click", () => toHit(-1));
	byId("next").addEventListener("click", () => toHit(1));
	byId("keys").addEventListener("click", () => byId("help").showModal());
	byId("close").addEventListener("click", () => byId("help").close());
	byId("search").addEventListener("change", search);
	byId("search").addEventListener("keydown", onSearchKey);
	for (const type of ["pointerdown", "pointermove"])
		bar.addEventListener(type, onBar);
	document.addEventListener("keydown", onKey);
	window.addEventListener("hashchange", fromAddress);
	window.addEventListener("resize", () => {
		draw();
		drawBar();
	});
	window.matchMedia("(prefers-color-scheme: dark)").addEventListener(
	    "change", drawBar);
};

load();
main.classList.toggle("wide", widest > WIDE);
byId("player").hidden = false;
listen();
fromAddress();
})();
