import type { Model } from '../core/generated/model.generated.js';
import { findFtype, ftypes } from '../quant/tool/ftypes.js';

/** A GGUF by the path that it has, or would have, where it is published. */
export interface NamedFile {
  path: string;
  /** Of a variant: its name, by which people ask for it, and its type. */
  variant?: { name: string; ftype: string };
}

/** Why people do not get, or do not find, a file by the name of its variant. */
export interface LabelFinding {
  variant: string;
  message: string;
}

/** The fields of a model file that names of files follow. */
export type NamingModel = Pick<Model, 'name' | 'quantize' | 'publish'>;

/**
 * The warnings that the names of a model's variants deserve where they are published: among the paths that are
 * going to be there, else among the variants that are declared to be published. Those of one variant when it is
 * named.
 */
export function labelWarnings(
  model: NamingModel,
  { paths, variant }: { paths?: readonly string[]; variant?: string | undefined } = {},
): string[] {
  const declared = model.publish?.files?.includes('variants') === false ? [] : variantsOf(model);
  return labelFindings(namedFiles(model, paths ?? declared.map((name) => variantPath(model, name))))
    .filter((finding) => variant === undefined || finding.variant === variant)
    .map((finding) => `${finding.variant}: ${finding.message}`);
}

function variantsOf({ quantize, publish }: NamingModel): string[] {
  return publish?.variants ?? Object.keys(quantize ?? {});
}

function variantPath({ name }: NamingModel, variant: string): string {
  return `${name}-${variant}.gguf`;
}

/** The name of a part of a split GGUF that is not its first. */
const laterPart = /-(?!00001-)\d{5}-of-\d{5}\.gguf$/i;

/** The GGUFs among paths, a split one by its first part alone, and the variants that they are. */
function namedFiles(model: NamingModel, paths: readonly string[]): NamedFile[] {
  return paths
    .filter((path) => path.endsWith('.gguf') && !laterPart.test(path))
    .map((path) => {
      const whole = path.replace(/-00001-of-\d{5}\.gguf$/, '.gguf');
      const found = Object.entries(model.quantize ?? {}).find(([name]) => variantPath(model, name) === whole);
      return found === undefined ? { path } : { path, variant: { name: found[0], ftype: found[1].ftype } };
    });
}

/** Types that the hub knows besides, some of which only names have. */
const otherTypes = ['MXFP4', 'NVFP4', ...[2, 3, 4, 5, 6, 8].map((bits) => `Q${bits}_K_XL`)];
// In this order: Q2_K comes before Q2_K_S, so in Q2_K_S_PLAIN the hub sees Q2_K and one word, S.
const types = ftypes
  .filter(({ name }) => name !== 'COPY')
  .sort((a, b) => a.id - b.id)
  .map(({ name }) => name)
  .concat(otherTypes)
  .join('|');

/**
 * The label that the hub's viewer, and Ollama with it, takes from the name of a GGUF: the last type in it, with
 * a word of letters behind an underscore; null where there is none (follows parseGGUFQuantLabel of
 * @huggingface/tasks, which cuts names of this form in the same way).
 */
export function hubLabel(path: string): string | null {
  return (
    path
      .toUpperCase()
      .match(new RegExp(`(UD-)?(${types})(_[A-Z]+)?`, 'g'))
      ?.at(-1) ?? null
  );
}

/** Words in the name of a file that llama.cpp takes for no model. */
const companions = ['mmproj', 'imatrix', 'mtp-', 'eagle3-', 'dflash-', 'dspark-'];

/**
 * The file that `-hf repository:TAG` of llama.cpp takes: in the order of the hub, the first whose path has the
 * tag before a dot or a hyphen, in any case and behind anything; of a split one its first part (follows
 * find_best_model of common/download.cpp).
 */
export function takenFile(paths: readonly string[], tag: string): string | null {
  const pattern = new RegExp(`${tag}[.-]`, 'i');
  const taken = [...paths]
    .sort(byCodeUnits)
    .find((path) => isModel(path) && pattern.test(path) && !laterPart.test(path));
  return taken ?? null;
}

