import {
  quote,
  Receipt,
  Requirement,
  Said,
  say,
  Wall,
  WALLS,
  WallStatus,
  WallVerdict,
} from '@threewalls/backstage-plugin-tenants-common';

/**
 * The status of each wall, from what was required of a proof, its receipts, and
 * nothing else:
 * - `breached`: any barrier let something through, whatever else happened;
 * - `holds`: everything required has a receipt, at least one barrier counted and
 *   one control was tried, every control succeeded, every counted barrier was
 *   refused as expected;
 * - `unproven`: anything else.
 *
 * What was not required can show a breach, and never that a wall holds.
 *
 * @param needsControl - Not where nothing is attacked: an object that was read needs
 * no baseline
 * @public
 */
export function judge(
  required: readonly Requirement[],
  receipts: readonly Receipt[],
  needsControl: boolean = true,
): WallVerdict[] {
  return WALLS.map(wall => {
    const own = <T extends { wall: Wall }>(all: readonly T[]) =>
      all.filter(one => one.wall === wall);
    return judgeWall(wall, own(required), own(receipts), needsControl);
  });
}

/** Something required, with what the receipts say of it. */
interface Shown {
  requirement: Requirement;
  /** Left out where its target does not exist here, and need not */
  is: 'shown' | 'leftOut' | 'inDoubt';
  receipt?: Receipt;
}

function judgeWall(
  wall: Wall,
  required: Requirement[],
  receipts: Receipt[],
  needsControl: boolean,
): WallVerdict {
  const breaches = receipts.filter(isBreach);
  const counted = required
    .map(requirement => show(requirement, receipts))
    .filter(({ is }) => is !== 'leftOut');
  const controls = counted.filter(s => s.requirement.kind === 'control');
  const barriers = counted.filter(s => s.requirement.kind === 'barrier');
  const shown = (all: Shown[]) => all.filter(({ is }) => is === 'shown').length;
  const doubts = [...controls, ...barriers].filter(({ is }) => is !== 'shown');

  let status: WallStatus = 'unproven';
  if (breaches.length > 0) {
    status = 'breached';
  } else if (
    barriers.length > 0 &&
    (controls.length > 0 || !needsControl) &&
    doubts.length === 0
  ) {
    status = 'holds';
  }
  const ids = new Set([...barriers.map(idOf), ...breaches.map(r => r.id)]);
  const said: Record<WallStatus, () => Said> = {
    breached: () => sayBreached(breaches, required, ids.size),
    holds: () => sayHolds(barriers.length),
    unproven: () => sayUnproven(doubts),
  };
  return {
    wall,
    status,
    ...said[status](),
    barriers: { counted: ids.size, refused: shown(barriers) },
    controls: { tried: controls.length, succeeded: shown(controls) },
  };
}

/** Every receipt of a requirement has to show it: a second one is no excuse. */
function show(requirement: Requirement, receipts: Receipt[]): Shown {
  const own = receipts.filter(receipt => isOf(receipt, requirement));
  const leftOut = own.filter(
    ({ outcome }) => outcome === 'notApplicable' && requirement.optional,
  );
  if (own.length > 0 && leftOut.length === own.length) {
    return { requirement, is: 'leftOut', receipt: own[0] };
  }
  const doubt = own.find(receipt => !isShown(receipt));
  return doubt || own.length === 0
    ? { requirement, is: 'inDoubt', receipt: doubt }
    : { requirement, is: 'shown', receipt: own[0] };
}

function isOf({ id, check, kind }: Receipt, requirement: Requirement): boolean {
  return (
    id === requirement.id &&
    check === requirement.check &&
    kind === requirement.kind
  );
}

function isBreach({ kind, outcome }: Receipt): boolean {
  return kind === 'barrier' && outcome === 'breached';
}

/** As expected, and from a pod or an answer that can be named. */
function isShown({ outcome, source, code }: Receipt): boolean {
  return (
    outcome === 'asExpected' &&
    source.name !== '' &&
    code !== '' &&
    (source.type !== 'pod' || Boolean(source.uid))
  );
}

function idOf({ requirement }: Shown): string {
  return requirement.id;
}

function sayBreached(
  breaches: Receipt[],
  required: Requirement[],
  counted: number,
): Said {
  const [first] = breaches;
  const what = required.find(r => isOf(first, r))?.otherwise;
  const through = breaches.length;
  return say('gotThrough', { through, counted, ...sayFirst(first, what) });
}

function sayHolds(counted: number): Said {
  return counted === 1 ? say('oneBlocked') : say('allBlocked', { counted });
}

/** What kept the first check from being verified, and how many besides. */
function sayUnproven(doubts: Shown[]): Said {
  if (doubts.length === 0) {
    return say('nothingTried');
  }
  const first = sayDoubt(doubts[0]);
  const more = new Set(doubts.map(d => d.requirement.check)).size - 1;
  return more > 0
    ? say('inDoubtMore', { ...first, more })
    : say('inDoubt', first);
}

function sayDoubt({ requirement, receipt }: Shown): First {
  return receipt
    ? sayFirst(
        receipt,
        receipt.outcome === 'failed' ? requirement.otherwise : undefined,
      )
    : { first: say('notTried', { id: requirement.check }) };
}

/** What decided: in the words of its check, which an app has too, or as it was answered. */
interface First {
  first: Said;
  check?: string;
}

function sayFirst(
  { check, reason, wording, code, response }: Receipt,
  otherwise: string | undefined,
): First {
  return otherwise
    ? { first: quote(otherwise), check }
    : { first: { summary: reason ?? `${code} ${response}`.trim(), wording } };
}
