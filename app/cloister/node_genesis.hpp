// A node's directory besides its database: `genesis.scale`, what block 0 is made from, and
// `authority.key`, the seed of the key that makes blocks final (32 bytes, mode 0600).
#pragma once

#include <string>

#include "codec/scale/scale.hpp"
#include "output.hpp"
#include "runtime/runtime.hpp"

namespace cloister::app {

// runtime::GenesisConfig as a file.
struct NodeGenesis {
    std::uint8_t version = 1;
    runtime::GenesisConfig config;
    static constexpr auto scale_fields(auto& s) {
        auto& c = s.config;
        return scale::fields(s.version, c.balances, c.authorities, c.governance,
                             c.gatekeeper_operators, c.cluster, c.cluster_owner, c.measurements,
                             c.policy, c.simulated_root, c.collateral, c.notice_period_blocks,
                             c.worker_bond_min, c.bonds);
    }
};

std::string genesis_path(const std::string& directory);
std::string authority_path(const std::string& directory);

Result<runtime::GenesisConfig, Problem> load_genesis(const std::string& path);
Result<void, Problem> save_genesis(const std::string& path, const runtime::GenesisConfig& config);

Result<crypto::Ed25519Key, Problem> load_authority(const std::string& directory);
// A new key, unless there is one.
Result<crypto::Ed25519Key, Problem> make_authority(const std::string& directory);

}  // namespace cloister::app