/** What is missing, ambiguous or wrong in the names of GGUFs that are to be beside each other. */
export function labelFindings(files: readonly NamedFile[]): LabelFinding[] {
  return files.flatMap(({ path, variant }) =>
    variant === undefined
      ? []
      : [
          companionFinding(path),
          missingLabel(path, variant),
          wrongLabel(path, variant),
          sharedLabel(path, variant, files),
          otherTaken(path, variant, files),
        ]
          .filter((message) => message !== null)
          .map((message) => ({ variant: variant.name, message })),
  );
}

type Variant = NonNullable<NamedFile['variant']>;

function companionFinding(path: string): string | null {
  const word = companions.find((companion) => fileName(path).includes(companion));
  return word === undefined
    ? null
    : `llama.cpp takes ${path} for no model, because its name has ${JSON.stringify(word)}; -hf never finds it`;
}

function missingLabel(path: string, { name, ftype }: Variant): string | null {
  if (hubLabel(name) !== null) return null;
  const label = hubLabel(path);
  const shown =
    label === null
      ? `the hub's viewer shows no type for ${path}, and Ollama finds it by its whole name only`
      : `the hub's viewer shows ${path} as ${label}, which stands in the name of the model`;
  return `its name has no type: ${shown}; ${withWord(name, ftype)} would have one`;
}

function wrongLabel(path: string, { name, ftype }: Variant): string | null {
  const label = hubLabel(name);
  if (label === null || bitsOf(label) === bitsOf(typeOf(ftype))) return null;
  return `the hub's viewer shows ${path} as ${label}, and its ftype is ${ftype}`;
}

function sharedLabel(path: string, { name, ftype }: Variant, files: readonly NamedFile[]): string | null {
  const label = hubLabel(path);
  const others = files.filter((file) => file.path !== path && hubLabel(file.path) === label);
  // Of two with one label the one that has more in its name is told, for that one can be named otherwise.
  const isPlainer = label !== null && hubLabel(name) === label && name.toUpperCase() === label;
  if (label === null || hubLabel(name) === null || others.length === 0) return null;
  if (isPlainer && others.some((other) => other.variant?.name.toUpperCase() !== label)) return null;
  return `the hub's viewer shows ${path} as ${label}, like ${list(others)}; ${withWord(name, ftype)} would be a label of its own`;
}

function otherTaken(path: string, { name }: Variant, files: readonly NamedFile[]): string | null {
  const paths = files.map((file) => file.path);
  const taken = isModel(path) ? takenFile(paths, name) : path;
  return taken === path
    ? null
    : `-hf repository:${name} of llama.cpp takes ${taken ?? 'no file'}, not ${path}`;
}

/** A name with a label of its own: hub and llama.cpp tell `Q4_K_M_PLAIN` from `Q4_K_M`. */
function withWord(name: string, ftype: string): string {
  const type = typeOf(ftype);
  const rest = name
    .toUpperCase()
    .replace(type, '')
    .replaceAll(new RegExp(types, 'g'), '')
    .replaceAll(/[^A-Z]/g, '');
  const word = rest === '' ? 'OTHER' : rest;
  const whole = `${type}_${word}`;
  return hubLabel(whole) === whole ? whole : `${(hubLabel(whole) ?? type).replace(/_[A-Z]+$/, '')}_${word}`;
}

function typeOf(ftype: string): string {
  return findFtype(ftype)?.name ?? ftype.toUpperCase();
}

/** What people read from a label at once: the bits, and whether they come from a codebook. */
function bitsOf(label: string): string {
  return /(?:[IT]?Q|BF|MXFP|NVFP|F)\d+/.exec(label)?.[0] ?? label;
}

function isModel(path: string): boolean {
  return path.endsWith('.gguf') && !companions.some((word) => fileName(path).includes(word));
}

function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function list(files: readonly NamedFile[]): string {
  return files.map(({ path }) => path).join(', ');
}

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
