import { Box, Flex, Skeleton, VisuallyHidden } from '@backstage/ui';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { WALLS } from '@threewalls/backstage-plugin-tenants-common';
import { tenantsTranslationRef } from '../../translation';
import styles from './WallsCard.module.css';

/** The card's rows before anything is known: as high as they will be. */
export function WallsCardSkeleton() {
  const { t } = useTranslationRef(tenantsTranslationRef);
  return (
    <Box role="status">
      <VisuallyHidden>{t('card.loading')}</VisuallyHidden>
      <Box className={styles.walls}>
        {WALLS.map(wall => (
          <Box key={wall} className={styles.wall}>
            <Box className={styles.row}>
              <Skeleton width="7rem" height={16} />
              <Box className={styles.status}>
                <Skeleton width="5rem" height={16} />
              </Box>
              <Box className={styles.summary}>
                <Skeleton width="70%" height={16} />
              </Box>
              <Box className={styles.age}>
                <Skeleton width="6rem" height={16} />
              </Box>
            </Box>
          </Box>
        ))}
      </Box>
      <Flex className={styles.footer} align="center" mt="2">
        <Skeleton width="14rem" height={14} />
      </Flex>
    </Box>
  );
}
