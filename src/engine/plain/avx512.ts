/** JavaScript has no bfloat16. */
export const hasAvx512 = false;
