// The host functions a contract may import, as the engine defines them
// (src/contract/host_functions.cpp).
#pragma once

#include <cstddef>
#include <cstdint>

namespace cloister::host {

extern "C" {
#define CLOISTER_HOST(module, name) [[clang::import_module(module), clang::import_name(name)]]
CLOISTER_HOST("seal0", "input") void cloister_input(void* out, std::uint32_t* out_len);
CLOISTER_HOST("seal0", "seal_return")
[[noreturn]] void cloister_return(std::uint32_t flags, const void* data, std::uint32_t len);
CLOISTER_HOST("seal0", "caller") void cloister_caller(void* out, std::uint32_t* out_len);
CLOISTER_HOST("seal0", "address") void cloister_address(void* out, std::uint32_t* out_len);
CLOISTER_HOST("seal0", "block_number") void cloister_block(void* out, std::uint32_t* out_len);
CLOISTER_HOST("seal0", "now") void cloister_now(void* out, std::uint32_t* out_len);
CLOISTER_HOST("seal0", "value_transferred") void cloister_value(void* out, std::uint32_t* out_len);
CLOISTER_HOST("seal0", "debug_message")
std::uint32_t cloister_debug(const void* text, std::uint32_t len);
CLOISTER_HOST("seal0", "deposit_event")
void cloister_event(const void* topics, std::uint32_t topics_len, const void* data,
                    std::uint32_t len);
CLOISTER_HOST("seal0", "hash_blake2_256")
void cloister_blake2_256(const void* data, std::uint32_t len, void* out);
CLOISTER_HOST("seal1", "get_storage")
std::uint32_t cloister_get(const void* key, std::uint32_t key_len, void* out,
                           std::uint32_t* out_len);
CLOISTER_HOST("seal1", "contains_storage")
std::uint32_t cloister_contains(const void* key, std::uint32_t key_len);
CLOISTER_HOST("seal1", "clear_storage")
std::uint32_t cloister_clear(const void* key, std::uint32_t key_len);
CLOISTER_HOST("seal2", "set_storage")
std::uint32_t cloister_set(const void* key, std::uint32_t key_len, const void* value,
                           std::uint32_t len);
CLOISTER_HOST("cloister", "random") void cloister_random(void* out, std::uint32_t len);
CLOISTER_HOST("cloister", "act") void cloister_act(const void* call, std::uint32_t len);
CLOISTER_HOST("cloister", "is_query") std::uint32_t cloister_is_query();
#undef CLOISTER_HOST
}

// Ends the run as a trap: the state stays as it was before the call.
[[noreturn]] inline void trap() { __builtin_trap(); }

}  // namespace cloister::host
