// The chain's metadata (substrate.md 1.10), made from the pallets' declarations: version 14 for old
// clients and 15 for those that read runtime APIs from it.
#pragma once

#include <string>

#include "runtime/frame/pallet.hpp"

namespace cloister::runtime::metadata {

inline constexpr std::array<std::uint32_t, 2> versions{14, 15};

// "meta", the version byte and the content. Precondition: one of `versions`.
Bytes encode(std::uint32_t version);

// A type of the table in types.cpp by its short name; a body is "struct name: Type, ..." or
// "struct (Type, ...)" or "enum Name=index(Type, ...); Name=index{name: Type, ...}; ...".
struct NamedType {
    std::string_view name;
    std::string_view path;
    std::string_view body;
    std::string_view params;  // "E: RuntimeEvent, T: H256"
};
std::span<const NamedType> named_types();

// The portable registry: every type that was asked for, by id. Type notation: the names of
// named_types, bool, u8 to u128, Text, Bytes, Vec<T>, Option<T>, Result<T, E>, Compact<T>, [T; N],
// (A, B).
class Types {
  public:
    std::uint32_t id_of(std::string_view type);
    // The content of the table, for the front of the metadata.
    void write(scale::Encoder& out) const;

  private:
    std::uint32_t add(std::string_view key, const auto& describe);
    Bytes describe(std::string_view type);
    Bytes describe_named(const NamedType& type);
    Bytes generic(std::string_view name, std::string_view arguments);
    void write_fields(scale::Encoder& out, std::string_view fields);
    void write_variants(scale::Encoder& out, std::string_view variants);

    std::map<std::string, std::uint32_t, std::less<>> ids_;
    std::vector<Bytes> types_;
};

// The parts of "a, b<c, d>, e" between separators outside of any bracket, trimmed.
std::vector<std::string_view> split(std::string_view text, char separator);

}  // namespace cloister::runtime::metadata
