import { Fragment } from 'react';
import { Box, Container, Flex, Link, Text } from '@backstage/ui';
import { HomePageLayoutProps } from '@backstage/plugin-home-react/alpha';

/** The widgets that config names, in that order, one beneath the other. */
export function HomeLayout(props: HomePageLayoutProps) {
  const { widgets, defaultConfig = [] } = props;
  return (
    <Box as="main" pt="5">
      <Container>
        <Flex direction="column" gap="5">
          <Welcome />
          {defaultConfig.map(({ component }) => (
            <Fragment key={component}>
              {widgets.find(widget => widget.name === component)?.component}
            </Fragment>
          ))}
        </Flex>
      </Container>
    </Box>
  );
}

function Welcome() {
  return (
    <Flex direction="column" gap="2">
      <Text as="h1" variant="title-small" weight="bold">
        Welcome to Threewalls
      </Text>
      <Text as="p" variant="body-large" color="secondary">
        Isolated n8n tenants, with proof that their network, secret and resource
        walls hold. See{' '}
        <Link variant="body-large" href="/tenants">
          all tenants
        </Link>
        , browse{' '}
        <Link variant="body-large" href="/catalog">
          the catalog
        </Link>{' '}
        or{' '}
        <Link variant="body-large" href="/create">
          choose a template
        </Link>
        .
      </Text>
    </Flex>
  );
}
