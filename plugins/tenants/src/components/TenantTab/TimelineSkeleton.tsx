import { Flex, Skeleton } from '@backstage/ui';
import styles from './WallsTimeline.module.css';

/** The timeline before it is there: as high as it will be. */
export function TimelineSkeleton() {
  return (
    <Flex direction="column" gap="2">
      <Skeleton className={styles.head} width="40%" />
      <Skeleton className={styles.body} />
    </Flex>
  );
}
