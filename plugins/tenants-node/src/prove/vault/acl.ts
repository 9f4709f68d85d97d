/** A rule of a policy: the capabilities that it gives on a path, as it is written. */
interface Rule {
  path: string;
  capabilities: string[];
}

/** What the old `policy` of a rule stands for. */
const OLD: Record<string, string[]> = {
  deny: ['deny'],
  read: ['read', 'list'],
  write: ['create', 'read', 'update', 'delete', 'list'],
  sudo: ['create', 'read', 'update', 'delete', 'list', 'sudo'],
};

/** Vault fills in whoever asks: `{{identity.entity.name}}`. */
const TEMPLATE = /\{\{.*?\}\}/g;

/** In the place of a name that a rule leaves open. */
const ANY_NAME = 'threewalls-any';

/**
 * A policy of Vault's, evaluated by Vault's own rules: a path as it is written, else
 * the most specific of the patterns; there `deny` takes all.
 */
export class Acl {
  /** Rules of one path are one rule. */
  readonly #rules = new Map<string, string[]>();
  readonly #patterns: string[];
  /** What depends on who asks */
  readonly #templated: Rule[];

  constructor(rules: Rule[]) {
    this.#templated = rules.filter(({ path }) => path.search(TEMPLATE) >= 0);
    for (const { path, capabilities } of rules) {
      if (path.search(TEMPLATE) < 0) {
        const before = this.#rules.get(path) ?? [];
        this.#rules.set(path, [...before, ...capabilities]);
      }
    }
    this.#patterns = [...this.#rules.keys()].filter(isPattern);
  }

  /** What it gives on a path; empty where nothing, or where it denies. */
  on(path: string): string[] {
    const isExact = this.#rules.has(path) && !isPattern(path);
    const rule = isExact ? path : this.#patternOf(path);
    const found = (rule !== undefined && this.#rules.get(rule)) || [];
    return found.includes('deny') ? [] : [...new Set(found)].sort();
  }

  /** What it may give on a path to somebody, by what Vault fills in for them. */
  maybeOn(path: string): string[] {
    if (this.#rules.get(path)?.includes('deny')) {
      return [];
    }
    const found = this.#templated
      .filter(rule => templateMatches(rule.path, path))
      .flatMap(({ capabilities }) => capabilities);
    return found.includes('deny') ? [] : [...new Set(found)].sort();
  }

  /**
   * A path of this form that it gives one of the capabilities on, with them.
   *
   * @param form - A path in which `*` is any one segment
   */
  within(
    form: string,
    wanted: readonly string[],
  ): { path: string; capabilities: string[] } | undefined {
    for (const rule of this.#rules.keys()) {
      const path = meet(rule, form);
      const capabilities = path ? this.on(path) : [];
      if (path && capabilities.some(one => wanted.includes(one))) {
        return { path, capabilities };
      }
    }
    return undefined;
  }

  /** As {@link within}, by what Vault fills in for somebody. */
  maybeWithin(form: string, wanted: readonly string[]): string | undefined {
    return this.#templated.find(
      ({ path, capabilities }) =>
        capabilities.some(one => wanted.includes(one)) &&
        meet(path.replace(TEMPLATE, '+'), form),
    )?.path;
  }

  /** The pattern that counts, of all that match. */
  #patternOf(path: string): string | undefined {
    let best: string | undefined;
    for (const one of this.#patterns) {
      const isMatch = hasSegments(one)
        ? segmentsMatch(one, path)
        : path.startsWith(one.slice(0, -1));
      if (isMatch && (best === undefined || isAbove(one, best))) {
        best = one;
      }
    }
    return best;
  }
}

/** A `+` for a whole segment: anywhere else it is a letter. */
function hasSegments(path: string): boolean {
  return path.startsWith('+/') || path === '+' || path.includes('/+');
}

function isPattern(path: string): boolean {
  return path.endsWith('*') || hasSegments(path);
}

function segmentsMatch(rule: string, path: string): boolean {
  const isPrefix = rule.endsWith('*');
  const segments = (isPrefix ? rule.slice(0, -1) : rule).split('/');
  const asked = path.split('/');
  const fits = isPrefix
    ? asked.length >= segments.length
    : asked.length === segments.length;
  return (
    fits &&
    segments.every((segment, i) =>
      isPrefix && i === segments.length - 1 && segment !== '+'
        ? asked[i].startsWith(segment)
        : segment === '+' || segment === asked[i],
    )
  );
}

/** Of two patterns that match, whether Vault takes the first. */
function isAbove(one: string, other: string): boolean {
  const order = [one, other].map(rule => {
    const wild = hasSegments(rule) ? rule.indexOf('+') : rule.length - 1;
    const isPrefix = rule.endsWith('*');
    const text = isPrefix ? rule.slice(0, -1) : rule;
    const wildcards = text.split('/').filter(part => part === '+').length;
    return { keys: [wild, isPrefix ? 0 : 1, -wildcards, text.length], text };
  });
  const [a, b] = order;
  const i = a.keys.findIndex((key, at) => key !== b.keys[at]);
  return i < 0 ? a.text > b.text : a.keys[i] > b.keys[i];
}

