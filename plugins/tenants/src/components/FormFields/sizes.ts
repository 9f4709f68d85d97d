import { SizeInfo } from '@threewalls/backstage-plugin-tenants-common';
import { quantityText } from '../../quantities';
import { Size } from './SizeCards';

/** A size of the backend, in numbers that a person reads. */
export function sizeOf(info: SizeInfo): Size {
  const range = (resource: string, of: { requests: string; limits: string }) =>
    [
      quantityText(resource, of.requests),
      quantityText(resource, of.limits),
    ] as [string, string];
  return {
    name: info.name,
    title: info.title,
    cpu: range('cpu', info.cpu),
    memory: range('memory', info.memory),
    pods: info.pods,
    storage: quantityText('storage', info.storage),
  };
}

/** Those of the sizes that a template's `enum` allows; all without one. */
export function sizesOf(
  schema: { enum?: unknown[]; enumNames?: string[] },
  sizes: Size[],
): Size[] {
  if (!schema.enum) {
    return sizes;
  }
  return schema.enum.map(
    (name, index) =>
      sizes.find(size => size.name === name) ?? {
        name: String(name),
        title: schema.enumNames?.[index],
      },
  );
}
