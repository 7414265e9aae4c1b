/* SPDX-License-Identifier: BSD-2-Clause
 * provider.mjs - oidc-provider with our clients, people and pages.
 * in: issuer, people, settings; out: a request listener and the pages
 *
 * Groups are in the ID token; with --thin only at the userinfo endpoint, as
 * OpenID Connect Core 1.0, section 5.4 has it for a request that also gets
 * an access token. */
import * as crypto from 'node:crypto';
import * as querystring from 'node:querystring';
import Provider, { interactionPolicy } from 'oidc-provider';

const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code';
const cookieKeys = [crypto.randomBytes(32).toString('hex')];

/* One key for each algorithm, so that kid and alg name exactly one. */
export function makeKeys(generation) {
	const of = (alg, type, how) => ({
		...crypto.generateKeyPairSync(type, how).privateKey
			.export({ format: 'jwk' }),
		kid: `${alg.toLowerCase()}-${generation}`,
		alg,
		use: 'sig',
	});
	return [
		of('RS256', 'rsa', { modulusLength: 2048 }),
		of('PS256', 'rsa', { modulusLength: 2048 }),
		of('ES256', 'ec', { namedCurve: 'P-256' }),
		of('EdDSA', 'ed25519'),
	];
}

/* warrant and warrant-ALG: public clients of the device flow, one for each
 * signature algorithm; warrant-secret and warrant-basic: confidential;
 * warrant-login: code flow with PKCE on loopback. */
export function makeClients() {
	/* characters that RFC 6749, section 2.3.1 wants encoded */
	const secret = `${crypto.randomBytes(18).toString('base64')}:%+ &=`;
	const device = (id, alg, rest) => ({
		client_id: id,
		client_name: 'warrant on the test hosts',
		token_endpoint_auth_method: 'none',
		grant_types: [DEVICE],
		redirect_uris: [],
		response_types: [],
		id_token_signed_response_alg: alg,
		...rest,
	});
	return [
		device('warrant', 'RS256'),
		device('warrant-ps256', 'PS256'),
		device('warrant-es256', 'ES256'),
		device('warrant-eddsa', 'EdDSA'),
		device('warrant-secret', 'RS256', { client_secret: secret,
			token_endpoint_auth_method: 'client_secret_post' }),
		device('warrant-basic', 'RS256', { client_secret: secret,
			token_endpoint_auth_method: 'client_secret_basic' }),
		{
			client_id: 'warrant-login',
			client_name: 'warrant-login',
			application_type: 'native',
			token_endpoint_auth_method: 'none',
			grant_types: ['authorization_code'],
			response_types: ['code'],
			redirect_uris: ['http://127.0.0.1/'],
			id_token_signed_response_alg: 'ES256',
		},
	];
}

