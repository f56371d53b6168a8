/** Name of a kernel that some backends have: the gradient of the leaky ReLU, from `dy` and `x`. */
export const LEAKY_RELU_GRADIENT = 'LeakyReluGrad';
