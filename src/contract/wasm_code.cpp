#include "contract/wasm_code.hpp"

#include "contract/wasm_reader.hpp"

namespace cloister::contract {

namespace {

constexpr std::uint8_t op_memory_grow = 0x40;
constexpr std::uint8_t op_loop = 0x03;
constexpr std::uint8_t op_call = 0x10;

// Skips the immediates of a 0xfc-prefixed instruction (section 5.4.1, saturating and bulk
// operations).
void skip_prefixed(WasmReader& r) {
    const std::uint32_t op = r.u32();
    if (op <= 7) return;
    switch (op) {
        case 9:   // data.drop
        case 11:  // memory.fill
        case 13:  // elem.drop
        case 15:  // table.grow
        case 16:  // table.size
        case 17:  // table.fill
            r.u32();
            return;
        case 8:   // memory.init
        case 10:  // memory.copy
        case 12:  // table.init
        case 14:  // table.copy
            r.u32();
            r.u32();
            return;
        default: r.fail();
    }
}

void skip_u32_vector(WasmReader& r) {
    const std::uint32_t count = r.count();
    for (std::uint32_t i = 0; i < count && !r.failed(); ++i) r.u32();
}

// Skips the immediates of `op` (section 5.4). What is not in the feature set fails the reader.
void skip_immediates(WasmReader& r, std::uint8_t op) {
    if (op >= 0x45 && op <= 0xc4) return;                // numeric, sign extension
    if (op >= 0x20 && op <= 0x26) return void(r.u32());  // locals, globals, tables
    if (op >= 0x28 && op <= 0x3e) {                      // loads and stores
        r.u32();
        r.u32();
        return;
    }
    switch (op) {
        case 0x00:
        case 0x01:
        case 0x05:
        case 0x0b:
        case 0x0f:
        case 0x1a:
        case 0x1b:
        case 0xd1: return;
        case 0x02:
        case 0x03:
        case 0x04:  // blocks
            return r.skip_signed(33);
        case 0x0c:
        case 0x0d:
        case 0x10:
        case 0x3f:
        case 0xd2: return void(r.u32());
        case 0x0e:  // br_table
            skip_u32_vector(r);
            return void(r.u32());
        case 0x11:  // call_indirect
            r.u32();
            return void(r.u32());
        case 0x1c: {  // select with types
            return void(r.raw(r.count()));
        }
        case 0x41: return r.skip_signed(32);
        case 0x42: return r.skip_signed(64);
        case 0x43: return void(r.raw(4));
        case 0x44: return void(r.raw(8));
        case 0xd0: return r.skip_signed(33);
        case 0xfc: return skip_prefixed(r);
        default: r.fail();
    }
}

}  // namespace

Result<Bytes, CodeError> redirect_memory_grow(ByteView body, std::uint32_t grow_function) {
    if (body.size() > body_bytes_max) return err(CodeError::TooLarge);
    WasmReader r(body);
    const std::uint32_t groups = r.count();
    for (std::uint32_t i = 0; i < groups && !r.failed(); ++i) {
        r.u32();
        r.byte();
    }
    if (r.failed()) return err(CodeError::Malformed);
    Bytes out = to_bytes(r.since(0));
    std::size_t copied = r.offset();
    std::uint32_t loops = 0;
    while (!r.at_end()) {
        const std::size_t start = r.offset();
        const std::uint8_t op = r.byte();
        if (op == op_loop && ++loops > loops_max) return err(CodeError::TooLarge);
        if (op == op_memory_grow) {
            r.u32();
            append(out, body.subspan(copied, start - copied));
            out.push_back(op_call);
            append_u32(out, grow_function);
            copied = r.offset();
        } else {
            skip_immediates(r, op);
        }
        if (r.failed()) return err(CodeError::Malformed);
    }
    append(out, body.subspan(copied));
    return out;
}

Bytes grow_function_body(std::uint32_t failed_global) {
    // local.get 0; memory.grow 0; local.tee 0; i32.const -1; i32.eq; if; i32.const 1; global.set
    Bytes out = {0x00, 0x20, 0x00, op_memory_grow, 0x00, 0x22, 0x00, 0x41,
                 0x7f, 0x46, 0x04, 0x40,           0x41, 0x01, 0x24};
    append_u32(out, failed_global);
    append(out, Bytes{0x0b, 0x20, 0x00, 0x0b});  // end; local.get 0; end
    return out;
}

}  // namespace cloister::contract
