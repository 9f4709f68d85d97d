import {
  Box,
  Button,
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
  DialogTrigger,
  Flex,
  Text,
} from '@backstage/ui';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { NOT_COVERED } from '@threewalls/backstage-plugin-tenants-common';
import { tenantsTranslationRef } from '../../translation';

/** A button, and behind it what a proof does not show. */
export function NotCovered() {
  const { t } = useTranslationRef(tenantsTranslationRef);
  return (
    <DialogTrigger>
      <Button variant="tertiary" size="small">
        {t('notCovered.button')}
      </Button>
      <Dialog width="36rem">
        <DialogHeader>{t('notCovered.title')}</DialogHeader>
        <DialogBody>
          <Flex direction="column" gap="3">
            <Text>{t('notCovered.intro')}</Text>
            <Box as="ul" m="0" pl="5">
              {NOT_COVERED.map(item => (
                <Box as="li" key={item} mb="2">
                  <Text>{item}</Text>
                </Box>
              ))}
            </Box>
          </Flex>
        </DialogBody>
        <DialogFooter>
          <Button variant="secondary" slot="close">
            {t('notCovered.close')}
          </Button>
        </DialogFooter>
      </Dialog>
    </DialogTrigger>
  );
}
