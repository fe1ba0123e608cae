// A chain in memory for tests: genesis, blocks built and executed again, and code that acts as the
// enclaves (real signatures, VRF and quotes of a simulated platform). Not part of the library.
#pragma once

#include <map>
#include <string>

#include "crypto/hash.hpp"
#include "platform/platform.hpp"
#include "protocol/calls.hpp"
#include "protocol/domains.hpp"
#include "protocol/storage.hpp"
#include "runtime/runtime.hpp"

namespace cloister::runtime::test {

inline constexpr u128 unit = 1'000'000'000'000;
inline constexpr std::uint64_t start_seconds = 1'800'000'000;

inline Secret<32> secret_of(std::string_view name) {
    return Secret<32>(crypto::blake2b_256(view_of(name)).view());
}
inline crypto::KeyPair account_key(std::string_view name) {
    return *crypto::KeyPair::from_suri(crypto::Scheme::Sr25519, "//" + std::string(name));
}
inline AccountId account(std::string_view name) { return account_key(name).account(); }
template <class Fixed>
Fixed fixed_of(std::string_view name) {
    return Fixed(crypto::blake2b_512(view_of(name)).view().first(Fixed::size_bytes));
}
inline const Measurement good_enclave = fixed_of<Measurement>("enclave 1");

// Made once: key generation is the slow part.
inline const platform::Platform& vendor() {
    static const platform::Platform made(secret_of("vendor"), start_seconds - 86400);
    return made;
}

inline GenesisConfig dev_config() {
    GenesisConfig config;
    for (const char* name : {"Alice", "Bob", "Charlie", "Dave", "Eve"}) {
        config.balances.emplace_back(account(name), Balance(1'000'000 * unit));
    }
    const crypto::Ed25519Key authority(secret_of("authority"));
    config.authorities = {{authority.public_key(), 1}};
    config.governance = account("Alice");
    config.gatekeeper_operators = {account("Eve")};
    config.cluster = protocol::cluster_id(1);
    config.cluster_owner = account("Alice");
    config.measurements = {{good_enclave, "enclave 1"}};
    config.policy.technologies = {attest::Technology::IntelSgx};
    config.policy.statuses = {attest::TcbStatus::UpToDate};
    config.simulated_root = vendor().root_fingerprint();
    config.collateral = vendor().collateral();
    config.worker_bond_min = Balance(100 * unit);
    return config;
}

class Chain {
  public:
    explicit Chain(const GenesisConfig& config = dev_config())
        : entries(genesis_state(config)), view([this](ByteView key) -> std::optional<Bytes> {
              const auto found = entries.find(to_bytes(key));
              if (found == entries.end()) return std::nullopt;
              return found->second;
          }) {
        const Hash256 root = trie::root_of(entries, trie::StateVersion::V1);
        header = genesis_header(StateRoot(root.view()));
        genesis = finality::hash_of(header);
        hashes = {genesis};
    }
    Chain(const Chain&) = delete;

    At at() const { return {header.number, hashes.back(), genesis}; }
    BlockHash hash_at(BlockNumber number) const { return hashes.at(number.value); }
    BlockNumber next() const { return header.number.next(); }

    template <class T>
    std::optional<T> read(const Bytes& key) const {
        const auto bytes = view(key);
        if (!bytes) return std::nullopt;
        return scale::decode<T>(*bytes).get();
    }

    Bytes sign(std::string_view who, ByteView call, std::uint32_t nonce_offset = 0,
               protocol::Era era = {}) const {
        const protocol::Extra extra{.era = era, .nonce = nonce_of(who) + nonce_offset};
        const BlockHash birth = era.immortal() ? genesis : hash_at(era.birth(header.number));
        return protocol::sign_extrinsic(account_key(who), call, extra,
                                        {spec_version, transaction_version, genesis, birth});
    }
    std::uint32_t nonce_of(std::string_view who) const {
        const auto bytes = view(protocol::storage::system_account(account(who)));
        return bytes ? scale::Decoder(*bytes).read<std::uint32_t>() : 0;
    }
    u128 free_of(const AccountId& who) const { return balance_at(who, 16); }
    u128 reserved_of(const AccountId& who) const { return balance_at(who, 32); }

    // Builds a block of `extrinsics`, executes it again from its bytes, and requires that both
    // agree.
    std::vector<ExtrinsicOutcome> block(const std::vector<Bytes>& extrinsics) {
        seconds += 1;
        BlockBuilder builder(view, at(), seconds * 1000);
        for (const Bytes& extrinsic : extrinsics) {
            const auto pushed = builder.push(extrinsic);
            EXPECT_TRUE(pushed.has_value()) << (pushed ? "" : name_of(pushed.error()));
        }
        import(builder.finish());
        return outcomes(view);
    }
    void import(BlockBuilder::Built built) {
        const auto executed = execute(view, at(), built.block);
        ASSERT_TRUE(executed.has_value()) << name_of(executed.error());
        ASSERT_EQ(executed->changes, built.changes);
        for (const auto& [key, value] : built.changes) {
            if (value) {
                entries[key] = *value;
            } else {
                entries.erase(key);
            }
        }
        header = built.block.header;
        header.state_root = StateRoot(trie::root_of(entries, trie::StateVersion::V1).view());
        hashes.push_back(finality::hash_of(header));
    }
    void skip(std::size_t blocks) {
        for (std::size_t i = 0; i < blocks; ++i) block({});
    }
    // One call in a block of its own: "" or the error's name.
    template <class Call>
    std::string call(std::string_view who, const Call& arguments) {
        const auto results = block({sign(who, protocol::encode_call(arguments))});
        return results.size() == 2 ? results[1].error : "not included";
    }
    template <class Call>
    std::string enact(const Call& arguments) {
        return call("Alice", protocol::GovernanceEnact{protocol::encode_call(arguments)});
    }

    trie::Entries entries;
    StateView view;
    finality::Header header;
    BlockHash genesis;
    std::vector<BlockHash> hashes;
    std::uint64_t seconds = start_seconds;

  private:
    u128 balance_at(const AccountId& who, std::size_t offset) const {
        const auto bytes = view(protocol::storage::system_account(who));
        if (!bytes) return 0;
        return scale::Decoder(ByteView(*bytes).subspan(offset)).read<u128>();
    }
};

// What a test knows of an enclave: its keys and what its quotes say.
struct Enclave {
    explicit Enclave(std::string_view seed)
        : identity(secret_of(seed)), encryption(secret_of(std::string(seed) + " encryption")) {}
    WorkerId id() const { return WorkerId(identity.public_key().view()); }
    crypto::Ed25519Key identity;
    crypto::X25519Key encryption;
    Measurement measurement = good_enclave;
    bool debug = false;

    Bytes quote(const protocol::ReportData64& data) const {
        return vendor().quote({.measurement = measurement,
                               .report_data = platform::ReportData(data.view()),
                               .debug = debug});
    }
};

}  // namespace cloister::runtime::test
