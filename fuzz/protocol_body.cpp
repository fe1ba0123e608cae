// Extrinsics, Merkle paths, and what is sealed.
#include "bodies.hpp"
#include "crypto/hpke.hpp"
#include "enclave/gatekeeper.hpp"
#include "enclave/sealing.hpp"
#include "parts.hpp"
#include "protocol/calls.hpp"
#include "protocol/extrinsic.hpp"
#include "protocol/padding.hpp"
#include "protocol/receipt.hpp"
#include "runtime/runtime.hpp"

namespace cloister::fuzz {
namespace {

Secret<32> secret(std::uint8_t fill) { return Secret<32>(ByteView(Bytes(32, fill))); }

const crypto::KeyPair& alice() {
    static const crypto::KeyPair key =
        *crypto::KeyPair::from_suri(crypto::Scheme::Sr25519, "//Alice");
    return key;
}

std::vector<Bytes> leaves() {
    std::vector<Bytes> out;
    for (std::uint8_t i = 0; i < 5; ++i) out.push_back(Bytes(40, i));
    return out;
}

// Everything that a host keeps, or carries, under a key that it does not have.
struct Sealed {
    const Secret<32> seal_key = secret(1);
    const Secret<32> state_key = secret(2);
    const crypto::X25519Key recipient{secret(3)};
    const ClusterId cluster = protocol::cluster_id(1);
    const BlockHash genesis{ByteView(Bytes(32, 9))};
    Bytes share, state, message, plain_state;

    Sealed() {
        const auto scalar = crypto::RistrettoScalar::from_uniform(Bytes(64, 5));
        share = enclave::seal_share(seal_key, genesis, scalar, {});
        auto memory = std::make_shared<enclave::ContractMemory>();
        memory->storage = {{Bytes{1}, Bytes(40, 2)}, {Bytes(20, 7), Bytes{}}};
        enclave::Contracts contracts;
        contracts.emplace(ContractId(ByteView(Bytes(32, 4))), memory);
        contracts.emplace(ContractId(ByteView(Bytes(32, 5))),
                          std::make_shared<enclave::ContractMemory>());
        plain_state = to_bytes(enclave::encode_contracts(contracts).reveal());
        enclave::ClusterState states(cluster, secret(6));
        state = enclave::seal_state(state_key, cluster, states.snapshot_of(Sequence{7}, contracts));
        message =
            crypto::hpke_seal(recipient.public_key, {Bytes{1, 2}, Bytes{3}},
                              protocol::pad(Bytes(50, 8)).reveal(), crypto::X25519Key(secret(7)))
                .value();
    }
};
const Sealed& sealed() {
    static const Sealed made;
    return made;
}

}  // namespace

int extrinsic_body(ByteView input) {
    const auto parsed = protocol::parse_extrinsic(input);
    if (!parsed) return 0;
    const Bytes again = parsed->signed_part
                            ? protocol::encode_signed(parsed->call, *parsed->signed_part)
                            : protocol::encode_bare(parsed->call);
    FUZZ_CHECK(std::ranges::equal(again, input));
    if (parsed->signed_part) {
        const protocol::Era era = parsed->signed_part->extra.era;
        for (const std::uint32_t at : {0U, 77U, ~0U}) {
            const BlockNumber now{at};
            FUZZ_CHECK(era.death(now) > era.birth(now).value);
            FUZZ_CHECK(era.immortal() || era.death(now) - era.birth(now).value == era.period());
        }
    }
    return 1;
}

std::vector<Bytes> extrinsic_seeds() {
    std::vector<Bytes> seeds;
    const Bytes remark = protocol::encode_call(protocol::SystemRemark{Bytes(20, 1)});
    const protocol::ChainContext context{1, 1, {}, {}};
    seeds.push_back(protocol::encode_bare(remark));
    seeds.push_back(protocol::sign_extrinsic(alice(), remark, {}, context));
    const protocol::Extra mortal{
        .era = protocol::Era::mortal(64, BlockNumber(100)), .nonce = 7000, .tip = u128{1} << 70};
    seeds.push_back(protocol::sign_extrinsic(alice(), Bytes(300, 4), mortal, context));
    const crypto::KeyPair ed(crypto::Scheme::Ed25519, secret(1));
    protocol::Extra with_metadata;
    with_metadata.metadata_mode = 1;
    seeds.push_back(protocol::sign_extrinsic(ed, remark, with_metadata, context));
    return seeds;
}

// A path and a leaf under the true root: no other leaf has a path.
int merkle_body(ByteView input) {
    Parts parts(input);
    const auto path = scale::decode<protocol::MerklePath>(parts.take());
    const ByteView leaf = parts.rest();
    if (!path) return 0;
    const std::vector<Bytes> all = leaves();
    if (!protocol::verify_merkle_path(protocol::merkle_root(all), leaf, *path)) return 0;
    FUZZ_CHECK(path->index < all.size() && std::ranges::equal(all[path->index], leaf));
    FUZZ_CHECK(*path == protocol::merkle_path(all, path->index));
    return 1;
}

std::vector<Bytes> merkle_seeds() {
    std::vector<Bytes> seeds;
    for (std::uint32_t i = 0; i < leaves().size(); ++i) {
        seeds.emplace_back();
        append_part(seeds.back(), scale::encode(protocol::merkle_path(leaves(), i)));
        append(seeds.back(), leaves()[i]);
    }
    return seeds;
}

// A blob under a key opens if it is the one that was sealed, to what was sealed, and else not.
int sealed_body(ByteView input) {
    if (input.empty()) return 0;
    const ByteView blob = input.subspan(1);
    switch (input.front() % 5) {
        case 0: {
            const bool opens =
                enclave::open_share(sealed().seal_key, sealed().genesis, blob).has_value();
            FUZZ_CHECK(opens == std::ranges::equal(blob, sealed().share));
            return opens ? 1 : 0;
        }
        case 1: {
            const auto opened = enclave::open_state(sealed().state_key, sealed().cluster, blob);
            FUZZ_CHECK(opened.has_value() == std::ranges::equal(blob, sealed().state));
            FUZZ_CHECK(!opened || opened->sequence == Sequence{7});
            return opened ? 1 : 0;
        }
        case 2: {
            const auto plain = crypto::hpke_open(sealed().recipient, {Bytes{1, 2}, Bytes{3}}, blob);
            FUZZ_CHECK(plain.has_value() == std::ranges::equal(blob, sealed().message));
            return plain ? 1 : 0;
        }
        case 3: {  // the plaintext of a state, as whoever broke the seal would give it
            const auto contracts = enclave::parse_contracts(blob);
            if (!contracts) return 0;
            const SecretBytes again = enclave::encode_contracts(*contracts);
            FUZZ_CHECK(std::ranges::equal(again.reveal(), blob));
            return 1;
        }
        default: {
            const auto data = protocol::unpad(blob);
            if (!data) return 0;
            FUZZ_CHECK(std::ranges::equal(protocol::pad(data->reveal()).reveal(), blob));
            return 1;
        }
    }
}

std::vector<Bytes> sealed_seeds() {
    return {concat(Bytes{0}, sealed().share),
            concat(Bytes{1}, sealed().state),
            concat(Bytes{2}, sealed().message),
            concat(Bytes{3}, sealed().plain_state),
            concat(Bytes{4}, protocol::pad(Bytes(10, 1)).reveal()),
            concat(Bytes{4}, protocol::pad({}).reveal())};
}

}  // namespace cloister::fuzz
