// Roots of states and lists: our reference code's, the Web3 Foundation's, and those of real chains.
#include "trie/trie.hpp"

#include <sstream>

#include "finality/header.hpp"
#include "test/vectors/shared.hpp"

namespace cloister::vectors {
namespace {

using trie::Entries;
using trie::StateVersion;

const SharedFile roots_file("trie/trie-roots.json");
const SharedFile w3f_roots_file("w3f/expected-roots.json");
const std::array<SharedFile, 9> w3f_files{SharedFile("w3f/10000_node.yaml.xz"),
                                          SharedFile("w3f/1c1.yaml"),
                                          SharedFile("w3f/hex_1c1.yaml"),
                                          SharedFile("w3f/hex_limit.yaml"),
                                          SharedFile("w3f/hex_long.yaml"),
                                          SharedFile("w3f/pk_branch.yaml"),
                                          SharedFile("w3f/pk_branch2.yaml"),
                                          SharedFile("w3f/random_state_80.yaml"),
                                          SharedFile("w3f/scv.yaml")};
const SharedFile genesis_file("real/genesis/expected.json");
const std::array<SharedFile, 4> genesis_files{
    SharedFile("real/genesis/paseo.raw.json.xz"),
    SharedFile("real/genesis/polkadot-collectives.raw.json.xz"),
    SharedFile("real/genesis/polkadot-coretime.raw.json.xz"),
    SharedFile("real/genesis/westend.raw.json.xz")};

const SharedFile& find(std::span<const SharedFile> files, const std::string& name) {
    const auto file = std::ranges::find(files, name, &SharedFile::name);
    CLOISTER_ASSERT(file != files.end());
    return *file;
}

// The root of a state that grew by changes on top of the empty trie.
Hash256 grown_root(const Entries& entries, StateVersion version) {
    const trie::FetchNode nothing = [](const Hash256&) { return std::optional<Bytes>(); };
    const trie::Changes changes(entries.begin(), entries.end());
    return apply(nothing, trie::empty_root(), changes, version).get().root;
}

// By both routes; two cases.
void expect_root(const Entries& entries, StateVersion version, const Hash256& root,
                 const std::string& name) {
    test::ran_cases(2);
    EXPECT_EQ(root_of(entries, version), root) << name;
    EXPECT_EQ(grown_root(entries, version), root) << name;
}

void expect_both_roots(const Entries& entries, const boost::json::value& row,
                       const std::string& name) {
    expect_root(entries, StateVersion::V0, hex_fixed<Hash256>(row.at("rootV0")), name);
    expect_root(entries, StateVersion::V1, hex_fixed<Hash256>(row.at("rootV1")), name);
}

TEST(Trie, ReferenceMapsHaveTheirRootsByBothRoutes) {
    const auto file = roots_file.json();
    ASSERT_EQ(file.at("maps").as_array().size(), 26U);
    for (const auto& map : file.at("maps").as_array()) {
        Entries entries;
        for (const auto& row : map.at("entries").as_array()) {
            entries.emplace(hex_bytes(row.at(0)), hex_bytes(row.at(1)));
        }
        expect_both_roots(entries, map, text_of(map.at("name")));
    }
}

TEST(Trie, ReferenceListsHaveTheirRoots) {
    const auto file = roots_file.json();
    ASSERT_EQ(file.at("ordered").as_array().size(), 5U);
    for (const auto& list : file.at("ordered").as_array()) {
        std::vector<Bytes> items;
        if (const auto* given = list.at("items").if_array()) {
            for (const auto& item : *given) items.push_back(hex_bytes(item));
        } else {
            ASSERT_EQ(list.at("items").as_string(), "17000 items: u16le(i)");
            for (std::uint16_t i = 0; i < 17000; ++i) items.push_back(scale::encode(i));
        }
        test::ran_cases(2);
        EXPECT_EQ(ordered_root(items, StateVersion::V0), hex_fixed<Hash256>(list.at("rootV0")));
        EXPECT_EQ(ordered_root(items, StateVersion::V1), hex_fixed<Hash256>(list.at("rootV1")));
    }
}

// The "keys:" and "values:" lists of the w3f fixtures; values are text, quotes are part of them.
Entries w3f_entries(const std::string& yaml, bool keys_in_hex) {
    std::vector<Bytes> keys;
    std::vector<Bytes> values;
    std::istringstream lines(yaml);
    bool in_values = false;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("values:")) in_values = true;
        if (!line.starts_with("  - ")) continue;
        std::string text = line.substr(4);
        while (text.ends_with(' ')) text.pop_back();
        if (in_values) {
            values.push_back(to_bytes(text));
        } else {
            keys.push_back(keys_in_hex ? base::from_hex(text).value() : to_bytes(text));
        }
    }
    CLOISTER_ASSERT(keys.size() == values.size());
    Entries entries;
    for (std::size_t i = 0; i < keys.size(); ++i) entries.insert_or_assign(keys[i], values[i]);
    return entries;
}

TEST(Trie, TheWeb3FoundationsFixturesHaveTheirRoots) {
    const auto expected = w3f_roots_file.json();
    for (const auto& row : expected.at("cases").as_array()) {
        const std::string name = text_of(row.at("file"));
        const Entries entries =
            w3f_entries(find(w3f_files, "w3f/" + name).text(), row.at("keysInHex").as_bool());
        EXPECT_EQ(entries.size(), row.at("entries").to_number<std::size_t>()) << name;
        expect_both_roots(entries, row, name);
    }
}

// The genesis block of a Substrate chain: nothing but the state's root.
Hash256 genesis_hash(const Hash256& state_root) {
    finality::Header header;
    header.state_root = StateRoot(state_root.array());
    header.extrinsics_root = trie::empty_root();
    return Hash256(hash_of(header).array());
}

TEST(Trie, RealGenesisStatesHaveTheirRootsAndTheirChainsHaveTheirNames) {
    const auto expected = genesis_file.json();
    ASSERT_EQ(expected.as_array().size(), genesis_files.size());
    for (const auto& chain : expected.as_array()) {
        const std::string name = text_of(chain.at("file"));
        const auto state = find(genesis_files, "real/genesis/" + name).json();
        const auto& top = state.at("top").as_object();
        ASSERT_EQ(top.size(), chain.at("keys").to_number<std::size_t>()) << name;
        Entries entries;
        for (const auto& [key, value] : top) {
            entries.emplace(base::from_hex(std::string_view(key)).value(), hex_bytes(value));
        }
        const auto version = static_cast<StateVersion>(chain.at("stateVersion").as_int64());
        const auto root = hex_fixed<Hash256>(chain.at("stateRoot"));
        expect_root(entries, version, root, name);
        test::ran_cases(1);
        EXPECT_EQ(genesis_hash(root), hex_fixed<Hash256>(chain.at("genesisHash"))) << name;
        entries.begin()->second.push_back(0);
        test::ran_cases(1);
        EXPECT_NE(root_of(entries, version), root) << name;
    }
}

}  // namespace
}  // namespace cloister::vectors
