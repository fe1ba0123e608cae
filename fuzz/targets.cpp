#include <algorithm>

#include "bodies.hpp"

namespace cloister::fuzz {
namespace {

#define FUZZ_TARGET(id) .name = #id, .body = id##_body, .seeds = id##_seeds

// `covers` names doors as the inventory finds them: folder of src/ or app/, colon, function.
std::vector<Target> table() {
    return {
        {FUZZ_TARGET(agent), .covers = {}, .cases = 300, .input_bytes_max = 1U << 16,
         .memory_constant = 4U << 20},
        {FUZZ_TARGET(attest), .covers = {"attest:verify"}, .cases = 1000, .input_bytes_max = 16384,
         .memory_constant = 1U << 20},
        {FUZZ_TARGET(client_chain), .covers = {"client:read", "client:read_as", "client:read_at"},
         .cases = 800, .input_bytes_max = 1U << 16, .memory_constant = 1U << 20},
        {FUZZ_TARGET(client_query), .covers = {"client:open_sealed_output", "client:open_answer"},
         .cases = 1500},
        {FUZZ_TARGET(client_text),
         .covers = {"worker:parse_genesis", "worker:parse_blocks", "worker:parse_read_proof",
                    "worker:parse_nonce", "worker:parse_submit"},
         .cases = 4000, .input_bytes_max = 16384},
        {FUZZ_TARGET(collateral),
         .covers = {"attest:parse_tcb_info", "attest:parse_qe_identity", "attest:parse_tcb_status",
                    "attest:parse_policy_json", "attest:parse_collateral_json"},
         .cases = 4000, .input_bytes_max = 16384},
        {FUZZ_TARGET(der),
         .covers = {"codec/der:parse_utc_time", "codec/der:parse_generalized_time",
                    "codec/der:parse_rfc3339", "codec/der:parse_ecdsa_signature"}},
        {FUZZ_TARGET(events), .covers = {}, .cases = 10000},
        {FUZZ_TARGET(extrinsic), .covers = {"protocol:parse_extrinsic"}},
        {FUZZ_TARGET(framing), .covers = {}, .cases = 1000, .memory_constant = 1U << 20},
        {FUZZ_TARGET(header), .covers = {"finality:parse_header", "finality:read_header"}},
        {FUZZ_TARGET(host_channel), .covers = {}, .cases = 150, .input_bytes_max = 1U << 18,
         .memory_constant = 64U << 20},
        {FUZZ_TARGET(host_functions), .covers = {}, .memory_constant = 1U << 20},
        {FUZZ_TARGET(http), .covers = {}, .cases = 400, .memory_constant = 1U << 20},
        {FUZZ_TARGET(json), .covers = {}},
        {FUZZ_TARGET(justification), .covers = {"finality:parse_justification"}, .cases = 4000},
        {FUZZ_TARGET(light_client), .covers = {"finality:import", "finality:import_known"},
         .cases = 2500},
        {FUZZ_TARGET(merkle), .covers = {"protocol:verify_merkle_path"}},
        {FUZZ_TARGET(messages), .covers = {"codec/scale:decode"}, .cases = 40000},
        {FUZZ_TARGET(pem), .covers = {"attest:parse", "attest:parse_pem", "attest:decode_base64"}},
        {FUZZ_TARGET(proof_file), .covers = {"client:verify_proof"}, .cases = 600,
         .input_bytes_max = 1U << 16, .memory_constant = 1U << 20},
        {FUZZ_TARGET(quote), .covers = {"attest:parse_quote", "attest:parse_claims"},
         .input_bytes_max = 16384},
        {FUZZ_TARGET(rpc), .covers = {"rpc:handle"}, .cases = 600, .input_bytes_max = 16384,
         .memory_constant = 8U << 20},
        {FUZZ_TARGET(runtime), .covers = {"runtime/frame:load", "runtime/frame:load_or"},
         .cases = 400, .input_bytes_max = 1U << 16, .memory_constant = 4U << 20},
        {FUZZ_TARGET(runtime_api), .covers = {}, .cases = 2000, .memory_constant = 1U << 20},
        {FUZZ_TARGET(scale),
         .covers = {"codec/scale:read_into", "codec/scale:read_bytes", "codec/scale:read_text"},
         .cases = 40000},
        {FUZZ_TARGET(sealed),
         .covers = {"enclave:open_share", "enclave:open_state", "enclave:parse_contracts",
                    "crypto:open", "protocol:unpad", "crypto:from_canonical"}},
        {FUZZ_TARGET(text),
         .covers = {"contract:find_spec", "contract:make_bundle", "crypto:parse_ss58",
                    "crypto:from_suri", "base:from_hex", "io:parse_http_url", "app/cloister:parse",
                    "client:parse_table", "client:decode_scores", "client:decode_trained"},
         .cases = 6000},
        {FUZZ_TARGET(trie_node), .covers = {"trie:parse_node"}},
        {FUZZ_TARGET(trie_proof), .covers = {"trie:from_nodes"}, .cases = 4000},
        {FUZZ_TARGET(wasm), .covers = {"contract:compile", "contract:inspect"}, .cases = 150,
         .input_bytes_max = 16384, .memory_factor = 512, .memory_constant = 8U << 20},
        {FUZZ_TARGET(x509),
         .covers = {"attest:parse_certificate", "attest:parse_crl", "attest:parse_pck_extension"},
         .cases = 5000}};
}

#undef FUZZ_TARGET

}  // namespace

std::span<const Target> targets() {
    static const std::vector<Target> all = table();
    return all;
}

}  // namespace cloister::fuzz