/** A path that a rule and a form both match. */
function meet(rule: string, form: string): string | undefined {
  const isPrefix = rule.endsWith('*');
  const given = (isPrefix ? rule.slice(0, -1) : rule).split('/');
  const asked = form.split('/');
  const last = given.length - 1;
  if (isPrefix ? given.length > asked.length : given.length !== asked.length) {
    return undefined;
  }
  const segments = asked.map((segment, i) => {
    const isOpen = segment === '*';
    if (i > last || given[i] === '+') {
      return isOpen ? ANY_NAME : segment;
    }
    if (isPrefix && i === last) {
      const name = isOpen ? `${given[i]}${ANY_NAME}` : segment;
      return name.startsWith(given[i]) ? name : undefined;
    }
    return isOpen || segment === given[i] ? given[i] : undefined;
  });
  return segments.includes(undefined) ? undefined : segments.join('/');
}

function templateMatches(rule: string, path: string): boolean {
  const isPrefix = rule.endsWith('*');
  const pattern = (isPrefix ? rule.slice(0, -1) : rule)
    .split(TEMPLATE)
    .map(part =>
      part
        .replace(/[.*?^${}()|[\]\\]/g, '\\$&')
        .replace(/(?<=^|\/)\+(?=\/|$)/g, '[^/]*'),
    )
    .join('.+');
  return new RegExp(`^${pattern}${isPrefix ? '.*' : ''}$`, 's').test(path);
}

/**
 * Reads a policy as Vault has it: HCL, or JSON.
 *
 * @throws Error for a text that isn't understood
 */
export function parsePolicy(text: string): Acl {
  const rules: Rule[] = [];
  for (const [key, value] of entriesOf(text)) {
    for (const [path, blocks] of key === 'path' ? both(value) : []) {
      for (const fields of [blocks].flat()) {
        rules.push(ruleOf(path, fields));
      }
    }
  }
  return new Acl(rules);
}

function ruleOf(path: string, fields: any): Rule {
  const { policy, capabilities = [], allowed_parameters: allowed } = fields;
  const given: string[] = [...(policy ? OLD[policy] : []), ...capabilities];
  // Whoever may change a password of their own can't change their rights by it.
  const isPassword =
    path.search(TEMPLATE) >= 0 &&
    Object.keys(allowed ?? {}).join() === 'password';
  return {
    path: path.replace(/^\//, ''),
    capabilities: isPassword
      ? given.filter(one => !['create', 'update', 'patch'].includes(one))
      : given,
  };
}

/** Entries of an object, or of several. */
function both(value: any): [string, any][] {
  return [value].flat().flatMap(one => Object.entries<any>(one));
}

/** Comments and blanks; else a string, a word, or one character. */
const TOKEN =
  /(\s+|(?:#|\/\/)[^\n]*|\/\*[^]*?\*\/)|("(?:[^"\\\n]|\\.)*"|[-\w.]+|[^])/g;

function entriesOf(text: string): [string, any][] {
  if (text.trim().startsWith('{')) {
    return Object.entries(JSON.parse(text));
  }
  const tokens = [...text.matchAll(TOKEN)].flatMap(([, blank, token]) =>
    blank === undefined ? [token] : [],
  );
  const found = body(tokens);
  if (tokens.length > 0) {
    throw new Error(`not understood at ${tokens[0].slice(0, 40)}`);
  }
  return found;
}

/** What stands between braces: a key, names of blocks, and a value. */
function body(tokens: string[]): [string, any][] {
  const found: [string, any][] = [];
  while (tokens.length > 0 && tokens[0] !== '}') {
    const keys: string[] = [];
    while (tokens.length > 0 && !['=', '{'].includes(tokens[0])) {
      keys.push(word(tokens));
    }
    if (tokens[0] === '=') {
      tokens.shift();
    }
    const value = valueOf(tokens);
    if (tokens[0] === ',') {
      tokens.shift();
    }
    if (keys.length === 0) {
      throw new Error('not understood: a value without a key');
    }
    const [first, ...rest] = keys;
    found.push([
      first,
      rest.reduceRight<any>((inner, key) => ({ [key]: inner }), value),
    ]);
  }
  return found;
}

function valueOf(tokens: string[]): any {
  const open = tokens[0];
  if (open !== '{' && open !== '[') {
    return word(tokens);
  }
  tokens.shift();
  let value: any;
  if (open === '{') {
    value = Object.fromEntries(body(tokens));
  } else {
    value = [];
    while (tokens.length > 0 && tokens[0] !== ']') {
      value.push(valueOf(tokens));
      if (tokens[0] === ',') {
        tokens.shift();
      }
    }
  }
  if (tokens.shift() !== (open === '{' ? '}' : ']')) {
    throw new Error(`not understood: no end of ${open}`);
  }
  return value;
}

function word(tokens: string[]): string {
  const token = tokens.shift() ?? '';
  if (token.startsWith('"') && token.length > 1) {
    return JSON.parse(token);
  }
  if (!/^[-\w.]+$/.test(token)) {
    throw new Error(`not understood at ${token || 'its end'}`);
  }
  return token;
}
