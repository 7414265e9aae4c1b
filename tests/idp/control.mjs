/* SPDX-License-Identifier: BSD-2-Clause
 * control.mjs - faults on demand, and a log of who asked what when.
 * in: requests to the control port; out: answers spoilt as asked
 *
 * A fault is { where, kind, times, after, ... }: where is discovery, jwks,
 * device, token or userinfo; the first `after` requests pass, the next
 * `times` (default: all) are spoilt.  Kinds are the table below. */
import * as crypto from 'node:crypto';

const places = new Map([
	['/.well-known/openid-configuration', 'discovery'],
	['/jwks', 'jwks'],
	['/device/auth', 'device'],
	['/token', 'token'],
	['/me', 'userinfo'],
]);

const HUGE = 64 * 1024 * 1024;

function json(res, status, body, headers = {}) {
	res.writeHead(status, { 'content-type': 'application/json',
		'cache-control': 'no-store', ...headers });
	res.end(JSON.stringify(body));
}

/* RFC 6749, section 5.2 and RFC 8628, section 3.5 */
function oauthError(error, status = 400) {
	return (req, res) => json(res, status, { error });
}

function huge(req, res) {
	const chunk = Buffer.alloc(65536, 0x61);
	let left = HUGE;
	const more = () => {
		while (left > 0 && !res.destroyed) {
			left -= chunk.length;
			if (!res.write(chunk)) {
				res.once('drain', more);
				return;
			}
		}
		res.end('"}');
	};
	res.writeHead(200, { 'content-type': 'application/json' });
	res.write('{"a":"');
	more();
}

function slow(req, res) {
	res.writeHead(200, { 'content-type': 'application/json' });
	res.write('{');
	const timer = setInterval(() => res.write(' '), 500);
	res.on('close', () => clearInterval(timer));
}

const kinds = {
	authorization_pending: oauthError('authorization_pending'),
	slow_down: oauthError('slow_down'),
	access_denied: oauthError('access_denied'),
	expired_token: oauthError('expired_token'),
	invalid_grant: oauthError('invalid_grant'),
	invalid_client: oauthError('invalid_client', 401),
	status: (req, res, fault) => json(res, fault.status ?? 500,
		{ error: 'temporarily_unavailable' },
		fault.retry_after === undefined ? {} :
			{ 'retry-after': String(fault.retry_after) }),
	redirect: (req, res, fault) => json(res, 302, {},
		{ location: fault.location ?? '/.well-known/elsewhere' }),
	garbage: (req, res) => {
		res.writeHead(200, { 'content-type': 'application/json' });
		res.end(crypto.randomBytes(500));
	},
	text: (req, res, fault) => {
		res.writeHead(200, { 'content-type': 'application/json' });
		res.end(fault.text ?? '');
	},
	truncated: (req, res) => {
		res.writeHead(200, { 'content-type': 'application/json',
			'content-length': '1000' });
		res.write('{"issuer": "htt');
		setTimeout(() => res.destroy(), 50);
	},
	reset: (req) => req.socket.destroy(),
	hang: () => {},
	slow,
	huge,
	/* the true answer with members replaced, or removed by null */
	patch: undefined,
};

export class Control {
	constructor(settings) {
		this.settings = settings;
		this.faults = [];
		this.log = [];
		this.seq = 0;
	}

	/* The fault for one request, counted as used; undefined for none. */
	take(where, wanted) {
		const f = this.faults.find((x) => x.where === where &&
			wanted(x.kind) && x.times !== 0);
		if (f === undefined)
			return undefined;
		if (f.after > 0) {
			f.after -= 1;
			return undefined;
		}
		f.times -= 1;
		return f;
	}

	async serve(req, res, pages, callback) {
		const [path] = req.url.split('?');
		const where = places.get(path);
		const entry = { seq: ++this.seq, at_ms: Date.now(), where: where ?? 'page',
			method: req.method, path, status: null, done_ms: null,
			aborted: false, if_none_match: 'if-none-match' in req.headers };
		this.log.push(entry);
		res.on('close', () => {
			entry.done_ms = Date.now();
			entry.aborted = !res.writableFinished;
			entry.status = res.headersSent ? res.statusCode : null;
		});
		const fault = where && this.take(where, (k) => k !== 'patch');
		if (fault !== undefined)
			return kinds[fault.kind](req, res, fault);
		if (await pages(req, res))
			return undefined;
		return callback(req, res);
	}

	/* Inside the provider: change the body of a true answer. */
	patch(ctx) {
		const where = places.get(ctx.path);
		if (where === undefined || typeof ctx.body !== 'object' ||
		    ctx.body === null)
			return;
		if (where === 'device' && ctx.status === 200)
			ctx.body.interval = this.settings.interval;
		if (where === 'jwks' && this.settings.jwks_max_age !== undefined)
			ctx.set('cache-control',
				`max-age=${this.settings.jwks_max_age}`);
		const fault = this.take(where, (k) => k === 'patch');
		if (fault !== undefined) {
			const body = { ...ctx.body, ...fault.set };
			for (const key of Object.keys(body))
				if (body[key] === null)
					delete body[key];
			ctx.body = body;
		}
		if (where === 'jwks')
			this.tag(ctx);
	}

	/* oidc-provider sends no ETag: add one, and answer 304 to its holder */
	tag(ctx) {
		const tag = `"${crypto.createHash('sha256').update(
			JSON.stringify(ctx.body)).digest('hex').slice(0, 16)}"`;
		ctx.set('etag', tag);
		if (ctx.get('if-none-match') === tag) {
			ctx.status = 304;
			ctx.body = null;
		}
	}

	addFault(f) {
		if (![...places.values()].includes(f.where))
			return `where: ${f.where}`;
		if (!Object.hasOwn(kinds, f.kind))
			return `kind: ${f.kind}`;
		this.faults.push({ times: -1, after: 0, ...f });
		return null;
	}

	async command(req, res) {
		let text = '';
		for await (const chunk of req)
			text += chunk;
		const url = new URL(req.url, 'http://control');
		const verb = `${req.method} ${url.pathname}`;
		let body;
		try {
			body = text === '' ? {} : JSON.parse(text);
		} catch {
			return json(res, 400, { error: 'no JSON' });
		}
		if (verb === 'POST /_test/fault') {
			const wrong = this.addFault(body);
			return wrong ? json(res, 400, { error: wrong }) :
				json(res, 200, { faults: this.faults });
		}
		if (verb === 'GET /_test/fault')
			return json(res, 200, { faults: this.faults });
		if (verb === 'DELETE /_test/fault') {
			this.faults = [];
			return json(res, 200, {});
		}
		if (verb === 'GET /_test/log') {
			const since = Number(url.searchParams.get('since') ?? 0);
			return json(res, 200, { now_ms: Date.now(), seq: this.seq,
				log: this.log.filter((e) => e.seq > since) });
		}
		if (verb === 'POST /_test/set') {
			Object.assign(this.settings, body);
			return json(res, 200, this.settings);
		}
		if (verb === 'POST /_test/rotate')
			return json(res, 200, { kids: this.onRotate(body.mode) });
		if (verb === 'POST /_test/certificate')
			return this.onCertificate(body.use) ? json(res, 200, {}) :
				json(res, 400, { error: `use: ${body.use}` });
		return json(res, 404, { error: verb });
	}
}
