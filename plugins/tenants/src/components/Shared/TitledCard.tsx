import { ReactNode, Ref } from 'react';
import { Card, CardBody, CardHeader, Flex, Text } from '@backstage/ui';

/** A card with a title, and beside it what can be done with it. */
export function TitledCard(props: {
  title: string;
  /** Level of the title; `h3` where the card is on a tab */
  level?: 'h2' | 'h3';
  actions?: ReactNode;
  titleRef?: Ref<HTMLHeadingElement>;
  children: ReactNode;
}) {
  const { title, level = 'h3', actions, titleRef, children } = props;
  return (
    <Card>
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