function escape(text) {
	return String(text).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

function page(title, body) {
	return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>${title}</title>
<style>body{font:18px sans-serif;max-width:32em;margin:3em auto}
code{font-size:2em}button{font-size:1em;margin:.3em}</style></head>
<body><h1>${title}</h1>
${body}
<p><small>A provider for tests: it checks nobody.</small></p></body></html>`;
}

const deviceFlow = {
	enabled: true,
	userCodeInputSource(ctx, form, out, error) {
		ctx.body = page('Sign in', `<p>${error ? escape(
			error.message || error.name) :
			'Type the code that your terminal shows.'}</p>
${form}<button type="submit" form="op.deviceInputForm">Go on</button>`);
	},
	userCodeConfirmSource(ctx, form, client, info, code) {
		ctx.body = page('Is this your terminal?', `<p>${escape(
			client.clientName)} asks to sign you in. Go on only if your own
terminal shows this code now:</p><p><code>${escape(code)}</code></p>${form}
<button type="submit" form="op.deviceConfirmForm" name="confirm"
 value="yes">Yes, go on</button>
<button type="submit" form="op.deviceConfirmForm" name="abort"
 value="yes">No</button>`);
	},
	successSource(ctx) {
		ctx.body = page('Signed in',
			'<p>Go back to your terminal.</p>');
	},
};

/* Each sign-in asks who it is, whatever session the browser still has. */
function policy() {
	const base = interactionPolicy.base();
	base.get('login').checks.add(new interactionPolicy.Check('always',
		'sign in each time', (ctx) => (ctx.oidc.result?.login ?
			interactionPolicy.Check.NO_NEED_TO_PROMPT :
			interactionPolicy.Check.REQUEST_PROMPT)));
	return base;
}

function claimsOf(name, person) {
	const { email_verified: verified = true, ...rest } = person;
	return { preferred_username: name, email_verified: verified, ...rest };
}

function configuration({ clients, keys, opt }) {
	const bySub = new Map(Object.entries(opt.people).map(
		([name, p]) => [p.sub, claimsOf(name, p)]));
	return {
		clients,
		jwks: { keys },
		cookies: { keys: cookieKeys },
		scopes: ['openid', 'profile', 'email', 'groups'],
		claims: {
			openid: ['sub', 'amr', 'auth_time'],
			profile: ['name', 'preferred_username'],
			email: ['email', 'email_verified'],
			groups: ['groups'],
			acr: null, sid: null, iss: null,
		},
		conformIdTokenClaims: opt.thin,
		pkce: { required: () => true },
		features: {
			deviceFlow,
			devInteractions: { enabled: false },
			rpInitiatedLogout: { enabled: false },
		},
		ttl: {
			DeviceCode: () => opt.settings.device_ttl,
			IdToken: () => opt.settings.token_ttl,
			AccessToken: () => opt.settings.token_ttl,
			AuthorizationCode: 60, Grant: 3600, Interaction: 3600,
			Session: 3600,
		},
		interactions: {
			policy: policy(),
			url: (ctx, interaction) => `/interaction/${interaction.uid}`,
		},
		findAccount: (ctx, sub) => bySub.has(sub) && ({
			accountId: sub,
			claims: () => bySub.get(sub),
		}),
		/* our own clients: nobody is asked for consent */
		async loadExistingGrant(ctx) {
			const grant = new ctx.oidc.provider.Grant({
				clientId: ctx.oidc.client.clientId,
				accountId: ctx.oidc.session.accountId,
			});
			grant.addOIDCScope('openid profile email groups');
			await grant.save();
			return grant;
		},
	};
}

async function readForm(req) {
	let text = '';
	for await (const chunk of req) {
		text += chunk;
		if (text.length > 4096)
			throw new Error('form too long');
	}
	return querystring.parse(text);
}

function send(res, status, html) {
	res.writeHead(status, { 'content-type': 'text/html; charset=utf-8' });
	res.end(html);
}

/* The sign-in page: who are you? */
function makePages(provider, people) {
	return async function pages(req, res) {
		if (!req.url.startsWith('/interaction/'))
			return false;
		try {
			await provider.interactionDetails(req, res);
			if (req.method !== 'POST') {
				send(res, 200, page('Who are you?',
					`<form method="post">${Object.entries(people).map(
						([name, p]) => `<button name="person"
 value="${escape(name)}">${escape(p.name)} (${escape(name)})</button>`).join('\n')}
<button name="deny" value="yes">I did not ask for this</button></form>`));
				return true;
			}
			const form = await readForm(req);
			const person = Object.hasOwn(people, form.person ?? '') ?
				people[form.person] : undefined;
			if (form.deny) {
				await provider.interactionFinished(req, res, {
					error: 'access_denied',
					error_description: 'refused at the sign-in page' });
			} else if (person === undefined) {
				send(res, 403, page('No such person', ''));
			} else {
				await provider.interactionFinished(req, res, {
					login: { accountId: person.sub,
						amr: person.amr ?? ['pwd', 'otp'] },
					/* a native client always asks for it */
					consent: {} });
			}
		} catch (error) {
			send(res, 400, page('Cannot sign in',
				`<p>${escape(error.message)}</p>`));
		}
		return true;
	};
}

export function makeProvider({ issuer, clients, keys, opt, control }) {
	const provider = new Provider(issuer,
		configuration({ clients, keys, opt }));
	provider.use(async (ctx, next) => {
		await next();
		control.patch(ctx);
	});
	provider.on('server_error', (ctx, error) => {
		process.stderr.write(`idp: ${error.stack}\n`);
	});
	return {
		callback: provider.callback(),
		pages: makePages(provider, opt.people),
	};
}
