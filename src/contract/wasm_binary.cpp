#include "contract/wasm_binary.hpp"

#include "contract/wasm_code.hpp"
#include "contract/wasm_reader.hpp"

namespace cloister::contract {

namespace {

constexpr std::array<std::uint8_t, 8> preamble = {0x00, 'a', 's', 'm', 0x01, 0x00, 0x00, 0x00};

enum SectionId : std::uint8_t {
    Custom,
    Type,
    Import,
    Function,
    Table,
    Memory,
    Global,
    Export,
    Start,
    Element,
    Code,
    Data,
    DataCount,
};
// The order in which sections stand: DataCount before Code.
constexpr std::array<SectionId, 12> section_order = {
    Type, Import, Function, Table, Memory, Global, Export, Start, Element, DataCount, Code, Data};

using Verdict = Result<void, CodeError>;

Verdict malformed_unless(bool fine) {
    if (!fine) return err(CodeError::Malformed);
    return {};
}

Verdict split_sections(ByteView wasm, ModuleShape& shape) {
    WasmReader r(wasm);
    if (!equal(r.raw(preamble.size()), preamble)) return err(CodeError::Malformed);
    std::size_t position = 0;  // in section_order, of the next section that may come
    while (!r.at_end()) {
        const std::uint8_t id = r.byte();
        const ByteView content = r.sized();
        if (r.failed()) return err(CodeError::Malformed);
        if (id == Custom) continue;
        while (position < section_order.size() && section_order[position] != id) ++position;
        if (position == section_order.size()) return err(CodeError::Malformed);
        ++position;
        shape.sections[id] = content;
    }
    return {};
}

// Calls `element(reader)` for each element of the section's vector, which must fill the section.
template <class F>
Verdict each_of(const ModuleShape& shape, SectionId id, F element) {
    const std::optional<ByteView>& content = shape.sections[id];
    if (!content) return {};
    WasmReader r(*content);
    const std::uint32_t count = r.count();
    for (std::uint32_t i = 0; i < count && !r.failed(); ++i) CLOISTER_CHECK(element(r));
    return malformed_unless(!r.failed() && r.at_end());
}

Verdict read_types(ModuleShape& shape) {
    return each_of(shape, Type, [&](WasmReader& r) -> Verdict {
        if (r.byte() != 0x60) return err(CodeError::Malformed);
        FunctionType type;
        type.parameters = to_bytes(r.raw(r.count()));
        type.results = to_bytes(r.raw(r.count()));
        shape.types.push_back(std::move(type));
        return {};
    });
}

struct Pages {
    std::uint32_t min = 0;
    std::uint32_t max = 0;
};

// Limits of the one memory: flags 0 (no maximum) or 1; shared and 64-bit memories are outside our
// feature set.
Result<Pages, CodeError> read_memory(WasmReader& r, const Limits& limits) {
    const std::uint8_t flags = r.byte();
    if (flags > 1) return err(CodeError::Malformed);
    Pages pages;
    pages.min = r.u32();
    pages.max = flags == 1 ? r.u32() : limits.memory_pages_max;
    if (r.failed()) return err(CodeError::Malformed);
    if (pages.min > limits.memory_pages_max || pages.max > limits.memory_pages_max) {
        return err(CodeError::BadMemory);
    }
    if (pages.min > pages.max) return err(CodeError::Malformed);
    return pages;
}

Verdict read_import(WasmReader& r, ModuleShape& shape, std::vector<Pages>& memories,
                    const Limits& limits, ImportPolicy policy) {
    const std::size_t start = r.offset();
    const std::string_view module = text_of(r.sized());
    const std::string_view name = text_of(r.sized());
    const std::uint8_t kind = r.byte();
    if (r.failed() || kind > 3) return err(CodeError::Malformed);
    if (kind == 2) {
        if (module != "env" || name != "memory") return err(CodeError::ForbiddenImport);
        CLOISTER_TRY(const Pages pages, read_memory(r, limits));
        memories.push_back(pages);
        return {};
    }
    if (kind != 0) return err(CodeError::ForbiddenImport);
    const std::uint32_t type = r.u32();
    if (r.failed() || type >= shape.types.size()) return err(CodeError::Malformed);
    const FunctionType* known = policy(module, name);
    if (known == nullptr || !(*known == shape.types[type])) return err(CodeError::ForbiddenImport);
    shape.function_imports.push_back(r.since(start));
    shape.function_types.push_back(type);
    return {};
}

Verdict read_memories(ModuleShape& shape, const Limits& limits, ImportPolicy policy) {
    std::vector<Pages> memories;
    CLOISTER_CHECK(each_of(shape, Import, [&](WasmReader& r) {
        return read_import(r, shape, memories, limits, policy);
    }));
    CLOISTER_CHECK(each_of(shape, Memory, [&](WasmReader& r) -> Verdict {
        CLOISTER_TRY(const Pages pages, read_memory(r, limits));
        memories.push_back(pages);
        return {};
    }));
    if (memories.size() != 1) return err(CodeError::BadMemory);
    shape.memory_pages_min = memories[0].min;
    shape.memory_pages_max = memories[0].max;
    return {};
}

Verdict read_functions(ModuleShape& shape) {
    return each_of(shape, Function, [&](WasmReader& r) -> Verdict {
        const std::uint32_t type = r.u32();
        const bool fine = type < shape.types.size() && shape.function_types.size() < functions_max;
        shape.function_types.push_back(type);
        return malformed_unless(fine);
    });
}

// Tables have to fit the pool: at most one, of a bounded size.
Verdict read_tables(const ModuleShape& shape) {
    std::uint32_t tables = 0;
    return each_of(shape, Table, [&](WasmReader& r) {
        r.byte();
        const std::uint8_t flags = r.byte();
        const std::uint32_t min = r.u32();
        if (flags == 1) r.u32();
        return malformed_unless(flags <= 1 && min <= table_elements_max && ++tables == 1);
    });
}

Verdict read_exports(const ModuleShape& shape) {
    bool has_call = false;
    bool has_deploy = false;
    CLOISTER_CHECK(each_of(shape, Export, [&](WasmReader& r) -> Verdict {
        const std::string_view name = text_of(r.sized());
        const std::uint8_t kind = r.byte();
        const std::uint32_t index = r.u32();
        if (r.failed()) return err(CodeError::Malformed);
        if (name != "call" && name != "deploy") return {};
        if (kind != 0) return err(CodeError::MissingExport);
        if (index >= shape.function_types.size()) return err(CodeError::Malformed);
        if (!(shape.types[shape.function_types[index]] == FunctionType{})) {
            return err(CodeError::MissingExport);
        }
        (name == "call" ? has_call : has_deploy) = true;
        return {};
    }));
    if (!has_call || !has_deploy) return err(CodeError::MissingExport);
    return {};
}

void append_section(Bytes& out, SectionId id, ByteView content) {
    out.push_back(id);
    append_u32(out, static_cast<std::uint32_t>(content.size()));
    append(out, content);
}

// The section's vector with one more element at its end.
Bytes with_appended(const std::optional<ByteView>& content, ByteView element) {
    Bytes out;
    if (!content) {
        append_u32(out, 1);
    } else {
        WasmReader r(*content);
        append_u32(out, r.u32() + 1);
        append(out, r.raw(r.remaining()));
    }
    append(out, element);
    return out;
}

Bytes imports_without_memory(const ModuleShape& shape) {
    Bytes out;
    append_u32(out, static_cast<std::uint32_t>(shape.function_imports.size()));
    for (const ByteView entry : shape.function_imports) append(out, entry);
    return out;
}

Bytes memory_section(const ModuleShape& shape) {
    Bytes out = {0x01, 0x01};
    append_u32(out, shape.memory_pages_min);
    append_u32(out, shape.memory_pages_max);
    return out;
}

Bytes export_entry(std::string_view name, std::uint8_t kind, std::uint32_t index) {
    Bytes out;
    append_u32(out, static_cast<std::uint32_t>(name.size()));
    append(out, view_of(name));
    out.push_back(kind);
    append_u32(out, index);
    return out;
}

Bytes exports_with_ours(const ModuleShape& shape) {
    const Bytes memory = with_appended(shape.sections[Export], export_entry(memory_export, 2, 0));
    return with_appended(ByteView(memory), export_entry(grow_failed_export, 3, shape.globals));
}

Result<Bytes, CodeError> redirected_code(const ModuleShape& shape) {
    const auto grow_function = static_cast<std::uint32_t>(shape.function_types.size());
    Bytes out;
    WasmReader r(shape.sections[Code].value_or(ByteView{}));
    const std::uint32_t count = r.count();
    append_u32(out, count + 1);
    for (std::uint32_t i = 0; i < count; ++i) {
        CLOISTER_TRY(const Bytes body, redirect_memory_grow(r.sized(), grow_function));
        append_u32(out, static_cast<std::uint32_t>(body.size()));
        append(out, body);
    }
    if (r.failed() || !r.at_end()) return err(CodeError::Malformed);
    const Bytes grow = grow_function_body(shape.globals);
    append_u32(out, static_cast<std::uint32_t>(grow.size()));
    append(out, grow);
    return out;
}

}  // namespace

Result<ModuleShape, CodeError> inspect(ByteView wasm, const Limits& limits, ImportPolicy policy) {
    if (wasm.size() > limits.code_bytes_max) return err(CodeError::TooLarge);
    ModuleShape shape;
    CLOISTER_CHECK(split_sections(wasm, shape));
    if (shape.sections[Start]) return err(CodeError::HasStart);
    CLOISTER_CHECK(read_types(shape));
    CLOISTER_CHECK(read_memories(shape, limits, policy));
    CLOISTER_CHECK(read_functions(shape));
    CLOISTER_CHECK(read_tables(shape));
    if (shape.sections[Global]) shape.globals = WasmReader(*shape.sections[Global]).count();
    CLOISTER_CHECK(read_exports(shape));
    return shape;
}

Result<Bytes, CodeError> rewrite(const ModuleShape& shape) {
    Bytes type_index;
    append_u32(type_index, static_cast<std::uint32_t>(shape.types.size()));
    CLOISTER_TRY(const Bytes code, redirected_code(shape));
    Bytes out = {preamble.begin(), preamble.end()};
    append_section(out, Type, with_appended(shape.sections[Type], Bytes{0x60, 1, 0x7f, 1, 0x7f}));
    append_section(out, Import, imports_without_memory(shape));
    append_section(out, Function, with_appended(shape.sections[Function], type_index));
    if (shape.sections[Table]) append_section(out, Table, *shape.sections[Table]);
    append_section(out, Memory, memory_section(shape));
    // (global (mut i32) (i32.const 0))
    append_section(out, Global,
                   with_appended(shape.sections[Global], Bytes{0x7f, 0x01, 0x41, 0x00, 0x0b}));
    append_section(out, Export, exports_with_ours(shape));
    for (const SectionId id : {Element, DataCount}) {
        if (shape.sections[id]) append_section(out, id, *shape.sections[id]);
    }
    append_section(out, Code, code);
    if (shape.sections[Data]) append_section(out, Data, *shape.sections[Data]);
    return out;
}

}  // namespace cloister::contract
