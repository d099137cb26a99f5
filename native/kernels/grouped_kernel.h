// The table of a level's kernels for grouped weights, under the name that the including file defines as
// RYZANSTEIN_GROUPED. Before, it defines three static functions: tile_width<form>(tokens), which says how
// many of so many tokens share one tile of activations; quantize_group, as FloatKernels::quantize; and
// multiply_form<form>, as GroupedKernel::multiply. Everything else here is static, too.
#ifndef RYZANSTEIN_KERNELS_GROUPED_KERNEL_H_
#define RYZANSTEIN_KERNELS_GROUPED_KERNEL_H_

#include "grouped_layout.h"

namespace ryzanstein {

template <GroupedForm form>
static size_t form_block_bytes(int columns) {
  return grouped_block_bytes(shape_of(form), columns);
}

template <GroupedForm form>
static void pack_form_row(const GroupedRow* weights, int row, int columns, void* block) {
  pack_grouped_row(shape_of(form), weights, row, columns, block);
}

template <GroupedForm form>
static void unpack_form_row(const void* block, int row, int columns, float* y) {
  unpack_grouped_row(shape_of(form), block, row, columns, y);
}

template <GroupedForm form>
static size_t form_prepared_bytes(int columns, int tokens) {
  const int width = tile_width<form>(tokens), tiles = (tokens + width - 1) / width;
  return static_cast<size_t>(tiles) * prepared_shape(shape_of(form), columns, width).bytes;
}

template <GroupedForm form>
static void prepare_form(const float* x, int columns, float factor, int token, int tokens, void* prepared) {
  prepare_grouped(shape_of(form), quantize_group, x, columns, factor, token, tile_width<form>(tokens),
                  prepared);
}

#define RYZANSTEIN_FORM(name, bits, group, offset, scales, minima, table)          \
  static const GroupedKernel name##Kernel = {                                      \
      form_block_bytes<GroupedForm::name>, pack_form_row<GroupedForm::name>,       \
      unpack_form_row<GroupedForm::name>,  form_prepared_bytes<GroupedForm::name>, \
      prepare_form<GroupedForm::name>,     multiply_form<GroupedForm::name>};
#include "forms.inc"
#undef RYZANSTEIN_FORM

// Floats are multiplied by the reference, whose code any compiler makes good use of 16 rows side by side in.
extern const GroupedKernel* const RYZANSTEIN_GROUPED[kForms] = {
#define RYZANSTEIN_FORM(name, bits, group, offset, scales, minima, table) &name##Kernel,
#include "forms.inc"
#undef RYZANSTEIN_FORM
    &kScalarF32};

}  // namespace ryzanstein

#endif
