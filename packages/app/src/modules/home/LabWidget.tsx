import {
  Alert,
  Box,
  Card,
  CardBody,
  CardHeader,
  Flex,
  Text,
} from '@backstage/ui';
import {
  RiCheckboxCircleFill,
  RiCloseCircleFill,
  RiLoader4Line,
  RiSkipForwardLine,
  RiTimeLine,
} from '@remixicon/react';
import { LabPart, useLabStatus } from './lab';
import styles from './LabWidget.module.css';

const LOOK = {
  waiting: { Icon: RiTimeLine, color: 'secondary', word: 'waiting' },
  running: { Icon: RiLoader4Line, color: 'info', word: 'running' },
  done: { Icon: RiCheckboxCircleFill, color: 'success', word: 'done' },
  failed: { Icon: RiCloseCircleFill, color: 'danger', word: 'failed' },
  skipped: { Icon: RiSkipForwardLine, color: 'secondary', word: 'skipped' },
} as const;

/** The parts of the lab while it comes up; nothing once it is there. */
export function LabWidget() {
  const status = useLabStatus();
  if (!status?.configured || status.ready) {
    return <></>;
  }
  const parts = status.parts ?? [];
  const done = parts.filter(
    ({ state }) => state === 'done' || state === 'skipped',
  );
  return (
    <Card>
      <CardHeader>
        <Flex justify="between" align="baseline" gap="3">
          <Text as="h2" variant="title-x-small" weight="bold">
            The lab
          </Text>
          <Text color="secondary" role="status">
            {parts.length > 0
              ? `${done.length} of ${parts.length} parts are ready`
              : 'Waiting for the lab'}
          </Text>
        </Flex>
      </CardHeader>
      <CardBody>
        <Flex direction="column" gap="3">
          {status.error && (
            <Alert
              status="danger"
              icon
              role="alert"
              title="The lab couldn't start"
              description={status.error}
            />
          )}
          <Text color="secondary">
            The local cluster is starting. The first start compiles it from
            source. This page updates by itself, and the tenants appear when
            they are ready.
          </Text>
          <Box as="ul" className={styles.parts} aria-label="Parts of the lab">
            {parts.map(part => (
              <Part key={part.id} part={part} />
            ))}
          </Box>
        </Flex>
      </CardBody>
    </Card>
  );
}

function Part(props: { part: LabPart }) {
  const { title, state, detail } = props.part;
  const { Icon, color, word } = LOOK[state];
  const seconds = secondsOf(props.part);
  return (
    <Box as="li" className={styles.part}>
      <Icon
        aria-hidden="true"
        size={18}
        color={`var(--bui-fg-${color})`}
        className={state === 'running' ? styles.spinner : undefined}
      />
      <Text weight={state === 'running' ? 'bold' : 'regular'}>{title}</Text>
      <Text variant="body-small" color="secondary">
        {word}
      </Text>
      <Text variant="body-small" color="secondary" className={styles.detail}>
        {detail}
      </Text>
      <Text variant="body-small" color="secondary" className={styles.seconds}>
        {seconds === undefined ? '' : clock(seconds)}
      </Text>
    </Box>
  );
}

/** How long a part took, or has taken by the last answer. */
function secondsOf({ state, startedAt, seconds }: LabPart) {
  return state === 'running' && startedAt !== undefined
    ? Math.max(0, (Date.now() - Date.parse(startedAt)) / 1_000)
    : seconds;
}

function clock(seconds: number): string {
  const whole = Math.round(seconds);
  return whole < 60
    ? `${whole} s`
    : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
