// TensorFile: presence, type, shape and place of every tensor.
#include "tensor_file.h"

#include <cmath>
#include <utility>

namespace ryzanstein {
namespace {

std::string shape_text(const std::vector<int64_t>& shape) {
  std::string text = "[";
  for (size_t i = 0; i < shape.size(); i++) text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
  return text + "]";
}

}  // namespace

void Tensor::to_floats(int r, float* y) const {
  type->to_floats(row(r), columns, y);
  if (tensor_scale == 1) return;
  for (int i = 0; i < columns; i++) y[i] *= tensor_scale;
}

TensorFile::TensorFile(const std::string& path, std::vector<TensorDescription> descriptions) : file_(path) {
  for (TensorDescription& description : descriptions) {
    const std::string name = description.name;
    if (description.offset > file_.bytes() || description.bytes > file_.bytes() - description.offset) {
      refuse(name, "its bytes " + std::to_string(description.offset) + " and the " +
                       std::to_string(description.bytes) +
                       " that follow reach past the end of the file, which has " +
                       std::to_string(file_.bytes()) + "; the file is cut short");
    }
    if (!by_name_.emplace(name, Entry{std::move(description)}).second) refuse(name, "it is there twice");
  }
}

const TensorDescription& TensorFile::find(const std::string& name) {
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) refuse(name, "it is missing");
  found->second.taken = true;
  return found->second.description;
}

Tensor TensorFile::take(const std::string& name, int columns, int rows, bool more_rows) {
  const TensorDescription& description = find(name);
  std::vector<int64_t> expected{columns};
  if (rows > 0) expected.push_back(rows);
  std::vector<int64_t> shape = description.shape;
  if (more_rows && shape.size() == 2 && shape[1] > rows) shape[1] = rows;
  check_shape(description, shape, expected);
  return checked(description, columns, rows > 0 ? rows : 1);
}

Tensor TensorFile::take_stack(const std::string& name, int columns, int rows, int matrices) {
  const TensorDescription& description = find(name);
  check_shape(description, description.shape, {columns, rows, matrices});
  return checked(description, columns, rows * matrices);
}

void TensorFile::check_shape(const TensorDescription& description, const std::vector<int64_t>& shape,
                             const std::vector<int64_t>& expected) const {
  if (shape == expected) return;
  refuse(description.name, "its shape is " + shape_text(description.shape) + ", not " + shape_text(expected));
}

// The type can be read, rows are whole blocks, and all of them are there.
Tensor TensorFile::checked(const TensorDescription& description, int columns, int rows) const {
  const std::string& name = description.name;
  Tensor tensor;
  tensor.name = name;
  tensor.type = find_tensor_type(description.type);
  if (tensor.type == nullptr)
    refuse(name, "its type " + std::to_string(description.type) + " cannot be read");
  if (columns % tensor.type->block_weights != 0) {
    refuse(name, "rows of " + std::to_string(columns) + " are no multiple of the " +
                     std::to_string(tensor.type->block_weights) + " weights of a block of type " +
                     tensor.type->name);
  }
  tensor.columns = columns;
  tensor.rows = rows;
  tensor.row_bytes = static_cast<size_t>(columns / tensor.type->block_weights) *
                     static_cast<size_t>(tensor.type->block_bytes);
  // The file may have more rows than count, and a scale stands behind all of them.
  uint64_t all_rows = 1;
  for (size_t i = 1; i < description.shape.size(); i++) {
    all_rows *= static_cast<uint64_t>(description.shape[i]);
  }
  const bool scale_behind = tensor.type->to_codes != nullptr && tensor.type->scale_columns == 0;
  const size_t behind = scale_behind ? sizeof(float) : 0;
  if (description.bytes < behind || (description.bytes - behind) / tensor.row_bytes < all_rows) {
    refuse(name, "it has " + std::to_string(description.bytes) + " bytes, too few for " +
                     std::to_string(all_rows) + " rows of " + std::to_string(tensor.row_bytes) +
                     (scale_behind ? " and the scale behind them" : ""));
  }
  tensor.offset = description.offset;
  if (scale_behind) {
    file_.read(tensor.offset + tensor.row_bytes * all_rows, sizeof(float), &tensor.tensor_scale);
    if (!std::isfinite(tensor.tensor_scale)) refuse(name, "its scale is not a finite number");
  }
  return tensor;
}

void TensorFile::read(Tensor& tensor) const {
  const std::shared_ptr<uint8_t[]> data(new uint8_t[tensor.bytes()]);
  file_.read(tensor.offset, tensor.bytes(), data.get());
  tensor.data = data;
}

void TensorFile::check_all_taken(const std::string& architecture) const {
  for (const auto& [name, entry] : by_name_) {
    if (!entry.taken) refuse(name, "the architecture " + architecture + " has no such tensor");
  }
}

void TensorFile::refuse(const std::string& tensor, const std::string& reason) const {
  throw BadModel("The model file " + path() + " cannot be used: tensor " + tensor + ": " + reason + ".");
}

}  // namespace ryzanstein
