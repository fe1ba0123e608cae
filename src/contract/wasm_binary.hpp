// Decides whether a WASM module has a contract's shape and rewrites it into the one the engine
// runs:
//  - an imported memory becomes a defined one (host-made memories cannot be pooled). Memories are
//    an index space of their own, so that no other index moves;
//  - memory.grow passes through an added function that notes a refusal, appended after every other
//    function, type and global, so that again no index moves;
//  - the memory and that note are exported under names of ours; custom sections are dropped.
// Needs nothing but bytes: the same verdict everywhere. Follows the WebAssembly core
// specification 2.0, section 5.5. Instructions are not validated here: the engine does it before
// `rewrite`.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "contract/engine.hpp"

namespace cloister::contract {

inline constexpr std::string_view memory_export = "cloister:memory";
inline constexpr std::string_view grow_failed_export = "cloister:grow_failed";
inline constexpr std::uint32_t table_elements_max = 16384;
inline constexpr std::uint32_t functions_max = 50'000;

enum class ValueType : std::uint8_t { I32 = 0x7f, I64 = 0x7e, F32 = 0x7d, F64 = 0x7c };

struct FunctionType {
    Bytes parameters;  // value type bytes
    Bytes results;
    friend bool operator==(const FunctionType&, const FunctionType&) = default;
};

// The type of a known host function, or null: ForbiddenImport.
using ImportPolicy = const FunctionType* (*)(std::string_view module, std::string_view name);

// The parts of a module that decide; views point into the module's bytes.
struct ModuleShape {
    std::array<std::optional<ByteView>, 13> sections;  // contents by section id; 0 unused
    std::vector<FunctionType> types;
    std::vector<ByteView> function_imports;     // the raw import entries
    std::vector<std::uint32_t> function_types;  // type index of imports, then of definitions
    std::uint32_t globals = 0;
    std::uint32_t memory_pages_min = 0;
    std::uint32_t memory_pages_max = 0;
};

Result<ModuleShape, CodeError> inspect(ByteView wasm, const Limits& limits, ImportPolicy policy);

// The module to compile. Precondition: `shape` is from `inspect`, and a validator accepted the
// module.
Result<Bytes, CodeError> rewrite(const ModuleShape& shape);

}  // namespace cloister::contract
