// Numbers of a lamp's record at LAMPS_IN, as byte offsets: f32, then i32. Luma is in code values with 4 fraction bits.

/** First and last row that the lamp reaches. */
export const L_FIRST_ROW: usize = 0;
export const L_LAST_ROW: usize = 4;
/** Its centre, pixels. */
export const L_X: usize = 8;
export const L_Y: usize = 12;
/** One over its radii, pixels. */
export const L_INVERSE_X: usize = 16;
export const L_INVERSE_Y: usize = 20;
export const L_HARDNESS: usize = 24;
/** Squared distance, in radii, that its spot reaches; the spot's luma at the centre. */
export const L_SPOT_REACH: usize = 28;
export const L_SPOT_LUMA: usize = 32;
/** One over the radii of both parts of its glow, pixels. */
export const L_INVERSE_NEAR: usize = 36;
export const L_INVERSE_WIDE: usize = 40;
/** Squared distance, pixels, that its glow reaches; luma of either part at the centre. */
export const L_GLOW_REACH: usize = 44;
export const L_GLOW_LUMA: usize = 48;
/** i32 from here on. Chroma codes per luma code, 11 fraction bits. */
export const L_U: usize = 52;
export const L_V: usize = 56;
/** Columns that it reaches: the first one, a multiple of 8, and their number, too. */
export const L_FROM: usize = 60;
export const L_SPAN: usize = 64;
/** Offset of its three profiles from the first lamp's, bytes: see lamp-light.ts. */
export const L_PROFILES: usize = 68;
/** f32: code of the day's luma from which its spot does not show, 0 where it shows everywhere; share of it that shows per code below that, up to all. */
export const L_DAY_END: usize = 72;
export const L_DAY_SLOPE: usize = 76;
/** f32: code of the day's V from which its spot begins to show, negative where it shows everywhere; share of it that shows per code above that, up to all. */
export const L_RED_START: usize = 80;
export const L_RED_SLOPE: usize = 84;
