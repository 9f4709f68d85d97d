import { isIP, isIPv4, isIPv6 } from 'node:net';
import { ConfigReader, readDurationFromConfig } from '@backstage/config';
import {
  canonicalQuantity,
  egressCidrProblem,
  parseQuantity,
} from '@threewalls/backstage-plugin-tenants-common';
import { durationToMilliseconds } from '@backstage/types';
import leven from 'leven';
import { z } from 'zod';

const LABEL_PART = '[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?';
const SUBDOMAIN =
  '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*';
export const SUBDOMAIN_NAME = new RegExp(`^${SUBDOMAIN}$`);
const LABEL_KEY = new RegExp(`^(${SUBDOMAIN}/)?${LABEL_PART}$`);
const LABEL_VALUE = new RegExp(`^(${LABEL_PART})?$`);
const NAME = /\{\{\s*name\s*\}\}/g;

/** A section of config: keys that it does not know are refused with the nearest known one. */
export function section<T extends z.core.$ZodLooseShape>(
  shape: T,
  { noun = 'setting', otherwise = ' has to be a section' } = {},
) {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: issue => {
      if (issue.code === 'unrecognized_keys') {
        return issue.keys
          .map(key => `${key} is no ${noun}: ${suggestion(key, known)}`)
          .join('; ');
      }
      return issue.input === undefined ? undefined : otherwise;
    },
  });
}

/** A text of which a check has nothing to say. */
export function textWithout(problemOf: (text: string) => string | undefined) {
  return z.string().superRefine((text, context) => {
    const message = problemOf(text);
    if (message) {
      context.addIssue({ code: 'custom', message });
    }
  });
}

/** Says what is wrong with what stands at a path. */
export function refuseAt(
  context: z.core.$RefinementCtx,
  path: PropertyKey[],
  message: string,
): void {
  context.addIssue({ code: 'custom', path, message });
}

/** A text that may be left out. */
export function optionalText(description: string) {
  return z.string().optional().describe(description);
}

/** A list of texts, empty where it is left out. */
export function textList(description: string) {
  return z.array(z.string()).default([]).describe(description);
}

/** A quantity as the API server writes it. YAML reads `2.0` for a number. */
export const quantity = z
  .union([z.string(), z.number()], {
    error: ' has to be a quantity, such as 500m or 1Gi',
  })
  .transform((given, context) => {
    if (parseQuantity(String(given)) === undefined) {
      context.addIssue(
        `${given} is not a Kubernetes quantity, such as 500m or 1Gi`,
      );
    }
    return canonicalQuantity(String(given));
  });

/** Numbers and booleans may come from the environment, as text. */
export const count = z
  .union([z.number(), z.string()], { error: ' has to be a number' })
  .transform((given, context) => {
    const number = Number(given);
    if (given === '' || !Number.isFinite(number) || number < 0) {
      context.addIssue(`${given} is not a number`);
    } else if (!Number.isInteger(number)) {
      context.addIssue(`${given} is not a whole number`);
    }
    return number;
  });

export const flag = z
  .union([z.boolean(), z.enum(['true', 'false'])], {
    error: ' has to be true or false',
  })
  .transform(given => String(given) === 'true');

/** Milliseconds, as Backstage writes durations. */
export const duration = z
  .union([z.string(), z.record(z.string(), z.number())], {
    error: ' has to be a duration, such as 5m or { minutes: 5 }',
  })
  .transform((given, context) => {
    try {
      const config = new ConfigReader({ given });
      return durationToMilliseconds(
        readDurationFromConfig(config, { key: 'given' }),
      );
    } catch {
      context.addIssue(' has to be a duration, such as 5m or { minutes: 5 }');
      return z.NEVER;
    }
  })
  .refine(ms => ms >= 0, ' is less than nothing');

/** A duration that is one: an interval, or an age. */
export const someTime = duration.refine(ms => ms > 0, ' has to be over 0');

/** A count of what there has to be some of. */
export const some = count.refine(number => number >= 1, ' has to be 1 or more');

