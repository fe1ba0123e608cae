// Headers and blocks of real chains.
#include "finality/header.hpp"

#include "finality/grandpa.hpp"
#include "test/vectors/shared.hpp"
#include "trie/trie.hpp"

namespace cloister::vectors {
namespace {

using finality::Header;
using finality::parse_header;

const SharedFile headers_file("real/headers/headers.json");
const SharedFile westend_file("real/headers/westend-1-256.jsonl");
const SharedFile sample_file("real/checkpoints/sample.json");
const SharedFile archive_file("real/checkpoints/lightsync-checkpoints.jsonl.xz");
const SharedFile genesis_file("real/genesis/expected.json");

void expect_real(const boost::json::value& block) {
    const Bytes bytes = hex_bytes(block.at("header"));
    const auto header = parse_header(bytes);
    ASSERT_TRUE(header.has_value()) << block.at("number") << name_of(header.error().error);
    EXPECT_EQ(header->number.value, block.at("number").to_number<std::uint32_t>());
    EXPECT_EQ(encode_header(*header), bytes);
    EXPECT_EQ(hash_of(*header), hex_fixed<BlockHash>(block.at("hash")));
}

TEST(Header, RealHeadersOfPolkadotAndKusamaParseAndHash) {
    const auto headers = headers_file.json();
    for (const auto& block : rows(headers)) {
        expect_real(block);
        EXPECT_EQ(parse_header(hex_bytes(block.at("header"))).get().parent_hash,
                  hex_fixed<BlockHash>(block.at("parentHash")));
    }
}

TEST(Header, EveryPrefixOfAShortRealHeaderIsRefused) {
    const auto headers = headers_file.json();
    for (const auto& block : headers.as_array()) {
        const Bytes bytes = hex_bytes(block.at("header"));
        if (bytes.size() > 1000) continue;
        test::ran_cases(bytes.size());
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            EXPECT_FALSE(parse_header(ByteView(bytes).first(size)).has_value()) << size;
        }
    }
}

TEST(Header, TheFirst256WestendBlocksAreAChainFromItsGenesis) {
    const auto genesis = genesis_file.json();
    std::optional<BlockHash> parent;
    for (const auto& chain : genesis.as_array()) {
        if (chain.at("chain").as_string() != "westend") continue;
        parent = hex_fixed<BlockHash>(chain.at("genesisHash"));
    }
    ASSERT_TRUE(parent.has_value());
    const auto blocks = westend_file.json_lines();
    ASSERT_EQ(blocks.size(), 256U);
    test::ran_cases(blocks.size());
    for (const auto& block : blocks) {
        expect_real(block);
        const Header header = parse_header(hex_bytes(block.at("header"))).get();
        ASSERT_EQ(header.parent_hash, *parent);
        parent = hash_of(header);
    }
}

TEST(Header, RealWestendBodiesHaveTheirExtrinsicsRoots) {
    const auto blocks = westend_file.json_lines();
    test::ran_cases(blocks.size());
    for (const auto& block : blocks) {
        std::vector<Bytes> items;
        for (const auto& item : block.at("extrinsics").as_array()) items.push_back(hex_bytes(item));
        const Header header = parse_header(hex_bytes(block.at("header"))).get();
        EXPECT_EQ(ordered_root(items, trie::StateVersion::V0), header.extrinsics_root);
        items.push_back(items.back());
        EXPECT_NE(ordered_root(items, trie::StateVersion::V0), header.extrinsics_root);
    }
}

TEST(Header, RealAuthorityChangesAreFoundInTheirDigests) {
    const auto headers = headers_file.json();
    std::map<std::uint64_t, std::size_t> sizes;
    for (const auto& block : rows(headers)) {
        const Header header = parse_header(hex_bytes(block.at("header"))).get();
        const auto change = scheduled_change_of(header);
        ASSERT_TRUE(change.has_value());
        EXPECT_FALSE(forces_change(header));
        if (!*change) continue;
        EXPECT_EQ((*change)->delay, 0U);
        sizes[header.number.value] = (*change)->next.size();
    }
    EXPECT_EQ(sizes, (std::map<std::uint64_t, std::size_t>{{512271, 197}, {7472481, 900}}));
}

// A checkpoint is a header and the authorities that finalise what follows it.
void expect_checkpoint(const boost::json::value& checkpoint) {
    test::ran_cases(1);
    expect_real(checkpoint);
    finality::AuthoritySet set{.set_id = checkpoint.at("setId").to_number<std::uint64_t>(),
                               .authorities = {}};
    std::set<crypto::Ed25519Public> keys;
    for (const auto& id : checkpoint.at("authorities").as_array()) {
        set.authorities.push_back({.id = hex_fixed<crypto::Ed25519Public>(id), .weight = 1});
        keys.insert(set.authorities.back().id);
    }
    const std::size_t size = set.authorities.size();
    ASSERT_GT(size, 0U);
    EXPECT_EQ(keys.size(), size) << "an authority twice";
    EXPECT_EQ(set.threshold(), size - (size - 1) / 3);
    EXPECT_EQ(scale::decode<finality::AuthoritySet>(scale::encode(set)).get(), set);
}

TEST(Checkpoints, TheSampleParsesAndHashes) {
    const auto sample = sample_file.json();
    ASSERT_EQ(sample.as_array().size(), 8U);
    for (const auto& checkpoint : sample.as_array()) expect_checkpoint(checkpoint);
}

TEST(Checkpoints, All332OfTheArchiveParseAndHash) {
    const auto archive = archive_file.json_lines();
    ASSERT_EQ(archive.size(), 332U);
    for (const auto& checkpoint : archive) expect_checkpoint(checkpoint);
}

}  // namespace
}  // namespace cloister::vectors
