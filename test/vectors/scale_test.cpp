// Compact integers, hashes, addresses, storage keys and runtime API ids as polkadot-js makes them.
#include "codec/scale/scale.hpp"

#include <sodium.h>

#include "crypto/hash.hpp"
#include "crypto/keyring.hpp"
#include "crypto/ss58.hpp"
#include "protocol/storage.hpp"
#include "runtime/runtime.hpp"
#include "test/vectors/shared.hpp"

namespace cloister::vectors {
namespace {

using namespace protocol::storage;

const SharedFile compact_file("scale/compact.json");
const SharedFile hashes_file("scale/hashes.json");
const SharedFile ss58_file("scale/ss58.json");
const SharedFile keys_file("scale/storage-keys.json");
const SharedFile apis_file("scale/runtime-api-ids.json");
const SharedFile w3f_codec_file("w3f/scale-codec-include.jl");

u128 from_decimal(std::string_view digits) {
    u128 value = 0;
    for (const char digit : digits) value = value * 10 + static_cast<u128>(digit - '0');
    return value;
}

AccountId alice() {
    return crypto::KeyPair::from_suri(crypto::Scheme::Sr25519, "//Alice")->account();
}

TEST(Scale, CompactIntegersHaveThePublishedBytes) {
    const auto table = compact_file.json();
    for (const auto& row : rows(table)) {
        const u128 value = from_decimal(text_of(row.at(0)));
        const Bytes bytes = hex_bytes(row.at(1));
        EXPECT_EQ(scale::encode(scale::Compact<u128>{value}), bytes);
        EXPECT_TRUE(scale::decode<scale::Compact<u128>>(bytes).get().value == value);
    }
}

TEST(Scale, EveryPrefixOfAPublishedCompactIsRefused) {
    const auto table = compact_file.json();
    for (const auto& row : table.as_array()) {
        const Bytes bytes = hex_bytes(row.at(1));
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            const auto prefix = ByteView(bytes).first(size);
            EXPECT_FALSE(scale::decode<scale::Compact<u128>>(prefix).has_value()) << row;
            test::ran_cases(1);
        }
    }
}

// The words of the TEST_DATA list, which the Foundation's adapters encode as strings.
std::vector<std::string> w3f_words() {
    std::vector<std::string> words;
    const std::string& text = w3f_codec_file.text();
    std::size_t at = text.find('[');
    const std::size_t end = text.find("]\n", at);
    while ((at = text.find('"', at)) < end) {
        const std::string_view quote = text.compare(at, 3, "\"\"\"") == 0 ? "\"\"\"" : "\"";
        const std::size_t start = at + quote.size();
        const std::size_t close = text.find(quote, start);
        words.push_back(text.substr(start, close - start));
        at = close + quote.size();
    }
    return words;
}

TEST(Scale, TheFoundationsWordsAreALengthAndTheirBytes) {
    const auto words = w3f_words();
    ASSERT_EQ(words.size(), 6U);
    test::ran_cases(words.size());
    for (const std::string& word : words) {
        const Bytes bytes = scale::encode(word);
        const std::size_t prefix = word.size() < 64 ? 1 : 2;
        EXPECT_EQ(bytes.size(), word.size() + prefix);
        const std::size_t length =
            prefix == 1 ? bytes[0] >> 2 : static_cast<std::size_t>((bytes[0] | bytes[1] << 8) >> 2);
        EXPECT_EQ(length, word.size());
        EXPECT_EQ(scale::decode<std::string>(bytes).get(), word);
    }
}

TEST(Hashes, EqualSubstrates) {
    const auto table = hashes_file.json();
    for (const auto& row : rows(table)) {
        const Bytes input = to_bytes(text_of(row.at("input")));
        EXPECT_EQ(crypto::twox_64(input), hex_fixed<crypto::Hash64>(row.at("twox64")));
        EXPECT_EQ(crypto::twox_128(input), hex_fixed<crypto::Hash128>(row.at("twox128")));
        EXPECT_EQ(crypto::twox_256(input), hex_fixed<Hash256>(row.at("twox256")));
        EXPECT_EQ(crypto::blake2b_128(input), hex_fixed<crypto::Hash128>(row.at("blake2_128")));
        EXPECT_EQ(crypto::blake2b_256(input), hex_fixed<Hash256>(row.at("blake2_256")));
    }
}

TEST(Ss58, AddressesEqualPolkadotJs) {
    const auto file = ss58_file.json();
    const auto account = hex_fixed<AccountId>(file.at("decoded"));
    for (const auto& row : rows(file.at("encoded"))) {
        const auto prefix = row.at(0).to_number<std::uint16_t>();
        const std::string address = text_of(row.at(1));
        EXPECT_EQ(crypto::encode_ss58({prefix, account}), address);
        const auto parsed = crypto::parse_ss58(address);
        ASSERT_TRUE(parsed) << address;
        EXPECT_EQ(parsed->prefix, prefix);
        EXPECT_EQ(parsed->account, account);
    }
    for (const auto& row : rows(file.at("invalid"))) EXPECT_FALSE(crypto::parse_ss58(text_of(row)));
}

TEST(Ss58, AnAddressWithAnyOtherLetterIsRefused) {
    const auto file = ss58_file.json();
    constexpr std::string_view letters =
        "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    for (const auto& row : file.at("encoded").as_array()) {
        std::string address = text_of(row.at(1));
        for (char& letter : address) {
            const char before = letter;
            letter = letters[(letters.find(before) + 1) % letters.size()];
            EXPECT_FALSE(crypto::parse_ss58(address)) << address;
            letter = before;
            test::ran_cases(1);
        }
    }
}

