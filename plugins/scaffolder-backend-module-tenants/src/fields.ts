import { z } from 'zod/v3';

/** A field of an action's input or output, as the scaffolder's own zod makes it. */
type Field<T extends z.ZodTypeAny> = (zod: typeof z) => T;

function described<T extends z.ZodTypeAny>(type: Field<T>) {
  return (description: string): Field<T> =>
    zod =>
      type(zod).describe(description);
}

export const text = described(zod => zod.string());
export const texts = described(zod => zod.array(zod.string()));
export const flag = described(zod => zod.boolean());
export const count = described(zod => zod.number());

export const optional =
  <T extends z.ZodTypeAny>(field: Field<T>): Field<z.ZodOptional<T>> =>
  zod =>
    field(zod).optional();
