import { posix } from 'node:path';
import type { Model } from '../core/generated/model.generated.js';

/** The fields of a model file that decide names. */
type NamingModel = Pick<Model, 'name' | 'quantize' | 'references' | 'convert' | 'imatrix'>;

/** The code of two names that are one, and of a variant whose file would have the name of another file. */
interface NameProblems {
  NAME_TAKEN: string[];
  VARIANT_NAME_TAKEN: string[];
}

/**
 * Names of model.json that would stand for one target, one directory or one file. Case does not tell them
 * apart: the disks of macOS and Windows do not, nor does llama.cpp where it looks for a tag.
 */
export function nameProblems(model: NamingModel): NameProblems {
  const variants = Object.keys(model.quantize ?? {});
  return {
    NAME_TAKEN: [
      ...sharedNames(variants, Object.keys(model.references ?? {})),
      ...likeNames('variants', variants),
      ...likeNames('references', Object.keys(model.references ?? {})),
    ],
    VARIANT_NAME_TAKEN: variants.flatMap((variant) => {
      const file = variantFile(model, variant);
      return otherFiles(model)
        .filter(({ name }) => isSameFile(name, file))
        .map(
          ({ what, way }) =>
            `quantize.${variant}: its file would be ${file}, the name of ${what}${way ?? ''}`,
        );
    }),
  };
}

/** True where a variant's file, or its shards, would have the name of one of these files. */
export function isTaken(model: NamingModel, variant: string, files: readonly string[]): boolean {
  return files.some((name) => isSameFile(name, variantFile(model, variant)));
}

function variantFile({ name }: NamingModel, variant: string): string {
  return `${name}-${variant}.gguf`;
}

/** Files beside the variants whose names are known before anything is fetched. */
function otherFiles({ name, convert = {}, imatrix }: NamingModel): {
  name: string;
  what: string;
  way?: string;
}[] {
  const { outtype = 'auto' } = convert;
  const matrix = imatrix?.type === 'file' ? namedMatrix(imatrix) : null;
  return [
    outtype === 'auto'
      ? {
          name: `${name}-BF16.gguf`,
          what: 'the unquantized model',
          way: ' of a checkpoint in BF16; "outtype" of "convert" can say that this one is converted to another type',
        }
      : { name: `${name}-${outtype.toUpperCase()}.gguf`, what: 'the unquantized model' },
    ...(matrix === null ? [] : [{ name: matrix, what: 'the importance matrix' }]),
  ];
}

/** The base name of a matrix, under which it is kept, where its source names it without a pattern. */
function namedMatrix({
  source,
  file,
}: Extract<NonNullable<Model['imatrix']>, { type: 'file' }>): string | null {
  const include = 'include' in source ? source.include : undefined;
  const path = 'path' in source ? source.path : undefined;
  const named = file ?? (include?.length === 1 ? include[0] : undefined) ?? path;
  return named === undefined || /[*?[\]{}]/.test(named) ? null : posix.basename(named);
}

function sharedNames(variants: readonly string[], references: readonly string[]): string[] {
  return references.flatMap((reference) =>
    variants
      .filter((variant) => isAlike(variant, reference))
      .map((variant) =>
        variant === reference
          ? `${reference} is both a variant and a reference`
          : `the variant ${variant} and the reference ${reference} differ only by case`,
      ),
  );
}

function likeNames(what: string, names: readonly string[]): string[] {
  return names.flatMap((name, index) => {
    const earlier = names.slice(0, index).find((other) => isAlike(other, name));
    return earlier === undefined ? [] : [`the ${what} ${earlier} and ${name} differ only by case`];
  });
}

function isSameFile(a: string, b: string): boolean {
  return isAlike(whole(a), whole(b));
}

function whole(name: string): string {
  return name.replace(/-\d{5}-of-\d{5}(?=\.gguf$)/i, '');
}

function isAlike(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
