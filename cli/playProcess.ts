/** The process in which an editor plays a game by hand: `lsp/vscode` starts it and speaks to it by messages. One table each. */
import { compile } from '../compiler/index.ts';
import {
  type Answer,
  gameOfProgram,
  type Order,
  type Refusal,
  refusal,
  Table,
  type View,
} from '../lsp/vscode/table.ts';
import { lspDesk } from './lspDesk.ts';

let table: Table | undefined;

process.on('message', (order: Order) => {
  const answer: Answer = { id: order.id, found: answerTo(order) };
  process.send?.(answer);
});
// The editor has gone.
process.on('disconnect', () => process.exit());

function answerTo(order: Order): View | Refusal {
  try {
    if (order.kind === 'move') return table?.move(order.move) ?? { problem: 'No game was opened.' };
    const model = gameOfProgram(programOf(order.path, order.texts), order.game);
    if ('problem' in model) return model;
    if (table !== undefined) return table.reload(model);
    table = new Table(model, order.seed);
    return table.view();
  } catch (error) {
    return refusal(error);
  }
}

function programOf(path: string, texts: Readonly<Record<string, string>>) {
  const disk = lspDesk().host(path);
  const read = (file: string) => (Object.hasOwn(texts, file) ? { text: texts[file] as string } : disk.read(file));
  return compile({ ...disk, read }, path);
}
