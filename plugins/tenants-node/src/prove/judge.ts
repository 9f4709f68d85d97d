import {
  Receipt,
  Wall,
  WallStatus,
  WallVerdict,
  WALLS,
} from '@threewalls/backstage-plugin-tenants-common';

/**
 * Checks whose target need not exist everywhere: they alone may be
 * `notApplicable`, anything else that can't be reached is inconclusive.
 */
export const OPTIONAL_CHECKS: readonly string[] = [
  'net.dns-elsewhere',
  'net.metadata',
  'net.internet',
];

/**
 * The status of each wall, from the receipts of one proof and nothing else:
 * - `breached`: any barrier let something through, whatever else happened;
 * - `holds`: at least one barrier counted and one control was tried, every
 *   control succeeded, every counted barrier was refused as expected;
 * - `unproven`: anything else.
 *
 * @public
 */
export function judge(receipts: readonly Receipt[]): WallVerdict[] {
  return WALLS.map(wall =>
    judgeWall(
      wall,
      receipts.filter(receipt => receipt.wall === wall),
    ),
  );
}

function judgeWall(wall: Wall, receipts: Receipt[]): WallVerdict {
  const barriers = receipts.filter(r => r.kind === 'barrier' && counts(r));
  const controls = receipts.filter(r => r.kind === 'control');
  const breaches = barriers.filter(r => r.outcome === 'breached');
  const refused = barriers.filter(isShown);
  const succeeded = controls.filter(isShown);

  let status: WallStatus = 'unproven';
  if (breaches.length > 0) {
    status = 'breached';
  } else if (
    barriers.length > 0 &&
    controls.length > 0 &&
    refused.length === barriers.length &&
    succeeded.length === controls.length
  ) {
    status = 'holds';
  }
  const doubts = [
    ...controls.filter(r => !isShown(r)),
    ...barriers.filter(r => !isShown(r)),
  ];
  return {
    wall,
    status,
    summary: summarise(status, breaches, doubts, barriers.length),
    barriers: { counted: barriers.length, refused: refused.length },
    controls: { tried: controls.length, succeeded: succeeded.length },
  };
}

/** Whether a barrier's target exists here. */
function counts(receipt: Receipt): boolean {
  return !(
    receipt.outcome === 'notApplicable' &&
    OPTIONAL_CHECKS.includes(receipt.check)
  );
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

function summarise(
  status: WallStatus,
  breaches: Receipt[],
  doubts: Receipt[],
  counted: number,
): string {
  if (status === 'breached') {
    return `Let through: ${list(breaches)}`;
  }
  if (status === 'holds') {
    return `${counted} of ${counted} barriers refused as expected`;
  }
  return doubts.length > 0 ? `Not shown: ${list(doubts)}` : 'Nothing was tried';
}

/** The first receipt in words, and how many there are besides. */
function list(receipts: Receipt[]): string {
  const [first, ...rest] = receipts;
  const said = first.reason ?? `${first.code} ${first.response}`.trim();
  const more = rest.length > 0 ? ` (and ${rest.length} more)` : '';
  return `${first.check} ${first.target}: ${said}${more}`;
}
