/** What package.json promises to VS Code is there, and untrusted folders are promised that nothing runs. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compile } from '../../compiler/index.ts';
import { ownCommands, commands as serverCommands } from '../../lsp/lenses.ts';
import { verbs } from '../../lsp/vscode/launch.ts';
import { markdownGrammar, scopeName, textMateGrammar } from '../../lsp/vscode/textmate.ts';
import { marl } from '../cli/run.ts';
import { memoryHost } from '../support/memory-host.ts';

const root = join(import.meta.dirname, '../..');
const home = join(root, 'lsp/vscode');

interface Manifest {
  readonly version: string;
  readonly private: boolean;
  readonly main: string;
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly capabilities: {
    readonly untrustedWorkspaces: { readonly supported: string; readonly restrictedConfigurations: readonly string[] };
  };
  readonly contributes: {
    readonly languages: readonly {
      readonly id: string;
      readonly extensions: readonly string[];
      readonly configuration: string;
    }[];
    readonly grammars: readonly { readonly scopeName: string; readonly path: string }[];
    readonly snippets: readonly { readonly path: string }[];
    readonly configuration: {
      readonly properties: Readonly<Record<string, { readonly scope: string; readonly default: unknown }>>;
    };
    readonly commands: readonly { readonly command: string; readonly enablement?: string }[];
    readonly taskDefinitions: readonly {
      readonly properties: { readonly verb: { readonly enum: readonly string[] } };
    }[];
    readonly problemMatchers: readonly {
      readonly name: string;
      readonly pattern: readonly { readonly regexp: string; readonly [part: string]: string | number }[];
    }[];
    readonly walkthroughs: readonly {
      readonly steps: readonly {
        readonly description: string;
        readonly media: { readonly markdown: string };
        readonly completionEvents: readonly string[];
      }[];
    }[];
  };
}

const manifest = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as Manifest;
const { contributes } = manifest;
const source = (name: string): string => readFileSync(join(home, name), 'utf8');

test('it is built, not published: private, of the same version, with pinned packages and none at run time', () => {
  const own = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  expect(manifest.version).toBe(own.version);
  expect(manifest.private).toBe(true);
  expect(manifest.dependencies).toBeUndefined();
  for (const [name, version] of Object.entries(manifest.devDependencies))
    expect(version, name).toMatch(/^\d+\.\d+\.\d+$/);
  expect(source('package-lock.json')).not.toContain('"resolved"');
});

test('every file that it names is made by the build or lies there', () => {
  const build = source('build.ts');
  const made = [
    ...contributes.languages.map(({ configuration }) => configuration),
    ...contributes.grammars.map(({ path }) => path),
    ...contributes.snippets.map(({ path }) => path),
    manifest.main,
  ];
  for (const path of made) expect(build, path).toContain(path.slice('./dist/'.length));
  for (const { steps } of contributes.walkthroughs)
    for (const { media } of steps) expect(existsSync(join(home, media.markdown)), media.markdown).toBe(true);
  expect(contributes.grammars.map(one => one.scopeName)).toEqual([
    textMateGrammar().scopeName,
    (markdownGrammar() as { scopeName: string }).scopeName,
  ]);
  expect(JSON.stringify(markdownGrammar())).toContain(`"include":"${scopeName}"`);
});

test('every command is registered, and those of the server are among them', () => {
  const registered = new Set([
    ...[...source('host/commands.ts').matchAll(/\b(?:on|onTarget)\('(marl\.\w+)'/g)].map(match => match[1] as string),
    // The client registers what the server says it executes.
    ...ownCommands,
  ]);
  const contributed = contributes.commands.map(({ command }) => command);
  for (const command of contributed) expect(registered, command).toContain(command);
  for (const command of serverCommands) expect(registered).toContain(command);
  // The client says of each that it may stand in a lens.
  for (const command of serverCommands) expect(source('host/server.ts')).toContain(`'${command}'`);
  for (const { steps } of contributes.walkthroughs)
    for (const { description, completionEvents } of steps)
      for (const [, command] of `${description} ${completionEvents.join(' ')}`.matchAll(
        /(?:command|onCommand):(marl\.\w+)/g,
      ))
        expect(registered, description).toContain(command);
});

test('in an untrusted folder no command runs a program, and no setting of the folder says what is started', () => {
  const { untrustedWorkspaces } = manifest.capabilities;
  expect(untrustedWorkspaces.supported).toBe('limited');
  // Whatever reaches a command line is restricted; settings for one machine stay out of the workspace's files besides.
  const settings = Object.keys(contributes.configuration.properties).filter(name => name !== 'marl.trace.server');
  expect([...untrustedWorkspaces.restrictedConfigurations].sort()).toEqual(settings.sort());
  for (const name of settings)
    expect(contributes.configuration.properties[name]?.scope, name).toBe('machine-overridable');
  for (const { command, enablement } of contributes.commands)
    if (!['marl.restart', 'marl.output', 'marl.walkthrough'].includes(command))
      expect(enablement, command).toBe('isWorkspaceTrusted');
});

test('tasks know the verbs that tasks can have', () => {
  expect(contributes.taskDefinitions[0]?.properties.verb.enum).toEqual([...verbs]);
});

test('the programs of the walkthrough are right', () => {
  const block = (name: string): string =>
    /```marl\n([\s\S]*?)```/.exec(source(`walkthrough/${name}.md`))?.[1] ?? 'there is no program';
  const program = compile(memoryHost({ 'hunt.marl': `${block('write')}\n${block('train')}` }), 'hunt.marl');
  expect(program.diagnostics).toEqual([]);
  expect(program.trains).toHaveLength(1);
});

test('the problem matcher reads what `marl check` writes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'marl-matcher-'));
  try {
    writeFileSync(
      join(folder, 'my game.marl'),
      'game G {\n  agents A, B\n  actions { X }\n  reward = nowhere\n}\nsolve nash of H\n',
    );
    const ran = await marl(['check', 'my game.marl'], { cwd: folder });
    expect(ran.code).toBe(1);
    const { json } = {
      json: JSON.parse((await marl(['check', 'my game.marl', '--json'], { cwd: folder })).out) as Json,
    };
    const [first, second] = contributes.problemMatchers[0]?.pattern ?? [];
    const lines = ran.all.split('\n');
    const found = lines.flatMap((line, k) => {
      const head = new RegExp(first?.regexp as string).exec(line);
      const place = new RegExp(second?.regexp as string).exec(lines[k + 1] ?? '');
      if (head === null || place === null) return [];
      const part = (match: RegExpExecArray, number: unknown): string => match[number as number] as string;
      return [
        {
          severity: part(head, first?.severity),
          code: part(head, first?.code),
          message: part(head, first?.message),
          file: part(place, second?.file),
          line: Number(part(place, second?.line)),
          column: Number(part(place, second?.column)),
        },
      ];
    });
    expect(found.length).toBeGreaterThan(1);
    expect(found).toEqual(
      json.diagnostics.map(({ severity, code, name, message, file, range: { start } }) => ({
        severity,
        code,
        message: `${name}: ${message}`,
        file,
        ...start,
      })),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

interface Json {
  readonly diagnostics: readonly {
    readonly severity: string;
    readonly code: string;
    readonly name: string;
    readonly message: string;
    readonly file: string;
    readonly range: { readonly start: { readonly line: number; readonly column: number } };
  }[];
}
