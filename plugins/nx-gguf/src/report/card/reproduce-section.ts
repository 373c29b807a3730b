import type { Evidence } from '../../core/generated/evidence.generated.js';
import { shellLine } from '../shell-line.js';
import { codeBlock } from './markdown.js';
import { toolLines } from './tool-lines.js';
import { workLines } from './work-lines.js';

/**
 * How everything is made again: with this workspace, and with a shell and llama.cpp alone. The commands are
 * those that ran.
 */
export function reproduceSection(evidence: Evidence): string {
  const { project, variants } = evidence;
  const [first] = variants;
  return [
    'With the workspace that this comes from:',
    codeBlock(
      [
        ...(first === undefined
          ? []
          : [
              shellLine(['npx', 'nx', 'run', `${project}:quantize:${first.name}`]),
              shellLine(['npx', 'nx', 'run', `${project}:quantize`]),
            ]),
        shellLine(['npx', 'nx', 'run', `${project}:card`]),
      ].join('\n'),
      'sh',
    ),
    `With a shell alone, in an empty directory. First llama.cpp, ${evidence.toolchain.build['kind'] === 'built' ? 'as it was built here' : 'of which ready binaries were used here'}, and what its converter needs:`,
    codeBlock(toolLines(evidence).join('\n'), 'sh'),
    'Then the files. These are the commands that ran, in their order, without the flags that only shape the log.',
    codeBlock(workLines(evidence).join('\n'), 'sh'),
  ].join('\n\n');
}
