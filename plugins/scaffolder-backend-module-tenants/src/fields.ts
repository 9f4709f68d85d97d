import { z } from 'zod/v3';

/** A field of an action's input or output, as the scaffolder's own zod makes it. */
type Field<T extends z.ZodTypeAny> = (zod: typeof z) => T;

export const text =
  (description: string): Field<z.ZodString> =>
  zod =>
    zod.string({ description });

export const texts =
  (description: string): Field<z.ZodArray<z.ZodString>> =>
  zod =>
    zod.array(zod.string(), { description });

export const flag =
  (description: string): Field<z.ZodBoolean> =>
  zod =>
    zod.boolean({ description });

export const count =
  (description: string): Field<z.ZodNumber> =>
  zod =>
    zod.number({ description });

export const optional =
  <T extends z.ZodTypeAny>(field: Field<T>): Field<z.ZodOptional<T>> =>
  zod =>
    field(zod).optional();
