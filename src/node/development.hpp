// The genesis of a development network: what `cloister dev` and the simulator start from, so that
// they play on the same chain rules. Accounts are Substrate's development accounts; everyone knows
// their keys.
#pragma once

#include "crypto/keyring.hpp"
#include "runtime/runtime.hpp"

namespace cloister::node {

struct DevelopmentOptions {
    finality::Authority authority;
    Measurement measurement;  // of the enclave that may register
    Hash256 simulated_root;
    attest::Collateral collateral;
    std::size_t workers = 3;  // operators that are bonded
};

// "//Operator//0", ...: the account that runs worker i. Precondition of use: development networks
// only.
crypto::KeyPair development_operator(std::size_t index);
crypto::KeyPair development_gatekeeper();

ClusterId development_cluster();
runtime::GenesisConfig development_genesis(const DevelopmentOptions& options);

}  // namespace cloister::node
