import { ReactNode, Ref } from 'react';
import {
  Alert,
  AlertProps,
  Button,
  Card,
  CardBody,
  CardHeader,
  Cell,
  CellText,
  Flex,
  Skeleton,
  Text,
  VisuallyHidden,
} from '@backstage/ui';
import { useText } from '../../translation';

/** A card with a title, and beside it what can be done with it. */
export function TitledCard(props: {
  title: string;
  /** Level of the title; `h3` where the card is on a tab */
  level?: 'h2' | 'h3';
  /** For links to this part of the page */
  id?: string;
  actions?: ReactNode;
  titleRef?: Ref<HTMLHeadingElement>;
  children: ReactNode;
}) {
  const { title, level = 'h3', id, actions, titleRef, children } = props;
  return (
    <Card id={id}>
      <CardHeader>
        <Flex
          justify="between"
          align="center"
          gap="3"
          style={{ flexWrap: 'wrap' }}
        >
          <Text
            as={level}
            variant="title-x-small"
            weight="bold"
            ref={titleRef}
            aria-live={titleRef ? 'polite' : undefined}
            // A long title wraps rather than push a button to the next line.
            style={{ flex: '1 1 12rem' }}
          >
            {title}
          </Text>
          {actions && (
            <Flex gap="2" align="center" style={{ flexWrap: 'wrap' }}>
              {actions}
            </Flex>
          )}
        </Flex>
      </CardHeader>
      <CardBody>{children}</CardBody>
    </Card>
  );
}

/** An alert with an icon; what is wrong is read out at once. */
export function Notice(
  props: Pick<
    AlertProps,
    'status' | 'role' | 'title' | 'description' | 'customActions'
  >,
) {
  return (
    <Alert
      icon
      role={props.status === 'danger' ? 'alert' : 'status'}
      {...props}
    />
  );
}

/** As much as a query knows at the moment. */
export interface Loading<T> {
  data?: T;
  error?: Error | null;
  refetch?: () => unknown;
}

interface PendingProps {
  query: Loading<unknown>;
  /** The title of an error; one that does not say why has the message beneath */
  failed: string | ((message: string) => string);
  skeleton: ReactNode;
}

/** What stands in for a query's data: a skeleton, or the error. */
export function Pending(props: PendingProps) {
  const { query, failed, skeleton } = props;
  const t = useText();
  const { error } = query;
  if (error) {
    const isWhole = typeof failed === 'function';
    return (
      <RetryAlert
        title={isWhole ? failed(error.message) : failed}
        error={isWhole ? undefined : error}
        onRetry={() => query.refetch?.()}
      />
    );
  }
  return (
    <Flex direction="column" gap="3" role="status">
      <VisuallyHidden>{t('card.loading')}</VisuallyHidden>
      {skeleton}
    </Flex>
  );
}

/**
 * What a query has brought, or what stands in for it: a skeleton as high as it
 * will be, or the error. What was last known stays, with a word beside it, while
 * it can't be read again.
 */
export function Loaded<T>(
  props: PendingProps & {
    query: Loading<T>;
    children: (data: T) => ReactNode;
  },
) {
  const { query, children } = props;
  const t = useText();
  const { data, error } = query;
  if (data === undefined) {
    return <Pending {...props} />;
  }
  return (
    <Flex direction="column" gap="3">
      {error && (
        <Notice
          status="warning"
          title={t('card.refreshErrorTitle')}
          description={error.message}
        />
      )}
      {children(data)}
    </Flex>
  );
}

/** A cell of a table around something; a text that is too long is cut off. */
export function inCell(content: ReactNode) {
  return typeof content === 'string' ? (
    <CellText title={content} />
  ) : (
    <Cell>{content}</Cell>
  );
}

export function SkeletonLines(props: { count: number; height?: number }) {
  return (
    <>
      {Array.from({ length: props.count }, (_, i) => (
        <Skeleton key={i} height={props.height ?? 20} />
      ))}
    </>
  );
}

/** Says what could not be loaded and why, with a button that tries again. */
export function RetryAlert(props: {
  title: string;
  /** Where the title does not say why */
  error?: Error;
  onRetry: () => void;
}) {
  const { title, error, onRetry } = props;
  const t = useText();
  return (
    <Notice
      status="danger"
      title={title}
      description={error?.message}
      customActions={
        <Button variant="secondary" onPress={onRetry}>
          {t('form.retry')}
        </Button>
      }
    />
  );
}
