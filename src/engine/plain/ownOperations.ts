/** Plain JavaScript has TensorFlow's operations alone. */
export const hasOwnOperations = false;
