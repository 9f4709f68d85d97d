import { isNearlyFull } from './ratio';
import styles from './UseBar.module.css';

/** How much of a quota is used, as a bar; the figures have to stand beside it. */
export function UseBar(props: {
  ratio: number;
  label: string;
  /** What the bar says, for those who do not see it */
  text: string;
}) {
  const { ratio, label, text } = props;
  const percent = Math.min(100, Math.round(ratio * 100));
  return (
    <div
      className={styles.bar}
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      aria-valuetext={text}
    >
      <div
        className={`${styles.used} ${isNearlyFull(ratio) ? styles.full : ''}`}
        style={{ width: `${percent}%` }}
      />
    </div>
  );
}
