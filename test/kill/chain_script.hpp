// The batches that a node hands to its database over a few blocks: genesis first.
#pragma once

#include "crypto/hash.hpp"
#include "node/node.hpp"
#include "protocol/calls.hpp"

namespace cloister::crash {

struct ChainScript {
    static constexpr std::uint32_t blocks = 24;
    static constexpr std::size_t remark_bytes = 32U << 10;

    ChainScript() {
        const auto sender = *crypto::KeyPair::from_suri(crypto::Scheme::Sr25519, "//Alice");
        node::Config config;
        config.genesis.balances = {{sender.account(), Balance(u128{1} << 60)}};
        config.genesis.authorities = {{authority().public_key(), 1}};
        std::map<Bytes, Bytes> database;
        const node::KvView view = [&](ByteView key) -> std::optional<Bytes> {
            const auto found = database.find(to_bytes(key));
            return found == database.end() ? std::nullopt : std::optional(found->second);
        };
        std::vector<node::Output> out;
        const auto take = [&] {
            for (node::Output& output : out) {
                auto* write = std::get_if<node::output::Write>(&output);
                if (write == nullptr) continue;
                for (const auto& [key, value] : write->batch) database.insert_or_assign(key, value);
                batches.push_back(std::move(write->batch));
            }
            out.clear();
        };
        node::Node node(config, authority(), view, {}, out);
        take();
        for (std::uint32_t i = 0; i < blocks; ++i) {
            const BlockHash& genesis = node.genesis_hash();
            const Bytes extrinsic = protocol::sign_extrinsic(
                sender, call_of(i), {.era = {}, .nonce = i, .tip = 0, .metadata_mode = 0},
                {runtime::spec_version, runtime::transaction_version, genesis, genesis});
            const node::Now now{.steady = Instant(i * 1000),
                                .wall = UnixMillis(1'800'000'000'000 + i)};
            node.step(now, node::input::Submit{.id = i, .extrinsic = extrinsic}, out);
            take();
        }
    }
    // Transfers, and every other one a remark that makes the database write tables and merge them.
    static Bytes call_of(std::uint32_t index) {
        if (index % 2 != 0) {
            protocol::SystemRemark remark;
            remark.remark = Bytes(remark_bytes, static_cast<std::uint8_t>(index));
            return protocol::encode_call(remark);
        }
        protocol::TransferKeepAlive transfer;
        transfer.destination = AccountId(crypto::blake2b_256(scale::encode(index)).view());
        transfer.value = {u128{1} << 50};
        return protocol::encode_call(transfer);
    }
    static crypto::Ed25519Key authority() { return crypto::Ed25519Key(Secret<32>(Bytes(32, 7))); }

    std::vector<node::KvBatch> batches;
};

}  // namespace cloister::crash
