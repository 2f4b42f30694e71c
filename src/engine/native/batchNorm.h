/* Batch norm in training and its gradient, with what follows the normalisation: nothing, a ReLU, or a sum and a ReLU. */
#ifndef SAMLAB_BATCH_NORM_H
#define SAMLAB_BATCH_NORM_H

#include "tensorflow.h"

void *create_batch_norm(TF_OpKernelConstruction *construction);
void delete_batch_norm(void *kernel);
void compute_batch_norm(void *kernel, TF_OpKernelContext *context);
void compute_batch_norm_gradient(void *kernel, TF_OpKernelContext *context);

#endif
