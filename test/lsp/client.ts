/** A language client for tests: starts the server as an editor would and speaks the protocol over its standard streams. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { join } from 'node:path';

interface Message {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
}

export interface Shown {
  readonly uri: string;
  readonly version?: number;
  readonly diagnostics: readonly {
    readonly range: { readonly start: { readonly line: number; readonly character: number } };
    readonly code: string;
    readonly message: string;
    readonly severity: number;
    readonly codeDescription?: { readonly href: string };
    readonly relatedInformation?: readonly unknown[];
  }[];
}

const root = join(import.meta.dirname, '../..');

export class Client {
  readonly process: ChildProcessWithoutNullStreams;
  /** Notifications and requests of the server, in order. */
  readonly heard: Message[] = [];
  errors = '';
  #buffer = Buffer.alloc(0);
  #next = 1;
  readonly #answers = new Map<number, (message: Message) => void>();
  #left = false;
  #listeners: (() => void)[] = [];

  constructor(command: readonly string[] = [process.execPath, join(root, 'cli/main.ts'), 'lsp', '--stdio']) {
    this.process = spawn(command[0] as string, command.slice(1), { stdio: ['pipe', 'pipe', 'pipe'] });
    this.process.stdout.on('data', (data: Buffer) => this.#read(data));
    this.process.once('exit', code => {
      this.#left = true;
      const error = { code: -1, message: `the server left with ${code}; ${this.errors}` };
      for (const answer of [...this.#answers.values()]) answer({ error });
      for (const listen of this.#listeners) listen();
    });
    this.process.stdin.on('error', () => undefined);
    this.process.stderr.on('data', (data: Buffer) => {
      this.errors += data.toString();
    });
  }

  #read(data: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, data]);
    for (;;) {
      const end = this.#buffer.indexOf('\r\n\r\n');
      if (end < 0) return;
      const length = Number(/Content-Length: (\d+)/i.exec(this.#buffer.subarray(0, end).toString())?.[1]);
      if (!Number.isFinite(length)) throw new Error(`not the protocol: ${this.#buffer.subarray(0, end).toString()}`);
      if (this.#buffer.length < end + 4 + length) return;
      const body = this.#buffer.subarray(end + 4, end + 4 + length).toString();
      this.#buffer = this.#buffer.subarray(end + 4 + length);
      this.#take(JSON.parse(body) as Message);
    }
  }

  #take(message: Message): void {
    if (message.method === undefined) this.#answers.get(message.id as number)?.(message);
    else {
      this.heard.push(message);
      if (message.id !== undefined) this.#write({ id: message.id, result: null });
    }
    for (const listen of this.#listeners) listen();
  }

  #write(message: object): void {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    this.process.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  /** Bytes as they are, for what no client should send. */
  raw(text: string): void {
    this.process.stdin.write(text);
  }

  notify(method: string, params: unknown): void {
    this.#write({ method, params });
  }

  /** The result; an error is thrown with its message. */
  request<T>(method: string, params: unknown): Promise<T> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#answers.set(id, message => {
        this.#answers.delete(id);
        if (message.error === undefined) resolve(message.result as T);
        else reject(new Error(message.error.message));
      });
      this.#write({ id, method, params });
    });
  }

  /** Waits until something that was heard satisfies a test, looking from the `since`-th message on. */
  until<T>(find: (heard: readonly Message[]) => T | undefined, what: string, milliseconds = 60_000): Promise<T> {
    return new Promise((resolve, reject) => {
      const listen = (): void => {
        const found = find(this.heard);
        if (found === undefined && !this.#left) return;
        clearTimeout(timer);
        this.#listeners = this.#listeners.filter(one => one !== listen);
        if (found === undefined) reject(new Error(`the server left before ${what}; ${this.errors}`));
        else resolve(found);
      };
      const timer = setTimeout(() => reject(new Error(`waited in vain for ${what}; ${this.errors}`)), milliseconds);
      this.#listeners.push(listen);
      listen();
    });
  }

  /** The diagnostics published last for a file that satisfy a test. */
  diagnostics(uri: string, test: (shown: Shown) => boolean = () => true, since = 0): Promise<Shown> {
    return this.until(heard => {
      const last = heard
        .slice(since)
        .findLast(one => one.method === 'textDocument/publishDiagnostics' && (one.params as Shown).uri === uri);
      return last !== undefined && test(last.params as Shown) ? (last.params as Shown) : undefined;
    }, `diagnostics of ${uri}`);
  }

  async begin(folder: string | undefined, capabilities: object = {}, options: object = {}): Promise<unknown> {
    const result = await this.request('initialize', {
      processId: process.pid,
      rootUri: folder ?? null,
      workspaceFolders: folder === undefined ? null : [{ uri: folder, name: 'test' }],
      capabilities,
      initializationOptions: options,
    });
    this.notify('initialized', {});
    return result;
  }

  open(uri: string, text: string, version = 1): void {
    this.notify('textDocument/didOpen', { textDocument: { uri, languageId: 'marl', version, text } });
  }

  /** Ends the server in good order; its exit code. */
  async end(): Promise<number | null> {
    const left = new Promise<number | null>(resolve => this.process.once('exit', code => resolve(code)));
    await this.request('shutdown', null);
    this.notify('exit', null);
    return await left;
  }
}

/** Asks again and again until there is an answer. */
export async function eventually<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 200; tries++) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  throw new Error('it never came');
}
