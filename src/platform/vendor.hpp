// The simulated vendor: certificate authority, provisioning service and quoting enclave of one
// machine, everything made from a seed and a recipe.
#pragma once

#include "attest/attest.hpp"
#include "base/secret.hpp"
#include "platform/quoting.hpp"

namespace cloister::platform {

struct Vendor {
    Bytes root_der;
    attest::Collateral collateral;
    QuotingEnclave quoting;
};

Vendor make_vendor(const Secret<32>& seed, const Recipe& recipe);

// A secret of the platform for one purpose, named by the label.
Secret<32> derive_secret(const Secret<32>& seed, std::string_view label);

}  // namespace cloister::platform
