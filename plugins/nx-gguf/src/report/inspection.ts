import prettyBytes from 'pretty-bytes';
import { counted } from '../core/counted.js';
import type { Json } from '../core/json/canonical-json.js';
import { visibleLine } from '../core/visible-text.js';
import type { GgufDiff, TensorDifference } from '../gguf/diff.js';
import type { GgufInspection } from '../gguf/inspect.js';
import { textTable } from './text-table.js';

/** What a GGUF holds, as tables for people. */
export function inspectionText(inspection: GgufInspection): string {
  const {
    version,
    architecture,
    fileSizeBytes,
    elements,
    bitsPerWeight,
    alignment,
    tensors,
    tensorsByType,
    imatrix,
    metadata,
    roles,
  } = inspection;
  const types = Object.entries(tensorsByType)
    .map(([type, count]) => `${type} ${count}`)
    .join(', ');
  return [
    `GGUF version ${version}, architecture ${visibleLine(architecture ?? 'unknown')}, ${size(fileSizeBytes)}, aligned to ${alignment} bytes`,
    `${counted(tensors.length, 'tensor')}, ${elements.toLocaleString('en-US')} elements, ${bitsPerWeight.toFixed(4)} bits per weight: ${types}`,
    `importance matrix: ${
      imatrix === null
        ? 'none noted'
        : Object.entries(imatrix)
            .map(([key, value]) => visibleLine(`${key} ${text(value)}`))
            .join(', ')
    }`,
    '',
    textTable(
      [
        ['metadata', 'type', 'value'],
        ...metadata.map(({ key, type, value, length }) => [
          key,
          type,
          length === undefined
            ? text(value)
            : `${counted(length, 'item')}${value === null ? '' : `: ${text(value)}`}`,
        ]),
      ],
      'lll',
    ),
    '',
    textTable(
      [
        ['role', 'tensors', 'types', 'elements', 'size', 'bits per weight'],
        ...roles.map((role) => [
          role.role,
          String(role.tensors),
          counts(role.types),
          role.elements.toLocaleString('en-US'),
          size(role.sizeBytes),
          role.bitsPerWeight.toFixed(2),
        ]),
      ],
      'lrlrrr',
    ),
    '',
    textTable(
      [
        ['tensor', 'type', 'shape', 'offset', 'size'],
        ...tensors.map(({ name, type, shape, offset, sizeBytes }) => [
          name,
          type,
          shape.join(' x '),
          String(offset),
          size(sizeBytes),
        ]),
      ],
      'lllrr',
    ),
  ].join('\n');
}

/** How two files differ, as tables for people; one line when they do not. */
export function diffText({ file, metadata, tensors, tensorsCompared }: GgufDiff): string {
  if (file.length + metadata.length + tensors.length === 0)
    return `same: ${counted(tensorsCompared, 'tensor')} and all metadata`;
  const parts = [
    file.length === 0
      ? []
      : [textTable([['file', 'a', 'b'], ...file.map(({ what, a, b }) => [what, text(a), text(b)])], 'lll')],
    metadata.length === 0
      ? []
      : [
          textTable(
            [
              ['metadata', 'difference', 'a', 'b'],
              ...metadata.map(({ key, kind, a, b }) => [key, kind, text(a), text(b)]),
            ],
            'llll',
          ),
        ],
    tensors.length === 0
      ? []
      : [textTable([['tensor', 'difference', 'a', 'b'], ...tensors.map(tensorRow)], 'llll')],
    [
      `${counted(tensors.length, 'tensor')} ${tensors.length === 1 ? 'differs' : 'differ'} of ${tensorsCompared}`,
    ],
  ];
  return parts.flat().join('\n\n');
}

function tensorRow(difference: TensorDifference): string[] {
  const { tensor, kind } = difference;
  if (kind === 'bytes')
    return [tensor, counted(difference.bytes, 'byte'), `first at ${difference.first}`, ''];
  return kind === 'type' || kind === 'shape'
    ? [tensor, kind, difference.a, difference.b]
    : [tensor, kind, '', ''];
}

function text(value: Json): string {
  const shown = typeof value === 'string' ? value : JSON.stringify(value);
  return visibleLine(shown, 80);
}

function counts(types: Readonly<Record<string, number>>): string {
  return Object.entries(types)
    .map(([type, count]) => (Object.keys(types).length === 1 ? type : `${type} ${count}`))
    .join(', ');
}

function size(bytes: number): string {
  return prettyBytes(bytes, { binary: true });
}
