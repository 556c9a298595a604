/** `node tools/requirements.ts`: writes `docs/algorithms-and-solvers.md` from the table of requirements. */
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { requirementsPage } from '../compiler/requirements/page.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
writeFileSync(join(root, 'docs/algorithms-and-solvers.md'), requirementsPage());
