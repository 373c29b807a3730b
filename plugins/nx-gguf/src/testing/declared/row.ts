/** A field with two values, and what each of them comes to: two things that differ, or the field has no effect. */
export interface Row {
  values: readonly [unknown, unknown];
  observe: (value: unknown) => unknown;
}

/** Rows by field. */
export type Rows = Readonly<Record<string, Row>>;

/** A copy of an object in which a field, by its path, has a value; `undefined` takes it away. */
export function withField(object: object, path: readonly string[], value: unknown): object {
  const [name = '', ...rest] = path;
  const own = (object as Record<string, unknown>)[name];
  if (rest.length > 0) return { ...object, [name]: withField(own ?? {}, rest, value) };
  return { ...object, [name]: value };
}
