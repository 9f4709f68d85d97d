import { Fragment } from 'react';
import { Box, Container, Flex, Header } from '@backstage/ui';
import { HomePageLayoutProps } from '@backstage/plugin-home-react/alpha';

const WELCOME =
  'An isolated n8n for each tenant, and proof that its network, secret and resource walls hold. [Create a tenant](/create/templates/default/create-tenant), see [all tenants](/tenants) or browse [the catalog](/catalog).';

/** The widgets that config names, in that order, one beneath the other. */
export function HomeLayout(props: HomePageLayoutProps) {
  const { widgets, defaultConfig = [] } = props;
  return (
    <>
      <Box pt="4">
        <Header title="Welcome to Threewalls" description={WELCOME} />
      </Box>
      <Container>
        <Flex direction="column" gap="4">
          {defaultConfig.map(({ component }) => (
            <Fragment key={component}>
              {widgets.find(widget => widget.name === component)?.component}
            </Fragment>
          ))}
        </Flex>
      </Container>
    </>
  );
}
