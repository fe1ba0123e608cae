// The Web3 Foundation's host API fixtures, as far as they are hashes and roots: what a storage or
// offchain call of a runtime answers has no counterpart here.
#include "crypto/hash.hpp"
#include "crypto/keccak.hpp"
#include "test/vectors/shared.hpp"
#include "trie/trie.hpp"

namespace cloister::vectors {
namespace {

const SharedFile inputs("w3f/HostApiInputs.jl");
const SharedFile outputs("w3f/HostApiOutputs.jl");

// The quoted strings between `start` and the next `stop`, `group` of them to a row.
using Rows = std::vector<std::vector<std::string>>;
Rows strings_of(const SharedFile& file, const std::string& start, std::string_view stop,
                std::size_t group) {
    const std::string& text = file.text();
    const std::size_t begin = text.find(start);
    CLOISTER_ASSERT(begin != std::string::npos);
    const std::size_t end = text.find(stop, begin + start.size());
    std::vector<std::string> all;
    for (std::size_t at = text.find('"', begin); at < end;) {
        const std::size_t close = text.find('"', at + 1);
        all.push_back(text.substr(at + 1, close - at - 1));
        at = text.find('"', close + 1);
    }
    Rows out;
    for (std::size_t i = 0; i + group <= all.size(); i += group) {
        out.emplace_back(all.begin() + static_cast<std::ptrdiff_t>(i),
                         all.begin() + static_cast<std::ptrdiff_t>(i + group));
    }
    CLOISTER_ASSERT(out.size() == 10);
    return out;
}

Rows input(const std::string& table, std::size_t group) {
    return strings_of(inputs, "const " + table + " = [", "const ", group);
}
Rows answers(const std::string& call) { return strings_of(outputs, "# " + call, "#", 1); }
Rows answers_of_list(const std::string& list) {
    return strings_of(outputs, "const " + list + " = [", "]", 1);
}

// Keccak with its original padding (0x01, not SHA-3's 0x06), from the permutation that Merlin uses.
Hash256 keccak_256(ByteView data) {
    constexpr std::size_t rate = 136;
    CLOISTER_ASSERT(data.size() < rate);
    Bytes block = to_bytes(data);
    block.resize(rate);
    block[data.size()] = 0x01;
    block[rate - 1] |= 0x80;
    crypto::KeccakState state{};
    for (std::size_t i = 0; i < rate; ++i) state[i / 8] ^= std::uint64_t{block[i]} << (i % 8 * 8);
    crypto::keccak_f1600(state);
    Bytes out;
    for (std::size_t i = 0; i < 32; ++i) {
        out.push_back(static_cast<std::uint8_t>(state[i / 8] >> (i % 8 * 8)));
    }
    return Hash256(out);
}

void expect_hashes(const std::string& call, const auto& hash) {
    const Rows words = input("value_1", 1);
    const Rows expected = answers(call);
    for (std::size_t i = 0; i < words.size(); ++i) {
        test::ran_cases(1);
        EXPECT_EQ(base::to_hex(hash(view_of(words[i][0])).view()), expected[i][0]) << words[i][0];
    }
}

TEST(HostApi, HashesAreThoseOfTheFoundationsFixtures) {
    expect_hashes("ext_hashing_keccak_256_version_1", keccak_256);
    expect_hashes("ext_hashing_sha2_256_version_1", crypto::sha256);
    expect_hashes("ext_hashing_blake2_128_version_1", crypto::blake2b_128);
    expect_hashes("ext_hashing_blake2_256_version_1", crypto::blake2b_256);
    expect_hashes("ext_hashing_twox_64_version_1", crypto::twox_64);
    expect_hashes("ext_hashing_twox_128_version_1", crypto::twox_128);
    expect_hashes("ext_hashing_twox_256_version_1", crypto::twox_256);
}

TEST(HostApi, RootsOfThreePairsAreThoseOfTheFixtures) {
    const Rows first = input("key_value_1", 2);
    const Rows second = input("key_value_2", 2);
    const Rows third = input("key_value_3", 2);
    const Rows expected = answers_of_list("key_value_key_value_key_value");
    for (std::size_t i = 0; i < expected.size(); ++i) {
        trie::Entries entries;
        for (const Rows* table : {&first, &second, &third}) {
            entries.insert_or_assign(to_bytes((*table)[i][0]), to_bytes((*table)[i][1]));
        }
        test::ran_cases(1);
        EXPECT_EQ(base::to_hex(root_of(entries, trie::StateVersion::V0).view()), expected[i][0]);
    }
}

TEST(HostApi, OrderedRootsOfThreeValuesAreThoseOfTheFixtures) {
    const Rows first = input("value_1", 1);
    const Rows second = input("value_2", 1);
    const Rows third = input("value_3", 1);
    const Rows expected = answers_of_list("value_value_value");
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const std::vector<Bytes> items{to_bytes(first[i][0]), to_bytes(second[i][0]),
                                       to_bytes(third[i][0])};
        test::ran_cases(1);
        EXPECT_EQ(base::to_hex(ordered_root(items, trie::StateVersion::V0).view()), expected[i][0]);
    }
}

}  // namespace
}  // namespace cloister::vectors
