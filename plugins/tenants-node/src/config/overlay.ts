import { JsonObject } from '@backstage/types';

/** Lists that a cluster's own add to; any other takes the place of the platform's. */
const ADDED = [
  'apiServerCidrs',
  'exceptions',
  'reservedCidrs',
  'trustedSubjects',
];
/** Ways of which a section has one: naming another puts the first away. */
const ONE_OF = [
  ['ingress', 'gateway'],
  ['approle', 'kubernetes', 'tokenFile'],
];

/**
 * Settings with others over them: sections key by key, everything else as a whole.
 * `null` takes a setting back.
 */
export function overlay<T>(base: unknown, over: T): T {
  if (!isSection(over)) {
    return over;
  }
  const merged: JsonObject = { ...(isSection(base) ? base : {}) };
  for (const ways of ONE_OF) {
    if (
      ways.some(way => isSection(over[way]) || typeof over[way] === 'string')
    ) {
      ways.filter(way => !(way in over)).forEach(way => delete merged[way]);
    }
  }
  for (const [key, value] of Object.entries(over)) {
    const before = merged[key];
    if (value === null) {
      delete merged[key];
    } else if (ADDED.includes(key) && Array.isArray(value)) {
      merged[key] = [...value, ...(Array.isArray(before) ? before : [])];
    } else if (value !== undefined) {
      merged[key] = isSection(value) ? overlay(before ?? {}, value) : value;
    }
  }
  return merged as T;
}

export function isSection(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
