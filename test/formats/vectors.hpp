// The vectors of docs/formats.md by name. Inputs: messages are numbered (protocol/fill_test.hpp),
// everything else is named in the document's section "Vectors".
#pragma once

#include <map>
#include <string>

#include "base/secret.hpp"
#include "base/types.hpp"
#include "crypto/x25519.hpp"

namespace cloister::formats {

using Vectors = std::map<std::string, Bytes>;

template <class Fixed>
Fixed repeated(std::uint8_t byte) {
    return Fixed(Bytes(Fixed::size_bytes, byte));
}
inline BlockHash genesis() { return repeated<BlockHash>(0xee); }
inline Secret<32> secret(std::uint8_t byte) { return Secret<32>(Bytes(32, byte)); }
inline crypto::X25519Key recipient() { return crypto::X25519Key(secret(0x08)); }
inline crypto::X25519Key ephemeral() { return crypto::X25519Key(secret(0x09)); }

void add_extrinsics(Vectors& out);
void add_calls(Vectors& out);
void add_storage(Vectors& out);
void add_tasks(Vectors& out);
void add_registry(Vectors& out);
void add_queries(Vectors& out);
void add_gatekeeper(Vectors& out);
void add_enclave(Vectors& out);
void add_channels(Vectors& out);
// SCALE of the policy that the document gives as JSON.
void add_policy(Vectors& out, ByteView json);
// All of them.
const Vectors& computed();

}  // namespace cloister::formats
