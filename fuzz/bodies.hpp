// The bodies and their seeds by name; targets.cpp makes the table of them.
#pragma once

#include "body.hpp"

namespace cloister::fuzz {

#define FUZZ_BODY(name)        \
    int name##_body(ByteView); \
    std::vector<Bytes> name##_seeds()

FUZZ_BODY(scale);
FUZZ_BODY(messages);
FUZZ_BODY(events);
FUZZ_BODY(header);
FUZZ_BODY(justification);
FUZZ_BODY(light_client);
FUZZ_BODY(trie_node);
FUZZ_BODY(trie_proof);
FUZZ_BODY(der);
FUZZ_BODY(x509);
FUZZ_BODY(pem);
FUZZ_BODY(quote);
FUZZ_BODY(collateral);
FUZZ_BODY(attest);
FUZZ_BODY(json);
FUZZ_BODY(text);
FUZZ_BODY(extrinsic);
FUZZ_BODY(merkle);
FUZZ_BODY(sealed);
FUZZ_BODY(host_channel);
FUZZ_BODY(framing);
FUZZ_BODY(wasm);
FUZZ_BODY(host_functions);
FUZZ_BODY(rpc);
FUZZ_BODY(http);
FUZZ_BODY(runtime);
FUZZ_BODY(runtime_api);
FUZZ_BODY(client_chain);
FUZZ_BODY(client_text);
FUZZ_BODY(client_query);
FUZZ_BODY(proof_file);
FUZZ_BODY(agent);

#undef FUZZ_BODY

// The types that `messages` and `events` know, without their namespaces.
std::vector<std::string_view> message_names();
std::vector<std::string_view> event_names();

// Files of ../shared (environment variable CLOISTER_SHARED) below `folder` whose names end in
// `ending`, by name; empty where they are absent.
std::vector<Bytes> shared_files(const std::string& folder, std::string_view ending,
                                std::size_t bytes_max);

}  // namespace cloister::fuzz
