/** Names of streams: addresses, logs and files show them. */
export const STREAM_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;
