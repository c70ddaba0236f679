/**
 * Runs inside a network namespace of its own, where nothing but this program listens: a TLS server in place of the private
 * endpoint on port 443, and then a command to its end, whose output and exit code are this program's. Started by
 * packed.test.ts with CERTIFICATE, KEY and ADDRESS.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:tls';

const { CERTIFICATE: cert = '', KEY: key = '', ADDRESS: address } = process.env;
const [command = '', ...args] = process.argv.slice(2);

const server = createServer({ cert, key });
server.on('connection', socket => socket.on('error', () => socket.destroy()));
server.listen(443, address);
await once(server, 'listening');
const child = spawn(command, args, { stdio: 'inherit' });
const [code] = await once(child, 'close');
process.exit(code ?? 70);
