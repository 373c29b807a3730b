import { shellLine } from '../shell-line.js';
import { hereDocument } from './here-document.js';

/**
 * Shell lines that put the names of its texts in the place of their paths into an importance matrix, GGUF or
 * legacy, with the gguf-py of llama.cpp: llama-quantize writes the first of them into what it makes.
 */
export function datasetNameLines(file: string): string[] {
  return [
    ...hereDocument('name-datasets.py', program),
    shellLine(['python', 'name-datasets.py', file]),
    shellLine(['mv', 'named', file]),
  ];
}

const program = [
  'import re, struct, sys',
  "sys.path.insert(0, 'llama.cpp/gguf-py')",
  'from gguf import GGUFReader, GGUFWriter',
  'path = sys.argv[1]',
  "names = lambda paths: [re.split(r'[\\\\/]', path)[-1] or 'unnamed' for path in paths]",
  "data = open(path, 'rb').read()",
  "if data[:4] == b'GGUF':",
  "    matrix, named = GGUFReader(path), GGUFWriter('named', 'imatrix')",
  "    named.add_array('imatrix.datasets', names(matrix.fields['imatrix.datasets'].contents()))",
  "    for key in ['imatrix.chunk_count', 'imatrix.chunk_size']:",
  '        named.add_uint32(key, int(matrix.fields[key].contents()))',
  '    for tensor in matrix.tensors:',
  '        named.add_tensor(tensor.name, tensor.data)',
  '    named.write_header_to_file()',
  '    named.write_kv_data_to_file()',
  '    named.write_tensors_to_file()',
  '    named.close()',
  'else:',
  "    int_at = lambda at: struct.unpack_from('<i', data, at)[0]",
  '    at = 4',
  '    for _ in range(int_at(0)):',
  '        at += 4 + int_at(at)',
  '        at += 8 + 4 * int_at(at + 4)',
  '    name = names([data[at + 8:at + 8 + int_at(at + 4)].decode()])[0].encode()',
  "    open('named', 'wb').write(data[:at + 4] + struct.pack('<i', len(name)) + name)",
];