// The file abbreviates //Bob's and //Charlie's keys as "0x…48": the last byte must be theirs.
TEST(Ss58, AMultisigAccountIsTheHashOfItsSortedSignatories) {
    const auto file = ss58_file.json();
    const auto& multisig = file.at("multisig");
    std::vector<AccountId> signatories;
    for (const char* suri : {"//Alice", "//Bob", "//Charlie"}) {
        signatories.push_back(crypto::KeyPair::from_suri(crypto::Scheme::Sr25519, suri)->account());
        const std::string given = text_of(multisig.at("signatories").at(signatories.size() - 1));
        const std::string whole = base::to_hex(signatories.back().view());
        EXPECT_EQ(given.substr(given.size() - 2), whole.substr(whole.size() - 2));
    }
    std::ranges::sort(signatories);
    const auto threshold = multisig.at("threshold").to_number<std::uint16_t>();
    const Bytes preimage =
        concat(view_of("modlpy/utilisuba"), scale::encode(signatories, threshold));
    EXPECT_EQ(crypto::blake2b_256(preimage), hex_fixed<Hash256>(multisig.at("account")));
}

TEST(StorageKeys, AreThoseOfPolkadotJs) {
    const auto file = keys_file.json();
    test::ran_cases(5);
    EXPECT_EQ(system_account(alice()), hex_bytes(file.at("System.Account(//Alice)")));
    EXPECT_EQ(system_number(), hex_bytes(file.at("System.Number")));
    EXPECT_EQ(system_events(), hex_bytes(file.at("System.Events")));
    EXPECT_EQ(system_block_hash(BlockNumber(1)), hex_bytes(file.at("System.BlockHash(1)")));
    EXPECT_EQ(timestamp_now(), hex_bytes(file.at("Timestamp.Now")));
}

TEST(StorageKeys, HashersAreThoseOfPolkadotJs) {
    const auto file = keys_file.json();
    test::ran_cases(file.as_object().size());
    EXPECT_EQ(twox64_concat("Contracts", "ContractInfoOf", alice().view()),
              hex_bytes(file.at("Contracts.ContractInfoOf(//Alice)")));
    for (const auto& [name, key] : file.as_object()) {
        const std::string_view text(name);
        const std::size_t dot = text.find('.');
        if (dot == std::string_view::npos || text.find('(') != std::string_view::npos) continue;
        const std::string_view item = text.substr(dot + 1, text.find(' ') - dot - 1);
        EXPECT_EQ(prefix(text.substr(0, dot), item), hex_bytes(key)) << text;
    }
}

// blake2b with an output of eight bytes, which is no prefix of a longer one.
Bytes blake2b_64(std::string_view text) {
    Bytes out(8);
    crypto_generichash(out.data(), out.size(), view_of(text).data(), text.size(), nullptr, 0);
    return out;
}

TEST(RuntimeApis, AreNamedByABlakeOfEightBytes) {
    const auto file = apis_file.json();
    test::ran_cases(file.as_object().size());
    for (const auto& [name, id] : file.as_object()) EXPECT_EQ(blake2b_64(name), hex_bytes(id));
}

TEST(RuntimeApis, ThoseThatTheRuntimeOffersAreAmongThem) {
    const auto file = apis_file.json();
    const Bytes version = runtime::runtime_version();
    std::size_t offered = 0;
    for (const auto& [name, id] : file.as_object()) {
        if (!std::ranges::search(version, hex_bytes(id)).empty()) ++offered;
    }
    EXPECT_EQ(offered, 6U);
}

}  // namespace
}  // namespace cloister::vectors
