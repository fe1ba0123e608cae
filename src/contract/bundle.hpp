// The `.contract` bundle of ink!'s toolchain (metadata version 5) for a module made with our SDK:
// code hash, code and description as one JSON text. The description is a piece of the module's data
// that the SDK writes at compile time: a mark of 16 bytes, a u32 length, JSON.
#pragma once

#include <optional>
#include <string>

#include "base/types.hpp"

namespace cloister::contract {

struct BundleLabel {
    std::string_view name;  // letters, digits, '_' and '-'; anything else is replaced by '_'
    std::string_view version;
};

// The SDK's description inside a module, as JSON; nothing for a module of another make.
std::optional<std::string_view> find_spec(ByteView wasm);

// Nothing if the module carries no description.
std::optional<std::string> make_bundle(const BundleLabel& label, ByteView wasm);

}  // namespace cloister::contract
