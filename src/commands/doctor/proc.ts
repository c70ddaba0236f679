/**
 * Who is connected to whom on this machine, from `/proc`: connections, programs, and which program holds which. Without
 * root, those of other users are connections that nobody holds. src/commands/doctor only. Source: proc(5).
 */
import { readdir, readlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { printable, readSystemFile } from './machine.ts';
import { type Connection, parseConnections } from './proc-net.ts';

export interface Program {
  readonly pid: number;
  /** Of its file, `amacoreagent`; the kernel's name of it, 15 characters, where it has no command line. */
  readonly name: string;
  /** How it was started; empty where it has no command line. */
  readonly path: string;
}

export interface HeldConnection extends Connection {
  /** Absent: no program that we may look into, or the kernel itself. */
  readonly program?: Program;
}

export interface ConnectionSight {
  readonly connections: readonly HeldConnection[];
  readonly programs: readonly Program[];
}

/** `undefined` when there is no `/proc`: not Linux. Programs that end meanwhile are left out. */
export async function readConnections(root: string): Promise<ConnectionSight | undefined> {
  const [v4, v6] = await Promise.all(['proc/net/tcp', 'proc/net/tcp6'].map(path => readSystemFile(root, path)));
  if (v4?.state !== 'read') return undefined;
  // Without IPv6 in the kernel there is no second file.
  const connections = [v4, v6].flatMap(file => (file?.state === 'read' ? parseConnections(file.text) : []));
  const holders = new Map<string, Program>();
  const programs: Program[] = [];
  for (const pid of await processIds(root)) {
    const program = await readProgram(root, pid, holders);
    if (program !== undefined) programs.push(program);
  }
  return { connections: connections.map(connection => heldBy(connection, holders.get(connection.inode))), programs };
}

const heldBy = (connection: Connection, program: Program | undefined): HeldConnection =>
  program === undefined ? connection : { ...connection, program };

const processIds = async (root: string): Promise<readonly string[]> =>
  (await readdir(join(root, 'proc'))).filter(name => /^[0-9]+$/.test(name));

async function readProgram(root: string, pid: string, holders: Map<string, Program>): Promise<Program | undefined> {
  const [line, comm] = await Promise.all(
    ['cmdline', 'comm'].map(file => readSystemFile(root, join('proc', pid, file))),
  );
  if (comm?.state !== 'read') return undefined;
  const [path = ''] = line?.state === 'read' ? line.text.split('\0') : [];
  const sockets = await socketsOf(join(root, 'proc', pid, 'fd'));
  const name = printable(basename(path) || comm.text.trim());
  const program = { pid: Number(pid), name, path: printable(path) };
  for (const inode of sockets) holders.set(inode, program);
  return program;
}

const SOCKET = /^socket:\[([0-9]+)\]$/;

/** Inodes; none when we may not look, or it has ended. */
async function socketsOf(directory: string): Promise<readonly string[]> {
  try {
    const links = await Promise.allSettled((await readdir(directory)).map(fd => readlink(join(directory, fd))));
    return links.flatMap(link => {
      const inode = link.status === 'fulfilled' ? SOCKET.exec(link.value)?.[1] : undefined;
      return inode === undefined ? [] : [inode];
    });
  } catch {
    return [];
  }
}
