import { ReactNode, useState } from 'react';
import {
  Button,
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
  Flex,
  Text,
  TextField,
} from '@backstage/ui';
import { useText } from '../../translation';
import { Notice } from './Cards';

/** A dialog that asks for a text, and for what else stands in it. */
export function AskDialog(props: {
  title: string;
  /** What follows from it */
  hint?: string;
  /** Of the text */
  label: string;
  description?: string;
  maxLength: number;
  /** What the button says that does it */
  button: string;
  isPending?: boolean;
  error?: Error | null;
  children?: ReactNode;
  onDone: (text: string) => void;
  onClose: () => void;
}) {
  const { title, hint, button, isPending, error, children } = props;
  const { label, description, maxLength, onDone, onClose } = props;
  const t = useText();
  const [text, setText] = useState('');
  return (
    <Dialog isOpen onOpenChange={onClose} width="28rem">
      <DialogHeader>{title}</DialogHeader>
      <DialogBody>
        <Flex direction="column" gap="3">
          {hint && <Text variant="body-small">{hint}</Text>}
          {children}
          <TextField
            label={label}
            description={description}
            maxLength={maxLength}
            value={text}
            onChange={setText}
            isRequired
          />
          {error && <Notice status="danger" title={error.message} />}
        </Flex>
      </DialogBody>
      <DialogFooter>
        <Button variant="secondary" slot="close">
          {t('rollouts.cancel')}
        </Button>
        <Button
          isDisabled={!text.trim()}
          isPending={isPending}
          onPress={() => onDone(text.trim())}
        >
          {button}
        </Button>
      </DialogFooter>
    </Dialog>
  );
}
