/** Tenants a side: what is still readable on a screen. */
export const PAGE_SIZE = 50;

/** More tenants than this make the cells smaller. */
export const DENSE_FROM = 30;
