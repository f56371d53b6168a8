/** Most photos that a night is to be like: the network reads 24 patches of them all. */
export const MAX_LIKE_PHOTOS = 12;
/** Largest file of a photo, bytes. */
export const MAX_PHOTO_BYTES = 32 * 1024 * 1024;
/** Most bytes of the photos of one request to a server, which must arrive within its timeout. */
export const MAX_UPLOAD_BYTES = 16 * 1024 * 1024;
