const HEIGHT = 32;

/** Three walls around one tenant. Drawn for the sidebar, dark in every theme. */
export function Logo(props: { withName?: boolean }) {
  const width = props.withName ? 168 : HEIGHT;
  return (
    <svg
      xmlns="http://www.w3.org/2000/svg"
      width={width}
      height={HEIGHT}
      viewBox={`0 0 ${width} ${HEIGHT}`}
      aria-hidden="true"
    >
      <g fill="none" stroke="#7dd3fc" strokeWidth="2.5" strokeLinecap="round">
        <path d="M3 28V6a3 3 0 0 1 3-3h20a3 3 0 0 1 3 3v22" />
        <path d="M8.5 28V11a2.5 2.5 0 0 1 2.5-2.5h10a2.5 2.5 0 0 1 2.5 2.5v17" />
        <path d="M13 28V15.5a1.5 1.5 0 0 1 1.5-1.5h3a1.5 1.5 0 0 1 1.5 1.5V28" />
      </g>
      {props.withName && (
        <text
          x="42"
          y="22"
          fill="#fff"
          fontFamily="inherit"
          fontSize="18"
          fontWeight="600"
        >
          Threewalls
        </text>
      )}
    </svg>
  );
}
