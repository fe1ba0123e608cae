#include "node/development.hpp"

#include "protocol/registry.hpp"

namespace cloister::node {
namespace {

constexpr u128 unit = 1'000'000'000'000;  // 12 decimals
constexpr u128 endowment = 10'000'000 * unit;
constexpr u128 bond = 1'000 * unit;

crypto::KeyPair key_of(crypto::Scheme scheme, const std::string& suri) {
    auto key = crypto::KeyPair::from_suri(scheme, suri);
    CLOISTER_ASSERT(key.has_value());
    return std::move(*key);
}

}  // namespace

crypto::KeyPair development_operator(std::size_t index) {
    return key_of(crypto::Scheme::Sr25519, "//Operator//" + std::to_string(index));
}

crypto::KeyPair development_gatekeeper() {
    return key_of(crypto::Scheme::Sr25519, "//Gatekeeper//0");
}

ClusterId development_cluster() { return protocol::cluster_id(1); }

runtime::GenesisConfig development_genesis(const DevelopmentOptions& options) {
    runtime::GenesisConfig config;
    for (const char* name : {"Alice", "Bob", "Charlie", "Dave", "Eve", "Ferdie"}) {
        for (const char* stash : {"", "//stash"}) {
            const std::string suri = std::string("//") + name + stash;
            for (const auto scheme : {crypto::Scheme::Sr25519, crypto::Scheme::Ed25519}) {
                config.balances.emplace_back(key_of(scheme, suri).account(), Balance(endowment));
            }
        }
    }
    const AccountId gatekeeper = development_gatekeeper().account();
    config.balances.emplace_back(gatekeeper, Balance(endowment));
    config.bonds.emplace_back(gatekeeper, Balance(bond));
    for (std::size_t i = 0; i < options.workers; ++i) {
        const AccountId account = development_operator(i).account();
        config.balances.emplace_back(account, Balance(endowment));
        config.bonds.emplace_back(account, Balance(bond));
    }
    config.authorities = {options.authority};
    config.governance = key_of(crypto::Scheme::Sr25519, "//Alice").account();
    config.gatekeeper_operators = {gatekeeper};
    config.cluster = development_cluster();
    config.cluster_owner = config.governance;
    config.measurements = {{options.measurement, "development build"}};
    config.policy.technologies = {attest::Technology::IntelSgx};
    config.policy.statuses = {attest::TcbStatus::UpToDate};
    config.simulated_root = options.simulated_root;
    config.collateral = options.collateral;
    config.notice_period_blocks = 10;
    config.worker_bond_min = Balance(bond);
    return config;
}

}  // namespace cloister::node
