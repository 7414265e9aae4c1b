#!/usr/bin/env node
/* SPDX-License-Identifier: BSD-2-Clause
 * idp.mjs - an OpenID provider on loopback, for tests and for ./quickstart.
 * in: options (below), a people file, faults from the control port
 * out: https on one port, a control port, DIR/ready
 *
 * See README.md beside this file.  Nobody is checked at its sign-in page:
 * never let it listen on anything but loopback, and it does not. */
import { once } from 'node:events';
import * as fs from 'node:fs';
import * as http from 'node:http';
import * as https from 'node:https';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { Control } from './control.mjs';
import { makeClients, makeProvider, makeKeys } from './provider.mjs';
import { makeCertificates } from './tls.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));

function usage(why) {
	process.stderr.write(`idp: ${why}
usage: node idp.mjs --dir DIR [--port PORT] [--host HOST] [--people FILE]
                    [--thin] [--device-ttl S] [--token-ttl S]
`);
	process.exit(2);
}

function number(text, name, least) {
	const n = Number(text);
	if (!Number.isSafeInteger(n) || n < least)
		usage(`--${name}: "${text}" is no number of at least ${least}`);
	return n;
}

function options() {
	let v;
	try {
		v = parseArgs({ options: {
			dir: { type: 'string' },
			port: { type: 'string', default: '0' },
			host: { type: 'string', default: '127.0.0.1' },
			people: { type: 'string',
				default: path.join(here, 'people.json') },
			thin: { type: 'boolean', default: false },
			'device-ttl': { type: 'string', default: '300' },
			'token-ttl': { type: 'string', default: '600' },
		} }).values;
	} catch (error) {
		usage(error.message);
	}
	if (v.dir === undefined)
		usage('--dir is missing');
	if (!['127.0.0.1', 'localhost', '::1'].includes(v.host))
		usage(`--host ${v.host} is not loopback`);
	return {
		dir: path.resolve(v.dir),
		port: number(v.port, 'port', 0),
		host: v.host,
		people: JSON.parse(fs.readFileSync(v.people, 'utf8')),
		thin: v.thin,
		settings: {
			device_ttl: number(v['device-ttl'], 'device-ttl', 1),
			token_ttl: number(v['token-ttl'], 'token-ttl', 1),
			interval: 1,
		},
	};
}

function writeWhole(file, text, mode) {
	fs.writeFileSync(`${file}.new`, text, { mode });
	fs.renameSync(`${file}.new`, file);
}

/* Bind before the provider is made: its issuer contains the port. */
async function listen(server, port, host) {
	server.listen(port, host);
	await once(server, 'listening');
	return server.address().port;
}

async function main() {
	const opt = options();
	fs.mkdirSync(opt.dir, { recursive: true, mode: 0o755 });
	const certs = makeCertificates(opt.dir);
	const clients = makeClients();
	const control = new Control(opt.settings);
	let keys = makeKeys(1);
	let generation = 1;
	let provider;

	const server = https.createServer(certs.good, (req, res) => {
		control.serve(req, res, provider.pages, provider.callback);
	});
	/* the bind address of --host localhost is IPv4: both name the same */
	const bind = opt.host === 'localhost' ? '127.0.0.1' : opt.host;
	const port = await listen(server, opt.port, bind);
	const name = opt.host === '::1' ? '[::1]' : opt.host;
	const issuer = `https://${name}:${port}`;
	const remake = () => {
		provider = makeProvider({ issuer, clients, keys, opt, control });
	};
	remake();

	control.onRotate = (mode) => {
		const fresh = makeKeys(++generation);
		/* the newest first: the provider signs with the first that fits */
		keys = mode === 'replace' ? fresh : [...fresh, ...keys];
		remake();
		return keys.map((k) => k.kid);
	};
	control.onCertificate = (which) => {
		if (!(which in certs))
			return false;
		server.setSecureContext(certs[which]);
		return true;
	};
	const controlServer = http.createServer((req, res) =>
		control.command(req, res));
	const controlPort = await listen(controlServer, 0, '127.0.0.1');

	const secretFile = path.join(opt.dir, 'client_secret');
	writeWhole(secretFile,
		`${clients.find((c) => c.client_secret).client_secret}\n`, 0o600);
	writeWhole(path.join(opt.dir, 'ready'), `${JSON.stringify({
		issuer,
		ca: certs.caFile,
		other_ca: certs.otherCaFile,
		control: `http://127.0.0.1:${controlPort}`,
		client_secret_file: secretFile,
		clients: clients.map((c) => c.client_id),
		pid: process.pid,
	}, null, 1)}\n`, 0o644);
	process.stdout.write(`ready ${issuer} ca ${certs.caFile}\n`);

	const stop = () => {
		fs.rmSync(path.join(opt.dir, 'ready'), { force: true });
		server.closeAllConnections();
		controlServer.closeAllConnections();
		process.exit(0);
	};
	process.on('SIGTERM', stop);
	process.on('SIGINT', stop);
}

await main();
