/* SPDX-License-Identifier: BSD-2-Clause
 * tls.mjs - certificates of one run, made by openssl(1).
 * in: a folder; out: a CA in it, and server keys: a good one, one that has
 *     expired, one for another name, and a second CA that signed nothing */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';

function openssl(dir, ...args) {
	execFileSync('openssl', args, { cwd: dir, stdio: 'pipe' });
}

function makeAuthority(dir, name) {
	openssl(dir, 'req', '-x509', '-newkey', 'ec',
		'-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30',
		'-keyout', `${name}.key`, '-out', `${name}.pem`,
		'-subj', `/CN=warrant test CA (${name})`,
		'-addext', 'basicConstraints=critical,CA:TRUE',
		'-addext', 'keyUsage=critical,keyCertSign,cRLSign');
}

function makeServer(dir, name, names, days) {
	fs.writeFileSync(path.join(dir, `${name}.ext`),
		`subjectAltName=${names}\nbasicConstraints=CA:FALSE\n` +
		'keyUsage=digitalSignature\nextendedKeyUsage=serverAuth\n');
	openssl(dir, 'req', '-new', '-newkey', 'ec',
		'-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
		'-keyout', `${name}.key`, '-out', `${name}.csr`,
		'-subj', '/CN=warrant test provider');
	openssl(dir, 'x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.pem',
		'-CAkey', 'ca.key', '-CAcreateserial', '-days', String(days),
		'-extfile', `${name}.ext`, '-out', `${name}.pem`);
	return {
		key: fs.readFileSync(path.join(dir, `${name}.key`)),
		cert: fs.readFileSync(path.join(dir, `${name}.pem`)),
	};
}

/* A provider started again in the same folder keeps its authority, as one
 * that was only down would. */
export function makeCertificates(dir) {
	const work = path.join(dir, 'tls');
	fs.mkdirSync(work, { recursive: true, mode: 0o700 });
	for (const name of ['ca', 'other-ca'])
		if (!fs.existsSync(path.join(work, `${name}.pem`)))
			makeAuthority(work, name);
	const ours = 'IP:127.0.0.1,IP:::1,DNS:localhost';
	const certs = {
		good: makeServer(work, 'good', ours, 30),
		expired: makeServer(work, 'expired', ours, -1),
		'wrong-name': makeServer(work, 'wrong-name',
			'DNS:other.invalid', 30),
	};
	for (const name of ['ca', 'other-ca'])
		fs.copyFileSync(path.join(work, `${name}.pem`),
			path.join(dir, `${name}.pem`));
	return {
		...certs,
		caFile: path.join(dir, 'ca.pem'),
		otherCaFile: path.join(dir, 'other-ca.pem'),
	};
}
