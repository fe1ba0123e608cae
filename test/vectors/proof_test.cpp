// Read proofs of real chains: every value, every absence and every gap.
#include "codec/scale/scale.hpp"
#include "crypto/hash.hpp"
#include "test/vectors/shared.hpp"
#include "trie/node.hpp"
#include "trie/trie.hpp"

namespace cloister::vectors {
namespace {

using trie::Error;
using trie::Proof;

const SharedFile proofs_file("real/proofs/read-proofs.json");
const SharedFile prefix_file("real/proofs/smoldot-prefix-proof.json.xz");

std::vector<Bytes> nodes_of(const boost::json::value& vector) {
    std::vector<Bytes> nodes;
    for (const auto& node : vector.at("nodes").as_array()) nodes.push_back(hex_bytes(node));
    return nodes;
}

using Answer = Result<std::optional<Bytes>, Error>;

void expect_read(const Answer& got, const boost::json::value& value, const std::string& where) {
    test::ran_cases(1);
    if (value.is_string() && value.as_string().starts_with("ERR")) {
        ASSERT_FALSE(got.has_value()) << where << ": a gap was taken for an answer";
        EXPECT_EQ(got.error(), Error::MissingNode) << where;
        return;
    }
    ASSERT_TRUE(got.has_value()) << where << name_of(got.error());
    ASSERT_EQ(got->has_value(), value.is_string()) << where;
    if (value.is_string()) {
        EXPECT_EQ(**got, hex_bytes(value)) << where;
    }
}

TEST(Proof, RealProofsGiveTheirValuesAbsencesAndGaps) {
    const auto file = proofs_file.json();
    for (const auto& vector : file.as_array()) {
        const Proof proof = Proof::from_nodes(nodes_of(vector)).get();
        const auto root = hex_fixed<Hash256>(vector.at("root"));
        for (const auto& read : vector.at("reads").as_array()) {
            expect_read(proof.get(root, hex_bytes(read.at("key"))), read.at("value"),
                        text_of(vector.at("name")) + " " + text_of(read.at("key")) + " ");
        }
    }
}

// What a hostile host may do with a real proof: leave a node out. No key may then have another
// value, and none may be reported absent that is there.
TEST(Proof, WithoutAnyOneNodeNoReadTellsAnotherStory) {
    const auto file = proofs_file.json();
    for (const auto& vector : file.as_array()) {
        const auto nodes = nodes_of(vector);
        if (nodes.size() > 100) continue;  // the 423 nodes of one proof take their turn below
        const auto root = hex_fixed<Hash256>(vector.at("root"));
        const Proof whole = Proof::from_nodes(nodes).get();
        for (std::size_t left_out = 0; left_out < nodes.size(); ++left_out) {
            auto fewer = nodes;
            fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(left_out));
            const Proof proof = Proof::from_nodes(fewer).get();
            test::ran_cases(1);
            for (const auto& read : vector.at("reads").as_array()) {
                const Bytes key = hex_bytes(read.at("key"));
                const auto got = proof.get(root, key);
                if (got) {
                    EXPECT_EQ(*got, whole.get(root, key).get());
                } else {
                    EXPECT_EQ(got.error(), Error::MissingNode);
                }
            }
        }
    }
}

TEST(Proof, WithAFlippedBitInAnyNodeNoReadTellsAnotherStory) {
    const auto file = proofs_file.json();
    for (const auto& vector : file.as_array()) {
        auto nodes = nodes_of(vector);
        const auto root = hex_fixed<Hash256>(vector.at("root"));
        const Proof whole = Proof::from_nodes(nodes).get();
        for (std::size_t i = 0; i < nodes.size(); ++i) {
            const std::size_t at = i * 7 % nodes[i].size();
            nodes[i][at] ^= 0x10;
            const Proof proof = Proof::from_nodes(nodes).get();
            nodes[i][at] ^= 0x10;
            test::ran_cases(1);
            for (const auto& read : vector.at("reads").as_array()) {
                const Bytes key = hex_bytes(read.at("key"));
                const auto got = proof.get(root, key);
                if (got) {
                    EXPECT_EQ(*got, whole.get(root, key).get());
                }
            }
        }
    }
}

TEST(Proof, EveryRealNodeParsesAndEncodesBack) {
    const auto file = proofs_file.json();
    for (const auto& vector : file.as_array()) {
        if (text_of(vector.at("name")) != "unknown-large-v0") continue;  // V1 proofs carry values
        for (const auto& row : rows(vector.at("nodes"))) {
            const Bytes bytes = hex_bytes(row);
            const auto node = trie::parse_node(bytes);
            ASSERT_TRUE(node.has_value());
            EXPECT_EQ(encode_node(node->partial.unpacked(), node->value, node->children), bytes);
        }
    }
}

TEST(Proof, RealPrefixProofsTogetherListEveryKey) {
    const auto vector = prefix_file.json();
    trie::NodeMap nodes;
    for (const auto& proof : rows(vector.at("proofs"))) {
        const auto part = scale::decode<std::vector<Bytes>>(hex_bytes(proof)).get();
        for (const Bytes& node : part) nodes.emplace(crypto::blake2b_256(node), node);
    }
    const trie::FetchNode fetch = [&](const Hash256& hash) -> std::optional<Bytes> {
        const auto node = nodes.find(hash);
        if (node == nodes.end()) return std::nullopt;
        return node->second;
    };
    std::vector<Bytes> expected;
    for (const auto& key : rows(vector.at("expected_entries"))) expected.push_back(hex_bytes(key));
    std::ranges::sort(expected);
    const auto root = hex_fixed<Hash256>(vector.at("trie_root_hash"));
    const Bytes prefix = hex_bytes(vector.at("prefix"));
    EXPECT_EQ(trie::keys_with_prefix(fetch, root, prefix, {}, 10000).get(), expected);
}

}  // namespace
}  // namespace cloister::vectors
