#include "runtime/metadata/metadata.hpp"

namespace cloister::runtime::metadata {

namespace {

std::string_view trim(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}

constexpr std::array<std::string_view, 8> primitives{"bool", "char", "Text", "u8",
                                                     "u16",  "u32",  "u64",  "u128"};

enum Definition : std::uint8_t {
    Composite = 0,
    Variant = 1,
    Sequence = 2,
    Array = 3,
    Tuple = 4,
    Primitive = 5,
    CompactOf = 6,
};

void write_path(scale::Encoder& out, std::string_view path) {
    std::vector<std::string> parts;
    while (!path.empty()) {
        const auto end = path.find("::");
        parts.emplace_back(path.substr(0, end));
        path = end == std::string_view::npos ? "" : path.substr(end + 2);
    }
    out.write(parts);
}

std::uint32_t number(std::string_view text) {
    std::uint32_t value = 0;
    for (const char c : text) value = value * 10 + static_cast<std::uint32_t>(c - '0');
    return value;
}

// A type without path and parameters; `body` writes its definition.
Bytes anonymous(std::uint8_t definition, const auto& body) {
    scale::Encoder out;
    out.compact(0);
    out.compact(0);
    out.byte(definition);
    body(out);
    out.compact(0);  // docs
    return std::move(out).take();
}

}  // namespace

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    int depth = 0;
    std::size_t start = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (std::string_view("<([{").find(text[i]) != std::string_view::npos) ++depth;
        if (std::string_view(">)]}").find(text[i]) != std::string_view::npos) --depth;
        // Within an array, "; N" is no separator: the bracket's depth covers it.
        if (depth != 0 || text[i] != separator) continue;
        parts.push_back(trim(text.substr(start, i - start)));
        start = i + 1;
    }
    if (const auto last = trim(text.substr(start)); !last.empty()) parts.push_back(last);
    return parts;
}

std::uint32_t Types::add(std::string_view key, const auto& make) {
    const auto id = static_cast<std::uint32_t>(types_.size());
    ids_.emplace(key, id);  // before its parts: types may refer to themselves
    types_.emplace_back();
    Bytes made = make();
    types_[id] = std::move(made);
    return id;
}

std::uint32_t Types::id_of(std::string_view type) {
    type = trim(type);
    if (const auto found = ids_.find(type); found != ids_.end()) return found->second;
    return add(type, [&] { return describe(type); });
}

void Types::write(scale::Encoder& out) const {
    out.compact(types_.size());
    for (std::size_t id = 0; id < types_.size(); ++id) {
        out.compact(id);
        out.raw(types_[id]);
    }
}

Bytes Types::describe(std::string_view type) {
    for (const NamedType& named : named_types()) {
        if (named.name == type) return describe_named(named);
    }
    if (const auto at = std::ranges::find(primitives, type); at != primitives.end()) {
        const auto index = static_cast<std::uint8_t>(at - primitives.begin());
        return anonymous(Primitive, [&](auto& out) { out.byte(index); });
    }
    if (type == "Bytes") {
        return anonymous(Sequence, [&](auto& out) { out.compact(id_of("u8")); });
    }
    if (type.front() == '[') {
        const auto semicolon = type.rfind(';');
        return anonymous(Array, [&](auto& out) {
            out.write(number(trim(type.substr(semicolon + 1, type.size() - semicolon - 2))));
            out.compact(id_of(type.substr(1, semicolon - 1)));
        });
    }
    if (type.front() == '(') {
        const auto parts = split(type.substr(1, type.size() - 2), ',');
        return anonymous(Tuple, [&](auto& out) {
            out.compact(parts.size());
            for (const auto part : parts) out.compact(id_of(part));
        });
    }
    const auto open = type.find('<');
    CLOISTER_ASSERT(open != std::string_view::npos);  // a name that types.cpp lacks
    return generic(type.substr(0, open), type.substr(open + 1, type.size() - open - 2));
}

Bytes Types::generic(std::string_view name, std::string_view arguments) {
    if (name == "Vec") {
        return anonymous(Sequence, [&](auto& out) { out.compact(id_of(arguments)); });
    }
    if (name == "Compact") {
        return anonymous(CompactOf, [&](auto& out) { out.compact(id_of(arguments)); });
    }
    const auto parts = split(arguments, ',');
    std::string body;
    std::string params;
    if (name == "Option") {
        body = "enum None=0; Some=1(" + std::string(arguments) + ")";
        params = "T: " + std::string(arguments);
    } else {
        CLOISTER_ASSERT(name == "Result" && parts.size() == 2);
        body = "enum Ok=0(" + std::string(parts[0]) + "); Err=1(" + std::string(parts[1]) + ")";
        params = "T: " + std::string(parts[0]) + ", E: " + std::string(parts[1]);
    }
    return describe_named({name, name, body, params});
}

Bytes Types::describe_named(const NamedType& type) {
    scale::Encoder out;
    write_path(out, type.path);
    const auto params = split(type.params, ',');
    out.compact(params.size());
    for (const auto param : params) {
        const auto colon = param.find(": ");
        out.write(std::string(param.substr(0, colon)));
        out.byte(1);
        out.compact(id_of(param.substr(colon + 2)));
    }
    const bool is_enum = type.body.starts_with("enum");
    out.byte(is_enum ? Variant : Composite);
    if (is_enum) {
        write_variants(out, type.body.substr(4));
    } else {
        CLOISTER_ASSERT(type.body.starts_with("struct"));
        write_fields(out, trim(type.body.substr(6)));
    }
    out.compact(0);  // docs
    return std::move(out).take();
}

// "(A, B)": unnamed; "{a: A}" or "a: A": named; "": none.
void Types::write_fields(scale::Encoder& out, std::string_view fields) {
    const bool unnamed = fields.starts_with('(');
    if (unnamed || fields.starts_with('{')) fields = fields.substr(1, fields.size() - 2);
    const auto parts = split(fields, ',');
    out.compact(parts.size());
    for (const auto part : parts) {
        const auto colon = unnamed ? std::string_view::npos : part.find(": ");
        const auto type = unnamed ? part : part.substr(colon + 2);
        out.write(unnamed ? std::nullopt : std::optional(std::string(part.substr(0, colon))));
        out.compact(id_of(type));
        out.write(std::optional(std::string(type)));
        out.compact(0);  // docs
    }
}

void Types::write_variants(scale::Encoder& out, std::string_view variants) {
    const auto parts = split(variants, ';');
    out.compact(parts.size());
    for (const auto part : parts) {
        const auto equals = part.find('=');
        const auto fields = std::min(part.find_first_of("({"), part.size());
        out.write(std::string(part.substr(0, equals)));
        write_fields(out, part.substr(fields));
        out.byte(static_cast<std::uint8_t>(number(part.substr(equals + 1, fields - equals - 1))));
        out.compact(0);  // docs
    }
}

}  // namespace cloister::runtime::metadata