/** Name of a cluster, as in a tenant's spec. */
export const clusterName = z
  .string()
  .regex(
    /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/,
    ' has to be lower-case letters, digits, dashes and dots',
  );

/** Where something is mounted in Vault; the chart takes the same. */
export const mount = z
  .string()
  .regex(
    /^[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)*$/,
    ' has to be a path of letters, digits, dots, dashes and underscores, without slashes around it',
  );

export const imageName = z.string().regex(/^\S+$/, ' has to be an image');

/** Where a server is; its path may be of use, its query is none. */
export const url = textWithout(text => {
  const { protocol } = URL.canParse(text) ? new URL(text) : { protocol: '' };
  return /^https?:$/.test(protocol)
    ? undefined
    : `${text} is not a URL, such as https://vault.example.com:8200`;
});

/**
 * A user or group that notifications are sent to. They go to all recipients at once, so
 * that a single wrong one would leave everybody without.
 */
export const recipient = textWithout(text =>
  /^(user|group):([\w.-]+\/)?[\w.-]+$/i.test(text)
    ? undefined
    : `${text} is no user or group, such as group:default/platform-team`,
);

/** A range of either family. */
export const range = textWithout(text => {
  const [address, prefix = ''] = text.split('/');
  const isV6 =
    isIPv6(address) && /^\d{1,3}$/.test(prefix) && Number(prefix) <= 128;
  return isV6 || !egressCidrProblem(text)
    ? undefined
    : `${text} is not a range, such as 10.0.0.0/8`;
});

/** A list of ranges, empty where it is left out. */
export function rangeList(description: string) {
  return z.array(range).default([]).describe(description);
}

export const port = count.refine(
  number => Number.isInteger(number) && number > 0 && number < 65536,
  'has to be a port, such as 53',
);

/** An address and a port, with square brackets about an address of IPv6. */
export const endpoint = z.string().transform((text, context) => {
  const [, v6, v4, digits] =
    /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(text) ?? [];
  const host = v6 ?? v4 ?? '';
  const number = Number(digits);
  if (!isIP(host) || isIPv4(host) !== !v6 || !(number > 0 && number < 65536)) {
    context.addIssue(
      `${text} is not an address and port, such as 203.0.113.10:443`,
    );
  }
  return { host, port: number };
});

/** Key of a label, or of a taint. */
export function labelKeyProblem(key: string, of = 'label'): string | undefined {
  return LABEL_KEY.test(key)
    ? undefined
    : `${key} is not the key of a ${of}, such as example.com/pool`;
}

/** Whether a text can be the value of a label, with a tenant's name in it. */
export function isLabelValue(text: unknown): boolean {
  return typeof text === 'string' && LABEL_VALUE.test(text.replace(NAME, 'a'));
}

/** Labels by which pods or nodes are selected; `undefined` for none. */
export const labels = z
  .record(z.string(), z.unknown(), {
    error: 'has to be labels, as key and value',
  })
  .transform((given, context) => {
    for (const [key, value] of Object.entries(given)) {
      const message = labelKeyProblem(key);
      if (message) {
        context.addIssue(message);
      } else if (!isLabelValue(value)) {
        refuseAt(
          context,
          [key],
          `${value} is not the value of a label: it has to be a string (in quotes, where it reads like a number or boolean) of 63 characters at most`,
        );
      }
    }
    return Object.keys(given).length > 0
      ? (given as Record<string, string>)
      : undefined;
  })
  .meta({ additionalProperties: { type: 'string' } });

/** Texts by key, such as annotations. */
export const texts = z.record(
  z.string(),
  z.string({ error: ' has to be a string: put it in quotes' }),
);

/** Which of the known words was meant, or all of them. */
export function suggestion(word: string, known: string[]): string {
  const [nearest] = known
    .map(each => ({
      each,
      steps: leven(word.toLowerCase(), each.toLowerCase()),
    }))
    .filter(({ each, steps }) => steps <= Math.max(2, each.length / 3))
    .sort((a, b) => a.steps - b.steps);
  return nearest
    ? `did you mean ${nearest.each}?`
    : `there is ${known.join(', ')}`;
}
